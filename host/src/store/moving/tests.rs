use std::{collections::BTreeSet, path::Path, time::Duration};

use sqlx::AssertSqlSafe;

use super::*;
use crate::store::{DEFAULT_ACCOUNT, Store, bytes_at, identity, migrations, opening, server::Server};

const PATIENCE: Duration = Duration::from_secs(5);

/// A library in a folder, and an empty database for it; none where tests run on SQLite alone.
async fn stage(data: &Path) -> Option<(Server, Store)> {
    let server = crate::store::server::trial::of_folder(data).await?;
    migrations::run(data, PATIENCE, chrono::Utc::now()).await.unwrap();
    Some((server, opening::connect(data, PATIENCE).await.unwrap()))
}

async fn begun(data: &Path, server: &Server, objects: bool) -> Result<Moving> {
    let source = Source::open(data, PATIENCE).await?;
    let target = Target::begin(server, PATIENCE).await?;
    Moving::begin(source, target, objects).await
}

async fn standing(store: &Store, server: &Server) -> Standing {
    tried(store, server).await.unwrap()
}

async fn tried(store: &Store, server: &Server) -> Result<Standing> {
    let library = identity::of_database(store).await.unwrap().id;
    let mut target = Target::begin(server, PATIENCE).await.unwrap();
    let standing = target.standing(&library).await;
    target.leave().await;
    standing
}

async fn filled(store: &Store, rows: i64) {
    let mut transaction = store.write().await.unwrap();
    for number in 1..=rows {
        db::query("INSERT INTO files (name, place, revision) VALUES (?, 'Company Wide', 1)")
            .bind(format!("{number}: Zürich \u{1F600} \\N\t'x'\".pdf"))
            .execute(&mut *transaction)
            .await
            .unwrap();
        db::query("INSERT INTO revisions (file, number, sha256, size, made_at) VALUES (?, 1, ?, 3, '2026-01-01')")
            .bind(100_000 + number)
            .bind(format!("{:064x}", number / 2))
            .execute(&mut *transaction)
            .await
            .unwrap();
    }
    transaction.commit().await.unwrap();
}

#[tokio::test]
async fn every_table_and_column_of_the_present_schema_has_its_place_on_the_server() {
    let data = tempfile::tempdir().unwrap();
    let Some((server, _store)) = stage(data.path()).await else {
        return;
    };
    let mut moving = begun(data.path(), &server, false).await.unwrap();
    let moved: BTreeSet<String> = moving.tables.iter().map(|table| table.name.clone()).collect();
    let of_folder = moving.source.tables().await.unwrap();
    let stays: Vec<&str> = of_folder
        .iter()
        .map(|table| table.name.as_str())
        .filter(|name| !moved.contains(*name))
        .collect();
    assert_eq!(stays, ["company_tokens", "leases", "sign_ins"]);
    let place = |name: &str| moving.tables.iter().position(|table| table.name == name).unwrap();
    for (after, before) in moving.target.references().await.unwrap() {
        if moved.contains(&after) && moved.contains(&before) && after != before {
            assert!(place(&before) < place(&after), "{before} comes before {after}");
        }
    }
}

#[tokio::test]
async fn a_move_that_is_broken_off_at_any_page_leaves_nothing_and_one_that_is_kept_is_there_as_it_was() {
    let data = tempfile::tempdir().unwrap();
    let Some((server, store)) = stage(data.path()).await else {
        return;
    };
    filled(&store, 2_500).await;
    let mut steps = 0;
    loop {
        let mut moving = begun(data.path(), &server, true).await.unwrap();
        let mut left = steps;
        let mut told = |_: Step| match left {
            0 => Err(Error::Storage("broken off".into())),
            _ => {
                left -= 1;
                Ok(())
            }
        };
        let done = moving.write(&mut told).await;
        if let Ok(rows) = done {
            assert!(
                rows.contains(&Rows {
                    table: "files".into(),
                    rows: 2_500
                }),
                "{rows:?}"
            );
            assert!(
                rows.contains(&Rows {
                    table: "objects".into(),
                    rows: 1_251
                }),
                "{rows:?}"
            );
            moving.keep().await.unwrap();
            break;
        }
        // As a program that dies: nobody says that it is given up.
        drop(moving);
        assert_eq!(standing(&store, &server).await, Standing::Empty, "{steps}");
        steps += 1;
    }
    assert!(10 < steps, "{steps}");
    assert_eq!(standing(&store, &server).await, Standing::There);
    let mut moving = begun(data.path(), &server, true).await.unwrap();
    assert_eq!(moving.compare(&mut |_| Ok(())).await.unwrap(), None);
    moving.leave().await;
}

#[tokio::test]
async fn a_single_row_that_is_otherwise_is_found() {
    let data = tempfile::tempdir().unwrap();
    let Some((server, store)) = stage(data.path()).await else {
        return;
    };
    filled(&store, 10).await;
    let mut moving = begun(data.path(), &server, false).await.unwrap();
    moving.write(&mut |_| Ok(())).await.unwrap();
    for (change, told) in [
        (
            "UPDATE clientpoint.files SET name = name || ' ' WHERE id = 100007",
            "`name` of a row of `files`",
        ),
        (
            "DELETE FROM clientpoint.revisions WHERE file = 100010",
            "`revisions` has fewer rows",
        ),
        (
            "INSERT INTO clientpoint.switches (name) VALUES ('x')",
            "`switches` has more rows",
        ),
        (
            "UPDATE clientpoint.identity SET counter = counter - 1",
            "`counter` of a row of `identity`",
        ),
    ] {
        let sent = |text: &'static str| sqlx::raw_sql(AssertSqlSafe(text));
        let connection = &mut moving.target.connection;
        sent("SAVEPOINT before").execute(&mut *connection).await.unwrap();
        sent(change).execute(&mut *connection).await.unwrap();
        let otherwise = moving.compare(&mut |_| Ok(())).await.unwrap().unwrap();
        assert!(otherwise.contains(told), "{otherwise}");
        let connection = &mut moving.target.connection;
        sent("ROLLBACK TO SAVEPOINT before")
            .execute(&mut *connection)
            .await
            .unwrap();
    }
    assert_eq!(moving.compare(&mut |_| Ok(())).await.unwrap(), None);
}

