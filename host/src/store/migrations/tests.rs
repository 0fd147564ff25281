use std::fs;

use super::*;
use crate::store;

const PATIENCE: Duration = Duration::from_secs(1);

fn now() -> DateTime<Utc> {
    "2026-03-02T05:00:00Z".parse().unwrap()
}

/// A database of an older schema, with a file in it.
async fn old(data: &Path, schema: usize) {
    let mut connection = alone(data, PATIENCE).await.unwrap();
    for script in &SCRIPTS[..schema] {
        sqlx::raw_sql(*script).execute(&mut connection).await.unwrap();
    }
    let rows = "INSERT INTO files (name, place, revision) VALUES ('a.pdf', '', 1); \
                INSERT INTO revisions VALUES (100001, 1, 'abc', 3, '2026-01-01T00:00:00Z'); \
                INSERT INTO connections (id, plugin, mode, settings, secret, connected_at, connected_by) \
                    VALUES ('c', 'p', 'organization', '{}', x'00', '', 'admin'); \
                INSERT INTO links (file, connection, drive, item, hash, size, verification, name, linked_at) \
                    VALUES (100001, 'c', 'd', 'i', '', 3, 'verified', 'a.pdf', '');";
    sqlx::raw_sql(rows).execute(&mut connection).await.unwrap();
    let version = AssertSqlSafe(format!("PRAGMA user_version = {schema}"));
    sqlx::raw_sql(version).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// All that is in a database: its schema, and the rows of the tables that the oldest had.
async fn content(data: &Path) -> Vec<String> {
    let mut connection = alone(data, PATIENCE).await.unwrap();
    let (version,): (i64,) = sqlx::query_as("PRAGMA user_version")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL UNION ALL SELECT name || place || revision FROM files \
         UNION ALL SELECT sha256 FROM revisions UNION ALL SELECT item || name FROM links",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
    let mut all = vec![version.to_string()];
    let mut rows: Vec<String> = rows.into_iter().map(|(row,)| row).collect();
    rows.sort();
    all.extend(rows);
    all
}

fn copied(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

#[tokio::test]
async fn rows_of_before_are_those_of_the_plugin_that_their_connection_was_made_with() {
    let data = tempfile::tempdir().unwrap();
    old(data.path(), 11).await;
    let mut connection = alone(data.path(), PATIENCE).await.unwrap();
    let rows = "INSERT INTO state (connection, key, value, version) VALUES ('c', 'k', x'01', 1); \
                INSERT INTO runs (connection, drive, kind, due, started_by, started_at, options, inputs) VALUES \
                    ('c', 'd', 'scheduled', '2026-03-02', 'timer', '', '', 1), ('c', 'd', 'manual', NULL, 'admin', '', '', 1);";
    sqlx::raw_sql(rows).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();

    run(data.path(), PATIENCE, now()).await.unwrap();

    let mut connection = alone(data.path(), PATIENCE).await.unwrap();
    let told: Vec<(String, Option<String>)> = sqlx::query_as(
        "SELECT plugin, NULL FROM links UNION ALL SELECT plugin, NULL FROM state \
         UNION ALL SELECT plugin, schedule FROM (SELECT * FROM runs ORDER BY id)",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let of = |schedule: Option<&str>| ("p".to_owned(), schedule.map(str::to_owned));
    assert_eq!(told, [of(None), of(None), of(Some("daily-sync")), of(None)]);
    let twice = "INSERT INTO runs (connection, plugin, drive, kind, schedule, due, started_by, started_at, options, inputs) \
                 VALUES ('c', 'p', 'd', 'scheduled', ?, '2026-03-02', 'timer', '', '', 1)";
    let mut again = async |schedule: &str| sqlx::query(twice).bind(schedule).execute(&mut connection).await.is_ok();
    assert!(again("afternoon").await && !again("daily-sync").await);
}

#[tokio::test]
async fn the_numbers_of_files_are_those_of_the_links_from_the_first_moment_on_whatever_the_folder_was() {
    for schema in 1..SCRIPTS.len() {
        let data = tempfile::tempdir().unwrap();
        old(data.path(), schema).await;
        let mut connection = alone(data.path(), PATIENCE).await.unwrap();
        let more = "INSERT INTO files (id, name, place, revision) VALUES (7, 'b.pdf', '', 1), (8, 'c.pdf', '', 1); \
                    INSERT INTO links (file, connection, drive, item, hash, size, verification, name, linked_at) \
                        VALUES (7, 'c', 'd', 'j', '', 3, 'verified', 'b.pdf', ''), (8, 'c', 'e', 'k', '', 3, 'verified', 'c.pdf', '');";
        sqlx::raw_sql(more).execute(&mut connection).await.unwrap();
        // Files could be detached from the schema on that had the sync.
        let detaches = 2 <= schema;
        if detaches {
            let detached = "UPDATE links SET state = 'detached' WHERE file = 8";
            sqlx::query(detached).execute(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();

        let store = store::open(data.path(), PATIENCE).await.unwrap();

        let kept: Vec<(String, i64, i64)> =
            db::query_as("SELECT drive, links, detached FROM link_counts WHERE connection = 'c' ORDER BY drive")
                .fetch_all(store.pool())
                .await
                .unwrap();
        assert_eq!(
            kept,
            [("d".into(), 2, 0), ("e".into(), 1, i64::from(detaches))],
            "{schema}"
        );
        assert!(store::link_counts::mend(&store).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn no_application_is_registered_in_a_database_of_before() {
    for schema in 1..SCRIPTS.len() {
        let data = tempfile::tempdir().unwrap();
        old(data.path(), schema).await;
        run(data.path(), PATIENCE, now()).await.unwrap();
        let mut connection = alone(data.path(), PATIENCE).await.unwrap();
        let counted: (i64, i64) =
            sqlx::query_as("SELECT (SELECT count(*) FROM applications), (SELECT count(*) FROM connections)")
                .fetch_one(&mut connection)
                .await
                .unwrap();
        assert_eq!(counted, (0, 1), "{schema}");
    }
}

#[tokio::test]
async fn an_upgrade_that_dies_at_any_statement_leaves_the_database_as_it_was() {
    for schema in 1..SCRIPTS.len() {
        let data = tempfile::tempdir().unwrap();
        old(data.path(), schema).await;
        let before = content(data.path()).await;
        let mut snapshots = Vec::new();
        let mut connection = alone(data.path(), PATIENCE).await.unwrap();
        apply(&mut connection, schema, &mut || {
            // As if the power failed here: what is on the disk at this moment is all there is.
            let snapshot = tempfile::tempdir().unwrap();
            copied(data.path(), snapshot.path());
            snapshots.push(snapshot);
        })
        .await
        .unwrap();
        connection.close().await.unwrap();

        assert!(SCRIPTS.len() - schema < snapshots.len());
        for (statement, snapshot) in snapshots.iter().enumerate() {
            assert_eq!(content(snapshot.path()).await, before, "{schema} at {statement}");
            run(snapshot.path(), PATIENCE, now()).await.unwrap();
            assert_eq!(content(snapshot.path()).await, content(data.path()).await);
        }
    }
}

#[tokio::test]
async fn an_upgrade_that_is_cut_off_at_any_statement_is_rolled_back_or_whole() {
    let (data, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    old(data.path(), 1).await;
    let before = content(data.path()).await;
    old(other.path(), 1).await;
    run(other.path(), PATIENCE, now()).await.unwrap();
    let after = content(other.path()).await;
    let mut polls = 0;
    loop {
        let mut connection = alone(data.path(), PATIENCE).await.unwrap();
        let mut left = polls;
        let ended = {
            let mut step = || ();
            let mut work = std::pin::pin!(apply(&mut connection, 1, &mut step));
            std::future::poll_fn(move |context| {
                if left == 0 {
                    return std::task::Poll::Ready(false);
                }
                left -= 1;
                work.as_mut().poll(context).map(|done| done.map(|()| true).unwrap())
            })
            .await
        };
        drop(connection);
        if ended {
            break;
        }
        let left_behind = content(data.path()).await;
        polls += 1;
        // The database does its work in a thread of its own: a commit that was handed to it counts, whoever waits for it.
        if left_behind == after {
            break;
        }
        assert_eq!(left_behind, before, "{polls} polls");
    }
    assert!(SCRIPTS.len() < polls);
}

#[tokio::test]
async fn the_database_is_copied_before_it_is_brought_up_to_date() {
    let data = tempfile::tempdir().unwrap();
    old(data.path(), 3).await;
    let before = content(data.path()).await;

    let done = run(data.path(), PATIENCE, now()).await.unwrap().unwrap();

    assert_eq!((done.from, done.to), (3, SCRIPTS.len()));
    let copy = data.path().join(&done.copy);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let other = tempfile::tempdir().unwrap();
    fs::copy(copy, other.path().join(DATABASE)).unwrap();
    assert_eq!(content(other.path()).await, before);
    assert!(run(data.path(), PATIENCE, now()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_database_that_an_older_program_has_open_is_not_brought_up_to_date() {
    let data = tempfile::tempdir().unwrap();
    old(data.path(), 3).await;
    let other = SqliteConnectOptions::new().filename(data.path().join(DATABASE));
    let mut other = other.connect().await.unwrap();
    let (_,): (i64,) = sqlx::query_as("SELECT count(*) FROM files")
        .fetch_one(&mut other)
        .await
        .unwrap();

    let refused = run(data.path(), Duration::from_millis(10), now()).await.unwrap_err();

    assert_eq!(refused.code(), "folder-in-use", "{refused}");
    other.close().await.unwrap();
    run(data.path(), PATIENCE, now()).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = store::open(folder.path(), PATIENCE).await.unwrap();
    db::trial::raw("PRAGMA user_version = 999", store.pool()).await.unwrap();
    store.close().await;

    let error = store::open(folder.path(), PATIENCE).await.unwrap_err().to_string();

    assert!(error.contains("newer version"), "{error}");
    assert_eq!(content(folder.path()).await[0], "999");
}

#[test]
fn a_script_is_cut_into_its_statements() {
    for script in SCRIPTS {
        assert_eq!(statements(script).collect::<String>(), **script);
        for statement in statements(script) {
            let code: String = statement.lines().filter(|line| !line.starts_with("--")).collect();
            // What a trigger does has ends of its own.
            let (begins, ends) = match code.split_once(" BEGIN ") {
                Some((begins, does)) => (begins.to_owned(), does.rsplit_once(" END").unwrap().1.to_owned()),
                None => (String::new(), code),
            };
            assert_eq!(
                (begins.matches(';').count(), ends.matches(';').count()),
                (0, 1),
                "{statement}"
            );
        }
    }
}
