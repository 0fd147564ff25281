//! Outcomes that are not what happened.

use clientpoint_host::{
    service::{Stop, Wanted},
    way_out::WayOut,
};

use end_to_end::by_path::ByPath;

use super::{Stage, said, stopped};

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

#[tokio::test]
async fn a_name_leads_to_one_item_of_the_chosen_drive_or_to_nothing() {
    let stage = Stage::new().await;
    for lie in ["resolves-too-few", "resolves-elsewhere"] {
        let wanted = ["A.pdf", "B.pdf"].map(|text| Wanted {
            text: text.into(),
            line: None,
        });
        let attack = stage.attacked(lie).await;
        let error = attack.admin().await.import_wanted(&wanted, &Stop::default()).await;
        let why = stopped(&error.unwrap_err());
        assert!(why.contains("nothing came into the library"), "{lie}: {why}");
    }
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn a_preview_can_not_link_and_an_upload_that_says_other_than_it_did_fails() {
    let stage = Stage::new().await;
    let sheet = stage.world.data.path().join("sheet.csv");
    std::fs::write(&sheet, "File ID,Sharepoint File Path\n").unwrap();
    let attack = stage.attacked("binds").await;
    let error = attack
        .admin()
        .await
        .associate_path(&sheet, true, None)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("forbidden") || error.to_string().contains("Forbidden"),
        "{error}"
    );
    let attack = stage.attacked("claims-links").await;
    let error = attack
        .admin()
        .await
        .associate_path(&sheet, false, None)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("other files than it did"), "{error}");
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn an_upload_links_to_the_drive_of_the_connection_and_to_no_other() {
    let stage = Stage::new().await;
    let sheet = stage.world.data.path().join("sheet.csv");
    std::fs::write(&sheet, "File ID,Sharepoint File Path\n").unwrap();
    let attack = stage.attacked("binds-elsewhere").await;
    let error = attack
        .admin()
        .await
        .associate_path(&sheet, false, None)
        .await
        .unwrap_err();
    assert!(said(&error).contains("Forbidden"), "{error}");
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn what_an_upload_has_linked_before_it_lied_or_trapped_is_told_with_the_way_back() {
    for (behaviour, why) in [("binds-and-denies", "other files than it did"), ("binds-and-traps", "")] {
        let stage = Stage::new().await;
        let sheet = stage.world.data.path().join("sheet.csv");
        std::fs::write(&sheet, "File ID,Sharepoint File Path\n").unwrap();
        let attack = stage.attacked(behaviour).await;
        let admin = attack.admin().await;
        let error = admin.associate_path(&sheet, false, None).await.unwrap_err();
        let told = stopped(&error);
        assert!(told.contains(why), "{behaviour}: {told}");
        assert_eq!(told.matches("the plugin was stopped").count(), 1, "{behaviour}: {told}");
        assert!(told.contains("1 files had been linked"), "{told}");
        assert_eq!(error.ways_out(), [WayOut::UndoUpload { run: 1 }]);
        let run = admin.run(1).await.unwrap().run;
        assert_eq!(
            (run.state.as_str(), run.message.as_deref()),
            ("failed", Some(told.as_str()))
        );
        assert_ne!(stage.world.library().await, stage.before);
        admin.undo_association(1).await.unwrap();
        stage.is_as_before_and_healthy().await;
    }
}

#[tokio::test]
async fn files_are_looked_up_for_a_sheet_and_at_no_other_time() {
    let stage = Stage::new().await;
    let attack = stage.attacked("looks-files-up").await;
    assert_eq!(said(&attack.browse("").await), "Error::Forbidden");
    let sheet = stage.world.data.path().join("sheet.csv");
    std::fs::write(&sheet, "File ID,Sharepoint File Path\n").unwrap();
    let error = attack
        .admin()
        .await
        .associate_path(&sheet, true, None)
        .await
        .unwrap_err();
    assert_eq!(said(&error), "found 1");
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn what_is_asked_to_look_only_can_change_nothing_and_its_words_are_kept_short() {
    use clientpoint_host::service::CheckSubject;
    let stage = Stage::new().await;
    let attack = stage.attacked("examines").await;
    let found = attack.admin().await.doctor().await.unwrap();
    let check = found
        .checks
        .iter()
        .find(|check| check.subject == CheckSubject::File)
        .unwrap();
    assert!(
        check.message.starts_with("Error::Forbidden; refused after 0: "),
        "{}",
        check.message
    );
    assert!(
        check.message.contains("Some(Error::Forbidden), Some(Error::Forbidden)"),
        "{}",
        check.message
    );
    assert!(!check.message.contains(char::is_control) && check.message.len() < 8 * 1024);
    for subject in CheckSubject::ALL {
        let lines = found.checks.iter().filter(|check| check.subject == *subject).count();
        // A library in a folder has no server, and no object store.
        let at_least = usize::from(![CheckSubject::Database, CheckSubject::ObjectStore].contains(subject));
        assert!(
            (at_least..=1).contains(&lines),
            "one a subject, however many there were: {lines} of {subject:?}"
        );
    }
    stage.is_as_before_and_healthy().await;
}
