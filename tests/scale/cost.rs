//! What processes needed of the processor, as the system counts it.

use std::{fs, time::Duration};

/// How many of the system's ticks a second has.
const TICKS: u64 = 100;

/// The time of a process and of those of its children that have ended; none for one that is gone.
pub fn of(process: u32) -> Duration {
    let Ok(text) = fs::read_to_string(format!("/proc/{process}/stat")) else {
        return Duration::ZERO;
    };
    let (_, fields) = text.rsplit_once(") ").unwrap();
    // The state is the third field; these are the 14th to the 17th.
    let ticks: u64 = fields
        .split(' ')
        .skip(11)
        .take(4)
        .map(|ticks| ticks.parse::<u64>().unwrap())
        .sum();
    Duration::from_millis(ticks * 1000 / TICKS)
}

/// The processes whose parent that one is.
pub fn children(parent: u32) -> Vec<u32> {
    let is_number = |entry: fs::DirEntry| entry.file_name().to_str()?.parse::<u32>().ok();
    let all = fs::read_dir("/proc").unwrap().flatten().filter_map(is_number);
    let of_parent = |process: &u32| {
        let text = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        let after = text
            .rsplit_once(") ")
            .map(|(_, fields)| fields.to_owned())
            .unwrap_or_default();
        after.split(' ').nth(1) == Some(&parent.to_string())
    };
    all.filter(of_parent).collect()
}
