//! A host whose PostgreSQL loses its answers, ends its connections, is full, or is held by somebody else: what it does is done
//! once, or told, and afterwards all is there.

use std::{collections::BTreeMap, future::Future, time::Duration};

use clientpoint_host::{
    Error,
    host::{HostBuilder, Limits},
    place::Place,
    service::{CheckStanding, CheckSubject, Ledger, Stop, SyncOptions, api::Examination},
    store::users::Role,
};
use end_to_end::{WATCH, World, database, pdf, proxy::Proxy, sync, whole::Whole};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;
use url::Url;

/// A connected world, and its database by two ways.
struct Stage {
    world: World,
    /// The one of the host.
    way: Proxy,
    /// One that nothing is done to.
    direct: PgConnection,
    _folder: TempDir,
}

/// None where stories run on SQLite.
async fn stage(change: impl FnOnce(HostBuilder) -> HostBuilder) -> Option<Stage> {
    let (folder, file) = database::empty()?;
    let url = std::fs::read_to_string(&file).unwrap();
    let direct = PgConnection::connect(&url).await.unwrap();
    let mut behind: Url = url.parse().unwrap();
    let port = behind.port().unwrap_or(5432);
    let way = Proxy::to(&format!("{}:{port}", behind.host_str().unwrap())).await;
    let (address, port) = way.address.split_once(':').unwrap();
    behind.set_host(Some(address)).unwrap();
    behind.set_port(Some(port.parse().unwrap())).unwrap();
    database::write(&file, behind.as_str());
    let world = World::connected_with(|builder| change(builder.database(file))).await;
    Some(Stage {
        world,
        way,
        direct,
        _folder: folder,
    })
}

impl Stage {
    /// Puts files into the drive. Gives their items.
    fn put(&self, names: &[&str], text: &str) -> Vec<String> {
        let put = |name: &&str| {
            self.world
                .sim
                .put(&format!("/{name}"), pdf(&format!("{text} {name}")).into())
        };
        names.iter().map(put).collect()
    }

    /// Every file of the library is there once, with this text and after so many revisions; and no ledger says anything else.
    async fn is_whole(&self, names: &[&str], text: &str, revision: u64) {
        let library = self.world.library().await;
        let there: BTreeMap<&str, u64> = library.iter().map(|file| (file.name.as_str(), file.revision)).collect();
        assert_eq!(library.len(), names.len(), "{there:?}");
        assert_eq!(there, names.iter().map(|name| (*name, revision)).collect());
        for file in &library {
            assert_eq!(self.world.bytes(&file.id).await, pdf(&format!("{text} {}", file.name)));
        }
        let admin = self.world.admin().await;
        for run in admin.runs().await.unwrap() {
            assert_ne!(run.run.state.to_string(), "running", "{run:?}");
            assert_eq!(run.counts.values().sum::<u64>(), run.run.inputs, "{run:?}");
        }
        assert!(admin.verify(&[]).await.unwrap().is_clean());
        assert_eq!(self.world.drafts(), 0);
    }
}

/// Statements of somebody else.
async fn say(direct: &mut PgConnection, statements: &'static str) {
    sqlx::raw_sql(statements).execute(direct).await.unwrap();
}

