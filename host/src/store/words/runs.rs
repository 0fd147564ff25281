//! The words of runs: how far they are, what has set them off, what became of files in them.

use super::table::words;

words! {
    /// How far a run is.
    RunState {
        /// It is under way, or its process has died, and another one goes on with it.
        Running = "running",
        /// It is due, or was put down, and waits for a host to take it up, as people see it.
        Waiting = "waiting",
        /// Its process has died, as people see it: the next sync goes on with a sync, and nobody with an upload.
        Interrupted = "interrupted",
        /// Every file has its line.
        Complete = "complete",
        /// It was given up; every file has its line nevertheless.
        Incomplete = "incomplete",
        /// Its ledger does not add up, or an upload came to nothing.
        Failed = "failed",
        /// It has only looked.
        Planned = "planned",
    }

    /// What has set a run off.
    RunKind {
        /// The clock.
        Scheduled = "scheduled",
        /// A person.
        Manual = "manual",
        /// A person, to look at what it would do.
        Plan = "plan",
    }

    /// What a run is about.
    Subject {
        /// Files that follow items.
        Sync = "sync",
        /// The rows of a sheet.
        Association = "association",
    }

    /// What a run is, in one word.
    RunType {
        /// A sync that the clock has set off.
        Scheduled = "scheduled",
        /// A sync that a person has set off.
        Manual = "manual",
        /// A look at what a sync would do.
        Plan = "plan",
        /// The rows of a sheet.
        Upload = "upload",
    }

    /// What becomes of the files that a run was given up before.
    GivenUp {
        /// They are due next time, first of all.
        Deferred = "deferred",
        /// The source does not let the connection read the drive.
        AccessLost = "access-lost",
        /// The sign-in of the person whose connection it is has ended.
        OwnerLost = "owner-lost",
        /// Something else has failed.
        Failed = "failed",
    }

    /// What became of a file in a run: the contract's words, and one of the host's own.
    LineOutcome {
        /// It has new content, which was verified.
        Updated = "updated",
        /// It has new content for which the source has no hash, or another one.
        Unverified = "unverified",
        /// It has the content of its item.
        Unchanged = "unchanged",
        /// Its item was gone, and is there again.
        SourceBack = "source-back",
        /// Its item has another format now.
        FormatMismatch = "format-mismatch",
        /// Its item is larger than a file may be.
        TooLarge = "too-large",
        /// Its item is not in the source any more.
        SourceGone = "source-gone",
        /// Its item was moved to where the policy does not reach.
        OutOfScope = "out-of-scope",
        /// The source does not let the connection read it.
        AccessLost = "access-lost",
        /// The sign-in of the person whose connection it is has ended: the host's word.
        OwnerLost = "owner-lost",
        /// The source has found malware in it.
        Malware = "malware",
        /// Somebody has it locked.
        Locked = "locked",
        /// A label protects it.
        Labelled = "labelled",
        /// The source asked for patience.
        Deferred = "deferred",
        /// Its new content did not come.
        Failed = "failed",
        /// A person holds it, or a guard waits for one.
        Held = "held",
    }

    /// The reasons of plugins that the host knows a way out of, beside that of the outcome.
    LineReason {
        /// So many would be gone at once that a person is to look.
        TooManyGone = "too-many-gone",
        /// The site of its drive has another address.
        SiteMoved = "site-moved",
        /// Where its item was, another one is.
        PathNowOtherItem = "path-now-other-item",
    }

    /// Why a run was given up.
    Reason {
        /// The world has moved since the plan that it is held to.
        PlanOutdated = "plan-outdated",
        /// It took longer than a run may.
        OutOfTime = "out-of-time",
        /// The source asked for more patience than a run has.
        Throttled = "throttled",
        /// The sign-in service can't be reached.
        SignInUnavailable = "sign-in-unavailable",
        /// The sign-in is not accepted any more.
        SignInRefused = "sign-in-refused",
        /// Somebody must sign in.
        SignInNeeded = "sign-in-needed",
        /// The drive is gone, or may not be read.
        DriveOutOfReach = "drive-out-of-reach",
        /// The source can't be reached.
        SourceUnavailable = "source-unavailable",
        /// The source answers what nobody understands.
        SourceUnusable = "source-unusable",
        /// The plugin broke off.
        PluginStopped = "plugin-stopped",
        /// Something of the host failed.
        Host = "host",
        /// One host after the other was lost while it carried the run out.
        HostLost = "host-lost",
        /// The connection has another drive.
        DriveSwitched = "drive-switched",
        /// The connection was given up.
        Disconnected = "disconnected",
    }
}
