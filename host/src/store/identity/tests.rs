mod before;

use std::{collections::BTreeMap, time::Duration};

use clientpoint_engine::clock::ManualClock;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use super::*;
use crate::{
    host::Host,
    place::Place,
    store::{
        Store,
        library_list::{self, LibraryFilter, Listed},
        page::Part,
        words::LibraryOrder,
    },
};

const DATABASE: &str = "clientpoint.db";

fn clock(moment: &str) -> ManualClock {
    ManualClock::new(moment.parse().unwrap())
}

async fn opened(data: &Path, moment: &str) -> std::result::Result<Host, String> {
    let clock = std::sync::Arc::new(clock(moment));
    let built = Host::builder(data).clock(clock).build().await;
    built.map_err(|error| {
        let codes: Vec<&str> = error.problems.iter().map(Error::code).collect();
        format!("{}: {error}", codes.join(" "))
    })
}

async fn refused(data: &Path, moment: &str) -> String {
    let before = all_of(data);
    let refused = opened(data, moment).await.err().unwrap();
    assert_eq!(all_of(data), before, "a refused start changes nothing");
    refused
}

/// Adds files by hand on a day, and closes the library.
async fn worked(data: &Path, moment: &str, names: &[&str]) {
    let host = opened(data, moment).await.unwrap();
    let admin = host.session("admin").await.unwrap();
    for name in names {
        let place = Place::company_wide();
        admin.add_file(name, name.as_bytes(), &place).await.unwrap();
    }
    host.close().await;
}

async fn files(data: &Path, moment: &str) -> Vec<String> {
    let host = opened(data, moment).await.unwrap();
    let mut names = Vec::new();
    for Listed { file, .. } in listed(&host).await {
        let content = fs::read(data.join(folder::place(&file.sha256))).unwrap();
        assert_eq!(content, file.name.as_bytes());
        names.push(file.name);
    }
    host.close().await;
    names
}

async fn listed(host: &Host) -> Vec<Listed> {
    let (every, part) = (LibraryFilter::default(), Part::whole(None));
    let page = library_list::page(&host.store, &every, LibraryOrder::Id, &part).await;
    page.unwrap().rows
}

/// Every file and folder, with what is in it.
fn all_of(data: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(data).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(all_of(&path));
            all.insert(path, Vec::new());
        } else {
            let content = fs::read(&path).unwrap();
            all.insert(path, content);
        }
    }
    all
}

fn said(data: &Path) -> Identity {
    read(data).unwrap().unwrap()
}

const MONDAY: &str = "2026-03-02T05:00:00Z";

const TUESDAY: &str = "2026-03-03T05:00:00Z";

const WEDNESDAY: &str = "2026-03-04T05:00:00Z";

#[tokio::test]
async fn a_database_that_is_missing_is_refused_and_with_it_back_all_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let (data, away) = (folder.path().join("data"), folder.path().join("away.db"));
    worked(&data, MONDAY, &["a", "b", "c", "d"]).await;
    fs::rename(data.join(DATABASE), &away).unwrap();

    let error = refused(&data, WEDNESDAY).await;

    assert!(error.starts_with("new-catalogue: "), "{error}");
    for part in [
        "is missing",
        "Put the right `clientpoint.db` back",
        "adopting tells first what that would mean",
        "nothing was changed",
    ] {
        assert!(error.contains(part), "{part} in {error}");
    }
    assert!(!data.join(DATABASE).exists());
    fs::rename(&away, data.join(DATABASE)).unwrap();
    assert_eq!(files(&data, WEDNESDAY).await, ["a", "b", "c", "d"]);
}

#[tokio::test]
async fn an_empty_file_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    worked(data, MONDAY, &["a"]).await;
    fs::write(data.join(DATABASE), b"").unwrap();

    let error = refused(data, TUESDAY).await;

    assert!(error.starts_with("new-catalogue: "), "{error}");
    assert!(error.contains("is empty"), "{error}");
}

