//! What a run asks the database for, by the program's own log: it does not depend on how many files there are.

use std::process::Output;

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, sqlite::SqliteConnectOptions};

use crate::stage::Stage;

/// How many statements a program has carried out, and how many rows it was given.
#[derive(Clone, Debug, PartialEq)]
struct Asked {
    statements: usize,
    rows: u64,
}

impl Asked {
    /// But for a few: a program that waits for another one's turn asks again. What looks at each file asks for thousands.
    fn is_like(&self, other: &Self) -> bool {
        self.statements.abs_diff(other.statements) <= 3 && self.rows.abs_diff(other.rows) <= 3
    }

    fn of(output: &Output) -> Self {
        let said = String::from_utf8_lossy(&output.stderr);
        // A run glances at up to a thousand objects, another part of them each time; how far it is, is written down every two
        // seconds, however long it takes; and how many connections to the database are opened is chance.
        let by_chance = [
            "FROM revisions WHERE sha256 > ",
            "UPDATE operations SET connection",
            "PRAGMA",
        ];
        let asked = said
            .split("summary=")
            .skip(1)
            .filter(|asked| !by_chance.iter().any(|other| asked.contains(other)));
        let rows: Vec<u64> = asked
            .map(|asked| {
                let (_, rows) = asked.split_once("rows_returned=").unwrap();
                let digits: String = rows.chars().take_while(char::is_ascii_digit).collect();
                digits.parse().unwrap()
            })
            .collect();
        Self {
            statements: rows.len(),
            rows: rows.iter().sum(),
        }
    }
}

/// So many files more that follow items of the drive, with the bytes that the first file has.
async fn more(stage: &Stage, count: u32) {
    let options = SqliteConnectOptions::new().filename(stage.data().join("clientpoint.db"));
    let mut database = options.connect().await.unwrap();
    let script = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
             INSERT INTO files (name, place, revision) SELECT 'more.pdf', 'Company Wide', 1 FROM n; \
         INSERT INTO revisions SELECT f.id, 1, r.sha256, r.size, r.made_at FROM files f, revisions r \
             WHERE r.file = 100001 AND r.number = 1 AND f.id NOT IN (SELECT file FROM revisions); \
         INSERT INTO links (file, connection, plugin, drive, item, hash, size, verification, name, linked_at) \
             SELECT f.id, l.connection, l.plugin, l.drive, 'item ' || f.id, l.hash, l.size, l.verification, f.name, l.linked_at \
             FROM files f, links l WHERE l.file = 100001 AND f.id NOT IN (SELECT file FROM links);"
    );
    sqlx::raw_sql(AssertSqlSafe(script))
        .execute(&mut database)
        .await
        .unwrap();
    database.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_asks_the_database_for_the_same_at_a_hundred_files_and_at_ten_thousand() {
    let Some(stage) = Stage::connected().await else { return };
    let put = |name: &str, content: String| stage.sim.put(name, content.into_bytes().into());
    let items = ["/A.pdf", "/B.pdf", "/C.pdf"].map(|name| put(name, format!("%PDF-{name}")));
    let import = [["onedrive", "import"].as_slice(), &items.each_ref().map(String::as_str)].concat();
    assert!(stage.run(&import).status.success());
    assert!(stage.run(&["sync"]).status.success(), "what is done once a day is done");
    let sync = || {
        let mut command = stage.command(&["--json", "sync"]);
        let output = command.env("CLIENTPOINT_LOG", "sqlx=debug").output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let ledger: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let count = |outcome: &str| ledger["counts"][outcome].as_u64().unwrap_or_default();
        (Asked::of(&output), count("updated"), count("unchanged"))
    };
    let mut before = None;
    for (round, files) in [100_u32, 10_000].into_iter().enumerate() {
        let there = [3, 100][round];
        more(&stage, files - there).await;

        let (quiet, updated, unchanged) = sync();
        assert_eq!((updated, unchanged), (0, u64::from(files)));
        for name in ["/A.pdf", "/B.pdf"] {
            put(name, format!("%PDF-{name} in round {round}"));
        }
        let (changed, updated, unchanged) = sync();
        assert_eq!((updated, unchanged), (2, u64::from(files) - 2));

        assert!(
            10 < quiet.statements && quiet.statements < changed.statements,
            "{quiet:?}, {changed:?}"
        );
        let asked = (quiet, changed);
        let (quiet, changed) = before.get_or_insert_with(|| asked.clone());
        assert!(
            quiet.is_like(&asked.0) && changed.is_like(&asked.1),
            "{files} files: {before:?}, {asked:?}"
        );
    }
    // By hand and by night, the numbers that this rests on are held against the links.
    assert_eq!(stage.json(&["library", "verify"])["mended"], serde_json::json!([]));
}
