//! What is promised of a call whose future is dropped in its middle: it has either happened or not, and all goes on.
//!
//! A call that was dropped may come to its end yet, on a thread of its own, until the next call that writes has answered:
//! so that one is made before anybody looks.

use std::{future::poll_fn, task::Poll};

use super::{
    promise::{Seen, promises},
    scene::{ONE, Scene, answered, binding, change, holds, line, link, replacement, same, settlement, sha256, size},
    stage::Work,
};
use crate::{
    contract::clientpoint::content_source::{
        content_library::Error,
        managed_files::{LinkState, ManagedFile, Outcome, Settlement},
        state_store::Swapped,
    },
    library::Answering,
};

promises! {
    "drop-commit" a_commit_has_happened_or_not
        "A `commit` that is dropped has made the whole file or none; made again, the item has one file."
    "drop-publish" new_content_is_there_or_not
        "A `publish` that is dropped has made revision, link, state and line, or none of them; made again, it is there once."
    "drop-bind" a_bind_has_happened_or_not
        "A `bind` that is dropped has bound all of its files or none."
    "drop-set" a_change_has_happened_or_not
        "A `set` that is dropped has changed all of its files or none."
    "drop-suspect-all" suspicion_has_come_or_not
        "A `suspect_all` that is dropped has suspected all files or none."
    "drop-settle" a_settlement_has_happened_or_not
        "A `settle` that is dropped has written all of its lines and states or none."
    "drop-swap" a_swap_has_happened_or_not
        "A `swap` that is dropped has stored its value or not, and the key goes on."
}

/// A call is polled so often at most before it is dropped.
const POLLS: u32 = 24;

/// The items of a call that has to do with several files.
const ITEMS: [&str; 3] = ["a", "b", "c"];

/// Polls a call so many times, then drops it. Its answer, if it had one by then.
async fn dropped<T, E>(polls: u32, mut call: Answering<'_, T, E>) -> Option<Result<T, E>> {
    let mut left = polls;
    let polled = poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match call.as_mut().poll(context) {
            Poll::Pending if 0 < left => Poll::Pending,
            Poll::Pending => Poll::Ready(None),
            Poll::Ready(answer) => Poll::Ready(Some(answer)),
        }
    });
    polled.await
}

/// Another call that writes, to the end: what was dropped before it has happened by then, or never does.
async fn another_writes(scene: &Scene, file: &str) -> Seen {
    scene.set(ONE, vec![change(file, false, false)]).await
}

async fn a_commit_has_happened_or_not(scene: &Scene) -> Seen {
    let bytes = b"the bytes";
    for polls in 0..POLLS {
        let item = format!("item-{polls}");
        let link = || link(ONE, &item, "v1", bytes);
        let commit = scene.filled(bytes).await?.commit(ONE.connection, "A.pdf", link());
        let answer = dropped(polls, commit).await;
        let again = scene.filled(bytes).await?.commit(ONE.connection, "A.pdf", link()).await;
        let fits = matches!(
            (&answer, &again),
            (None, Ok(_)) | (None | Some(Ok(_)), Err(Error::AlreadyLinked(_)))
        );
        holds(fits, || {
            format!("after {polls} polls: {answer:?}, and made again: {again:?}")
        })?;
        let seen: Vec<_> = scene
            .of_item(ONE, &item)
            .await?
            .into_iter()
            .map(|file| (file.revision, file.size, file.sha256))
            .collect();
        same(
            &format!("files after {polls} polls"),
            &seen,
            &[(1, size(bytes), sha256(bytes))],
        )?;
        if answer.is_some() {
            break;
        }
    }
    Ok(())
}

async fn new_content_is_there_or_not(scene: &Scene) -> Seen {
    let (bytes, bystander) = (b"the new bytes", scene.imported(ONE, "bystander", b"bytes").await?.id);
    for polls in 0..POLLS {
        let item = format!("item-{polls}");
        let id = scene.imported(ONE, &item, b"the old bytes").await?.id;
        let run = scene.run(ONE).await?;
        let publish = scene
            .filled(bytes)
            .await?
            .publish(replacement(ONE, run, &id, &item, bytes));
        let answer = dropped(polls, publish).await;
        another_writes(scene, &bystander).await?;
        let happened = published(scene, run, &item)
            .await
            .map_err(|seen| format!("after {polls} polls: {seen}"))?;
        holds(answer.is_none() || happened, || {
            format!("it was answered with {answer:?}, and is not there")
        })?;
        let again = scene
            .filled(bytes)
            .await?
            .publish(replacement(ONE, run, &id, &item, bytes))
            .await;
        let fits = if happened {
            matches!(again, Err(Error::Conflict))
        } else {
            again.is_ok()
        };
        holds(fits, || format!("after {polls} polls, made again: {again:?}"))?;
        holds(published(scene, run, &item).await?, || {
            "made again, it is not there".into()
        })?;
        if answer.is_some() {
            break;
        }
    }
    Ok(())
}

/// Whether the file of the item has its new content, with all that belongs to it; in words if it has some of it.
async fn published(scene: &Scene, run: i64, item: &str) -> Result<bool, String> {
    let ManagedFile { file, state, .. } = scene.row(ONE, item).await?;
    let version = file.link.and_then(|link| link.version).unwrap_or_default();
    let seen = (file.revision, version.as_str(), scene.lines(run, &file.id).await?);
    same("the state", &state, &LinkState::Following)?;
    let before = same("revision, version and lines", &seen, &(1, "v1", [(); 0]));
    let after = same(
        "revision, version and lines",
        &seen,
        &(2, "v2", [line(Outcome::Updated, "it has new content")]),
    );
    before.map(|()| false).or_else(|_| after.map(|()| true))
}

