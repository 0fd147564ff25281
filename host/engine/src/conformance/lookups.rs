//! What [`Library::by_source`](crate::library::Library::by_source) and [`Library::stat`](crate::library::Library::stat)
//! promise.

use super::{
    promise::{Seen, promises},
    scene::{NOBODY, ONE, Scene, TWO, answered, ids, same, source},
};
use crate::contract::clientpoint::content_source::content_library::LibraryFile;

promises! {
    "by-source-order" one_list_an_item_in_the_order_asked
        "`by_source` has one list an item, in the order asked: empty where no file follows it, twice for one asked twice."
    "by-source-by-file-id" the_files_of_an_item_are_in_order
        "The files that follow one item are in the order of their File IDs, as everywhere."
    "by-source-through-any" whoever_asks_finds_the_files_of_all_connections
        "`by_source` finds the files that follow an item through whichever connection to its source."
    "by-source-many" a_thousand_items_in_one_call
        "1,000 items are one call of `by_source`."
    "stat-order" files_in_the_order_asked
        "`stat` has one answer a File ID, in the order asked: none where there is no file, twice for one asked twice."
    "stat-letter" a_file_id_is_meant_to_the_letter
        "`stat` takes a File ID to the letter: `007` is not the ID of file 7."
    "stat-by-hand" a_file_by_hand_follows_nothing
        "A file that nobody has tied to an item has no link."
    "stat-given-up" a_file_whose_connection_was_given_up_follows_nothing
        "To `stat`, a file whose connection was given up follows nothing; the file is there."
    "stat-other-drive" a_file_whose_connection_has_another_drive_follows_nothing
        "To `stat`, a file whose connection has another drive now follows nothing; the file is there."
    "stat-many" ten_thousand_files_in_one_call
        "10,000 File IDs are one call of `stat`."
}

/// File IDs of some files; empty where there is none.
fn id_of(file: Option<&LibraryFile>) -> String {
    file.map(|file| file.id.clone()).unwrap_or_default()
}

async fn one_list_an_item_in_the_order_asked(scene: &Scene) -> Seen {
    let files = scene.all_imported(ONE, &["a", "b", "c"]).await?;
    let asked = ["c", "nothing", "a", "b", "c"].map(|item| source(ONE, item));
    let lists = scene.by_source(ONE, &asked).await?;
    let seen: Vec<_> = lists
        .iter()
        .map(|list| list.iter().map(|file| &file.id).collect::<Vec<_>>())
        .collect();
    let [a, b, c] = files.as_slice() else {
        return Err("three files were imported".into());
    };
    let promised = [vec![&c.id], vec![], vec![&a.id], vec![&b.id], vec![&c.id]];
    same("the lists of c, nothing, a, b and c", &seen, &promised)
}

async fn the_files_of_an_item_are_in_order(scene: &Scene) -> Seen {
    let files = several_of_one_item(scene).await?;
    let ties: Vec<_> = files.iter().rev().map(|file| (file.as_str(), "a")).collect();
    scene.tied(ONE, &ties).await?;
    let seen: Vec<_> = scene.of_item(ONE, "a").await?.into_iter().map(|file| file.id).collect();
    same("the files of the item", &seen, &ids(scene.all(ONE).await?))?;
    same("how many there are", &seen.len(), &files.len())
}

async fn several_of_one_item(scene: &Scene) -> Result<Vec<String>, String> {
    let mut files = Vec::new();
    for _ in 0..12 {
        files.push(scene.by_hand(b"by hand").await?);
    }
    Ok(files)
}

async fn whoever_asks_finds_the_files_of_all_connections(scene: &Scene) -> Seen {
    let one = scene.imported(ONE, "a", b"one").await?;
    let two = scene.imported(TWO, "a", b"two").await?;
    for asking in [ONE, TWO] {
        let items = [source(ONE, "a"), source(TWO, "a")];
        let lists = scene.by_source(asking, &items).await?;
        same("the files of one item in each drive", &lists, &[[&one], [&two]])?;
    }
    Ok(())
}

async fn a_thousand_items_in_one_call(scene: &Scene) -> Seen {
    let file = scene.imported(ONE, "item-999", b"bytes").await?;
    let items: Vec<_> = (0..1_000).map(|count| source(ONE, &format!("item-{count}"))).collect();
    let lists = scene.by_source(ONE, &items).await?;
    let found: usize = lists.iter().map(Vec::len).sum();
    same("how many lists and files there are", &(lists.len(), found), &(1_000, 1))?;
    same("the last list", &lists.last(), &Some([file]))
}

async fn files_in_the_order_asked(scene: &Scene) -> Seen {
    let files = scene.all_imported(ONE, &["a", "b"]).await?;
    let (a, b) = (id_of(files.first()), id_of(files.last()));
    let asked = [&b, NOBODY, &a, "no-id", &b].map(str::to_owned);
    let seen = answered("`stat`", scene.stage.library().stat(&asked).await)?;
    let seen: Vec<_> = seen.iter().map(|file| id_of(file.as_ref())).collect();
    same(
        "the File IDs of b, nobody, a, nobody and b",
        &seen,
        &[&b, "", &a, "", &b],
    )
}

async fn a_file_id_is_meant_to_the_letter(scene: &Scene) -> Seen {
    let id = scene.imported(ONE, "a", b"bytes").await?.id;
    let near = [
        format!("0{id}"),
        format!("+{id}"),
        format!(" {id}"),
        format!("{id} "),
        format!("{id}.0"),
        String::new(),
    ];
    let seen = answered("`stat`", scene.stage.library().stat(&near).await)?;
    let seen: Vec<_> = seen.iter().map(|file| id_of(file.as_ref())).collect();
    same(&format!("the files of {near:?}"), &seen, &[""; 6])
}

async fn a_file_by_hand_follows_nothing(scene: &Scene) -> Seen {
    let id = scene.by_hand(b"by hand").await?;
    let file = scene.stat(&id).await?.ok_or("the file is not there")?;
    same("revision and link", &(file.revision, file.link), &(1, None::<()>))
}

async fn a_file_whose_connection_was_given_up_follows_nothing(scene: &Scene) -> Seen {
    follows_nothing_after(scene, None).await
}

async fn a_file_whose_connection_has_another_drive_follows_nothing(scene: &Scene) -> Seen {
    follows_nothing_after(scene, Some("drive-3")).await
}

/// The connection has that drive from now on, and its file follows nothing.
async fn follows_nothing_after(scene: &Scene, drive: Option<&str>) -> Seen {
    let id = scene.imported(ONE, "a", b"bytes").await?.id;
    let other = scene.imported(TWO, "b", b"bytes").await?;
    scene.stage.choose(ONE.connection, drive).await?;
    let file = scene.stat(&id).await?.ok_or("the file is not there any more")?;
    same("what the file follows", &file.link, &None::<()>)?;
    same(
        "a file of another connection",
        &scene.stat(&other.id).await?,
        &Some(&other),
    )
}

async fn ten_thousand_files_in_one_call(scene: &Scene) -> Seen {
    let id = scene.imported(ONE, "a", b"bytes").await?.id;
    let mut asked: Vec<_> = (0..9_999).map(|count| format!("no-{count}")).collect();
    asked.push(id.clone());
    let seen = answered("`stat`", scene.stage.library().stat(&asked).await)?;
    let found = seen.iter().flatten().count();
    same(
        "how many answers and files there are",
        &(seen.len(), found),
        &(10_000, 1),
    )?;
    same("the last answer", &id_of(seen.last().and_then(Option::as_ref)), &id)
}
