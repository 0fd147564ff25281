//! The key is changed while others work on the folder: the secrets open after each change.

use std::{
    path::Path,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use crate::stage::{Call, Stage, said};

/// What those do who stand by, over and over.
const BYSTANDERS: [&[&str]; 3] = [&["library", "list"], &["users", "list"], &["status"]];

/// Changes the key so many times beside three who work on the same folder.
pub fn rotations(stage: &Stage, times: usize) {
    let (call, data) = (stage.call(), stage.fresh());
    let (over, calls) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (mut changed, mut refused) = (0, 0);
    std::thread::scope(|scope| {
        for words in BYSTANDERS {
            let (call, data, over, calls) = (&call, data.path(), &over, &calls);
            scope.spawn(move || stand_by(call, data, words, over, calls));
        }
        for number in 0..times {
            let output = call.run(data.path(), &["secrets", "rotate"], None);
            match output.status.code() {
                Some(0) => changed += 1,
                _ if said(&output).contains("\"folder-in-use\"") => refused += 1,
                _ => panic!("change {number}: {}", said(&output)),
            }
        }
        over.store(true, Ordering::Relaxed);
    });
    // A request to Microsoft takes the secret: it opens.
    call.well(data.path(), &["drives", "list"]);
    let calls = calls.load(Ordering::Relaxed);
    println!("key: {changed} changes beside {calls} commands of others, {refused} refused in words: the secrets open");
    assert!(changed > 0, "not one change of the key went through");
}

fn stand_by(call: &Call, data: &Path, words: &[&str], over: &AtomicBool, calls: &AtomicUsize) {
    while !over.load(Ordering::Relaxed) {
        let output = call.run(data, words, None);
        assert!(
            output.status.success(),
            "`{}` beside a change of the key: {}",
            words.join(" "),
            said(&output)
        );
        calls.fetch_add(1, Ordering::Relaxed);
    }
}
