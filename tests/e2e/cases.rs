//! Workbooks that people have met, with the File IDs of a library in them and the address of its drive: uploaded, and synced.

use std::{
    io::{Cursor, Read, Write},
    path::PathBuf,
};

use clientpoint_host::service::Association;
use end_to_end::{
    World,
    by_path::ByPath,
    pdf,
    sheets::{apply, by_hand, outcomes},
    sync,
};

const FILTERED: &[u8] = include_bytes!("../../plugin/sheet/tests/cases/filtered-rows.xlsx");
const LABELLED: &[u8] = include_bytes!("../../plugin/sheet/tests/cases/label-encrypted.xlsx");
const LINKED: &[u8] = include_bytes!("../../plugin/sheet/tests/cases/linked-cell-other-file.xlsx");
const MERGED: &[u8] = include_bytes!("../../plugin/sheet/tests/cases/merged-path.xlsx");
const PICTURES: &[u8] = include_bytes!("../../plugin/sheet/tests/cases/two-pictures.xlsx");
const UNCLOSED: &[u8] = include_bytes!("../../plugin/sheet/tests/cases/unclosed-quote.csv");

/// The workbook with other texts in the place of its own.
fn with(world: &World, case: &[u8], texts: &[(&str, &str)]) -> PathBuf {
    let mut old = zip::ZipArchive::new(Cursor::new(case)).unwrap();
    let mut new = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..old.len() {
        let mut part = old.by_index(number).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        if let Ok(text) = str::from_utf8(&bytes) {
            let replaced = texts
                .iter()
                .fold(text.to_string(), |text, (old, new)| text.replace(old, new));
            bytes = replaced.into_bytes();
        }
        new.start_file(
            part.name().unwrap().into_owned(),
            zip::write::SimpleFileOptions::default(),
        )
        .unwrap();
        new.write_all(&bytes).unwrap();
    }
    written(world, "case.xlsx", &new.finish().unwrap().into_inner())
}

