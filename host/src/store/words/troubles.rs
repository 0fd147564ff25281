//! The words of troubles: what kinds there are.

use super::table::words;

words! {
    /// What kind of trouble something is.
    TroubleKind {
        /// A connection is not accepted any more.
        ConnectionBroken = "connection-broken",
        /// A client secret or a certificate ends soon, or has ended.
        CredentialEnds = "credential-ends",
        /// A connection has no drive.
        NoDrive = "no-drive",
        /// A connection was made with another plugin, and nothing is done with it.
        OtherPlugin = "other-plugin",
        /// The latest run that was due was not made at its time.
        NightMissed = "night-missed",
        /// The last run did not do what it should.
        RunNotDone = "run-not-done",
        /// Files of the last run need a person.
        FilesNeedAPerson = "files-need-a-person",
        /// Files of the last run are tried again by the next one.
        FilesWait = "files-wait",
        /// Files follow nothing any more, because their drive or their connection was given up.
        FilesDetached = "files-detached",
        /// The disk no longer has bytes as they were stored.
        Damaged = "damaged",
        /// The database itself is damaged.
        DatabaseDamaged = "database-damaged",
        /// The disk under the data folder is nearly full.
        DiskNearlyFull = "disk-nearly-full",
        /// What people were to be told has not arrived.
        NotDelivered = "not-delivered",
    }
}
