//! States, dates and sizes as people read them.

pub(super) mod device;
pub(super) mod operation;
pub(super) mod sheet;
mod tone;
pub(super) mod trail;

use maud::{Markup, html};

use crate::store::{
    users::Role,
    words::{FileState, ItemState, RunState},
};

pub(super) use tone::Tone;

/// A state: its shape and its word.
pub(super) fn state(tone: Tone, label: &str) -> Markup {
    html! { span class=(tone.class()) { (label) } }
}

/// What somebody may do, as people call it.
pub(super) fn role(role: Role) -> &'static str {
    match role {
        Role::Administrator => "Administrator",
        Role::Member => "Member",
    }
}

/// A cell of comma separated text. No program takes it for a formula.
pub(super) fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mark = if is_formula { "'" } else { "" };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}

/// What a word of the ledger is for people.
pub(super) fn outcome(word: &str) -> (Tone, &str) {
    match word {
        "updated" => (Tone::Good, "Updated"),
        "unverified" => (Tone::Good, "Updated, not verifiable"),
        "unchanged" => (Tone::Good, "Up to date"),
        "source-back" => (Tone::Good, "Back again"),
        "linked" | "re-linked" | "already-linked" => (Tone::Good, "Linked"),
        "pending" => (Tone::Wait, "Waits for the next sync"),
        "deferred" => (Tone::Wait, "Waits: the source asked for patience"),
        "locked" => (Tone::Wait, "Waits: somebody has it locked"),
        "failed" => (Tone::Wait, "Not updated"),
        "given-up" => (Tone::Bad, "Not tried any more"),
        "format-mismatch" => (Tone::Bad, "Other format now"),
        "too-large" => (Tone::Bad, "Too large now"),
        "out-of-scope" => (Tone::Bad, "Moved out of reach"),
        "source-gone" => (Tone::Bad, "Gone from the source, kept here"),
        "access-lost" => (Tone::Bad, "No access any more"),
        "owner-lost" => (Tone::Bad, "Its Administrator has left"),
        "malware" => (Tone::Bad, "Malware was found in it"),
        "labelled" => (Tone::Bad, "Protected by a label"),
        "held" => (Tone::Bad, "Held"),
        "detached" => (Tone::Off, "No longer follows its source"),
        other => sheet::row(other, true),
    }
}

/// The same for what a sync would do.
pub(super) fn planned(word: &str) -> (Tone, &str) {
    match word {
        "updated" | "unverified" => (Tone::Good, "Would be updated"),
        "unchanged" => (Tone::Good, "Would be looked at"),
        "source-gone" => (Tone::Bad, "Would be marked as gone"),
        other => outcome(other),
    }
}

/// How a file stands.
pub(super) fn file(state: FileState) -> (Tone, &'static str) {
    match state {
        FileState::Own => (Tone::Off, "The library's own"),
        FileState::Held => (Tone::Bad, "Held"),
        FileState::Gone => (Tone::Bad, "Gone from the source, kept here"),
        FileState::Detached => (Tone::Off, "No longer follows its source"),
        FileState::Waiting => (Tone::Wait, "Waits for the next sync"),
        FileState::NotFollowing => (Tone::Bad, "Does not get its content"),
        FileState::Damaged => (Tone::Bad, "Damaged on this host's disk"),
        FileState::Following => (Tone::Good, "Up to date"),
    }
}

/// How far a file of an import is.
pub(super) fn item(state: ItemState) -> (Tone, &'static str) {
    match state {
        ItemState::Waiting => (Tone::Wait, "Waits"),
        ItemState::Transferring => (Tone::Wait, "On its way"),
        ItemState::Checking => (Tone::Wait, "Being checked"),
        ItemState::Imported => (Tone::Good, "In the library"),
        ItemState::AlreadyImported => (Tone::Good, "In the library already"),
        ItemState::Refused => (Tone::Bad, "Not imported: it can't be"),
        ItemState::Failed => (Tone::Bad, "Not imported"),
        ItemState::Stopped => (Tone::Off, "Stopped on its way"),
        ItemState::NotStarted => (Tone::Off, "Not begun"),
        ItemState::Duplicate => (Tone::Off, "Named twice"),
    }
}

