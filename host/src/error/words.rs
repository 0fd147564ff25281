//! The words of an error: one for programs, and what went wrong for people.

use super::Error;

impl Error {
    /// The stable word for programs, in kebab-case.
    pub fn code(&self) -> &str {
        match self {
            Self::Forbidden { .. } => "forbidden",
            Self::NotConnected { .. } => "not-connected",
            Self::NotFound { .. } => "not-found",
            Self::Managed { .. } => "managed-by-onedrive",
            Self::OtherPlugin { .. } => "other-plugin",
            Self::Outdated(_) => "outdated",
            Self::Settings(_) => "wrong-settings",
            Self::SignIn { problem, .. } => problem,
            Self::Plugin { code, .. } => code,
            Self::PluginStopped(_) => "plugin-stopped",
            Self::Ledger { .. } => "ledger",
            Self::Sync { code, .. }
            | Self::Catalogue { code, .. }
            | Self::Bin { code, .. }
            | Self::Backup { code, .. }
            | Self::ObjectStore { code, .. }
            | Self::Server { code, .. }
            | Self::People { code, .. } => code,
            Self::Damaged { .. } => "damaged",
            Self::NoSpace(_) => "no-space",
            Self::ReadOnly(_) => "read-only",
            Self::Busy { .. } => "folder-in-use",
            Self::Disk { .. } => "disk",
            Self::DamagedDatabase { .. } => "damaged-database",
            Self::Storage(_) => "storage",
            Self::With { error, .. } => error.code(),
        }
    }

    /// What went wrong, without the ways out.
    pub fn fact(&self) -> String {
        match self {
            Self::Forbidden { user, what } => {
                format!("forbidden: `{user}` is not an Administrator, and only Administrators may {what}")
            }
            Self::NotConnected { source_title } => format!("not connected to {source_title}"),
            Self::NotFound { what, name, .. } => format!("there is no {what} `{name}`"),
            Self::Managed { id, name } => format!(
                "file {id} (`{name}`) is managed by its source, so its content can't be replaced here: change it there, or \
                 move and place it as you like"
            ),
            Self::OtherPlugin { made_with, present } => format!(
                "the connection in this data folder was made with the plugin `{made_with}`, and this host has `{present}`; \
                 nothing was changed"
            ),
            Self::Settings(message)
            | Self::Outdated(message)
            | Self::SignIn { message, .. }
            | Self::Plugin { message, .. }
            | Self::Sync { message, .. }
            | Self::Catalogue { message, .. }
            | Self::Bin { message, .. }
            | Self::Backup { message, .. }
            | Self::ObjectStore { message, .. }
            | Self::Server { message, .. }
            | Self::People { message, .. } => message.clone(),
            Self::PluginStopped(why) => format!("the plugin was stopped: {why}"),
            Self::Ledger { run, message } => {
                format!("run {run} failed: {message}; nothing of it may be relied on, and the next run looks again")
            }
            Self::Damaged {
                file,
                name,
                revision,
                what,
                remedy,
                ..
            } => {
                let mark = if remedy.is_empty() { "" } else { "; " };
                format!("file {file} (`{name}`), revision {revision}: its bytes are damaged: {what}{mark}{remedy}")
            }
            Self::NoSpace(folder) => format!("no space left in `{folder}`; the library is as it was"),
            Self::ReadOnly(folder) => format!(
                "`{folder}` can only be read (its disk is mounted read-only, or it belongs to another user), so nothing was \
                 changed"
            ),
            Self::Busy { folder, what, holders } => format!(
                "the data folder `{folder}` is in use, and {what}: end {} or wait until that has ended, and try again",
                in_words(holders)
            ),
            Self::Disk { folder, reason } => format!(
                "the disk under `{folder}` fails ({reason}): look at the system's log, and copy the folder to another disk; \
                 what was done before stands"
            ),
            Self::DamagedDatabase { folder, reason } => format!(
                "the database in `{folder}` can't be read ({reason}): stop all programs that use the folder, and put a backup \
                 of it back"
            ),
            Self::Storage(why) => format!("storage: {why}"),
            Self::With { error, .. } => error.fact(),
        }
    }
}

fn in_words(holders: &[String]) -> String {
    if holders.is_empty() {
        return "the other program".into();
    }
    holders.join(" and ")
}
