//! Sheets that other programs have written, made on the spot by `tests/peers/sheets/`: openpyxl, XlsxWriter, LibreOffice,
//! exceljs and SheetJS. `PEERS=1` asks for them; `PEER_SHEETS` is the folder that they are installed in.

use std::path::{Path, PathBuf};
use std::process::Command;

use end_to_end::World;

use crate::associating::{by_hand, outcomes, pdf};

/// Where the programs are; none, with the reason told, where they were not asked for.
fn home() -> Option<PathBuf> {
    let home = std::env::var_os("PEER_SHEETS").map(PathBuf::from);
    if std::env::var_os("PEERS").is_none() || home.is_none() {
        let missing = std::env::var("PEER_SHEETS_MISSING").unwrap_or_default();
        eprintln!("skipped: the programs that write these sheets were not asked for (PEERS=1, PEER_SHEETS) {missing}");
        return None;
    }
    home
}

fn generate(home: &Path, out: &Path, ids: &[String]) {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/sheets");
    let python = (home.join("venv/bin/python"), "generate.py");
    let node = (PathBuf::from("node"), "generate.mjs");
    for (program, script) in [python, node] {
        let status = Command::new(&program)
            .arg(scripts.join(script))
            .arg(out)
            .args(ids)
            .env("PEER_SHEETS", home)
            .status()
            .unwrap();
        assert!(status.success(), "{script}");
    }
}

#[tokio::test]
async fn r42_whatever_program_has_written_the_sheet_it_says_the_same() {
    let Some(home) = home() else { return };
    let world = World::connected().await;
    let mut ids = Vec::new();
    for name in ["1.pdf", "2.pdf", "3.pdf", "4.pdf"] {
        ids.push(by_hand(&world, name).await);
    }
    world.sim.put("/A.pdf", pdf("a").into());
    world.sim.put("/Folder/B.pdf", pdf("b").into());
    let out = tempfile::tempdir().unwrap();
    generate(&home, out.path(), &ids);

    let mut read = 0;
    for entry in std::fs::read_dir(out.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let done = world.admin().await.associate(&path, true, None).await;
        match name.rsplit_once('.').unwrap().1 {
            "xlsx" | "xlsm" | "csv" => {
                let done = done.unwrap_or_else(|error| panic!("{name}: {error}"));
                let first = if name.contains("uncalculated") { "unreadable-cell" } else { "linked" };
                assert_eq!(outcomes(&done), [first, "linked", "linked", "path-not-found"], "{name}: {done:?}");
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
