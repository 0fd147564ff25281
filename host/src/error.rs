//! What can go wrong, by what can be done about it.

mod made;
pub(crate) mod server;
mod words;

use std::{fmt, path::Path};

use crate::{
    disk,
    way_out::{WayOut, sentence},
};

/// Why something that a person asked for was not done.
///
/// [`Error::code`] is the stable word for programs, [`Error::fact`] names the thing, and [`Error::ways_out`] is what can be
/// done about it. The text of an error is both, in words that are true wherever they are read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Error {
    /// The person's role does not allow it. Nothing was called and nothing was written.
    Forbidden {
        /// Who asked.
        user: String,
        /// What was asked for, as a verb: `import files`.
        what: &'static str,
    },
    /// There is no connection that this person could use.
    NotConnected {
        /// The source's title, as its plugin has it.
        source_title: String,
    },
    /// Something that was named does not exist.
    NotFound {
        /// What kind of thing.
        what: &'static str,
        /// Its name as given.
        name: String,
        /// The way to find the right one.
        way_out: WayOut,
    },
    /// The content of a managed file belongs to its source.
    Managed {
        /// The File ID.
        id: String,
        /// The file's name in the library.
        name: String,
    },
    /// A connection that was made with another plugin.
    OtherPlugin {
        /// The id of the plugin that it was made with.
        made_with: String,
        /// The id of the plugin that the host has.
        present: String,
    },
    /// What somebody has looked at before they decided is not as it was, so nothing was done.
    Outdated(String),
    /// Something that was given can't be right. The program ends with status 2.
    Settings(String),
    /// The sign-in service refused the connection's credentials.
    SignIn {
        /// What kind of problem: the plugin's word for it.
        problem: String,
        /// What happened and what to do.
        message: String,
    },
    /// The plugin refused a call as a whole, or could not carry it out.
    Plugin {
        /// The contract's word for it: `no-drive`, `throttled` and so on.
        code: &'static str,
        /// What happened and what to do.
        message: String,
    },
    /// The plugin did something that plugins may not do, or ran out of what it may use.
    PluginStopped(String),
    /// A run of the sync ended with a ledger that does not account for every file.
    Ledger {
        /// The run.
        run: i64,
        /// What does not fit.
        message: String,
    },
    /// A run of the sync can't begin, or can't go on.
    Sync {
        /// `sync-running`, `plan-outdated`, `interrupted` and the like.
        code: &'static str,
        /// What is in the way, and what to do.
        message: String,
    },
    /// The database is not the one of its folder, as far as can be told. Nothing was changed.
    Catalogue {
        /// `new-catalogue`, `foreign-catalogue`, `older-catalogue`, `objects-missing` and the like.
        code: &'static str,
        /// What does not fit, and the ways out.
        message: String,
    },
    /// Something about the host's own people can't be.
    People {
        /// `last-administrator` and the like.
        code: &'static str,
        /// Of whom, and why.
        message: String,
    },
    /// The file is in the bin or was removed for good, or can't be removed.
    Bin {
        /// `in-the-bin`, `removed` or `still-shown`.
        code: &'static str,
        /// Which file, and the way out.
        message: String,
    },
    /// A backup can't be made, looked at, or restored.
    Backup {
        /// `backup-running`, `backup-newer`, `backup-damaged`, `restore-unfinished` and the like.
        code: &'static str,
        /// What is in the way, and what to do.
        message: String,
    },
    /// The disk no longer has the bytes of a revision as they were stored. None of them were handed out.
    Damaged {
        /// The File ID.
        file: String,
        /// The file's name in the library.
        name: String,
        /// Which revision.
        revision: u64,
        /// What is wrong, as the end of a sentence.
        what: String,
        /// What makes them whole again, as the end of a sentence; may be empty.
        remedy: String,
    },
    /// There is no room for the bytes.
    NoSpace(String),
    /// The data folder can only be read.
    ReadOnly(String),
    /// Others are at work with the data folder.
    Busy {
        /// The data folder.
        folder: String,
        /// What can't be done meanwhile, as in `the key can't be changed`.
        what: String,
        /// Who they are, in the words that they have left; may be empty.
        holders: Vec<String>,
    },
    /// The disk under the data folder fails.
    Disk {
        /// The data folder.
        folder: String,
        /// The system's or the database's words.
        reason: String,
    },
    /// The object store that the bytes of the library lie on does not do what it was asked. That says nothing about them.
    ObjectStore {
        /// `object-store-unreachable`, `object-store-refused` or `object-store-lost`.
        code: &'static str,
        /// Which store, why, and what to do; without anything secret.
        message: String,
    },
    /// The server with the database does not do what it was asked. Nothing of that was done, unless its answer got lost.
    Server {
        /// `database-away`, `database-busy`, `database-full`, `database-read-only` or `database-refused`.
        code: &'static str,
        /// Which server, why, and what to do; never who comes in.
        message: String,
    },
    /// The database is damaged, or is none.
    DamagedDatabase {
        /// The data folder.
        folder: String,
        /// The database's words.
        reason: String,
    },
    /// The data folder, the database or the file system does not do what it should.
    Storage(String),
    /// Any of the others, with the ways out of it, and where it is. See [`Error::with`] and [`Error::at`].
    With {
        /// The error itself; never of this kind.
        error: Box<Self>,
        /// The ways out.
        ways_out: Vec<WayOut>,
        /// The key of the field of a form that it is about.
        field: Option<String>,
    },
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&sentence(&self.fact(), &self.ways_out(), WayOut::to_string))
    }
}

