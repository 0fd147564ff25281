//! Two hosts that do the same thing in the same moment, many times over. Where something is read before it is written, one of
//! them comes first, and the other is told so: on each database.

mod contents;
mod uploads;

use std::time::Duration;

use clientpoint_engine::{
    oauth::Grant,
    secrets::{Secret, SecretKey},
};
use sqlx::AssertSqlSafe;
use tempfile::TempDir;

use super::{
    Store,
    connections::{self, Secrets},
    db,
    files::{self, Created, LibraryFile, Link, NewFile},
    grants, link_counts,
    objects::Object,
    seal,
    states::{self, Kept, Swap},
};
use crate::place::Place;

/// How often each of them is tried.
const ROUNDS: u64 = 20;

const NOW: &str = "2026-03-02T05:30:00Z";

/// A library as two hosts have it open.
struct Stage {
    one: Store,
    other: Store,
    _data: TempDir,
}

/// With two connections to one source, which have the drive `d`.
async fn stage() -> Stage {
    let (data, patience) = (tempfile::tempdir().unwrap(), Duration::from_secs(20));
    let one = super::open(data.path(), patience).await.unwrap();
    let other = super::join(data.path(), patience).await.unwrap();
    for id in ["c", "also"] {
        db::query(
            "INSERT INTO connections (id, plugin, mode, settings, secret, drive_id, connected_at, connected_by) \
             VALUES (?, 'p', 'organization', '{}', x'', 'd', '', 'admin')",
        )
        .bind(id)
        .execute(one.pool())
        .await
        .unwrap();
    }
    Stage {
        one,
        other,
        _data: data,
    }
}

impl Stage {
    async fn create(&self, store: &Store, link: Option<&Link>, object: &Object) -> Created {
        let new = NewFile {
            name: "a.pdf",
            place: &Place::company_wide(),
            object,
            link,
        };
        files::create(store, new, NOW).await.unwrap()
    }

    /// A new file, which follows that item of the drive, or nothing.
    async fn file(&self, item: Option<&str>) -> LibraryFile {
        let link = item.map(|item| link("d", item));
        match self.create(&self.one, link.as_ref(), &object(1)).await {
            Created::File(file) => *file,
            Created::AlreadyLinked(id) => panic!("{id} follows the item"),
        }
    }

    async fn get(&self, id: &str) -> LibraryFile {
        files::get(&self.other, id).await.unwrap()
    }

    /// What a statement with one number in its answer says.
    async fn number(&self, query: &'static str) -> u64 {
        let (number,): (i64,) = db::query_as(query).fetch_one(self.other.pool()).await.unwrap();
        number.unsigned_abs()
    }

    async fn count(&self, table: &str) -> u64 {
        let query = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let (count,): (i64,) = db::query_as(query).fetch_one(self.other.pool()).await.unwrap();
        count.unsigned_abs()
    }

    /// How many links are those of a drive that is not chosen and are not detached, or the other way round.
    async fn wrongly_tied(&self) -> u64 {
        self.number(
            "SELECT count(*) FROM links l JOIN connections c ON c.id = l.connection \
             WHERE (l.drive = c.drive_id) <> (l.state <> 'detached')",
        )
        .await
    }

    /// How many uploads are under way.
    async fn uploads(&self) -> u64 {
        self.number("SELECT count(*) FROM runs WHERE subject = 'association' AND state = 'running'")
            .await
    }

    /// What an upload has noted of what a file followed before it.
    async fn noted(&self, run: i64) -> (i64, Option<String>) {
        db::query_as("SELECT was_linked, was_item FROM bindings WHERE run = ?")
            .bind(run)
            .fetch_one(self.other.pool())
            .await
            .unwrap()
    }

    /// No number that is kept of files is wrong.
    async fn adds_up(&self) {
        assert_eq!(link_counts::mend(&self.one).await.unwrap(), [""; 0]);
    }
}

fn object(number: u64) -> Object {
    Object {
        sha256: format!("{number:064x}"),
        size: 3,
    }
}

fn link(drive: &str, item: &str) -> Link {
    Link {
        connection: "c".into(),
        drive: drive.into(),
        item: item.into(),
        version: None,
        hash: String::new(),
        size: 3,
        verification: "no-hash".into(),
        name: "a.pdf".into(),
        web_url: None,
    }
}

