//! Sheets: what becomes of each row, taking an upload back, and sheets that can't be read.

use graph_sim::{Fault, Sim};

use crate::{importing::pdf, story::Story};

#[test]
fn every_outcome_of_a_row() {
    let mut story = Story::connected("associating");
    for number in 1..=12 {
        let name = format!("M{number:02}.pdf");
        story.file(&name, &pdf(&name));
        story.quietly(&["library", "add", &name]);
    }
    for path in [
        "/A.pdf",
        "/B.pdf",
        "/C.pdf",
        "/Deep/D.pdf",
        "/Infected.pdf",
        "/Denied.pdf",
        "/Broken.pdf",
        "/A b.pdf",
        "/A%20b.pdf",
    ] {
        story.put(path, &pdf(path));
    }
    story.put("/Text.txt", b"text");
    story.put("/Word.docx", b"PK\x03\x04");
    story.sims(|sim| {
        sim.mark_malware("/Infected.pdf");
        sim.put_package("/Notebook");
    });
    story.file(
        "sheet.csv",
        b"File ID,Sharepoint File Path,Note\n\
          100001,A.pdf,linked\n\
          100002,B.pdf,\n\
          100002,C.pdf,doubled\n\
          100003,Deep/D.pdf,\n\
          100004,Nowhere.pdf,\n\
          100005,Deep,\n\
          100006,Text.txt,\n\
          100007,Word.docx,\n\
          100008,Infected.pdf,\n\
          100009,https://example.org/A.pdf,\n\
          100010,../A.pdf,\n\
          100011,Notebook,\n\
          100012,A%20b.pdf,\n\
          100999,A.pdf,\n\
          ,A.pdf,\n\
          100001,,\n\
          100001,A.pdf,the same again\n\
          1e5,A.pdf,\n",
    );
    story.says("preview", &["associate", "sheet.csv", "--preview"]);
    story.says("apply", &["associate", "sheet.csv", "--report", "report.xlsx"]);
    story.says("apply_again", &["associate", "sheet.csv"]);
    story.says(
        "report_is_there",
        &["associate", "sheet.csv", "--report", "report.xlsx"],
    );
    story.says(
        "report_of_another_kind",
        &["associate", "sheet.csv", "--report", "report.pdf"],
    );
    story.says("runs", &["runs", "list"]);
    story.says("runs_first", &["runs", "list", "--kind", "upload", "--limit", "1"]);
    story.says("runs_that_failed", &["runs", "list", "--state", "failed"]);
    story.says("runs_of_nobody", &["runs", "list", "--connection", "nobody"]);
    story.says("runs_of_a_wrong_kind", &["runs", "list", "--kind", "weekly"]);
    story.says("runs_show", &["runs", "show", "1"]);
    story.says("runs_show_linked", &["runs", "show", "1", "--outcome", "linked"]);
    story.says("runs_show_searched", &["runs", "show", "1", "--search", "a.PDF"]);
    story.says("runs_show_wrong_outcome", &["runs", "show", "1", "--outcome", "lost"]);
    story.says("list", &["library", "list"]);
    story.file(
        "again.csv",
        b"File ID;Sharepoint File Path\n100001;C.pdf\n100010;A.pdf\n",
    );
    story.says("apply_anew", &["associate", "again.csv"]);
    story.says("follow", &["library", "follow", "100011", "B.pdf"]);
    story.says("undo_older", &["associate", "undo", "1"]);
    story.says("undo", &["associate", "undo", "3"]);
    story.says("undo_again", &["associate", "undo", "3"]);
    story.says("undo_nothing", &["associate", "undo", "99"]);
    story.says("sync", &["sync"]);
    story.says("undo_after_a_sync", &["associate", "undo", "4"]);
    story.says("unlock", &["library", "unlock", "100011"]);
    story.end();
}

#[test]
fn sheets_that_can_not_be_read() {
    let mut story = Story::connected("sheets");
    let sheets: [(&str, &str, &[u8]); 9] = [
        ("not_a_sheet", "a.xlsx", b"\x89PNG\r\n\x1a\n"),
        ("other_format", "a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more"),
        ("damaged", "b.xlsx", b"PK\x03\x04 breaks off"),
        ("not_utf8", "a.csv", b"File ID,Sharepoint File Path\n1,\xfc\xff.pdf\n"),
        ("missing_column", "b.csv", b"File ID,Path\n1,A.pdf\n"),
        (
            "doubled_column",
            "c.csv",
            b"File ID,File ID,Sharepoint File Path\n1,1,A.pdf\n",
        ),
        ("without_rows", "d.csv", b"File ID,Sharepoint File Path\n"),
        ("empty", "e.csv", b""),
        ("utf16", "f.csv", b"\xff\xfeF\0i\0l\0e\0"),
    ];
    for (name, file, bytes) in sheets {
        story.file(file, bytes);
        story.says(name, &["associate", file]);
    }
    story.says("no_such_file", &["associate", "nowhere.xlsx"]);
    story.file("many.csv", b"File ID,Sharepoint File Path\n1,A.pdf\n2,B.pdf\n");
    story.says(
        "too_many_rows",
        &["--policy", "max-sheet-rows=1", "associate", "many.csv"],
    );
    story.says(
        "too_many_bytes",
        &["--policy", "max-sheet-bytes=10", "associate", "many.csv"],
    );
    story.says(
        "folders_not_allowed",
        &["--policy", "subfolders=none", "associate", "many.csv"],
    );
    story.file("M.pdf", &pdf("M"));
    story.quietly(&["library", "add", "M.pdf"]);
    story.put("/A.pdf", &pdf("A"));
    story.file("one.csv", b"File ID,Sharepoint File Path\n100001,A.pdf\n");
    story.sims(|sim| sim.fault("forbidden=@metadata".parse::<Fault>().unwrap()));
    story.says("access_denied", &["associate", "one.csv"]);
    story.sims(Sim::clear_faults);
    story.sims(|sim| sim.fault(Fault::throttle(4000)));
    story.says("throttled", &["associate", "one.csv"]);
    story.sims(Sim::clear_faults);
    story.sims(|sim| sim.fault("server-error=500@graph".parse::<Fault>().unwrap()));
    story.says("out_of_order", &["associate", "one.csv"]);
    story.end();
}
