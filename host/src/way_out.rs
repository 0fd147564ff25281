//! The ways out of trouble, as data. What went wrong is told in words that are true wherever they are read; what can be
//! done about it is a [`WayOut`], for which a command line names a command, a page has a button, and another host whatever
//! it has.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something that a person can do about what they were told.
///
/// As JSON it is an object with the stable word under `do`, and what it is about beside it:
/// `{"do": "release", "file": "100001"}`. A word once given keeps its meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum WayOut {
    /// Connect to the source, by one's own sign-in or with the company's credentials.
    Connect,
    /// Sign in again, so that one's own connection is accepted again.
    SignInAgain,
    /// Connect with the company's credentials again.
    RenewCredentials,
    /// Give a connection up.
    Disconnect,
    /// Choose the drive of the connection.
    ChooseDrive,
    /// Look which drives there are, or name one by its address.
    ShowDrives,
    /// Choose a drive by its address.
    DriveByAddress,
    /// Say that the connection is to have another drive than it has now.
    SwitchDrive,
    /// See to the address that was given.
    CheckAddress,
    /// Look who the users are, or add one.
    ShowUsers,
    /// Look which accounts there are, or make one.
    ShowAccounts,
    /// Change the key, or go on with that.
    ChangeKey,
    /// Make the key to change to, which every host needs before.
    PrepareKey,
    /// Look which files the library has.
    ShowFiles,
    /// Look what is in the bin.
    ShowBin,
    /// Look where a file is shown.
    ShowPlaces {
        /// The File ID; none for whichever file it is.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
    /// Look at the runs and uploads.
    ShowRuns,
    /// Look at the long work that was begun.
    ShowOperations,
    /// Look what a plugin may be given.
    ShowPowers,
    /// Look at the trash, which holds bytes that nothing points at.
    ShowTrash,
    /// Make room by emptying the trash.
    EmptyTrash,
    /// Let the sync run now.
    Sync,
    /// Make a plan of the sync.
    MakePlan,
    /// Let the sync take that many files for gone.
    AcceptGone,
    /// Let a file follow its item again.
    Release {
        /// The File ID; none for whichever file it is.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
    /// Make a file the library's own.
    Unlock {
        /// The File ID; none for whichever file it is.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
    /// Let a file follow another item.
    Follow {
        /// The File ID; none for whichever file it is.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
    /// Bring a file back out of the bin.
    Restore {
        /// The File ID; none for whichever file it is.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
    /// Put a file into the bin.
    Remove {
        /// The File ID; none for whichever file it is.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
    /// Give a file of the library's own other content.
    Replace {
        /// The File ID; none for whichever file it is.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
    /// Take a file out of where it is shown.
    TakeOut {
        /// The File ID; none for whichever file it is.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
    /// Look which content a file has had.
    ShowRevisions {
        /// The File ID; none for whichever file it is.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
    /// Take the update of a file back.
    RollBack,
    /// Upload a sheet that ties files to items.
    Associate,
    /// Take an upload of a sheet back.
    UndoUpload {
        /// The upload's run.
        run: i64,
    },
    /// Look at the bytes of a file, or of all files.
    Verify {
        /// The File ID; none for all.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
    /// Go on with a database that is not the one of its folder, after reading what that means.
    Adopt,
    /// Name another folder for the backup.
    OtherBackupFolder,
    /// Back the library up.
    BackUp,
    /// Name the file of the key of a backup, or leave its secrets out.
    GiveKey,
    /// Restore from the backup once more, which begins anew.
    RestoreAnew,
    /// Move the library of the folder to its server, which goes on where it was broken off.
    MoveLibrary,
    /// Wipe secrets whose key is lost, and make a new key.
    ForgetSecrets,
    /// Let the program write where it may not.
    LetWrite,
    /// Use another data folder.
    OtherDataFolder,
    /// Name the plugin's file.
    GivePlugin,
    /// Wait for the sign-in on another port.
    OtherPort,
    /// Look how connections, the sync and the disk stand.
    ShowStatus,
    /// Look what can be set, and how it is set.
    ShowSettings,
    /// Register the application with which everybody signs in.
    RegisterApplication {
        /// The user whose own sign-in was made with it; none for one that is filled in.
        #[serde(skip_serializing_if = "Option::is_none")]
        of: Option<String>,
    },
    /// Delete the registered application, with its secret.
    ForgetApplication,
    /// Set the clock of this machine.
    SetClock,
    /// See to the network between this machine and the source.
    CheckNetwork,
    /// Let this machine know the authority that has made a certificate.
    TrustAuthority,
    /// Let somebody with the rights at the source grant what is missing, or take away what is too much.
    GrantRights,
}

impl fmt::Display for WayOut {
    /// In the product's words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connect with your own sign-in or with the company's credentials",
            Self::SignInAgain => "sign in again",
            Self::RenewCredentials => "connect with the company's credentials again",
            Self::Disconnect => "disconnecting wipes those of a connection",
            Self::ChooseDrive => "choose one",
            Self::ShowDrives => {
                "choose one of the drives that this connection can see, or name it by its address, as for an application \
                 that was granted single sites only"
            }
            Self::DriveByAddress => "choose the drive by its address",
            Self::SwitchDrive => "say that it is to be changed",
            Self::CheckAddress => "check the address, and that this connection may see the site",
            Self::ShowUsers => "look who the users are, or add one",
            Self::ChangeKey => "change the key",
            Self::PrepareKey => "make it, and give it to every host",
            Self::ShowAccounts => "look which accounts there are, or add one",
            Self::ShowFiles => "look up the File IDs in the library",
            Self::ShowBin => "look what is in the bin",
            Self::ShowPlaces { .. } => "look where the file is shown",
            Self::ShowRuns => "look at the list of runs",
            Self::ShowOperations => "look at the list of operations",
            Self::ShowPowers => "use a plugin that needs no more than this host gives",
            Self::ShowTrash => "the trash shows when they are deleted",
            Self::EmptyTrash => "free some room, by emptying the trash for one, and try again",
            Self::Sync => "a sync does so now",
            Self::MakePlan => "make a new plan",
            Self::AcceptGone => "if that is right, let the sync take them for gone",
            Self::Release { .. } => "release the file to let it follow again",
            Self::Unlock { .. } => "unlock the file to make it the library's own",
            Self::Follow { .. } => "let the file follow another item",
            Self::Restore { .. } => "restore it to bring it back",
            Self::Remove { .. } => "remove the file",
            Self::Replace { .. } => "give the file content by hand",
            Self::TakeOut { .. } => "take it out of there",
            Self::ShowRevisions { .. } => "look which revisions the file has",
            Self::RollBack => "roll a file back to take its update back",
            Self::Associate => "upload the sheet again",
            Self::UndoUpload { .. } => "take the upload back to undo that",
            Self::Verify { .. } => "verify it to look again",
            Self::Adopt => "adopting tells first what that would mean",
            Self::OtherBackupFolder => "give another folder for the backup",
            Self::BackUp => "back the library up",
            Self::GiveKey => "give the file of that key, or leave the secrets out and sign in again afterwards",
            Self::RestoreAnew => "restore into it again, which begins anew",
            Self::MoveLibrary => "move the library there",
            Self::ForgetSecrets => {
                "forget the secrets, which wipes them and makes a new key; the files stay, and you connect again"
            }
            Self::LetWrite => "let this program write there",
            Self::OtherDataFolder => "give another data folder",
            Self::GivePlugin => "give the plugin's file",
            Self::OtherPort => "give another port, or none for a free one",
            Self::ShowStatus => "look how the connection stands",
            Self::ShowSettings => "look at the list of settings",
            Self::RegisterApplication { of: None } => "register the application that everybody signs in with",
            Self::RegisterApplication { .. } => "register the application of that sign-in for everybody",
            Self::ForgetApplication => "forget the registered application, which deletes its secret",
            Self::SetClock => "set this machine's clock, and let it be kept right by the network",
            Self::CheckNetwork => "look at this machine's network: name service, firewall and proxy",
            Self::TrustAuthority => {
                "add the certificate of that authority to those that this machine trusts, if that is meant to be so"
            }
            Self::GrantRights => "who administers the source can change what is granted",
        })
    }
}

/// Something that people should hear of, with the ways out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What is the case.
    pub message: String,
    /// What can be done about it, the likeliest first.
    pub ways_out: Vec<WayOut>,
}

impl From<String> for Notice {
    fn from(message: String) -> Self {
        Self {
            message,
            ways_out: Vec::new(),
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&sentence(&self.message, &self.ways_out, WayOut::to_string))
    }
}

/// What is the case and what can be done about it, each way out in the words that `named` has for it.
pub fn sentence(fact: &str, ways_out: &[WayOut], named: impl Fn(&WayOut) -> String) -> String {
    let ways: Vec<String> = ways_out.iter().map(named).collect();
    if ways.is_empty() {
        return fact.into();
    }
    // A sentence that goes on with its way out has not ended.
    let fact = fact.strip_suffix('.').unwrap_or(fact);
    let end = ["; ", ". "].iter().filter_map(|end| fact.rfind(end)).max();
    let clause = end.and_then(|end| fact.get(end..)).unwrap_or(fact);
    // One colon is enough for a clause.
    let mark = if clause.contains(": ") { "; " } else { ": " };
    format!("{fact}{mark}{}", ways.join(", or "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_out_is_a_stable_word_and_what_it_is_about() {
        let json = |way| serde_json::to_string(&way).unwrap();
        let file = || Some("100001".to_string());
        assert_eq!(
            json(WayOut::Release { file: file() }),
            r#"{"do":"release","file":"100001"}"#
        );
        assert_eq!(json(WayOut::Verify { file: None }), r#"{"do":"verify"}"#);
        assert_eq!(json(WayOut::UndoUpload { run: 7 }), r#"{"do":"undo-upload","run":7}"#);
    }

    #[test]
    fn the_ways_out_end_the_sentence_whatever_marks_it_has() {
        let told = |fact: &str, ways: &[WayOut]| sentence(fact, ways, WayOut::to_string);
        let way = || WayOut::LetWrite;
        assert_eq!(told("no way", &[]), "no way");
        assert_eq!(told("one", &[way()]), "one: let this program write there");
        assert_eq!(told("it: one", &[way()]), "it: one; let this program write there");
        assert_eq!(
            told("it: one. Two", &[way()]),
            "it: one. Two: let this program write there"
        );
        assert_eq!(
            told("it: one; two", &[way(), WayOut::OtherDataFolder]),
            "it: one; two: let this program write there, or give another data folder"
        );
    }
}
