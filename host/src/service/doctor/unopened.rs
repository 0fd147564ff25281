//! A host that can't be opened: what is in its way is what there is to say.

use std::path::Path;

use super::checks::from_here_on;
use crate::{
    Error,
    service::api::{Check, Examination},
    store::{server, words::CheckSubject},
    way_out::WayOut,
};

/// What not every library has.
const ELSEWHERE: [CheckSubject; 2] = [CheckSubject::Database, CheckSubject::ObjectStore];

/// What was found where a host could not be opened. The data folder's place is left out: it may name a person.
pub fn unopened(problems: &[Error], data: &Path) -> Examination {
    let mut checks: Vec<Check> = from_here_on(CheckSubject::Plugin, "the host can't be opened")
        .filter(|check| !ELSEWHERE.contains(&check.subject) || problems.iter().any(|one| about(one) == check.subject))
        .collect();
    for problem in problems.iter().rev() {
        let subject = about(problem);
        let place = data.display().to_string();
        let fact = problem.fact();
        // A name of one letter would be found everywhere.
        let message = if 3 < place.len() {
            fact.replace(&place, "DATA")
        } else {
            fact
        };
        if let Some(check) = checks.iter_mut().find(|check| check.subject == subject) {
            *check = Check::failed(subject, message).with(problem.ways_out());
        }
    }
    Examination::new(None, None, checks)
}

/// What a problem is about, by its code or the way out of it.
fn about(problem: &Error) -> CheckSubject {
    let ways = problem.ways_out();
    let has = |way: &WayOut| ways.contains(way);
    if has(&WayOut::GivePlugin) || has(&WayOut::ShowPowers) {
        CheckSubject::Plugin
    } else if has(&WayOut::ForgetSecrets) || has(&WayOut::GiveKey) {
        CheckSubject::Key
    } else {
        match problem.code() {
            "database-away" | "database-busy" | "database-full" | "database-read-only" | "database-refused" => {
                CheckSubject::Database
            }
            "object-store-unreachable" | "object-store-refused" | "object-store-lost" | "foreign-objects" => {
                CheckSubject::ObjectStore
            }
            // What is wrong with the settings of these names them.
            "wrong-settings" if problem.fact().contains(server::SETTING) => CheckSubject::Database,
            "wrong-settings" if problem.fact().contains("objects.url") => CheckSubject::ObjectStore,
            _ => CheckSubject::Folder,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::words::CheckStanding;

    #[test]
    fn what_is_in_the_way_has_its_line_and_the_place_of_the_folder_is_not_told() {
        let lost = Error::Settings("`/home/ada/data/secret.key` is missing".into()).with([WayOut::ForgetSecrets]);
        let plugin = Error::Settings("the plugin is not there".into()).with([WayOut::GivePlugin]);
        let found = unopened(&[lost, plugin], Path::new("/home/ada/data"));
        assert!(!found.well);
        let of = |subject| found.checks.iter().find(|check| check.subject == subject).unwrap();
        assert_eq!(of(CheckSubject::Key).message, "`DATA/secret.key` is missing");
        assert_eq!(of(CheckSubject::Plugin).ways_out, [WayOut::GivePlugin]);
        assert_eq!(found.checks.len(), CheckSubject::ALL.len() - ELSEWHERE.len());
    }

    #[test]
    fn a_server_that_is_not_there_has_a_line_of_its_own() {
        let server = |code| Error::Server {
            code,
            message: "not there".into(),
        };
        let store = |code| Error::ObjectStore {
            code,
            message: "not there".into(),
        };
        for (problem, subject) in [
            (server("database-away"), CheckSubject::Database),
            (server("database-refused"), CheckSubject::Database),
            (store("object-store-unreachable"), CheckSubject::ObjectStore),
            (store("foreign-objects"), CheckSubject::ObjectStore),
            (
                Error::Settings("`database.url-file`: not there".into()),
                CheckSubject::Database,
            ),
            (
                Error::Settings("`objects.url`: not there".into()),
                CheckSubject::ObjectStore,
            ),
        ] {
            let found = unopened(&[problem], Path::new("/data"));
            let failed: Vec<CheckSubject> = found
                .checks
                .iter()
                .filter(|check| check.standing == CheckStanding::Failed)
                .map(|check| check.subject)
                .collect();
            assert_eq!(failed, [subject]);
            assert_eq!(found.checks.len(), CheckSubject::ALL.len() - 1);
        }
    }
}
