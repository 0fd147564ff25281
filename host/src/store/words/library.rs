//! The words of the library.

use super::table::words;

words! {
    /// How a file of the library stands, in one word.
    FileState {
        /// It follows its item, and has what that had at the last sync.
        Following = "following",
        /// People hold it: no sync touches it.
        Held = "held",
        /// The next sync brings its content, or tries to.
        Waiting = "waiting",
        /// Its item is not in the source any more.
        Gone = "gone",
        /// It does not follow while its drive is not the one that is chosen.
        Detached = "detached",
        /// It is the library's own.
        Own = "own",
        /// It has an item, and does not get its content: the ledger says why.
        NotFollowing = "not-following",
        /// The disk has lost its bytes, however it stands else.
        Damaged = "damaged",
    }

    /// What the files of the library are ordered by.
    LibraryOrder {
        /// The File ID.
        Id = "id",
        /// The name; upper and lower case of Latin letters make no difference.
        Name = "name",
        /// The time of the present revision, the newest first.
        Changed = "changed",
    }
}
