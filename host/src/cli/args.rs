//! The words of the command line.

pub mod words;

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Parser, Subcommand};
use clientpoint_engine::test_endpoints::InsecureEndpoints;
use clientpoint_host::{Error, Result};

use super::{
    accounts::Accounts,
    application::Application,
    associate::Associate,
    backup::{Backup, RestoreArguments},
    connect::Connect,
    disconnect::{Disconnect, Which},
    drives::Drives,
    items::Items,
    library::Library,
    log_words::{Format, Verbosity},
    migrate::Migrate,
    notify::Notify,
    operations::Operations,
    places::PlaceArguments,
    prune::Prune,
    runs::Runs,
    secrets::Secrets,
    serve::Serve,
    settings::Settings,
    status::Status,
    sync::Sync,
    trash::Trash,
    users::Users,
};

/// Brings files from OneDrive and SharePoint into the Content Library, through a sandboxed plugin.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100, next_help_heading = "Options of every command")]
pub struct Arguments {
    /// The data folder: library, connections, secrets. Made if it is missing, with one Administrator, `admin` [default:
    /// clientpoint-data]
    #[arg(long, global = true, value_name = "DIR", env = "CLIENTPOINT_DATA")]
    pub data: Option<PathBuf>,

    /// Settings of this deployment, in TOML: what `settings list` names, and paths
    #[arg(long, global = true, value_name = "FILE", env = "CLIENTPOINT_CONFIG")]
    pub config: Option<PathBuf>,

    /// The plugin, a WebAssembly component [default: the one that was installed with this program]
    #[arg(long, global = true, value_name = "FILE", env = "CLIENTPOINT_PLUGIN")]
    pub plugin: Option<PathBuf>,

    /// Whose library it is, where many customers' are in one database [default: default]
    #[arg(long, global = true, value_name = "ID", env = "CLIENTPOINT_ACCOUNT")]
    pub account: Option<String>,

    /// Who is at work
    #[arg(long = "as", global = true, value_name = "USER", default_value = "admin")]
    pub user: String,

    /// Work with your own sign-in or with the company's connection [default: your own, where there is one]
    #[arg(long, global = true, value_name = "WHICH")]
    pub through: Option<Which>,

    /// Answer with one JSON document
    #[arg(long, global = true)]
    pub json: bool,

    /// Change a limit for this command: max-file-bytes=SIZE, max-files-per-import=N, file-types=EXT,EXT,
    /// subfolders=none|associate|browse, max-sheet-bytes=SIZE, max-sheet-rows=N
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    pub policy: Vec<String>,

    /// How much the log on standard error shows [default: error]
    #[arg(long, global = true, value_name = "LEVEL")]
    pub log: Option<Verbosity>,

    /// Whether the log is for people or for programs [default: text]
    #[arg(long, global = true, value_name = "FORMAT")]
    pub log_format: Option<Format>,

    /// For tests and demonstrations only, in an empty data folder, which remembers it: allow plain http and loopback, and
    /// use the two URLs below
    #[arg(long, global = true, hide = true)]
    pub insecure_endpoints: bool,

    /// With --insecure-endpoints: the origin in the place of Microsoft Graph's
    #[arg(long, global = true, hide = true, value_name = "URL")]
    pub graph_url: Option<String>,

    /// With --insecure-endpoints: the origin in the place of the sign-in service's
    #[arg(long, global = true, hide = true, value_name = "URL")]
    pub login_url: Option<String>,

