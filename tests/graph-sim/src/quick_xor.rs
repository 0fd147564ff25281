//! quickXorHash, the one hash that business drives give for a file.
//!
//! A 160-bit register takes every input byte, each 11 bits further round than the one before; at the end
//! the length is mixed in. Since 11 and 160 have no common divisor, the places repeat every 160 bytes:
//! so the input is folded into 160 columns first, and the register is turned once at the end.

use base64::{Engine, engine::general_purpose::STANDARD};

/// After how many input bytes the places in the register repeat.
const COLUMNS: usize = 160;

/// A hash in the making.
pub struct QuickXor {
    columns: [u8; COLUMNS],
    length: u64,
}

impl QuickXor {
    /// The hash of nothing yet.
    pub fn new() -> Self {
        Self {
            columns: [0; COLUMNS],
            length: 0,
        }
    }

    /// The hash of these bytes, as Graph writes it: 28 characters of base64.
    pub fn of(bytes: &[u8]) -> String {
        let mut hash = Self::new();
        hash.update(bytes);
        hash.finish()
    }

    /// Adds the next bytes of the input.
    pub fn update(&mut self, bytes: &[u8]) {
        self.fold(bytes);
        self.length = self.length.wrapping_add(bytes.len() as u64);
    }

    /// Adds the same block a number of times, at the cost of folding it once.
    pub fn update_repeatedly(&mut self, block: &[u8], times: u64) {
        let mut folded = Self::new();
        folded.fold(block);
        for _ in 0..times {
            self.fold(&folded.columns);
            self.length = self.length.wrapping_add(block.len() as u64);
        }
    }

    /// The finished hash in base64.
    pub fn finish(&self) -> String {
        let (mut low, mut high) = (0_u128, 0_u32);
        for column in self.columns.iter().rev() {
            (low, high) = (
                (low << 11) | u128::from(high >> 21),
                (high << 11) | ((low >> 117) as u32),
            );
            low ^= u128::from(*column);
        }
        low ^= u128::from(self.length) << 96;
        high ^= (self.length >> 32) as u32;

        let register: Vec<u8> = low.to_le_bytes().into_iter().chain(high.to_le_bytes()).collect();
        STANDARD.encode(register)
    }

    /// XORs bytes into the columns, beginning at the column of the present length.
    fn fold(&mut self, bytes: &[u8]) {
        let start = (self.length % COLUMNS as u64) as usize;
        let (head, rest) = bytes.split_at(bytes.len().min(COLUMNS - start));
        for (column, byte) in self.columns.iter_mut().skip(start).zip(head) {
            *column ^= byte;
        }
        for row in rest.chunks(COLUMNS) {
            for (column, byte) in self.columns.iter_mut().zip(row) {
                *column ^= byte;
            }
        }
    }
}

impl Default for QuickXor {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

    use super::*;

    #[test]
    fn known_inputs_have_their_known_hashes() {
        let vectors: [(&[u8], &str); 9] = [
            (b"", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
            (b"a", "YQAAAAAAAAAAAAAAAQAAAAAAAAA="),
            (b"abc", "YRDDGAAAAAAAAAAAAwAAAAAAAAA="),
            (b"hello world\n", "aCgDG9jwBhDc4Q1ybAMZFAAAAAA="),
            (b"0123456789", "MIiBDGZAgxrY4AY4wgEAAAAAAAA="),
            (&[0xff; 160], "AAAAAAAAAAAAAAAAoAAAAAAAAAA="),
            (&[0xff; 161], "/wAAAAAAAAAAAAAAoQAAAAAAAAA="),
            (&[b'A'; 1760], "AAAAAAAAAAAAAAAA4AYAAAAAAAA="),
            (&[b'A'; 1761], "QQAAAAAAAAAAAAAA4QYAAAAAAAA="),
        ];
        for (input, hash) in vectors {
            assert_eq!(QuickXor::of(input), hash, "{} bytes", input.len());
        }
        let every_byte: Vec<u8> = (0..=255).collect();
        assert_eq!(QuickXor::of(&every_byte), "QkGEfSisZcA7k+FCh71r2dbCayY=");
        let long: Vec<u8> = (0..1_048_576_u32).map(|i| (i % 251) as u8).collect();
        assert_eq!(QuickXor::of(&long), "pVcWCkWK/HTa4DMyE2B1A1Y9XyM=");
    }

    #[test]
    fn a_published_vector_of_64_bytes_agrees() {
        let input = STANDARD
            .decode("Mb7EGva2rEE5fENDL85P+BsapHEEjv2/siVhKjvAQe02feExVOQSkfmuYzU/kTF1MaKjPmKF/w+cbvwfdWL8aQ==")
            .unwrap();
        assert_eq!(QuickXor::of(&input), "n1anP5NfvD4XDYWIeRPW3ZkPv1Y=");
    }

    #[test]
    fn the_way_the_input_is_split_makes_no_difference() {
        let input: Vec<u8> = (0..2_000_u32).map(|i| (i * 7 % 253) as u8).collect();
        for split in [0, 1, 159, 160, 161, 1_759, 1_999] {
            let (left, right) = input.split_at(split);
            let mut hash = QuickXor::new();
            hash.update(left);
            hash.update(right);
            assert_eq!(hash.finish(), QuickXor::of(&input), "split at {split}");
        }
    }

    #[test]
    fn a_repeated_block_hashes_as_if_written_out() {
        let block: Vec<u8> = (0..1_003_u32).map(|i| (i * 31 % 255) as u8).collect();
        let mut hash = QuickXor::new();
        hash.update(b"before");
        hash.update_repeatedly(&block, 7);
        hash.update(b"after");

        let written_out = [b"before".to_vec(), block.repeat(7), b"after".to_vec()].concat();
        assert_eq!(hash.finish(), QuickXor::of(&written_out));
    }
}
