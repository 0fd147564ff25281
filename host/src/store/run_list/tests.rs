use std::time::Duration;

use super::*;
use crate::store::{db, page::Cursor};

struct Stage {
    store: Store,
    _data: tempfile::TempDir,
}

impl Stage {
    /// Runs of two connections, every third of them an upload; the first sync and the first upload have many lines.
    async fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let store = crate::store::open(data.path(), Duration::from_secs(1)).await.unwrap();
        let stage = Self { store, _data: data };
        for connection in ["a", "b"] {
            stage
                .does(&format!(
                    "INSERT INTO connections (id, plugin, mode, settings, secret, connected_at, connected_by) \
                     VALUES ('{connection}', 'p', 'organization', '{{}}', x'00', '', 'admin')"
                ))
                .await;
        }
        for number in 1..=60 {
            stage.runs(number).await;
        }
        for number in 1..=60 {
            let outcome = if number % 4 == 0 { "held" } else { "updated" };
            stage
                .does(&format!(
                    "INSERT INTO files (id, name, place, revision) VALUES ({}, 'x', 'Company Wide', 1); \
                     INSERT INTO outcomes VALUES (1, {}, '{outcome}', '', 'Ö {number}.pdf', '', 1, 1, 0, ''); \
                     INSERT INTO sheet_rows VALUES (3, {number}, {}, '7', 'p{number}', '{outcome}', '', NULL, '');",
                    9 + number,
                    9 + number,
                    number - 1
                ))
                .await;
        }
        stage
    }

    async fn does(&self, script: &str) {
        db::trial::raw(sqlx::AssertSqlSafe(script.to_owned()), self.store.pool())
            .await
            .unwrap();
    }

    async fn runs(&self, number: usize) {
        let subject = if number.is_multiple_of(3) {
            "association"
        } else {
            "sync"
        };
        let kind = ["scheduled", "manual", "plan"][number % 3];
        let state = ["running", "complete", "failed", "planned"][number % 4];
        let connection = if number.is_multiple_of(5) { "a" } else { "b" };
        self.does(&format!(
            "INSERT INTO runs (id, connection, drive, subject, kind, started_by, started_at, state, options, inputs) \
             VALUES ({number}, '{connection}', 'd', '{subject}', '{kind}', 'admin', '', '{state}', '', 0)"
        ))
        .await;
    }

    async fn all(&self, filter: &RunFilter, limit: u32) -> Vec<Run> {
        walk(limit, async |part| page(&self.store, filter, &part).await.unwrap()).await
    }

    async fn plan(&self, sql: String) -> String {
        let plan = db::trial::plan(&sql, self.store.pool()).await.unwrap();
        plan.iter().map(|step| format!("{step}\n")).collect()
    }
}

async fn walk<T>(limit: u32, ask: impl AsyncFn(Part) -> Page<T>) -> Vec<T> {
    let (mut rows, mut after) = (Vec::new(), None::<Cursor>);
    loop {
        let page = ask(Part::new(limit, after).unwrap()).await;
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return rows;
        }
    }
}

fn filters() -> Vec<RunFilter> {
    let kinds = RunType::ALL.iter().map(|kind| (Some(*kind), None, None));
    let states = RunState::ALL.iter().map(|state| (None, Some(*state), None));
    let others = [
        (None, None, None),
        (None, None, Some("a")),
        (Some(RunType::Upload), Some(RunState::Failed), Some("b")),
        (None, None, Some("nobody's")),
    ];
    kinds
        .chain(states)
        .chain(others)
        .map(|(kind, state, connection)| RunFilter {
            kind,
            state,
            connection: connection.map(String::from),
            since: None,
        })
        .collect()
}

fn fits(filter: &RunFilter, run: &Run) -> bool {
    let kind = if run.subject == "association" {
        "upload"
    } else {
        run.kind.as_str()
    };
    filter.kind.is_none_or(|wanted| wanted == kind)
        && filter.state.is_none_or(|state| {
            state == run.state || (["interrupted", "waiting"].contains(&state.as_str()) && run.state == "running")
        })
        && filter
            .connection
            .as_ref()
            .is_none_or(|connection| *connection == run.connection)
}

