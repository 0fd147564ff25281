//! Bytes on their way into the library, without keeping to the rules.

use clientpoint_engine::policy::PolicyChanges;

use super::{Stage, said, stopped};

#[tokio::test]
async fn ten_thousand_drafts_are_sixteen() {
    let stage = Stage::new().await;
    let error = stage.attacked("leaks-drafts").await.import(&["01A"]).await;
    assert_eq!(
        said(&error),
        r#"refused after 16: Error::Other("more than 16 drafts at a time")"#
    );
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn drafts_whose_writing_was_given_up_count_until_their_streams_end() {
    let stage = Stage::new().await;
    let error = stage.attacked("gives-up-writing").await.import(&["01A"]).await;
    assert_eq!(
        said(&error),
        r#"refused after 16: Error::Other("more than 16 drafts at a time")"#
    );
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn a_stream_without_its_commit_is_thrown_away_whether_the_plugin_traps_or_hangs() {
    let stage = Stage::new().await;
    stopped(&stage.attacked("writes-and-traps").await.import(&["01A"]).await);
    let error = stage.hurried("writes-and-hangs").await.import(&["01A"]).await;
    assert!(stopped(&error).contains("not done within"), "{error}");
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn a_draft_takes_no_more_than_the_largest_file_and_is_worth_nothing_after() {
    let stage = Stage::new().await;
    let attack = stage
        .attacked_with("writes-too-much", |builder| {
            builder.policy(PolicyChanges {
                file_types: Some(vec!["writes-too-much".into()]),
                max_file_bytes: Some(1_000_000),
                ..PolicyChanges::default()
            })
        })
        .await;
    let error = attack.import(&["01A"]).await;
    assert!(
        said(&error).starts_with("Err(Error::TooLarge(1000000)), then Some("),
        "{error}"
    );
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn an_item_comes_in_once_and_who_denies_it_is_found_out() {
    let stage = Stage::new().await;
    let error = stage.attacked("commits-twice").await.import(&["01A"]).await;
    // The call as a whole answered with an error, which says that nothing was changed.
    let why = stopped(&error);
    assert!(why.contains("have come into the library: 100002"), "{why}");
    let files = stage.world.library().await;
    assert_eq!(files.len(), 2, "the second commit was refused: {files:?}");
    stage.is_healthy().await;
}

#[tokio::test]
async fn what_nobody_asked_for_does_not_come_in() {
    let stage = Stage::new().await;
    let error = stage.attacked("commits-unasked").await.import(&["01A"]).await;
    assert_eq!(said(&error), "Some(Error::Forbidden), Some(Error::Forbidden)");
    let error = stage.attacked("drafts-while-browsing").await.browse("").await;
    assert_eq!(said(&error), "Error::Forbidden");
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn a_link_that_does_not_fit_its_bytes_or_has_words_without_end_is_refused() {
    let stage = Stage::new().await;
    let error = stage.attacked("commits-other-size").await.import(&["01A"]).await;
    assert_eq!(said(&error), "Some(Error::SizeMismatch)");
    let error = stage.attacked("commits-long-words").await.import(&["01A"]).await;
    assert_eq!(
        said(&error),
        r#"Some(Error::Other("`hash` is longer than 4096 bytes"))"#
    );
    let error = stage.attacked("commits-nul").await.import(&["01A"]).await;
    assert_eq!(said(&error), r#"Some(Error::Other("`name` has a NUL in it"))"#);
    // What was asked for by such a name is no exception.
    let long = "x".repeat(1_025);
    let error = stage.attacked("commits-nul").await.import(&[&long]).await;
    assert_eq!(
        said(&error),
        r#"Some(Error::Other("`source.item` is longer than 1024 bytes"))"#
    );
    stage.is_as_before_and_healthy().await;
}
