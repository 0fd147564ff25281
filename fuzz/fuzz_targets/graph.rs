//! Answers of Microsoft Graph: items, drives, people, sites, pages of them, and the envelopes of errors, with what they
//! ask of us (`Retry-After`).
//!
//! The first line is the status and headers (`429 retry-after: 5`), the rest the body.
#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use onedrive_plugin::{
    contract::Subfolders,
    graph::{self, GraphDrive, GraphError, Head, Site, User},
    item::Item,
    quick_xor,
    retry::{self, Budget, Next},
    rules::{enter, formats},
    source, wording,
};

const API: &str = "https://graph.microsoft.com";

fuzz_target!(|data: &[u8]| {
    let at = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (line, body) = (
        String::from_utf8_lossy(&data[..at]),
        data.get(at + 1..).unwrap_or_default(),
    );
    let head = head(&line);

    let error = GraphError::read(&head, body);
    let _ = graph::lost_track(&error);
    let _ = error.no_drive_here();
    waits_are_bounded(&head, &error);
    if let Some((first, whole)) = head.content_range() {
        assert!(head.header("content-range").is_some(), "{first} {whole:?}");
    }

    if let Ok(item) = graph::told(body) {
        look(&item);
    }
    if let Ok(page) = graph::items(body, API) {
        stays(page.next.as_deref());
        page.value.iter().for_each(look);
    }
    if let Ok(page) = graph::page::<GraphDrive>(body, API) {
        stays(page.next.as_deref());
    }
    if let Ok(page) = graph::page::<User>(body, API) {
        page.value.iter().for_each(|user| drop(user.title().to_owned()));
    }
    if let Ok(page) = graph::page::<Site>(body, API) {
        page.value
            .iter()
            .for_each(|site| drop((site.title().to_owned(), site.personal())));
    }
});

fn head(line: &str) -> Head {
    let (status, headers) = line.split_once(' ').unwrap_or((line, ""));
    let header = |text: &str| {
        let (name, value) = text.split_once(':')?;
        Some((name.trim().to_owned(), value.to_owned()))
    };
    Head::new(
        status.parse().unwrap_or(200),
        headers.split('|').filter_map(header).collect(),
    )
}

/// Whatever is asked for, nobody waits for longer than an hour at a time, and not for ever.
fn waits_are_bounded(head: &Head, error: &GraphError) {
    let now = "2026-02-03T09:10:11Z".parse().unwrap();
    let _ = retry::patience(head, now);
    let Some(trouble) = retry::trouble(error.meaning(), head, now) else {
        return;
    };
    let mut budget = Budget::file();
    for round in 0_u32.. {
        assert!(round < 100_000, "trying has no end");
        match budget.next(trouble, 0.5) {
            Next::GiveUp => break,
            Next::Again(wait) => assert!(wait <= Duration::from_secs(3600)),
            Next::Pause(wait) => {
                assert!(wait <= Duration::from_secs(3600));
                if !budget.spend(wait) {
                    break;
                }
            }
        }
    }
}

/// What has passed the check is a file of a type that is on the list, and fits.
fn look(item: &Item) {
    let policy = source::default_policy();
    match enter::may_enter(item, &policy) {
        Ok(()) => {
            let ending = formats::ending(&item.name);
            assert!(policy.file_types.contains(&ending), "{ending:?}");
            assert!(item.size().is_none_or(|size| size <= policy.max_file_bytes));
            assert!(!item.infected());
        }
        Err(refusal) => assert!(!wording::refusal(&refusal, &item.name).is_empty()),
    }
    let _ = (
        item.kind(),
        item.version(),
        item.modified(),
        item.media_type(),
        item.deleted(),
        item.in_folder(),
    );
    let _ = item.out_of_reach(Subfolders::Browse);
    if let Some(hash) = item.hash() {
        assert_eq!(quick_xor::normal(hash).as_deref(), Some(hash));
    }
}

fn stays(next: Option<&str>) {
    if let Some(next) = next {
        let next = url::Url::parse(next).unwrap();
        assert_eq!(next.origin().ascii_serialization(), API);
    }
}
