//! Runs the sync, uploads a sheet, opens a data folder or changes its key, and is gone after so many polls: no destructor runs, nothing is flushed, as if the
//! power had failed. For the sweeps in `e2e/crashes.rs`, `e2e/crashed_uploads.rs`,
//! `e2e/folders.rs` and `e2e/rotations.rs`.
//!
//! `killed DATA GRAPH-URL LOGIN-URL POLLS [SHEET|open|rotate]`; a folder with a file `database-url` has its library there.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a part of a test, which stops at the first surprise"
)]

use std::{path::Path, pin::pin, sync::Arc};

use clientpoint_engine::{clock::ManualClock, test_endpoints::InsecureEndpoints};
use clientpoint_host::{
    Host,
    service::{Stop, SyncOptions},
};
use end_to_end::by_path::ByPath;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let builder = Host::builder(&arguments[1])
        .component(end_to_end::component())
        .clock(Arc::new(ManualClock::new(end_to_end::MORNING.parse().unwrap())))
        .insecure_endpoints(InsecureEndpoints {
            api: arguments[2].clone(),
            login: arguments[3].clone(),
        });
    let database = Path::new(&arguments[1]).join("database-url");
    let builder = if database.exists() {
        builder.database(database)
    } else {
        builder
    };
    let left: usize = arguments[4].parse().unwrap();
    if arguments.get(5).is_some_and(|what| what == "open") {
        let opening = async { builder.build().await.map(drop).unwrap() };
        return dies(left, opening).await;
    }
    let host = builder.build().await.unwrap();
    let admin = host.session("admin").await.unwrap();
    let (options, stop) = (SyncOptions::default(), Stop::default());
    let work = async {
        match arguments.get(5) {
            // Said aloud: a change that was refused would have died nowhere.
            Some(what) if what == "rotate" => {
                admin.rotate_key().await.unwrap();
                Ok(())
            }
            Some(sheet) => admin.associate_path(sheet.as_ref(), false, None).await.map(drop),
            None => admin.sync(&options, &stop).await.map(drop),
        }
    };
    dies(left, async { drop(work.await) }).await;
}

/// Does some work, and dies after so many polls if it has not come to its end by then.
async fn dies(mut left: usize, work: impl Future<Output = ()>) {
    let mut work = pin!(work);
    std::future::poll_fn(|context| {
        if left == 0 {
            std::process::abort();
        }
        left -= 1;
        work.as_mut().poll(context)
    })
    .await;
}
