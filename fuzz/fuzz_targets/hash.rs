//! The quickXorHash of bytes that come in pieces of any size, against that of all at once, and against the definition.
#![no_main]

use base64::{Engine, engine::general_purpose::STANDARD};
use libfuzzer_sys::fuzz_target;
use onedrive_plugin::quick_xor::{self, QuickXor};

/// The first bytes say how long the pieces are, in turn.
const LENGTHS: usize = 4;

fuzz_target!(|data: &[u8]| {
    let (lengths, bytes) = data.split_at(LENGTHS.min(data.len()));
    let mut whole = QuickXor::new();
    whole.update(bytes);

    let mut pieces = QuickXor::new();
    let (mut rest, mut lengths) = (bytes, lengths.iter().cycle());
    while !rest.is_empty() {
        // An empty piece changes nothing, so it is counted as one with a byte here: else there would be no end.
        let length = lengths.next().map_or(1, |length| usize::from(*length));
        pieces.update(&[]);
        let (piece, after) = rest.split_at(length.clamp(1, rest.len()));
        pieces.update(piece);
        rest = after;
    }

    assert_eq!((pieces.len(), pieces.finish()), (whole.len(), whole.finish()));
    assert_eq!(whole.finish(), by_definition(bytes));
    assert_eq!(quick_xor::normal(&whole.finish()), Some(whole.finish()));
});

/// Every byte 11 bits further than the one before, around the end of 160; the length into the last eight bytes.
fn by_definition(bytes: &[u8]) -> String {
    let mut register = [0_u8; 20];
    for (place, byte) in bytes.iter().enumerate() {
        for bit in (0..8).filter(|bit| byte >> bit & 1 == 1) {
            let at = (11 * place + bit) % 160;
            register[at / 8] ^= 1 << (at % 8);
        }
    }
    for (place, byte) in (bytes.len() as u64).to_le_bytes().iter().enumerate() {
        register[12 + place] ^= byte;
    }
    STANDARD.encode(register)
}
