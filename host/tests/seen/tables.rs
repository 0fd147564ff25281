//! Tables of words: every error with its code and status, every refusal and failure, and the words of the contract.

use std::path::Path;

use clientpoint_engine::contract::{
    clientpoint::content_source::types::ItemRef, exports::clientpoint::content_source::content_import as contract,
};
use clientpoint_host::{Error, service::ItemOutcome, store::look::Trouble, way_out::WayOut};

use crate::story::pinned;

/// One of each kind. A new kind needs its line.
fn errors() -> Vec<Error> {
    let text = |text: &str| text.to_string();
    vec![
        Error::Forbidden {
            user: text("mia"),
            what: "import files",
        },
        Error::NotConnected {
            source_title: text("Microsoft OneDrive"),
        },
        Error::NotFound {
            what: "file",
            name: text("100999"),
            way_out: WayOut::ShowFiles,
        },
        Error::Managed {
            id: text("100001"),
            name: text("Plan.pdf"),
        },
        Error::OtherPlugin {
            made_with: text("onedrive"),
            present: text("shelf"),
        },
        Error::Outdated(text("what has changed since, and what to do")),
        Error::Settings(text("what is wrong, and what to do")),
        Error::SignIn {
            problem: text("sign-in-again"),
            message: text("what happened, and what to do"),
        },
        Error::Plugin {
            code: "no-drive",
            message: text("what happened, and what to do"),
        },
        Error::PluginStopped(text("it took too long")),
        Error::Ledger {
            run: 7,
            message: text("two lines for one file"),
        },
        Error::Sync {
            code: "sync-running",
            message: text("what is in the way, and what to do"),
        },
        Error::Catalogue {
            code: "new-catalogue",
            message: text("what does not fit, and the ways out"),
        },
        Error::Bin {
            code: "in-the-bin",
            message: text("which file, and the way out"),
        },
        Error::People {
            code: "last-administrator",
            message: text("of whom, and why"),
        },
        Error::Damaged {
            file: text("100001"),
            name: text("Plan.pdf"),
            revision: 2,
            what: text("they are missing"),
            remedy: text("the next sync fetches them anew"),
        }
        .with([WayOut::Sync]),
        Error::NoSpace(text("data")),
        Error::ReadOnly(text("data")),
        Error::Busy {
            folder: text("data"),
            what: text("the key can't be changed"),
            holders: vec![text("`a`"), text("`b`")],
        },
        Error::Busy {
            folder: text("data"),
            what: text("the key can't be changed"),
            holders: Vec::new(),
        },
        Error::Disk {
            folder: text("data"),
            reason: text("Input/output error"),
        },
        Error::DamagedDatabase {
            folder: text("data"),
            reason: text("file is not a database"),
        },
        Error::Server {
            code: "database-away",
            message: text("which server, why, and what to do"),
        },
        Error::Storage(text("what the system says")),
    ]
}

#[test]
fn every_error_has_its_code_its_status_and_its_words() {
    let lines: Vec<String> = errors().iter().map(line).collect();
    pinned("tables", "errors", &lines.join("\n"));
}

#[test]
fn every_refusal_of_a_call_has_its_code_and_its_words() {
    let text = || "what the plugin says".to_string();
    let all = [
        contract::Error::Forbidden,
        contract::Error::NoDrive,
        contract::Error::TooMany(5),
        contract::Error::NotFound,
        contract::Error::WrongAddress(text()),
        contract::Error::AccessDenied(text()),
        contract::Error::SignInNeeded(text()),
        contract::Error::Throttled(Some(30)),
        contract::Error::Throttled(None),
        contract::Error::Unavailable(text()),
        contract::Error::Withheld(text()),
        contract::Error::Other(text()),
    ];
    let lines: Vec<String> = all.map(|error| line(&error.into())).into();
    pinned("tables", "calls", &lines.join("\n"));
}

#[test]
fn every_way_in_which_a_file_stays_out_has_its_word() {
    use contract::{Failure, Outcome, Refusal};
    let refusals = [
        Refusal::UnsupportedType("xlsm".into()),
        Refusal::TooLarge((6, 5)),
        Refusal::Folder,
        Refusal::Subfolder,
        Refusal::Package,
        Refusal::Shortcut,
        Refusal::Malware,
        Refusal::OtherDrive,
        Refusal::UnknownKind,
    ];
    let failures = [
        Failure::NotFound,
        Failure::AccessDenied,
        Failure::Locked,
        Failure::Labelled,
        Failure::Throttled(Some(30)),
        Failure::Changing,
        Failure::Truncated,
        Failure::Stalled,
        Failure::Mismatch,
        Failure::NotTheFile,
        Failure::SignInNeeded,
        Failure::SourceError(500),
        Failure::Network,
        Failure::NoSpace,
        Failure::Library,
        Failure::Other,
    ];
    let outcomes = refusals
        .map(Outcome::Refused)
        .into_iter()
        .chain(failures.map(Outcome::Failed));
    let lines: Vec<String> = outcomes
        .map(|outcome| {
            let of = format!("{outcome:?}");
            let item = ItemRef {
                drive: "drive".into(),
                item: "item".into(),
            };
            let seen = ItemOutcome::from(contract::ItemOutcome {
                item,
                name: "a.pdf".into(),
                outcome,
                message: String::new(),
            });
            format!("{of}: {} {}", seen.outcome, seen.reason.unwrap_or_default())
        })
        .collect();
    pinned("tables", "imports", &lines.join("\n"));
}

#[test]
fn every_damage_has_its_word_and_its_sentence() {
    let all = [
        Trouble::Missing,
        Trouble::Empty,
        Trouble::CutShort(3),
        Trouble::TooLong,
        Trouble::Changed,
        Trouble::Unreadable("Input/output error".into()),
    ];
    let lines = all.map(|trouble| format!("{}: {}", trouble.word(), trouble.told(9)));
    pinned("tables", "damage", &lines.join("\n"));
}

#[test]
fn the_words_of_the_contract_are_as_they_were() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "wit"));
    files.sort();
    let texts = files.iter().map(|path| std::fs::read_to_string(path).unwrap());
    pinned(
        "tables",
        "contract",
        &texts.flat_map(|text| enums(&text)).collect::<Vec<_>>().join("\n"),
    );
}

/// The enums and variants of a text of the contract, a line each.
fn enums(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
        if line.starts_with("enum ") || line.starts_with("variant ") {
            found.push(line.split(" //").next().unwrap_or_default().to_owned());
            open = !line.ends_with('}');
        } else if let (true, Some(last)) = (open, found.last_mut()) {
            last.push_str(&format!(" {line}"));
            open = line != "}";
        }
    }
    found
}

fn line(error: &Error) -> String {
    let status = if error.is_usage() { 2 } else { 1 };
    format!("{} (status {status}): {error}", error.code())
}