#[tokio::test]
async fn an_item_that_two_hosts_bring_in_at_once_has_one_file_and_the_other_is_told_of_it() {
    let stage = stage().await;
    for round in 0..ROUNDS {
        let (link, mine, theirs) = (
            link("d", &format!("item {round}")),
            object(2 * round),
            object(2 * round + 1),
        );

        let both = tokio::join!(
            stage.create(&stage.one, Some(&link), &mine),
            stage.create(&stage.other, Some(&link), &theirs),
        );

        let (Created::File(file), Created::AlreadyLinked(id)) = (match both {
            (told @ Created::AlreadyLinked(_), file) => (file, told),
            (file, told) => (file, told),
        }) else {
            panic!("it came in twice, or not at all");
        };
        assert_eq!(file.id, id);
    }
    assert_eq!(stage.count("files").await, ROUNDS);
    assert_eq!(stage.count("revisions").await, ROUNDS);
    stage.adds_up().await;
}

#[tokio::test]
async fn of_two_who_replace_a_file_at_once_each_has_a_revision_and_who_has_decided_about_another_one_is_refused() {
    let stage = stage().await;
    let id = stage.file(None).await.id;
    let mut present = 1;
    for round in 0..ROUNDS {
        let (mine, theirs) = (object(100 + 2 * round), object(101 + 2 * round));
        let replace = |store, object, decided| files::replace(store, &id, object, NOW, decided);

        let (one, other) = tokio::join!(replace(&stage.one, &mine, None), replace(&stage.other, &theirs, None));

        let mut revisions = [one.unwrap().revision, other.unwrap().revision];
        revisions.sort_unstable();
        assert_eq!(revisions, [present + 1, present + 2]);
        present += 2;
        let (one, other) = tokio::join!(
            replace(&stage.one, &mine, Some(present)),
            replace(&stage.other, &theirs, Some(present)),
        );
        let (done, refused) = if one.is_ok() { (one, other) } else { (other, one) };
        present += 1;
        assert_eq!(done.unwrap().revision, present);
        assert_eq!(refused.unwrap_err().code(), "outdated");
    }
    assert_eq!(stage.get(&id).await.revision, present);
    assert_eq!(stage.count("revisions").await, present);
}

#[tokio::test]
async fn of_two_who_change_one_value_at_once_one_is_told_what_the_other_has_put_there() {
    let stage = stage().await;
    let mut present = None;
    for round in 0..ROUNDS {
        let swap = |store, value: String| states::swap(store, "c", "cursor", present, Some(value.into_bytes()));

        let (one, other) = tokio::join!(
            swap(&stage.one, format!("one {round}")),
            swap(&stage.other, format!("other {round}")),
        );

        let (value, stored, stale) = match (one.unwrap(), other.unwrap()) {
            (Swap::Stored(version), stale) => (format!("one {round}"), version, stale),
            (stale, Swap::Stored(version)) => (format!("other {round}"), version, stale),
            neither => panic!("{neither:?}"),
        };
        let there = Kept {
            value: value.into_bytes(),
            version: stored,
        };
        assert_eq!(stale, Swap::Stale(Some(there)));
        assert_eq!(stored, round + 1);
        present = Some(stored);
    }
}

#[tokio::test]
async fn what_is_sealed_while_the_key_is_changed_opens_with_the_new_key_or_was_refused() {
    let stage = stage().await;
    let (mut key, _) = SecretKey::made();
    seal::will_seal_with(&stage.one, &key).await.unwrap();
    let connection = connections::find(&stage.one, "c").await.unwrap().unwrap();
    let grant = |text: &str| Grant {
        refresh: Secret::new("refresh".into()),
        access: Secret::new(text.into()),
        renew_at: NOW.parse().unwrap(),
        scope: None,
    };
    let (mut secret, mut access) = ("first".to_owned(), "first".to_owned());
    let first = Secrets {
        credential: &Secret::new(secret.clone()),
        grant: Some(&grant(&access)),
        application: None,
    };
    connections::put(&stage.one, &key, &connection, first).await.unwrap();
    for round in 0..ROUNDS {
        let (next, _) = SecretKey::made();
        let new = format!("round {round}");
        let (credential, renewed) = (Secret::new(new.clone()), grant(&new));
        let secrets = Secrets {
            credential: &credential,
            grant: None,
            application: None,
        };

        let (changed, put, renewal) = tokio::join!(
            seal::change_key(&stage.one, &key, &next),
            connections::put(&stage.other, &key, &connection, secrets),
            grants::put(&stage.other, &key, "c", &renewed),
        );

        assert_eq!(changed.unwrap(), 2, "all that is sealed");
        for (done, kept) in [(put, &mut secret), (renewal, &mut access)] {
            match done {
                Ok(()) => kept.clone_from(&new),
                Err(error) => assert!(error.to_string().contains("another key"), "{error}"),
            }
        }
        key = next;
        let kept = connections::secret(&stage.other, &key, "c").await.unwrap();
        assert_eq!(kept.expose(), secret);
        let kept = grants::get(&stage.other, &key, "c").await.unwrap().unwrap();
        assert_eq!(kept.access.expose(), access);
    }
}
