//! A zip bomb, made by hand. This file stands alone: the end-to-end tests include it by path.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

/// A cell of so many bytes, in an archive made by hand: Huffman's fixed codes, one letter, and then "258 times the same".
pub fn bomb(size: u64) -> Vec<u8> {
    let head = "<worksheet><sheetData><row><c t=\"inlineStr\"><is><t>";
    let mut bits = Bits::default();
    bits.add(&[1, 1, 0]);
    for byte in head.bytes().chain(*b"a") {
        bits.code(0b0011_0000 + u32::from(byte), 8);
    }
    for _ in 0..size / 258 {
        bits.add(&[1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]);
    }
    bits.add(&[0; 7]);
    let packed = bits.bytes;
    let declared = (head.len() as u64 + 1 + size / 258 * 258) as u32;
    let name = b"_rels/.rels";
    let (length, name_length) = ((packed.len() as u32).to_le_bytes(), (name.len() as u16).to_le_bytes());
    let tail = [&[0_u8; 4][..], &length, &declared.to_le_bytes(), &name_length, &[0; 2]].concat();
    let local = [b"PK\x03\x04\x14\0\0\0\x08\0\0\0!\0".as_slice(), &tail, name, &packed].concat();
    let central = [
        b"PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0!\0".as_slice(),
        &tail,
        &[0; 14],
        name,
    ]
    .concat();
    let end = [
        b"PK\x05\x06\0\0\0\0\x01\0\x01\0".as_slice(),
        &(central.len() as u32).to_le_bytes(),
        &(local.len() as u32).to_le_bytes(),
        &[0; 2],
    ];
    [local, central, end.concat()].concat()
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    count: usize,
}

impl Bits {
    fn add(&mut self, bits: &[u8]) {
        for bit in bits {
            if self.count.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().unwrap() |= bit << (self.count % 8);
            self.count += 1;
        }
    }

    fn code(&mut self, code: u32, length: u32) {
        let bits: Vec<u8> = (0..length).rev().map(|place| (code >> place & 1) as u8).collect();
        self.add(&bits);
    }
}
