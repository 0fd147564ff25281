//! The key is changed while hosts are at work with one database: each has the next key before anything is sealed with it.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use clientpoint_host::{Host, host::forget_secrets_of_hosts, key_files::NextKey, service::Stop};
use end_to_end::{World, builder, by_path::ByPath, credentials, database, object_store::ObjectStore, pdf};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

use crate::{crashes::dead, customers::with_acme};

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
    tokio::join!(Box::pin(host.serve(&stop, |_| {})), Box::pin(working)).1
}

/// Asks again for as long as the words say that another host has the next key only in a moment.
async fn once_all_have_it<T, F: Future<Output = clientpoint_host::Result<T>>>(ask: impl Fn() -> F) -> T {
    for _ in 0..200 {
        match ask().await {
            Ok(done) => return done,
            Err(error) => assert!(error.to_string().contains("the next key yet"), "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it has not come to that");
}

/// Waits until that file is gone.
async fn gone(file: PathBuf) {
    for _ in 0..200 {
        if !file.exists() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{} stays", file.display());
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
    assert!(lacking.contains("next key yet: a host by `"), "{lacking}");
    assert_eq!(key(here, PRESENT).unwrap(), before);

    copy(NEXT, here, there);
    // A second program on the first folder, as somebody has it who types commands beside a host.
    let serving = opened(&world, &store, here).await.unwrap();
    let changed = at_work(&other, at_work(&serving, once_all_have_it(|| admin.rotate_key()))).await;
    assert_eq!(changed, 2, "the company's secret in each of the two accounts");
    assert_eq!((key(here, PRESENT).unwrap(), key(here, NEXT)), (next.clone(), None));

    // Both have secrets to open, in both accounts, at once.
    import(&other, &item).await.unwrap();
    import(&other.of("acme").await.unwrap(), &item).await.unwrap();
    import(&acme, &item).await.unwrap();
    at_work(&other, gone(there.join(NEXT))).await;
    assert_eq!(key(there, PRESENT).unwrap(), next);
    let again = admin.rotate_key().await.unwrap_err().to_string();
    assert!(again.contains("that is done"), "{again}");

    // A machine that was away has the old key alone.
    let late = tempfile::tempdir().unwrap();
    write_key(late.path(), &before);
    let refused = opened(&world, &store, late.path()).await.err().unwrap();
    assert!(
        refused.contains("another key") && refused.contains("secret.key"),
        "{refused}"
    );
}

/// A change of the key that is broken off when the secrets of `default` are sealed anew, and those of `acme` are not.
async fn stopped_between_two_accounts(world: &World) {
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
}

#[tokio::test]
async fn a_change_of_the_key_that_stops_between_two_accounts_goes_on_and_both_are_used_meanwhile() {
    let store = ObjectStore::start().await;
    let Some((world, acme)) = with_acme(&store).await else {
        return;
    };
    let item = world.sim.put("/A.pdf", pdf("first").into());
    let admin = world.admin().await;
    stopped_between_two_accounts(&world).await;

    // Now one account is sealed with the next key, and the other with the old one; a third begins with the next.
    assert!(key(world.data.path(), NEXT).is_some());
    admin.add_account("third").await.unwrap();
    let other: Arc<Host> = Arc::new(beside_with_both(&world, &store).await);
    for host in [&*other, &*other.of("acme").await.unwrap(), &*acme] {
        import(host, &item).await.unwrap();
    }
    other.of("third").await.unwrap();
    other.close().await;

    assert_eq!(once_all_have_it(|| admin.rotate_key()).await, 1);
    assert!(key(world.data.path(), NEXT).is_none());
    import(&acme, &item).await.unwrap();
    import(&world.host.of("third").await.unwrap(), &item).await.unwrap_err();
}

/// A host on another machine that has both keys. Its folder goes with the world's.
async fn beside_with_both(world: &World, store: &ObjectStore) -> Host {
    let data = world.data.path().join("beside");
    fs::create_dir(&data).unwrap();
    copy(PRESENT, world.data.path(), &data);
    copy(NEXT, world.data.path(), &data);
    opened(world, store, &data).await.unwrap()
}

#[tokio::test]
async fn nobody_comes_in_with_a_key_of_their_own_though_the_first_account_has_no_secret() {
    if database::server().is_none() {
        return;
    }
    let store = ObjectStore::start().await;
    let world = World::with(|builder| builder.objects(store.remote("library"))).await;
    let admin = world.admin().await;
    admin.add_account("acme").await.unwrap();
    let acme = world.host.of("acme").await.unwrap();
    connected(&world, &acme).await;
    let item = world.sim.put("/A.pdf", pdf("first").into());

    let (none, another) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_key(another.path(), &"0123456789abcdef".repeat(4));
    for data in [none.path(), another.path()] {
        let refused = opened(&world, &store, data).await.err().unwrap();
        assert!(refused.contains("another key"), "{refused}");
    }

    assert_eq!(key(none.path(), PRESENT), None);
    import(&acme, &item).await.unwrap();
    let (_data, other) = beside(&world, &store).await;
    import(&other.of("acme").await.unwrap(), &item).await.unwrap();
    admin.add_account("third").await.unwrap();
    connected(&world, &other.of("third").await.unwrap()).await;
}

#[tokio::test]
async fn a_change_of_the_key_of_hosts_that_dies_at_any_await_loses_no_secret() {
    if database::server().is_none() {
        return;
    }
    let world = World::connected().await;
    let data = world.data.path();
    let admin = world.admin().await;
    admin.add_account("acme").await.unwrap();
    connected(&world, &world.host.of("acme").await.unwrap()).await;
    let item = world.sim.put("/A.pdf", pdf("first").into());
    let url = fs::read_to_string(data.join("database-url")).unwrap();
    let mut database = PgConnection::connect(&url).await.unwrap();
    // Once before anything is done, so that the component is compiled.
    assert!(!dead(&world, data, 0, Some("rotate".as_ref())).success());
    let mut polls = 0;
    loop {
        // Those that have died are not waited for.
        sqlx::raw_sql("UPDATE clientpoint.leases SET expires = '-infinity'")
            .execute(&mut database)
            .await
            .unwrap();
        admin.prepare_key().await.unwrap();

        let status = dead(&world, data, polls, Some("rotate".as_ref()));

        let host = builder(&world.sim, &world.clock, data).build().await.unwrap();
        import(&host, &item).await.unwrap();
        import(&host.of("acme").await.unwrap(), &item).await.unwrap();
        host.close().await;
        match admin.rotate_key().await {
            Ok(_) => {}
            Err(error) => assert!(error.to_string().contains("that is done"), "at {polls}: {error}"),
        }
        assert_eq!(key(data, NEXT), None, "at {polls}: {status}");
        if status.success() {
            break;
        }
        assert_eq!(status.code(), None, "it was not killed: the change was refused");
        // One by one at first; further on, one in ten is enough of those that are alike.
        polls += 1 + polls / 10;
    }
    assert!(1 < polls, "it died {polls} polls deep at most");
}

/// Connects with the company's credentials.
async fn connected(world: &World, host: &Host) {
    let admin = host.session("admin").await.unwrap();
    admin.connect_organization(credentials(&world.sim)).await.unwrap();
    admin.select_drive(&world.sim.drive_id(), false).await.unwrap();
}

fn write_key(data: &Path, text: &str) {
    fs::write(data.join(PRESENT), text).unwrap();
    fs::set_permissions(data.join(PRESENT), fs::Permissions::from_mode(0o600)).unwrap();
}

#[tokio::test]
async fn where_no_host_has_the_key_any_more_all_accounts_begin_anew_and_the_files_stay() {
    let store = ObjectStore::start().await;
    let Some((world, acme)) = with_acme(&store).await else {
        return;
    };
    let item = world.sim.put("/A.pdf", pdf("first").into());
    let file = import(&world.host, &item).await.unwrap();
    let address = world.data.path().join("database-url");
    let anew = tempfile::tempdir().unwrap();
    let forget = |data: PathBuf| {
        let address = address.clone();
        async move { forget_secrets_of_hosts(&data, &address, "admin").await }
    };

    let early = forget(anew.path().into()).await.unwrap_err().to_string();
    assert!(early.contains("are at work"), "{early}");
    drop(acme);
    world.host.close().await;
    let known = forget(world.data.path().into()).await.unwrap_err().to_string();
    assert!(known.contains("opens its secrets"), "{known}");
    let refused = opened(&world, &store, anew.path()).await.err().unwrap();
    assert!(refused.contains("if it has any"), "{refused}");
    assert_eq!(key(anew.path(), PRESENT), None, "nobody has made one");

    assert_eq!(forget(anew.path().into()).await.unwrap().secrets, 2);

    let host = opened(&world, &store, anew.path()).await.unwrap();
    let acme = host.of("acme").await.unwrap();
    for of in [&host, &*acme] {
        let admin = of.session("admin").await.unwrap();
        assert!(admin.browse(None).await.is_err(), "its secret was wiped");
        admin.connect_organization(credentials(&world.sim)).await.unwrap();
        admin.browse(None).await.unwrap();
    }
    let admin = host.session("admin").await.unwrap();
    assert_eq!(admin.bytes_of(&file).await.unwrap(), pdf("first"));
    let again = forget(anew.path().into()).await.unwrap_err().to_string();
    assert!(again.contains("are at work"), "{again}");
}

#[tokio::test]
async fn what_the_old_key_opens_of_a_change_that_was_broken_off_is_not_forgotten() {
    let store = ObjectStore::start().await;
    let Some((world, acme)) = with_acme(&store).await else {
        return;
    };
    let item = world.sim.put("/A.pdf", pdf("first").into());
    stopped_between_two_accounts(&world).await;
    drop(acme);
    world.host.close().await;

    let address = world.data.path().join("database-url");
    let refused = forget_secrets_of_hosts(world.data.path(), &address, "admin").await;

    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("opens its secrets"), "{refused}");
    let host = opened(&world, &store, world.data.path()).await.unwrap();
    for of in [&host, &*host.of("acme").await.unwrap()] {
        import(of, &item).await.unwrap();
    }
}
