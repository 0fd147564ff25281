//! What there is before the night: accounts, connections with what they follow, and a host that knows the key.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use clientpoint_engine::secrets::Secret;
use clientpoint_host::key_files;
use end_to_end::database;
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

use super::{Size, hosts, server::Server, world::World};

/// A database, and where hosts have their folders.
pub struct Data {
    /// The address of the database.
    pub url: String,
    /// Where the folders of hosts are.
    pub folder: TempDir,
    /// The origin of the source.
    pub source: String,
}

/// How many rows are put in at once.
const AT_ONCE: usize = 1_000;

impl Data {
    /// Lays all down.
    pub async fn lay(server: &Server, world: &World, size: Size) -> Self {
        let data = Self {
            url: server.database(),
            folder: tempfile::tempdir().unwrap(),
            source: world.url.clone(),
        };
        let first = data.host(0, &data.url);
        let made = Command::new(hosts::program())
            .args(hosts::words(&first, &data.source, None))
            .args(["inspect"])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let key = key_files::load(&first).unwrap();
        let mut connection = data.connect().await;
        data.accounts(&mut connection, size, key.id()).await;
        let secret = Secret::new("a secret of nobody".into());
        let mut rows: Vec<(String, String, String, Vec<u8>, String)> = Vec::new();
        for number in 0..size.connections {
            let account = account(number % size.accounts);
            let id = format!("{account}.c{number:05}");
            let sealed = key.seal(&format!("connection {id}"), &secret).unwrap();
            rows.push((id, account, format!("drive{number:05}"), sealed, String::new()));
        }
        for part in rows.chunks(AT_ONCE) {
            let json: Vec<_> = part
                .iter()
                .map(|(id, account, drive, sealed, _)| {
                    let hex: String = sealed.iter().map(|byte| format!("{byte:02x}")).collect();
                    serde_json::json!([id, account, drive, hex, world.link(drive)])
                })
                .collect();
            for statement in CONNECTIONS {
                sqlx::query(statement)
                    .bind(serde_json::json!(json).to_string())
                    .bind(&world.url)
                    .execute(&mut connection)
                    .await
                    .unwrap();
            }
        }
        sqlx::raw_sql(sqlx::AssertSqlSafe(
            FILES
                .replace("LINKS", &size.links.to_string())
                .replace("SHA256", &sha256()),
        ))
        .execute(&mut connection)
        .await
        .unwrap();
        sqlx::raw_sql(RIGHTS).execute(&mut connection).await.unwrap();
        sqlx::raw_sql("ANALYZE").execute(&mut connection).await.unwrap();
        data
    }

    async fn accounts(&self, connection: &mut PgConnection, size: Size, key: String) {
        let ids: Vec<String> = (0..size.accounts).map(account).collect();
        for statement in ACCOUNTS {
            sqlx::query(statement)
                .bind(serde_json::json!(ids).to_string())
                .bind(&self.source)
                .bind(&key)
                .execute(&mut *connection)
                .await
                .unwrap();
        }
        // As each would say of its place when the first bytes come in.
        let libraries: Vec<(String, String)> =
            sqlx::query_as("SELECT account_id, id FROM clientpoint.identity WHERE account_id <> 'default'")
                .fetch_all(connection)
                .await
                .unwrap();
        for (account, id) in libraries {
            let place = self.objects().join("accounts").join(account);
            fs::create_dir_all(&place).unwrap();
            let shard = place.join("objects").join(sha256().get(..2).unwrap());
            fs::create_dir_all(&shard).unwrap();
            fs::write(shard.join(sha256()), BYTES).unwrap();
            fs::write(place.join("identity"), serde_json::json!({ "id": id }).to_string()).unwrap();
        }
    }

    /// A connection to the database, past everything that hosts go through.
    pub async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url).await.unwrap()
    }

    /// The data folder of a host that reaches the database by that address, with the key of the first one.
    pub fn host(&self, number: usize, url: &str) -> PathBuf {
        let folder = self.folder.path().join(format!("host{number}"));
        fs::create_dir_all(&folder).unwrap();
        let address = self.folder.path().join(format!("host{number}-database"));
        database::write(&address, url);
        let settings = format!(
            "[database]\nurl-file = \"{}\"\n[objects]\nurl = \"file://{}\"\n",
            address.display(),
            self.objects().display()
        );
        fs::write(settings_of(&folder), settings).unwrap();
        let key = self.folder.path().join("host0/secret.key");
        let cache = folder.join("cache");
        if number != 0 && !cache.exists() {
            fs::copy(key, folder.join("secret.key")).unwrap();
            // The plugin is compiled once.
            fs::create_dir(&cache).unwrap();
            for file in fs::read_dir(self.folder.path().join("host0/cache")).unwrap().flatten() {
                fs::copy(file.path(), cache.join(file.file_name())).unwrap();
            }
        }
        folder
    }

    fn objects(&self) -> PathBuf {
        let objects = self.folder.path().join("objects");
        fs::create_dir_all(&objects).unwrap();
        objects
    }
}

