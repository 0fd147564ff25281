//! What [`Draft::publish`](crate::library::Draft::publish) promises.

use super::{
    promise::{Seen, promises},
    scene::{
        NOBODY, ONE, Scene, TWO, answered, change, holds, line, link, replacement, same, settlement, sha256, size,
    },
};
use crate::{
    contract::clientpoint::content_source::{
        content_library::{Error, LibraryFile},
        managed_files::{LinkState, Outcome},
    },
    library::Replacement,
};

promises! {
    "publish-next" bytes_become_the_next_revision
        "`publish` makes the bytes the file's next revision; its File ID, name and place stay."
    "publish-follows" the_file_is_settled_as_following
        "With its new content a file has the new link, follows its item, and neither waits nor is suspected, nor has a note."
    "publish-line" the_line_is_written_with_it
        "`publish` writes the line of the run, in the place of one that the file has in this run already."
    "publish-same-bytes" the_same_bytes_are_no_new_revision
        "Bytes that the file has already are no new revision; link, state and line are written all the same."
    "publish-at-revision" only_from_the_revision_that_was_known
        "`publish` is `conflict`, and nothing was changed, unless the file is at that revision."
    "publish-of-item" only_for_the_item_that_is_followed
        "`publish` is `conflict`, and nothing was changed, unless the file follows that item."
    "publish-through" only_through_the_connection_that_is_followed
        "`publish` is `conflict`, and nothing was changed, unless the file follows its item through that connection."
    "publish-held" never_while_the_file_is_held
        "`publish` is `conflict`, and nothing was changed, while people hold the file."
    "publish-nobody" never_for_a_file_that_is_not_there
        "`publish` is `conflict`, and nothing was changed, if there is no such file."
}

const OLD: &[u8] = b"the old bytes";
const NEW: &[u8] = b"the new bytes";

/// Publishes, and says what was answered.
async fn publish(
    scene: &Scene,
    replacement: Replacement<'_>,
    bytes: &[u8],
) -> Result<Result<LibraryFile, Error>, String> {
    Ok(scene.filled(bytes).await?.publish(replacement).await)
}

async fn bytes_become_the_next_revision(scene: &Scene) -> Seen {
    let before = scene.imported(ONE, "a", OLD).await?;
    let run = scene.run(ONE).await?;
    let published = publish(scene, replacement(ONE, run, &before.id, "a", NEW), NEW).await?;
    let file = answered("`publish`", published)?;
    let seen = (file.revision, file.size, &file.sha256);
    same("revision, size and SHA-256", &seen, &(2, size(NEW), sha256(NEW)))?;
    let stays = |file: &LibraryFile| (file.id.clone(), file.name.clone(), file.place.clone());
    same("File ID, name and place", &stays(&file), &stays(&before))?;
    same("`stat` of the file", &scene.stat(&file.id).await?, &Some(&file))
}

async fn the_file_is_settled_as_following(scene: &Scene) -> Seen {
    let id = scene.imported(ONE, "a", OLD).await?.id;
    let mut waits = change(&id, true, true);
    waits.note = Some("a note".into());
    scene.set(ONE, vec![waits]).await?;
    let run = scene.run(ONE).await?;
    answered(
        "`publish`",
        publish(scene, replacement(ONE, run, &id, "a", NEW), NEW).await?,
    )?;
    follows_anew(scene, NEW).await
}

/// The file of the item is settled, in version `v2`.
async fn follows_anew(scene: &Scene, bytes: &[u8]) -> Seen {
    let row = scene.row(ONE, "a").await?;
    same("the link", &row.file.link, &Some(link(ONE, "a", "v2", bytes)))?;
    same("the state", &row.state, &LinkState::Following)?;
    let seen = (row.waiting, row.suspected, row.note);
    same("turn, suspicion and note", &seen, &(None::<u64>, false, None::<String>))
}

async fn the_line_is_written_with_it(scene: &Scene) -> Seen {
    let id = scene.imported(ONE, "a", OLD).await?.id;
    let run = scene.run(ONE).await?;
    let settled = scene
        .stage
        .managed()
        .settle(ONE.connection, run, vec![settlement(&id, "before")])
        .await;
    answered("`settle`", settled)?;
    answered(
        "`publish`",
        publish(scene, replacement(ONE, run, &id, "a", NEW), NEW).await?,
    )?;
    let promised = [line(Outcome::Updated, "it has new content")];
    same("the file's lines", &scene.lines(run, &id).await?, &promised)
}

async fn the_same_bytes_are_no_new_revision(scene: &Scene) -> Seen {
    let id = scene.imported(ONE, "a", OLD).await?.id;
    let run = scene.run(ONE).await?;
    let file = answered(
        "`publish`",
        publish(scene, replacement(ONE, run, &id, "a", OLD), OLD).await?,
    )?;
    same("the revision", &(file.revision, file.sha256), &(1, sha256(OLD)))?;
    same("how many lines the file has", &scene.lines(run, &id).await?.len(), &1)?;
    follows_anew(scene, OLD).await
}

async fn only_from_the_revision_that_was_known(scene: &Scene) -> Seen {
    conflicts(scene, |replacement| replacement.base = 2).await?;
    conflicts(scene, |replacement| replacement.base = 0).await
}

async fn only_for_the_item_that_is_followed(scene: &Scene) -> Seen {
    conflicts(scene, |replacement| replacement.link.source.item = "b".into()).await?;
    conflicts(scene, |replacement| replacement.link.source.drive = TWO.drive.into()).await
}

async fn only_through_the_connection_that_is_followed(scene: &Scene) -> Seen {
    conflicts(scene, |replacement| replacement.connection = TWO.connection).await
}

async fn never_for_a_file_that_is_not_there(scene: &Scene) -> Seen {
    conflicts(scene, |replacement| replacement.file = NOBODY).await
}

async fn never_while_the_file_is_held(scene: &Scene) -> Seen {
    let id = scene.imported(ONE, "a", OLD).await?.id;
    if !scene.stage.hold(&id).await? {
        return Ok(());
    }
    conflict_of(scene, &id, |_| {}).await
}

/// That the replacement of a file conflicts once it was changed so.
async fn conflicts(scene: &Scene, changed: impl FnOnce(&mut Replacement<'_>)) -> Seen {
    let there = scene.of_item(ONE, "a").await?.into_iter().next();
    let file = match there {
        Some(file) => file,
        None => scene.imported(ONE, "a", OLD).await?,
    };
    conflict_of(scene, &file.id, changed).await
}

async fn conflict_of(scene: &Scene, file: &str, changed: impl FnOnce(&mut Replacement<'_>)) -> Seen {
    let run = scene.run(ONE).await?;
    let before = scene.everything(Some(run)).await?;
    let mut replacement = replacement(ONE, run, file, "a", NEW);
    changed(&mut replacement);
    let answer = publish(scene, replacement, NEW).await?;
    holds(matches!(answer, Err(Error::Conflict)), || {
        format!("`publish` was answered with {answer:?}")
    })?;
    same(
        "what there is after the conflict",
        &scene.everything(Some(run)).await?,
        &before,
    )
}
