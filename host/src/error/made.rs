//! What the database, the disk, the engine and the seals say, as errors of the host.

use std::io::ErrorKind;

use clientpoint_engine::{Error as EngineError, Unfit, instance::Stopped, secrets::SealError};

use super::{
    SOME_FOLDER,
    server::{HasNul, ServerTrouble},
};
use crate::{Error, fences::RightLost, way_out::WayOut};

/// The primary result codes of SQLite that have words of their own, by <https://sqlite.org/rescode.html>.
mod code {
    pub(super) const BUSY: i32 = 5;
    pub(super) const LOCKED: i32 = 6;
    pub(super) const READONLY: i32 = 8;
    pub(super) const IOERR: i32 = 10;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const FULL: i32 = 13;
    pub(super) const CANTOPEN: i32 = 14;
    pub(super) const NOTADB: i32 = 26;
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::Io(error) = error {
            return error.into();
        }
        if let sqlx::Error::Configuration(why) = &error {
            if let Some(lost) = why.downcast_ref::<RightLost>() {
                return (*lost).into();
            }
            if let Some(trouble) = why.downcast_ref::<ServerTrouble>() {
                return trouble.told();
            }
        }
        if let sqlx::Error::Encode(why) = &error
            && let Some(nul) = why.downcast_ref::<HasNul>()
        {
            return Self::Settings(nul.to_string());
        }
        let number = error
            .as_database_error()
            .and_then(|error| error.code()?.parse::<i32>().ok());
        let (folder, reason) = (SOME_FOLDER.to_string(), error.to_string());
        // The extended codes have the primary one in their last byte.
        match number.map(|number| number & 0xff) {
            Some(code::FULL) => Self::NoSpace(folder),
            Some(code::READONLY) => Self::ReadOnly(folder),
            Some(code::IOERR | code::CANTOPEN) => Self::Disk { folder, reason },
            Some(code::CORRUPT | code::NOTADB) => Self::DamagedDatabase { folder, reason },
            Some(code::BUSY | code::LOCKED) => Self::Busy {
                folder,
                what: "its database is held by another program".into(),
                holders: Vec::new(),
            },
            _ => Self::Storage(format!("database: {error}")),
        }
    }
}

impl From<RightLost> for Error {
    fn from(lost: RightLost) -> Self {
        let lost = Self::Sync {
            code: "right-lost",
            message: lost.to_string(),
        };
        lost.with([WayOut::ShowRuns])
    }
}

impl From<SealError> for Error {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Unsealed => Self::Storage(error.to_string()),
            SealError::Unopened { .. } => {
                Self::Settings(format!("{error}: put the right `secret.key` back, or connect again"))
            }
        }
    }
}

impl From<EngineError> for Error {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Load { file, problem } => of_plugin(&file, &problem),
            EngineError::Settings(message) => Self::Settings(message),
            EngineError::SignIn {
                problem, message, key, ..
            } => {
                let refused = Self::SignIn { problem, message };
                match key {
                    Some(key) => refused.at(key),
                    None => refused,
                }
            }
            EngineError::Plugin { code, message } => Self::Plugin { code, message },
            EngineError::PluginStopped(why) => Self::PluginStopped(why),
            EngineError::Storage(why) => Self::Storage(why),
            other => Self::Storage(other.to_string()),
        }
    }
}

impl From<Stopped> for Error {
    fn from(stopped: Stopped) -> Self {
        EngineError::from(stopped).into()
    }
}

/// A file that is no plugin, and where to get one.
fn of_plugin(file: &str, problem: &Unfit) -> Error {
    let hint = match problem {
        Unfit::Missing => ": build it with `cargo xtask build`, or name another one",
        Unfit::NoFile => ": give the path of a component, which ends in `.wasm`",
        Unfit::NoComponent => ": `cargo xtask build` makes one in `target/component/`",
        _ => "",
    };
    let error = Error::Settings(format!("the plugin `{file}` {problem}{hint}"));
    match problem {
        Unfit::Missing => error.with([WayOut::GivePlugin]),
        Unfit::Powers(_) => error.with([WayOut::ShowPowers]),
        _ => error,
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        let folder = SOME_FOLDER.to_string();
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::NoSpace(folder),
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => Self::ReadOnly(folder),
            _ if error.raw_os_error() == Some(IO_ERROR) => Self::Disk {
                folder,
                reason: error.to_string(),
            },
            _ => Self::Storage(error.to_string()),
        }
    }
}

/// `EIO`, which has no kind of its own: the same number on Linux, macOS and the BSDs.
const IO_ERROR: i32 = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_of_the_disk_names_the_folder_and_the_way_out() {
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().display().to_string();
        for (kind, code, way_out) in [
            (ErrorKind::StorageFull, "no-space", "free some room"),
            (ErrorKind::ReadOnlyFilesystem, "read-only", "another data folder"),
            (ErrorKind::PermissionDenied, "read-only", "another user"),
        ] {
            let error = Error::from(std::io::Error::from(kind)).about(folder.path());
            let said = error.to_string();
            assert_eq!(error.code(), code);
            assert!(said.contains(&name) && said.contains(way_out), "{said}");
        }
        let error = Error::from(std::io::Error::from_raw_os_error(IO_ERROR)).about(folder.path());
        assert!(error.code() == "disk" && error.to_string().contains(&name), "{error}");
    }
}
