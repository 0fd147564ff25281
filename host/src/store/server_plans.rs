//! Every statement of this folder, as a server would carry it out over the libraries of several accounts: none reads a table as
//! a whole that grows with files and nights. Values are left open, as in a statement that has been carried out often.

use std::{fs, path::Path, time::Duration};

use super::{
    db::{self, Pool},
    leases, offers, open,
    query_plans::{self, LISTS},
};

/// Ten accounts with ten connections each, each of which has sixty files and eighty nights behind it; and nine of them have very
/// many more connections.
const FILLED: &str = r#"
INSERT INTO clientpoint.accounts SELECT 'account-' || a, '2026-03-01T05:00:00Z' FROM generate_series(1, 9) a;
INSERT INTO clientpoint.connections (id, plugin, mode, settings, secret, drive_id, connected_at, connected_by, account_id)
    SELECT 'c' || c, 'p', 'organization', '{"tenant":"t' || c || '"}', '', 'd', '2026-03-01T05:00:00Z', 'admin',
        CASE c % 10 WHEN 0 THEN 'default' ELSE 'account-' || c % 10 END FROM generate_series(1, 100) c;
INSERT INTO clientpoint.files (id, name, place, revision, account_id)
    SELECT 100000 + f, 'file ' || f, 'Company Wide', 1, c.account_id
    FROM generate_series(1, 6000) f JOIN clientpoint.connections c ON c.id = 'c' || 1 + f % 100;
INSERT INTO clientpoint.revisions (file, number, sha256, size, made_at, account_id)
    SELECT id, 1, lpad(id::text, 64, '0'), 3, '2026-03-01T05:00:00Z', account_id FROM clientpoint.files;
INSERT INTO clientpoint.links (file, connection, plugin, drive, item, hash, size, verification, name, linked_at, state, waiting, suspected, held, place, account_id)
    SELECT id, 'c' || 1 + (id - 100000) % 100, 'p', 'd', 'item ' || id, '', 3, 'no-hash', name, '2026-03-01T05:00:00Z',
        CASE WHEN id % 61 = 0 THEN 'failed' ELSE 'following' END, CASE WHEN id % 53 = 0 THEN id END,
        CASE WHEN id % 59 = 0 THEN 1 ELSE 0 END, CASE WHEN id % 67 = 0 THEN 1 ELSE 0 END,
        CASE WHEN id % 7 = 0 THEN 'place ' || id END, account_id FROM clientpoint.files;
INSERT INTO clientpoint.runs (connection, plugin, drive, kind, schedule, due, state, started_by, started_at, options, inputs, tenant, run_at, account_id)
    SELECT c.id, 'p', 'd', 'scheduled', 'morning', to_char(date '2026-01-01' + n, 'YYYY-MM-DD'), CASE n WHEN 80 THEN 'running' ELSE 'complete' END,
        'timer', '2026-03-01T05:30:00Z', '{}', 60, 't', CASE n WHEN 80 THEN now() END, c.account_id
    FROM clientpoint.connections c, generate_series(1, 80) n;
INSERT INTO clientpoint.outcomes (run, file, outcome, reason, name, message, revision, size, reached, at, account_id)
    SELECT r.id, l.file, 'updated', '', l.name, '', 1, 3, 0, '', r.account_id
    FROM clientpoint.runs r JOIN clientpoint.links l ON l.connection = r.connection AND l.file % 7 = r.id % 7 AND r.id % 3 = 0;
INSERT INTO clientpoint.connections (id, plugin, mode, settings, secret, drive_id, connected_at, connected_by, account_id)
    SELECT 'c' || c, 'p', 'organization', '{"tenant":"t' || c || '"}', '', 'd', '2026-03-01T05:00:00Z', 'admin', 'account-' || 1 + c % 9
    FROM generate_series(101, 4000) c;
INSERT INTO clientpoint.leases (name, holder, epoch, expires)
    SELECT 'account-' || r % 10 || '/sync/c' || r, '{}', 1, '-infinity' FROM generate_series(1, 6000) r;
