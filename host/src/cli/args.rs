//! The words of the command line.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clientpoint_host::{
    Error, contract::clientpoint::content_source::types::Subfolders, host::PolicyChanges, place::Place,
    store::users::Role,
};

/// Brings files from OneDrive and SharePoint into the Content Library, through a sandboxed plugin.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub struct Arguments {
    /// The data folder: library, connections, secrets. Made if it is missing, with one Administrator, `admin`
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "CLIENTPOINT_DATA",
        default_value = "clientpoint-data"
    )]
    pub data: PathBuf,

    /// The plugin, a WebAssembly component [default: the one that `cargo xtask build` made]
    #[arg(long, global = true, value_name = "FILE", env = "CLIENTPOINT_PLUGIN")]
    pub plugin: Option<PathBuf>,

    /// Who is at work
    #[arg(long = "as", global = true, value_name = "USER", default_value = "admin")]
    pub user: String,

    /// Work with your own sign-in or with the company's connection [default: your own, where there is one]
    #[arg(long, global = true, value_name = "WHICH")]
    pub through: Option<super::connect::Which>,

    /// Answer with one JSON document
    #[arg(long, global = true)]
    pub json: bool,

    /// Change a limit: max-file-bytes=N, max-files-per-import=N, file-types=EXT,EXT, subfolders=none|associate|browse,
    /// max-sheet-bytes=N, max-sheet-rows=N
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    pub policy: Vec<String>,

    /// For tests and demonstrations only: allow plain http and loopback, and use the two URLs below
    #[arg(long, global = true)]
    pub insecure_endpoints: bool,

    /// With --insecure-endpoints: the origin in the place of Microsoft Graph's
    #[arg(long, global = true, value_name = "URL")]
    pub graph_url: Option<String>,

    /// With --insecure-endpoints: the origin in the place of the sign-in service's
    #[arg(long, global = true, value_name = "URL")]
    pub login_url: Option<String>,

    /// With --insecure-endpoints: the host's clock shows this moment and goes on from there
    #[arg(long, global = true, value_name = "RFC3339")]
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
    /// Connect OneDrive (Settings > Integration > Cloud Storage Integrations > Microsoft OneDrive > Connect)
    #[command(subcommand)]
    Connect(super::connect::Connect),
    /// Give a connection up: its files stay, and stop following
    Disconnect(super::connect::Disconnect),
    /// The key that secrets and tokens are sealed with
    #[command(subcommand)]
    Secrets(super::connect::Secrets),
    /// The drives that the connection can see, and the one that is selected
    #[command(subcommand)]
    Drives(Drives),
    /// "Add from OneDrive": what is there, and bringing it in
    #[command(subcommand)]
    Onedrive(Onedrive),
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
    Associate(super::associate::Associate),
    /// Update the managed files from OneDrive now
    Sync(super::sync::Sync),
    /// Update the managed files once a day, at 05:30 UTC, until it is ended
    Serve {
        /// Do what is due now, and end: for a scheduler of your own
        #[arg(long)]
        once: bool,
    },
    /// What became of the managed files, run by run
    #[command(subcommand)]
    Runs(super::sync::Runs),
    /// Bytes that the library does not need any more: kept for 30 days, then deleted
    #[command(subcommand)]
    Trash(super::trash::Trash),
    /// How the connection and the daily sync stand
    Status,
    /// What the plugin is, and everything it can reach
    Inspect,
}

/// See [`Command::Users`].
#[derive(Debug, Subcommand)]
pub enum Users {
    /// List them
    List,
    /// Add one
    Add {
        /// Their name
        name: String,
        /// What they may do
        #[arg(long)]
        role: RoleWord,
    },
}

/// The words for roles.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum RoleWord {
    /// May connect, browse, import and associate
    Administrator,
    /// May use what is in the library
    Member,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Administrator => Self::Administrator,
            RoleWord::Member => Self::Member,
        }
    }
}

/// See [`Command::Drives`].
#[derive(Debug, Subcommand)]
pub enum Drives {
    /// List them
    List,
    /// Choose the one drive that files come from
    Select {
        /// Its id, as `drives list` shows it
        #[arg(required_unless_present = "url", value_name = "DRIVE-ID")]
        drive: Option<String>,
        /// The address of a site, a library or a OneDrive, or of something in it, copied from a browser
        #[arg(long, value_name = "ADDRESS", conflicts_with = "drive")]
        url: Option<String>,
        /// Change to another drive than the present one; files that came from that one stay in the library
        #[arg(long)]
        switch: bool,
    },
}

/// See [`Command::Onedrive`].
#[derive(Debug, Subcommand)]
pub enum Onedrive {
    /// List what can be imported, and why not
    List {
        /// A folder's item id, where the policy lets folders be opened
        #[arg(long, value_name = "ITEM-ID")]
        folder: Option<String>,
    },
    /// Import files: up to five at a time, or a list of any length, five by five
    Import {
        /// Names, paths from the drive's root, addresses from the browser, or item ids as `onedrive list` shows them
        #[arg(required_unless_present = "from", value_name = "FILE")]
        items: Vec<String>,
        /// Take them from a text file, one a line; `-` is standard input. Empty lines and lines that begin with # are left
        /// out (write ./#name for a name that does)
        #[arg(long, value_name = "LIST", conflicts_with = "items")]
        from: Option<PathBuf>,
    },
}