/// The same as the end of a count: `3 imported`.
pub(super) fn item_word(word: &str) -> &str {
    match word {
        "already-imported" => "already in the library",
        "not-started" => "not begun",
        "refused" => "that can't be imported",
        "failed" => "not imported",
        other => other,
    }
}

/// A fact as a sentence of its own.
pub(super) fn sentence(fact: &str) -> Markup {
    let mut letters = fact.trim().chars();
    let first: String = letters
        .next()
        .map(|first| first.to_uppercase().collect())
        .unwrap_or_default();
    let rest = letters.as_str();
    let end = if rest.ends_with(['.', '!', '?', ':']) || fact.is_empty() {
        ""
    } else {
        "."
    };
    name(&quoted(&format!("{first}{rest}{end}")))
}

/// Names that stand between backticks, between the marks that people write.
fn quoted(fact: &str) -> String {
    let parts: Vec<&str> = fact.split('`').collect();
    // One that is left over is part of a name.
    if parts.len().is_multiple_of(2) {
        return fact.to_owned();
    }
    let mut text = String::new();
    for (place, part) in parts.iter().enumerate() {
        match place {
            0 => {}
            _ if place.is_multiple_of(2) => text.push('”'),
            _ => text.push('“'),
        }
        text.push_str(part);
    }
    text
}

/// How a run came out.
pub(super) fn run(state: RunState) -> (Tone, &'static str) {
    match state {
        RunState::Complete => (Tone::Good, "Finished"),
        RunState::Running => (Tone::Wait, "Runs"),
        RunState::Waiting => (Tone::Wait, "Waits for its turn"),
        RunState::Interrupted => (Tone::Wait, "Interrupted"),
        RunState::Incomplete => (Tone::Wait, "Not finished"),
        RunState::Failed => (Tone::Bad, "Failed"),
        RunState::Planned => (Tone::Off, "Looked only"),
    }
}

/// A moment: in UTC as text, and for the script that adds what it is here.
pub(super) fn moment(at: &str) -> Markup {
    let short = at.get(..16).map(|short| short.replace('T', " "));
    html! { time datetime=(at) { (short.as_deref().unwrap_or(at)) " UTC" } }
}

/// A moment, or what is said where there is none.
pub(super) fn moment_or(at: Option<&str>, none: &str) -> Markup {
    match at {
        Some(at) => moment(at),
        None => html! { span.soft { (none) } },
    }
}

/// A size in the unit that fits.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1_000 {
        return format!("{bytes} bytes");
    }
    let mut scaled = bytes as f64;
    let mut unit = "";
    for next in UNITS {
        if scaled < 1_000.0 {
            break;
        }
        scaled /= 1_000.0;
        unit = next;
    }
    if scaled < 10.0 {
        format!("{scaled:.1} {unit}")
    } else {
        format!("{scaled:.0} {unit}")
    }
}

/// `1 file`, `412 files`; large numbers with a comma.
pub(super) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// 12345 as 12,345.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if 0 < place && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A name from outside: it can't reorder or hide what stands around it.
pub(super) fn name(text: &str) -> Markup {
    html! { bdi { (clientpoint_engine::text::one_line(text)) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_sizes_are_read_at_a_glance() {
        assert_eq!(count(1, "file", "files"), "1 file");
        assert_eq!(count(12_345_678, "file", "files"), "12,345,678 files");
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(524_288_000), "524 MB");
        assert_eq!(size(3_140_000), "3.1 MB");
    }

    #[test]
    fn a_name_in_a_sentence_stands_between_the_marks_that_people_write() {
        assert_eq!(
            sentence("file 100001 (`Plan.pdf`) is called `Offer.pdf` by now").into_string(),
            "<bdi>File 100001 (“Plan.pdf”) is called “Offer.pdf” by now.</bdi>"
        );
        let odd = sentence("`Tom`s.pdf` is there").into_string();
        assert_eq!(odd, "<bdi>`Tom`s.pdf` is there.</bdi>", "who knows where it ends");
    }

    #[test]
    fn a_hostile_name_is_shown_and_harms_nothing() {
        let shown = name("<script>alert(1)</script>\u{202e}fdp.exe\n").into_string();
        assert_eq!(
            shown,
            "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;\\u{202e}fdp.exe\\n</bdi>"
        );
    }
}
