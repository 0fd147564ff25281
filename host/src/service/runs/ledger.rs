//! The ledger as people read it, and how things stand at a glance.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Error, Result,
    rows::Rows,
    service::{
        Cursor, LineFilter, Page, Part, RunFilter, Session,
        api::{self, Line},
        runs::ways_out,
    },
    store::{
        association, connections, offers, run_list,
        runs::{self, Run},
        words::{LineOutcome, RunState, Subject},
    },
    way_out::WayOut,
};

/// Outcomes that a person must do something about.
pub const NEEDS_A_PERSON: [LineOutcome; 9] = [
    LineOutcome::FormatMismatch,
    LineOutcome::TooLarge,
    LineOutcome::SourceGone,
    LineOutcome::OutOfScope,
    LineOutcome::AccessLost,
    LineOutcome::OwnerLost,
    LineOutcome::Malware,
    LineOutcome::Labelled,
    LineOutcome::Held,
];

/// Outcomes of files that follow their items as they should.
const FINE: [LineOutcome; 4] = [
    LineOutcome::Updated,
    LineOutcome::Unverified,
    LineOutcome::Unchanged,
    LineOutcome::SourceBack,
];

/// A run with the first of its lines.
#[derive(Clone, Debug, Serialize)]
pub struct Ledger {
    /// The run.
    pub run: api::Run,
    /// How many files had which outcome; they add up to `run.inputs`.
    pub counts: BTreeMap<String, u64>,
    /// By File ID, a thousand at most. Files that have not changed have none.
    pub lines: Vec<Line>,
    /// Where its other lines begin, for [`Session::lines_after`]; none if these are all.
    #[serde(skip)]
    pub next: Option<Cursor>,
    /// Which lines it shows.
    #[serde(skip)]
    pub(super) filter: LineFilter,
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
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RunRow {
    /// The run.
    #[serde(flatten)]
    pub run: api::Run,
    /// How many files had which outcome.
    pub counts: BTreeMap<String, u64>,
    /// What can be done about the run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ways_out: Vec<WayOut>,
}

/// How the sync of a connection stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Health {
    /// The connection's id.
    pub connection: String,
    /// The last run that has ended, plans left out.
    pub last: Option<api::Run>,
    /// The run that is under way or was interrupted.
    pub unfinished: Option<api::Run>,
    /// Whether the latest run of each schedule has been made; none if none has been due since the connection was made.
    pub last_night: Option<bool>,
    /// Who is at work with the connection now: runs its sync, or changes what its files follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_work: Option<api::AtWork>,
    /// When the next one is due; RFC 3339.
    pub next: Option<String>,
    /// How many files of the last run need a person, by outcome; `given-up` counts those that are not tried any more.
    pub needs_a_person: BTreeMap<String, u64>,
}

/// How something that was asked for has ended. The greater has the word where several things were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ended {
    /// All of it was done.
    Well,
    /// All of it was done, and what it came to needs a person.
    NeedsAPerson,
    /// Something of it was not done.
    NotDone,
}

impl Ledger {
    /// How the run has ended for its files. Those of the run before it were looked at once more by this one.
    pub fn ended(&self) -> Ended {
        let of = |outcome: &String| match outcome.as_str() {
            outcome if is_fine(outcome) => Ended::Well,
            outcome if NEEDS_A_PERSON.iter().any(|one| one == outcome) => Ended::NeedsAPerson,
            _ => Ended::NotDone,
        };
        if self.run.state != RunState::Complete {
            return Ended::NotDone;
        }
        self.counts.keys().map(of).max().unwrap_or(Ended::Well)
    }

    /// Whether every file follows its item as it should.
    pub fn is_clean(&self) -> bool {
        self.ended() == Ended::Well
    }
}

/// Whether a file of that outcome follows its item as it should.
pub(super) fn is_fine(outcome: &str) -> bool {
    FINE.iter().any(|fine| fine == outcome)
}

