//! Files that were in the library before are tied to files in OneDrive by a sheet: the list is downloaded, filled in with
//! mistakes, looked at, mended, uploaded, and from the next sync on the files follow.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

use super::{
    json::text,
    sim::Sim,
    story::{Answer, Story},
};
use crate::say;

/// Library files that somebody has added by hand, and the paths that an Administrator notes for them, with mistakes.
const FILES: [(&str, &str); 4] = [
    ("Offer.docx", "Clients/Northwind/Offre.docx"),
    ("Plan.xlsx", "/clients/northwind/Plan.xlsx"),
    ("Overview.pdf", "Clients/Northwind/Plan.xlsx"),
    ("Terms.pdf", "Terms%20%2B%20Conditions.pdf"),
];

/// From a list of the library to a file that follows.
pub fn associate(story: &mut Story, sim: &Sim) -> Result<()> {
    let folder = story.data().with_file_name("association");
    fs::create_dir(&folder)?;
    let mut ids = Vec::new();
    for (name, _) in FILES {
        let file = folder.join(name);
        fs::write(&file, format!("PK\u{3}\u{4} {name}, as it came by hand"))?;
        let answer = story.run(&["library", "add", &file.to_string_lossy()])?;
        ids.push(text(&answer.json, "/file/id").to_owned());
    }
    let offer = ids.first().context("there is an offer")?.clone();
    story.run(&["place", &offer, "--clientpoint", "Northwind proposal"])?;

    let list = folder.join("list.xlsx");
    let answer = story.run(&["library", "export", &list.to_string_lossy()])?;
    let all = answer.json.get("files").and_then(Value::as_u64).unwrap_or_default();
    story.check(
        "the list of the library is there for Excel",
        all > 4 && list.is_file(),
        &answer.json,
    )?;

    say::note("(in Excel: a column \"Sharepoint File Path\" is added and filled in, not without mistakes)");
    let rows: Vec<(&str, &str)> = ids
        .iter()
        .map(String::as_str)
        .zip(FILES.map(|(_, path)| path))
        .collect();
    let sheet = folder.join("list with paths.xlsx");
    write_sheet(&sheet, &rows)?;
    let report = folder.join("report.xlsx");
    let (sheet, report) = (
        sheet.to_string_lossy().into_owned(),
        report.to_string_lossy().into_owned(),
    );

    let answer = story.show(&["associate", &sheet, "--preview"])?;
    let expected = ["path-not-found", "linked", "format-mismatch", "linked"];
    story.check(
        "the preview names each mistake, and changes nothing",
        outcomes(&answer) == expected,
        &answer.json,
    )?;
    let meant = text(&answer.json, "/association/rows/0/suggestions/0") == "Clients/Northwind/Offer.docx";
    story.check("and knows what was meant", meant, &answer.json)?;

    say::note("(in Excel: both mistakes are mended)");
    let right = [
        "Clients/Northwind/Offer.docx",
        FILES[1].1,
        "Clients/Overview.pdf",
        FILES[3].1,
    ];
    let rows: Vec<(&str, &str)> = ids.iter().map(String::as_str).zip(right).collect();
    write_sheet(Path::new(&sheet), &rows)?;
    let answer = story.run(&["associate", &sheet, "--report", &report])?;
    let linked = outcomes(&answer) == ["linked"; 4] && answer.status == 0;
    story.check("all rows are linked at once", linked, &answer.json)?;
    story.check(
        "the sheet comes back with three columns more",
        Path::new(&report).is_file(),
        &json!(report),
    )?;

    let before = story.library_sha256(&offer)?;
    let refused = story.run(&["library", "replace", &offer, &sheet])?;
    story.check(
        "linked files are locked",
        refused.refusal() == "managed-by-onedrive",
        &refused.json,
    )?;
    let answer = story.run(&["sync"])?;
    let updated = answer.json.pointer("/counts/updated").and_then(Value::as_u64) >= Some(4);
    story.check("the next sync fetches them", updated, &answer.json)?;
    let after = story.library_sha256(&offer)?;
    story.check(
        "the offer has OneDrive's bytes now",
        before != after,
        &json!([before, after]),
    )?;
    let answer = story.show(&["places", &offer])?;
    let shown = answer.list("places");
    let current = shown.iter().all(|place| place.get("revision") == Some(&json!(2)));
    story.check(
        "and the ClientPoint shows them",
        shown.len() == 1 && current,
        &answer.json,
    )?;

    sim.change(
        "put",
        &json!({"path": "/Clients/Overview.pdf", "text": "%PDF-1.7 all clients, 2027"}),
    )?;
    story.run(&["sync"])?;
    let overview = ids.get(2).context("there is an overview")?;
    let answer = story.run(&["library", "show", overview])?;
    let follows = answer.json.pointer("/file/revision") == Some(&json!(3));
    story.check(
        "what changes in OneDrive from then on follows too",
        follows,
        &answer.json,
    )
}

/// What Excel would leave: some of the list's columns, and the one that was added.
fn write_sheet(sheet: &Path, rows: &[(&str, &str)]) -> Result<()> {
    let mut workbook = Workbook::new();
    let page = workbook.add_worksheet().set_name("Content Library")?;
    for (column, title) in (0..).zip(["File ID", "Name", "Sharepoint File Path"]) {
        page.write_string(0, column, title)?;
    }
    for ((row, (id, path)), (name, _)) in (1..).zip(rows).zip(FILES) {
        page.write_string(row, 0, *id)?
            .write_string(row, 1, name)?
            .write_string(row, 2, *path)?;
    }
    Ok(workbook.save(sheet)?)
}

fn outcomes(answer: &Answer) -> Vec<String> {
    let rows = answer.json.pointer("/association/rows").and_then(Value::as_array);
    rows.into_iter()
        .flatten()
        .map(|row| text(row, "/outcome").to_owned())
        .collect()
}
