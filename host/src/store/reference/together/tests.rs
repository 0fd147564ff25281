use std::{path::PathBuf, sync::Arc, time::Duration};

use clientpoint_engine::clock::SystemClock;
use futures::future::{BoxFuture, join_all};
use tokio::sync::Semaphore;

use super::*;
use crate::store::{
    self,
    db::{self, trial::raw},
    files::Link,
};

/// A library in a folder of its own.
struct Stage {
    together: Together,
    data: tempfile::TempDir,
}

type Answered = Result<LibraryFile, Error>;

async fn stage() -> Stage {
    let data = tempfile::tempdir().unwrap();
    let store = store::open(data.path(), Duration::from_secs(20)).await.unwrap();
    let objects = Objects::open(data.path()).unwrap();
    db::query(
        "INSERT INTO connections (id, plugin, mode, settings, secret, connected_at, connected_by) \
         VALUES ('c', 'p', 'organization', '{}', x'00', '', 'admin')",
    )
    .execute(store.pool())
    .await
    .unwrap();
    Stage {
        together: Together::new(store, objects, Arc::new(SystemClock::default())),
        data,
    }
}

impl Stage {
    /// Brings in bytes of their own for each of these items, all at the same time.
    async fn bring(&self, items: &[&str]) -> Vec<Answered> {
        let turn = self.together.queue.turn.lock().await;
        let calls: Vec<_> = items.iter().map(|item| tokio::spawn(self.commit(item))).collect();
        self.gathered(items.len()).await;
        drop(turn);
        let answers = join_all(calls).await;
        answers.into_iter().map(|answer| answer.unwrap()).collect()
    }

    fn commit(&self, item: &str) -> BoxFuture<'static, Answered> {
        let mut draft = Late::new(self.together.objects.clone(), 1 << 20);
        draft.begun().unwrap().append(item.as_bytes()).unwrap();
        let place = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        let name = format!("{item}.pdf");
        let link = Link {
            connection: "c".into(),
            drive: "d".into(),
            item: item.into(),
            version: None,
            hash: String::new(),
            size: item.len() as u64,
            verification: "no-hash".into(),
            name: name.clone(),
            web_url: None,
        };
        let (together, becomes) = (self.together.clone(), Becomes::New { name, link });
        Box::pin(async move { together.bring_in(draft, DraftPlace::new(place), becomes).await })
    }

    /// Waits until so many wait for their turn.
    async fn gathered(&self, count: usize) {
        while self.together.queue.waiting().len() < count {
            tokio::task::yield_now().await;
        }
    }

    /// How many transactions the journal has: SQLite marks the last frame of each with the size of the database.
    fn transactions(&self) -> usize {
        let (header, frame, page) = (32, 24, 4096);
        let journal = std::fs::read(self.journal()).unwrap();
        let frames = journal[header..].chunks_exact(frame + page);
        frames.filter(|frame| frame[4..8] != [0; 4]).count()
    }

    fn journal(&self) -> PathBuf {
        self.data.path().join("clientpoint.db-wal")
    }

    /// Lets the database refuse a name.
    async fn refuse(&self, name: &str) {
        let store = &self.together.store;
        let statement = match store.is_on_a_server() {
            true => format!("ALTER TABLE clientpoint.files ADD CONSTRAINT refused CHECK (name <> '{name}')"),
            false => format!(
                "CREATE TRIGGER refused BEFORE INSERT ON files WHEN NEW.name = '{name}' BEGIN SELECT RAISE(ABORT, 'no'); END"
            ),
        };
        raw(sqlx::AssertSqlSafe(statement), store.pool()).await.unwrap();
    }

    async fn count(&self, table: &str) -> i64 {
        let query = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let (count,): (i64,) = db::query_as(query).fetch_one(self.together.store.pool()).await.unwrap();
        count
    }
}

/// Letters that no two texts have in common.
fn object_named(text: &str) -> String {
    clientpoint_engine::text::hex(&<sha2::Sha256 as sha2::Digest>::digest(text))
}

fn names(answers: &[Answered]) -> Vec<&str> {
    let files = answers.iter().map(|answer| answer.as_ref().unwrap());
    files.map(|file| file.name.as_str()).collect()
}

#[tokio::test]
async fn five_files_that_come_at_the_same_time_have_one_transaction() {
    let stage = stage().await;
    let before = stage.transactions();

    let answers = stage.bring(&["a", "b", "c", "d", "e"]).await;

    assert_eq!(names(&answers), ["a.pdf", "b.pdf", "c.pdf", "d.pdf", "e.pdf"]);
    assert_eq!(stage.transactions() - before, 1);
    assert_eq!(stage.count("files").await, 5);
}

