//! What [`Library::bind`](crate::library::Library::bind) promises.

use super::{
    promise::{Seen, promises},
    scene::{NOBODY, ONE, Scene, TWO, answered, binding, change, holds, same},
    stage::Work,
};
use crate::{
    contract::clientpoint::content_source::{
        content_library::{Bound, Error},
        managed_files::{LinkState, ManagedFile},
    },
    library::Scope,
};

promises! {
    "bind-ties" a_file_follows_what_it_is_bound_to
        "A file that is bound follows the item: by a link without version, hash and size, pending, at the place that was told."
    "bind-keeps-bytes" a_file_keeps_its_bytes
        "Binding changes neither name nor content nor revision of a file."
    "bind-moves" a_file_follows_one_item_only
        "A file that followed another item, also through another connection, follows the new one alone."
    "bind-order" one_answer_a_binding
        "`bind` answers one outcome a binding, in their order: bound, unchanged, or missing where there is no such file."
    "bind-unchanged" what_is_so_already_is_unchanged
        "A file that follows the item already is unchanged, and so is all that is known of it."
    "bind-letter" a_file_id_is_meant_to_the_letter
        "`bind` takes a File ID to the letter: `007` is not the ID of file 7."
    "bind-last" the_last_one_counts
        "Of a file that is named twice, the last one counts."
    "bind-forbidden" only_to_the_connections_own_drive
        "`bind` is `forbidden`, and nothing was changed, unless the connection is there and the drive is the one chosen for it."
    "bind-behind-all" bound_files_wait_behind_all
        "Files that are bound wait behind all that wait."
    "bind-turn" one_that_waited_keeps_its_turn
        "A file that waited already keeps its turn when it is bound."
    "bind-held" one_that_is_held_stays_held
        "A file that people hold stays held when it is bound."
    "bind-many" many_files_in_one_call
        "10,000 bindings are one call of `bind`."
}

async fn a_file_follows_what_it_is_bound_to(scene: &Scene) -> Seen {
    let id = scene.by_hand(b"by hand").await?;
    same("the outcome", &scene.tied(ONE, &[(&id, "a")]).await?, &[Bound::Bound])?;
    let ManagedFile {
        file,
        state,
        held,
        waiting,
        suspected,
        note,
        place,
        ..
    } = scene.row(ONE, "a").await?;
    same("the file", &file.id, &id)?;
    same("the state", &state, &LinkState::Pending)?;
    same(
        "held, waiting, suspected",
        &(held, waiting.is_some(), suspected),
        &(false, true, false),
    )?;
    same("note and place", &(note, place), &(None::<String>, Some("at a")))?;
    let link = file.link.ok_or("the file has no link")?;
    same(
        "version, hash and size of the link",
        &(link.version, link.hash, link.size),
        &(None::<String>, "", 0),
    )?;
    let (name, address) = ("a.pdf", Some("https://source.example/a"));
    same(
        "name and address of the item",
        &(link.name, link.web_url),
        &(name, address),
    )?;
    same("`by_source`", &scene.of_item(ONE, "a").await?.len(), &1)
}

async fn a_file_keeps_its_bytes(scene: &Scene) -> Seen {
    let id = scene.by_hand(b"by hand").await?;
    let before = scene.stat(&id).await?.ok_or("the file is not there")?;
    scene.tied(ONE, &[(&id, "a")]).await?;
    let mut after = scene.stat(&id).await?.ok_or("the file is not there any more")?;
    after.link = None;
    same("the file, but for its link", &after, &before)
}

async fn a_file_follows_one_item_only(scene: &Scene) -> Seen {
    let id = scene.imported(ONE, "a", b"bytes").await?.id;
    for (of, item, old, old_item) in [(ONE, "b", ONE, "a"), (TWO, "c", ONE, "b")] {
        same("the outcome", &scene.tied(of, &[(&id, item)]).await?, &[Bound::Bound])?;
        same("the file of the new item", &scene.row(of, item).await?.file.id, &id)?;
        same("files of the old item", &scene.of_item(old, old_item).await?.len(), &0)?;
    }
    same(
        "files of the connection that it has left",
        &scene.all(ONE).await?.len(),
        &0,
    )
}

async fn one_answer_a_binding(scene: &Scene) -> Seen {
    let old = scene.imported(ONE, "a", b"bytes").await?.id;
    let new = scene.by_hand(b"by hand").await?;
    let outcomes = scene
        .tied(ONE, &[(NOBODY, "x"), (&new, "b"), ("no-id", "y"), (&old, "a")])
        .await?;
    same(
        "the outcomes",
        &outcomes,
        &[Bound::Missing, Bound::Bound, Bound::Missing, Bound::Unchanged],
    )?;
    same("the file that was bound", &scene.row(ONE, "b").await?.file.id, &new)
}

