//! Everything that can be set.

use super::Kind;
use crate::{Error, Result, way_out::WayOut};

/// One thing that can be set.
#[derive(Debug)]
pub struct Known {
    /// How it is called, in all places: `policy.max-file-bytes`.
    pub key: &'static str,
    /// What its value can be.
    pub kind: Kind,
    /// Whether it may be kept in the data folder. All else is for the command line and the file of a deployment.
    pub may_be_kept: bool,
    /// What counts where nobody has set it; none where the plugin has the word, or nothing has.
    pub default: Option<&'static str>,
    /// What it is for, in a sentence.
    pub help: &'static str,
}

/// All of them, in the order in which they are shown.
pub const ALL: [Known; 38] = [
    kept(
        "policy.max-file-bytes",
        Kind::Size {
            least: 1,
            most: 4 << 40,
        },
        "The largest file that may enter.",
    ),
    kept(
        "policy.max-files-per-import",
        Kind::Count { least: 1, most: 1_000 },
        "How many files an import may name.",
    ),
    kept(
        "policy.file-types",
        Kind::Endings,
        "Endings of the files that may enter.",
    ),
    kept(
        "policy.subfolders",
        Kind::Choice(&["none", "associate", "browse"]),
        "What folders are good for: nothing; files below them can be associated; or they can be opened as well.",
    ),
    kept(
        "policy.max-sheet-bytes",
        Kind::Size {
            least: 1,
            most: 1 << 30,
        },
        "The largest sheet for associating files.",
    ),
    kept(
        "policy.max-sheet-rows",
        Kind::Count {
            least: 1,
            most: 1_048_576,
        },
        "The most rows of such a sheet.",
    ),
    own(
        "upload.max-bytes",
        Kind::Size {
            least: 1,
            most: 4 << 40,
        },
        "21474836480",
        "The largest file that can be added or replaced by hand.",
    ),
    own(
        "keep.revision-days",
        days(36_500),
        "90",
        "For how many days content that was replaced can be put back.",
    ),
    own(
        "keep.revisions-at-least",
        Kind::Count {
            least: 1,
            most: 1_000_000,
        },
        "5",
        "How many revisions of each file are kept whatever their age.",
    ),
    own(
        "keep.run-days",
        days(36_500),
        "400",
        "For how many days runs are kept, with what became of each file.",
    ),
    own(
        "keep.upload-days",
        days(36_500),
        "90",
        "For how many days an upload of a sheet can be taken back.",
    ),
    own(
        "keep.bin-days",
        days(36_500),
        "30",
        "For how many days a file in the bin can be brought back.",
    ),
    own(
        "keep.compiled",
        Kind::Count { least: 1, most: 100 },
        "3",
        "How many compiled forms of plugins are kept.",
    ),
    deployed("data", Kind::Path, "The data folder."),
    deployed(
        "objects.url",
        Kind::Address,
        "Where the bytes of files lie, if not in the data folder: `s3://bucket/prefix`, `az://container/prefix` or `file:///folder`.",
    ),
    deployed("plugin", Kind::Path, "The plugin's file."),
    deployed(
        "database.url-file",
        Kind::Path,
        "A file with the address of a PostgreSQL database, for many hosts: the data folder has none of its own then.",
    ),
    deployed(
        "console.listen",
        Kind::Address,
        "Where the console listens: an address of this machine and a port.",
    ),
    deployed(
        "console.public-url",
        Kind::Address,
        "Where browsers find the console, if not on this machine alone.",
    ),
    deployed(
        "backup.folder",
        Kind::Path,
        "The folder of the backups: outside of the data folder, best on another disk.",
    ),
    deployed(
        "metrics.listen",
        Kind::Address,
        "Where the metrics have a port of their own: an address of this machine and a port.",
    ),
    deployed(
        "metrics.token-file",
        Kind::Path,
        "A file with the token that opens the metrics.",
    ),
    deployed(
        "log.level",
        Kind::Choice(&["off", "error", "warn", "info", "debug"]),
        "How much the log shows.",
    ),
    deployed(
        "log.format",
        Kind::Choice(&["text", "json"]),
        "Whether the log is for people or for programs.",
    ),
    deployed(
        "notify.webhook-file",
        Kind::Path,
        "A file with the address of a webhook that tells people.",
    ),
    deployed(
        "notify.webhook-form",
        Kind::Choice(&["generic", "teams", "slack"]),
        "What that webhook understands.",
    ),
    deployed(
        "notify.mail-server",
        Kind::Address,
        "The mail server that tells people: a name and a port.",
    ),
    deployed(
        "notify.mail-tls",
        Kind::Choice(&["starttls", "tls", "none"]),
        "How the connection to it is made safe.",
    ),
    deployed("notify.mail-from", Kind::Text, "Whom these mails come from."),
    deployed("notify.mail-to", Kind::Text, "Who gets these mails, parted by commas."),
    deployed("notify.mail-user", Kind::Text, "The user at the mail server."),
    deployed(
        "notify.mail-password-file",
        Kind::Path,
        "A file with the password of that user.",
    ),
    deployed(
        "sign-in.issuer",
        Kind::Address,
        "The address of the sign-in service (OpenID Connect) by which people come into the console.",
    ),
    deployed("sign-in.client-id", Kind::Text, "What this host is called there."),
    deployed(
        "sign-in.client-secret-file",
        Kind::Path,
        "A file with the secret by which this host proves itself there.",
    ),
    deployed(
        "sign-in.name",
        Kind::Text,
        "How people call that service: it stands on the button.",
    ),
    deployed(
        "test.api-url",
        Kind::Address,
        "For tests and demonstrations: the origin in the place of the source's API.",
    ),
    deployed(
        "test.login-url",
        Kind::Address,
        "For tests and demonstrations: the origin in the place of the sign-in service's.",
    ),
];

