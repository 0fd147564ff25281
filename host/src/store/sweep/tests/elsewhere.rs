//! Sweeps of objects that lie on an object store.

use std::{sync::Arc, time::Instant};

use object_store::{ObjectStoreExt, path::Path as At};
use tokio::sync::Semaphore;

use super::*;
use crate::store::{
    going::{self, Going},
    objects::{
        Remote,
        faulty::{Fault, Faulty},
    },
    sending,
};

/// A library whose objects lie elsewhere, and a morning.
struct Far {
    data: tempfile::TempDir,
    store: Store,
    objects: Objects,
    faulty: Faulty,
    now: DateTime<Utc>,
}

impl Far {
    async fn new() -> Self {
        let (data, faulty) = (tempfile::tempdir().unwrap(), Faulty::default());
        let store = crate::store::open(data.path(), Duration::from_secs(20)).await.unwrap();
        identity::settle(&store, data.path()).await.unwrap();
        let remote = Remote::over(Arc::new(faulty.clone()), At::default(), "s3://bucket");
        let objects = Objects::open_with(data.path(), remote).unwrap();
        sending::settle(&store, &objects, false, true).await.unwrap();
        Self {
            data,
            store,
            objects,
            faulty,
            now: "2026-03-02T05:00:00Z".parse().unwrap(),
        }
    }

    async fn publish(&self, bytes: &[u8]) -> Object {
        self.try_to_publish(bytes).await.unwrap()
    }

    async fn try_to_publish(&self, bytes: &[u8]) -> Result<Object> {
        let mut draft = self.objects.draft(1 << 20).unwrap();
        draft.append(bytes).unwrap();
        let settled = draft.settle().unwrap();
        let sent = sending::send(&self.store, &self.objects, settled, &stamp(self.now)).await?;
        Ok((*self.objects.publish_settled(sent)?).clone())
    }

    async fn point_at(&self, object: &Object) {
        let file = NewFile {
            name: "a.pdf",
            place: &Place::company_wide(),
            object,
            link: None,
        };
        files::create(&self.store, file, &stamp(self.now)).await.unwrap();
    }

    async fn let_go(&self, object: &Object) {
        let_go(&self.store, object, &stamp(self.now)).await;
    }

    async fn sweep(&self) -> Result<Option<Swept>> {
        daily(&self.store, &self.objects, self.data.path(), self.now).await
    }

    async fn days_later(&mut self, days: i64) -> Result<Swept> {
        self.now += TimeDelta::days(days);
        self.sweep().await.map(|swept| swept.unwrap())
    }

    async fn has(&self, object: &Object) -> bool {
        let names = self.faulty.names().await;
        names.iter().any(|name| name.ends_with(&object.sha256))
    }

    async fn rows(&self, table: &str) -> i64 {
        let query = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let (count,): (i64,) = db::query_as(query).fetch_one(self.store.pool()).await.unwrap();
        count
    }
}

#[tokio::test]
async fn what_was_let_go_is_deleted_once_the_trash_would_have_kept_it_for_its_time() {
    let mut far = Far::new().await;
    let (kept, lost) = (far.publish(b"kept").await, far.publish(b"lost").await);
    far.point_at(&kept).await;
    far.let_go(&lost).await;

    let swept = far.days_later(29).await.unwrap();
    assert_eq!((swept.objects, swept.emptied.objects), (2, 0));
    assert!(far.has(&lost).await);

    let swept = far.days_later(1).await.unwrap();
    assert_eq!((swept.emptied.objects, swept.emptied.bytes), (1, 4));
    assert!(!far.has(&lost).await && far.has(&kept).await);
    assert_eq!((far.rows("objects").await, far.rows("let_go").await), (1, 0));
    assert_eq!(far.sweep().await.unwrap(), None, "the day is not over");
}

#[tokio::test]
async fn what_is_needed_again_stays_and_what_is_announced_again_has_its_time_anew() {
    let mut far = Far::new().await;
    let (needed, again) = (far.publish(b"needed").await, far.publish(b"again").await);
    far.let_go(&needed).await;
    far.let_go(&again).await;
    far.point_at(&needed).await;
    far.now += TimeDelta::days(20);
    far.publish(b"again").await;
    far.let_go(&again).await;

    far.days_later(20).await.unwrap();
    assert!(far.has(&needed).await && far.has(&again).await);
    assert_eq!(far.rows("let_go").await, 1);
    far.days_later(10).await.unwrap();
    assert!(far.has(&needed).await && !far.has(&again).await);
}

