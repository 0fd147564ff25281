//! Words that not every database takes: a NUL in them, and what is too long for something to be found by.

use std::time::Duration;

use clientpoint_engine::library::{KEY_AT_MOST, Scope};
use tempfile::TempDir;

use crate::{
    Error, Result,
    place::Place,
    store::{
        self, Store,
        connections::ChosenDrive,
        db, detach,
        files::{self, Created, Link, LookedAt, NewFile, ShowingKind},
        links, managed,
        objects::Object,
    },
};

const NOW: &str = "2026-03-02T05:30:00Z";

/// A library with a connection.
async fn library() -> (Store, TempDir) {
    let data = tempfile::tempdir().unwrap();
    let store = store::open(data.path(), Duration::from_secs(20)).await.unwrap();
    db::query(
        "INSERT INTO connections (id, plugin, mode, settings, secret, connected_at, connected_by) \
         VALUES ('c', 'p', 'organization', '{}', x'00', '', 'admin')",
    )
    .execute(store.pool())
    .await
    .unwrap();
    (store, data)
}

/// A file that follows that item, or follows nothing.
async fn file(store: &Store, link: Option<&Link>) -> Result<String> {
    let new = NewFile {
        name: "a.pdf",
        place: &Place::company_wide(),
        object: &Object {
            sha256: "a".repeat(64),
            size: 1,
        },
        link,
    };
    match files::create(store, new, NOW).await? {
        Created::File(file) => Ok(file.id),
        Created::AlreadyLinked(id) => panic!("{id} follows it already"),
    }
}

fn link(item: &str) -> Link {
    Link {
        connection: "c".into(),
        drive: "d".into(),
        item: item.into(),
        version: None,
        hash: String::new(),
        size: 1,
        verification: "no-hash".into(),
        name: "a.pdf".into(),
        web_url: None,
    }
}

fn refused(error: &Error) {
    assert!(
        error.is_usage() && error.to_string().contains("has a NUL in it"),
        "{error}"
    );
}

#[tokio::test]
async fn a_nul_is_refused_by_each_database_and_nothing_is_changed() {
    let (store, _data) = library().await;
    let id = file(&store, None).await.unwrap();
    let seen = LookedAt::default();
    refused(&files::rename(&store, &id, "b\0.pdf", seen).await.unwrap_err());
    refused(
        &files::show(&store, &id, ShowingKind::ClientPoint, "\0")
            .await
            .unwrap_err(),
    );
    refused(&file(&store, Some(&link("i\0"))).await.unwrap_err());
    let drive = |id: &str, name: &str| ChosenDrive {
        id: id.into(),
        name: name.into(),
    };
    for hostile in [drive("d\0", "D"), drive("d", "D\0")] {
        refused(&detach::choose_drive(&store, "c", &hostile).await.unwrap_err());
    }

    assert_eq!(files::get(&store, &id).await.unwrap().name, "a.pdf");
    assert_eq!(files::showings(&store, &id).await.unwrap(), []);
}

#[tokio::test]
async fn who_asks_for_an_item_with_a_nul_among_others_hears_that_nothing_follows_it() {
    let (store, _data) = library().await;
    let id = file(&store, Some(&link("i"))).await.unwrap();
    let of = Scope {
        connection: "c",
        drive: "d",
    };

    assert_eq!(files::by_source(&store, of, "i\0").await.unwrap(), []);
    assert!(managed::by_source(&store, of, "i\0").await.unwrap().is_empty());
    assert_eq!(managed::by_source(&store, of, "i").await.unwrap()[0].file.id, id);
    db::query("UPDATE links SET place = 'f/a.pdf'")
        .execute(store.pool())
        .await
        .unwrap();
    let places = ["f/\0".to_owned(), "f/a.pdf".to_owned()];
    assert_eq!(managed::by_place(&store, of, &places).await.unwrap()[0].file.id, id);
}

#[tokio::test]
async fn a_drive_that_files_could_not_be_found_by_is_not_chosen() {
    let (store, _data) = library().await;
    let drive = |length: usize| ChosenDrive {
        id: "x".repeat(length),
        name: "Sales".into(),
    };
    let error = detach::choose_drive(&store, "c", &drive(KEY_AT_MOST + 1))
        .await
        .unwrap_err();
    assert!(error.is_usage() && error.to_string().contains("`Sales`"), "{error}");
    detach::choose_drive(&store, "c", &drive(KEY_AT_MOST)).await.unwrap();
}

#[tokio::test]
async fn a_link_that_is_longer_than_a_new_one_may_be_is_read_and_kept_in_step() {
    let (store, _data) = library().await;
    // As it came in when there was more room.
    let (item, place) = ("x".repeat(4_000), format!("f/{}", "y".repeat(3_000)));
    let mut known = link(&item);
    let id = file(&store, Some(&known)).await.unwrap();
    db::query("UPDATE links SET place = ?")
        .bind(&place)
        .execute(store.pool())
        .await
        .unwrap();
    let of = Scope {
        connection: "c",
        drive: "d",
    };

    assert_eq!(managed::by_source(&store, of, &item).await.unwrap()[0].file.id, id);
    let found = managed::by_place(&store, of, &[place]).await.unwrap();
    assert_eq!(found[0].file.id, id);
    known.version = Some("2".into());
    let mut transaction = store.write().await.unwrap();
    let row = files::number(&id).unwrap();
    assert!(links::follow(&mut transaction, row, &known).await.unwrap());
    transaction.commit().await.unwrap();
    let follows = files::get(&store, &id).await.unwrap().link.unwrap();
    assert_eq!((follows.item, follows.version.as_deref()), (item, Some("2")));
}
