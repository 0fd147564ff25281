//! A year of a host that nobody looks at: night after night by a clock that is moved, with changes, troubles, removals, things
//! taken back, and a backup that is restored in the middle. At its end the library must be what a model says.
//!
//! `year [--nights N] [--files N] [--changed N] [--seed N]`; `cargo xtask year` builds what it needs.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test, which stops at the first surprise and says it"
)]

mod course;
mod measured;
mod model;
mod moving;

use std::time::Instant;

use course::{Course, Plan};
use end_to_end::chance::Chance;

/// What a year is when nobody says otherwise.
const ALL: [(&str, u64); 3] = [("--nights", 365), ("--files", 1000), ("--changed", 20)];

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str, otherwise: u64| {
        let place = words.iter().position(|word| word == name);
        place.map_or(otherwise, |place| words[place + 1].parse().expect("a whole number"))
    };
    let [nights, files, changed] = ALL.map(|(name, otherwise)| number(name, otherwise));
    let seed = number("--seed", u64::from(std::process::id()));
    println!("{nights} nights, {files} files, {changed} changed a night; --seed {seed} plays it again");
    let begin = Instant::now();
    measured::listen();
    let plan = Plan { nights, files, changed };
    let mut course = Course::begin(&plan, Chance::new(seed)).await;
    let first = course.calm_night(1).await;
    for number in 2..plan.nights {
        course.night(number).await;
        if number % 30 == 0 {
            println!("night {number}: {}", course.told().await);
        }
    }
    let last = course.calm_night(plan.nights).await;
    course.end().await;
    println!("statements of the first night and the last: {first}; {last}");
    assert!(
        last.of_runs() * 10 <= first.of_runs() * 11,
        "a night costs more than at the beginning; of the run:\n{}of keeping house:\n{}",
        measured::grown(&first.of_the_run, &last.of_the_run),
        measured::grown(&first.of_the_house, &last.of_the_house),
    );
    println!(
        "the library is as the model says; {:.0} s",
        begin.elapsed().as_secs_f64()
    );
}