#[tokio::test]
async fn the_rows_that_are_moved_are_no_earlier_state_than_the_folder_has_seen() {
    let data = tempfile::tempdir().unwrap();
    let Some((server, store)) = stage(data.path()).await else {
        return;
    };
    let own = identity::of_database(&store).await.unwrap();
    let file = data.path().join("identity");
    for (id, seen, moved) in [
        (own.id.as_str(), own.counter, own.counter + 1),
        (own.id.as_str(), own.counter + 6, own.counter + 6),
        ("another-library", own.counter + 9, own.counter + 1),
    ] {
        let text = serde_json::json!({ "id": id, "counter": seen }).to_string();
        std::fs::write(&file, text).unwrap();
        for _ in 0..2 {
            let mut moving = begun(data.path(), &server, false).await.unwrap();
            moving.write(&mut |_| Ok(())).await.unwrap();
            let (counter,): (i64,) = sqlx::query_as("SELECT counter FROM clientpoint.identity")
                .fetch_one(&mut moving.target.connection)
                .await
                .unwrap();
            assert_eq!(counter, moved, "{seen}");
            moving.leave().await;
        }
    }
    // What is kept is found again as it was, though the folder is told of it in between.
    let text = serde_json::json!({ "id": own.id, "counter": own.counter + 6 }).to_string();
    std::fs::write(&file, &text).unwrap();
    let mut moving = begun(data.path(), &server, false).await.unwrap();
    moving.write(&mut |_| Ok(())).await.unwrap();
    identity::leave_behind(&store, data.path()).await.unwrap();
    moving.keep().await.unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text, "it never goes back");
    let mut moving = begun(data.path(), &server, false).await.unwrap();
    assert_eq!(moving.compare(&mut |_| Ok(())).await.unwrap(), None);
    moving.leave().await;
}

#[tokio::test]
async fn what_a_refused_host_has_noted_in_an_empty_database_is_in_nobodys_way() {
    let data = tempfile::tempdir().unwrap();
    let Some((server, store)) = stage(data.path()).await else {
        return;
    };
    let there = server.open(DEFAULT_ACCOUNT, PATIENCE).await.unwrap();
    let ours = bytes_at::BytesAt::Folder("the-word-of-some-folder".into());
    bytes_at::note(&there, &ours).await.unwrap();
    assert_eq!(bytes_at::noted(&there).await.unwrap(), Some(ours));
    there.close().await;

    let mut left = 100;
    while let Err(busy) = tried(&store, &server).await {
        // The server may take a moment to see that a host has gone.
        assert_eq!(busy.code(), "database-in-use", "{busy}");
        left -= 1;
        assert!(0 < left, "{busy}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    let mut moving = begun(data.path(), &server, false).await.unwrap();
    moving.write(&mut |_| Ok(())).await.unwrap();
    moving.keep().await.unwrap();
    let there = server.open(DEFAULT_ACCOUNT, PATIENCE).await.unwrap();
    assert_eq!(bytes_at::noted(&there).await.unwrap(), None, "it begins without a note");
}

#[tokio::test]
async fn the_server_goes_on_behind_the_highest_number_that_was_ever_given() {
    let data = tempfile::tempdir().unwrap();
    let Some((server, store)) = stage(data.path()).await else {
        return;
    };
    for given in [0, 5] {
        filled(&store, given).await;
        db::query("DELETE FROM revisions").execute(store.pool()).await.unwrap();
        db::query("DELETE FROM files").execute(store.pool()).await.unwrap();
        let mut moving = begun(data.path(), &server, false).await.unwrap();
        moving.write(&mut |_| Ok(())).await.unwrap();
        let (next,): (i64,) =
            sqlx::query_as("INSERT INTO clientpoint.files (name, place, revision) VALUES ('a', '', 1) RETURNING id")
                .fetch_one(&mut moving.target.connection)
                .await
                .unwrap();
        assert_eq!(next, 100_001 + given);
        moving.leave().await;
    }
}

#[tokio::test]
async fn a_text_that_postgresql_does_not_take_is_named_and_nothing_is_moved() {
    let data = tempfile::tempdir().unwrap();
    let Some((server, store)) = stage(data.path()).await else {
        return;
    };
    filled(&store, 3).await;
    db::query("UPDATE files SET name = 'a' || char(0) || 'b' WHERE id = 100002")
        .execute(store.pool())
        .await
        .unwrap();
    let mut moving = begun(data.path(), &server, false).await.unwrap();
    let told = moving.write(&mut |_| Ok(())).await.unwrap_err().to_string();
    assert!(told.contains("`name` of the row of `files` with id 100002"), "{told}");
    moving.leave().await;
    assert_eq!(standing(&store, &server).await, Standing::Empty);
}
