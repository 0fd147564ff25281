//! `wasi:clocks`, bound to the host's [`Clock`], so that a plugin's waiting moves with it.

use std::{sync::Arc, time::Duration};

use wasmtime::component::{Accessor, HasData, Linker};
use wasmtime_wasi::p3::bindings::clocks::{monotonic_clock, system_clock, types};

use crate::clock::Clock;

/// The clock of one instance.
pub struct ClocksCtx {
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
}

/// Lends the context.
pub trait ClocksProvider: Send {
    /// The context of this instance.
    fn clocks(&mut self) -> &mut ClocksCtx;
}

/// Marks the view for the linker.
pub struct HasClocks;

impl HasData for HasClocks {
    type Data<'a> = &'a mut ClocksCtx;
}

/// Gives the plugin `monotonic-clock` and `system-clock`.
///
/// # Errors
///
/// If the linker has them already.
pub fn add_to_linker<T: ClocksProvider + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    types::add_to_linker::<T, HasClocks>(linker, T::clocks)?;
    monotonic_clock::add_to_linker::<T, HasClocks>(linker, T::clocks)?;
    system_clock::add_to_linker::<T, HasClocks>(linker, T::clocks)
}

impl types::Host for ClocksCtx {}

impl system_clock::Host for ClocksCtx {
    fn now(&mut self) -> wasmtime::Result<system_clock::Instant> {
        let now = self.clock.utc();
        Ok(system_clock::Instant {
            seconds: now.timestamp(),
            nanoseconds: now.timestamp_subsec_nanos().min(999_999_999),
        })
    }

    fn get_resolution(&mut self) -> wasmtime::Result<types::Duration> {
        Ok(1)
    }
}

impl monotonic_clock::Host for ClocksCtx {
    fn now(&mut self) -> wasmtime::Result<monotonic_clock::Mark> {
        Ok(nanoseconds(self.clock.elapsed()))
    }

    fn get_resolution(&mut self) -> wasmtime::Result<types::Duration> {
        Ok(1)
    }
}

impl<T> monotonic_clock::HostWithStore<T> for HasClocks {
    async fn wait_until(accessor: &Accessor<T, Self>, when: monotonic_clock::Mark) -> wasmtime::Result<()> {
        let clock = accessor.with(|mut access| access.get().clock.clone());
        let rest = when.saturating_sub(nanoseconds(clock.elapsed()));
        clock.sleep(Duration::from_nanos(rest)).await;
        Ok(())
    }

    async fn wait_for(accessor: &Accessor<T, Self>, how_long: types::Duration) -> wasmtime::Result<()> {
        let clock = accessor.with(|mut access| access.get().clock.clone());
        clock.sleep(Duration::from_nanos(how_long)).await;
        Ok(())
    }
}

/// 584 years fit.
fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
