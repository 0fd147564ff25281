//! What [`crate::library`] promises, each promise held against a library: for whoever writes one of their own.
//!
//! [`broken`] is given a way to make an empty library, with what people do beside plugins ([`Stage`]), and answers which
//! promises it does not keep, in words. Read as a specification, the files of this folder say of each method what must be
//! true of it: a table of promises, then one function for each.
//!
//! Each promise has a library of its own, so that none depends on what another has left. What is beyond a suite: that
//! what was answered is still there after the process has died, and that an upload can be taken back.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures::FutureExt;
use tokio::time::timeout;

use promise::Check;
use scene::Scene;

mod promise;
mod scene;
mod stage;

mod binding;
mod commits;
mod drafts;
mod dropped;
mod due;
mod lookups;
mod managed;
mod publishing;
mod settling;
mod states;
mod together;

pub use promise::{Broken, Promise};
pub use stage::{Arranging, Stage, Work};

/// How long a promise may take to be looked at; a library that does not answer by then keeps it waiting for ever.
const PATIENCE: Duration = Duration::from_secs(120);

/// The tables of promises, in the order of the traits.
const TABLES: [&[Check]; 11] = [
    drafts::PROMISES,
    commits::PROMISES,
    publishing::PROMISES,
    lookups::PROMISES,
    binding::PROMISES,
    managed::PROMISES,
    due::PROMISES,
    settling::PROMISES,
    states::PROMISES,
    together::PROMISES,
    dropped::PROMISES,
];

/// All that is promised, in the order in which it is looked at.
pub fn promises() -> impl Iterator<Item = Promise> {
    TABLES.into_iter().flatten().map(|check| check.promise)
}

/// The promises that the library does not keep which `make` makes: none for one that is right. To be called on a tokio
/// runtime. `make` is called once a promise, and makes an empty library each time, of which nobody else knows.
pub async fn broken<S: Stage, F: Future<Output = Result<S, String>>>(make: impl Fn() -> F) -> Vec<Broken> {
    let mut broken = Vec::new();
    for check in TABLES.into_iter().flatten() {
        if let Err(seen) = kept(&make, check).await {
            broken.push(Broken {
                promise: check.promise,
                seen,
            });
        }
    }
    broken
}

/// Whether a promise is kept; what was seen where it is not.
async fn kept<S: Stage, F: Future<Output = Result<S, String>>>(
    make: &impl Fn() -> F,
    check: &Check,
) -> Result<(), String> {
    let looking = async {
        let scene = Scene::on(make().await?).await?;
        (check.holds)(&scene).await
    };
    match timeout(PATIENCE, AssertUnwindSafe(looking).catch_unwind()).await {
        Ok(Ok(seen)) => seen,
        Ok(Err(_)) => Err("the library panicked".into()),
        Err(_) => Err(format!("no answer within {} seconds", PATIENCE.as_secs())),
    }
}