/// The file of a deployment's settings, beside the data folder of a host.
pub fn settings_of(folder: &Path) -> PathBuf {
    folder.with_extension("toml")
}

/// What every file has in it.
const BYTES: [u8; 10] = *b"0123456789";

fn sha256() -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(BYTES).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The id of an account.
pub fn account(number: usize) -> String {
    format!("t{number:04}")
}

/// Its tenant at the source.
pub fn tenant(number: usize) -> String {
    format!("{}.example.com", account(number))
}

/// `$1`: the ids of the accounts, `$2`: the origin of the source, `$3`: the id of the key.
const ACCOUNTS: [&str; 3] = [
    "INSERT INTO clientpoint.accounts (id, made_at) SELECT value, '2026-01-01T00:00:00Z' \
     FROM json_array_elements_text($1::json) WHERE $2 <> '' AND $3 <> ''",
    "INSERT INTO clientpoint.settings (account_id, key, value, set_by, set_at) \
     SELECT a.value, k.key, $2, 'scale', '2026-01-01T00:00:00Z' FROM json_array_elements_text($1::json) a (value), \
     (VALUES ('test.api-url'), ('test.login-url')) k (key) WHERE $3 <> '' ON CONFLICT DO NOTHING",
    "INSERT INTO clientpoint.sealed_with (account_id, one, key_id) SELECT value, 1, $3 \
     FROM json_array_elements_text($1::json) WHERE $2 <> '' ON CONFLICT DO NOTHING",
];

/// `$1`: connections (id, account, drive, sealed secret, link), `$2`: the origin of the source.
const CONNECTIONS: [&str; 3] = [
    "INSERT INTO clientpoint.connections (account_id, id, plugin, mode, settings, secret, drive_id, drive_name, connected_at, \
     connected_by) SELECT c ->> 1, c ->> 0, 'onedrive', 'organization', \
     json_build_object('tenant', (c ->> 1) || '.example.com', 'client-id', '00000000-0000-4000-8000-000000000001', 'cloud', 'global')::text, \
     decode(c ->> 3, 'hex'), c ->> 2, c ->> 2, '2026-01-01T00:00:00Z', 'admin' \
     FROM json_array_elements($1::json) c WHERE $2 <> ''",
    "INSERT INTO clientpoint.endpoints (account_id, connection, login, api) SELECT c ->> 1, c ->> 0, \
     'https://login.microsoftonline.com', 'https://graph.microsoft.com' FROM json_array_elements($1::json) c WHERE $2 <> ''",
    "INSERT INTO clientpoint.state (account_id, connection, key, value, version, plugin) \
     SELECT c ->> 1, c ->> 0, 'changes/' || (c ->> 2), convert_to(c ->> 4, 'UTF8'), 1, 'onedrive' \
     FROM json_array_elements($1::json) c WHERE $2 <> ''",
];

/// Files that follow something through each connection.
const FILES: &str = "\
    CREATE TEMPORARY TABLE laid AS SELECT nextval(pg_get_serial_sequence('clientpoint.files', 'id')) AS id, c.id AS connection, \
        c.account_id, c.drive_id AS drive, n AS number FROM clientpoint.connections c, generate_series(1, LINKS) n;\
    INSERT INTO clientpoint.files (id, name, place, revision, account_id) \
        SELECT id, 'File ' || number || '.pdf', 'Company Wide', 1, account_id FROM laid;\
    INSERT INTO clientpoint.revisions (file, number, sha256, size, made_at, account_id) \
        SELECT id, 1, 'SHA256', 10, '2026-01-01T00:00:00Z', account_id FROM laid;\
    INSERT INTO clientpoint.links (file, connection, drive, item, version, hash, size, verification, name, linked_at, plugin, account_id) \
        SELECT id, connection, drive, 'item' || number, 'v', 'hash', 10, 'no-hash', 'File ' || number || '.pdf', \
            '2026-01-01T00:00:00Z', 'onedrive', account_id FROM laid;\
    INSERT INTO clientpoint.objects (sha256, size, touched_at, account_id) \
        SELECT DISTINCT 'SHA256', 10, '2026-01-01T00:00:00Z', account_id FROM laid";

/// The rights that every connection has from the nights before.
const RIGHTS: &str = "\
    INSERT INTO clientpoint.leases (name, holder, epoch, expires) \
        SELECT c.account_id || r.kind || c.id, '{}', 1, '-infinity' \
        FROM clientpoint.connections c, (VALUES ('/sync/'), ('/turn/')) r (kind)";
