//! Workbooks that were made to do harm.

use std::io::Cursor;

use super::*;

#[tokio::test]
async fn a_hostile_workbook_costs_one_call_and_no_more_memory_than_a_sheet_may_have() {
    let world = World::connected().await;
    let id = by_hand(&world, "1.pdf").await;
    world.sim.put("/A.pdf", pdf("a").into());
    let path = world.data.path().join("bomb.xlsx");
    std::fs::write(&path, bomb::bomb(2 << 30)).unwrap();

    let refused = world
        .admin()
        .await
        .associate_path(&path, false, None)
        .await
        .unwrap_err();

    assert_eq!(refused.code(), "sheet-too-large", "{refused}");
    assert!(world.host.peak_guest_memory() <= 256 << 20);
    let done = apply(&world, &sheet(&world, &[(&id, "A.pdf")])).await;
    assert_eq!(outcomes(&done), ["linked"]);
}

/// A workbook that is sound, but that its last cell is where the sheets of Excel end.
fn wide(path: &Path, id: &str) {
    let mut workbook = Workbook::new();
    let rows = workbook.add_worksheet();
    for (column, texts) in (0..).zip([["File ID", id], ["Sharepoint File Path", "A.pdf"]]) {
        rows.write(0, column, texts[0])
            .unwrap()
            .write(1, column, texts[1])
            .unwrap();
    }
    rows.write(1_048_575, 16_383, "far away").unwrap();
    save(&mut workbook, path);
}

/// The same with a piece of the packed cells that no packer could have written.
fn damaged(sound: &[u8]) -> Vec<u8> {
    let name = b"xl/worksheets/sheet1.xml";
    let at = sound.windows(name.len()).position(|window| window == name).unwrap() + name.len();
    let mut bytes = sound.to_vec();
    bytes[at..at + 64].fill(0xff);
    bytes
}

/// Entities that would unfold to gigabytes.
fn unfolding() -> Vec<u8> {
    let entities: String = (1..12)
        .map(|number| format!("<!ENTITY e{number} \"{}\">", format!("&e{};", number - 1).repeat(10)))
        .collect();
    let sheet = format!(
        "<!DOCTYPE worksheet [<!ENTITY e0 \"{}\">{entities}]><worksheet><sheetData><row><c t=\"inlineStr\"><is><t>&e11;</t></is></c></row></sheetData></worksheet>",
        "File ID".repeat(10)
    );
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let relation = |kind: &str, target: &str| {
        format!("<Relationships><Relationship Id=\"r\" Type=\"x/{kind}\" Target=\"{target}\"/></Relationships>")
    };
    let list = "<workbook><sheets><sheet name=\"S\" r:id=\"r\"/></sheets></workbook>";
    for (name, content) in [
        ("_rels/.rels", relation("officeDocument", "xl/workbook.xml").as_str()),
        ("xl/workbook.xml", list),
        (
            "xl/_rels/workbook.xml.rels",
            relation("worksheet", "worksheets/sheet1.xml").as_str(),
        ),
        ("xl/worksheets/sheet1.xml", &sheet),
    ] {
        archive.start_file(name, stored).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[tokio::test]
async fn a_workbook_that_was_made_to_harm_is_refused_in_words_within_the_memory_of_a_sheet() {
    let world = World::connected().await;
    let id = by_hand(&world, "1.pdf").await;
    world.sim.put("/A.pdf", pdf("a").into());
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let sound = path("wide.xlsx");
    wide(&sound, &id);
    let admin = world.admin().await;
    for (name, bytes, code) in [
        ("damaged.xlsx", damaged(&std::fs::read(&sound).unwrap()), "damaged"),
        ("unfolding.xlsx", unfolding(), "damaged"),
        ("bomb.xlsx", bomb::bomb(1 << 30), "sheet-too-large"),
    ] {
        std::fs::write(path(name), bytes).unwrap();
        for preview in [true, false] {
            let refused = admin.associate_path(&path(name), preview, None).await.unwrap_err();
            assert_eq!(refused.code(), code, "{name}: {refused}");
        }
        assert!(world.host.peak_guest_memory() <= 256 << 20, "{name}");
    }

    // A cell in the last corner is as good as none: neither what is between is made, nor the sheet refused.
    let report = path("report.xlsx");
    let done = admin.associate_path(&sound, false, Some(&report)).await.unwrap();

    assert_eq!(outcomes(&done), ["linked"]);
    assert!(std::fs::metadata(&report).unwrap().len() < 1 << 20);
    assert!(world.host.peak_guest_memory() <= 256 << 20);
}