#[tokio::test]
async fn of_two_that_bring_the_same_item_one_is_told_of_the_other() {
    let stage = stage().await;

    let answers = stage.bring(&["a", "b", "a"]).await;

    let (came, told): (Vec<_>, Vec<_>) = [&answers[0], &answers[2]]
        .into_iter()
        .partition(|answer| answer.is_ok());
    let (first, second) = (came[0].as_ref().unwrap(), told[0].as_ref().unwrap_err());
    assert!(
        matches!(second, Error::AlreadyLinked(id) if *id == first.id),
        "{second:?}"
    );
    assert_eq!(stage.count("files").await, 2);
    assert_eq!(stage.count("let_go").await, 0, "the first has the same bytes");
}

#[tokio::test]
async fn what_cannot_be_written_for_one_does_not_keep_the_others_out() {
    let stage = stage().await;
    stage.refuse("b.pdf").await;

    let answers = stage.bring(&["a", "b", "c"]).await;

    assert_eq!(names(&[answers[0].clone(), answers[2].clone()]), ["a.pdf", "c.pdf"]);
    assert!(answers[1].is_err(), "{:?}", answers[1]);
    assert_eq!(stage.count("files").await, 2);
    assert_eq!(stage.count("revisions").await, 2);
    assert_eq!(stage.count("let_go").await, 1);
}

#[tokio::test]
async fn of_several_the_one_that_is_refused_costs_the_others_no_transaction_of_their_own() {
    let stage = stage().await;
    stage.refuse("b.pdf").await;
    let before = stage.transactions();

    let answers = stage.bring(&["a", "b", "c"]).await;

    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 2);
    // Theirs, and the note that the bytes of the other are needed by nothing.
    assert_eq!(stage.transactions() - before, 2);
}

#[tokio::test]
async fn a_name_that_no_database_takes_is_told_as_such_and_keeps_nobody_else_out() {
    let stage = stage().await;
    // So long, and so mixed, that no index has room for it: what gets past the bounds of the contract.
    let long: String = (0..200).map(|number| object_named(&format!("{number}"))).collect();

    let answers = stage.bring(&["a", "b\0", &long, "c"]).await;

    assert_eq!(names(&[answers[0].clone(), answers[3].clone()]), ["a.pdf", "c.pdf"]);
    let told = answers[1].as_ref().unwrap_err().to_string();
    assert!(told.contains("a NUL"), "{told}");
    match &answers[2] {
        // SQLite has room.
        Ok(_) => assert!(!stage.together.store.is_on_a_server()),
        Err(error) => assert!(error.to_string().contains("too long"), "{error}"),
    }
    assert_eq!(stage.count("files").await, 2 + i64::from(answers[2].is_ok()));
}

#[tokio::test]
async fn who_has_given_up_before_his_turn_has_changed_nothing() {
    let stage = stage().await;
    let turn = stage.together.queue.turn.lock().await;
    let (stays, goes) = (tokio::spawn(stage.commit("stays")), tokio::spawn(stage.commit("goes")));
    stage.gathered(2).await;
    goes.abort();
    assert!(goes.await.unwrap_err().is_cancelled());

    drop(turn);

    assert_eq!(stays.await.unwrap().unwrap().name, "stays.pdf");
    // The group is done with both once the turn is free again.
    drop(stage.together.queue.turn.lock().await);
    assert_eq!(stage.count("files").await, 1);
    assert_eq!(stage.count("let_go").await, 1);
}

#[tokio::test]
async fn of_several_who_write_together_only_those_write_nothing_who_have_lost_their_right() {
    let stage = stage().await;
    let lost = fences::Fence {
        name: "sync/c".into(),
        epoch: 1,
    };
    let turn = stage.together.queue.turn.lock().await;
    let calls = [
        tokio::spawn(stage.commit("stays")),
        tokio::spawn(Box::pin(fences::within([lost], stage.commit("goes")))),
    ];
    stage.gathered(2).await;
    drop(turn);

    let answers = join_all(calls).await;

    let [stays, goes] = answers.try_into().unwrap();
    assert_eq!(names(&[stays.unwrap()]), ["stays.pdf"]);
    let told = goes.unwrap().unwrap_err().to_string();
    assert!(told.contains("lost the right"), "{told}");
    assert_eq!(stage.count("files").await, 1);
}
