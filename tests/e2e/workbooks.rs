//! Workbooks there and back: the list of the library becomes a sheet to upload, and comes back with what became of it.

#[path = "../../plugin/sheet/src/bomb.rs"]
mod bomb;
mod harmful;

use std::{io::Write, path::Path};

use calamine::Xlsx;
use clientpoint_host::service::Association;
use end_to_end::{
    World,
    by_path::ByPath,
    pdf,
    sheets::{apply, by_hand, outcomes, sheet},
};
use rust_xlsxwriter::{Format, Formula, Workbook, XlsxError};

/// Workbooks are zip archives, whose members are not looked at here: the plugin reads them.
async fn preview(world: &World, sheet: &Path) -> Association {
    world.admin().await.associate_path(sheet, true, None).await.unwrap()
}

fn save(workbook: &mut Workbook, path: &Path) {
    workbook.save(path).unwrap();
}

#[tokio::test]
async fn a_row_with_a_nul_in_it_is_told_of_and_keeps_no_other_from_being_linked() {
    let world = World::connected().await;
    let (odd, plain) = (by_hand(&world, "Odd.pdf").await, by_hand(&world, "Plain.pdf").await);
    world.sim.put("/Plain.pdf", pdf("plain").into());
    let sheet = world.data.path().join("sheet.xlsx");
    let mut workbook = Workbook::new();
    let rows = workbook.add_worksheet();
    // Workbooks have a way to write what XML has no room for, `_x0000_`, which is how this is written.
    for (row, (id, path)) in (0..).zip([
        ("File ID", "Sharepoint File Path"),
        (odd.as_str(), "Odd\0.pdf"),
        ("1\0", "Plain.pdf"),
        (plain.as_str(), "Plain.pdf"),
    ]) {
        rows.write_string(row, 0, id).unwrap();
        rows.write_string(row, 1, path).unwrap();
    }
    save(&mut workbook, &sheet);

    let done = apply(&world, &sheet).await;

    assert!(done.rows[0].path.contains('\0'), "{done:?}");
    assert_eq!(outcomes(&done)[2], "linked", "{done:?}");
    assert!(!outcomes(&done)[..2].contains(&"linked"), "{done:?}");
}

#[tokio::test]
async fn r39_the_list_with_one_column_added_can_be_uploaded() {
    let world = World::connected().await;
    let hand = by_hand(&world, "=Formula.pdf").await;
    let item = world.sim.put("/Old.pdf", pdf("old").into());
    world.import(&item).await;
    world.sim.put("/New.pdf", pdf("new").into());
    let list = world.data.path().join("list.xlsx");
    assert_eq!(world.admin().await.export_path(&list).await.unwrap(), 2);

    // A report is a copy of the sheet, read by the plugin: so what a program adds to the list can be played here.
    let report = world.data.path().join("report.xlsx");
    let refused = world
        .admin()
        .await
        .associate_path(&list, true, Some(&report))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "missing-column", "{refused}");
    assert!(!report.exists(), "who is refused is left no empty report");

    let sheet = world.data.path().join("sheet.xlsx");
    let mut workbook = Workbook::new();
    let rows = workbook.add_worksheet();
    for (column, title) in (0..).zip(["File ID", "Name", "Size in bytes", "Sharepoint File Path"]) {
        rows.write(0, column, title).unwrap();
    }
    rows.write_string(1, 0, &hand)
        .unwrap()
        .write_string(1, 1, "=Formula.pdf")
        .unwrap();
    rows.write_string(1, 3, "New.pdf").unwrap();
    save(&mut workbook, &sheet);
    let done = world
        .admin()
        .await
        .associate_path(&sheet, false, Some(&report))
        .await
        .unwrap();
    assert_eq!(outcomes(&done), ["linked"]);
    assert!(report.exists());
    let again = preview(&world, &report).await;
    assert_eq!(
        outcomes(&again),
        ["already-linked"],
        "a report can be uploaded as it is: {again:?}"
    );
}

#[tokio::test]
async fn r40a_the_form_is_read_as_soon_as_it_is_filled_in() {
    let world = World::connected().await;
    let form = world.data.path().join("form.xlsx");
    std::fs::write(&form, world.admin().await.export_template().await.unwrap()).unwrap();
    let empty = preview(&world, &form).await;
    assert_eq!(
        (empty.sheet.as_str(), empty.rows.len(), empty.header),
        ("Associate", 0, 1)
    );
    assert!(
        empty
            .notes
            .concat()
            .contains("no row with a File ID or a path below them"),
        "{:?}",
        empty.notes
    );
}

/// Everything that people do to sheets.
fn lively(path: &Path, ids: &[String; 5]) -> Result<(), XlsxError> {
    let mut workbook = Workbook::new();
    workbook
        .add_worksheet()
        .set_name("Hidden")?
        .set_hidden(true)
        .write(0, 0, "File ID")?;
    workbook
        .add_worksheet()
        .set_name("Notes")?
        .write(0, 0, "Sharepoint File Path, see the other sheet")?;
    let sheet = workbook.add_worksheet().set_name("Files & paths")?;
    sheet.merge_range(0, 0, 0, 5, "Our files", &Format::new().set_bold())?;
    for (column, title) in [(1, "sharepoint  FILE path"), (2, "Owner"), (4, "File_ID")] {
        sheet.write(3, column, title)?;
    }
    sheet
        .write(4, 4, ids[0].parse::<f64>().unwrap_or_default())?
        .write(4, 1, "A.pdf")?;
    sheet
        .write(5, 4, ids[1].as_str())?
        .write_formula(5, 1, Formula::new("=\"B\"&\".pdf\"").set_result("B.pdf"))?;
    sheet
        .write(6, 4, ids[2].as_str())?
        .write_formula(6, 1, Formula::new("=VLOOKUP(1,A1:B2,2)").set_result("#N/A"))?;
    sheet
        .write(8, 4, format!("  {}\u{a0}", ids[3]))?
        .write(8, 1, "\"\\A.pdf\"")?;
    sheet
        .write(9, 4, ids[4].parse::<f64>().unwrap_or_default() + 0.5)?
        .write(9, 1, "A.pdf")?;
    sheet.write(10, 2, "total")?.write_formula(10, 3, "=SUM(A1:A9)")?;
    sheet.set_row_format(5_000, &Format::new().set_italic())?;
    workbook.save(path)
}

