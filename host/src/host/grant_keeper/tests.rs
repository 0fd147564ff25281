use std::{
    io::{self, ErrorKind},
    time::Duration,
};

use clientpoint_engine::{capability::progress::Unwatched, clock::SystemClock, secrets::Secret};

use super::*;
use crate::{
    rights::{leases::Leases, lock_files::LockFiles},
    store::{self, leases::tests::store_for_tests},
};

/// How long a lease of these tests lasts.
const SHORT: Duration = Duration::from_millis(300);

#[test]
fn a_renewal_that_finds_no_room_names_the_folder_and_the_way_out() {
    let data = tempfile::tempdir().unwrap();
    let said = told(data.path(), io::Error::from(ErrorKind::StorageFull).into());
    let name = data.path().display().to_string();
    assert!(said.contains(&name) && said.contains("emptying the trash"), "{said}");
}

/// As a host has it for the connection `c`.
fn keeper(store: &Store, keys: &Arc<Keys>, rights: &Arc<impl Rights + 'static>, data: &Path) -> DatabaseKeeper {
    DatabaseKeeper {
        store: store.clone(),
        keys: keys.clone(),
        connection: "c".into(),
        rights: rights.clone(),
        data: data.to_path_buf(),
        waiting: Waiting {
            clock: Arc::new(SystemClock::default()),
            watcher: Arc::new(Unwatched),
        },
        alone: Mutex::default(),
    }
}

fn grant(text: &str) -> Grant {
    Grant {
        access: Secret::new(text.into()),
        refresh: Secret::new(text.into()),
        renew_at: "2026-03-02T05:30:00Z".parse().unwrap(),
        scope: None,
    }
}

#[tokio::test]
async fn a_renewed_sign_in_is_kept_once_whoever_writes_for_long_has_come_to_an_end() {
    let data = tempfile::tempdir().unwrap();
    let store = store::open(data.path(), Duration::from_millis(50)).await.unwrap();
    let (key, _) = SecretKey::made();
    grants::unreadable(&store, &key, "c").await;
    let keys = Arc::new(Keys::new(data.path(), key));
    let rights = Arc::new(LockFiles::new(data.path(), None));
    let keeper = keeper(&store, &keys, &rights, data.path());
    let renewed = grant("renewed");

    let long = grants::keep_others_waiting(&store, Duration::from_millis(500));
    let writing = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        keeper.write(&renewed).await
    };
    let ((), written) = tokio::join!(long, writing);

    written.unwrap();
    assert_eq!(keeper.read().await.unwrap().unwrap().refresh.expose(), "renewed");
}

#[tokio::test]
async fn who_stood_still_while_a_sign_in_was_renewed_puts_nothing_over_a_newer_one() {
    let Some((store, data)) = store_for_tests().await else {
        return;
    };
    let (key, _) = SecretKey::made();
    grants::unreadable(&store, &key, "c").await;
    let keys = Arc::new(Keys::new(data.path(), key));
    let [one, other] = [(); 2].map(|()| Arc::new(Leases::over(&store, SHORT).unwrap()));
    let (slow, next) = (
        keeper(&store, &keys, &one, data.path()),
        keeper(&store, &keys, &other, data.path()),
    );

    let right = slow.alone().await.unwrap();
    one.stand_still();
    let newer = next.alone().await.unwrap();
    next.write(&grant("newer")).await.unwrap();
    drop(newer);
    let refused = slow.write(&grant("older")).await.unwrap_err();

    assert!(refused.contains("lost the right"), "{refused}");
    assert_eq!(slow.read().await.unwrap().unwrap().access.expose(), "newer");
    drop(right);
}
