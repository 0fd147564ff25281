mod year;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use self::year::{Year, objects_below};
use super::*;
use crate::store::revisions;

#[tokio::test]
async fn a_year_of_nights_grows_no_further_than_its_terms_and_what_is_shown_stays() {
    let mut year = Year::new().await;
    for file in 1..=5 {
        year.content(file, None).await;
    }
    // One is shown as it was at first, everywhere and for ever.
    year.does("INSERT INTO showings VALUES (1, 'ClientPoint', 'Fabrikam', 1)")
        .await;
    let mut sizes = BTreeMap::new();
    for night in 0..800 {
        year.days(1);
        let run = year.run("sync").await;
        // The first changes each night, the second every tenth, the last never.
        year.content(1, Some(run)).await;
        if night % 10 == 0 {
            year.content(2, Some(run)).await;
        }
        year.line(run, 3, "held", 1).await;
        if night % 20 == 0 {
            year.prune().await;
            year.sweep().await;
        }
        if matches!(night, 500 | 780) {
            let rows = year.count("revisions").await + year.count("outcomes").await + year.count("runs").await;
            sizes.insert(night, (rows, objects_below(year.data.path())));
        }
    }
    let (before, after) = (sizes[&500], sizes[&780]);
    assert!(after.0 <= before.0 + 30, "{sizes:?}");
    assert!(after.1 <= before.1 + 5, "{sizes:?}");
    let first = year.numbers(1).await;
    assert_eq!(first[0], 1, "it is shown");
    assert!((90..=115).contains(&first.len()), "{}", first.len());
    assert!((9..=12).contains(&year.numbers(2).await.len()));
    for file in 3..=5 {
        assert_eq!(year.numbers(file).await, [1]);
    }
    assert!((400..=425).contains(&year.count("runs").await));
    year.all_bytes_are_there().await;
}

#[tokio::test]
async fn at_least_five_revisions_stay_however_old_and_each_for_ninety_days_after_it_was_replaced() {
    let mut year = Year::new().await;
    for _ in 0..8 {
        year.content(1, None).await;
        year.days(1);
    }
    assert_eq!(year.prune().await, LetGo::default());
    year.days(400);
    // The fourth was replaced long ago, the present one a moment ago.
    year.content(1, None).await;
    assert_eq!(year.prune().await.revisions, 4);
    assert_eq!(year.numbers(1).await, [5, 6, 7, 8, 9]);
    year.days(89);
    for _ in 0..5 {
        year.content(1, None).await;
        year.days(1);
    }
    // What the ninth replaced was current for more than a year: it stays for as long as it was replaced lately.
    year.prune().await;
    assert_eq!(year.numbers(1).await, [9, 10, 11, 12, 13, 14]);
}

#[tokio::test]
async fn what_an_upload_can_be_taken_back_to_stays_until_it_can_not_be_any_more() {
    let mut year = Year::new().await;
    year.content(1, None).await;
    year.days(300);
    let upload = year.run("association").await;
    year.does(&format!(
        "INSERT INTO bindings (run, file, drive, item, revision, was_linked) VALUES ({upload}, 1, 'd', 'i', 1, 0)"
    ))
    .await;
    for _ in 0..7 {
        year.content(1, None).await;
    }
    year.days(89);
    year.prune().await;
    assert!(year.numbers(1).await.contains(&1));
    year.days(20);
    year.prune().await;
    assert_eq!(year.numbers(1).await, [4, 5, 6, 7, 8]);
    assert_eq!(year.count("runs").await, 1, "the run stays for its own time");
    let _later = year.run("association").await;
    year.days(401);
    year.prune().await;
    assert_eq!((year.count("runs").await, year.count("bindings").await), (1, 0));
}

