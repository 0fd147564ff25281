//! A copy of a database at rest, as a backup has it: what it names. It is only read, and nobody writes to it.

use std::{collections::BTreeSet, path::Path};

use sqlx::{
    ConnectOptions, Connection, FromRow,
    sqlite::{SqliteConnectOptions, SqliteConnection},
};

use super::{Store, company_tokens, db, migrations, objects::Object};
use crate::{Error, Result, key_files::SealedWith};

/// The objects after a name, at most so many. From name to name by the index: as many revisions as have the same bytes are
/// one step, where grouping would read each of them.
pub(in crate::store) const OBJECTS: &str = "WITH RECURSIVE named (sha256, place) AS \
     (SELECT min(sha256), 1 FROM revisions WHERE sha256 > ?1 UNION ALL \
     SELECT (SELECT min(r.sha256) FROM revisions r WHERE r.sha256 > named.sha256), place + 1 FROM named \
     WHERE sha256 IS NOT NULL AND place < ?2) \
     SELECT sha256, (SELECT r.size FROM revisions r WHERE r.sha256 = named.sha256 LIMIT 1) FROM named \
     WHERE sha256 IS NOT NULL ORDER BY place LIMIT ?2";

/// A copy that is open.
pub(crate) struct Copied {
    database: SqliteConnection,
}

/// What a copy says of itself.
#[derive(Clone, Debug)]
pub(crate) struct About {
    pub(crate) schema: u64,
    pub(crate) sealed: Option<SealedWith>,
    /// How many objects it names.
    pub(crate) objects: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
}

/// A revision that an object is the content of.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Named {
    pub(crate) file: i64,
    pub(crate) name: String,
    pub(crate) revision: i64,
}

impl Copied {
    /// Opens the copy.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(crate) async fn open(file: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .read_only(true)
            .immutable(true);
        Ok(Self {
            database: options.connect().await?,
        })
    }

    /// Lets go of the file.
    pub(crate) async fn close(self) {
        // Nothing was written.
        let _ = self.database.close().await;
    }

    /// # Errors
    ///
    /// `Error::Storage` for a schema that this program does not know; the database's.
    pub(crate) async fn about(&mut self) -> Result<About> {
        let (schema,): (i64,) = sqlx::query_as("PRAGMA user_version")
            .fetch_one(&mut self.database)
            .await?;
        let schema = schema.unsigned_abs();
        if !migrations::is_known(schema) {
            return Err(newer());
        }
        let (objects, bytes): (i64, i64) = sqlx::query_as(
            "SELECT count(*), coalesce(sum(size), 0) FROM (SELECT max(size) AS size FROM revisions WHERE sha256 > '' GROUP BY sha256)",
        )
        .fetch_one(&mut self.database)
        .await?;
        let sealed: Option<(String, i64)> = sqlx::query_as(super::seal::SEALED_WITH)
            .fetch_optional(&mut self.database)
            .await?;
        Ok(About {
            schema,
            sealed: sealed.map(|(id, is_used)| SealedWith {
                id,
                is_used: is_used != 0,
            }),
            objects: objects.unsigned_abs(),
            bytes: bytes.unsigned_abs(),
        })
    }

    /// Some of the objects that it names, behind that one, in the order of their names.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(crate) async fn objects(&mut self, after: &str, limit: u32) -> Result<Vec<Object>> {
        let rows: Vec<(String, i64)> = sqlx::query_as(OBJECTS)
            .bind(after)
            .bind(limit)
            .fetch_all(&mut self.database)
            .await?;
        let object = |(sha256, size): (String, i64)| Object {
            sha256,
            size: size.unsigned_abs(),
        };
        Ok(rows.into_iter().map(object).collect())
    }

    /// Those of the names that it names.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(crate) async fn named(&mut self, names: &[String]) -> Result<BTreeSet<String>> {
        let rows: Vec<(String,)> =
            sqlx::query_as("SELECT DISTINCT sha256 FROM revisions WHERE sha256 IN (SELECT value FROM json_each(?))")
                .bind(serde_json::json!(names).to_string())
                .fetch_all(&mut self.database)
                .await?;
        Ok(rows.into_iter().map(|(name,)| name).collect())
    }

    /// Some of the revisions that an object is the content of, by File ID.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(crate) async fn revisions(&mut self, sha256: &str, limit: u32) -> Result<Vec<Named>> {
        let rows = sqlx::query_as(
            "SELECT r.file, f.name, r.number AS revision FROM revisions r JOIN files f ON f.id = r.file \
             WHERE r.sha256 = ? ORDER BY r.file, r.number LIMIT ?",
        )
        .bind(sha256)
        .bind(limit)
        .fetch_all(&mut self.database)
        .await?;
        Ok(rows)
    }

    /// Whether this person is an Administrator of it.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(crate) async fn has_administrator(&mut self, name: &str) -> Result<bool> {
        let (there,): (i64,) =
            sqlx::query_as("SELECT EXISTS (SELECT 1 FROM users WHERE name = ? AND role = 'administrator')")
                .bind(name)
                .fetch_one(&mut self.database)
                .await?;
        Ok(there != 0)
    }
}