/// Ends all connections of the host, so often, each time that it has some.
async fn end_connections(direct: &mut PgConnection, times: u32) {
    let mut ended = 0;
    while ended < times {
        let (had,): (bool,) = sqlx::query_as(
            "SELECT coalesce(bool_or(pg_terminate_backend(pid)), false) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .fetch_one(&mut *direct)
        .await
        .unwrap();
        ended += u32::from(had);
    }
}

/// Does what the host is to do while its connections are ended; whoever waits for a time is helped.
async fn under_fire<T>(world: &World, direct: &mut PgConnection, work: impl Future<Output = T>) -> T {
    let fire = async {
        end_connections(direct, 5).await;
        loop {
            // The watch for silence must not be what moves the time.
            world.clock.pass(|asked| asked != WATCH).await;
        }
    };
    tokio::select! {
        biased;
        done = work => done,
        () = fire => unreachable!("waiting has no end"),
    }
}

/// That something was told in words, with a way out.
fn in_words(error: &Error) {
    let told = error.to_string();
    assert!(told.contains("again"), "{}: {told}", error.code());
}

const NAMES: [&str; 5] = ["A.pdf", "B.pdf", "C.pdf", "D.pdf", "E.pdf"];

#[tokio::test]
async fn what_was_done_though_the_answer_got_lost_is_not_done_twice_when_it_is_asked_for_again() {
    let Some(stage) = stage(|builder| builder).await else {
        return;
    };
    let items = stage.put(&NAMES, "first");
    stage.way.lose("INSERT INTO revisions");

    let outcomes = stage.world.admin().await.import(&items).await.unwrap();

    assert!(stage.way.has_lost());
    assert!(outcomes.iter().all(|one| one.outcome == "imported"), "{outcomes:?}");
    stage.is_whole(&NAMES, "first", 1).await;

    stage.put(&NAMES, "second");
    stage.way.lose("INSERT INTO revisions");
    assert_eq!(sync(&stage.world).await.counts, BTreeMap::from([("updated".into(), 5)]));
    assert!(stage.way.has_lost());
    stage.is_whole(&NAMES, "second", 2).await;

    stage.put(&NAMES, "third");
    stage.way.lose("UPDATE runs SET state");
    let admin = stage.world.admin().await;
    let unknown = admin.sync(&SyncOptions::default(), &Stop::default()).await.unwrap_err();
    assert_eq!(unknown.code(), "database-away", "{unknown}");
    assert!(
        unknown.to_string().contains("unless its answer alone got lost"),
        "{unknown}"
    );
    let next = sync(&stage.world).await;
    assert_eq!(next.counts, BTreeMap::from([("unchanged".into(), 5)]));
    assert!(next.before.is_none(), "the run before was over");
    stage.is_whole(&NAMES, "third", 3).await;

    stage.way.lose("INSERT INTO users");
    in_words(&admin.add_user("mia", Role::Member).await.unwrap_err());
    let again = admin.add_user("mia", Role::Member).await.unwrap_err();
    assert!(again.to_string().contains("there is a user `mia`"), "{again}");
    assert_eq!(admin.users().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_server_that_ends_all_connections_in_the_middle_of_an_import_and_a_sync_costs_no_file() {
    let Some(mut stage) = stage(|builder| builder).await else {
        return;
    };
    let items = stage.put(&NAMES, "first");
    let admin = stage.world.admin().await;

    match under_fire(&stage.world, &mut stage.direct, admin.import(&items)).await {
        Ok(outcomes) => {
            for one in outcomes {
                let known = ["imported", "already-imported", "failed"];
                assert!(known.contains(&one.outcome) && !one.message.is_empty(), "{one:?}");
            }
        }
        Err(error) => in_words(&error),
    }

    for one in admin.import(&items).await.unwrap() {
        assert!(["imported", "already-imported"].contains(&one.outcome), "{one:?}");
    }
    stage.is_whole(&NAMES, "first", 1).await;
    stage.put(&NAMES, "second");
    let (options, stop) = (SyncOptions::default(), Stop::default());

    match under_fire(&stage.world, &mut stage.direct, admin.sync(&options, &stop)).await {
        Ok(ledger) => assert_eq!(ledger.counts.values().sum::<u64>(), 5, "{ledger:?}"),
        Err(error) => in_words(&error),
    }

    sync(&stage.world).await;
    stage.is_whole(&NAMES, "second", 2).await;
}

#[tokio::test]
async fn a_server_without_room_is_told_with_each_file_and_the_next_run_brings_all() {
    let Some(mut stage) = stage(|builder| builder).await else {
        return;
    };
    let items = stage.put(&NAMES, "first");
    let (first, rest) = items.split_at(3);
    let admin = stage.world.admin().await;
    admin.import(first).await.unwrap();
    say(
        &mut stage.direct,
        "CREATE FUNCTION clientpoint.is_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$; \
             CREATE TRIGGER is_full BEFORE INSERT ON clientpoint.revisions FOR EACH ROW \
             EXECUTE FUNCTION clientpoint.is_full()",
    )
    .await;

    let outcomes = admin.import(rest).await.unwrap();

    for one in &outcomes {
        assert_eq!((one.outcome, one.reason), ("failed", Some("no-space")), "{one:?}");
        let message = &one.message;
        assert!(
            message.contains("the database at `") && message.contains("make room on its server"),
            "{message}"
        );
    }
    stage.put(&["A.pdf", "B.pdf", "C.pdf"], "second");
    let full: Ledger = sync(&stage.world).await;
    assert_eq!(full.counts, BTreeMap::from([("failed".into(), 3)]));
    for line in &full.lines {
        assert_eq!(line.reason, "no-space", "{line:?}");
        assert!(line.message.contains("(no-space)"), "{line:?}");
    }
    let added = admin.add_file("f.pdf", &pdf("f")[..], &Place::company_wide()).await;
    assert_eq!(added.unwrap_err().code(), "database-full");

    say(&mut stage.direct, "DROP TRIGGER is_full ON clientpoint.revisions").await;

    stage.put(&["D.pdf", "E.pdf"], "second");
    for one in admin.import(rest).await.unwrap() {
        assert_eq!(one.outcome, "imported", "{one:?}");
    }
    assert_eq!(sync(&stage.world).await.counts["updated"], 3);
    let library = stage.world.library().await;
    assert_eq!(library.len(), 5);
    for file in library {
        assert_eq!(stage.world.bytes(&file.id).await, pdf(&format!("second {}", file.name)));
    }
}

#[tokio::test]
async fn a_run_whose_end_can_t_be_written_goes_on_as_often_as_it_takes_and_no_host_is_told_as_lost() {
    let Some(mut stage) = stage(|builder| builder).await else {
        return;
    };
    let items = stage.put(&["A.pdf"], "first");
    let admin = stage.world.admin().await;
    admin.import(&items).await.unwrap();
    stage.put(&["A.pdf"], "second");
    say(
        &mut stage.direct,
        "CREATE FUNCTION clientpoint.is_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$; \
             CREATE TRIGGER is_full BEFORE UPDATE OF state ON clientpoint.runs FOR EACH ROW \
             EXECUTE FUNCTION clientpoint.is_full()",
    )
    .await;
    for _ in 0..4 {
        let error = admin.sync(&SyncOptions::default(), &Stop::default()).await.unwrap_err();
        assert_eq!(error.code(), "database-full", "{error}");
    }

    say(&mut stage.direct, "DROP TRIGGER is_full ON clientpoint.runs").await;

    let next = sync(&stage.world).await;
    let first = next.before.unwrap();
    assert_eq!(first.counts, BTreeMap::from([("updated".into(), 1)]), "{first:?}");
    assert_eq!(next.counts, BTreeMap::from([("unchanged".into(), 1)]));
    stage.is_whole(&["A.pdf"], "second", 2).await;
}

#[tokio::test]
async fn a_table_that_somebody_else_holds_for_too_long_is_told_and_the_next_try_brings_all() {
    let impatient = Limits {
        database: Duration::from_millis(300),
        ..Limits::default()
    };
    let Some(mut stage) = stage(|builder| builder.limits(impatient)).await else {
        return;
    };
    let items = stage.put(&["A.pdf"], "first");
    let hold = "BEGIN; LOCK TABLE clientpoint.revisions IN SHARE ROW EXCLUSIVE MODE";
    say(&mut stage.direct, hold).await;
    let admin = stage.world.admin().await;

    let held = admin.import(&items).await.unwrap().remove(0);
    let added = admin.add_file("f.pdf", &pdf("f")[..], &Place::company_wide()).await;

    assert_eq!((held.outcome, held.reason), ("failed", Some("library")), "{held:?}");
    let busy = added.unwrap_err();
    assert_eq!(busy.code(), "database-busy", "{busy}");
    in_words(&busy);

    say(&mut stage.direct, "ROLLBACK").await;

    assert_eq!(admin.import(&items).await.unwrap().remove(0).outcome, "imported");
    stage.is_whole(&["A.pdf"], "first", 1).await;
}

#[tokio::test]
async fn the_doctor_tells_of_the_server_and_looks_no_further_where_that_is_away() {
    let Some(stage) = stage(|builder| builder).await else {
        return;
    };
    let admin = stage.world.admin().await;
    let of = |found: &Examination, subject| {
        found
            .checks
            .iter()
            .find(|check| check.subject == subject)
            .cloned()
            .unwrap()
    };
    let found = admin.doctor().await.unwrap();
    assert_eq!(
        of(&found, CheckSubject::Database).standing,
        CheckStanding::Well,
        "{found:#?}"
    );
    assert_eq!(
        of(&found, CheckSubject::Key).standing,
        CheckStanding::Well,
        "{found:#?}"
    );

    stage.way.open(false);
    let found = admin.doctor().await.unwrap();
    stage.way.open(true);

    let server = of(&found, CheckSubject::Database);
    assert_eq!(server.standing, CheckStanding::Failed);
    assert!(server.message.contains("the database at `"), "{}", server.message);
    assert_eq!(of(&found, CheckSubject::Key).standing, CheckStanding::NotAsked);
    assert_eq!(of(&found, CheckSubject::SignIn).standing, CheckStanding::NotAsked);
    assert!(!found.well);
}
