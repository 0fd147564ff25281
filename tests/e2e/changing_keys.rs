//! The key is changed while hosts are at work with one database: each has the next key before anything is sealed with it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use clientpoint_host::{Host, key_files::NextKey, service::Stop};
use end_to_end::{World, builder, database, object_store::ObjectStore, pdf};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

use crate::customers::with_acme;

/// The file of the key that is in force, and of the next one.
const PRESENT: &str = "secret.key";
const NEXT: &str = "secret.key.next";

fn key(data: &Path, name: &str) -> Option<String> {
    fs::read_to_string(data.join(name)).ok()
}

/// As an operator does who copies a key from one machine to another.
fn copy(name: &str, from: &Path, to: &Path) {
    fs::copy(from.join(name), to.join(name)).unwrap();
}

/// A host on another machine, as far as it can tell.
async fn beside(world: &World, store: &ObjectStore) -> (TempDir, Host) {
    let data = tempfile::tempdir().unwrap();
    copy(PRESENT, world.data.path(), data.path());
    let host = opened(world, store, data.path()).await.unwrap();
    (data, host)
}

async fn opened(world: &World, store: &ObjectStore, data: &Path) -> Result<Host, String> {
    let builder = builder(&world.sim, &world.clock, data)
        .database(world.data.path().join("database-url"))
        .objects(store.remote("library"));
    builder.build().await.map_err(|error| error.to_string())
}

/// What is to be done is done while that host is at work.
async fn at_work<T>(host: &Host, work: impl Future<Output = T>) -> T {
    let stop = Stop::default();
    let working = async {
        let done = work.await;
        stop.cancel();
        done
    };
    tokio::join!(host.serve(&stop, |_| {}), working).1
}

/// Asks again and again, as who has to wait a moment does.
async fn in_the_end<T, E: std::fmt::Debug, F: Future<Output = Result<T, E>>>(ask: impl Fn() -> F) -> T {
    let mut last = None;
    for _ in 0..200 {
        match ask().await {
            Ok(done) => return done,
            Err(error) => last = Some(error),
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{last:?}");
}

/// What the other host needs a secret for.
async fn import(host: &Host, item: &str) -> Result<String, String> {
    let admin = host.session("admin").await.unwrap();
    let outcomes = admin
        .import(&[item.to_owned()])
        .await
        .map_err(|error| error.to_string())?;
    let outcome = outcomes.into_iter().next().unwrap();
    outcome
        .file
        .map(|file| file.id)
        .ok_or_else(|| format!("{:?}", outcome.message))
}

#[tokio::test]
async fn the_key_is_changed_while_two_hosts_are_at_work_and_no_secret_is_lost() {
    let store = ObjectStore::start().await;
    let Some((world, acme)) = with_acme(&store).await else {
        return;
    };
    let item = world.sim.put("/A.pdf", pdf("first").into());
    let (data, other) = beside(&world, &store).await;
    let (here, there) = (world.data.path(), data.path());
    let admin = world.admin().await;
    let before = key(here, PRESENT).unwrap();

    let too_soon = admin.rotate_key().await.unwrap_err().to_string();
    assert!(too_soon.contains("no key to change to"), "{too_soon}");
    let NextKey::File { path, is_new } = admin.prepare_key().await.unwrap() else {
        panic!("it comes from a file");
    };
    assert_eq!((PathBuf::from(path), is_new), (here.join(NEXT), true));
    let next = key(here, NEXT).unwrap();
    assert!(matches!(
        admin.prepare_key().await.unwrap(),
        NextKey::File { is_new: false, .. }
    ));
    assert_eq!(key(here, NEXT).unwrap(), next);

    let lacking = admin.rotate_key().await.unwrap_err().to_string();
    assert!(lacking.contains("next key yet: a host on `"), "{lacking}");
    assert_eq!(key(here, PRESENT).unwrap(), before);

    copy(NEXT, here, there);
    let changed = at_work(&other, in_the_end(|| admin.rotate_key())).await;
    assert_eq!(changed, 2, "the company's secret in each of the two accounts");
    assert_eq!((key(here, PRESENT).unwrap(), key(here, NEXT)), (next.clone(), None));

    // Both have secrets to open, in both accounts, at once.
    import(&other, &item).await.unwrap();
    import(&other.of("acme").await.unwrap(), &item).await.unwrap();
    import(&acme, &item).await.unwrap();
    let gone = || async { key(there, NEXT).map_or(Ok(()), Err) };
    at_work(&other, in_the_end(gone)).await;
    assert_eq!(key(there, PRESENT).unwrap(), next);

    // A machine that was away has the old key alone.
    let late = tempfile::tempdir().unwrap();
    fs::write(late.path().join(PRESENT), &before).unwrap();
    fs::set_permissions(
        late.path().join(PRESENT),
        std::os::unix::fs::PermissionsExt::from_mode(0o600),
    )
    .unwrap();
    let refused = opened(&world, &store, late.path()).await.err().unwrap();
    assert!(
        refused.contains("another key") && refused.contains("secret.key"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_change_of_the_key_that_stops_between_two_accounts_goes_on_and_both_are_used_meanwhile() {
    let store = ObjectStore::start().await;
    let Some((world, acme)) = with_acme(&store).await else {
        return;
    };
    let item = world.sim.put("/A.pdf", pdf("first").into());
    let url = fs::read_to_string(world.data.path().join("database-url")).unwrap();
    let mut database = PgConnection::connect(&url).await.unwrap();
    let mut run = async |statement: &str| {
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned()))
            .execute(&mut database)
            .await
            .unwrap();
    };
    let admin = world.admin().await;
    admin.prepare_key().await.unwrap();
    // The second account's are held up.
    run(
        "CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'held up'; END $$; \
         CREATE TRIGGER held BEFORE UPDATE ON clientpoint.connections FOR EACH ROW WHEN (old.account_id = 'acme') \
         EXECUTE FUNCTION held()",
    )
    .await;
    admin.rotate_key().await.unwrap_err();
    run("DROP TRIGGER held ON clientpoint.connections").await;

    // Now one account is sealed with the next key, and the other with the old one; a third begins with the next.
    assert!(key(world.data.path(), NEXT).is_some());
    admin.add_account("third").await.unwrap();
    let other: Arc<Host> = Arc::new(beside_with_both(&world, &store).await);
    for host in [&*other, &*other.of("acme").await.unwrap(), &*acme] {
        import(host, &item).await.unwrap();
    }
    other.of("third").await.unwrap();
    other.close().await;

    assert_eq!(in_the_end(|| admin.rotate_key()).await, 1);
    assert!(key(world.data.path(), NEXT).is_none());
    import(&acme, &item).await.unwrap();
    import(&world.host.of("third").await.unwrap(), &item).await.unwrap_err();
    assert!(database::server().is_some());
}

/// A host on another machine that has both keys. Its folder goes with the world's.
async fn beside_with_both(world: &World, store: &ObjectStore) -> Host {
    let data = world.data.path().join("beside");
    fs::create_dir(&data).unwrap();
    copy(PRESENT, world.data.path(), &data);
    copy(NEXT, world.data.path(), &data);
    opened(world, store, &data).await.unwrap()
}
