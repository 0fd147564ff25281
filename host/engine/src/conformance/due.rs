//! What [`Managed::due`](crate::library::Managed::due), [`Managed::set`](crate::library::Managed::set) and
//! [`Managed::suspect_all`](crate::library::Managed::suspect_all) promise: which files are due, and when.

use super::{
    promise::{Seen, promises},
    scene::{NOBODY, ONE, Scene, TWO, answered, change, holds, ids, same, settlement},
};
use crate::contract::clientpoint::content_source::{
    content_library::Error,
    managed_files::{Change, LinkState},
};

promises! {
    "due-who" those_are_due_that_wait_or_are_suspected
        "Files are due that wait or are suspected, and no others."
    "due-order" the_longest_waiting_is_first
        "Files are due by turn and File ID; first those without a turn, which counts as 0."
    "due-pages" pages_make_the_whole
        "Pages of `due`, each after turn and File ID of the last that is known, hold each file once, in the same order."
    "set-turn" one_that_waits_keeps_its_turn
        "`set` lets a file wait behind all that wait; one that waits already keeps its turn."
    "set-clears" what_is_set_takes_the_place_of_what_was
        "`set` replaces suspicion and note, and takes the turn from a file that is not to wait."
    "set-only" nothing_else_is_changed
        "`set` changes neither state nor link nor content of a file."
    "set-all-or-none" all_changes_or_none
        "`set` changes all or none: `other`, and nothing was changed, if one of the files does not follow anything."
    "set-own" only_files_of_the_connection
        "`set` is `other`, and nothing was changed, for a file that follows through another connection."
    "suspect-all" all_are_suspected_but_those_that_are_gone
        "`suspect_all` suspects all files of the drive but those whose item is known to be gone, and no others."
}

async fn those_are_due_that_wait_or_are_suspected(scene: &Scene) -> Seen {
    let files = scene.all_imported(ONE, &["a", "b", "c", "d"]).await?;
    let [a, b, c, _] = files.as_slice() else {
        return Err("four files were imported".into());
    };
    scene.set(ONE, vec![change(&a.id, true, false)]).await?;
    scene
        .set(ONE, vec![change(&b.id, false, true), change(&c.id, true, true)])
        .await?;
    let mut seen = scene.due(ONE).await?;
    let mut promised = vec![a.id.clone(), b.id.clone(), c.id.clone()];
    seen.sort();
    promised.sort();
    same("what is due, in any order", &seen, &promised)
}

/// Six files of [`ONE`] in the order in which they are due: two that are suspected alone, two with a turn of their own, and
/// two of one turn, each pair against the order of its File IDs but where that counts.
async fn six_in_order(scene: &Scene) -> Result<Vec<String>, String> {
    scene.all_imported(ONE, &["a", "b", "c", "d", "e", "f"]).await?;
    let all = ids(scene.all(ONE).await?);
    let [a, b, c, d, e, f] = all.as_slice() else {
        return Err(format!("six files were imported, and there are {}", all.len()));
    };
    scene.waiting(ONE, &[f, c]).await?;
    scene
        .set(ONE, vec![change(a, true, false), change(b, true, false)])
        .await?;
    scene
        .set(ONE, vec![change(e, false, true), change(d, false, true)])
        .await?;
    Ok([d, e, f, c, a, b].map(String::clone).into())
}

async fn the_longest_waiting_is_first(scene: &Scene) -> Seen {
    let promised = six_in_order(scene).await?;
    same("what is due, in order", &scene.due(ONE).await?, &promised)
}

async fn pages_make_the_whole(scene: &Scene) -> Seen {
    let promised = six_in_order(scene).await?;
    for limit in [1, 2, 4] {
        let (mut seen, mut known) = (Vec::new(), None);
        for _ in 0..=promised.len() {
            let page = answered("`due`", scene.stage.managed().due(ONE, known.as_ref(), limit).await)?;
            let length = page.len();
            holds(length <= limit as usize, || {
                format!("a page of at most {limit} has {length} files")
            })?;
            known = page
                .last()
                .map(|row| (row.waiting.unwrap_or(0), row.file.id.clone()))
                .or(known);
            seen.extend(ids(page));
        }
        same(&format!("what is due, in pages of {limit}"), &seen, &promised)?;
    }
    Ok(())
}

