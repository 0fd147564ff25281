//! The same of uploads of sheets, and of connections that get another drive beside them.

use clientpoint_engine::{
    contract::clientpoint::content_source::content_library::{Binding, Bound},
    library::Scope,
};

use super::{NOW, ROUNDS, Stage, stage};
use crate::store::{
    Store, association, connections::ChosenDrive, detach, runs::Run, seen::Seen, undo, words::RunState,
};

fn binding(file: &str, item: &str) -> Binding {
    Binding {
        file: file.into(),
        item: item.into(),
        name: "b.pdf".into(),
        web_url: None,
        place: None,
    }
}

async fn begin(store: &Store, connection: &str) -> Run {
    association::begin(store, connection, "d", "admin", NOW).await.unwrap()
}

/// Ties a file to an item. None if the connection has another drive.
async fn bind(store: &Store, run: i64, connection: &str, binding: Binding) -> Option<Bound> {
    let of = Scope { connection, drive: "d" };
    let bound = association::bind(store, run, of, &[binding], NOW).await.unwrap()?;
    assert_eq!(bound.len(), 1);
    bound.first().copied()
}

fn drive(id: &str) -> ChosenDrive {
    ChosenDrive {
        id: id.into(),
        name: id.into(),
    }
}

#[tokio::test]
async fn an_upload_that_two_hosts_take_back_at_once_is_taken_back_by_one_of_them_and_the_other_is_told_so() {
    let stage = stage().await;
    for round in 0..ROUNDS {
        let id = stage.file(None).await.id;
        let upload = begin(&stage.one, "c").await;
        let item = format!("item {round}");
        bind(&stage.one, upload.id, "c", binding(&id, &item)).await.unwrap();
        association::end(&stage.one, &upload, &[], RunState::Complete, NOW)
            .await
            .unwrap();
        let (mut mine, mut theirs) = (Seen::default(), Seen::default());

        let (one, other) = tokio::join!(
            undo::undo(&stage.one, upload.id, "ada", &mut mine, NOW),
            undo::undo(&stage.other, upload.id, "mia", &mut theirs, NOW),
        );

        let by = if one.is_ok() { "ada" } else { "mia" };
        let (done, refused) = if one.is_ok() { (one, other) } else { (other, one) };
        let (run, undone) = done.unwrap();
        assert_eq!(undone.files, 1, "{undone:?}");
        assert_eq!(run.message, Some(format!("taken back by {by}: 1 files")));
        let refused = refused.unwrap_err();
        assert!(refused.to_string().contains("was taken back before"), "{refused}");
        assert_eq!(stage.get(&id).await.link, None);
    }
    stage.adds_up().await;
}

#[tokio::test]
async fn of_two_uploads_that_tie_one_file_at_once_the_later_one_knows_what_the_first_has_tied_it_to() {
    let stage = stage().await;
    for round in 0..ROUNDS {
        let id = stage.file(None).await.id;
        let (mine, theirs) = (begin(&stage.one, "c").await, begin(&stage.other, "also").await);
        let items = [format!("one's {round}"), format!("other's {round}")];

        let (one, other) = tokio::join!(
            bind(&stage.one, mine.id, "c", binding(&id, &items[0])),
            bind(&stage.other, theirs.id, "also", binding(&id, &items[1])),
        );

        assert!(one.is_some() && other.is_some());
        let follows = stage.get(&id).await.link.unwrap().item;
        let (first, first_item, later) = match follows == items[1] {
            true => (mine.id, &items[0], theirs.id),
            false => (theirs.id, &items[1], mine.id),
        };
        assert!(items.contains(&follows), "{follows}");
        assert_eq!(stage.noted(first).await, (0, None));
        assert_eq!(stage.noted(later).await, (1, Some(first_item.clone())));
    }
    stage.adds_up().await;
}

#[tokio::test]
async fn of_two_uploads_through_one_connection_that_begin_at_once_one_is_under_way() {
    let stage = stage().await;
    for _ in 0..ROUNDS {
        let (one, other) = tokio::join!(begin(&stage.one, "c"), begin(&stage.other, "c"));

        assert_ne!(one.id, other.id);
        assert_eq!(stage.uploads().await, 1);
    }
}

#[tokio::test]
async fn a_connection_that_gets_two_drives_at_once_has_one_and_follows_the_files_of_that() {
    let stage = stage().await;
    for round in 0..ROUNDS {
        stage.file(Some(&format!("item {round}"))).await;
        let (here, there) = (drive("d"), drive("e"));

        let (one, other) = tokio::join!(
            detach::choose_drive(&stage.one, "c", &here),
            detach::choose_drive(&stage.other, "c", &there),
        );

        let _moved = (one.unwrap(), other.unwrap());
        assert_eq!(stage.wrongly_tied().await, 0);
        detach::choose_drive(&stage.one, "c", &here).await.unwrap();
    }
    stage.adds_up().await;
}

#[tokio::test]
async fn a_file_that_is_tied_while_its_connection_gets_another_drive_is_detached_or_was_not_tied() {
    let stage = stage().await;
    for round in 0..ROUNDS {
        let id = stage.file(None).await.id;
        let upload = begin(&stage.one, "c").await;
        let elsewhere = drive("e");

        let (bound, moved) = tokio::join!(
            bind(&stage.one, upload.id, "c", binding(&id, &format!("item {round}"))),
            detach::choose_drive(&stage.other, "c", &elsewhere),
        );

        assert_eq!(moved.unwrap().detached, u64::from(bound.is_some()));
        assert_eq!(stage.get(&id).await.link.is_some(), bound.is_some());
        assert_eq!(stage.wrongly_tied().await, 0);
        undo_all(&stage, upload.id).await;
        detach::choose_drive(&stage.one, "c", &drive("d")).await.unwrap();
    }
    stage.adds_up().await;
}

/// Takes an upload back, so that no file of it is left for the next round.
async fn undo_all(stage: &Stage, upload: i64) {
    undo::undo(&stage.one, upload, "admin", &mut Seen::default(), NOW)
        .await
        .unwrap();
}