INSERT INTO clientpoint.operations (kind, begun_by, begun_at, program, told, state, account_id)
    SELECT 'sync', 'admin', '2026-03-01T05:30:00Z', 'program', '{}', CASE WHEN n % 100 = 0 THEN 'running' ELSE 'done' END, a.id
    FROM clientpoint.accounts a, generate_series(1, 300) n;
INSERT INTO clientpoint.bindings (run, file, drive, item, revision, was_linked, account_id)
    SELECT run, file, 'd', 'item ' || file, 1, 0, account_id FROM clientpoint.outcomes;
"#;

/// What grows with connections, files and nights.
const GROWING: [&str; 9] = [
    "bindings",
    "connections",
    "files",
    "leases",
    "links",
    "operations",
    "outcomes",
    "revisions",
    "runs",
];

/// Where some that are put together at run time can be looked at after all.
const AT_WORK: &str = "runs/at_work.rs";

/// What is about SQLite's file alone.
const OF_SQLITE: [&str; 3] = ["copied.rs", "copies.rs", "opening.rs"];

/// The same, of statements in other files.
const ASK_SQLITE: [&str; 2] = ["sqlite_schema", "pragma_"];

/// Statements that only ask whether there is anything, and end with the first row.
const WHETHER_ANY: [&str; 3] = [
    "SELECT EXISTS (SELECT 1 FROM revisions)",
    "SELECT EXISTS (SELECT 1 FROM objects), EXISTS (SELECT 1 FROM revisions)",
    "SELECT EXISTS (SELECT 1 FROM settings",
];

/// The tables that a plan reads as a whole, of those that grow.
fn read_whole(plan: &[String]) -> Vec<&str> {
    let scanned = plan
        .iter()
        .filter_map(|step| step.split_once("Seq Scan on ")?.1.split(' ').next());
    scanned.filter(|table| GROWING.contains(table)).collect()
}

#[tokio::test]
async fn no_statement_of_a_server_reads_a_whole_table_that_grows() {
    let data = tempfile::tempdir().unwrap();
    let store = open(data.path(), Duration::from_secs(20)).await.unwrap();
    let Pool::Post(server) = store.pool() else { return };
    let mut connection = server.pool.acquire().await.unwrap();
    sqlx::raw_sql(FILLED).execute(&mut *connection).await.unwrap();
    sqlx::raw_sql("ANALYZE; SET plan_cache_mode = force_generic_plan")
        .execute(&mut *connection)
        .await
        .unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut all = Vec::new();
    for file in query_plans::files(&folder) {
        let name = file.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
        let is_left_out = LISTS.contains(&name.as_str()) && name != AT_WORK;
        if is_left_out || OF_SQLITE.contains(&name.as_str()) {
            continue;
        }
        for statement in query_plans::statements(&fs::read_to_string(&file).unwrap()) {
            let is_known = ASK_SQLITE.iter().any(|table| statement.contains(table))
                || WHETHER_ANY.iter().any(|begin| statement.starts_with(begin));
            if !is_known {
                let statement = statement.replace("{begun}", ", run_at = NULL");
                all.push((name.clone(), db::trial::on_a_server(&statement)));
            }
        }
    }
    assert!(150 < all.len(), "only {} statements were found", all.len());
    let offers = [
        offers::OFFER,
        offers::LEFT,
        offers::RETURN,
        offers::CLAIM,
        offers::NEXT,
        offers::CLOSE,
        offers::QUEUE,
    ];
    all.extend(offers.map(|said| ("offers.rs".to_owned(), said.to_owned())));
    let of_rights = [leases::TAKE, leases::RENEW, leases::GIVE_BACK, leases::HOLDER];
    all.extend(of_rights.map(|said| ("leases.rs".to_owned(), said.to_owned())));

    let mut told = Vec::new();
    for (name, said) in all {
        match db::trial::server_plan(&said, &mut connection).await {
            Ok(plan) => {
                let mut whole = read_whole(&plan);
                // What is due is asked of every connection there is.
                whole.retain(|table| said != offers::OFFER || *table != "connections");
                if !whole.is_empty() {
                    told.push(format!("{name} reads all of {whole:?}: {said}\n{}", plan.join("\n")));
                }
            }
            Err(error) => told.push(format!("{name}: {error}: {said}")),
        }
    }

    assert!(told.is_empty(), "{}", told.join("\n\n"));
}
