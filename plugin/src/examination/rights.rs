//! What was granted, held against what is needed. Pure.
//!
//! An access token for Microsoft Graph is opaque to all but Graph
//! (<https://learn.microsoft.com/entra/identity-platform/access-tokens>), and never here. What a person has granted, the
//! token endpoint says itself, by name. What an application was granted, it does not say: that is found by asking for what
//! one permission opens and no lesser one does. Rights to write open no address that reads, so they can't be seen that way.

use crate::contract::{Finding, Remedy, Standing, Subject};

/// Whose rights are looked at, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// The application's own, for a drive of the organization.
    Company,
    /// A person's, for their own drive.
    Own,
    /// A person's, for all that they can open.
    Sites,
}

/// What the application was seen to be let in to; none where that could not be found out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// The library of the root site: `Files.Read.All`, or more.
    pub(super) files: Option<bool>,
    /// The root site itself: `Sites.Read.All`, or more.
    pub(super) sites: Option<bool>,
    /// The list of people: `User.Read.All`, or more.
    pub(super) people: Option<bool>,
    /// The list of groups: `GroupMember.Read.All`, or more.
    pub(super) groups: Option<bool>,
    /// Who may do what at a site: `Sites.FullControl.All`.
    pub(super) control: Option<bool>,
}

/// What belongs to signing in, and opens nothing of Graph but who has signed in. `User.Read` is put into each registration
/// by Microsoft itself.
const HARMLESS: [&str; 5] = ["openid", "profile", "offline_access", "email", "User.Read"];

const UNSEEN: &str = "rights to write can't be seen by reading: the application's API permissions list all";

impl Needs {
    /// The scopes that have to be there. What an application needs depends on the drive.
    const fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::Company => &["Files.Read.All"],
            Self::Own => &["Files.Read"],
            Self::Sites => &["Files.Read.All", "Sites.Read.All"],
        }
    }

    /// The least that would do, with the way to it.
    pub(super) const fn least(self) -> &'static str {
        match self {
            Self::Company => {
                "the least that would do is the application permission Files.Read.All of Microsoft Graph, or Sites.Selected \
                 with the role read for this one site; an administrator of Microsoft 365 adds it under API permissions and \
                 selects Grant admin consent"
            }
            Self::Own => {
                "the least that would do is the delegated permission Files.Read of Microsoft Graph: it must be among the \
                 application's API permissions, and be accepted when signing in"
            }
            Self::Sites => {
                "the least that would do are the delegated permissions Files.Read.All and Sites.Read.All of Microsoft Graph: \
                 they must be among the application's API permissions, and be accepted when signing in"
            }
        }
    }
}

/// Whether a scope gives what another one does, and more.
fn covers(mine: &str, wanted: &str) -> bool {
    let covering: &[&str] = match wanted {
        "Files.Read" => &["Files.ReadWrite", "Files.Read.All", "Files.ReadWrite.All"],
        "Files.Read.All" => &[
            "Files.ReadWrite.All",
            "Sites.Read.All",
            "Sites.ReadWrite.All",
            "Sites.FullControl.All",
        ],
        "Sites.Read.All" => &["Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All"],
        _ => &[],
    };
    let is = |name: &&str| name.eq_ignore_ascii_case(mine);
    mine.eq_ignore_ascii_case(wanted) || covering.iter().any(is)
}

/// What a person has granted, as the token endpoint says: names with blanks between, those of Graph with or without its
/// address in front.
pub(super) fn of_person(needs: Needs, granted: Option<&str>) -> Finding {
    let Some(granted) = granted else {
        return found(
            Standing::NotAsked,
            "Microsoft said nothing of what was granted when it gave the present token: it is known after the next renewal, \
             within an hour",
            None,
        );
    };
    let names: Vec<&str> = granted
        .split_ascii_whitespace()
        .map(|scope| scope.rsplit('/').next().unwrap_or(scope))
        .collect();
    let missing: Vec<&str> = needs
        .scopes()
        .iter()
        .copied()
        .filter(|wanted| !names.iter().any(|mine| covers(mine, wanted)))
        .collect();
    if !missing.is_empty() {
        let message = format!("{} was not granted: {}", missing.join(" and "), needs.least());
        return found(Standing::Failed, &message, Some(Remedy::Grant));
    }
    let is_needed = |name: &&str| {
        needs
            .scopes()
            .iter()
            .chain(&HARMLESS)
            .any(|known| known.eq_ignore_ascii_case(name))
    };
    let beyond: Vec<&str> = names.iter().copied().filter(|name| !is_needed(name)).collect();
    let least = needs.scopes().join(" and ");
    if beyond.is_empty() {
        return found(
            Standing::Well,
            &format!("{least} was granted, which is the least that does"),
            None,
        );
    }
    let message = format!(
        "more was granted than is used here: {}. The least that does is {least}: take the rest out of the application's API \
         permissions, and out of what was approved",
        beyond.join(", ")
    );
    found(Standing::Warning, &message, Some(Remedy::Grant))
}

