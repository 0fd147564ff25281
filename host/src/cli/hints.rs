//! What to type for each way out. Nothing outside of `cli` names a command.

use clientpoint_host::{
    Error,
    way_out::{Notice, WayOut, sentence},
};
use serde_json::{Value, json};

/// What went wrong, and what to type.
pub fn error(error: &Error) -> String {
    told(&error.fact(), &error.ways_out())
}

/// What people should hear of, and what to type.
pub fn notice(notice: &Notice) -> String {
    told(&notice.message, &notice.ways_out)
}

/// What is the case, and what to type.
pub fn told(fact: &str, ways_out: &[WayOut]) -> String {
    sentence(fact, ways_out, typed)
}

/// What went wrong, for programs: the stable code, a sentence, and the ways out as data.
pub fn in_json(error: &Error) -> Value {
    json!({ "code": error.code(), "message": error.to_string(), "ways_out": error.ways_out() })
}

/// What to type, and what comes of it.
pub fn typed(way: &WayOut) -> String {
    let plain = match way {
        WayOut::ShowPlaces { file } => return of_file("places", file, "", "lists where it is shown"),
        WayOut::Release { file } => return of_file("library release", file, "", "lets it follow again"),
        WayOut::Unlock { file } => return of_file("library unlock", file, "", "makes it the library's own"),
        WayOut::Follow { file } => return of_file("library follow", file, " ITEM", "lets it follow another item"),
        WayOut::Restore { file } => return of_file("library restore", file, "", "brings it back"),
        WayOut::Remove { file } => return of_file("library remove", file, "", "puts it into the bin"),
        WayOut::Replace { file } => return of_file("library replace", file, " FILE", "gives it content by hand"),
        WayOut::ShowRevisions { file } => return of_file("library revisions", file, "", "lists what it has had"),
        WayOut::TakeOut { file } => {
            let end = "or `--template NAME` takes it out of there";
            return of_file("unplace", file, " --clientpoint NAME", end);
        }
        WayOut::Verify { file: None } => "`clientpoint-host library verify` names them",
        WayOut::Verify { file } => return of_file("library verify", file, "", "looks again"),
        WayOut::UndoUpload { run } => return format!("`clientpoint-host associate undo {run}` takes that back"),
        WayOut::Connect => {
            "run `clientpoint-host connect user` (your own sign-in; with `--client-id ID` as long as no application is \
             registered) or `clientpoint-host connect organization --tenant TENANT --client-id ID --client-secret-stdin` (the \
             company's credentials)"
        }
        WayOut::SignInAgain => "run `clientpoint-host connect user`",
        WayOut::RenewCredentials => "run `clientpoint-host connect organization`",
        WayOut::Disconnect => "`clientpoint-host disconnect` wipes those of a connection",
        WayOut::ChooseDrive => "`clientpoint-host drives list` shows the drives, `drives select DRIVE-ID` chooses one",
        WayOut::ShowDrives => {
            "`clientpoint-host drives list` shows the drives that this connection can see; for an application that was \
             granted single sites only, `drives select --url ADDRESS` takes the address of one"
        }
        WayOut::DriveByAddress => "`clientpoint-host drives select --url ADDRESS` chooses a drive by its address",
        WayOut::SwitchDrive => "add `--switch` to change to another",
        WayOut::ShowUsers => "`clientpoint-host users list` shows them, `users add NAME --role ROLE` adds one",
        WayOut::ChangeKey => "`clientpoint-host secrets rotate` seals everything with the next key",
        WayOut::PrepareKey => "`clientpoint-host secrets next` makes it: copy it to every host",
        WayOut::ShowAccounts => "`clientpoint-host accounts list` shows them, `accounts add ID` adds one",
        WayOut::ShowFiles => "`clientpoint-host library list` shows the File IDs",
        WayOut::ShowBin => "`clientpoint-host library bin` shows what is",
        WayOut::ShowRuns => "`clientpoint-host runs list` shows the runs",
        WayOut::ShowOperations => "`clientpoint-host operations list` shows them",
        WayOut::ShowPowers => "use a plugin that needs no more than `clientpoint-host inspect` lists",
        WayOut::ShowTrash => "`clientpoint-host trash list` shows when they are deleted",
        WayOut::EmptyTrash => {
            "free some room (`clientpoint-host trash list` shows what `trash empty` would give back) and try again"
        }
        WayOut::Sync => "`clientpoint-host sync` does so now",
        WayOut::MakePlan => "`clientpoint-host sync --plan` makes a new one",
        WayOut::AcceptGone => "`clientpoint-host sync --accept-gone` takes them for gone, if that is right",
        WayOut::Associate => "`clientpoint-host associate SHEET.xlsx --preview` checks a sheet",
        WayOut::RollBack => "`clientpoint-host library rollback FILE-ID` takes the update of a file back",
        WayOut::Adopt => "`clientpoint-host library adopt` tells what that would mean, and does it with `--yes`",
        WayOut::OtherBackupFolder => "give another folder",
        WayOut::BackUp => "`clientpoint-host backup DIR` makes one",
        WayOut::GiveKey => {
            "give the file of that key with `--key FILE`, or leave the secrets out with `--without-secrets`"
        }
        WayOut::RestoreAnew => "`clientpoint-host restore BACKUP` into it begins anew",
        WayOut::MoveLibrary => "`clientpoint-host migrate` moves it there, or goes on with that",
        WayOut::ForgetSecrets => {
            "`clientpoint-host secrets forget` wipes them and makes a new key; the files stay, and you connect again"
        }
        WayOut::OtherDataFolder => "give another data folder with `--data DIR`",
        WayOut::GivePlugin => "give the right one with `--plugin FILE`",
        WayOut::OtherPort => "give another one with `--port N`, or leave `--port` out for a free one",
        WayOut::RegisterApplication { of: Some(user) } => {
            let of = quoted(user);
            return format!(
                "`clientpoint-host application set --of {of}` registers that of {user}'s sign-in for everybody"
            );
        }
        WayOut::RegisterApplication { of: None } => {
            "`clientpoint-host application set --client-id ID --client-secret-stdin` registers one, and its `--help` says where \
             to find what"
        }
        WayOut::ForgetApplication => "`clientpoint-host application forget` deletes that as well",
        WayOut::ShowStatus => "`clientpoint-host status` tells how the connection stands",
        WayOut::ShowSettings => "`clientpoint-host settings list` shows what can be set",
        // Nothing to type.
        WayOut::CheckAddress
        | WayOut::LetWrite
        | WayOut::SetClock
        | WayOut::CheckNetwork
        | WayOut::TrustAuthority
        | WayOut::GrantRights => return way.to_string(),
    };
    plain.into()
}

fn of_file(command: &str, file: &Option<String>, more: &str, end: &str) -> String {
    let file = file.as_deref().unwrap_or("FILE-ID");
    format!("`clientpoint-host {command} {file}{more}` {end}")
}

/// A name as a shell takes it.
fn quoted(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_.@".contains(c);
    match name.chars().all(is_plain) && !name.starts_with('-') {
        true => name.to_owned(),
        false => format!("'{}'", name.replace('\'', "'\\''")),
    }
}
