//! Sheets that other programs have written, made on the spot: openpyxl, XlsxWriter, LibreOffice, exceljs and SheetJS.

use std::{path::Path, process::Command};

use end_to_end::{
    World,
    by_path::ByPath,
    pdf, peers,
    sheets::{by_hand, outcomes},
};

fn run(mut command: Command) {
    let name = format!("{command:?}");
    assert!(command.status().unwrap().success(), "{name}");
}

fn generate(home: &Path, out: &Path, ids: &[String]) {
    for (program, script) in [
        (home.join("venv/bin/python"), "generate.py"),
        ("node".into(), "generate.mjs"),
    ] {
        let mut command = Command::new(program);
        command
            .arg(home.join(script))
            .arg(out)
            .args(ids)
            .env("PEER_SHEETS", home);
        run(command);
    }
}

#[tokio::test]
async fn r42_whatever_program_has_written_the_sheet_it_says_the_same() {
    let Some(peer) = peers::ask("sheets") else { return };
    let world = World::connected().await;
    let mut ids = Vec::new();
    for name in ["1.pdf", "2.pdf", "3.pdf", "4.pdf"] {
        ids.push(by_hand(&world, name).await);
    }
    world.sim.put("/A.pdf", pdf("a").into());
    world.sim.put("/Folder/B.pdf", pdf("b").into());
    let out = tempfile::tempdir().unwrap();
    generate(peer.home(), out.path(), &ids);

    let mut read = 0;
    for entry in std::fs::read_dir(out.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let done = world.admin().await.associate_path(&path, true, None).await;
        match name.rsplit_once('.').unwrap().1 {
            "xlsx" | "xlsm" | "csv" => {
                let done = done.unwrap_or_else(|error| panic!("{name}: {error}"));
                let uncalculated = name.contains("uncalculated");
                let first = if uncalculated { "unreadable-cell" } else { "linked" };
                assert_eq!(
                    outcomes(&done),
                    [first, "linked", "linked", "path-not-found"],
                    "{name}: {done:?}"
                );
                let rows: Vec<_> = done.rows.iter().map(|row| row.row).collect();
                assert_eq!(rows, [4, 5, 6, 7], "{name}");
                let files: Vec<_> = done.rows.iter().map(|row| row.file.clone()).collect();
                assert_eq!(files, ids, "{name}");
                read += 1;
            }
            _ => {
                let refused = done.unwrap_err();
                assert_eq!(refused.code(), "other-format", "{name}: {refused}");
                assert!(refused.to_string().contains("save it as .xlsx"), "{name}: {refused}");
            }
        }
    }
    assert!(read >= 9, "only {read} sheets were made");
}

#[tokio::test]
async fn r39_the_exported_list_opens_elsewhere_and_one_column_more_makes_it_a_sheet() {
    let Some(peer) = peers::ask("sheets") else { return };
    let world = World::connected().await;
    let ids = [by_hand(&world, "=1+1.pdf").await, by_hand(&world, "2.pdf").await];
    world.sim.put("/A.pdf", pdf("a").into());
    let folder = tempfile::tempdir().unwrap();
    let (list, sheet) = (folder.path().join("list.xlsx"), folder.path().join("sheet.xlsx"));
    world.admin().await.export_path(&list).await.unwrap();
    let mut command = Command::new(peer.home().join("venv/bin/python"));
    command.arg(peer.home().join("add_column.py")).args([&list, &sheet]);
    command.args(["A.pdf", ""]);
    run(command);

    let done = world.admin().await.associate_path(&sheet, false, None).await.unwrap();

    assert_eq!(outcomes(&done), ["linked", "path-missing"]);
    assert_eq!(done.rows.iter().map(|row| row.file.clone()).collect::<Vec<_>>(), ids);
}