impl Seen {
    /// What follows from it. `reads_drive` says whether the chosen drive is open; none where there is no such drive.
    pub(super) fn finding(self, reads_drive: Option<bool>) -> Finding {
        let opens_all = self.files == Some(true) || self.sites == Some(true);
        if !opens_all && reads_drive != Some(true) {
            return match (self.files, reads_drive) {
                (None, _) => found(
                    Standing::Warning,
                    "Microsoft did not answer in a way that tells what was granted: look again in some minutes",
                    Some(Remedy::Wait),
                ),
                // Single sites may have been granted, and which, nobody can ask.
                (_, None) => found(
                    Standing::Warning,
                    "no permission was found that opens all drives; for single sites (Sites.Selected), choose the drive by \
                     its address, and look again. Where neither was granted: the least that would do is the application \
                     permission Files.Read.All, with admin consent",
                    Some(Remedy::ChooseDrive),
                ),
                (_, Some(_)) => {
                    let message = format!(
                        "nothing was granted that opens the chosen drive: {}",
                        Needs::Company.least()
                    );
                    found(Standing::Failed, &message, Some(Remedy::Grant))
                }
            };
        }
        let beyond = self.beyond();
        if !beyond.is_empty() {
            let message = format!(
                "more was granted than is used here: {}. The least that does is Files.Read.All, or Sites.Selected for the one \
                 site: take the rest away under API permissions; {UNSEEN}",
                beyond.join(", ")
            );
            return found(Standing::Warning, &message, Some(Remedy::Grant));
        }
        found(Standing::Well, &format!("{}; {UNSEEN}", self.enough(opens_all)), None)
    }

    /// What nothing here asks for.
    fn beyond(self) -> Vec<&'static str> {
        let groups = (self.groups, "groups can be listed (GroupMember.Read.All or more)");
        let control = (self.control, "sites can be controlled (Sites.FullControl.All)");
        let seen = [groups, control].into_iter();
        seen.filter(|(open, _)| *open == Some(true))
            .map(|(_, words)| words)
            .collect()
    }

    fn enough(self, opens_all: bool) -> String {
        if !opens_all {
            return "the site of the chosen drive is open, and not all drives are: that is the least there is"
                .to_owned();
        }
        let listing: Vec<&str> = [(self.people, "User.Read.All"), (self.sites, "Sites.Read.All")]
            .into_iter()
            .filter(|(open, _)| *open == Some(true))
            .map(|(_, name)| name)
            .collect();
        let also = match listing.as_slice() {
            [] => String::new(),
            names => format!(", and {} for the list of drives alone", names.join(" and ")),
        };
        format!(
            "all drives can be read, for which Files.Read.All is the least{also} (for one site, Sites.Selected would do)"
        )
    }
}

fn found(standing: Standing, message: &str, remedy: Option<Remedy>) -> Finding {
    Finding {
        subject: Subject::Permissions,
        standing,
        message: message.to_owned(),
        remedy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_has_granted_is_held_against_what_is_needed() {
        for (needs, granted, standing, says) in [
            (
                Needs::Own,
                "https://graph.microsoft.com/Files.Read openid profile offline_access",
                Standing::Well,
                "Files.Read was",
            ),
            (
                Needs::Own,
                "openid files.read User.Read email",
                Standing::Well,
                "the least",
            ),
            (
                Needs::Own,
                "openid profile",
                Standing::Failed,
                "Files.Read was not granted",
            ),
            (
                Needs::Own,
                "Files.ReadWrite.All openid",
                Standing::Warning,
                "used here: Files.ReadWrite.All",
            ),
            (
                Needs::Sites,
                "Files.Read.All Sites.Read.All",
                Standing::Well,
                "Files.Read.All and Sites.Read.All",
            ),
            (
                Needs::Sites,
                "Files.Read.All",
                Standing::Failed,
                "Sites.Read.All was not granted",
            ),
            (
                Needs::Sites,
                "Sites.Read.All Files.Read.All Mail.Read",
                Standing::Warning,
                "used here: Mail.Read.",
            ),
            (Needs::Own, "", Standing::Failed, "Files.Read was not granted"),
        ] {
            let finding = of_person(needs, Some(granted));
            assert_eq!(finding.standing, standing, "{granted}: {}", finding.message);
            assert!(finding.message.contains(says), "{granted}: {}", finding.message);
        }
        assert_eq!(of_person(Needs::Own, None).standing, Standing::NotAsked);
    }

    #[test]
    fn what_an_application_was_granted_is_told_from_what_is_open() {
        let nothing = Seen {
            files: Some(false),
            sites: Some(false),
            people: Some(false),
            groups: Some(false),
            control: Some(false),
        };
        let open = Some(true);
        for (seen, reads_drive, standing, says) in [
            (
                nothing,
                Some(false),
                Standing::Failed,
                "the least that would do is the application permission Files.Read.All",
            ),
            (nothing, Some(true), Standing::Well, "that is the least there is"),
            (nothing, None, Standing::Warning, "choose the drive by its address"),
            (
                Seen { files: open, ..nothing },
                Some(true),
                Standing::Well,
                "Files.Read.All is the least (for",
            ),
            (
                Seen {
                    files: open,
                    people: open,
                    ..nothing
                },
                None,
                Standing::Well,
                "User.Read.All for the list of drives",
            ),
            (
                Seen { sites: open, ..nothing },
                Some(true),
                Standing::Well,
                "Sites.Read.All for the list",
            ),
            (
                Seen {
                    files: open,
                    control: open,
                    ..nothing
                },
                Some(true),
                Standing::Warning,
                "Sites.FullControl.All",
            ),
            (
                Seen {
                    files: open,
                    groups: open,
                    ..nothing
                },
                Some(true),
                Standing::Warning,
                "GroupMember.Read.All",
            ),
            (Seen::default(), None, Standing::Warning, "look again"),
        ] {
            let finding = seen.finding(reads_drive);
            assert_eq!(finding.standing, standing, "{seen:?}: {}", finding.message);
            assert!(finding.message.contains(says), "{seen:?}: {}", finding.message);
        }
    }
}
