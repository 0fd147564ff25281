//! The addresses that redirects have opened, by their digests alone: the addresses themselves are credentials.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sha2::{Digest, Sha256};

/// How many stay open at a time. The oldest closes first.
const AT_MOST: usize = 512;

/// What redirects have opened. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Opened(Arc<Mutex<VecDeque<Address>>>);

#[derive(Clone, Copy, Debug)]
struct Address {
    digest: [u8; 32],
    /// Whether the API itself has named it. Only such a host may name one further address, which may name none.
    by_api: bool,
}

impl Opened {
    /// Whether an address is open, byte for byte.
    pub(super) fn has(&self, address: &str) -> bool {
        find(&self.list(), &digest(address)).is_some()
    }

    /// Opens an address, in all its forms, that came as the answer to `from`: if that is the API, or an address that the
    /// API itself has named.
    pub(super) fn note(&self, from: &str, from_api: bool, forms: &[&str]) {
        let mut list = self.list();
        let named_by_api = |place: usize| list.get(place).is_some_and(|known| known.by_api);
        if !from_api && !find(&list, &digest(from)).is_some_and(named_by_api) {
            return;
        }
        for form in forms {
            let digest = digest(form);
            let known = find(&list, &digest);
            match known.and_then(|place| list.get_mut(place)) {
                Some(known) => known.by_api |= from_api,
                None => list.push_back(Address {
                    digest,
                    by_api: from_api,
                }),
            }
        }
        while AT_MOST < list.len() {
            list.pop_front();
        }
    }

    fn list(&self) -> MutexGuard<'_, VecDeque<Address>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find(list: &VecDeque<Address>, digest: &[u8; 32]) -> Option<usize> {
    list.iter().position(|known| known.digest == *digest)
}

fn digest(address: &str) -> [u8; 32] {
    Sha256::digest(address.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_opened_address_closes_first() {
        let opened = Opened::default();
        for number in 0..=AT_MOST {
            opened.note(
                "https://api.example.com/c",
                true,
                &[&format!("https://files.example.net/{number}")],
            );
        }
        assert!(!opened.has("https://files.example.net/0"));
        assert!(opened.has(&format!("https://files.example.net/{AT_MOST}")));
    }
}
