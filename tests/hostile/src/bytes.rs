//! Bytes on their way into the library, without keeping to the rules.

use std::task::Poll;

use crate::{
    bindings::{
        clientpoint::content_source::{
            content_library::{self, Draft, LibraryFile},
            types::{ItemRef, Link, Verification},
        },
        wit_stream,
    },
    greed,
};

/// A link for so many bytes.
pub fn link(item: &ItemRef, size: u64) -> Link {
    Link {
        source: item.clone(),
        version: Some("1".into()),
        hash: "AAAA".into(),
        size,
        verification: Verification::Verified,
        name: "Hostile.pdf".into(),
        web_url: None,
    }
}

/// Begins a draft and writes so many bytes.
pub async fn filled(bytes: usize) -> Draft {
    let draft = content_library::create("Hostile.pdf".into()).await.unwrap();
    let (mut sink, data) = wit_stream::new();
    wit_bindgen::spawn_local(async move { drop(sink.write_all(vec![b'%'; bytes]).await) });
    draft.write(data).await.unwrap();
    draft
}

/// A file of the library.
pub async fn committed(item: &ItemRef) -> Result<LibraryFile, content_library::Error> {
    Draft::commit(filled(1_000).await, link(item, 1_000)).await
}

pub async fn create_one() -> String {
    match content_library::create("Hostile.pdf".into()).await {
        Ok(_) => "a draft was begun".into(),
        Err(error) => format!("{error:?}"),
    }
}

pub async fn leak_drafts() -> String {
    for number in 0..10_000 {
        match content_library::create(format!("{number}.pdf")).await {
            Ok(draft) => std::mem::forget(draft),
            Err(error) => return format!("refused after {number}: {error:?}"),
        }
    }
    "ten thousand drafts at once".into()
}

/// Begins to write ten thousand drafts from streams that stay open, and gives up each call and its draft.
pub async fn give_up_writing() -> String {
    let mut sinks = Vec::new();
    for number in 0..10_000 {
        let draft = match content_library::create("Hostile.pdf".into()).await {
            Ok(draft) => draft,
            Err(error) => return format!("refused after {number}: {error:?}"),
        };
        let (sink, data) = wit_stream::new();
        sinks.push(sink);
        let mut writing = Box::pin(draft.write(data));
        let begun = std::future::poll_fn(|context| Poll::Ready(writing.as_mut().poll(context))).await;
        if begun.is_ready() {
            return "a stream that is open was written to its end".into();
        }
    }
    format!("{} drafts at once", sinks.len())
}

pub async fn write_and_trap() -> ! {
    let _draft = filled(300_000).await;
    std::process::abort()
}

/// Leaves a stream open, and spins while the host waits for more of it.
pub async fn write_and_hang() -> ! {
    let draft = content_library::create("Hostile.pdf".into()).await.unwrap();
    let (mut sink, data) = wit_stream::new();
    wit_bindgen::spawn_local(async move {
        drop(sink.write_all(vec![b'%'; 300_000]).await);
        greed::wait().await;
        drop(sink);
    });
    draft.write(data).await.unwrap();
    std::process::abort()
}

/// More than the policy's largest file.
pub async fn write_too_much() -> String {
    let draft = content_library::create("Hostile.pdf".into()).await.unwrap();
    let (mut sink, data) = wit_stream::new();
    wit_bindgen::spawn_local(async move { while sink.write_all(vec![b'%'; 1 << 20]).await.is_empty() {} });
    let written = draft.write(data).await;
    let again = Draft::commit(draft, link(&unasked(), 0)).await;
    format!("{written:?}, then {:?}", again.err())
}

pub async fn commit_twice(item: &ItemRef) -> String {
    let (one, two) = (filled(1_000).await, filled(2_000).await);
    let first = Draft::commit(one, link(item, 1_000)).await;
    let second = Draft::commit(two, link(item, 2_000)).await;
    format!("{}, then {:?}", first.is_ok(), second.err())
}

pub async fn commit_unasked(item: &ItemRef) -> String {
    let here = ItemRef {
        drive: item.drive.clone(),
        item: "never-asked-for".into(),
    };
    let mut lines = Vec::new();
    for item in [here, unasked()] {
        lines.push(format!("{:?}", committed(&item).await.err()));
    }
    lines.join(", ")
}

pub async fn commit_other_size(item: &ItemRef) -> String {
    let draft = filled(1_000).await;
    format!("{:?}", Draft::commit(draft, link(item, 999)).await.err())
}

/// Words that are far too long for what they are.
pub async fn commit_long_words(item: &ItemRef) -> String {
    let mut link = link(item, 1_000);
    link.hash = "x".repeat(8 << 20);
    format!("{:?}", Draft::commit(filled(1_000).await, link).await.err())
}

/// A sign in a name that is no letter, and that some databases refuse.
pub async fn commit_nul(item: &ItemRef) -> String {
    let mut link = link(item, 1_000);
    link.name.push('\0');
    format!("{:?}", Draft::commit(filled(1_000).await, link).await.err())
}

fn unasked() -> ItemRef {
    ItemRef {
        drive: "b!another".into(),
        item: "01OTHER".into(),
    }
}
