//! The same of what brings a managed file other content.

use clientpoint_engine::contract::clientpoint::content_source::managed_files::{Line, Outcome};

use super::{NOW, ROUNDS, Stage, link, object, stage};
use crate::store::{
    Store,
    managed::{self, Replacement},
    objects::Object,
    rollback::{self, PutBack},
    runs::{self, Begin},
    words::RunKind,
};

/// A run that somebody has begun by hand.
async fn run(stage: &Stage) -> i64 {
    let begin = Begin {
        connection: "c",
        drive: "d",
        kind: RunKind::Manual,
        due: None,
        late: false,
        by: "admin",
        options: "{}",
    };
    runs::begin(&stage.one, begin, NOW).await.unwrap().unwrap().id
}

/// Brings the next content of a file that had that revision. Whether the file has taken it.
async fn publish(store: &Store, run: i64, (file, base): (&str, u64), (item, object): (&str, &Object)) -> bool {
    let line = Line {
        outcome: Outcome::Updated,
        reason: String::new(),
        name: "a.pdf".into(),
        message: String::new(),
    };
    let replacement = Replacement {
        file,
        base,
        object,
        link: &link("d", item),
        line: &line,
    };
    let mut transaction = store.write().await.unwrap();
    let published = managed::publish(&mut transaction, run, replacement, NOW).await.unwrap();
    if published.is_some() {
        transaction.commit().await.unwrap();
    }
    published.is_some()
}

#[tokio::test]
async fn of_two_who_put_earlier_content_back_at_once_one_does_and_the_other_is_told_that_it_is_held() {
    let stage = stage().await;
    for round in 0..ROUNDS {
        let item = format!("item {round}");
        let id = stage.file(Some(&item)).await.id;
        let run = run(&stage).await;
        assert!(publish(&stage.one, run, (&id, 1), (&item, &object(2))).await);
        let earlier = object(1);
        let back = |store| rollback::rollback(store, &id, (&earlier, PutBack::default()), NOW);

        let (one, other) = tokio::join!(back(&stage.one), back(&stage.other));

        let (done, refused) = if one.is_ok() { (one, other) } else { (other, one) };
        let file = done.unwrap().unwrap();
        assert_eq!((file.revision, file.sha256), (3, object(1).sha256));
        let refused = refused.unwrap_err();
        assert!(refused.to_string().contains("held already"), "{refused}");
        assert_eq!(stage.get(&id).await.revision, 3);
    }
    assert_eq!(stage.count("put_back").await, ROUNDS);
    assert_eq!(stage.count("revisions").await, 3 * ROUNDS);
}

#[tokio::test]
async fn of_two_who_bring_the_next_content_of_a_managed_file_at_once_one_does_and_the_ledger_has_one_line() {
    let stage = stage().await;
    let run = run(&stage).await;
    for round in 0..ROUNDS {
        let item = format!("item {round}");
        let id = stage.file(Some(&item)).await.id;
        let (mine, theirs) = (object(100 + 2 * round), object(101 + 2 * round));

        let (one, other) = tokio::join!(
            publish(&stage.one, run, (&id, 1), (&item, &mine)),
            publish(&stage.other, run, (&id, 1), (&item, &theirs)),
        );

        assert_ne!(one, other, "one of them");
        let file = stage.get(&id).await;
        let wanted = if one { mine.sha256 } else { theirs.sha256 };
        assert_eq!((file.revision, file.sha256), (2, wanted));
    }
    assert_eq!(stage.count("outcomes").await, ROUNDS);
    assert_eq!(stage.count("revisions").await, 2 * ROUNDS);
    stage.adds_up().await;
}
