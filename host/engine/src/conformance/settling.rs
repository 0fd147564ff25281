//! What [`Managed::settle`](crate::library::Managed::settle) and
//! [`Managed::replaceable`](crate::library::Managed::replaceable) promise.

use super::{
    promise::{Seen, promises},
    scene::{ENOUGH, NOBODY, ONE, Scene, TWO, answered, change, holds, line, replacement, same, settlement},
};
use crate::contract::clientpoint::content_source::{
    content_library::Error,
    managed_files::{Known, LinkState, Outcome, Settlement},
};

promises! {
    "settle-both" a_line_and_how_the_file_stands
        "`settle` writes the line of the run, and how the file stands from then on: state, turn, suspicion and note."
    "settle-known" what_is_known_replaces_what_the_link_says
        "What is known anew replaces version, name and address of the link; where nothing is, the link stays as it is."
    "settle-turn" one_that_waits_on_keeps_its_turn
        "A file that is settled and waits on keeps its turn; one that did not wait comes behind all that wait."
    "settle-one-line" a_file_has_one_line_a_run
        "A file has one line a run: a second one takes the place of the first, and leaves the lines of other runs."
    "settle-all-or-none" all_lines_or_none
        "`settle` writes all or none: `other`, and nothing was changed, if one of the files does not follow anything."
    "settle-own" only_files_of_the_connection
        "`settle` is `other`, and nothing was changed, for a file that follows through another connection."
    "settle-many" many_files_in_one_call
        "1,000 settlements are one call of `settle`, also of one file: the last one counts."
    "replaceable" a_file_may_be_replaced
        "`replaceable` is the name of a file that follows through the connection, is at the revision, and is not held."
    "replaceable-not" a_file_may_not_be_replaced
        "`replaceable` is none at another revision, through another connection, for a file by hand, and for no file."
    "replaceable-held" a_held_file_may_not_be_replaced
        "`replaceable` is none while people hold the file."
}

/// Settles files of [`ONE`].
async fn settle(scene: &Scene, run: i64, settlements: Vec<Settlement>) -> Seen {
    answered(
        "`settle`",
        scene.stage.managed().settle(ONE.connection, run, settlements).await,
    )
}

async fn a_line_and_how_the_file_stands(scene: &Scene) -> Seen {
    let id = scene.imported(ONE, "a", b"bytes").await?.id;
    let run = scene.run(ONE).await?;
    let mut settled = settlement(&id, "somebody has locked it");
    (settled.waiting, settled.suspected, settled.note) = (true, true, Some("a note".into()));
    settle(scene, run, vec![settled]).await?;
    let row = scene.row(ONE, "a").await?;
    same("the state", &row.state, &LinkState::Locked)?;
    let seen = (row.waiting.is_some(), row.suspected, row.note);
    same("waiting, suspected, note", &seen, &(true, true, Some("a note")))?;
    let promised = [line(Outcome::Locked, "somebody has locked it")];
    same("the lines", &scene.lines(run, &id).await?, &promised)?;
    settle(scene, run, vec![settlement(&id, "again")]).await?;
    let row = scene.row(ONE, "a").await?;
    let seen = (row.waiting, row.suspected, row.note);
    same("waiting, suspected, note", &seen, &(None::<u64>, false, None::<String>))
}

async fn what_is_known_replaces_what_the_link_says(scene: &Scene) -> Seen {
    let before = scene.imported(ONE, "a", b"bytes").await?;
    let run = scene.run(ONE).await?;
    settle(scene, run, vec![settlement(&before.id, "nothing is known")]).await?;
    same("the file", &scene.row(ONE, "a").await?.file, &before)?;
    let mut settled = settlement(&before.id, "it has another name");
    settled.known = Some(Known {
        version: Some("v9".into()),
        name: "Other.pdf".into(),
        web_url: None,
    });
    settle(scene, run, vec![settled]).await?;
    let mut promised = before;
    if let Some(link) = &mut promised.link {
        (link.version, link.name, link.web_url) = (Some("v9".into()), "Other.pdf".into(), None);
    }
    same("the file", &scene.row(ONE, "a").await?.file, &promised)
}

async fn one_that_waits_on_keeps_its_turn(scene: &Scene) -> Seen {
    let files = scene.all_imported(ONE, &["a", "b", "c"]).await?;
    let [a, b, c] = files.as_slice() else {
        return Err("three files were imported".into());
    };
    scene.waiting(ONE, &[&c.id, &b.id]).await?;
    let turn = scene.row(ONE, "c").await?.waiting;
    let run = scene.run(ONE).await?;
    for id in [&a.id, &c.id] {
        let mut settled = settlement(id, "it waits on");
        settled.waiting = true;
        settle(scene, run, vec![settled]).await?;
    }
    same("the turn", &scene.row(ONE, "c").await?.waiting, &turn)?;
    same("what is due, in order", &scene.due(ONE).await?, &[&c.id, &b.id, &a.id])
}