impl Session<'_> {
    /// A page of the runs that the filter lets through, the newest first. It may have fewer rows than were asked for, and a
    /// next page all the same.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::Settings` for a cursor of another list, or the database's.
    pub async fn runs_page(&self, filter: &RunFilter, part: &Part) -> Result<Page<RunRow>> {
        self.user.require_administrator("see the runs")?;
        let page = run_list::page(&self.host.store, filter, part).await?;
        let mut rows = Vec::new();
        for run in page.rows {
            let run = self.as_it_stands(run).await?;
            if filter.state.is_none_or(|state| state == run.state) {
                rows.push(self.row_of(run).await?);
            }
        }
        Ok(Page { rows, next: page.next })
    }

    /// One run without its lines.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`, or the database's.
    pub async fn run_row(&self, id: i64) -> Result<RunRow> {
        self.user.require_administrator("see the runs")?;
        let run = runs::get(&self.host.store, id).await?;
        self.row_of(self.as_it_stands(run).await?).await
    }

    /// One run with the first of its lines.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`, or the database's.
    pub async fn run(&self, id: i64) -> Result<Ledger> {
        self.run_with(id, &LineFilter::default()).await
    }

    /// One run with the first of those of its lines that the filter lets through; its counts are those of the whole.
    ///
    /// # Errors
    ///
    /// As [`Session::run`], and `Error::Settings` for an outcome that the run does not have.
    pub async fn run_with(&self, id: i64, filter: &LineFilter) -> Result<Ledger> {
        self.user.require_administrator("see the runs")?;
        let run = runs::get(&self.host.store, id).await?;
        let ledger = self.narrowed(self.as_it_stands(run).await?, filter).await?;
        if let Some(outcome) = &filter.outcome {
            refuse_unknown(outcome, id, &ledger.counts)?;
        }
        Ok(ledger)
    }

    async fn row_of(&self, run: Run) -> Result<RunRow> {
        let counts = runs::counts(&self.host.store, &run).await?;
        let ways_out = self.ways_out_of(&run).await?;
        Ok(RunRow {
            run: run.into(),
            counts,
            ways_out,
        })
    }

    /// A sync that is open may wait for a host to take it up. An upload that is open though nobody has the right that it had has died, and nobody goes on with it.
    async fn as_it_stands(&self, mut run: Run) -> Result<Run> {
        if run.state != RunState::Running {
            return Ok(run);
        }
        if run.subject == Subject::Sync {
            if offers::is_offered(&self.host.store, run.id).await? {
                run.state = RunState::Waiting;
            }
            return Ok(run);
        }
        if self.host.is_at_work(&run.connection).await? {
            return Ok(run);
        }
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
        let schedules = self.host.schedules().await?;
        let now = self.host.clock.utc();
        let next = schedules.iter().map(|scheduled| scheduled.daily.next(now)).min();
        let mut all = Vec::new();
        for connection in runs::connections(&self.host.store).await? {
            let connected = connections::find(&self.host.store, &connection).await?;
            let since = connected.and_then(|connection| connection.connected_at.parse::<DateTime<Utc>>().ok());
            let last = runs::last(&self.host.store, &connection).await?;
            let mut needs_a_person = BTreeMap::new();
            if let Some(run) = &last {
                needs_a_person = runs::counts(&self.host.store, run).await?;
                needs_a_person.retain(|outcome, _| NEEDS_A_PERSON.iter().any(|one| one == outcome.as_str()));
            }
            let given_up = runs::given_up(&self.host.store, &connection).await?;
            if given_up != 0 {
                needs_a_person.insert("given-up".into(), given_up);
            }
            let mut last_night = None;
            for scheduled in &schedules {
                let latest = scheduled.daily.latest(now);
                if since.is_some_and(|since| since <= latest) {
                    let day = latest.date_naive().to_string();
                    let days = runs::days_from(&self.host.store, &connection, &scheduled.id, &day).await?;
                    last_night = Some(last_night.unwrap_or(true) && days.contains(&day));
                }
            }
            all.push(Health {
                last: last.map(api::Run::from),
                unfinished: match runs::unfinished(&self.host.store, &connection).await? {
                    Some(run) => Some(self.as_it_stands(run).await?.into()),
                    None => None,
                },
                last_night,
                at_work: self.host.at_work(&connection).await?.map(api::AtWork::from),
                next: next.map(clientpoint_engine::clock::stamp),
                needs_a_person,
                connection,
            });
        }
        Ok(all)
    }

    pub(in crate::service) async fn ledger_of(&self, run: Run) -> Result<Ledger> {
        self.narrowed(run, &LineFilter::default()).await
    }

    /// A page of the lines of a ledger, behind those that it has or that were asked for before.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, or the database's.
    pub async fn lines_after(&self, ledger: &Ledger, after: Cursor) -> Result<Page<Line>> {
        self.user.require_administrator("see the runs")?;
        let part = Part::whole(Some(after));
        let page = run_list::lines(&self.host.store, ledger.run.id, &ledger.filter, &part).await?;
        page.try_map(|line| Ok(line.into()))
    }

    /// All lines of a ledger.
    ///
    /// # Errors
    ///
    /// As [`Session::lines_after`], and the disk's.
    pub async fn all_lines(&self, ledger: &Ledger) -> Result<Rows> {
        let mut rows = Rows::default();
        ledger.lines.iter().try_for_each(|line| rows.push(line))?;
        let mut next = ledger.next.clone();
        while let Some(after) = next {
            let page = self.lines_after(ledger, after).await?;
            page.rows.iter().try_for_each(|line| rows.push(line))?;
            next = page.next;
        }
        Ok(rows)
    }

    async fn narrowed(&self, run: Run, filter: &LineFilter) -> Result<Ledger> {
        let store = &self.host.store;
        let first = run_list::lines(store, run.id, filter, &Part::whole(None)).await?;
        Ok(Ledger {
            counts: runs::counts(&self.host.store, &run).await?,
            ways_out: self.ways_out_of(&run).await?,
            ways_out_of_lines: ways_out::of_lines(&run_list::kinds(store, run.id, filter).await?),
            lines: first.rows.into_iter().map(Line::from).collect(),
            next: first.next,
            filter: filter.clone(),
            before: None,
            run: run.into(),
        })
    }
}

/// The outcomes of a run are words of the contract and of the host: the run itself knows which there are.
pub(super) fn refuse_unknown(outcome: &str, run: i64, counts: &BTreeMap<String, u64>) -> Result<()> {
    if counts.contains_key(outcome) {
        return Ok(());
    }
    let there: Vec<&str> = counts.keys().map(String::as_str).collect();
    Err(Error::Settings(format!(
        "run {run} has no `{}`; its outcomes are: {}",
        outcome.escape_debug(),
        if there.is_empty() {
            "none".into()
        } else {
            there.join(", ")
        }
    )))
}
