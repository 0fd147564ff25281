//! A simulated Microsoft Graph and sign-in service, with faults on request.
//!
//! Three servers on the loopback address answer as the real ones do: *Graph* (users, sites, drives, items, changes),
//! *login* (a page to sign in, and tokens) and *content* (downloads by pre-authenticated address). [`Sim::start`] starts
//! them, the methods of [`Sim`] change what lies in the drives and what goes wrong, and [`Sim::requests`] tells what was
//! asked. The binary `graph-sim` is the same for people; both can be steered by HTTP, see `control.rs`.
//!
//! ```no_run
//! # async fn story() -> anyhow::Result<()> {
//! use graph_sim::{Config, Fault, FaultKind, Seed, Sim};
//!
//! let sim = Sim::start(Config { seed: Seed::Empty, ..Config::default() }).await?;
//! sim.put("/Team/Plan.docx", "a plan".into());
//! sim.fault(Fault::new(FaultKind::Cut(Some(3))).on("/Team/Plan.docx").times(1));
//! // ... let a client loose on `sim.graph_url()` and `sim.login_url()` ...
//! assert!(sim.requests().iter().all(|request| request.method == "GET" || request.method == "POST"));
//! # Ok(())
//! # }
//! ```
//!
//! The way of a request: `server.rs` notes it and logs the answer. `sign_in/` lets people choose who they are, and gives
//! codes and tokens. `graph.rs` checks the token, the resource units (`units.rs`) and the faults, and leads to
//! `organization.rs`, `browse.rs`, `delta.rs`, `download.rs`, or to `batch.rs`, which sends each of its entries the same
//! way. `content_host.rs` gives the bytes. What they know lies in `world.rs`: a `company.rs` with its `drive/` trees,
//! over `content.rs`; each drive keeps the order of its changes.
//!
//! It is stricter than the service where a client should not rely on leniency (`state` and `nonce` have to be there,
//! assertions are PS256 only), more lenient in one thing (a personal account may sign in everywhere, so that a client's
//! own refusal can be tried out), and other in one: id_tokens are signed with ES256, not RS256.

mod clock;
mod company;
mod config;
mod content;
mod content_host;
mod control;
mod drive;
mod fault;
mod fault_text;
mod graph;
mod ids;
mod in_drive;
mod item_json;
mod line;
mod log;
mod quick_xor;
mod quirks;
mod reply;
mod seed;
mod server;
mod sign_in;
mod sim;
mod text;
mod ticket;
mod units;
mod world;

pub use self::{
    config::{
        CLIENT_ID, CLIENT_SECRET, Config, Consent, DeltaStyle, EXPIRED_SECRET, Oddity, Platform, Redirect, Resync,
        Seed, TENANT_DOMAIN, TENANT_ID,
    },
    content::Content,
    control::control_verbs,
    fault::{Fault, FaultKind, Place, RetryAfter, SignInRefusal},
    fault_text::FAULTS,
    in_drive::InDrive,
    log::{Logged, Origin, RequestKind},
    quick_xor::QuickXor,
    quirks::{BatchPaths, Quirks},
    sim::Sim,
};