#[tokio::test]
async fn what_its_host_has_died_over_is_let_go_two_days_later_and_what_nobody_announced_is_left_alone() {
    let mut far = Far::new().await;
    let lost = far.publish(b"lost").await;
    let stranger = At::from("objects/ab").join("ab".repeat(32));
    far.faulty.inner.put(&stranger, "not ours".into()).await.unwrap();

    far.days_later(1).await.unwrap();
    assert_eq!(far.rows("let_go").await, 0);
    far.days_later(1).await.unwrap();
    assert_eq!(far.rows("let_go").await, 1);
    far.days_later(29).await.unwrap();
    assert!(far.has(&lost).await);
    far.days_later(1).await.unwrap();

    assert_eq!(far.faulty.names().await, ["identity".to_owned(), stranger.to_string()]);
}

#[tokio::test]
async fn what_a_store_does_not_delete_is_deleted_by_another_sweep() {
    let mut far = Far::new().await;
    let lost = far.publish(b"lost").await;
    far.let_go(&lost).await;
    for fault in [Fault::Unanswered, Fault::Refused] {
        far.faulty.set(fault);
        let error = far.days_later(30).await.unwrap_err();
        assert!(error.code().starts_with("object-store-"), "{error}");
        assert_eq!((far.rows("objects").await, far.rows("let_go").await), (1, 1));
    }
    far.faulty.set(Fault::None);
    assert_eq!(far.days_later(1).await.unwrap().emptied.objects, 1);
    assert!(!far.has(&lost).await);
}

#[tokio::test]
async fn an_object_that_a_store_always_keeps_keeps_no_other_one() {
    let mut far = Far::new().await;
    let mut all = Vec::new();
    for bytes in ["one", "two", "three"] {
        let object = far.publish(bytes.as_bytes()).await;
        far.let_go(&object).await;
        all.push(object);
    }
    all.sort_by(|one, other| one.sha256.cmp(&other.sha256));
    far.now += TimeDelta::days(28);
    far.publish(b"never pointed at").await;
    far.faulty.set(Fault::Keeps(all[0].sha256.clone()));

    let error = far.days_later(2).await.unwrap_err();

    assert_eq!(error.code(), "object-store-refused", "{error}");
    assert!(far.has(&all[0]).await && !far.has(&all[1]).await && !far.has(&all[2]).await);
    assert_eq!(
        (far.rows("objects").await, far.rows("let_go").await),
        (2, 2),
        "what never came to its transaction is let go nevertheless"
    );
    let (_, swept) = latest(&far.store).await.unwrap().unwrap();
    assert_eq!(
        (swept.objects, swept.emptied.objects, swept.emptied.bytes),
        (4, 2, all[1].size + all[2].size)
    );
    assert_eq!(far.sweep().await.unwrap(), None, "the day has had its sweep");
    far.faulty.set(Fault::None);
    assert_eq!(far.days_later(1).await.unwrap().emptied.objects, 1);
}

#[tokio::test]
async fn a_store_that_deletes_nothing_is_not_asked_for_every_object() {
    let mut far = Far::new().await;
    for number in 0..15 {
        let object = far.publish(format!("{number}").as_bytes()).await;
        far.let_go(&object).await;
    }
    far.faulty.set(Fault::KeepsAll);

    far.days_later(30).await.unwrap_err();

    assert_eq!(far.rows("let_go WHERE at LIKE 'going %'").await, 10);
    assert_eq!((far.rows("objects").await, far.rows("let_go").await), (15, 15));
    far.faulty.set(Fault::None);
    assert_eq!(far.days_later(1).await.unwrap().emptied.objects, 15);
}