#[tokio::test]
async fn a_database_of_this_program_that_is_new_is_refused_beside_objects() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    worked(one.path(), MONDAY, &["a"]).await;
    worked(two.path(), MONDAY, &[]).await;
    fs::copy(two.path().join(DATABASE), one.path().join(DATABASE)).unwrap();

    assert!(refused(one.path(), TUESDAY).await.starts_with("foreign-catalogue: "));
    fs::remove_file(one.path().join(folder::IDENTITY)).unwrap();
    let error = refused(one.path(), TUESDAY).await;
    assert!(
        error.starts_with("new-catalogue: ") && error.contains("has no files"),
        "{error}"
    );
}

#[tokio::test]
async fn the_database_of_another_folder_is_refused() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    worked(one.path(), MONDAY, &["a", "b"]).await;
    worked(two.path(), MONDAY, &["c"]).await;
    fs::copy(two.path().join(DATABASE), one.path().join(DATABASE)).unwrap();

    let error = refused(one.path(), TUESDAY).await;

    assert!(error.starts_with("foreign-catalogue: "), "{error}");
    assert!(error.contains("belongs to another data folder"), "{error}");
}

#[tokio::test]
async fn a_copy_from_before_is_refused_and_the_present_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (data, copy) = (folder.path().join("data"), folder.path().join("copy.db"));
    worked(&data, MONDAY, &["a"]).await;
    fs::copy(data.join(DATABASE), &copy).unwrap();
    worked(&data, TUESDAY, &["b"]).await;
    let present = fs::read(data.join(DATABASE)).unwrap();
    fs::copy(&copy, data.join(DATABASE)).unwrap();

    let error = refused(&data, TUESDAY).await;

    assert!(error.starts_with("older-catalogue: "), "{error}");
    assert!(error.contains("Put the newest `clientpoint.db` back"), "{error}");
    fs::write(data.join(DATABASE), present).unwrap();
    assert_eq!(files(&data, WEDNESDAY).await, ["a", "b"]);
}

#[tokio::test]
async fn something_that_is_no_database_of_ours_is_refused_and_left_as_it_is() {
    for content in [
        b"not a database, but long enough to look like one".repeat(100),
        sqlite().await,
    ] {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        fs::write(data.join(DATABASE), content).unwrap();

        let error = refused(data, MONDAY).await;

        assert!(error.starts_with("no-catalogue: "), "{error}");
    }
}

async fn database(data: &Path, scripts: &[&'static str]) -> Store {
    let options = SqliteConnectOptions::new()
        .filename(data.join(DATABASE))
        .create_if_missing(true);
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await
        .unwrap();
    for script in scripts {
        sqlx::raw_sql(*script).execute(&pool).await.unwrap();
    }
    Store::over(db::Pool::Lite(pool))
}

/// A database of another program.
async fn sqlite() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let store = database(folder.path(), &["CREATE TABLE songs (title TEXT)"]).await;
    store.close().await;
    fs::read(folder.path().join(DATABASE)).unwrap()
}

#[tokio::test]
async fn the_counter_rises_once_a_day_also_in_a_host_that_never_ends() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let clock = clock(MONDAY);
    let host = Host::builder(data)
        .clock(std::sync::Arc::new(clock.clone()))
        .build()
        .await
        .unwrap();
    host.session("admin").await.unwrap();
    let monday = said(data).counter;

    host.session("admin").await.unwrap();
    assert_eq!(said(data).counter, monday);
    clock.advance(Duration::from_secs(24 * 60 * 60));
    host.session("admin").await.unwrap();

    assert_eq!(said(data).counter, monday + 1);
    assert_eq!(of_database(&host.store).await.unwrap(), said(data));
}

#[tokio::test]
async fn killed_between_the_counter_of_the_database_and_that_of_the_folder_all_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    worked(data, MONDAY, &["a"]).await;
    let before = fs::read(data.join(folder::IDENTITY)).unwrap();
    worked(data, TUESDAY, &[]).await;
    let after = said(data);
    // As it is when the database has risen, and the folder has not.
    fs::write(data.join(folder::IDENTITY), before).unwrap();
    // As it is when a program was killed while it wrote the file.
    fs::write(data.join("identity.AbCdEf"), b"{\"id\":").unwrap();

    assert_eq!(files(data, TUESDAY).await, ["a"]);

    assert_eq!(said(data), after, "the folder has caught up");
    files(data, WEDNESDAY).await;
    assert!(!data.join("identity.AbCdEf").exists());
}

