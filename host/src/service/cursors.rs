//! Cursors of lists that a source gives. What such a list goes on by is the plugin's word, which may be an address: it comes
//! back only as it was given, for the same list, since nobody else can make one.

use std::sync::Arc;

use clientpoint_engine::secrets::{Authenticator, SecretKey};

use crate::{Result, host::Host, store::page::Cursor};

impl Host {
    /// A cursor of the list with that name, by what its next page is asked for.
    pub(in crate::service) fn cursor(&self, list: &str, next: &str) -> Cursor {
        let mark = self.key().authenticate(&purpose(list), next.as_bytes()).tag();
        Cursor::marked(&mark, next.as_bytes())
    }

    /// What the next page of the list with that name is asked for by.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for what is no cursor of this list.
    pub(in crate::service) fn next_of(&self, list: &str, cursor: &Cursor) -> Result<String> {
        let (mark, next) = cursor.parted(Authenticator::BYTES)?;
        // Another host, or this one a moment ago, may have another one of the keys while that is being changed.
        let is_by = |key: &Arc<SecretKey>| key.authenticate(&purpose(list), &next).accepts(&mark);
        let is_ours = self.keys_at_hand().iter().any(is_by);
        let next = Some(next).filter(|_| is_ours);
        next.and_then(|next| String::from_utf8(next).ok())
            .ok_or_else(|| cursor.refused())
    }
}

fn purpose(list: &str) -> String {
    format!("cursor of {list}")
}