const fn kept(key: &'static str, kind: Kind, help: &'static str) -> Known {
    let may_be_kept = true;
    Known {
        key,
        kind,
        may_be_kept,
        default: None,
        help,
    }
}

/// One that may be kept, and has a default of the host's own.
const fn own(key: &'static str, kind: Kind, default: &'static str, help: &'static str) -> Known {
    let default = Some(default);
    Known {
        key,
        kind,
        may_be_kept: true,
        default,
        help,
    }
}

const fn days(most: u32) -> Kind {
    Kind::Count { least: 1, most }
}

const fn deployed(key: &'static str, kind: Kind, help: &'static str) -> Known {
    let may_be_kept = false;
    Known {
        key,
        kind,
        may_be_kept,
        default: None,
        help,
    }
}

impl Known {
    /// The environment variable that sets it: `CLIENTPOINT_POLICY_MAX_FILE_BYTES`.
    pub fn variable(&self) -> String {
        format!("CLIENTPOINT_{}", self.key.to_uppercase().replace(['.', '-'], "_"))
    }

    /// The value in its one spelling.
    ///
    /// # Errors
    ///
    /// `Error::Settings` that names the setting and what to write.
    pub fn read(&self, value: &str) -> Result<String> {
        self.kind.read(value).map_err(|instead| {
            Error::Settings(format!("`{}` can't be `{}`: {instead}", self.key, value.escape_debug()))
                .with([WayOut::ShowSettings])
        })
    }
}

/// The setting of that name.
///
/// # Errors
///
/// `Error::Settings` that names the nearest.
pub fn find(key: &str) -> Result<&'static Known> {
    ALL.iter().find(|known| known.key == key).ok_or_else(|| {
        let nearest = ALL
            .iter()
            .map(|known| (strsim::normalized_damerau_levenshtein(known.key, key), known.key))
            .filter(|(nearness, _)| 0.6 < *nearness)
            .max_by(|one, other| one.0.total_cmp(&other.0));
        let meant = nearest.map_or_else(String::new, |(_, key)| format!(", but there is `{key}`"));
        Error::Settings(format!("there is no setting `{}`{meant}", key.escape_debug())).with([WayOut::ShowSettings])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_is_mistyped_is_told_with_the_nearest() {
        let error = find("policy.max-file-byte").unwrap_err().to_string();
        assert!(error.contains("but there is `policy.max-file-bytes`"), "{error}");
        assert!(!find("policy.a").unwrap_err().to_string().contains("but"));
        let error = find("colour").unwrap_err().to_string();
        assert!(error.starts_with("there is no setting `colour`:"), "{error}");
    }

    #[test]
    fn what_names_a_path_or_an_address_is_never_kept() {
        for known in &ALL {
            if matches!(known.kind, Kind::Path | Kind::Address) {
                assert!(!known.may_be_kept, "{}", known.key);
            }
        }
    }

    #[test]
    fn every_setting_has_a_variable_of_its_own() {
        assert_eq!(
            find("policy.max-file-bytes").unwrap().variable(),
            "CLIENTPOINT_POLICY_MAX_FILE_BYTES"
        );
        let variables: std::collections::BTreeSet<_> = ALL.iter().map(Known::variable).collect();
        assert_eq!(variables.len(), ALL.len());
    }
}
