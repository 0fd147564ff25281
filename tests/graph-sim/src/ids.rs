//! Identifiers: derived ones, the same at every start, and random ones that nobody can guess.

use std::hash::{BuildHasher, RandomState};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// The id of a drive: `b!` and 64 characters, as business drives have it.
pub(crate) fn drive_id(name: &str) -> String {
    let bytes: Vec<u8> = hash(&["drive", name])
        .into_iter()
        .chain(hash(&["drive, second half", name]))
        .take(48)
        .collect();
    format!("b!{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The id of a personal drive: 16 hexadecimal digits.
pub(crate) fn consumer_drive_id(name: &str) -> String {
    let bytes = hash(&["drive", name]).into_iter().take(8);
    bytes.map(|byte| format!("{byte:02X}")).collect()
}

/// The id of the `number`th item ever made in a drive: `01` and 32 characters that say nothing of its path; in a
/// personal drive, the drive's id and the number.
pub(crate) fn item_id(drive: &str, number: u64) -> String {
    if !drive.starts_with("b!") {
        return format!("{drive}!{number}");
    }
    let tail = hash(&["item", drive, &number.to_string()])
        .into_iter()
        .map(|byte| match byte % 32 {
            letter @ 0..=25 => char::from(b'A' + letter),
            digit => char::from(b'2' + digit - 26),
        });
    "01".chars().chain(tail).collect()
}

/// A GUID derived from a name, in lower case.
pub(crate) fn guid(name: &str) -> String {
    let number = hash(&["guid", name])
        .into_iter()
        .take(16)
        .fold(0_u128, |number, byte| number << 8 | u128::from(byte));
    as_guid(number)
}

/// A GUID that was never given out before, for a request.
pub(crate) fn random_guid() -> String {
    as_guid(u128::from(random_number()) << 64 | u128::from(random_number()))
}

/// 43 characters that can't be guessed: tokens, keys.
pub(crate) fn random_secret() -> String {
    let seeds: Vec<String> = (0..4).map(|_| random_number().to_string()).collect();
    let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    URL_SAFE_NO_PAD.encode(hash(&seeds))
}

/// A keyed hash over a text: the signature of a pre-authenticated address.
pub(crate) fn signature(key: &str, text: &str) -> String {
    URL_SAFE_NO_PAD.encode(hash(&[key, text, key]))
}

/// SHA-256 over the parts, each closed by a zero byte, so that no two lists of parts run together.
fn hash(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().into()
}

fn as_guid(number: u128) -> String {
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        number >> 96,
        (number >> 80) & 0xffff,
        (number >> 64) & 0xffff,
        (number >> 48) & 0xffff,
        number & 0xffff_ffff_ffff,
    )
}

/// The standard library seeds its hash maps from the system's randomness: enough for a simulator.
fn random_number() -> u64 {
    RandomState::new().hash_one("graph-sim")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_have_the_shape_of_the_services_and_stay_the_same() {
        assert_eq!(drive_id("a"), drive_id("a"));
        assert_eq!(drive_id("a").len(), 66);
        assert_eq!(item_id("b!d", 7), item_id("b!d", 7));
        assert_ne!(item_id("b!d", 7), item_id("b!d", 8));
        assert_eq!(item_id("b!d", 7).len(), 34);
        assert_eq!(consumer_drive_id("a").len(), 16);
        assert_eq!(item_id("0A1B", 7), "0A1B!7");
        assert_eq!(guid("x").len(), 36);
    }

    #[test]
    fn random_ones_differ_each_time() {
        assert_ne!(random_secret(), random_secret());
        assert_ne!(random_guid(), random_guid());
    }
}
