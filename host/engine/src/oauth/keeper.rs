//! What the tokens of a connection need of whoever owns it.

use std::{any::Any, future::Future, pin::Pin};

use super::{Grant, TokenError};

/// A future that a [`Keeper`] gives.
pub type Keeping<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// Keeps the grant of one connection. The errors are for people.
pub trait Keeper: Send + Sync {
    /// Waits for the sole right to renew, among all processes. It ends when what is given is dropped.
    fn alone(&self) -> Keeping<'_, Box<dyn Any + Send>>;

    /// What is kept; none if the connection was given up.
    fn read(&self) -> Keeping<'_, Option<Grant>>;

    /// Puts this in its place, durably, all or nothing.
    fn write<'a>(&'a self, grant: &'a Grant) -> Keeping<'a, ()>;
}

/// Knows the numbers of a sign-in service.
pub trait Judge: Send + Sync {
    /// Whether a refusal passes by itself; none where nobody can say.
    fn passes<'a>(&'a self, refused: &'a TokenError) -> Pin<Box<dyn Future<Output = Option<bool>> + Send + 'a>>;
}