    /// In a folder for tests: the host's clock shows this moment and goes on from there
    #[arg(long, global = true, hide = true, value_name = "RFC3339")]
    pub at: Option<DateTime<Utc>>,

    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The host's own users
    #[command(subcommand)]
    Users(Users),
    /// The customers whose libraries are in one database: for a library on a server
    #[command(subcommand)]
    Accounts(Accounts),
    /// Connect OneDrive (Settings > Integration > Cloud Storage Integrations > Microsoft OneDrive > Connect)
    #[command(subcommand)]
    Connect(Connect),
    /// The application that Administrators sign in with: registered once, so that nobody fills it in again
    #[command(subcommand)]
    Application(Application),
    /// Give a connection up: its files stay, and stop following
    Disconnect(Disconnect),
    /// The key that secrets and tokens are sealed with
    #[command(subcommand)]
    Secrets(Secrets),
    /// The drives that the connection can see, and the one that is selected
    #[command(subcommand)]
    Drives(Drives),
    /// "Add from OneDrive": what is there, and bringing it in
    #[command(subcommand, name = "onedrive")]
    Items(Items),
    /// The Content Library
    #[command(subcommand)]
    Library(Library),
    /// Show a file in a ClientPoint or a Template
    Place(PlaceArguments),
    /// Take a file out of a ClientPoint or a Template
    Unplace(PlaceArguments),
    /// List where a file is shown, and with which revision
    Places {
        /// The File ID
        id: String,
    },
    /// Tie library files to files in OneDrive by an Excel sheet (Content Library > Files > More > "Associate OneDrive Files")
    Associate(Associate),
    /// Update the managed files from OneDrive now
    Sync(Sync),
    /// Update the managed files once a day, at 05:30 UTC, and open the console for browsers, until it is ended
    Serve(Serve),
    /// What became of the managed files, run by run
    #[command(subcommand)]
    Runs(Runs),
    /// What can be set, and what is
    #[command(subcommand)]
    Settings(Settings),
    /// Long work, also that of others and of other programs: whose it is, how far, and what came of it
    #[command(subcommand)]
    Operations(Operations),
    /// Bytes that the library does not need any more: kept for 30 days, then deleted
    #[command(subcommand)]
    Trash(Trash),
    /// Copy the library into another folder, while everything runs; or look whether such a copy is whole
    Backup(Backup),
    /// Let go of what is over its time, as the settings `keep.…` say: earlier revisions, runs, files in the bin
    Prune(Prune),
    /// Make a library from a backup, in a data folder that is empty or not there yet
    Restore(RestoreArguments),
    /// Move the library of the data folder to a PostgreSQL database and, if wanted, its bytes to an object store. What was
    /// broken off goes on where it was
    Migrate(Migrate),
    /// How the connection and the daily sync stand
    Status(Status),
    /// Look at everything that work takes, from the plugin to a small file, with the way out of what does not hold
    Doctor,
    /// Telling people what needs them, by mail and by a webhook
    #[command(subcommand)]
    Notify(Notify),
    /// What the plugin is, and everything it can reach
    Inspect,
    /// Write the completions of shells and the manual pages into a folder, for whoever packs this program
    #[command(hide = true)]
    Generate {
        /// The folder; it is made if it is missing
        folder: PathBuf,
    },
}

impl Arguments {
    /// The endpoints in the place of the real ones, for tests and demonstrations.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for half of them.
    pub fn endpoints(&self) -> Result<Option<InsecureEndpoints>> {
        match (self.insecure_endpoints, &self.graph_url, &self.login_url) {
            (true, Some(api), Some(login)) => Ok(Some(InsecureEndpoints {
                api: api.clone(),
                login: login.clone(),
            })),
            (true, _, _) => Err(Error::Settings(
                "`--insecure-endpoints` needs both `--graph-url URL` and `--login-url URL`".into(),
            )),
            (false, None, None) => Ok(None),
            (false, _, _) => Err(Error::Settings(
                "`--graph-url` and `--login-url` are for tests and demonstrations: they need `--insecure-endpoints` beside them"
                    .into(),
            )),
        }
    }
}

impl Command {
    /// What it is called.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Users(_) => "users",
            Self::Accounts(_) => "accounts",
            Self::Connect(_) => "connect",
            Self::Application(_) => "application",
            Self::Disconnect(_) => "disconnect",
            Self::Secrets(_) => "secrets",
            Self::Settings(_) => "settings",
            Self::Drives(_) => "drives",
            Self::Items(_) => "onedrive",
            Self::Library(_) => "library",
            Self::Place(_) => "place",
            Self::Unplace(_) => "unplace",
            Self::Places { .. } => "places",
            Self::Associate(_) => "associate",
            Self::Sync(_) => "sync",
            Self::Serve(_) => "serve",
            Self::Runs(_) => "runs",
            Self::Operations(_) => "operations",
            Self::Backup(_) => "backup",
            Self::Restore(_) => "restore",
            Self::Migrate(_) => "migrate",
            Self::Prune(_) => "prune",
            Self::Status(_) => "status",
            Self::Trash(_) => "trash",
            Self::Notify(_) => "notify",
            Self::Doctor => "doctor",
            Self::Inspect => "inspect",
            Self::Generate { .. } => "generate",
        }
    }

    /// Whether the command can't do without a plugin.
    pub fn needs_plugin(&self) -> bool {
        match self {
            Self::Connect(_)
            | Self::Application(_)
            | Self::Disconnect(_)
            | Self::Drives(_)
            | Self::Items(_)
            | Self::Associate(_)
            | Self::Sync(_)
            | Self::Serve(_)
            | Self::Status(_)
            | Self::Library(Library::Follow { .. } | Library::Export { template: true, .. })
            | Self::Settings(Settings::List)
            | Self::Doctor
            | Self::Inspect => true,
            Self::Users(_)
            | Self::Accounts(_)
            | Self::Secrets(_)
            | Self::Settings(_)
            | Self::Runs(_)
            | Self::Operations(_)
            | Self::Library(_)
            | Self::Place(_)
            | Self::Unplace(_)
            | Self::Places { .. }
            | Self::Backup(_)
            | Self::Restore(_)
            | Self::Migrate(_)
            | Self::Prune(_)
            | Self::Trash(_)
            | Self::Notify(_)
            | Self::Generate { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_command_line_is_declared_soundly() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }
}