/// See [`Command::Library`].
#[derive(Debug, Subcommand)]
pub enum Library {
    /// List its files
    List {
        /// Those in the bin instead
        #[arg(long)]
        bin: bool,
    },
    /// Show one
    Show {
        /// The File ID
        id: String,
    },
    /// Copy a file's bytes out of it
    Read {
        /// The File ID
        id: String,
        /// Where to; it must not exist yet
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// Read all bytes, of these files or of the whole library, and compare them with what was stored
    Verify {
        /// File IDs; all files without them
        #[arg(value_name = "FILE-ID")]
        ids: Vec<String>,
    },
    /// Write the list of files as an Excel workbook (Content Library > Files > More > Excel)
    Export {
        /// The workbook (`.xlsx`); it must not exist yet
        file: PathBuf,
        /// Write the empty form for `associate` instead, with an example and help
        #[arg(long)]
        template: bool,
    },
    /// Add a file by hand
    Add {
        /// The file
        file: PathBuf,
        /// Where to put it
        #[arg(long, default_value = "Company Wide")]
        place: Place,
    },
    /// Move a file to another place
    Move {
        /// The File ID
        id: String,
        /// `Company Wide`, `Workspace/NAME` or `Division/NAME`, with `/SUBFOLDER` behind it if you like
        place: Place,
    },
    /// Take the last update of a managed file back, and hold the file
    Rollback {
        /// The File ID
        id: String,
    },
    /// Let a file follow another item from the next sync on: one that was saved anew under its name, say
    Follow {
        /// The File ID
        id: String,
        /// The item: its path from the drive's root, its name, its address from the browser, or its id
        #[arg(value_name = "ITEM")]
        item: String,
    },
    /// Let a file that is held, or was given up, follow OneDrive again
    Release {
        /// The File ID
        id: String,
    },
    /// Put a file that nothing shows into the bin: it keeps its File ID for 30 days, and can be brought back
    Remove {
        /// The File ID
        id: String,
    },
    /// Bring a file back out of the bin
    Restore {
        /// The File ID
        id: String,
    },
    /// List what is in the bin, and until when it can be brought back
    Bin,
    /// Keep a file that does not follow any more (detached, source-gone, given up) as the library's own
    Unlock {
        /// The File ID
        id: String,
    },
    /// "Do not update existing ClientPoints": on or off, for one file or for all
    KeepClientpoints {
        /// on or off; nothing shows how it stands
        switch: Option<String>,
        /// The File ID; all files without it
        #[arg(long, value_name = "FILE-ID")]
        file: Option<String>,
    },
    /// Go on with a database that is not the one of its data folder: new, older, or another one. Tells what that means
    Adopt {
        /// Do it
        #[arg(long)]
        yes: bool,
    },
    /// Give a file new content (not one that OneDrive manages)
    Replace {
        /// The File ID
        id: String,
        /// The new content
        file: PathBuf,
    },
}

/// See [`Command::Place`].
#[derive(Debug, Args)]
pub struct PlaceArguments {
    /// The File ID
    pub id: String,
    /// Where
    #[command(flatten)]
    pub target: Target,
}

/// Where a file is shown.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Target {
    /// In this ClientPoint
    #[arg(long, value_name = "NAME")]
    pub clientpoint: Option<String>,
    /// In this Template
    #[arg(long, value_name = "NAME")]
    pub template: Option<String>,
}

/// Where `cargo xtask build` puts the plugin, seen from this program; else beside this program.
pub fn default_plugin() -> PathBuf {
    let beside = std::env::current_exe()
        .ok()
        .and_then(|program| program.parent().map(PathBuf::from))
        .unwrap_or_default();
    let built = beside.join("../component/onedrive.wasm");
    if built.exists() {
        built
    } else {
        beside.join("onedrive.wasm")
    }
}

/// Reads `--policy` words.
///
/// # Errors
///
/// `Error::Settings` that names the word.
pub fn policy(words: &[String]) -> Result<PolicyChanges, Error> {
    let mut changes = PolicyChanges::default();
    for word in words {
        let wrong = || {
            Error::Settings(format!(
                "`--policy {word}` is not understood: write max-file-bytes=N, max-files-per-import=N, file-types=EXT,EXT, subfolders=none|associate|browse, max-sheet-bytes=N or max-sheet-rows=N"
            ))
        };
        let (key, value) = word.split_once('=').ok_or_else(wrong)?;
        match key {
            "max-file-bytes" => changes.max_file_bytes = Some(value.parse().map_err(|_| wrong())?),
            "max-files-per-import" => changes.max_files_per_import = Some(value.parse().map_err(|_| wrong())?),
            "max-sheet-bytes" => changes.max_sheet_bytes = Some(value.parse().map_err(|_| wrong())?),
            "max-sheet-rows" => changes.max_sheet_rows = Some(value.parse().map_err(|_| wrong())?),
            "file-types" => {
                changes.file_types = Some(value.split(',').map(|ending| ending.trim().to_lowercase()).collect());
            }
            "subfolders" => {
                changes.subfolders = Some(match value {
                    "none" => Subfolders::None,
                    "associate" => Subfolders::Associate,
                    "browse" => Subfolders::Browse,
                    _ => return Err(wrong()),
                });
            }
            _ => return Err(wrong()),
        }
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_command_line_is_declared_soundly() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_policy_word_that_is_not_understood_is_named() {
        let error = policy(&["max-file-bytes=many".into()]).unwrap_err().to_string();
        assert!(error.contains("max-file-bytes=many"), "{error}");
        assert_eq!(policy(&["max-file-bytes=10".into()]).unwrap().max_file_bytes, Some(10));
    }
}
