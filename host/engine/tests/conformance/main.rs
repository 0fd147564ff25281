//! The suite of what a Content Library promises is right: it names nothing for a library that is, and what is wrong with
//! those that are broken on purpose.

use std::collections::BTreeSet;

use clientpoint_engine::conformance;

use example::Example;
use faulty::{FAULTS, Faulty};

mod example;
mod faulty;

// The library of the example, as it stands there.
#[path = "../../examples/own_library/shelf.rs"]
#[allow(dead_code, reason = "the example reads files, which no promise does")]
mod shelf;

#[tokio::test]
async fn a_library_that_keeps_its_promises_is_told_of_none() {
    let broken = conformance::broken(async || Ok(Example::default())).await;
    let told: Vec<String> = broken.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[tokio::test]
async fn each_library_that_is_broken_on_purpose_is_told_what_it_does_not_keep() {
    for (fault, id) in FAULTS {
        let broken = conformance::broken(async || Ok(Faulty::new(Example::default(), fault))).await;
        let told: Vec<&str> = broken.iter().map(|broken| broken.promise.id).collect();
        assert!(told.contains(&id), "{fault:?} is to be told as {id}: {told:?}");
    }
}

#[test]
fn each_promise_has_an_id_of_its_own_and_a_sentence() {
    let mut ids = BTreeSet::new();
    for promise in conformance::promises() {
        assert!(ids.insert(promise.id), "{} is there twice", promise.id);
        assert!(promise.text.ends_with('.'), "{}: {}", promise.id, promise.text);
    }
    assert!(40 < ids.len());
}
