//! Outcomes that are not what happened.

use super::{Stage, stopped};

#[tokio::test]
async fn outcomes_that_are_not_those_of_the_files_asked_for_are_refused() {
    let stage = Stage::new().await;
    for lie in [
        "fewer-outcomes",
        "more-outcomes",
        "other-items",
        "swapped-items",
        "same-item-twice",
    ] {
        let error = stage.attacked(lie).await.import(&["01A", "01B"]).await;
        let why = stopped(&error);
        assert!(why.contains("not those of the files asked for"), "{lie}: {why}");
        assert!(why.contains("nothing came into the library"), "{lie}: {why}");
    }
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn a_file_that_never_came_in_is_not_shown_as_imported() {
    let stage = Stage::new().await;
    let error = stage.attacked("claims-an-import").await.import(&["01A"]).await;
    assert!(stopped(&error).contains("not what has happened to it"), "{error}");
    let error = stage.attacked("claims-it-was-there").await.import(&["01A"]).await;
    assert!(
        stopped(&error).contains("does not follow what was asked for"),
        "{error}"
    );
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn a_file_that_did_come_in_is_told_of_even_if_the_plugin_denies_it_or_traps() {
    for behaviour in ["commits-and-denies", "commits-and-traps"] {
        let stage = Stage::new().await;
        let error = stage.attacked(behaviour).await.import(&["01A"]).await;
        let why = stopped(&error);
        assert!(why.contains("have come into the library: 100002"), "{behaviour}: {why}");
        let files = stage.world.library().await;
        assert_eq!((files.len(), &files[0]), (2, &stage.before[0]));
        stage.is_healthy().await;
    }
}