fn written(world: &World, name: &str, bytes: &[u8]) -> PathBuf {
    let path = world.data.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// The drive's address, and its path on the server.
async fn drive(world: &World) -> (String, String) {
    let drives = world.admin().await.drives().await.unwrap().drives;
    let address = drives
        .into_iter()
        .find(|drive| drive.selected)
        .unwrap()
        .web_url
        .unwrap();
    let path = address.splitn(4, '/').last().unwrap().replace("%20", " ");
    (address, format!("/{path}"))
}

/// A library of two files, and a drive with two reports and a logo.
async fn reports() -> (World, Vec<String>, String) {
    let world = World::connected().await;
    let ids = vec![by_hand(&world, "1.pdf").await, by_hand(&world, "2.pdf").await];
    for name in ["Q1 report.pdf", "Q2 report.pdf"] {
        world.sim.put(&format!("/Reports/{name}"), pdf(name).into());
    }
    let (_, path) = drive(&world).await;
    (world, ids, path)
}

fn resolved(done: &Association) -> Vec<Option<&str>> {
    done.rows.iter().map(|row| row.resolved.as_deref()).collect()
}

#[tokio::test]
async fn a_cell_that_shows_one_file_and_links_to_another_gets_the_bytes_of_neither() {
    let world = World::connected().await;
    let id = by_hand(&world, "Mine.pdf").await;
    let mine = world.bytes(&id).await;
    world.sim.put("/Offer.pdf", pdf("of the root").into());
    world.sim.put("/Sub/Offer.pdf", pdf("of the folder").into());
    let (address, _) = drive(&world).await;
    let case = |target: &str| {
        let texts = [
            ("100001", id.as_str()),
            ("https://contoso.sharepoint.com/Shared%20Documents", target),
        ];
        with(&world, LINKED, &texts)
    };

    let done = apply(&world, &case(&address)).await;
    assert_eq!(outcomes(&done), ["ambiguous"], "{done:?}");
    let message = &done.rows[0].message;
    assert!(message.contains("Sub/Offer.pdf"), "{message}");
    sync(&world).await;
    assert_eq!(world.bytes(&id).await, mine);
    assert_eq!(world.library().await[0].source, None);

    // Where only one of the two leads somewhere in the drive, that the other one leads elsewhere is told.
    let done = apply(&world, &case("https://elsewhere.example/Lib")).await;
    assert_eq!(outcomes(&done), ["linked"], "{done:?}");
    assert!(done.rows[0].warnings.concat().contains("elsewhere.example"), "{done:?}");
    sync(&world).await;
    assert_eq!(world.bytes(&id).await, pdf("of the root"));
}

#[tokio::test]
async fn a_workbook_with_two_pictures_is_read_to_its_last_row() {
    let (world, ids, path) = reports().await;
    // As it is: no layout of its parts may matter.
    let as_it_is = apply(&world, &written(&world, "as-it-is.xlsx", PICTURES)).await;
    assert_eq!(outcomes(&as_it_is), ["unknown-file-id", "unknown-file-id"]);

    let texts = [
        ("1001", ids[0].as_str()),
        ("1002", &ids[1]),
        ("/sites/Lib/Shared Documents", &path),
    ];
    let done = apply(&world, &with(&world, PICTURES, &texts)).await;
    assert_eq!(outcomes(&done), ["linked", "linked"], "{done:?}");
    sync(&world).await;
    assert_eq!(world.bytes(&ids[1]).await, pdf("Q2 report.pdf"));
}

#[tokio::test]
async fn a_row_that_a_filter_hides_is_linked_and_told() {
    let (world, mut ids, path) = reports().await;
    ids.push(by_hand(&world, "logo.png").await);
    world.sim.put("/Images/logo.png", b"\x89PNG\r\n\x1a\n".to_vec().into());
    let texts = [
        ("1001", ids[0].as_str()),
        ("1002", &ids[1]),
        ("1077", &ids[2]),
        ("/sites/Lib/Shared Documents", &path),
    ];
    let done = apply(&world, &with(&world, FILTERED, &texts)).await;
    let hidden: Vec<bool> = done.rows.iter().map(|row| row.hidden).collect();
    assert_eq!(hidden, [false, true, false], "{done:?}");
    assert_eq!(outcomes(&done)[..2], ["linked", "linked"], "{done:?}");
    assert!(
        done.notes.concat().contains("1 row is hidden in the sheet"),
        "{:?}",
        done.notes
    );
}

#[tokio::test]
async fn a_path_that_is_merged_over_two_rows_counts_for_both() {
    let world = World::connected().await;
    let ids = [by_hand(&world, "1.pdf").await, by_hand(&world, "2.pdf").await];
    world.sim.put("/Offer.pdf", pdf("offer").into());
    // The second one first, so that no text is replaced twice.
    let texts = [("100002", ids[1].as_str()), ("<v>100001", &format!("<v>{}", ids[0]))];
    let done = apply(&world, &with(&world, MERGED, &texts)).await;
    assert_eq!(outcomes(&done), ["linked", "linked"], "{done:?}");
    assert_eq!(resolved(&done), [Some("Offer.pdf"), Some("Offer.pdf")]);
    sync(&world).await;
    for id in &ids {
        assert_eq!(world.bytes(id).await, pdf("offer"));
    }
}

#[tokio::test]
async fn what_can_not_be_read_whole_is_refused_whole_and_says_why() {
    let (world, _, _) = reports().await;
    for (name, bytes, why) in [
        (
            "label.xlsx",
            LABELLED,
            "a sensitivity label encrypts it: save a copy without the label",
        ),
        ("quote.csv", UNCLOSED, "the quote that opens in row 2 is not closed"),
    ] {
        let path = written(&world, name, bytes);
        for preview in [true, false] {
            let refused = world
                .admin()
                .await
                .associate_path(&path, preview, None)
                .await
                .unwrap_err();
            assert!(refused.to_string().contains(why), "{refused}");
        }
    }
    assert!(world.library().await.iter().all(|file| file.source.is_none()));
}
