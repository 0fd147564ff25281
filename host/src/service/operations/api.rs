//! Operations, as people and programs see them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::progress::{Progress, Told};
use crate::{
    Error,
    store::{
        operations,
        words::{OperationKind, OperationState},
    },
    way_out::WayOut,
};

/// Long work: whose it is, how far, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Operation {
    /// Its number, which is never given twice.
    pub id: i64,
    /// What it is about.
    pub kind: OperationKind,
    /// How far it is, in a word.
    pub state: OperationState,
    /// Who has begun it.
    pub begun_by: String,
    /// RFC 3339.
    pub begun_at: String,
    /// RFC 3339.
    pub ended_at: Option<String>,
    /// The id of the connection that it works through, once that is known.
    pub connection: Option<String>,
    /// The run that it carries out, once there is one: what became of its files is there.
    pub run: Option<i64>,
    /// The name of the plan that came of it.
    pub plan: Option<String>,
    /// How far it is.
    pub progress: Progress,
    /// What it came to: how many files, rows or objects by a word. Empty until its end.
    pub counts: BTreeMap<String, u64>,
    /// Why it did not come to its end.
    pub error: Option<Failure>,
}

/// Why an operation did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    /// The stable word.
    pub code: String,
    /// What went wrong, without the ways out.
    pub message: String,
    /// What can be done about it, the likeliest first.
    pub ways_out: Vec<WayOut>,
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        Self {
            code: error.code().into(),
            message: error.fact(),
            ways_out: error.ways_out(),
        }
    }
}

impl Operation {
    /// What is written down, and what it tells of itself by now, if it is under way in this process.
    pub(super) fn new(row: operations::Operation, told: Told) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            state: row.state,
            begun_by: row.begun_by,
            begun_at: row.begun_at,
            ended_at: row.ended_at,
            connection: told.connection,
            run: told.run,
            plan: told.plan,
            progress: told.progress,
            counts: told.counts,
            error: row.failure.and_then(|failure| serde_json::from_str(&failure).ok()),
        }
    }
}

impl From<&operations::Operation> for Told {
    fn from(row: &operations::Operation) -> Self {
        // What another version has written may not be read: then less is told.
        let told: Self = serde_json::from_str(&row.told).unwrap_or_default();
        Self {
            connection: row.connection.clone(),
            run: row.run,
            ..told
        }
    }
}
