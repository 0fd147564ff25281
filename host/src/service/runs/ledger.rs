//! The ledger as people read it, and how things stand at a glance.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    Result,
    schedule::Daily,
    service::{Session, runs::ways_out},
    store::{
        association, connections,
        runs::{self, Line, Run},
        words::{RunState, Subject},
    },
    way_out::WayOut,
};

/// Outcomes that a person must do something about.
const NEEDS_A_PERSON: [&str; 9] = [
    "format-mismatch",
    "too-large",
    "source-gone",
    "out-of-scope",
    "access-lost",
    "owner-lost",
    "malware",
    "labelled",
    "held",
];

/// The most runs of a list.
const RUNS: u32 = 100;

/// A run with its lines.
#[derive(Clone, Debug, Serialize)]
pub struct Ledger {
    /// The run.
    pub run: Run,
    /// How many files had which outcome; they add up to `run.inputs`.
    pub counts: BTreeMap<String, u64>,
    /// By File ID. Files that have not changed have none.
    pub lines: Vec<Line>,
    /// What can be done about the run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ways_out: Vec<WayOut>,
    /// What can be done about its lines, by their outcome; where several files have the same one, without the File ID.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub ways_out_of_lines: BTreeMap<String, Vec<WayOut>>,
    /// The run that lay interrupted, and came to its end before this one began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Box<Self>>,
}

/// A run as a list shows it.
#[derive(Clone, Debug, Serialize)]
pub struct RunRow {
    /// The run.
    #[serde(flatten)]
    pub run: Run,
    /// How many files had which outcome.
    pub counts: BTreeMap<String, u64>,
    /// What can be done about the run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ways_out: Vec<WayOut>,
}

/// How the sync of a connection stands.
#[derive(Clone, Debug, Serialize)]
pub struct Health {
    /// The connection's id.
    pub connection: String,
    /// The last run that has ended, plans left out.
    pub last: Option<Run>,
    /// The run that is under way or was interrupted.
    pub unfinished: Option<Run>,
    /// Whether the latest scheduled run has been made; none if none has been due since the connection was made.
    pub last_night: Option<bool>,
    /// When the next one is due; RFC 3339.
    pub next: Option<String>,
    /// How many files of the last run need a person, by outcome; `given-up` counts those that are not tried any more.
    pub needs_a_person: BTreeMap<String, u64>,
}

impl Ledger {
    /// Whether every file follows its item as it should. Files of the run before it were looked at once more by this one.
    pub fn is_clean(&self) -> bool {
        let fine = ["updated", "unverified", "unchanged", "source-back"];
        self.run.state == RunState::Complete && self.counts.keys().all(|outcome| fine.contains(&outcome.as_str()))
    }
}

impl Session<'_> {
    /// The latest runs, the newest first.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, or the database's.
    pub async fn runs(&self) -> Result<Vec<RunRow>> {
        self.user.require_administrator("see the runs")?;
        let mut rows = Vec::new();
        for run in runs::list(&self.host.store, RUNS).await? {
            let run = self.as_it_stands(run).await?;
            let counts = runs::counts(&self.host.store, &run).await?;
            let ways_out = self.ways_out_of(&run).await?;
            rows.push(RunRow { run, counts, ways_out });
        }
        Ok(rows)
    }

    /// One run with its lines.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`, or the database's.
    pub async fn run(&self, id: i64) -> Result<Ledger> {
        self.user.require_administrator("see the runs")?;
        let run = runs::get(&self.host.store, id).await?;
        self.ledger_of(self.as_it_stands(run).await?).await
    }

    /// An upload that is open though nobody has the right that it had has died, and nobody goes on with it.
    async fn as_it_stands(&self, run: Run) -> Result<Run> {
        if run.subject != Subject::Association || run.state != RunState::Running {
            return Ok(run);
        }
        let Some(_right) = self.host.sync_right(&run.connection).await? else {
            return Ok(run);
        };
        // It may have come to its end a moment ago.
        let mut run = runs::get(&self.host.store, run.id).await?;
        if run.state == RunState::Running {
            run.state = RunState::Interrupted;
            run.message = Some(association::interrupted(run.id));
        }
        Ok(run)
    }

    /// How the sync of each connection stands, without a request.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, or the database's.
    pub async fn health(&self) -> Result<Vec<Health>> {
        self.user.require_administrator("see how the sync stands")?;
        let schedule = self.host.describe().await?.schedules.into_iter().next();
        let daily = schedule.map(|schedule| Daily {
            hour: schedule.hour,
            minute: schedule.minute,
        });
        let now = self.host.clock.utc();
        let mut all = Vec::new();
        for connection in runs::connections(&self.host.store).await? {
            let connected = connections::find(&self.host.store, &connection).await?;
            let since = connected.and_then(|connection| connection.connected_at.parse::<DateTime<Utc>>().ok());
            let last = runs::last(&self.host.store, &connection).await?;
            let mut needs_a_person = BTreeMap::new();
            if let Some(run) = &last {
                needs_a_person = runs::counts(&self.host.store, run).await?;
                needs_a_person.retain(|outcome, _| NEEDS_A_PERSON.contains(&outcome.as_str()));
            }
            let given_up = runs::given_up(&self.host.store, &connection).await?;
            if given_up != 0 {
                needs_a_person.insert("given-up".into(), given_up);
            }
            let latest = daily.map(|daily| daily.latest(now));
            let last_night = match latest.filter(|latest| since.is_some_and(|since| since <= *latest)) {
                Some(latest) => {
                    let day = latest.date_naive().to_string();
                    let days = runs::days_from(&self.host.store, &connection, &day).await?;
                    Some(days.contains(&day))
                }
                None => None,
            };
            all.push(Health {
                last,
                unfinished: runs::unfinished(&self.host.store, &connection).await?,
                last_night,
                next: daily.map(|daily| clientpoint_engine::clock::stamp(daily.next(now))),
                needs_a_person,
                connection,
            });
        }
        Ok(all)
    }

    pub(in crate::service) async fn ledger_of(&self, run: Run) -> Result<Ledger> {
        let lines = runs::lines(&self.host.store, run.id).await?;
        Ok(Ledger {
            counts: runs::counts(&self.host.store, &run).await?,
            ways_out: self.ways_out_of(&run).await?,
            ways_out_of_lines: ways_out::of_lines(&lines),
            lines,
            before: None,
            run,
        })
    }
}
