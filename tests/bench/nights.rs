//! The curve of a quiet night: what the daily sync costs by how many files there are, and by how many connections.

use std::time::{Duration, Instant};

use end_to_end::{World, many::connections};
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};

use super::{median, milliseconds};

const FILES: [usize; 3] = [1_000, 10_000, 100_000];
const CONNECTIONS: [usize; 3] = [1, 10, 100];
/// How often a night is measured; the median is told.
const NIGHTS: usize = 5;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub async fn nights() {
    println!("quiet night, all connections' runs, in ms (the simulator in the same process):");
    println!("managed files | connections: 1 | 10 | 100");
    for files in FILES {
        let mut line = format!("{files:>13}");
        for count in CONNECTIONS {
            line.push_str(&format!(" | {:>8.1}", milliseconds(night(files, count).await)));
        }
        println!("{line}");
    }
}

async fn night(files: usize, count: usize) -> Duration {
    let world = World::connected().await;
    connections(&world, count, &[]).await;
    // Each fetches what is new of its own file, and writes down where it stands.
    serve(&world, count).await;
    more(&world, files.saturating_sub(count)).await;
    serve(&world, count).await;
    let mut nights = Vec::new();
    for _ in 0..NIGHTS {
        nights.push(serve(&world, count).await);
    }
    median(nights)
}

/// The next morning's runs.
async fn serve(world: &World, count: usize) -> Duration {
    world.clock.advance(DAY);
    let admin = world.admin().await;
    let begin = Instant::now();
    let ledgers = admin.serve_once(&Default::default()).await.unwrap();
    let took = begin.elapsed();
    // The company's own connection, which all of them were made from, has its run too.
    assert_eq!(ledgers.len(), count + 1);
    assert!(ledgers.iter().all(Result::is_ok), "{ledgers:?}");
    took
}

/// So many files more, spread over the connections, as imports would have left them.
async fn more(world: &World, count: usize) {
    let options = SqliteConnectOptions::new().filename(world.data.path().join("clientpoint.db"));
    let mut database = options.connect().await.unwrap();
    let mut transaction = database.begin().await.unwrap();
    let models: Vec<(i64,)> = sqlx::query_as("SELECT file FROM links ORDER BY file")
        .fetch_all(&mut *transaction)
        .await
        .unwrap();
    for ((model,), number) in models.iter().cycle().zip(0..count) {
        let made = sqlx::query("INSERT INTO files (name, place, revision) VALUES ('more.pdf', 'Company Wide', 1)")
            .execute(&mut *transaction)
            .await
            .unwrap();
        for copy in [
            "INSERT INTO revisions (file, number, sha256, size, made_at) \
             SELECT ?1, 1, sha256, size, made_at FROM revisions WHERE file = ?2 AND number = 1",
            "INSERT INTO links (file, connection, plugin, drive, item, hash, size, verification, name, linked_at) \
             SELECT ?1, connection, plugin, drive, 'more ' || ?3, hash, size, verification, name, linked_at \
             FROM links WHERE file = ?2",
        ] {
            sqlx::query(copy)
                .bind(made.last_insert_rowid())
                .bind(model)
                .bind(number as i64)
                .execute(&mut *transaction)
                .await
                .unwrap();
        }
    }
    transaction.commit().await.unwrap();
    sqlx::query("ANALYZE").execute(&mut database).await.unwrap();
    database.close().await.unwrap();
}
