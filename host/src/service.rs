//! What people can do with the host, as methods of a [`Session`]: one person, one host.
//!
//! Each method checks the person's role first (rule 2). What it answers is plain data that serializes to JSON, so that
//! the command line, a web page and a test read the same words.

pub mod api;

mod accounts;
mod answers;
pub(crate) mod association;
mod connections;
mod cursors;
mod doctor;
mod imports;
mod library;
pub mod once;
pub(crate) mod operations;
pub mod people;
mod runs;
mod settings;
mod telling;
pub mod tokens;
mod troubles;
mod trust;
mod watching;

use std::sync::Arc;

use clientpoint_engine::capability::progress::Progress;
use tokio_util::sync::CancellationToken;

use crate::{
    Result,
    host::Host,
    store::{
        connections::Mode,
        users::{self, Role, User},
    },
};

pub use answers::{BrowseRow, FileRow, ItemOutcome, ItemRow, LibraryRow, Verdict};
pub use association::{
    AssociatedRow, Association, Beginning, RowFilter, SheetCheck, SheetFile, SheetForm, SheetLine, SheetLines, is_open,
    open_rows,
};
pub use connections::{
    accepted::Expiry,
    chosen_drive::Selected,
    connect::{Inspection, PowerRow, Status},
    disconnect::Disconnected,
    drives::{DriveList, DrivePage, DriveRow},
    form::Given,
    loopback::SignIn,
    overview::{BrokenRow, ConnectionRow},
};
pub use doctor::unopened;
pub use imports::naming::Wanted;
pub use library::{
    Replaced,
    backup::{BackupOptions, COPIES_KEPT},
    content::Content,
    export::Exported,
    history::RevisionRow,
    rollback::{Propagation, PutBack, TakingBack},
    trash::Trash,
    verify::{Disk, Verification},
};
pub use operations::{Watching, work::Begun};
pub use runs::{
    export::{LedgerFormat, Report},
    guard::HeldBack,
    ledger::{Ended, Health, Ledger, NEEDS_A_PERSON, RunRow},
    lines::LineRow,
    options::SyncOptions,
    plan::{PlanReport, PlannedRow, TellRow},
    planned::Plan,
    starting::{SyncAim, SyncBegun, SyncStart},
};
pub use telling::{Delivery, Undelivered};

pub use crate::store::{
    files::LookedAt,
    library_list::LibraryFilter,
    operations::OperationFilter,
    page::{Cursor, Page, Part, ROWS_AT_MOST},
    run_list::{LineFilter, RunFilter},
    search::Search,
    trail::TrailFilter,
    words::{
        CheckStanding, CheckSubject, FileState, ItemState, LibraryOrder, LineReason, OperationKind, OperationState,
        RunState, RunType,
    },
};

/// Asks work to end: runs between two steps, and what can be given up where it stands. Clones ask the same.
pub type Stop = CancellationToken;

/// One person at work.
pub struct Session<'a> {
    pub(crate) host: &'a Host,
    pub(crate) user: User,
    /// Which connection they want to work with, where they have said so.
    pub(crate) through: Option<Mode>,
    /// Who watches the transfers of their work.
    pub(crate) watcher: Arc<dyn Progress>,
    /// From where they ask; from the host's own machine, where nobody has said.
    pub(crate) from: people::whence::From,
    /// The operation that they are at work on, or that their next long call is.
    pub(crate) operation: Option<Arc<operations::live::Live>>,
}

impl Host {
    /// Begins a session for the user of that name.
    ///
    /// # Errors
    ///
    /// `Error::NotFound`, or the database's.
    pub async fn session(&self, user: &str) -> Result<Session<'_>> {
        self.begin_day().await;
        self.settings().await?;
        Ok(Session {
            host: self,
            user: users::get(&self.store, user).await?,
            through: None,
            watcher: self.watcher.clone(),
            from: people::whence::From::default(),
            operation: None,
        })
    }
}

impl Session<'_> {
    /// Who is at work.
    pub fn user(&self) -> api::User {
        self.user.clone().into()
    }

    /// Refuses everybody but Administrators (rule 2), as each method does by itself: for who opens something, or asks a
    /// question, before any is called. `what` is a verb, as in "only Administrators may `import files`".
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`.
    pub fn require_administrator(&self, what: &'static str) -> Result<()> {
        self.user.require_administrator(what)
    }

    /// Adds a user.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::Settings` for a name that can't be one or is taken.
    pub async fn add_user(&self, name: &str, role: Role) -> Result<api::User> {
        self.user.require_administrator("add users")?;
        let user = users::add(&self.host.store, name, role).await?;
        self.note("user-added", name).await?;
        Ok(user.into())
    }

    /// The same session, of somebody who asks from there: that stands beside what they do.
    #[must_use]
    pub fn coming_from(mut self, from: people::whence::From) -> Self {
        self.from = from;
        self
    }

    /// The same session, working with the company's connection or the person's own. Without this, the own one counts
    /// where there is one.
    #[must_use]
    pub fn through(mut self, mode: Option<Mode>) -> Self {
        self.through = mode;
        self
    }
}
