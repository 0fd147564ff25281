//! Who carries a statement out: any connection of the pool, or the one of a transaction.

use super::{Connection, Pool, addresses::Way};

/// What a statement is given to.
pub(in crate::store) trait Executor<'c>: Send {
    /// Who that is.
    fn target(self) -> Target<'c>;
}

/// Who carries a statement out.
pub(in crate::store) enum Target<'c> {
    /// Any connection.
    Pool(&'c Pool),
    /// The one of a transaction.
    Connection(&'c mut Connection),
}

impl<'c> Executor<'c> for &'c Pool {
    fn target(self) -> Target<'c> {
        Target::Pool(self)
    }
}

impl<'c> Executor<'c> for &'c mut Connection {
    fn target(self) -> Target<'c> {
        Target::Connection(self)
    }
}

impl<'c> Target<'c> {
    /// The way to the server that carries it out, if it is one.
    pub(super) fn way(&self) -> Option<Way> {
        match self {
            Self::Pool(Pool::Post(post)) => Some(post.addresses.way()),
            Self::Connection(Connection::Post(begun)) => Some(begun.way.clone()),
            Self::Pool(Pool::Lite(_)) | Self::Connection(Connection::Lite(_)) => None,
        }
    }

    /// The pool, where it is any connection of that.
    pub(super) fn pool(&self) -> Option<&'c Pool> {
        match self {
            Self::Pool(pool) => Some(pool),
            Self::Connection(_) => None,
        }
    }
}