#[tokio::test]
async fn the_last_line_of_each_file_and_what_brought_its_content_stay_explained() {
    let mut year = Year::new().await;
    let brought = year.run("sync").await;
    year.content(1, Some(brought)).await;
    year.content(2, None).await;
    let told = year.run("sync").await;
    year.line(told, 2, "format-mismatch", 1).await;
    let quiet = year.run("sync").await;
    let plan = year.run("sync").await;
    year.does(&format!(
        "UPDATE runs SET kind = 'plan' WHERE id = {plan}; \
         INSERT INTO planned VALUES ('organization', {plan}, 0, 1, 'f', 'f', 1, 'updated', 1, NULL, 0);"
    ))
    .await;
    year.days(401);
    let last = year.run("sync").await;
    year.line(last, 1, "unchanged", 1).await;
    assert_eq!(year.prune().await.runs, 1, "the quiet one");
    let runs: Vec<(i64,)> = db::query_as("SELECT id FROM runs ORDER BY id")
        .fetch_all(year.store.pool())
        .await
        .unwrap();
    let runs: Vec<i64> = runs.into_iter().map(|(run,)| run).collect();
    assert!(!runs.contains(&quiet));
    assert_eq!(runs, [brought, told, plan, last]);
    // A later plan lets the earlier one go, with its rows.
    let newer = year.run("sync").await;
    year.does(&format!("UPDATE runs SET kind = 'plan' WHERE id = {newer}"))
        .await;
    assert_eq!(year.prune().await.runs, 1);
    assert_eq!(year.count("planned").await, 0);
}

#[tokio::test]
async fn bytes_that_another_revision_names_stay_and_the_others_go_by_way_of_the_trash() {
    let mut year = Year::new().await;
    for _ in 0..6 {
        year.content(1, None).await;
        year.days(1);
    }
    // The first content is another file's as well.
    year.does(
        "INSERT INTO files (id, name, place, revision) VALUES (2, 'g', '', 1); \
         INSERT INTO revisions SELECT 2, 1, sha256, size, made_at FROM revisions WHERE file = 1 AND number = 1;",
    )
    .await;
    year.content(1, None).await;
    year.days(200);
    assert_eq!(year.prune().await.revisions, 2);
    year.sweep().await;
    assert_eq!(objects_below(year.data.path()), 6, "one went, one is another's");
    let day: NaiveDate = year.now.date_naive();
    let trash = year.data.path().join("trash").join(day.to_string());
    assert_eq!(std::fs::read_dir(trash).unwrap().count(), 1);
    year.all_bytes_are_there().await;
    assert!(revisions::object(&year.store, "1", 1).await.is_err());
}

#[tokio::test]
async fn who_is_stopped_in_between_or_comes_at_the_same_time_leaves_the_rest_for_the_next() {
    let mut year = Year::new().await;
    for file in 1..=300 {
        for _ in 0..7 {
            year.content(file, None).await;
            year.now += TimeDelta::seconds(1);
        }
    }
    year.days(100);
    let terms = Retention::default();
    let some = let_go(&year.store, terms, year.now, AtMost::ALL, |_| false)
        .await
        .unwrap();
    assert!(0 < some.revisions && some.revisions < 600, "{some:?}");
    let all = || let_go(&year.store, terms, year.now, AtMost::ALL, |_| true);
    let (one, other) = tokio::join!(all(), all());
    assert_eq!(some.revisions + one.unwrap().revisions + other.unwrap().revisions, 600);
    assert_eq!(year.count("revisions").await, 1_500);
    let none = AtMost { revisions: 0, runs: 0 };
    assert_eq!(
        let_go(&year.store, terms, year.now, none, |_| true).await.unwrap(),
        LetGo::default()
    );
    assert!(claim(&year.store, year.now).await.unwrap());
    assert!(!claim(&year.store, year.now).await.unwrap());
}

#[tokio::test]
async fn a_file_in_the_bin_keeps_all_of_its_history_until_it_goes_as_a_whole() {
    let mut year = Year::new().await;
    for _ in 0..9 {
        year.content(1, None).await;
        year.days(1);
    }
    year.days(200);
    let removed_at = stamp(year.now);
    year.does(&format!(
        "UPDATE files SET removed_at = '{removed_at}' WHERE id = 1; INSERT INTO bin (file, removed_by) VALUES (1, 'admin');"
    ))
    .await;
    assert_eq!(year.prune().await, LetGo::default());
    assert_eq!(year.numbers(1).await.len(), 9);
    year.days(31);
    assert_eq!(crate::store::bin::over(&year.store, year.now, 30).await.unwrap().0, 1);
    assert_eq!(crate::store::bin::expire(&year.store, year.now, 30).await.unwrap(), 1);
    assert_eq!(year.prune().await, LetGo::default());
    assert_eq!(year.count("revisions").await, 0);
}
