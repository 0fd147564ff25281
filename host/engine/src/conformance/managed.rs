//! What the questions of [`Managed`](crate::library::Managed) promise that have to do with all files of a drive, or with
//! some of their items.

use std::collections::BTreeSet;

use super::{
    promise::{Seen, promises},
    scene::{ONE, Scene, TWO, answered, change, holds, ids, replacement, same, source},
};
use crate::contract::clientpoint::content_source::managed_files::ManagedFile;

promises! {
    "count" files_are_counted
        "`count` is how many files follow an item of the drive through the connection, and how many of them are suspected."
    "of-items-order" one_list_an_item_in_the_order_asked
        "`of_items` has one list an item, in the order asked: empty where no file follows it, twice for one asked twice."
    "of-items-own" only_files_of_the_connection
        "`of_items` answers the files of that connection alone."
    "of-items-by-file-id" the_files_of_an_item_are_in_order
        "The files that follow one item are in the order of their File IDs, as everywhere."
    "by-place" files_are_found_by_where_their_items_were
        "`by_place` answers the files of the drive that were at one of these places when they were bound, by File ID."
    "after-pages" pages_make_the_whole
        "Pages of `after`, each after the last File ID of the page before, hold each file once, and none is longer than asked."
    "after-order" the_order_stays
        "The order of File IDs is the same in all calls, whatever becomes of the files."
    "after-suspected" suspected_files_alone
        "`after` leaves out files that are not suspected if it is asked to, and is paged through as well then."
    "after-own" a_drive_has_its_own_files
        "Files of another connection or another drive are not among those of this one."
    "shown-in" where_a_file_is_shown_is_counted
        "`shown_in` is in how many ClientPoints and Templates people show the file, also after it was given new content."
    "damaged-link" a_damaged_file_is_fetched_anew
        "The link of a file whose bytes are damaged has no version and an empty hash; all else of it stays, and no other file's."
}

/// Twelve items, so that File IDs may get one more digit on the way.
const ITEMS: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];

async fn files_are_counted(scene: &Scene) -> Seen {
    let files = scene.all_imported(ONE, &["a", "b", "c"]).await?;
    scene.imported(TWO, "d", b"bytes").await?;
    let last = files.last().ok_or("three files were imported")?;
    scene.set(ONE, vec![change(&last.id, false, true)]).await?;
    for (of, promised) in [(ONE, (3, 1)), (TWO, (1, 0))] {
        let counts = answered("`count`", scene.stage.managed().count(of).await)?;
        same(
            "files, and suspected ones",
            &(counts.managed, counts.suspected),
            &promised,
        )?;
    }
    Ok(())
}

async fn one_list_an_item_in_the_order_asked(scene: &Scene) -> Seen {
    scene.all_imported(ONE, &["a", "b", "c"]).await?;
    let items = ["c", "nothing", "a", "c"].map(|item| source(ONE, item));
    let lists = answered(
        "`of_items`",
        scene.stage.managed().of_items(ONE.connection, &items).await,
    )?;
    let item = |row: &ManagedFile| {
        row.file
            .link
            .as_ref()
            .map(|link| link.source.item.clone())
            .unwrap_or_default()
    };
    let seen: Vec<Vec<_>> = lists.iter().map(|list| list.iter().map(item).collect()).collect();
    same(
        "the lists of c, nothing, a and c",
        &seen,
        &[vec!["c"], vec![], vec!["a"], vec!["c"]],
    )
}

async fn only_files_of_the_connection(scene: &Scene) -> Seen {
    scene.imported(ONE, "a", b"one").await?;
    let items = [source(ONE, "a")];
    let lists = answered(
        "`of_items`",
        scene.stage.managed().of_items(TWO.connection, &items).await,
    )?;
    same("files of the other connection", &lists, &[[(); 0]])
}

async fn the_files_of_an_item_are_in_order(scene: &Scene) -> Seen {
    let mut files = Vec::new();
    for _ in ITEMS {
        files.push(scene.by_hand(b"by hand").await?);
    }
    let ties: Vec<_> = files.iter().rev().map(|file| (file.as_str(), "a")).collect();
    scene.tied(ONE, &ties).await?;
    let items = [source(ONE, "a")];
    let lists = answered(
        "`of_items`",
        scene.stage.managed().of_items(ONE.connection, &items).await,
    )?;
    let seen = ids(lists.into_iter().flatten().collect());
    same("the files of the item", &seen, &ids(scene.all(ONE).await?))?;
    same("how many there are", &seen.len(), &files.len())
}

async fn files_are_found_by_where_their_items_were(scene: &Scene) -> Seen {
    let (a, b, c) = (
        scene.by_hand(b"a").await?,
        scene.by_hand(b"b").await?,
        scene.by_hand(b"c").await?,
    );
    scene.tied(ONE, &[(&a, "a"), (&b, "b"), (&c, "c")]).await?;
    scene.imported(ONE, "d", b"d").await?;
    let places = ["at c", "at d", "at a", "at c", "AT B"].map(str::to_owned);
    let seen = ids(answered(
        "`by_place`",
        scene.stage.managed().by_place(ONE, &places).await,
    )?);
    let both = [&a, &c];
    let promised: Vec<_> = ids(scene.all(ONE).await?)
        .into_iter()
        .filter(|id| both.contains(&id))
        .collect();
    same("the files at two of these places", &seen, &promised)?;
    let elsewhere = answered("`by_place`", scene.stage.managed().by_place(TWO, &places).await)?;
    same("files of another connection", &elsewhere.len(), &0)
}

