//! Runs the sync, or uploads a sheet, and is gone after so many polls: no destructor runs, nothing is flushed, as if the
//! power had failed. For the sweeps in `e2e/crashes.rs` and `e2e/crashed_uploads.rs`.
//!
//! `killed DATA GRAPH-URL LOGIN-URL POLLS [SHEET]`
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a part of a test, which stops at the first surprise"
)]

use std::pin::pin;
use std::sync::Arc;

use clientpoint_host::clock::ManualClock;
use clientpoint_host::host::{Host, InsecureEndpoints};
use clientpoint_host::service::{Stop, SyncOptions};

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let host = Host::builder(&arguments[1])
        .component(end_to_end::component())
        .clock(Arc::new(ManualClock::new(end_to_end::MORNING.parse().unwrap())))
        .insecure_endpoints(InsecureEndpoints {
            api: arguments[2].clone(),
            login: arguments[3].clone(),
        })
        .build()
        .await
        .unwrap();
    let admin = host.session("admin").await.unwrap();
    let (options, stop) = (SyncOptions::default(), Stop::default());
    let mut left: usize = arguments[4].parse().unwrap();
    let mut work = pin!(async {
        match arguments.get(5) {
            Some(sheet) => admin.associate(sheet.as_ref(), false, None).await.map(drop),
            None => admin.sync(&options, &stop).await.map(drop),
        }
    });
    std::future::poll_fn(|context| {
        if left == 0 {
            std::process::abort();
        }
        left -= 1;
        work.as_mut().poll(context).map(drop)
    })
    .await;
}