async fn one_that_waits_keeps_its_turn(scene: &Scene) -> Seen {
    let files = scene.all_imported(ONE, &["a", "b", "c"]).await?;
    let [a, b, c] = files.as_slice() else {
        return Err("three files were imported".into());
    };
    scene.waiting(ONE, &[&c.id, &a.id]).await?;
    let turns = (scene.row(ONE, "c").await?.waiting, scene.row(ONE, "a").await?.waiting);
    scene.waiting(ONE, &[&c.id, &b.id, &a.id]).await?;
    let after = (scene.row(ONE, "c").await?.waiting, scene.row(ONE, "a").await?.waiting);
    same("the turns of those that waited", &after, &turns)?;
    same("what is due, in order", &scene.due(ONE).await?, &[&c.id, &a.id, &b.id])
}

async fn what_is_set_takes_the_place_of_what_was(scene: &Scene) -> Seen {
    let file = scene.imported(ONE, "a", b"bytes").await?.id;
    for (waiting, suspected, note) in [
        (true, true, Some("a note")),
        (true, false, Some("another")),
        (false, false, None),
    ] {
        let note = note.map(str::to_owned);
        let set = Change {
            file: file.clone(),
            waiting,
            suspected,
            note: note.clone(),
        };
        scene.set(ONE, vec![set]).await?;
        let row = scene.row(ONE, "a").await?;
        same(
            "waiting, suspected, note",
            &(row.waiting.is_some(), row.suspected, row.note),
            &(waiting, suspected, note),
        )?;
    }
    same("what is due", &scene.due(ONE).await?.len(), &0)
}

async fn nothing_else_is_changed(scene: &Scene) -> Seen {
    let file = scene.imported(ONE, "a", b"bytes").await?;
    scene.set(ONE, vec![change(&file.id, true, true)]).await?;
    let row = scene.row(ONE, "a").await?;
    same("the file", &row.file, &file)?;
    same("its state", &row.state, &LinkState::Following)
}

async fn all_changes_or_none(scene: &Scene) -> Seen {
    let file = scene.imported(ONE, "a", b"bytes").await?.id;
    let by_hand = scene.by_hand(b"by hand").await?;
    for nobody in [&by_hand, NOBODY, "no-id"] {
        refused(scene, vec![change(&file, true, true), change(nobody, true, true)]).await?;
    }
    Ok(())
}

async fn only_files_of_the_connection(scene: &Scene) -> Seen {
    let file = scene.imported(ONE, "a", b"bytes").await?.id;
    let other = scene.imported(TWO, "b", b"bytes").await?.id;
    refused(scene, vec![change(&file, true, true), change(&other, true, true)]).await
}

/// These changes through [`ONE`] are `other`, and change nothing.
async fn refused(scene: &Scene, changes: Vec<Change>) -> Seen {
    let before = scene.everything(None).await?;
    let asked = format!("{changes:?}");
    let answer = scene.stage.managed().set(ONE.connection, changes).await;
    holds(matches!(answer, Err(Error::Other(_))), || {
        format!("`set` of {asked} was answered with {answer:?}")
    })?;
    same(
        "what there is after the refusal",
        &scene.everything(None).await?,
        &before,
    )
}

async fn all_are_suspected_but_those_that_are_gone(scene: &Scene) -> Seen {
    let files = scene.all_imported(ONE, &["a", "b", "c"]).await?;
    scene.imported(TWO, "d", b"bytes").await?;
    let gone = files.last().ok_or("three files were imported")?;
    let run = scene.run(ONE).await?;
    let mut settled = settlement(&gone.id, "it is gone");
    settled.state = LinkState::SourceGone;
    answered(
        "`settle`",
        scene.stage.managed().settle(ONE.connection, run, vec![settled]).await,
    )?;
    answered("`suspect_all`", scene.stage.managed().suspect_all(ONE).await)?;
    for (of, item, promised) in [(ONE, "a", true), (ONE, "b", true), (ONE, "c", false), (TWO, "d", false)] {
        same(
            &format!("whether `{item}` is suspected"),
            &scene.row(of, item).await?.suspected,
            &promised,
        )?;
    }
    Ok(())
}
