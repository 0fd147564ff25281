//! The words of long work.

use super::table::words;

words! {
    /// What long work is about.
    OperationKind {
        /// Bringing files into the library.
        Import = "import",
        /// A run of the sync.
        Sync = "sync",
        /// Looking what a sync would do.
        Plan = "plan",
        /// Looking what carrying out a sheet would come to.
        CheckSheet = "check-sheet",
        /// Carrying out a sheet, or letting one file follow another item.
        LinkSheet = "link-sheet",
        /// Taking an upload back.
        UndoUpload = "undo-upload",
        /// Looking at the library's bytes.
        Verify = "verify",
        /// Copying the library into a backup.
        Backup = "backup",
        /// Letting go of what is over its time.
        Prune = "prune",
    }

    /// How far long work is.
    OperationState {
        /// It is under way.
        Running = "running",
        /// It has come to its end; what became of single files is told with it.
        Done = "done",
        /// It ended by an error.
        Failed = "failed",
        /// Somebody has stopped it.
        Stopped = "stopped",
        /// The program that carried it out has ended before it.
        Interrupted = "interrupted",
    }

    /// How far a file of an import is, or what became of it.
    ItemState {
        /// Nothing was done about it yet.
        Waiting = "waiting",
        /// Its bytes come.
        Transferring = "transferring",
        /// All of its bytes are there, and are looked at.
        Checking = "checking",
        /// It came into the library.
        Imported = "imported",
        /// It was there already.
        AlreadyImported = "already-imported",
        /// It may not enter.
        Refused = "refused",
        /// It did not come.
        Failed = "failed",
        /// It was given up on its way.
        Stopped = "stopped",
        /// It was not begun.
        NotStarted = "not-started",
        /// The same as one before it.
        Duplicate = "duplicate",
    }
}