/// What the host's own calls return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// What can be done about it, the likeliest first.
    pub fn ways_out(&self) -> Vec<WayOut> {
        match self {
            Self::NotConnected { .. } => vec![WayOut::Connect],
            Self::NotFound { way_out, .. } => vec![way_out.clone()],
            Self::NoSpace(_) => vec![WayOut::EmptyTrash],
            Self::ReadOnly(_) => vec![WayOut::LetWrite, WayOut::OtherDataFolder],
            Self::OtherPlugin { .. } => vec![WayOut::GivePlugin, WayOut::OtherDataFolder],
            Self::With { error, ways_out, .. } => [error.ways_out(), ways_out.clone()].concat(),
            _ => Vec::new(),
        }
    }

    /// The error with ways out of it beside those that its kind has.
    #[must_use]
    pub fn with(self, more: impl IntoIterator<Item = WayOut>) -> Self {
        let field = self.field().map(str::to_owned);
        let (error, mut ways_out) = self.parted();
        ways_out.extend(more);
        if ways_out.is_empty() && field.is_none() {
            return error;
        }
        Self::With {
            error: Box::new(error),
            ways_out,
            field,
        }
    }

    /// The error, about the field of a form with that key.
    #[must_use]
    pub fn at(self, key: impl Into<String>) -> Self {
        let (error, ways_out) = self.parted();
        Self::With {
            error: Box::new(error),
            ways_out,
            field: Some(key.into()),
        }
    }

    /// The key of the field of a form that it is about, if it is one.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::With { field, .. } => field.as_deref(),
            _ => None,
        }
    }

    /// The error, and the ways out that it was given by [`Error::with`].
    pub fn parted(self) -> (Self, Vec<WayOut>) {
        match self {
            Self::With { error, ways_out, .. } => (*error, ways_out),
            error => (error, Vec::new()),
        }
    }

    /// The error itself, where it was given ways out.
    pub fn bare(&self) -> &Self {
        match self {
            Self::With { error, .. } => error,
            error => error,
        }
    }

    /// The error with the name of the data folder in it, where it is about that. A database that only says that it could
    /// not write is asked again by way of the folder.
    pub fn about(mut self, data: &Path) -> Self {
        if let Self::With { error, ways_out, field } = self {
            let about = error.about(data).with(ways_out);
            return match field {
                Some(field) => about.at(field),
                None => about,
            };
        }
        let unsure = matches!(self, Self::ReadOnly(_) | Self::Disk { .. });
        if let Some(why) = disk::refusal(data).filter(|why| unsure && disk::takes_no_writes(why)) {
            self = why.into();
        }
        if let Self::NoSpace(folder)
        | Self::ReadOnly(folder)
        | Self::Busy { folder, .. }
        | Self::Disk { folder, .. }
        | Self::DamagedDatabase { folder, .. } = &mut self
            && folder == SOME_FOLDER
        {
            *folder = data.display().to_string();
        }
        self
    }

    /// Whether the person asked in a way that can't work, rather than something having gone wrong.
    pub fn is_usage(&self) -> bool {
        matches!(self.bare(), Self::Settings(_))
    }
}

/// What stands where nobody knows yet which folder an error is about.
const SOME_FOLDER: &str = "the data folder";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_in_the_way_is_named() {
        let error = Error::Busy {
            folder: "/data".into(),
            what: "the key can't be changed".into(),
            holders: vec!["`night` (process 4711)".into(), "`b` (process 2)".into()],
        };
        assert_eq!(
            error.to_string(),
            "the data folder `/data` is in use, and the key can't be changed: end `night` (process 4711) \
             and `b` (process 2) or wait until that has ended, and try again"
        );
    }
}