/// All files of [`ONE`], page by page; in words if a page is too long, or they do not come to an end.
async fn paged(scene: &Scene, suspected: bool, limit: u32) -> Result<Vec<String>, String> {
    let mut all: Vec<String> = Vec::new();
    // Each page has a file at least, unless it is behind the last.
    for _ in 0..=ITEMS.len() {
        let last = all.last().map(String::as_str);
        let page = answered(
            "`after`",
            scene.stage.managed().after(ONE, last, suspected, limit).await,
        )?;
        let length = page.len();
        holds(length <= limit as usize, || {
            format!("a page of at most {limit} has {length} files")
        })?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(ids(page));
    }
    Err(format!("{} files, and no page is the last", all.len()))
}

async fn pages_make_the_whole(scene: &Scene) -> Seen {
    let files = scene.all_imported(ONE, &ITEMS).await?;
    let promised: BTreeSet<_> = files.iter().map(|file| file.id.clone()).collect();
    for limit in [1, 5, 12, 100] {
        let all = paged(scene, false, limit).await?;
        same("how many files there are on all pages", &all.len(), &ITEMS.len())?;
        same(
            "the files of all pages",
            &all.into_iter().collect::<BTreeSet<_>>(),
            &promised,
        )?;
    }
    Ok(())
}

async fn the_order_stays(scene: &Scene) -> Seen {
    let files = scene.all_imported(ONE, &ITEMS).await?;
    let before = ids(scene.all(ONE).await?);
    let some: Vec<_> = files.iter().rev().step_by(3).map(|file| file.id.as_str()).collect();
    scene.waiting(ONE, &some).await?;
    same("the order in pages of 5", &paged(scene, false, 5).await?, &before)?;
    same("the order on one page", &ids(scene.all(ONE).await?), &before)
}

async fn suspected_files_alone(scene: &Scene) -> Seen {
    let files = scene.all_imported(ONE, &ITEMS).await?;
    let some: Vec<_> = files.iter().step_by(3).map(|file| &file.id).collect();
    scene
        .set(ONE, some.iter().map(|id| change(id, false, true)).collect())
        .await?;
    let all = ids(scene.all(ONE).await?);
    let promised: Vec<_> = all.into_iter().filter(|id| some.contains(&id)).collect();
    for limit in [1, 3, 100] {
        same("the suspected files", &paged(scene, true, limit).await?, &promised)?;
    }
    Ok(())
}

async fn a_drive_has_its_own_files(scene: &Scene) -> Seen {
    let one = scene.imported(ONE, "a", b"one").await?.id;
    let two = scene.imported(TWO, "a", b"two").await?.id;
    scene.waiting(ONE, &[&one]).await?;
    scene.waiting(TWO, &[&two]).await?;
    for (of, id) in [(ONE, one), (TWO, two)] {
        same("the files", &ids(scene.all(of).await?), &[&id])?;
        same("those that are due", &scene.due(of).await?, &[id])?;
    }
    Ok(())
}

async fn where_a_file_is_shown_is_counted(scene: &Scene) -> Seen {
    let file = scene.imported(ONE, "a", b"old").await?.id;
    same("where it is shown at first", &scene.row(ONE, "a").await?.shown_in, &0)?;
    for places in 1..=2 {
        if !scene.stage.show(&file).await? {
            return Ok(());
        }
        same("where it is shown", &scene.row(ONE, "a").await?.shown_in, &places)?;
    }
    let run = scene.run(ONE).await?;
    let published = scene.filled(b"new").await?;
    let published = published.publish(replacement(ONE, run, &file, "a", b"new")).await;
    answered("`publish`", published)?;
    same("where it is shown then", &scene.row(ONE, "a").await?.shown_in, &2)
}

async fn a_damaged_file_is_fetched_anew(scene: &Scene) -> Seen {
    let file = scene.imported(ONE, "a", b"bytes of a").await?;
    scene.imported(ONE, "b", b"bytes of b").await?;
    let other = scene.row(ONE, "b").await?;
    if !scene.stage.damage(&file.id).await? {
        return Ok(());
    }
    for row in [scene.row(ONE, "a").await?, scene.all(ONE).await?.swap_remove(0)] {
        let told = row.file.link.ok_or("the file has no link any more")?;
        let (kept, damaged) = (file.link.as_ref(), (told.version, told.hash.as_str()));
        same("version and hash", &damaged, &(None::<String>, ""))?;
        let kept = kept.map(|link| (&link.source, &link.name, &link.web_url));
        same(
            "the rest of the link",
            &Some((&told.source, &told.name, &told.web_url)),
            &kept,
        )?;
    }
    same("the other file", &scene.row(ONE, "b").await?, &other)
}
