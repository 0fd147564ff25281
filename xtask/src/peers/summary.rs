//! What became of the peers, counted.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::say;

/// What the tests said of a peer.
#[derive(Debug, Default, PartialEq)]
struct Account {
    versions: BTreeSet<String>,
    passed: usize,
    failed: usize,
    skipped: BTreeSet<String>,
}

/// Prints a line a peer, and the sum. `peers` are all there are, with the reason for those that are missing; `report` has a line of JSON for each test and peer, see `tests/src/peers.rs`.
pub fn print(peers: &[(&str, Option<String>)], report: &str) {
    let accounts = accounts(peers, report);
    say::header("peers: what became of them");
    for (name, account) in &accounts {
        let line = line(name, account);
        match account.failed == 0 && account.passed > 0 {
            true => say::ok(&line),
            false => say::note(&format!("– {line}")),
        }
    }
    say::header(&sum(&accounts));
}

fn accounts<'a>(peers: &[(&'a str, Option<String>)], report: &'a str) -> BTreeMap<&'a str, Account> {
    let account = |missing: &Option<String>| Account {
        skipped: missing.iter().cloned().collect(),
        ..Account::default()
    };
    let peers = peers.iter().map(|(name, missing)| (*name, account(missing)));
    let mut accounts: BTreeMap<&str, Account> = peers.collect();
    // The names of the report are those of folders, but the report is only a file.
    for value in report
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
    {
        let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
        let Some(account) = accounts.get_mut(text("peer")) else {
            continue;
        };
        if !text("version").is_empty() {
            account.versions.insert(text("version").to_owned());
        }
        match text("outcome") {
            "passed" => account.passed += 1,
            "skipped" => drop(account.skipped.insert(text("reason").to_owned())),
            _ => account.failed += 1,
        }
    }
    accounts
}

fn line(name: &str, account: &Account) -> String {
    let mut line = name.to_owned();
    for version in &account.versions {
        line += &format!(" {version}");
    }
    line += &format!(": {} passed", account.passed);
    if account.failed > 0 {
        line += &format!(", {} FAILED", account.failed);
    }
    for reason in &account.skipped {
        line += &format!(", skipped: {reason}");
    }
    if *account == Account::default() {
        line += ", no test asked for it";
    }
    line
}

/// Each peer counts once: as failed if anything failed, else as passed if anything passed.
fn sum(accounts: &BTreeMap<&str, Account>) -> String {
    let count = |what: fn(&Account) -> bool| accounts.values().filter(|account| what(account)).count();
    format!(
        "peers: {} passed, {} failed, {} skipped",
        count(|account| account.failed == 0 && account.passed > 0),
        count(|account| account.failed > 0),
        count(|account| account.failed == 0 && account.passed == 0)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_peer_is_counted_once_and_those_that_nobody_heard_of_count_as_skipped() {
        let report = r#"
            {"peer": "a", "version": "1.2", "test": "t::one", "outcome": "passed"}
            {"peer": "a", "version": "1.2", "test": "t::two", "outcome": "failed"}
            {"peer": "b", "test": "t::one", "outcome": "skipped", "reason": "not root"}
            {"peer": "c", "version": "3", "test": "t::one", "outcome": "passed"}
            {"peer": "c", "test": "t::two", "outcome": "skipped", "reason": "no mount"}
        "#;
        let missing = Some("no network".to_owned());
        let peers = [("a", None), ("b", None), ("c", None), ("d", None), ("e", missing)];
        let accounts = accounts(&peers, report);
        let lines: Vec<String> = accounts.iter().map(|(name, account)| line(name, account)).collect();
        assert_eq!(
            lines,
            [
                "a 1.2: 1 passed, 1 FAILED",
                "b: 0 passed, skipped: not root",
                "c 3: 1 passed, skipped: no mount",
                "d: 0 passed, no test asked for it",
                "e: 0 passed, skipped: no network"
            ]
        );
        assert_eq!(sum(&accounts), "peers: 1 passed, 1 failed, 3 skipped");
    }
}