#[tokio::test]
async fn r42_titles_hidden_sheets_formulas_numbers_and_totals_are_taken_as_they_are_meant() {
    let world = World::connected().await;
    let mut ids = Vec::new();
    for name in ["1.pdf", "2.pdf", "3.pdf", "4.pdf", "5.pdf"] {
        ids.push(by_hand(&world, name).await);
    }
    let ids: [String; 5] = ids.try_into().unwrap();
    for name in ["A.pdf", "B.pdf"] {
        world.sim.put(&format!("/{name}"), pdf(name).into());
    }
    let path = world.data.path().join("lively.xlsx");
    lively(&path, &ids).unwrap();

    let done = apply(&world, &path).await;

    let told: Vec<_> = done.rows.iter().map(|row| (row.row, row.outcome)).collect();
    let expected = [
        (5, "linked"),
        (6, "linked"),
        (7, "unreadable-cell"),
        (9, "linked"),
        (10, "unreadable-cell"),
    ];
    assert_eq!(told, expected, "{done:?}");
    assert_eq!((done.sheet.as_str(), done.header), ("Files & paths", 4));
    assert!(done.rows[2].message.contains("B7"), "{}", done.rows[2].message);
}

/// Two rows, the second of which is hidden; and a row without a path. Beside them are links.
fn hidden(path: &Path, ids: [&str; 3]) -> Result<(), XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, title) in (0..).zip(["File ID", "Sharepoint File Path", "Where"]) {
        sheet.write(0, column, title)?;
    }
    for (row, (id, path)) in (1..).zip(ids.into_iter().zip(["A.pdf", "B.pdf", ""])) {
        sheet.write(row, 0, id)?.write(row, 1, path)?;
        sheet.write_url_with_text(row, 2, "https://example.com/page?a=1#b", "look")?;
    }
    sheet.set_row_hidden(2)?;
    workbook.save(path)
}

#[tokio::test]
async fn r42_hidden_rows_count_and_are_told_and_a_report_keeps_its_links() {
    let world = World::connected().await;
    let mut ids = Vec::new();
    for name in ["1.pdf", "2.pdf", "3.pdf"] {
        ids.push(by_hand(&world, name).await);
    }
    for name in ["A.pdf", "B.pdf"] {
        world.sim.put(&format!("/{name}"), pdf(name).into());
    }
    let sheet = world.data.path().join("hidden.xlsx");
    hidden(&sheet, [&ids[0], &ids[1], &ids[2]]).unwrap();
    let report = world.data.path().join("report.xlsx");

    let done = world
        .admin()
        .await
        .associate_path(&sheet, false, Some(&report))
        .await
        .unwrap();

    assert_eq!(outcomes(&done), ["linked", "linked", "path-missing"]);
    let hidden: Vec<bool> = done.rows.iter().map(|row| row.hidden).collect();
    assert_eq!(hidden, [false, true, false]);
    assert!(
        done.rows[1].message.contains("the sheet does not show this row"),
        "{done:?}"
    );
    let [first, second] = done.notes.as_slice() else {
        panic!("{:?}", done.notes)
    };
    assert!(
        first.starts_with("1 row is hidden in the sheet") && first.ends_with(": row 3"),
        "{first}"
    );
    assert!(
        second.starts_with("1 row has a File ID and no path") && second.ends_with(": row 4"),
        "{second}"
    );
    let mut copy: Xlsx<_> = calamine::open_workbook(&report).unwrap();
    let links = copy.hyperlinks_by_sheet_name("Rows").unwrap();
    let told: Vec<_> = links
        .iter()
        .map(|link| (link.range.start, link.target.as_deref()))
        .collect();
    let page = Some("https://example.com/page?a=1");
    assert_eq!(told, [((1, 2), page), ((2, 2), page), ((3, 2), page)]);
    assert!(links.iter().all(|link| link.location.as_deref() == Some("b")));
}

#[tokio::test]
async fn a_policy_with_fewer_rows_is_kept() {
    let world = World::connected_with(|builder| {
        builder.policy(clientpoint_engine::policy::PolicyChanges {
            max_sheet_rows: Some(2),
            max_sheet_bytes: Some(20_000),
            ..Default::default()
        })
    })
    .await;
    let admin = world.admin().await;
    let three = sheet(&world, &[("1", "a"), ("2", "a"), ("3", "a")]);
    let refused = admin.associate_path(&three, true, None).await.unwrap_err();
    assert!(refused.to_string().contains("more than 2 rows"), "{refused}");
    let large = world.data.path().join("large.csv");
    std::fs::write(&large, vec![b'x'; 20_001]).unwrap();
    assert_eq!(
        admin.associate_path(&large, true, None).await.unwrap_err().code(),
        "sheet-too-large"
    );
}
