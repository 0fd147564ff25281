//! A server that has done what it was asked for, and an answer that gets lost on its way: what works on looks at what is there,
//! and who asked is told that nobody knows; asking again does nothing twice.

mod stage;

use clientpoint_engine::{
    contract::clientpoint::content_source::content_library::Error as ContractError, oauth::Grant, secrets::SecretKey,
};
use futures::future::join_all;

use super::*;
use crate::store::{
    connections::{self, Connection as Connected, CredentialKind, Mode, Secrets},
    db, grants,
    page::Part,
    people,
    runs::{self, Ending},
    tokens::{self, NewToken},
    users::{self, Role},
    words::RunState,
};
use stage::{begin, stage};

const NOW: &str = "2026-03-02T05:30:00Z";

/// That nobody knows whether it was done, and nothing of who comes in.
fn is_unknown(error: &Error) {
    let told = error.to_string();
    assert_eq!(error.code(), "database-away", "{told}");
    assert!(told.contains("unless its answer alone got lost"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[tokio::test]
async fn a_file_that_came_in_though_nobody_heard_of_it_is_in_the_library_once_and_whoever_brought_it_has_it() {
    let Some(stage) = stage().await else { return };
    stage.way.lose("INSERT INTO revisions");

    let file = stage.import("a").await.unwrap();

    assert!(stage.way.has_lost());
    assert_eq!((file.name.as_str(), file.revision), ("a.pdf", 1));
    assert_eq!(stage.there().await, [1, 1, 1, 0, 0]);
    let again = stage.import("a").await.unwrap_err();
    assert!(
        matches!(&again, ContractError::AlreadyLinked(id) if *id == file.id),
        "{again:?}"
    );
    assert_eq!(stage.there().await, [1, 1, 1, 0, 0]);
}

#[tokio::test]
async fn of_several_that_came_in_together_though_nobody_heard_of_it_each_is_there_once() {
    let Some(stage) = stage().await else { return };
    stage.way.lose("INSERT INTO revisions");

    let came = join_all(["a", "b", "c", "d", "e"].map(|item| stage.import(item))).await;

    assert!(stage.way.has_lost());
    let mut names: Vec<String> = came.into_iter().map(|file| file.unwrap().name).collect();
    names.sort();
    assert_eq!(names, ["a.pdf", "b.pdf", "c.pdf", "d.pdf", "e.pdf"]);
    assert_eq!(stage.there().await, [5, 5, 5, 0, 0]);
}

#[tokio::test]
async fn a_sync_whose_new_content_was_written_though_it_did_not_hear_of_it_goes_on_with_one_revision_and_one_line() {
    let Some(stage) = stage().await else { return };
    let id = stage.import("a").await.unwrap().id;
    let run = runs::begin(&stage.far, begin(None), NOW).await.unwrap().unwrap();
    stage.way.lose("INSERT INTO revisions");

    let file = stage.publish(run.id, &id).await.unwrap();

    assert!(stage.way.has_lost());
    assert_eq!(file.revision, 2);
    assert_eq!(stage.there().await, [1, 2, 1, 1, 0]);
    let again = stage.publish(run.id, &id).await.unwrap_err();
    assert!(matches!(again, ContractError::Conflict), "{again:?}");
    assert_eq!(stage.there().await, [1, 2, 1, 1, 0]);
    let ended = runs::end(&stage.far, &run, Ending::Complete, NOW).await.unwrap();
    assert_eq!((ended.state, ended.inputs, ended.rest), (RunState::Complete, 1, 0));
}

#[tokio::test]
async fn what_was_changed_by_somebody_else_is_not_taken_for_what_was_written_before_its_answer_got_lost() {
    let Some(stage) = stage().await else { return };
    let id = stage.import("a").await.unwrap().id;
    let run = runs::begin(&stage.far, begin(None), NOW).await.unwrap().unwrap();
    // Another item has taken the file over, and the answer to a refusal gets lost.
    db::query("UPDATE links SET item = 'another'")
        .execute(stage.near.pool())
        .await
        .unwrap();
    stage.way.lose("UPDATE links SET version");

    let refused = stage.publish(run.id, &id).await.unwrap_err();

    assert!(stage.way.has_lost());
    assert!(matches!(refused, ContractError::Conflict), "{refused:?}");
    assert_eq!(stage.there().await, [1, 1, 1, 0, 1], "its bytes are needed by nothing");
}

#[tokio::test]
async fn a_run_that_has_ended_though_nobody_heard_of_it_is_over_and_its_ledger_is_as_it_was() {
    let Some(stage) = stage().await else { return };
    for item in ["a", "b", "c"] {
        stage.import(item).await.unwrap();
    }
    let run = runs::begin(&stage.far, begin(None), NOW).await.unwrap().unwrap();
    stage.way.lose("UPDATE runs SET state");

    is_unknown(&runs::end(&stage.far, &run, Ending::Complete, NOW).await.unwrap_err());

    assert!(stage.way.has_lost());
    let ended = runs::get(&stage.near, run.id).await.unwrap();
    assert_eq!((ended.state, ended.inputs, ended.rest), (RunState::Complete, 3, 3));
    assert_eq!(runs::unfinished(&stage.far, "c").await.unwrap(), None);
    let again = runs::end(&stage.far, &run, Ending::Complete, NOW).await.unwrap();
    assert_eq!(again, ended);
    let next = runs::begin(&stage.far, begin(None), NOW).await.unwrap().unwrap();
    let next = runs::end(&stage.far, &next, Ending::Complete, NOW).await.unwrap();
    assert_eq!((next.state, next.rest), (RunState::Complete, 3));
}

#[tokio::test]
async fn a_run_of_a_day_that_was_begun_though_nobody_heard_of_it_is_begun_once_and_taken_up_by_whoever_looks_next() {
    let Some(stage) = stage().await else { return };
    let day = begin(Some(("morning", "2026-03-02")));
    stage.way.lose("INSERT INTO runs");

    is_unknown(&runs::begin(&stage.far, day, NOW).await.unwrap_err());

    assert!(stage.way.has_lost());
    assert_eq!(runs::begin(&stage.far, day, NOW).await.unwrap(), None);
    assert_eq!(stage.count("runs").await, 1);
    let mut left = runs::unfinished(&stage.far, "c").await.unwrap().unwrap();
    assert_eq!(runs::take_up(&stage.far, &mut left, "host").await.unwrap(), 0);
}

#[tokio::test]
async fn a_connection_that_was_made_though_nobody_heard_of_it_is_made_again_over_itself() {
    let Some(stage) = stage().await else { return };
    let (key, _) = SecretKey::made();
    let connection = Connected {
        id: "user-ada".into(),
        plugin: "p".into(),
        mode: Mode::User,
        owner: Some("admin".into()),
        account: None,
        settings: [("tenant".to_owned(), "t".to_owned())].into(),
        credential: CredentialKind::Secret,
        expires_at: None,
        registered: false,
        drive: None,
        connected_at: NOW.into(),
        connected_by: "admin".into(),
        checked_at: None,
        needs_reconnect: None,
    };
    let (first, second) = (Secret::new("first".into()), Secret::new("second".into()));
    let grant = |access: &str| Grant {
        refresh: Secret::new("refresh".into()),
        access: Secret::new(access.into()),
        renew_at: NOW.parse().unwrap(),
        scope: None,
    };
    let (before, after) = (grant("before"), grant("after"));
    let secrets = |credential, grant| Secrets {
        credential,
        grant: Some(grant),
        application: None,
    };
    stage.way.lose("INSERT INTO connections");

    let put = connections::put(&stage.far, &key, &connection, secrets(&first, &before)).await;

    is_unknown(&put.unwrap_err());
    assert!(stage.way.has_lost());
    let there = connections::find(&stage.far, "user-ada").await.unwrap();
    assert_eq!(there.as_ref(), Some(&connection));
    let kept = connections::secret(&stage.far, &key, "user-ada").await.unwrap();
    assert_eq!(kept.expose(), "first");

    connections::put(&stage.far, &key, &connection, secrets(&second, &after))
        .await
        .unwrap();

    assert_eq!(connections::list(&stage.near).await.unwrap().len(), 2);
    let kept = connections::secret(&stage.near, &key, "user-ada").await.unwrap();
    assert_eq!(kept.expose(), "second");
    let kept = grants::get(&stage.near, &key, "user-ada").await.unwrap().unwrap();
    assert_eq!(kept.access.expose(), "after");
    assert_eq!(stage.count("grants").await, 1);
}

#[tokio::test]
async fn a_user_who_was_added_though_nobody_heard_of_it_is_named_when_they_are_added_again() {
    let Some(stage) = stage().await else { return };
    stage.way.lose("INSERT INTO users");

    is_unknown(&users::add(&stage.far, "mia", Role::Member).await.unwrap_err());

    assert!(stage.way.has_lost());
    let again = users::add(&stage.far, "mia", Role::Member).await.unwrap_err();
    assert!(
        again.is_usage() && again.to_string().contains("there is a user `mia`"),
        "{again}"
    );
    let people = people::page(&stage.near, &Part::whole(None)).await.unwrap().rows;
    let names: Vec<&str> = people.iter().map(|person| person.user.name.as_str()).collect();
    assert_eq!(names, ["admin", "mia"]);
}

#[tokio::test]
async fn a_token_that_was_made_though_nobody_heard_of_it_is_in_the_list_from_which_it_can_be_ended() {
    let Some(stage) = stage().await else { return };
    let token = |hash| NewToken {
        hash,
        user: "admin",
        label: "nightly",
        role: Role::Administrator,
        made_by: "admin",
        ends_at: "2026-12-31T00:00:00Z",
    };
    let forgotten = "2026-01-01T00:00:00Z";
    stage.way.lose("INSERT INTO tokens");

    let told = tokens::add(&stage.far, &token("one that nobody was told"), NOW, forgotten).await;

    is_unknown(&told.unwrap_err());
    assert!(stage.way.has_lost());
    let made = tokens::add(&stage.far, &token("another"), NOW, forgotten)
        .await
        .unwrap();
    let list = tokens::page(&stage.far, None, &Part::whole(None)).await.unwrap().rows;
    assert_eq!(list.len(), 2);
    let lost = list.iter().find(|token| token.id != made.id).unwrap();
    assert!(tokens::remove(&stage.far, lost.id).await.unwrap());
    let list = tokens::page(&stage.near, None, &Part::whole(None)).await.unwrap().rows;
    assert_eq!(list, [made]);
}
