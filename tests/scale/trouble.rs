//! A night with trouble: a host is killed, another stands still for twice the time that a right lasts, the database crashes, a
//! tenant asks for patience, and a host is cut off from the database.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use end_to_end::proxy::Proxy;

use super::{
    AT_MOST, Size,
    data::{self, Data},
    hosts::{self, Hosts},
    judge,
    server::Server,
    world::World,
};

const DAY: &str = "2026-03-03";

/// Twice the time that a right lasts which nobody renews.
const STANDS_STILL: Duration = Duration::from_secs(120);

/// How long a tenant asks for patience, and a host is cut off.
const PATIENCE: Duration = Duration::from_secs(120);
const CUT_OFF: Duration = Duration::from_secs(90);

pub async fn night(server: &Server, world: &World, data: &Data, size: Size) {
    let begun = Instant::now();
    let proxy = Arc::new(Proxy::to(&server.address()).await);
    let cut = data.url.replace(&server.address(), &proxy.address);
    let urls = [data.url.clone(), data.url.clone(), cut, data.url.clone()];
    let mut hosts = Hosts::start_with(data, &urls, "2026-03-03T05:30:00Z");
    world.throttle(&data::tenant(0), PATIENCE);
    let killed = hosts.running[0].id();
    let stopped = hosts.running[1].id();
    let done = Arc::new(Mutex::new([false; 4]));
    let first = |which: usize| !std::mem::replace(&mut done.lock().unwrap()[which], true);
    hosts
        .wait(data, DAY, AT_MOST, |progress| {
            let part = progress.done as f64 / progress.all as f64;
            if 0.1 <= part && first(0) {
                println!("{:.0} s: a host stands still", begun.elapsed().as_secs_f64());
                hosts::signal(stopped, "STOP");
                tokio::spawn(async move {
                    tokio::time::sleep(STANDS_STILL).await;
                    hosts::signal(stopped, "CONT");
                });
            }
            if 0.2 <= part && first(1) {
                println!("{:.0} s: a host is killed", begun.elapsed().as_secs_f64());
                hosts::signal(killed, "KILL");
            }
            if 0.3 <= part && first(2) {
                println!("{:.0} s: a host is cut off", begun.elapsed().as_secs_f64());
                let proxy = proxy.clone();
                proxy.open(false);
                tokio::spawn(async move {
                    tokio::time::sleep(CUT_OFF).await;
                    proxy.open(true);
                });
            }
            if 0.5 <= part && first(3) {
                println!("{:.0} s: the database crashes", begun.elapsed().as_secs_f64());
                server.crash();
            }
            async {}
        })
        .await;
    let seen = *done.lock().unwrap();
    println!("{:.0} s: the night is over", begun.elapsed().as_secs_f64());
    assert_eq!(seen, [true; 4], "all of the trouble was there");
    judge::night(data, world, size, DAY).await;
    let mut connection = data.connect().await;
    let (twice,): (i64,) = sqlx::query_as("SELECT count(*) FROM clientpoint.runs WHERE due = $1 AND lost > 0")
        .bind(DAY)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let (_, refused) = world.amiss();
    println!("runs that were begun by a host that was lost: {twice}; refused by the source: {refused}");
    assert!(0 < refused, "the tenant has asked for patience");
    // As many as two hosts had places for, and those that the crash and the cut took from their hosts.
    let bound = 4 * 32;
    assert!(twice <= bound, "{twice} runs were begun twice; at most {bound} can be");
    // The one that stood still may stand still: it hears of its end once it goes on.
    tokio::time::sleep(STANDS_STILL.saturating_sub(begun.elapsed())).await;
    hosts.end().await;
}
