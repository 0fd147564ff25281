#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::{
    fake::{API, Answer, DRIVE, Fake, FakeItem, run},
    graph::Request,
};

/// What is answered to each address that is asked for the rights of an application, and to the drive's.
fn lets(open: &'static [&'static str]) -> impl FnMut(&Request) -> Option<Answer> + 'static {
    move |request| {
        let path = request.url.strip_prefix(API)?.strip_prefix("/v1.0")?;
        let path = path.split('?').next()?;
        let probes = [
            "/sites/root/drive",
            "/sites/root",
            "/users",
            "/groups",
            "/sites/root/permissions",
        ];
        if path == format!("/drives/{DRIVE}") {
            let found = format!(r#"{{"id":"{DRIVE}","name":"Ada's","driveType":"business"}}"#);
            return Some(Answer::new(200, found));
        }
        probes.contains(&path).then(|| match open.contains(&path) {
            true => Answer::new(200, r#"{"id":"x"}"#),
            false => Answer::new(403, r#"{"error":{"code":"accessDenied","message":"Ada may not"}}"#),
        })
    }
}

const FILES: &[&str] = &["/sites/root/drive"];

fn examined(fake: &Fake) -> Vec<(Subject, Standing, String, Option<Remedy>)> {
    let findings = run(fake, examine(fake, Role::Administrator, |_| None, None)).unwrap();
    let tell = |finding: Finding| (finding.subject, finding.standing, finding.message, finding.remedy);
    findings.into_iter().map(tell).collect()
}

fn standings(fake: &Fake) -> Vec<Standing> {
    examined(fake).into_iter().map(|(_, standing, ..)| standing).collect()
}

fn small(id: &str) -> FakeItem {
    FakeItem::file(id, "Secret plan.pdf", b"%PDF-1.7 and more".to_vec())
}

#[test]
fn all_well_is_found_without_a_change_and_names_nothing() {
    let fake = Fake::new([small("1"), FakeItem::file("2", "Big.pdf", vec![7; 2 << 20])]).answering(lets(FILES));
    let values = fake.values.borrow().clone();
    let all = examined(&fake);
    for (subject, standing, message, _) in &all {
        assert_eq!(*standing, Standing::Well, "{subject:?}: {message}");
        assert!(!message.contains("plan") && !message.contains("Ada"), "{message}");
    }
    let subjects: Vec<Subject> = all.iter().map(|(subject, ..)| *subject).collect();
    let order = [
        Subject::Permissions,
        Subject::Drive,
        Subject::Listing,
        Subject::Changes,
        Subject::File,
    ];
    assert_eq!(subjects, order);
    assert_eq!(*fake.values.borrow(), values, "nothing is kept");
    assert!(fake.files.borrow().is_empty() && fake.lines.borrow().is_empty());
    let content: Vec<String> = fake
        .paths()
        .into_iter()
        .filter(|path| path.ends_with("/content"))
        .collect();
    assert_eq!(content.len(), 1, "one small file: {content:?}");
}

#[test]
fn a_permission_that_is_missing_is_named_with_the_least_that_would_do() {
    let fake = Fake::new([small("1")]).answering(|request| {
        let path = request.url.split('?').next().unwrap().to_owned();
        let status = if path.ends_with("/users") { 401 } else { 403 };
        Some(Answer::new(
            status,
            r#"{"error":{"code":"accessDenied","message":"no"}}"#,
        ))
    });
    let all = examined(&fake);
    assert_eq!(standings(&fake)[..2], [Standing::Failed, Standing::Failed]);
    let (_, _, message, remedy) = &all[0];
    assert!(
        message.contains("Files.Read.All") && message.contains("Sites.Selected"),
        "{message}"
    );
    assert_eq!(*remedy, Some(Remedy::Grant));
    assert!(all[2..].iter().all(|(_, standing, ..)| *standing == Standing::NotAsked));
}

#[test]
fn a_drive_that_is_gone_none_and_a_source_that_does_not_answer_are_told_apart() {
    let gone = Fake::new([]).answering(|_| Some(Answer::new(404, r#"{"error":{"code":"itemNotFound"}}"#)));
    assert_eq!(examined(&gone)[1].3, Some(Remedy::ChooseDrive));

    let mut none = Fake::new([]).answering(lets(FILES));
    none.connection.drive = None;
    let all = examined(&none);
    assert_eq!((all[1].1, all[1].3), (Standing::NotAsked, Some(Remedy::ChooseDrive)));
    assert_eq!(all[0].1, Standing::Well);

    let busy = Fake::new([]).answering(|_| Some(Answer::new(429, "").with("Retry-After", "3000")));
    let all = examined(&busy);
    assert_eq!((all[1].1, all[1].3), (Standing::Warning, Some(Remedy::Wait)));
}

#[test]
fn a_file_that_is_not_what_its_metadata_says_is_fetched_twice_and_told() {
    let mut damaged = small("1");
    damaged.bytes = b"%PDF-1.7 and othr".to_vec();
    let fake = Fake::new([damaged]).answering(lets(FILES));
    let all = examined(&fake);
    let (_, standing, message, _) = &all[4];
    assert_eq!(*standing, Standing::Failed);
    assert!(
        message.contains("other bytes") && !message.contains("plan"),
        "{message}"
    );
    let content = fake
        .paths()
        .into_iter()
        .filter(|path| path.ends_with("/content"))
        .count();
    assert_eq!(content, 2);

    let mut page = small("1");
    page.bytes = b"<!DOCTYPE html><p>".to_vec();
    let all = examined(&Fake::new([page]).answering(lets(FILES)));
    assert!(all[4].2.contains("a page"), "{}", all[4].2);
}

#[test]
fn where_no_small_file_may_enter_none_is_fetched() {
    let big = FakeItem::file("1", "Big.pdf", vec![7; (1 << 20) + 1]);
    let other = FakeItem::file("2", "run.exe", b"MZ".to_vec());
    let fake = Fake::new([big, other, FakeItem::file("3", "Empty.pdf", vec![])]).answering(lets(FILES));
    let all = examined(&fake);
    assert_eq!(all[4].1, Standing::NotAsked, "{}", all[4].2);
    assert!(fake.paths().iter().all(|path| !path.ends_with("/content")));
}

#[test]
fn r02_nobody_but_an_administrator_may_look() {
    let fake = Fake::new([]);
    let refused = run(&fake, examine(&fake, Role::Member, |_| None, None));
    assert_eq!(refused.unwrap_err(), CallError::Forbidden);
    assert!(fake.paths().is_empty());
}
