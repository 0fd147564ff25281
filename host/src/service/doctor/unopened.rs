//! A host that can't be opened: what is in its way is what there is to say.

use std::path::Path;

use super::checks::from_here_on;
use crate::{
    Error,
    service::api::{Check, Examination},
    store::words::CheckSubject,
    way_out::WayOut,
};

/// What was found where a host could not be opened. The data folder's place is left out: it may name a person.
pub fn unopened(problems: &[Error], data: &Path) -> Examination {
    let mut checks: Vec<Check> = from_here_on(CheckSubject::Plugin, "the host can't be opened").collect();
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

/// What a problem is about, by the way out of it.
fn about(problem: &Error) -> CheckSubject {
    let ways = problem.ways_out();
    let has = |way: &WayOut| ways.contains(way);
    if has(&WayOut::GivePlugin) || has(&WayOut::ShowPowers) {
        CheckSubject::Plugin
    } else if has(&WayOut::ForgetSecrets) || has(&WayOut::GiveKey) {
        CheckSubject::Key
    } else {
        CheckSubject::Folder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_way_has_its_line_and_the_place_of_the_folder_is_not_told() {
        let lost = Error::Settings("`/home/ada/data/secret.key` is missing".into()).with([WayOut::ForgetSecrets]);
        let plugin = Error::Settings("the plugin is not there".into()).with([WayOut::GivePlugin]);
        let found = unopened(&[lost, plugin], Path::new("/home/ada/data"));
        assert!(!found.well);
        let of = |subject| found.checks.iter().find(|check| check.subject == subject).unwrap();
        assert_eq!(of(CheckSubject::Key).message, "`DATA/secret.key` is missing");
        assert_eq!(of(CheckSubject::Plugin).ways_out, [WayOut::GivePlugin]);
        assert_eq!(found.checks.len(), CheckSubject::ALL.len());
    }
}