async fn a_file_has_one_line_a_run(scene: &Scene) -> Seen {
    let id = scene.imported(ONE, "a", b"bytes").await?.id;
    let (first, second) = (scene.run(ONE).await?, scene.run(ONE).await?);
    for (run, message) in [(first, "one"), (second, "two"), (second, "three")] {
        settle(scene, run, vec![settlement(&id, message)]).await?;
    }
    for (run, message) in [(first, "one"), (second, "three")] {
        let promised = [line(Outcome::Locked, message)];
        same("the file's lines in a run", &scene.lines(run, &id).await?, &promised)?;
    }
    Ok(())
}

async fn all_lines_or_none(scene: &Scene) -> Seen {
    let id = scene.imported(ONE, "a", b"bytes").await?.id;
    let by_hand = scene.by_hand(b"by hand").await?;
    for nobody in [&by_hand, NOBODY, "no-id"] {
        refused(scene, vec![settlement(&id, "one"), settlement(nobody, "two")]).await?;
    }
    Ok(())
}

async fn only_files_of_the_connection(scene: &Scene) -> Seen {
    let id = scene.imported(ONE, "a", b"bytes").await?.id;
    let other = scene.imported(TWO, "b", b"bytes").await?.id;
    refused(scene, vec![settlement(&id, "one"), settlement(&other, "two")]).await
}

/// These settlements through [`ONE`] are `other`, and change nothing.
async fn refused(scene: &Scene, settlements: Vec<Settlement>) -> Seen {
    let run = scene.run(ONE).await?;
    let before = scene.everything(Some(run)).await?;
    let answer = scene.stage.managed().settle(ONE.connection, run, settlements).await;
    holds(matches!(answer, Err(Error::Other(_))), || {
        format!("`settle` was answered with {answer:?}")
    })?;
    same(
        "what there is after the refusal",
        &scene.everything(Some(run)).await?,
        &before,
    )
}

async fn many_files_in_one_call(scene: &Scene) -> Seen {
    let id = scene.imported(ONE, "a", b"bytes").await?.id;
    let run = scene.run(ONE).await?;
    let settlements = (0..1_000).map(|count| settlement(&id, &count.to_string())).collect();
    settle(scene, run, settlements).await?;
    same(
        "the lines",
        &scene.lines(run, &id).await?,
        &[line(Outcome::Locked, "999")],
    )
}

/// What may be replaced.
async fn replaceable(scene: &Scene, connection: &str, file: &str, base: u64) -> Result<Option<String>, String> {
    answered(
        "`replaceable`",
        scene.stage.managed().replaceable(connection, file, base).await,
    )
}

async fn a_file_may_be_replaced(scene: &Scene) -> Seen {
    let id = scene.imported(ONE, "a", b"bytes").await?.id;
    same(
        "the name",
        &replaceable(scene, ONE.connection, &id, 1).await?,
        &Some("a.pdf"),
    )?;
    let run = scene.run(ONE).await?;
    let draft = scene.filled(b"new bytes").await?;
    answered(
        "`publish`",
        draft.publish(replacement(ONE, run, &id, "a", b"new bytes")).await,
    )?;
    same(
        "at its next revision",
        &replaceable(scene, ONE.connection, &id, 2).await?,
        &Some("a.pdf"),
    )?;
    same(
        "at the one before",
        &replaceable(scene, ONE.connection, &id, 1).await?,
        &None::<String>,
    )
}

async fn a_file_may_not_be_replaced(scene: &Scene) -> Seen {
    let id = scene.imported(ONE, "a", b"bytes").await?.id;
    let by_hand = scene.by_hand(b"by hand").await?;
    let near = format!("0{id}");
    let cases = [
        (ONE.connection, id.as_str(), 2),
        (ONE.connection, &id, 0),
        (ONE.connection, &id, ENOUGH),
        (TWO.connection, &id, 1),
        (ONE.connection, &by_hand, 1),
        (ONE.connection, NOBODY, 1),
        (ONE.connection, "no-id", 1),
        (ONE.connection, &near, 1),
    ];
    for (connection, file, base) in cases {
        let seen = replaceable(scene, connection, file, base).await?;
        same(
            &format!("`{file}` through `{connection}` at revision {base}"),
            &seen,
            &None::<String>,
        )?;
    }
    Ok(())
}

async fn a_held_file_may_not_be_replaced(scene: &Scene) -> Seen {
    let id = scene.imported(ONE, "a", b"bytes").await?.id;
    scene.set(ONE, vec![change(&id, true, false)]).await?;
    if !scene.stage.hold(&id).await? {
        return Ok(());
    }
    same("whether it is held", &scene.row(ONE, "a").await?.held, &true)?;
    same(
        "a held file",
        &replaceable(scene, ONE.connection, &id, 1).await?,
        &None::<String>,
    )
}
