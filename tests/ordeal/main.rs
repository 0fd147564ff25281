//! What a bad night does to a data folder, over and over: the program is killed in the middle of every command, works on
//! a disk without room, and changes its key beside others. Nothing may be lost, and nothing wrong handed out.
//!
//! `ordeal [--kills N] [--full N] [--rotations N] [--seed N]`; `cargo xtask ordeal` builds what it needs.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test, which stops at the first surprise and says it"
)]

mod commands;
mod full;
mod kills;
mod rotations;
mod seen;
mod stage;

use std::time::Instant;

use end_to_end::chance::Chance;
use stage::Stage;

/// How often each thing happens when nobody says otherwise.
const ALL: [(&str, usize); 3] = [("--kills", 500), ("--full", 60), ("--rotations", 100)];

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let Some(inside) = full::Inside::of(&words) {
        return full::inside(inside);
    }
    let number = |name: &str, otherwise: usize| {
        let place = words.iter().position(|word| word == name);
        place.map_or(otherwise, |place| words[place + 1].parse().expect("a whole number"))
    };
    let [kills, full, rotations] = ALL.map(|(name, otherwise)| number(name, otherwise));
    let seed = number("--seed", usize::try_from(std::process::id()).unwrap());
    println!(
        "{kills} kills, {full} commands on a full disk, {rotations} changes of the key; --seed {seed} plays it again"
    );
    let mut chance = Chance::new(seed as u64);
    let begin = Instant::now();
    let stage = Stage::set().await;
    if kills > 0 {
        kills::kills(&stage, kills, &mut chance);
    }
    if full > 0 {
        full::full(&stage, full, &mut chance);
    }
    if rotations > 0 {
        rotations::rotations(&stage, rotations);
    }
    println!("nothing was lost; {:.0} s", begin.elapsed().as_secs_f64());
}
