//! One upload of each person at a time: what comes beside it is told so before a byte of it is read.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Who is uploading something.
#[derive(Clone, Default)]
pub(super) struct Uploads(Arc<Mutex<BTreeSet<String>>>);

/// An upload; it is over once this is dropped.
pub(super) struct Upload {
    all: Uploads,
    user: String,
}

impl Uploads {
    /// Begins one of that person; none where one is under way.
    pub(super) fn begin(&self, user: &str) -> Option<Upload> {
        let is_first = self.known().insert(user.to_owned());
        // Only then is there one: what is made is taken out again once it is dropped.
        is_first.then(|| Upload {
            all: self.clone(),
            user: user.to_owned(),
        })
    }

    fn known(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        self.all.known().remove(&self.user);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_each_person_goes_on_and_the_next_may_come_once_it_is_over() {
        let uploads = Uploads::default();
        let first = uploads.begin("ada").unwrap();
        assert!(uploads.begin("ada").is_none());
        let other = uploads.begin("grace");
        assert!(other.is_some());
        drop(first);
        assert!(uploads.begin("ada").is_some());
    }
}
