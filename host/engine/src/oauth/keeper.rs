//! What the tokens of a connection need of whoever owns it.

use std::{any::Any, future::Future, pin::Pin, sync::Arc};

use super::{CompanyToken, Grant, TokenError};

/// A future that a [`Keeper`] or a [`Cache`] gives.
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

/// Keeps the company's token for all processes that work with one library, so that one of them asks for it. Nobody depends
/// on it: where it fails, each process asks for itself. The errors are for the log.
pub trait Cache: Send + Sync {
    /// Waits for the sole right to ask, among all processes. It ends when what is given is dropped.
    fn alone(&self) -> Keeping<'_, Box<dyn Any + Send>>;

    /// What is kept, whether it is good still or not; none if nothing is, or nobody can read it.
    fn read(&self) -> Keeping<'_, Option<CompanyToken>>;

    /// Puts this in its place.
    fn write<'a>(&'a self, token: &'a CompanyToken) -> Keeping<'a, ()>;
}

/// By whom the tokens of a connection are kept.
pub enum KeptBy {
    /// By nobody: they are the application's own, in memory.
    Nobody,
    /// The application's own, for all processes.
    Cache(Arc<dyn Cache>),
    /// A person's.
    Keeper(Arc<dyn Keeper>),
}

/// Knows the numbers of a sign-in service.
pub trait Judge: Send + Sync {
    /// Whether a refusal passes by itself; none where nobody can say.
    fn passes<'a>(&'a self, refused: &'a TokenError) -> Pin<Box<dyn Future<Output = Option<bool>> + Send + 'a>>;
}
