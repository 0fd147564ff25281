//! What [`Draft::commit`](crate::library::Draft::commit) promises.

use super::{
    promise::{Seen, promises},
    scene::{ONE, Scene, TWO, answered, holds, ids, link, same, sha256, size},
};
use crate::{
    contract::clientpoint::content_source::{content_library::Error, managed_files::LinkState},
    library::Scope,
};

promises! {
    "commit-whole" a_file_comes_in_with_its_revision_and_link
        "`commit` makes a file of that name, its revision 1 and its link in one step."
    "commit-bytes" size_and_hash_are_those_of_the_bytes
        "Size and SHA-256 of a file are those of the bytes, also of none at all."
    "commit-following" a_file_that_came_in_follows_its_item
        "A file that came in follows its item through that connection, waits for nothing and is suspected of nothing."
    "commit-once" an_item_comes_in_once
        "If a file follows the item already, `commit` is `already-linked` with its File ID, and nothing is changed."
    "commit-once-for-all" an_item_comes_in_once_through_whichever_connection
        "`already-linked` is answered through whichever connection the item's file follows it."
    "commit-names" names_are_kept_to_the_letter
        "Names of files, drives and items are opaque: kept as they are, and compared to the letter."
    "commit-file-ids" files_of_one_name_are_two
        "Two files may have the same name and the same bytes: they are told apart by their File ID."
}

const BYTES: &[u8] = b"the bytes";

async fn a_file_comes_in_with_its_revision_and_link(scene: &Scene) -> Seen {
    let draft = scene.filled(BYTES).await?;
    let link = link(ONE, "a", "v1", BYTES);
    let file = answered("`commit`", draft.commit(ONE.connection, "A.pdf", link.clone()).await)?;
    let seen = (&file.name, file.revision, &file.link);
    same("name, revision and link", &seen, &("A.pdf", 1, Some(link)))?;
    same("`stat` of the file", &scene.stat(&file.id).await?, &Some(&file))?;
    same("the files of its item", &scene.of_item(ONE, "a").await?, &[&file])
}

async fn size_and_hash_are_those_of_the_bytes(scene: &Scene) -> Seen {
    for (item, bytes) in [("a", BYTES), ("b", b"")] {
        let id = scene.imported(ONE, item, bytes).await?.id;
        let seen = scene.stat(&id).await?.map(|file| (file.size, file.sha256));
        same("size and SHA-256", &seen, &Some((size(bytes), sha256(bytes))))?;
    }
    Ok(())
}

async fn a_file_that_came_in_follows_its_item(scene: &Scene) -> Seen {
    let file = scene.imported(ONE, "a", BYTES).await?;
    let row = scene.row(ONE, "a").await?;
    let state = format!("{:?}", LinkState::Following);
    let seen = (
        format!("{:?}", row.state),
        row.held,
        row.waiting,
        row.suspected,
        row.note,
        row.place,
    );
    same(
        "how it stands",
        &seen,
        &(state, false, None::<u64>, false, None::<String>, None::<String>),
    )?;
    same("the managed file", &row.file, &file)?;
    same("what is due", &scene.due(ONE).await?, &Vec::<String>::new())
}

async fn an_item_comes_in_once(scene: &Scene) -> Seen {
    comes_in_once(scene, ONE).await
}

async fn an_item_comes_in_once_through_whichever_connection(scene: &Scene) -> Seen {
    comes_in_once(scene, TWO).await
}

/// A second file of the item, through this connection, is refused.
async fn comes_in_once(scene: &Scene, second: Scope<'_>) -> Seen {
    let file = scene.imported(ONE, "a", BYTES).await?;
    let before = scene.everything(None).await?;
    let draft = scene.filled(b"other bytes").await?;
    let link = link(ONE, "a", "v2", b"other bytes");
    let again = draft.commit(second.connection, "Again.pdf", link).await;
    let refused = matches!(&again, Err(Error::AlreadyLinked(id)) if *id == file.id);
    holds(refused, || format!("the second commit was answered with {again:?}"))?;
    same(
        "what there is after the refusal",
        &scene.everything(None).await?,
        &before,
    )?;
    same("the files of the item", &scene.of_item(ONE, "a").await?, &[file])
}

async fn names_are_kept_to_the_letter(scene: &Scene) -> Seen {
    let items = ["item", "Item", "item ", "ïtem", "it'em %20\\\"_*"];
    let mut files = Vec::new();
    for item in items {
        files.push(scene.imported(ONE, item, BYTES).await?);
    }
    for (item, file) in items.into_iter().zip(&files) {
        same("the files of an item", &scene.of_item(ONE, item).await?, &[file])?;
        same("the name", &file.name, &format!("{item}.pdf"))?;
    }
    let elsewhere = Scope {
        connection: ONE.connection,
        drive: "Drive-1",
    };
    same(
        "the files of a drive that is written otherwise",
        &scene.of_item(elsewhere, "item").await?.len(),
        &0,
    )
}

async fn files_of_one_name_are_two(scene: &Scene) -> Seen {
    for item in ["a", "b"] {
        let draft = scene.filled(BYTES).await?;
        let link = link(ONE, item, "v1", BYTES);
        answered("`commit`", draft.commit(ONE.connection, "A.pdf", link).await)?;
    }
    let mut seen = ids(scene.all(ONE).await?);
    seen.dedup();
    same("how many File IDs there are", &seen.len(), &2)
}
