//! Which connections have something to be done by themselves: one query for all of them.

use super::{Store, db};
use crate::Result;

/// A schedule, as it is asked for.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The plugin's name of the schedule.
    pub schedule: String,
    /// When it was due last; RFC 3339.
    pub latest: String,
    /// The UTC date of that.
    pub day: String,
    /// The last day whose run counts for this one.
    pub horizon: String,
}

/// The ids of the plugin's connections with a run that has not come to its end, or without one for the latest time of a
/// schedule. A connection that was made in the very second of that may be among them.
///
/// # Errors
///
/// The database's.
pub async fn connections(store: &Store, plugin: &str, moments: &[Moment]) -> Result<Vec<String>> {
    let moment = |moment: &Moment| {
        let words = [&moment.schedule, &moment.latest, &moment.day, &moment.horizon];
        serde_json::json!(words)
    };
    let moments: Vec<_> = moments.iter().map(moment).collect();
    let rows: Vec<(String,)> = db::query_as(
        "SELECT connections.id FROM connections \
         WHERE connections.plugin = ?1 AND disconnected_at IS NULL AND drive_id IS NOT NULL AND ( \
             EXISTS (SELECT 1 FROM runs r WHERE r.connection = connections.id AND r.state = 'running' AND r.subject = 'sync') \
             OR EXISTS (SELECT 1 FROM json_each(?2) m WHERE connected_at <= m.value ->> 1 AND NOT EXISTS ( \
                 SELECT 1 FROM runs r WHERE r.connection = connections.id AND r.schedule = m.value ->> 0 \
                     AND r.due >= m.value ->> 2 AND r.due <= m.value ->> 3))) \
         ORDER BY connections.id",
    )
    .bind(plugin)
    .bind(serde_json::json!(moments).to_string())
    .fetch_all(store.pool())
    .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store;

    /// The connections that are due for half past five on 2 March, of those that these statements make.
    async fn due(statements: &[&str]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let store = store::open(folder.path(), Duration::from_secs(20)).await.unwrap();
        for id in ["one", "two"] {
            db::query(
                "INSERT INTO connections (id, plugin, mode, settings, secret, drive_id, connected_at, connected_by) \
                 VALUES (?, 'p', 'organization', '{}', x'00', 'drive', '2026-03-01T05:30:00Z', 'admin')",
            )
            .bind(id)
            .execute(store.pool())
            .await
            .unwrap();
        }
        for statement in statements {
            let statement = sqlx::AssertSqlSafe((*statement).to_owned());
            db::query(statement).execute(store.pool()).await.unwrap();
        }
        let moment = Moment {
            schedule: "morning".into(),
            latest: "2026-03-02T05:30:00Z".into(),
            day: "2026-03-02".into(),
            horizon: "2026-03-04".into(),
        };
        connections(&store, "p", &[moment]).await.unwrap()
    }

    fn run(connection: &str, schedule: &str, due: &str, state: &str, subject: &str) -> String {
        format!(
            "INSERT INTO runs (connection, plugin, drive, kind, schedule, due, state, subject, started_by, started_at, options, \
                 inputs) VALUES ('{connection}', 'p', 'drive', 'scheduled', {schedule}, {due}, '{state}', '{subject}', 'timer', \
                 '2026-03-01T05:30:00Z', '', 0)"
        )
    }

    #[tokio::test]
    async fn a_connection_is_due_until_it_has_had_the_run_of_the_day() {
        let day = |due: &str| run("one", "'morning'", due, "complete", "sync");
        for (what, statement, is_due) in [
            ("nothing has run", String::new(), true),
            ("it has run", day("'2026-03-02'"), false),
            ("the clock was set back", day("'2026-03-03'"), false),
            ("the clock was wrong by years", day("'2031-01-01'"), true),
            ("it has run the day before", day("'2026-03-01'"), true),
            (
                "another schedule has run",
                run("one", "'noon'", "'2026-03-02'", "complete", "sync"),
                true,
            ),
            (
                "somebody has run it by hand",
                run("one", "NULL", "NULL", "complete", "sync"),
                true,
            ),
            (
                "it was made later",
                "UPDATE connections SET connected_at = '2026-03-02T05:30:01Z' WHERE id = 'one'".into(),
                false,
            ),
            (
                "it has no drive",
                "UPDATE connections SET drive_id = NULL WHERE id = 'one'".into(),
                false,
            ),
            (
                "it was given up",
                "UPDATE connections SET disconnected_at = '2026-03-01T06:00:00Z' WHERE id = 'one'".into(),
                false,
            ),
            (
                "it is another plugin's",
                "UPDATE connections SET plugin = 'q' WHERE id = 'one'".into(),
                false,
            ),
        ] {
            let statements: Vec<&str> = [statement.as_str()]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect();
            let promised = if is_due { &["one", "two"][..] } else { &["two"] };
            assert_eq!(due(&statements).await, promised, "{what}");
        }
    }

    #[tokio::test]
    async fn a_connection_with_a_run_that_has_not_ended_is_due_whatever_the_day() {
        let ended = |connection| run(connection, "'morning'", "'2026-03-02'", "complete", "sync");
        let (one, two) = (ended("one"), ended("two"));
        let open = run("two", "NULL", "NULL", "running", "sync");
        assert_eq!(due(&[&one, &two, &open]).await, ["two"]);
        let upload = run("two", "NULL", "NULL", "running", "association");
        assert!(due(&[&one, &two, &upload]).await.is_empty());
    }
}