/// Whether all of these are so, or none is; in words if some are.
fn all_or_none(polls: u32, answered: bool, so: &[bool]) -> Result<(), String> {
    let count = so.iter().filter(|so| **so).count();
    let fits = count == so.len() || (count == 0 && !answered);
    holds(fits, || format!("after {polls} polls: {count} of {}", so.len()))
}

async fn a_bind_has_happened_or_not(scene: &Scene) -> Seen {
    let bystander = scene.imported(ONE, "bystander", b"bytes").await?.id;
    for polls in 0..POLLS {
        let mut files = Vec::new();
        for _ in ITEMS {
            files.push(scene.by_hand(b"by hand").await?);
        }
        let upload = scene.stage.begin(Work::Upload, ONE).await?;
        let bindings = files.iter().map(|file| binding(file, "a")).collect();
        let answer = dropped(polls, scene.stage.library().bind(upload, ONE, bindings)).await;
        another_writes(scene, &bystander).await?;
        let mut so = Vec::new();
        for file in &files {
            so.push(scene.stat(file).await?.is_some_and(|file| file.link.is_some()));
        }
        all_or_none(polls, answer.is_some(), &so)?;
        if answer.is_some() {
            break;
        }
    }
    Ok(())
}

async fn a_change_has_happened_or_not(scene: &Scene) -> Seen {
    let files = scene.all_imported(ONE, &ITEMS).await?;
    let bystander = scene.imported(ONE, "bystander", b"bytes").await?.id;
    for polls in 0..POLLS {
        let changes = |so| files.iter().map(|file| change(&file.id, so, so)).collect();
        scene.set(ONE, changes(false)).await?;
        let answer = dropped(polls, scene.stage.managed().set(ONE.connection, changes(true))).await;
        another_writes(scene, &bystander).await?;
        all_or_none(
            polls,
            answer.is_some(),
            &rows(scene, |row| row.suspected && row.waiting.is_some()).await?,
        )?;
        if answer.is_some() {
            break;
        }
    }
    Ok(())
}

/// Of the files of [`ITEMS`], which are so.
async fn rows(scene: &Scene, so: impl Fn(&ManagedFile) -> bool + Send + Sync) -> Result<Vec<bool>, String> {
    let mut rows = Vec::new();
    for item in ITEMS {
        rows.push(so(&scene.row(ONE, item).await?));
    }
    Ok(rows)
}

async fn suspicion_has_come_or_not(scene: &Scene) -> Seen {
    let files = scene.all_imported(ONE, &ITEMS).await?;
    let bystander = scene.imported(ONE, "bystander", b"bytes").await?.id;
    for polls in 0..POLLS {
        let trusted = files.iter().map(|file| change(&file.id, false, false)).collect();
        scene.set(ONE, trusted).await?;
        let answer = dropped(polls, scene.stage.managed().suspect_all(ONE)).await;
        another_writes(scene, &bystander).await?;
        all_or_none(polls, answer.is_some(), &rows(scene, |row| row.suspected).await?)?;
        if answer.is_some() {
            break;
        }
    }
    Ok(())
}

async fn a_settlement_has_happened_or_not(scene: &Scene) -> Seen {
    let bystander = scene.imported(ONE, "bystander", b"bytes").await?.id;
    let files = scene.all_imported(ONE, &ITEMS).await?;
    let (earlier, managed) = (scene.run(ONE).await?, scene.stage.managed());
    for polls in 0..POLLS {
        let run = scene.run(ONE).await?;
        let settled = |state: LinkState| {
            files
                .iter()
                .map(|file| Settlement {
                    state,
                    ..settlement(&file.id, "settled")
                })
                .collect()
        };
        let before = managed
            .settle(ONE.connection, earlier, settled(LinkState::Failed))
            .await;
        answered("`settle`", before)?;
        let answer = dropped(polls, managed.settle(ONE.connection, run, settled(LinkState::Locked))).await;
        another_writes(scene, &bystander).await?;
        let lines = scene.stage.lines(run).await?.len();
        let mut so = rows(scene, |row| row.state == LinkState::Locked).await?;
        so.push(lines == ITEMS.len());
        holds(lines == 0 || lines == ITEMS.len(), || {
            format!("after {polls} polls: {lines} lines")
        })?;
        all_or_none(polls, answer.is_some(), &so)?;
        if answer.is_some() {
            break;
        }
    }
    Ok(())
}

async fn a_swap_has_happened_or_not(scene: &Scene) -> Seen {
    let store = scene.stage.state_store();
    for polls in 0..POLLS {
        let key = format!("key-{polls}");
        let answer = dropped(polls, store.swap(ONE.connection, &key, None, Some(b"one".to_vec()))).await;
        let other = store
            .swap(ONE.connection, &format!("other-{polls}"), None, Some(b"other".to_vec()))
            .await;
        answered("`swap` of another key", other)?;
        let present = answered("`get`", store.get(ONE.connection, &key).await)?;
        let value = present.as_ref().map(|entry| entry.value.as_slice());
        let fits = value == Some(b"one") || (value.is_none() && answer.is_none());
        holds(fits, || {
            format!("after {polls} polls: {answer:?}, and there is {present:?}")
        })?;
        let next = store
            .swap(
                ONE.connection,
                &key,
                present.map(|entry| entry.version),
                Some(b"two".to_vec()),
            )
            .await;
        holds(matches!(next, Ok(Swapped::Stored(_))), || {
            format!("after {polls} polls, the next swap: {next:?}")
        })?;
        if answer.is_some() {
            break;
        }
    }
    Ok(())
}