async fn what_is_so_already_is_unchanged(scene: &Scene) -> Seen {
    scene.imported(ONE, "a", b"bytes").await?;
    let id = scene.row(ONE, "a").await?.file.id;
    let before = scene.everything(None).await?;
    same(
        "the outcome",
        &scene.tied(ONE, &[(&id, "a")]).await?,
        &[Bound::Unchanged],
    )?;
    same("what there is", &scene.everything(None).await?, &before)
}

async fn a_file_id_is_meant_to_the_letter(scene: &Scene) -> Seen {
    let id = scene.by_hand(b"by hand").await?;
    let near = [format!("0{id}"), format!(" {id}"), format!("{id} ")];
    let ties: Vec<_> = near.iter().map(|id| (id.as_str(), "a")).collect();
    same(
        &format!("the outcomes of {near:?}"),
        &scene.tied(ONE, &ties).await?,
        &[Bound::Missing; 3],
    )?;
    same("files of the item", &scene.of_item(ONE, "a").await?.len(), &0)
}

async fn the_last_one_counts(scene: &Scene) -> Seen {
    let id = scene.by_hand(b"by hand").await?;
    let outcomes = scene.tied(ONE, &[(&id, "a"), (&id, "b")]).await?;
    same("how many outcomes there are", &outcomes.len(), &2)?;
    same("the file of the last item", &scene.row(ONE, "b").await?.file.id, &id)?;
    same("files of the first item", &scene.of_item(ONE, "a").await?.len(), &0)
}

async fn only_to_the_connections_own_drive(scene: &Scene) -> Seen {
    let file = scene.by_hand(b"by hand").await?;
    let upload = scene.stage.begin(Work::Upload, ONE).await?;
    scene.stage.choose("three", Some("drive-3")).await?;
    scene.stage.choose("three", None).await?;
    for (connection, drive) in [("one", "drive-2"), ("nobody", "drive-1"), ("three", "drive-3")] {
        let of = Scope { connection, drive };
        let answer = scene.stage.library().bind(upload, of, vec![binding(&file, "a")]).await;
        let told = matches!(answer, Err(Error::Forbidden));
        holds(told, || {
            format!("`{drive}` through connection `{connection}` was answered with {answer:?}")
        })?;
    }
    let file = scene.stat(&file).await?.ok_or("the file is not there any more")?;
    same("what the file follows", &file.link, &None::<()>)
}

async fn bound_files_wait_behind_all(scene: &Scene) -> Seen {
    let [a, b, c] = ["a", "b", "c"];
    let new = scene.by_hand(b"by hand").await?;
    let files = scene.all_imported(ONE, &[a, b, c]).await?;
    let waiting: Vec<_> = files.iter().rev().map(|file| file.id.as_str()).collect();
    scene.waiting(ONE, &waiting).await?;
    scene.tied(ONE, &[(&new, "d")]).await?;
    let promised: Vec<_> = waiting.into_iter().chain([new.as_str()]).collect();
    same("what is due, in order", &scene.due(ONE).await?, &promised)
}

async fn one_that_waited_keeps_its_turn(scene: &Scene) -> Seen {
    let files = scene.all_imported(ONE, &["a", "b"]).await?;
    let waiting: Vec<_> = files.iter().map(|file| file.id.as_str()).collect();
    scene.waiting(ONE, &waiting).await?;
    let turn = scene.row(ONE, "a").await?.waiting;
    let first = waiting.first().ok_or("two files were imported")?;
    scene.tied(ONE, &[(first, "c")]).await?;
    same("the turn", &scene.row(ONE, "c").await?.waiting, &turn)?;
    same("what is due, in order", &scene.due(ONE).await?, &waiting)
}

async fn one_that_is_held_stays_held(scene: &Scene) -> Seen {
    let id = scene.imported(ONE, "a", b"bytes").await?.id;
    if !scene.stage.hold(&id).await? {
        return Ok(());
    }
    scene.tied(ONE, &[(&id, "b")]).await?;
    same("whether the file is held", &scene.row(ONE, "b").await?.held, &true)
}

async fn many_files_in_one_call(scene: &Scene) -> Seen {
    let id = scene.imported(ONE, "a", b"bytes").await?.id;
    scene.set(ONE, vec![change(&id, false, false)]).await?;
    let mut bindings: Vec<_> = (0..9_999).map(|count| binding(&format!("no-{count}"), "b")).collect();
    bindings.push(binding(&id, "b"));
    let upload = scene.stage.begin(Work::Upload, ONE).await?;
    let outcomes = answered("`bind`", scene.stage.library().bind(upload, ONE, bindings).await)?;
    same(
        "how many outcomes there are, and the last one",
        &(outcomes.len(), outcomes.last()),
        &(10_000, Some(Bound::Bound)),
    )
}
