//! The sheet that talks back, read again: the same rows with what became of them.

use std::{fs::File, io::BufReader, path::Path};

use calamine::{Data, Range, Reader, Style, Xlsx};
use end_to_end::{
    World, built,
    by_path::ByPath,
    pdf,
    sheets::{by_hand, outcomes, sheet},
    sources,
};
use rust_xlsxwriter::Workbook;

use crate::crashes;

type Book = Xlsx<BufReader<File>>;

fn open(report: &Path) -> Book {
    calamine::open_workbook(report).unwrap()
}

fn rows(report: &Path) -> Range<Data> {
    open(report).worksheet_range("Rows").unwrap()
}

/// The texts of a row, from the first column on.
fn texts(rows: &Range<Data>, row: u32) -> Vec<String> {
    let (_, last) = rows.end().unwrap();
    (0..=last)
        .map(|column| {
            let cell = rows.get_value((row, column));
            cell.map(ToString::to_string).unwrap_or_default()
        })
        .collect()
}

fn fill(style: Option<&Style>) -> u32 {
    style.unwrap().fill.as_ref().unwrap().get_color().unwrap().to_argb() & 0x00FF_FFFF
}

/// A sheet with a title above, and cells beside the columns that have headers.
fn written(world: &World, file: &str) -> std::path::PathBuf {
    let path = world.data.path().join("sheet.xlsx");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "Our files").unwrap();
    for (column, title) in (0..).zip(["File ID", "Owner", "Sharepoint File Path"]) {
        sheet.write(2, column, title).unwrap();
    }
    for (row, cells) in (3..).zip([
        [file, "Ada", "Clients/A.pdf", "", "beside"],
        ["7", "Bea", "Clients/A.pdf", "", ""],
        [file, "", "", "", "also beside"],
        ["", "total", "", "", "2"],
        ["", "Cy", "https://elsewhere.example/A.pdf", "", ""],
    ]) {
        for (column, text) in (0..).zip(cells).filter(|(_, text)| !text.is_empty()) {
            sheet.write(row, column, text).unwrap();
        }
    }
    book.save(&path).unwrap();
    path
}

#[tokio::test]
async fn r45_a_report_has_every_cell_of_the_sheet_and_three_columns_more_with_colours_and_a_filter() {
    let world = World::connected().await;
    let id = by_hand(&world, "Offer.pdf").await;
    world.sim.put("/Clients/A.pdf", pdf("a").into());
    let sheet = written(&world, &id);
    let report = world.data.path().join("report.xlsx");

    let done = world
        .admin()
        .await
        .associate_path(&sheet, false, Some(&report))
        .await
        .unwrap();

    assert_eq!(outcomes(&done), ["linked", "unknown-file-id", "path-missing", "no-id"]);
    let told = rows(&report);
    let headers = [
        "File ID",
        "Owner",
        "Sharepoint File Path",
        "",
        "",
        "Status",
        "Reason",
        "Resolved path",
    ];
    assert_eq!(texts(&told, 0)[0], "Our files");
    assert_eq!(texts(&told, 2), headers);
    let message = |row: usize| done.rows[row].message.as_str();
    assert_eq!(
        texts(&told, 3),
        [
            &id,
            "Ada",
            "Clients/A.pdf",
            "",
            "beside",
            "linked",
            message(0),
            "Clients/A.pdf"
        ]
    );
    assert_eq!(
        texts(&told, 4),
        ["7", "Bea", "Clients/A.pdf", "", "", "unknown-file-id", message(1), ""]
    );
    assert_eq!(
        texts(&told, 5),
        [&id, "", "", "", "also beside", "path-missing", message(2), ""]
    );
    assert_eq!(texts(&told, 6), ["", "total", "", "", "2", "", "", ""]);

    let mut book = open(&report);
    let styles = book.worksheet_style("Rows").unwrap();
    let colours = [3, 4, 5].map(|row| fill(styles.get((row, 5))));
    assert_eq!(colours, [0x00E2_F0D9, 0x00FF_F2CC, 0x00ED_EDED]);
    let filters = book.defined_names();
    assert!(
        filters
            .iter()
            .any(|(name, area)| name.contains("FilterDatabase") && area.ends_with("$A$3:$H$8")),
        "{filters:?}"
    );
    let summary = book.worksheet_range("Summary").unwrap();
    let run = done.run.unwrap().id;
    let has = |text: &str| summary.used_cells().any(|(_, _, cell)| cell.to_string().contains(text));
    assert!(
        has(&format!("{run}; the upload can be taken back by this number"))
            && has("unknown-file-id")
            && has("all rows")
    );

    // As it is, it can be uploaded again: the three columns are taken for the new ones, and nothing else is lost.
    let notes = world.data.path().join("again.xlsx");
    let again = world
        .admin()
        .await
        .associate_path(&report, true, Some(&notes))
        .await
        .unwrap();
    assert_eq!(
        outcomes(&again),
        ["already-linked", "unknown-file-id", "path-missing", "no-id"]
    );
    let told = rows(&notes);
    assert_eq!(texts(&told, 2)[5..], ["Status (preview)", "Reason", "Resolved path"]);
    assert_eq!(
        texts(&told, 3)[..6],
        [&id, "Ada", "Clients/A.pdf", "", "beside", "already-linked"]
    );
}