/// That it was made by a newer program.
pub(crate) fn newer() -> Error {
    Error::Backup {
        code: "backup-newer",
        message: "this backup was made by a newer version of this program: use the newer program".into(),
    }
}

/// Ends in a restored library what must not come back with it: logins, invitations and tokens that may have ended since, and
/// sign-ins that were under way. Without its secrets, everything that is sealed goes as well, and each connection needs its people.
///
/// # Errors
///
/// The database's.
pub(crate) async fn begin_anew(store: &Store, without_secrets: bool, now: &str) -> Result<()> {
    let mut transaction = store.write().await?;
    for ended in [
        "DELETE FROM logins",
        "DELETE FROM invitations",
        "DELETE FROM tokens",
        "DELETE FROM sign_ins",
    ] {
        db::query(ended).execute(&mut *transaction).await?;
    }
    company_tokens::forget(&mut transaction).await?;
    if without_secrets {
        for sealed in [
            "DELETE FROM grants",
            "DELETE FROM applications",
            "DELETE FROM sealed_with",
        ] {
            db::query(sealed).execute(&mut *transaction).await?;
        }
        db::query(
            "UPDATE connections SET secret = x'', broken_since = ?, broken_problem = CASE mode WHEN 'user' THEN 'sign-in-again' ELSE 'secret-lost' END, \
                 broken_message = 'The library was restored from a backup without its secrets: sign in again.' \
             WHERE disconnected_at IS NULL",
        )
        .bind(now)
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::store::{damage, db, open};

    #[tokio::test]
    async fn objects_come_in_pages_each_once_however_many_files_have_their_bytes() {
        let data = tempfile::tempdir().unwrap();
        let store = open(data.path(), Duration::from_secs(5)).await.unwrap();
        for number in 1..=6_i64 {
            let sha256 = format!("{:064x}", number.min(3));
            db::query("INSERT INTO files (id, name, place, revision) VALUES (?, 'a.pdf', 'Company Wide', 1)")
                .bind(number)
                .execute(store.pool())
                .await
                .unwrap();
            db::query("INSERT INTO revisions (file, number, sha256, size, made_at) VALUES (?, 1, ?, 10, '')")
                .bind(number)
                .bind(sha256)
                .execute(store.pool())
                .await
                .unwrap();
        }

        let first = damage::objects(&store, "", 2).await.unwrap();
        let rest = damage::objects(&store, &first[1].sha256, 2).await.unwrap();

        let names: Vec<_> = first
            .iter()
            .chain(&rest)
            .map(|object| (object.sha256.trim_start_matches('0'), object.size))
            .collect();
        assert_eq!(names, [("1", 10), ("2", 10), ("3", 10)]);
        assert_eq!(damage::objects(&store, "", 0).await.unwrap(), []);
    }
}
