//! What is promised of calls that are under way at the same time: each does all of what it does, or nothing.

use futures::future::join;

use super::{
    promise::{Seen, promises},
    scene::{ONE, Scene, TWO, answered, binding, change, holds, link, replacement, same, sha256},
    stage::Work,
};
use crate::contract::clientpoint::content_source::{
    content_library::{Error, LibraryFile},
    state_store::Swapped,
};

promises! {
    "two-commit" of_two_commits_of_an_item_one_wins
        "Of two commits of the same item at once, also through two connections, one makes the file, and the other is \
         `already-linked` with its File ID."
    "two-publish" of_two_revisions_one_is_the_next
        "Of two that publish the next revision of a file at once, one does, and the other is a `conflict`."
    "two-set" two_changes_are_both_made
        "Two changes of different files at once are both made."
    "two-bind" an_item_is_committed_or_bound
        "A file that is bound while the same item is committed is bound, and the commit makes its own file or is refused."
    "two-swap" of_two_swaps_one_is_stale
        "Of two swaps over the same state at once, one is stored, and the other is `stale` with what the first has stored."
}

async fn of_two_commits_of_an_item_one_wins(scene: &Scene) -> Seen {
    for (round, other) in [ONE, TWO, ONE, TWO].into_iter().enumerate() {
        let item = format!("item-{round}");
        let (first, second) = (scene.filled(b"one").await?, scene.filled(b"two").await?);
        let answers = join(
            first.commit(ONE.connection, "A.pdf", link(ONE, &item, "v1", b"one")),
            second.commit(other.connection, "B.pdf", link(ONE, &item, "v2", b"two")),
        );
        let file = match answers.await {
            (Ok(file), Err(Error::AlreadyLinked(id))) | (Err(Error::AlreadyLinked(id)), Ok(file)) if id == file.id => {
                file
            }
            other => return Err(format!("the two were answered with {other:?}")),
        };
        same("the files of the item", &scene.of_item(ONE, &item).await?, &[file])?;
    }
    Ok(())
}

async fn of_two_revisions_one_is_the_next(scene: &Scene) -> Seen {
    let id = scene.imported(ONE, "a", b"old").await?.id;
    let run = scene.run(ONE).await?;
    let (first, second) = (scene.filled(b"one").await?, scene.filled(b"two").await?);
    let answers = join(
        first.publish(replacement(ONE, run, &id, "a", b"one")),
        second.publish(replacement(ONE, run, &id, "a", b"two")),
    );
    let (file, bytes): (LibraryFile, &[u8]) = match answers.await {
        (Ok(file), Err(Error::Conflict)) => (file, b"one"),
        (Err(Error::Conflict), Ok(file)) => (file, b"two"),
        other => return Err(format!("the two were answered with {other:?}")),
    };
    same(
        "revision and bytes",
        &(file.revision, &file.sha256),
        &(2, sha256(bytes)),
    )?;
    same("the file", &scene.row(ONE, "a").await?.file, &file)?;
    same("how many lines it has", &scene.lines(run, &id).await?.len(), &1)
}

async fn two_changes_are_both_made(scene: &Scene) -> Seen {
    let (a, b) = (
        scene.imported(ONE, "a", b"a").await?.id,
        scene.imported(ONE, "b", b"b").await?.id,
    );
    let answers = join(
        scene.set(ONE, vec![change(&a, true, true)]),
        scene.set(ONE, vec![change(&b, true, true)]),
    );
    let (first, second) = answers.await;
    first.and(second)?;
    for item in ["a", "b"] {
        let row = scene.row(ONE, item).await?;
        same(
            "waiting and suspected",
            &(row.waiting.is_some(), row.suspected),
            &(true, true),
        )?;
    }
    same("how many files are due", &scene.due(ONE).await?.len(), &2)
}

async fn an_item_is_committed_or_bound(scene: &Scene) -> Seen {
    let id = scene.by_hand(b"by hand").await?;
    let draft = scene.filled(b"bytes").await?;
    let upload = scene.stage.begin(Work::Upload, ONE).await?;
    let answers = join(
        draft.commit(ONE.connection, "A.pdf", link(ONE, "a", "v1", b"bytes")),
        scene.stage.library().bind(upload, ONE, vec![binding(&id, "a")]),
    );
    let (committed, bound) = answers.await;
    answered("`bind`", bound)?;
    let mut promised = vec![id.clone()];
    match committed {
        Ok(file) => promised.push(file.id),
        Err(Error::AlreadyLinked(linked)) if linked == id => {}
        Err(error) => return Err(format!("`commit` was answered with {error:?}")),
    }
    let mut seen: Vec<_> = scene.of_item(ONE, "a").await?.into_iter().map(|file| file.id).collect();
    seen.sort();
    promised.sort();
    same("the files of the item", &seen, &promised)
}

async fn of_two_swaps_one_is_stale(scene: &Scene) -> Seen {
    let store = scene.stage.state_store();
    let mut expected = None;
    for _ in 0..4 {
        let [one, two] =
            [b"one", b"two"].map(|value| store.swap(ONE.connection, "key", expected, Some(value.to_vec())));
        let (mark, value, present) = match join(one, two).await {
            (Ok(Swapped::Stored(mark)), Ok(Swapped::Stale(present))) => (mark, b"one", present),
            (Ok(Swapped::Stale(present)), Ok(Swapped::Stored(mark))) => (mark, b"two", present),
            other => return Err(format!("the two were answered with {other:?}")),
        };
        let present = present.map(|entry| (entry.value, entry.version));
        same("what the second was told", &present, &Some((value, mark)))?;
        expected = Some(mark);
    }
    holds(expected.is_some(), || "nothing was stored".into())
}
