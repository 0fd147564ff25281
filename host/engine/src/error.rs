//! What can go wrong, by what can be done about it.

use crate::{
    contract::exports::clientpoint::content_source::{association::SheetError, content_import},
    words::Word,
};

/// Why something was not done.
///
/// [`Error::code`] is the stable word for programs. The text names what is the case, and no command, page or flag: those
/// are the embedder's.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file is no plugin that this engine can run.
    #[error("the plugin `{file}` {problem}")]
    Load {
        /// The plugin's file, or what else it is called.
        file: String,
        /// What is wrong with it.
        problem: Unfit,
    },
    /// Something that was given can't be right.
    #[error("{0}")]
    Settings(String),
    /// There is no token: the sign-in service refused, or can't be reached.
    #[error("{message}")]
    SignIn {
        /// What kind of problem: the contract's word for it.
        problem: String,
        /// What happened and what to do, in the plugin's words.
        message: String,
        /// Whether the sign-in service has decided so, rather than failed to answer.
        is_final: bool,
        /// The key of the field of the plugin's form to look at, if it is one.
        key: Option<String>,
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
    /// The file system or the machine does not do what it should.
    #[error("storage: {0}")]
    Storage(String),
}

/// What is wrong with the file of a plugin, as the end of a sentence.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unfit {
    /// Nothing is there.
    #[error("is not there")]
    Missing,
    /// A folder is there, or something else that is no file.
    #[error("is not a file")]
    NoFile,
    /// It can't be read.
    #[error("can't be read: {0}")]
    Unreadable(String),
    /// It has more bytes than that.
    #[error("is larger than {0} bytes, so it is no plugin")]
    TooLarge(u64),
    /// It is something else than a component.
    #[error("is not a WebAssembly component")]
    NoComponent,
    /// The compiler does not take it.
    #[error("can't be compiled: {0}")]
    Uncompiled(String),
    /// It imports more than the engine gives.
    #[error("asks for powers that this host does not give: `{}`", .0.join("`, `"))]
    Powers(Vec<String>),
    /// It does not export what the contract wants, or wants other types.
    #[error("does not fit the contract `{contract}`: {why}")]
    OtherContract {
        /// The contract's name and version.
        contract: &'static str,
        /// What does not fit.
        why: String,
    },
}

/// What the engine's own calls return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The stable word for programs, in kebab-case.
    pub fn code(&self) -> &str {
        match self {
            Self::Load { .. } | Self::Settings(_) => "wrong-settings",
            Self::SignIn { problem, .. } => problem,
            Self::Plugin { code, .. } => code,
            Self::PluginStopped(_) => "plugin-stopped",
            Self::Storage(_) => "storage",
        }
    }
}

impl From<content_import::Error> for Error {
    fn from(error: content_import::Error) -> Self {
        let (code, message) = match error {
            content_import::Error::Forbidden => ("forbidden", "forbidden: only Administrators may do this".into()),
            content_import::Error::NoDrive => ("no-drive", "no drive is selected".into()),
            content_import::Error::TooMany(limit) => (
                "too-many",
                format!("up to {limit} files can be imported at a time: import the rest in another go"),
            ),
            content_import::Error::NotFound => (
                "not-found",
                "what was asked for is not there (any more): list it again".into(),
            ),
            content_import::Error::WrongAddress(message) => ("wrong-address", message),
            content_import::Error::AccessDenied(message) => ("access-denied", message),
            content_import::Error::SignInNeeded(message) => ("sign-in-needed", message),
            content_import::Error::Throttled(Some(seconds)) => (
                "throttled",
                format!("the source asks for patience: try again in {seconds} seconds"),
            ),
            content_import::Error::Throttled(None) => (
                "throttled",
                "the source asks for patience: try again in some minutes".into(),
            ),
            content_import::Error::Unavailable(message) => ("unavailable", message),
            content_import::Error::Withheld(message) => ("withheld", message),
            content_import::Error::Other(message) => ("other", message),
        };
        Self::Plugin { code, message }
    }
}

impl From<SheetError> for Error {
    fn from(error: SheetError) -> Self {
        Self::Plugin {
            code: error.problem.word(),
            message: error.message,
        }
    }
}
