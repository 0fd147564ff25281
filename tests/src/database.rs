//! Stories on PostgreSQL: each data folder has a database of its own, on the server that `CLIENTPOINT_TEST_DATABASE` names.

use std::{
    fs::{self, OpenOptions},
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

/// The server, where stories run on one.
pub fn server() -> Option<String> {
    std::env::var("CLIENTPOINT_TEST_DATABASE").ok()
}

/// The file with the address of this folder's database, which is made if it is missing; none where stories run on SQLite.
pub fn of_folder(data: &Path) -> Option<PathBuf> {
    let server = server()?;
    fs::create_dir_all(data).unwrap();
    let file = data.join("database-url");
    if !file.exists() {
        let mut hasher = DefaultHasher::new();
        (data, std::process::id()).hash(&mut hasher);
        write(&file, &made(&server, &format!("story_{:016x}", hasher.finish())));
    }
    Some(file)
}

/// A file of settings that name this folder's database, for a program; none where stories run on SQLite.
pub fn settings_of(data: &Path) -> Option<PathBuf> {
    let address = of_folder(data)?;
    let file = data.join("database-url.toml");
    let settings = format!("[database]\nurl-file = \"{}\"\n", address.display());
    fs::write(&file, settings).unwrap();
    Some(file)
}

/// The file with the address of a new database, in a folder of its own; none where stories run on SQLite.
pub fn empty() -> Option<(TempDir, PathBuf)> {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let server = server()?;
    let name = format!("empty_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("database-url");
    write(&file, &made(&server, &name));
    Some((folder, file))
}

/// Makes a database of that name, and gives its address.
pub fn made(server: &str, name: &str) -> String {
    let (origin, _) = server.rsplit_once('/').unwrap();
    let (url, server) = (format!("{origin}/{name}"), server.to_owned());
    let statement = format!("CREATE DATABASE {name}");
    // Whoever calls may be in a runtime already.
    let making = async move {
        let mut connection = PgConnection::connect(&server).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    std::thread::spawn(move || runtime.block_on(making)).join().unwrap();
    url
}

/// Writes an address down, for its owner alone.
pub fn write(file: &Path, url: &str) {
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(file)
        .unwrap();
    file.write_all(url.as_bytes()).unwrap();
}
