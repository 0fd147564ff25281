//! A sheet of a hundred thousand rows against a drive of a hundred and twenty thousand items; and the reading of it,
//! against the same reader on the machine itself.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use calamine::{Reader, Xlsx};
use end_to_end::by_path::ByPath;
use rust_xlsxwriter::Workbook;
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};

use super::{median, milliseconds, simulator::Simulator};

const ROWS: u32 = 100_000;
const ITEMS: u32 = 120_000;
const ROUNDS: usize = 3;

pub async fn associating(component: &Path) {
    let simulator = Simulator::with(&["--items", &ITEMS.to_string()]);
    let folder = tempfile::tempdir_in(component.parent().unwrap()).unwrap();
    let data = folder.path().join("data");
    let host = simulator.host(component, &data).await;
    let admin = host.session("admin").await.unwrap();
    lay_down(&data).await;
    let sheet = folder.path().join("sheet.xlsx");
    write(&sheet);
    let bytes = std::fs::read(&sheet).unwrap();

    let begin = Instant::now();
    let previewed = admin.associate_path(&sheet, true, None).await.unwrap();
    let looked = begin.elapsed();
    assert_eq!(previewed.counts["linked"], u64::from(ROWS));

    let before = simulator.requests().await;
    let begin = Instant::now();
    let done = admin.associate_path(&sheet, false, None).await.unwrap();
    let took = begin.elapsed();
    assert_eq!(done.counts["linked"], u64::from(ROWS));
    println!(
        "associate 100,000 rows    {:>10.2} s (target: under 10); preview {:.2} s; sheet {:.1} MB",
        took.as_secs_f64(),
        looked.as_secs_f64(),
        bytes.len() as f64 / 1e6
    );
    println!(
        "requests for that         {:>10} (target: under 700)",
        simulator.requests().await - before
    );
    println!(
        "guest memory              {:>10.1} MiB (target: at most 256)",
        host.peak_guest_memory() as f64 / 1_048_576.0
    );
    let report = folder.path().join("report.xlsx");
    let begin = Instant::now();
    admin.associate_path(&sheet, true, Some(&report)).await.unwrap();
    println!("preview with a report     {:>10.2} s", begin.elapsed().as_secs_f64());

    // A sheet with nothing in the two columns asks for nothing and has no rows to tell of, so that only the reading is
    // measured.
    let quiet = folder.path().join("quiet.xlsx");
    write_quiet(&quiet);
    let bytes = std::fs::read(&quiet).unwrap();
    let (mut inside, mut native) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        inside.push(read_inside(&admin, &quiet).await);
        native.push(read_natively(&bytes));
    }
    let (inside, native) = (median(inside), median(native));
    println!(
        "reading alone             {:>10.1} ms; calamine natively {:.1} ms: {:.2} times (target: at most 2.5)",
        milliseconds(inside),
        milliseconds(native),
        inside.as_secs_f64() / native.as_secs_f64()
    );
}

/// The columns of the exported list, and the paths.
fn write(to: &Path) {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, title) in (0..).zip([
        "File ID",
        "Name",
        "Place",
        "Type",
        "Size in bytes",
        "Sharepoint File Path",
    ]) {
        sheet.write(0, column, title).unwrap();
    }
    for row in 1..=ROWS {
        let name = format!("File {row:06}.pdf");
        sheet.write_string(row, 0, (100_000 + row).to_string()).unwrap();
        sheet.write_string(row, 1, format!("Library {row:06}.pdf")).unwrap();
        sheet.write_string(row, 2, "Company Wide").unwrap();
        sheet.write_string(row, 3, "pdf").unwrap();
        sheet.write_number(row, 4, f64::from(row)).unwrap();
        sheet.write_string(row, 5, name).unwrap();
    }
    workbook.save(to).unwrap();
}

/// The same with all of it in other columns.
fn write_quiet(to: &Path) {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let titles = [
        "Number",
        "Name",
        "Place",
        "Type",
        "Size in bytes",
        "Note",
        "File ID",
        "Sharepoint File Path",
    ];
    for (column, title) in (0..).zip(titles) {
        sheet.write(0, column, title).unwrap();
    }
    for row in 1..=ROWS {
        sheet.write_string(row, 0, (100_000 + row).to_string()).unwrap();
        sheet.write_string(row, 1, format!("Library {row:06}.pdf")).unwrap();
        sheet.write_string(row, 2, "Company Wide").unwrap();
        sheet.write_string(row, 3, "pdf").unwrap();
        sheet.write_number(row, 4, f64::from(row)).unwrap();
        sheet.write_string(row, 5, format!("File {row:06}.pdf")).unwrap();
    }
    workbook.save(to).unwrap();
}

async fn read_inside(admin: &clientpoint_host::Session<'_>, sheet: &Path) -> Duration {
    let begin = Instant::now();
    let done = admin.associate_path(sheet, true, None).await.unwrap();
    let took = begin.elapsed();
    assert!(done.rows.is_empty(), "{:?}", done.counts);
    took
}

/// As a program would read it that trusts the file.
fn read_natively(bytes: &[u8]) -> Duration {
    let begin = Instant::now();
    let mut book = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let range = book.worksheet_range("Sheet1").unwrap();
    let took = begin.elapsed();
    assert_eq!(range.height(), ROWS as usize + 1);
    took
}

/// A hundred thousand files in the library, as if somebody had added them by hand.
async fn lay_down(data: &Path) {
    let options = SqliteConnectOptions::new().filename(data.join("clientpoint.db"));
    let mut database = options.connect().await.unwrap();
    let mut transaction = database.begin().await.unwrap();
    for row in 1..=ROWS {
        let file = sqlx::query("INSERT INTO files (name, place, revision) VALUES (?, 'Company Wide', 1)")
            .bind(format!("Library {row:06}.pdf"))
            .execute(&mut *transaction)
            .await
            .unwrap()
            .last_insert_rowid();
        assert_eq!(file, i64::from(100_000 + row));
        sqlx::query("INSERT INTO revisions (file, number, sha256, size, made_at) VALUES (?, 1, 'x', 1, '')")
            .bind(file)
            .execute(&mut *transaction)
            .await
            .unwrap();
    }
    transaction.commit().await.unwrap();
    database.close().await.unwrap();
}
