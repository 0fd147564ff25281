//! What differs from one run to the next is taken out of what is seen: ports, seconds, and what nobody can guess.

/// What stands in its place.
const HIDDEN: &str = "…";

/// The months in which stories play.
const MONTHS: [&str; 4] = ["2026-02-", "2026-03-", "2026-04-", "2026-05-"];

/// Which letters something is made of.
type Letters = fn(char) -> bool;

/// Words behind which something comes that is random or changes with each build, and which characters it is made of.
const RANDOM: [(&str, Letters); 19] = [
    ("), request ", is_token),
    ("correlation ID ", is_token),
    ("request ID ", is_token),
    ("state=", is_token),
    ("token=", is_token),
    ("cpt_", is_token),
    ("nonce=", is_token),
    ("code_challenge=", is_token),
    ("it took ", digit),
    ("localhost:", digit),
    ("localhost%3A", digit),
    ("127.0.0.1:", digit),
    ("127.0.0.1%3A", digit),
    // The size of a database changes with its schema.
    ("\"database_bytes\": ", digit),
    ("  database    ", is_size),
    // Where a test's folder is.
    (", in /", is_path),
    ("the file `/", is_path),
    ("\"folder\": \"/", is_path),
    // The component's, which `inspect` tells.
    ("\n  \"size\": ", digit),
];

fn is_token(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')
}

fn is_size(letter: char) -> bool {
    digit(letter) || ". KMGiB".contains(letter)
}

fn is_path(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '/')
}

fn digit(letter: char) -> bool {
    letter.is_ascii_digit()
}

/// The text without what is random in it.
pub fn redacted(text: &str) -> String {
    let text = RANDOM
        .iter()
        .fold(text.to_owned(), |text, (word, is_part)| without(&text, word, *is_part));
    minutes(&text)
}

/// What is said beside the result, without progress: how often it is told, and for how long is waited, is chance.
pub fn without_progress(said: &str) -> String {
    let lines = said.lines().filter(|line| !is_progress(line));
    lines.map(|line| format!("{line}\n")).collect()
}

/// Whether this is `Film.mp4: 7.8 KiB of 192.0 KiB`, or `waiting 2 seconds: why`.
fn is_progress(line: &str) -> bool {
    let numbers = |text: &str| {
        text.chars()
            .all(|letter| letter.is_ascii_digit() || " .BKMGi".contains(letter))
    };
    let parts = line
        .rsplit_once(": ")
        .and_then(|(_, progress)| progress.split_once(" of "));
    let is_transfer = parts.is_some_and(|(some, all)| all.ends_with('B') && numbers(some) && numbers(all));
    is_transfer || line.starts_with("waiting ") && line.contains(" seconds: ")
}

/// The text with what comes behind a word left out.
fn without(text: &str, word: &str, is_part: fn(char) -> bool) -> String {
    let mut parts = text.split(word);
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(is_part);
        clean.push_str(word);
        if rest.len() < part.len() {
            clean.push_str(HIDDEN);
        }
        clean.push_str(rest);
    }
    clean
}

/// Times to the minute: a story stands still, but for the seconds that a command takes. A time outside of the months in
/// which stories play is the machine's.
fn minutes(text: &str) -> String {
    let mut clean = String::new();
    let mut rest = 0;
    for (end, _) in text.match_indices('Z') {
        let begin = end.saturating_sub(19);
        let moment = text.get(begin..end).filter(|_| rest <= begin);
        if !moment.and_then(|moment| moment.get(10..)).is_some_and(is_time) {
            continue;
        }
        clean.push_str(&text[rest..begin]);
        match MONTHS.iter().any(|month| text[begin..].starts_with(month)) {
            true => clean.push_str(&format!("{}00Z", &text[begin..end - 2])),
            false => clean.push_str(HIDDEN),
        }
        rest = end + 1;
    }
    clean + &text[rest..]
}

/// Whether this is `T05:00:03`.
fn is_time(text: &str) -> bool {
    text.len() == 9
        && text.bytes().zip(b"T00:00:00").all(|(byte, pattern)| match pattern {
            b'0' => byte.is_ascii_digit(),
            other => byte == *other,
        })
}

#[test]
fn times_are_told_to_the_minute() {
    assert_eq!(
        redacted("at 2026-03-02T05:00:03Z, Zoe, 2026-03-02T05:01:59Z"),
        "at 2026-03-02T05:00:00Z, Zoe, 2026-03-02T05:01:00Z"
    );
    assert_eq!(redacted("since 2027-01-02T05:00:03Z"), "since …");
    assert_eq!(redacted("x localhost:4711/y?state=a-b&c"), "x localhost:…/y?state=…&c");
    let said = "a\nFilm: 2.mp4: 7.8 KiB of 192.0 KiB\nwaiting 2 seconds: why\n1 of 2 files";
    assert_eq!(without_progress(said), "a\n1 of 2 files\n");
}
