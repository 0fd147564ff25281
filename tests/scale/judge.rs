//! What must be true after a night, asked of the database.

use super::{
    Size,
    data::Data,
    world::{UNITS, World},
};

/// What there must be none of.
const NONE: [(&str, &str); 5] = [
    (
        "connections without a run of the day, or with more than one",
        "SELECT count(*) FROM clientpoint.connections c \
         WHERE (SELECT count(*) FROM clientpoint.runs r WHERE r.connection = c.id AND r.due = $1) <> 1",
    ),
    (
        "runs that are not complete",
        "SELECT count(*) FROM clientpoint.runs WHERE due = $1 AND state <> 'complete'",
    ),
    (
        "ledgers that do not add up",
        "SELECT count(*) FROM clientpoint.runs r WHERE r.due = $1 \
         AND r.inputs <> r.rest + (SELECT count(*) FROM clientpoint.outcomes o WHERE o.run = r.id)",
    ),
    (
        "runs of another account than their connection's",
        "SELECT count(*) FROM clientpoint.runs r JOIN clientpoint.connections c ON c.id = r.connection \
         WHERE r.due = $1 AND r.account_id <> c.account_id",
    ),
    (
        "numbers of links that do not agree with the links",
        "SELECT count(*) FROM clientpoint.link_counts k WHERE $1 <> '' AND k.links <> (SELECT count(*) FROM clientpoint.links l \
         WHERE l.connection = k.connection AND l.drive = k.drive)",
    ),
];

/// How many rows of the tables that grow with the libraries were read by going over them whole.
pub async fn read_whole(data: &Data) -> i64 {
    let mut connection = data.connect().await;
    let (rows,): (i64,) = sqlx::query_as(
        "SELECT CAST(sum(seq_tup_read) AS bigint) FROM pg_stat_user_tables WHERE schemaname = 'clientpoint' \
         AND relname IN ('links', 'files', 'revisions', 'outcomes', 'state', 'leases')",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    rows
}

/// Stops if something is not as it must be.
pub async fn night(data: &Data, world: &World, size: Size, day: &str) {
    let mut connection = data.connect().await;
    let told: Vec<(String, String, i64)> = sqlx::query_as(
        "SELECT state, coalesce(message, ''), count(*) FROM clientpoint.runs WHERE due = $1 AND state <> 'complete' \
         GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 5",
    )
    .bind(day)
    .fetch_all(&mut connection)
    .await
    .unwrap();
    for (state, message, runs) in told {
        println!("{runs} runs are {state}: {message}");
    }
    for (what, statement) in NONE {
        let (count,): (i64,) = sqlx::query_as(statement)
            .bind(day)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(count, 0, "{what}");
    }
    let (unknown, _) = world.amiss();
    assert_eq!(unknown, 0, "the source was asked what it does not know");
    let most = world.most_units();
    assert!(most <= UNITS, "a tenant has used {most} units in a minute");
    let (moved,): (i64,) = sqlx::query_as("SELECT count(*) FROM clientpoint.state WHERE version > 1")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(moved, size.connections as i64, "each stands where its source has told");
}
