//! What can go wrong, by what can be done about it.

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
            Self::Load { .. } => "wrong-settings",
            Self::PluginStopped(_) => "plugin-stopped",
            Self::Storage(_) => "storage",
        }
    }
}
