//! Killed at any moment of any command: the folder is whole, and the same command does then what it would have done.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use end_to_end::chance::Chance;

use crate::{
    commands::{self, Typed},
    seen::{Seen, look},
    stage::{Call, Stage, said},
};

/// Kills commands so many times in all, one after the other, each at a moment that chance chooses.
pub fn kills(stage: &Stage, times: usize, chance: &mut Chance) {
    let call = stage.call();
    let all = commands::all(stage);
    let undisturbed: Vec<(Duration, Seen)> = all.iter().map(|typed| undisturbed(stage, &call, typed)).collect();
    let mut cut_off = 0;
    for number in 0..times {
        // Those that change something come twice as often as those that only look.
        let index = choose(&all, chance);
        let (typed, (length, then)) = (&all[index], &undisturbed[index]);
        let data = stage.fresh();
        let out = tempfile::tempdir().unwrap();
        let words = typed.words(&out.path().join("out"));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let after = Duration::from_micros(chance.below(length.as_micros() as u64 * 11 / 10 + 1));
        let mut child = call.start(data.path(), &words, typed.input);
        std::thread::sleep(after);
        let ended = child.try_wait().unwrap().is_some();
        child.kill().unwrap();
        drop(child.wait_with_output());
        cut_off += usize::from(!ended);
        let when = format!("kill {number}: `{}` after {after:?}", typed.name());
        look(&call, data.path(), &when);
        finish(&call, data.path(), typed, &when);
        let seen = look(&call, data.path(), &when);
        assert_eq!(
            &seen, then,
            "{when}: the folder differs from one where nothing happened"
        );
    }
    println!(
        "kills: {cut_off} of {times} in the middle, over {} commands: whole, and as if nothing had happened",
        all.len()
    );
}

fn choose(all: &[Typed], chance: &mut Chance) -> usize {
    loop {
        let index = chance.below(all.len() as u64) as usize;
        if !all[index].reads || chance.below(2) == 0 {
            return index;
        }
    }
}

/// How long a command takes, and what everything looks like after it and a sync.
fn undisturbed(stage: &Stage, call: &Call, typed: &Typed) -> (Duration, Seen) {
    let data = stage.fresh();
    let out = tempfile::tempdir().unwrap();
    let words = typed.words(&out.path().join("out"));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let begin = Instant::now();
    let output = call.run(data.path(), &words, typed.input);
    let length = begin.elapsed();
    assert!(
        output.status.code().is_some_and(|code| code != 2),
        "`{}`: {}",
        typed.name(),
        said(&output)
    );
    settle(call, data.path(), typed);
    (length, look(call, data.path(), &typed.name()))
}

/// Does the same again, and lets the next morning come.
fn finish(call: &Call, data: &Path, typed: &Typed, when: &str) {
    let out = tempfile::tempdir().unwrap();
    let words = typed.words(&out.path().join("out"));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let again = call.run(data, &words, typed.input);
    // What had been done already may be refused now; what is broken would be told otherwise.
    let told = String::from_utf8_lossy(&again.stdout).into_owned();
    let broken = ["\"storage\"", "\"plugin-stopped\"", "\"ledger\"", "\"no-space\""]
        .iter()
        .any(|code| told.contains(code));
    let orderly = again.status.code().is_some_and(|code| code <= 3);
    assert!(orderly && !broken, "{when}, done again: {}", said(&again));
    settle(call, data, typed);
    let list = call.well(data, &["runs", "list"]);
    // A plan that was cut off says so in its message; nothing is left to be done about it.
    for run in list["runs"].as_array().unwrap() {
        let state = run["state"].as_str().unwrap();
        assert!(!matches!(state, "running" | "interrupted"), "{when}: {run}");
    }
    let drafts = std::fs::read_dir(data.join("drafts")).map_or(0, Iterator::count);
    assert_eq!(drafts, 0, "{when}: drafts lie about");
}

/// A sync, where there is a connection still: it needs the secret, and finishes what others have left.
fn settle(call: &Call, data: &Path, typed: &Typed) {
    if typed.words[0] != "disconnect" {
        call.well(data, &["sync"]);
    }
}
