//! Taking more than there is: time, memory, handles, log, state.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    task::Poll,
};

use wasip3::clocks::monotonic_clock;

use crate::bindings::{
    clientpoint::content_source::{
        content_library,
        logging::{self, Level},
        progress, state_store,
        types::ItemRef,
    },
    exports::clientpoint::content_source::content_import::{
        Drive, DriveKind, DrivePage, Entry, EntryKind, EntryPage, Verdict,
    },
    wit_stream,
};

/// Never comes back.
pub fn spin() -> ! {
    loop {
        std::hint::black_box(0);
    }
}

/// Goes deeper until there is no more stack.
#[inline(never)]
#[expect(unconditional_recursion, reason = "that is the harm")]
pub fn recurse(depth: u64) -> u64 {
    // Nothing of it lies in memory, so that it is the host's stack that runs out.
    recurse(depth + DEPTH.load(Ordering::Relaxed)) + DEPTH.fetch_add(1, Ordering::Relaxed)
}

static DEPTH: AtomicU64 = AtomicU64::new(1);

/// Takes memory until there is no more.
pub fn allocate() -> ! {
    let mut taken = Vec::new();
    loop {
        taken.push(std::hint::black_box(vec![1_u8; 1 << 20]));
    }
}

/// Waits for the end of the universe.
pub async fn wait() -> String {
    monotonic_clock::wait_for(u64::MAX).await;
    "the wait has ended".into()
}

/// Waits in very many places at once.
pub async fn many_waits() -> String {
    let mut waits = Vec::new();
    loop {
        let mut wait = Box::pin(monotonic_clock::wait_for(u64::MAX));
        std::future::poll_fn(|context| {
            let _ = wait.as_mut().poll(context);
            Poll::Ready(())
        })
        .await;
        waits.push(wait);
        if waits.len() > 1_000_000 {
            return "a million waits at once".into();
        }
    }
}

/// Opens streams and holds on to them.
pub fn many_streams() -> String {
    let mut streams = Vec::new();
    for _ in 0..1_000_000 {
        streams.push(wit_stream::new::<u8>());
    }
    format!("{} streams at once", streams.len())
}

/// Writes a hundred thousand lines, some of them long, some with what a terminal obeys.
pub fn flood_log() -> String {
    let long = "x".repeat(1 << 20);
    for number in 0..100_000 {
        let line = if number % 10_000 == 0 {
            &long
        } else {
            "flood\n\u{1b}[2J"
        };
        logging::log(Level::Error, line);
    }
    "flooded".into()
}

/// Reports progress a hundred thousand times, with names that are none.
pub fn flood_progress() -> String {
    let item = ItemRef {
        drive: "d".into(),
        item: "i".into(),
    };
    let long = "\u{1b}]0;x".repeat(10_000);
    for number in 0..100_000 {
        let name = if number % 1_000 == 0 { &long } else { "flood" };
        progress::report(&item, name, u64::MAX, Some(0));
    }
    "flooded".into()
}

/// Stores values under ever new keys until the host says no.
pub async fn fill_state() -> String {
    for number in 0..100_000 {
        let stored = state_store::swap(format!("key-{number}"), None, Some(vec![7; 64 << 10])).await;
        if let Err(error) = stored {
            return format!("refused after {number}: {error:?}");
        }
    }
    "stored without end".into()
}

/// Asks for values a thousand times at once, and once by a key that is none.
pub async fn ask_state_at_once() -> String {
    let long = state_store::get("k".repeat(1 << 20)).await;
    let mut asked: Vec<_> = (0..1_000).map(|_| Box::pin(state_store::get("key".into()))).collect();
    let (mut answered, mut refused) = (0, 0);
    std::future::poll_fn(|context| {
        asked.retain_mut(|question| match question.as_mut().poll(context) {
            Poll::Ready(Ok(_)) => {
                answered += 1;
                false
            }
            Poll::Ready(Err(_)) => {
                refused += 1;
                false
            }
            Poll::Pending => true,
        });
        if asked.is_empty() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    format!("{:?}, answered {answered}, refused {refused}", long.err())
}

/// Leaves another beginning for the next round of changes than the source has given.
pub async fn poison_state(drive: &str, value: &str) -> String {
    let key = format!("changes/{drive}");
    let before = state_store::get(key.clone()).await.unwrap().map(|entry| entry.version);
    let stored = state_store::swap(key, before, Some(value.as_bytes().to_vec())).await;
    format!("{:?}", stored.is_ok())
}

/// Asks a question of a gigabyte, many times at once.
pub async fn giant_questions() -> String {
    let giant = "x".repeat(1 << 20);
    let items = (0..1_000)
        .map(|_| ItemRef {
            drive: alias(&giant),
            item: alias(&giant),
        })
        .collect();
    let answer = content_library::files_by_source(items).await;
    format!("answered: {}", answer.is_ok())
}

/// A page of drives with a gigabyte of notes, all of them the same bytes of memory.
pub fn giant_notes() -> DrivePage {
    let giant = "x".repeat(16 << 20);
    let notes = (0..64).map(|_| alias(&giant)).collect();
    std::mem::forget(giant);
    DrivePage {
        drives: Vec::new(),
        next: None,
        notes,
    }
}

/// Entries of a gigabyte, all of them the same bytes of memory.
pub fn giant_entries() -> EntryPage {
    let giant = "x".repeat(16 << 20);
    let entries = (0..64).map(|_| entry(alias(&giant))).collect();
    std::mem::forget(giant);
    EntryPage { entries, next: None }
}

/// One more page, and there is always one more.
pub fn another_page() -> EntryPage {
    EntryPage {
        entries: (0..8).map(|_| entry("x".repeat(1 << 20))).collect(),
        next: Some("more".into()),
    }
}

/// As [`another_page`], of drives.
pub fn another_drive_page() -> DrivePage {
    let drive = |_| Drive {
        id: "same".into(),
        name: "x".repeat(1 << 20),
        kind: DriveKind::SiteLibrary,
        web_url: None,
    };
    DrivePage {
        drives: (0..8).map(drive).collect(),
        next: Some("more".into()),
        notes: Vec::new(),
    }
}

fn entry(name: String) -> Entry {
    Entry {
        item: ItemRef {
            drive: "d".into(),
            item: "i".into(),
        },
        name,
        kind: EntryKind::File,
        size: None,
        modified: None,
        verdict: Verdict::Importable,
        reason: String::new(),
    }
}

/// The same bytes once more: whoever frees both has lost, but by then the harm is done.
pub fn alias(text: &String) -> String {
    unsafe { String::from_raw_parts(text.as_ptr().cast_mut(), text.len(), text.len()) }
}