#[tokio::test]
async fn pages_of_runs_of_any_length_give_those_that_fit_the_newest_first() {
    let stage = Stage::new().await;
    let all = stage.all(&RunFilter::default(), 1_000).await;
    assert_eq!(
        all.iter().map(|run| run.id).collect::<Vec<_>>(),
        (1..=60).rev().collect::<Vec<_>>()
    );
    for filter in filters() {
        let expected: Vec<Run> = all.iter().filter(|run| fits(&filter, run)).cloned().collect();
        for limit in [1, 7, 1_000] {
            assert_eq!(stage.all(&filter, limit).await, expected, "{filter:?}, {limit} a page");
        }
    }
}

#[tokio::test]
async fn pages_of_lines_of_any_length_give_those_that_fit_in_their_order() {
    let stage = Stage::new().await;
    let search = |text: &str| Some(text.parse().unwrap());
    for (run, outcome, search, expected) in [
        (1, None, None, 60),
        (1, Some("held"), None, 15),
        (1, None, search("ö 1"), 11),
        (1, Some("held"), search("ö 1"), 2),
        (1, Some("unchanged"), None, 0),
        (3, None, None, 60),
        (3, Some("held"), search("P1"), 2),
        (2, None, None, 0),
    ] {
        let filter = LineFilter {
            outcome: outcome.map(String::from),
            search,
            ..LineFilter::default()
        };
        let ask = async |part: Part| lines(&stage.store, run, &filter, &part).await.unwrap();
        let whole = walk(1_000, ask).await;
        assert_eq!(whole.len(), expected, "{run} {filter:?}");
        for limit in [1, 7] {
            assert_eq!(walk(limit, ask).await, whole, "{run} {filter:?}, {limit} a page");
        }
    }
    for (run, outcomes, expected) in [
        (1, vec![LineOutcome::Held, LineOutcome::Malware], 15),
        (1, vec![LineOutcome::Malware], 0),
        (3, vec![LineOutcome::Held, LineOutcome::Updated], 60),
    ] {
        let filter = LineFilter {
            outcomes,
            ..LineFilter::default()
        };
        let rows = walk(7, async |part| lines(&stage.store, run, &filter, &part).await.unwrap()).await;
        assert_eq!(rows.len(), expected, "{run} {filter:?}");
    }
    let files = |rows: &[Line]| rows.iter().map(|line| line.file.clone()).collect::<Vec<_>>();
    let every = LineFilter::default();
    let rows = walk(7, async |part| lines(&stage.store, 1, &every, &part).await.unwrap()).await;
    assert_eq!(files(&rows), (10..70).map(|file| file.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn runs_that_begin_between_pages_are_not_in_them_and_hide_none() {
    let stage = Stage::new().await;
    let (every, new) = (RunFilter::default(), std::sync::atomic::AtomicUsize::new(60));
    let seen = walk(7, async |part| {
        let page = page(&stage.store, &every, &part).await.unwrap();
        stage
            .runs(1 + new.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
            .await;
        page
    })
    .await;
    assert_eq!(
        seen.iter().map(|run| run.id).collect::<Vec<_>>(),
        (1..=60).rev().collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a_cursor_of_another_run_or_filter_is_refused() {
    let stage = Stage::new().await;
    let every = LineFilter::default();
    let next = lines(&stage.store, 1, &every, &Part::new(1, None).unwrap())
        .await
        .unwrap()
        .next;
    let part = Part::new(1, next).unwrap();
    let refused = lines(&stage.store, 3, &every, &part).await.unwrap_err();
    assert!(refused.is_usage(), "{refused}");
    let refused = page(&stage.store, &RunFilter::default(), &part).await.unwrap_err();
    assert!(refused.is_usage(), "{refused}");
}

#[tokio::test]
async fn no_page_of_runs_or_lines_is_sorted() {
    let stage = Stage::new().await;
    for filter in filters() {
        let plan = stage.plan(runs_query(&filter, Some(9), 50).into_string()).await;
        assert!(
            plan.contains("SEARCH runs USING") && !plan.contains("TEMP B-TREE"),
            "{filter:?}\n{plan}"
        );
    }
    let filter = LineFilter {
        outcome: Some("held".into()),
        outcomes: vec![LineOutcome::Held, LineOutcome::Malware],
        reason: Some(LineReason::TooManyGone),
        search: Some("a".parse().unwrap()),
    };
    let plan = stage.plan(lines_query(1, &filter, Some(9), 50).into_string()).await;
    assert!(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"), "{plan}");
}