#[tokio::test]
async fn what_people_write_to_the_right_of_a_report_stays_when_it_is_uploaded_again() {
    let world = World::connected().await;
    let id = by_hand(&world, "Offer.pdf").await;
    world.sim.put("/A.pdf", pdf("a").into());
    let sheet = world.data.path().join("sheet.xlsx");
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    let titles = [
        "File ID",
        "Sharepoint File Path",
        "Status",
        "Reason",
        "Resolved path",
        "Note",
    ];
    let cells = [
        id.as_str(),
        "A.pdf",
        "path-not-found",
        "it was not there",
        "",
        "moved it",
    ];
    for (row, texts) in [titles, cells].into_iter().enumerate() {
        for (column, text) in (0..).zip(texts) {
            page.write(row as u32, column, text).unwrap();
        }
    }
    book.save(&sheet).unwrap();
    let report = world.data.path().join("report.xlsx");
    let done = world
        .admin()
        .await
        .associate_path(&sheet, false, Some(&report))
        .await
        .unwrap();
    let told = rows(&report);
    assert_eq!(texts(&told, 0), titles);
    let message = done.rows[0].message.as_str();
    assert_eq!(texts(&told, 1), [&id, "A.pdf", "linked", message, "A.pdf", "moved it"]);
}

#[tokio::test]
async fn a_header_far_to_the_right_fills_no_memory_with_blanks() {
    let world = World::connected().await;
    let path = world.data.path().join("wide.xlsx");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, title) in [(0, "File ID"), (1, "Sharepoint File Path"), (255, "Note")] {
        sheet.write(0, column, title).unwrap();
    }
    let many = 16_000;
    for row in 1..=many {
        sheet.write(row, 0, "7").unwrap().write(row, 1, "A.pdf").unwrap();
    }
    book.save(&path).unwrap();
    let report = world.data.path().join("report.xlsx");

    let admin = world.admin().await;
    let done = admin.associate_path(&path, true, Some(&report)).await.unwrap();

    assert_eq!(done.report_error, None);
    let mut book = open(&report);
    let mut cells = book.worksheet_cells_reader("Rows").unwrap();
    let mut count = 0;
    while cells.next_cell().unwrap().is_some() {
        count += 1;
    }
    // Two cells and three added ones a row, and the header.
    assert_eq!(count, many * 5 + 259);
}

#[tokio::test]
async fn an_upload_stands_though_its_report_can_not_be_written_and_says_so() {
    let world = World::connected().await;
    let id = by_hand(&world, "Offer.pdf").await;
    let sheet = sheet(&world, &[(&id, "A.pdf")]);
    let report = world.data.path().join("report.xlsx");
    // It carries out every sheet, and reads none.
    let mut command = crashes::command(&world, world.data.path(), "associate");
    command
        .args([&sheet, Path::new("--report"), &report])
        .args(["--json", "--policy", "file-types=claims-nothing", "--plugin"])
        .arg(built(&sources::HOSTILE))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());

    let output = command.output().unwrap();

    let (told, warned) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert_eq!(output.status.code(), Some(1), "{told} {warned}");
    assert!(warned.contains("run 1 is carried out all the same"), "{warned}");
    let json: serde_json::Value = serde_json::from_str(&told).unwrap();
    let association = &json["association"];
    assert_eq!(association["run"]["state"], "complete");
    assert!(
        association["report_error"]
            .as_str()
            .unwrap()
            .contains("there are no lines")
    );
    assert!(!report.exists(), "no empty file is left");
}
