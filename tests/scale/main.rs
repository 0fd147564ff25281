//! Many connections of many accounts, three hosts, one PostgreSQL: a night, what it costs, and a night with trouble in it. What
//! is true afterwards is asked of the database.
//!
//! `scale [--connections N] [--accounts N] [--links N] [--hosts N] [--law] [--trouble]`; `cargo xtask scale` starts the server
//! and builds what it needs.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test, which stops at the first surprise and says it"
)]

mod cost;
mod data;
mod hosts;
mod judge;
mod server;
mod trouble;
mod world;

use std::time::{Duration, Instant};

use data::Data;
use hosts::Hosts;
use server::Server;
use world::World;

/// What there is when nobody says otherwise.
#[derive(Clone, Copy, Debug)]
struct Size {
    connections: usize,
    accounts: usize,
    links: usize,
    hosts: usize,
}

/// How many rows a run may read by going over a table whole: as few as those of one connection.
const READ_WHOLE: i64 = 100;

/// No night takes longer.
const AT_MOST: Duration = Duration::from_secs(40 * 60);

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| words.iter().any(|word| word == name);
    let number = |name: &str, otherwise: usize| {
        let place = words.iter().position(|word| word == name);
        place.map_or(otherwise, |place| words[place + 1].parse().expect("a whole number"))
    };
    let size = Size {
        connections: number("--connections", 10_000),
        accounts: number("--accounts", 500),
        links: number("--links", 20),
        hosts: number("--hosts", 3),
    };
    let server = Server::of_the_environment();
    println!(
        "connections | accounts | links each | hosts | time | hosts' CPU | database's CPU | a run: hosts | database | requests"
    );
    if has("--law") {
        for connections in [1_000, 3_000, size.connections] {
            let accounts = (connections / 20).max(1);
            quiet(
                &server,
                Size {
                    connections,
                    accounts,
                    ..size
                },
            )
            .await;
        }
        for hosts in [1, 2] {
            quiet(
                &server,
                Size {
                    hosts,
                    connections: 3_000,
                    accounts: 150,
                    ..size
                },
            )
            .await;
        }
        quiet(
            &server,
            Size {
                connections: 3_000,
                accounts: 150,
                links: size.links * 10,
                ..size
            },
        )
        .await;
    }
    night(&server, size, has("--trouble")).await;
}

/// A night in which nothing has changed.
async fn quiet(server: &Server, size: Size) {
    let world = World::start().await;
    let data = Data::lay(server, &world, size).await;
    measured(server, &world, &data, size).await;
}

async fn measured(server: &Server, world: &World, data: &Data, size: Size) {
    let whole = judge::read_whole(data).await;
    let begun = (Instant::now(), world.requests(), server.cpu());
    let mut hosts = Hosts::start(data, size.hosts, "2026-03-02T05:30:00Z");
    hosts.wait(data, "2026-03-02", AT_MOST, |_| async {}).await;
    let (took, requests) = (begun.0.elapsed(), world.requests() - begun.1);
    let (of_hosts, of_database) = (hosts.cpu(), server.cpu() - begun.2);
    hosts.end().await;
    let runs = size.connections as f64;
    let millis = |time: Duration| time.as_secs_f64() * 1000.0 / runs;
    println!(
        "{} | {} | {} | {} | {:.1} s | {:.1} s | {:.1} s | {:.1} ms | {:.1} ms | {:.2}",
        size.connections,
        size.accounts,
        size.links,
        size.hosts,
        took.as_secs_f64(),
        of_hosts.as_secs_f64(),
        of_database.as_secs_f64(),
        millis(of_hosts),
        millis(of_database),
        requests as f64 / runs,
    );
    let a_run = (judge::read_whole(data).await - whole) / size.connections as i64;
    judge::night(data, world, size, "2026-03-02").await;
    assert!(a_run < READ_WHOLE, "a run goes over {a_run} rows of whole tables");
}

/// A quiet night, and one with trouble if that is wanted.
async fn night(server: &Server, size: Size, with_trouble: bool) {
    let world = World::start().await;
    let data = Data::lay(server, &world, size).await;
    measured(server, &world, &data, size).await;
    if with_trouble {
        trouble::night(server, &world, &data, size).await;
    }
}