#[tokio::test]
async fn a_copy_of_the_database_alone_is_the_whole_catalogue() {
    let (folder, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    worked(folder.path(), MONDAY, &["a", "b"]).await;
    fs::copy(folder.path().join(DATABASE), copy.path().join(DATABASE)).unwrap();

    let host = opened(copy.path(), TUESDAY).await.unwrap();

    assert_eq!(listed(&host).await.len(), 2);
}

#[tokio::test]
async fn an_identity_that_can_not_be_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    worked(data, MONDAY, &["a"]).await;
    fs::write(data.join(folder::IDENTITY), b"\0\0\0\0").unwrap();

    let error = refused(data, TUESDAY).await;

    assert!(error.starts_with("identity-unreadable: "), "{error}");
}

#[tokio::test]
async fn programs_that_make_the_same_folder_at_the_same_time_agree() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");

    let hosts = futures::future::join_all((0..4).map(|_| opened(&data, MONDAY))).await;

    let hosts: Vec<Host> = hosts.into_iter().map(|host| host.unwrap()).collect();
    assert_eq!(of_database(&hosts[0].store).await.unwrap(), said(&data));
}

#[tokio::test]
async fn what_adopting_means_is_said_and_done_by_hand_only() {
    let folder = tempfile::tempdir().unwrap();
    let (data, copy) = (folder.path().join("data"), folder.path().join("copy.db"));
    worked(&data, MONDAY, &["a"]).await;
    fs::copy(data.join(DATABASE), &copy).unwrap();
    worked(&data, TUESDAY, &["b"]).await;
    fs::copy(&copy, data.join(DATABASE)).unwrap();
    let standing = look(&data).await.unwrap();
    let stakes = standing.adoption().unwrap().join("\n");
    for part in ["older than", "would be lost", "2 objects in all (2 bytes)", "30 days"] {
        assert!(stakes.contains(part), "{part} in {stakes}");
    }
    assert!(standing.may_adopt("admin") && !standing.may_adopt("mia"));

    let clock = std::sync::Arc::new(clock(TUESDAY));
    let host = Host::builder(&data).clock(clock).adopt().build().await.unwrap();
    host.close().await;

    assert_eq!(files(&data, TUESDAY).await, ["a"]);
    assert!(look(&data).await.unwrap().adoption().unwrap().is_empty());
    assert!(!data.join("trash").exists(), "on that day nothing is swept");
    files(&data, WEDNESDAY).await;
    assert!(data.join("trash/2026-03-04").exists());
}

#[tokio::test]
async fn a_library_that_is_begun_anew_beside_old_bytes_takes_them_slowly_and_gives_them_back() {
    let folder = tempfile::tempdir().unwrap();
    let (data, away) = (folder.path().join("data"), folder.path().join("away.db"));
    worked(&data, MONDAY, &["a", "b"]).await;
    fs::rename(data.join(DATABASE), &away).unwrap();
    let adopt = async |moment: &str| {
        let host = Host::builder(&data).clock(std::sync::Arc::new(clock(moment))).adopt();
        host.build().await.unwrap().close().await;
    };
    adopt(MONDAY).await;
    assert_eq!(files(&data, TUESDAY).await, [""; 0]);
    assert_eq!(fs::read_dir(data.join("trash/2026-03-03")).unwrap().count(), 2);

    // The right one was found after all.
    fs::rename(&away, data.join(DATABASE)).unwrap();
    assert!(refused(&data, TUESDAY).await.starts_with("foreign-catalogue: "));
    adopt(TUESDAY).await;

    assert_eq!(files(&data, TUESDAY).await, ["a", "b"]);
}
