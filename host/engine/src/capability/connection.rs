//! `connection`: which account, drive, policy and endpoint this instance works for. Told, never asked for.

use wasmtime::component::{HasData, Linker};

use crate::contract::clientpoint::content_source::connection::{self, Host, Info};

/// What the instance is told. It does not change while the instance lives.
#[derive(Clone, Debug)]
pub struct ConnectionCtx {
    /// The answer of `current`.
    pub info: Info,
}

/// Lends the context.
pub trait ConnectionProvider {
    /// The context of this instance.
    fn connection(&mut self) -> &mut ConnectionCtx;
}

/// Marks the view for the linker.
pub struct HasConnection;

impl HasData for HasConnection {
    type Data<'a> = &'a mut ConnectionCtx;
}

/// Gives the plugin this interface.
///
/// # Errors
///
/// If the linker has it already.
pub fn add_to_linker<T: ConnectionProvider + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    connection::add_to_linker::<T, HasConnection>(linker, T::connection)
}

impl Host for ConnectionCtx {
    fn current(&mut self) -> wasmtime::Result<Info> {
        Ok(self.info.clone())
    }
}
