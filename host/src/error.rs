//! What can go wrong, by what can be done about it.

/// Why something that a person asked for was not done.
///
/// The text of each names the thing and the way out; [`Error::code`] is the stable word for programs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The person's role does not allow it. Nothing was called and nothing was written.
    #[error("forbidden: `{user}` is not an Administrator, and only Administrators may {what}")]
    Forbidden {
        /// Who asked.
        user: String,
        /// What was asked for, as a verb: `import files`.
        what: &'static str,
    },
    /// There is no connection that this person could use.
    #[error(
        "not connected to {source_title}: run `clientpoint-host connect user --client-id ID` (your own sign-in) or `clientpoint-host connect organization --tenant TENANT --client-id ID --client-secret-stdin` (the company's credentials) first"
    )]
    NotConnected {
        /// The source's title: `Microsoft OneDrive`.
        source_title: String,
    },
    /// Something that was named does not exist.
    #[error("there is no {what} `{name}`: {hint}")]
    NotFound {
        /// What kind of thing.
        what: &'static str,
        /// Its name as given.
        name: String,
        /// The way to find the right one.
        hint: &'static str,
    },
    /// The content of a managed file belongs to its source.
    #[error(
        "file {id} (`{name}`) is managed by OneDrive, so its content can't be replaced here: change it in OneDrive, or move and place it as you like"
    )]
    Managed {
        /// The File ID.
        id: String,
        /// The file's name in the library.
        name: String,
    },
    /// Something that was given can't be right. The program ends with status 2.
    #[error("{0}")]
    Settings(String),
    /// The sign-in service refused the connection's credentials.
    #[error("{message}")]
    SignIn {
        /// What kind of problem: the plugin's word for it.
        problem: String,
        /// What happened and what to do.
        message: String,
    },
    /// The plugin refused a call as a whole, or could not carry it out.
    #[error("{message}")]
    Plugin {
        /// The contract's word for it: `no-drive`, `throttled` and so on.
        code: &'static str,
        /// What happened and what to do.
        message: String,
    },
    /// The plugin did something that plugins may not do, or ran out of what it may use.
    #[error("the plugin was stopped: {0}")]
    PluginStopped(String),
    /// A run of the sync ended with a ledger that does not account for every file.
    #[error("run {run} failed: {message}; nothing of it may be relied on, and the next run looks again")]
    Ledger {
        /// The run.
        run: i64,
        /// What does not fit.
        message: String,
    },
    /// A run of the sync can't begin, or can't go on.
    #[error("{message}")]
    Sync {
        /// `sync-running`, `plan-outdated`, `interrupted` and the like.
        code: &'static str,
        /// What is in the way, and what to do.
        message: String,
    },
    /// The database is not the one of its folder, as far as can be told. Nothing was changed.
    #[error("{message}")]
    Catalogue {
        /// `new-catalogue`, `foreign-catalogue`, `older-catalogue`, `objects-missing` and the like.
        code: &'static str,
        /// What does not fit, and the ways out.
        message: String,
    },
    /// There is no room for the bytes.
    #[error(
        "no space left in `{0}`: free some room (`clientpoint-host trash list` shows what `trash empty` would give back) and try again; the library is as it was"
    )]
    NoSpace(String),
    /// The data folder, the database or the file system does not do what it should.
    #[error("storage: {0}")]
    Storage(String),
}

/// What the host's own calls return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The stable word for programs, in kebab-case.
    pub fn code(&self) -> &str {
        match self {
            Error::Forbidden { .. } => "forbidden",
            Error::NotConnected { .. } => "not-connected",
            Error::NotFound { .. } => "not-found",
            Error::Managed { .. } => "managed-by-onedrive",
            Error::Settings(_) => "wrong-settings",
            Error::SignIn { problem, .. } => problem,
            Error::Plugin { code, .. } => code,
            Error::PluginStopped(_) => "plugin-stopped",
            Error::Ledger { .. } => "ledger",
            Error::Sync { code, .. } | Error::Catalogue { code, .. } => code,
            Error::NoSpace(_) => "no-space",
            Error::Storage(_) => "storage",
        }
    }

    /// Whether the person asked in a way that can't work, rather than something having gone wrong.
    pub fn is_usage(&self) -> bool {
        matches!(self, Error::Settings(_))
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Error::Storage(format!("database: {error}"))
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Error::NoSpace("the data folder".into())
            }
            _ => Error::Storage(error.to_string()),
        }
    }
}
