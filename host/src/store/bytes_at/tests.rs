use std::{path::PathBuf, time::Duration};

use super::*;
use crate::store::open;

fn folder(word: &str) -> BytesAt {
    BytesAt::Folder(word.into())
}

#[tokio::test]
async fn the_first_note_stays_and_is_given_to_all_who_come_later() {
    let data = tempfile::tempdir().unwrap();
    let store = open(data.path(), Duration::from_secs(5)).await.unwrap();
    db::query("INSERT INTO switches (name) VALUES ('keep-clientpoints')")
        .execute(store.pool())
        .await
        .unwrap();
    assert_eq!(noted(&store).await.unwrap(), None);

    let (one, other) = (folder("the-word-of-one-folder"), BytesAt::Elsewhere);
    let (first, second) = tokio::join!(note(&store, &one), note(&store, &other));

    let there = first.unwrap();
    assert_eq!(second.unwrap(), there);
    assert!([one, other].contains(&there), "{there:?}");
    assert_eq!(noted(&store).await.unwrap(), Some(there.clone()));
    assert_eq!(note(&store, &folder("a-third-folder-s-word")).await.unwrap(), there);
}

#[test]
fn a_folder_has_its_word_from_the_first_time_on_and_nobody_else_has_it() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert_eq!(known(one.path()).unwrap(), None);
    let word = of_folder(one.path()).unwrap();
    // As a program leaves it that was killed in the moment before.
    fs::write(one.path().join("bytes.half-a1b2c3"), "half").unwrap();

    assert_eq!(of_folder(one.path()).unwrap(), word);

    assert_eq!(known(one.path()).unwrap(), Some(word.clone()));
    assert_ne!(of_folder(other.path()).unwrap(), word);
    let names: Vec<PathBuf> = fs::read_dir(one.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(names, [one.path().join(FILE)]);
    let BytesAt::Folder(word) = word else { panic!() };
    assert_eq!(word.len(), 22);
    assert_eq!(fs::read_to_string(one.path().join(FILE)).unwrap(), format!("{word}\n"));
}

#[test]
fn a_word_that_can_t_be_understood_is_not_made_anew() {
    let data = tempfile::tempdir().unwrap();
    for text in ["", "\n", "elsewhere\n", "two words that are none\n", &"x".repeat(1_000)] {
        fs::write(data.path().join(FILE), text).unwrap();
        let told = of_folder(data.path()).unwrap_err();
        assert_eq!(told.code(), "bytes-unreadable", "{told}");
        assert_eq!(fs::read_to_string(data.path().join(FILE)).unwrap(), text);
    }
}
