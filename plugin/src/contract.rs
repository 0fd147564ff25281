//! The contract's words, as they are generated from `wit/`: they are the plugin's own.
//!
//! They are there natively as well, and only there is nobody behind the functions that they come with: flows reach the
//! host through [`crate::ports`] alone.

use std::{cmp::Ordering, time::Duration};

use crate::sheet;

#[allow(
    dead_code,
    missing_docs,
    unsafe_code,
    unused_imports,
    unused_macros,
    unused_qualifications,
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes_without_reason,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "generated code"
)]
pub(crate) mod generated {
    wit_bindgen::generate!({
        path: "../wit",
        world: "content-source",
        generate_all,
        additional_derives: [PartialEq, Clone],
    });
}

pub use generated::{
    clientpoint::content_source::{
        connection::{Info as Connection, Mode},
        content_library::{Binding, Bound, Error as LibraryError, LibraryFile},
        managed_files::{Change, Counts, Known, Line, LinkState, ManagedFile, Outcome as LineOutcome, Settlement},
        types::{Actor, ItemRef, Link, Policy, Role, Subfolders, Verification},
    },
    exports::clientpoint::content_source::{
        association::{
            Error as AssociationError, Outcome as RowOutcome, Report as SheetReport, Row as RowReport, SheetError,
            SheetProblem,
        },
        content_import::{
            Candidate, Drive, DriveKind, DrivePage, Entry, EntryKind, EntryPage, Error as CallError,
            Failure as FailureKind, Imported, ItemOutcome, Outcome, Refusal, Resolution, Resolved, Verdict,
        },
        examination::{Finding, Remedy, Standing, Subject},
        source::{
            Account, AuthorizationPlan, Claim, Credentials, Description, Egress, Field as FormField,
            FieldKind as FormFieldKind, FieldTraits as FormFieldTraits, Labels, ModeForm, Refusal as SignInRefusal,
            Schedule, Setting, SettingsError, SignInError, SignInPage, SignInProblem as Problem,
        },
        sync::{Options, PlanPage, Planned, Report, Stage},
    },
};

impl Eq for ItemRef {}

impl Ord for ItemRef {
    fn cmp(&self, other: &Self) -> Ordering {
        (&self.drive, &self.item).cmp(&(&other.drive, &other.item))
    }
}

impl PartialOrd for ItemRef {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// An empty page, which is the last one.
impl Default for DrivePage {
    fn default() -> Self {
        Self {
            drives: Vec::new(),
            next: None,
            notes: Vec::new(),
        }
    }
}

/// What a run may do by itself.
impl Default for Options {
    fn default() -> Self {
        Self {
            exact: false,
            accept_gone: false,
            schedule: None,
        }
    }
}

/// What stays unless something better is found out.
impl Default for RowOutcome {
    fn default() -> Self {
        Self::Failed
    }
}

impl RowOutcome {
    /// Whether the file follows the item from now on.
    #[must_use]
    pub const fn is_linkable(&self) -> bool {
        matches!(self, Self::Linked | Self::ReLinked(_))
    }
}

impl From<CallError> for AssociationError {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl From<LibraryError> for AssociationError {
    fn from(error: LibraryError) -> Self {
        Self::Call(error.into())
    }
}

impl From<sheet::SheetError> for AssociationError {
    fn from(error: sheet::SheetError) -> Self {
        let problem = match error.problem {
            sheet::Problem::NotASheet => SheetProblem::NotASheet,
            sheet::Problem::OtherFormat => SheetProblem::OtherFormat,
            sheet::Problem::Encrypted => SheetProblem::Encrypted,
            sheet::Problem::Damaged => SheetProblem::Damaged,
            sheet::Problem::TooLarge => SheetProblem::TooLarge,
            sheet::Problem::NotUtf8 => SheetProblem::NotUtf8,
            sheet::Problem::MissingColumn => SheetProblem::MissingColumn,
            sheet::Problem::DoubledColumn => SheetProblem::DoubledColumn,
        };
        let message = error.message;
        Self::Sheet(SheetError { problem, message })
    }
}

/// A time as the contract tells it: rounded up, so that nobody comes back too early.
#[must_use]
pub fn seconds(time: Duration) -> u32 {
    u32::try_from(time.as_millis().div_ceil(1000)).unwrap_or(u32::MAX)
}
