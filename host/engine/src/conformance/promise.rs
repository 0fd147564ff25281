//! A promise, and how it is looked at.

use std::{fmt, pin::Pin};

use super::scene::Scene;

/// Something that a library promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Stable, in kebab-case: `commit-once`.
    pub id: &'static str,
    /// In a sentence.
    pub text: &'static str,
}

/// A promise that was not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// What was promised.
    pub promise: Promise,
    /// What was seen instead.
    pub seen: String,
}

/// What was seen where a promise is not kept.
pub(super) type Seen = Result<(), String>;

/// A look that is on its way.
pub(super) type Looking<'a> = Pin<Box<dyn Future<Output = Seen> + Send + 'a>>;

/// A promise, and whether it holds in a library that is empty.
pub(super) struct Check {
    pub(super) promise: Promise,
    pub(super) holds: for<'a> fn(&'a Scene) -> Looking<'a>,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { promise, seen } = self;
        write!(f, "{}: {} Seen: {seen}", promise.id, promise.text)
    }
}

/// A table of promises: a stable id, the function that looks, and the sentence.
macro_rules! promises {
    ($($id:literal $holds:ident $text:literal)+) => {
        pub(super) const PROMISES: &[$crate::conformance::promise::Check] = &[$($crate::conformance::promise::Check {
            promise: $crate::conformance::promise::Promise { id: $id, text: $text },
            holds: |scene| Box::pin($holds(scene)),
        }),+];
    };
}

pub(super) use promises;