#[tokio::test]
async fn whoever_publishes_the_bytes_that_are_being_deleted_puts_them_again_afterwards() {
    let mut far = Far::new().await;
    let object = far.publish(b"equal").await;
    far.let_go(&object).await;
    far.now += TimeDelta::days(30);
    let (begins, let_it) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    far.faulty.set(Fault::Deletes {
        begins: begins.clone(),
        let_it: let_it.clone(),
    });

    let (swept, ()) = tokio::join!(far.sweep(), async {
        begins.acquire().await.unwrap().forget();
        // Others write meanwhile as if nothing were the matter.
        let other = far.publish(b"another").await;
        far.point_at(&other).await;
        let publishing = far.publish(b"equal");
        let released = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let_it.add_permits(1);
        };
        let (again, ()) = tokio::join!(publishing, released);
        far.point_at(&again).await;
    });

    assert_eq!(swept.unwrap().unwrap().emptied.objects, 1);
    assert!(far.has(&object).await);
    assert_eq!((far.rows("objects").await, far.rows("let_go").await), (2, 0));
}

#[tokio::test]
async fn who_brings_bytes_that_a_store_is_too_slow_to_delete_is_told_so_after_a_while_and_nobody_else_waits() {
    let mut far = Far::new().await;
    let object = far.publish(b"equal").await;
    far.let_go(&object).await;
    far.now += TimeDelta::days(30);
    let begins = Arc::new(Semaphore::new(0));
    far.faulty.set(Fault::Deletes {
        begins: begins.clone(),
        let_it: Arc::new(Semaphore::new(0)),
    });

    let (swept, ()) = tokio::join!(far.sweep(), async {
        begins.acquire().await.unwrap().forget();
        let others = async {
            let begun = Instant::now();
            for bytes in ["one", "two", "three", "four", "five"] {
                let other = far.publish(bytes.as_bytes()).await;
                far.point_at(&other).await;
            }
            begun.elapsed()
        };
        let (told, others) = tokio::join!(far.try_to_publish(b"equal"), others);
        let told = told.unwrap_err();
        assert_eq!(told.code(), "object-store-unreachable");
        assert!(told.to_string().contains("told to delete the same bytes"), "{told}");
        assert!(others < Duration::from_secs(10), "{others:?}");
    });

    let slow = swept.unwrap_err();
    assert!(slow.code().starts_with("object-store-"), "{slow}");
    assert!(far.has(&object).await, "nobody knows, and it is there");
    assert_eq!((far.rows("objects").await, far.rows("let_go").await), (6, 1));
}

#[tokio::test]
async fn what_a_store_may_be_about_to_delete_is_not_put_again_before_that_is_certain() {
    let mut far = Far::new().await;
    let object = far.publish(b"equal").await;
    far.let_go(&object).await;
    far.faulty.set(Fault::Unanswered);
    far.days_later(30).await.unwrap_err();

    let announced = async |far: &Far| {
        let mut transaction = far.store.write().await.unwrap();
        let (sha256, size) = (object.sha256.as_str(), object.size);
        let announced = going::announce(&mut transaction, (sha256, size), &stamp(far.now)).await;
        transaction.commit().await.unwrap();
        announced.unwrap()
    };
    far.now += TimeDelta::minutes(59);
    assert!(!announced(&far).await);
    assert_eq!((far.rows("objects").await, far.rows("let_go").await), (1, 1));
    far.now += TimeDelta::minutes(2);
    assert!(announced(&far).await);
    assert_eq!((far.rows("objects").await, far.rows("let_go").await), (1, 0));
}

#[tokio::test]
async fn what_came_to_be_needed_or_went_with_another_sweep_is_not_marked() {
    let far = Far::new().await;
    let (needed, gone) = (far.publish(b"needed").await, far.publish(b"gone").await);
    far.let_go(&needed).await;
    far.let_go(&gone).await;
    far.point_at(&needed).await;
    let at = stamp(far.now);
    let begin = async |object: &'static str| Going::begin(&far.store, (object, &at), &at, far.now).await.unwrap();
    let [needed, gone] = [needed, gone].map(|object| -> &'static str { object.sha256.leak() });

    assert!(begin(needed).await.is_none());
    let first = begin(gone).await.unwrap();
    assert!(begin(gone).await.is_none(), "another has marked it");
    assert_eq!(first.end(&far.store).await.unwrap(), Some(4));
    assert_eq!((far.rows("objects").await, far.rows("let_go").await), (1, 1));
}
