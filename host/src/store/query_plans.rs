//! Every statement of this folder, as the database would carry it out: none walks a whole table but those that are named
//! here. The statements are read out of the source, so that one that is written tomorrow is looked at as well.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{Store, db, library_file, link_counts, open};

/// What statements begin with.
const BEGINNINGS: [&str; 6] = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WHERE ", "AND l.state"];

/// Where statements are put together at run time: the tests beside them look at how those are carried out. And where they
/// are a server's.
pub(super) const LISTS: [&str; 15] = [
    "db/addresses/finding.rs",
    "db/text.rs",
    "library_list.rs",
    "moving/comparing.rs",
    "moving/rows.rs",
    "moving/sequences.rs",
    "moving/source.rs",
    "moving/target.rs",
    "run_list.rs",
    "accounts.rs",
    "db.rs",
    "offers.rs",
    "runs/at_work.rs",
    "server.rs",
    "server/schema.rs",
];

/// What may be walked through as a whole: one row, a row a connection or a user, a thousand at most, or what is rare in any
/// library.
const SMALL: [&str; 26] = [
    "CONSTANT ROW",
    "json_each",
    "sqlite_schema",
    "pragma_foreign_key_check",
    "identity",
    "looking",
    "sealed_with",
    "settings",
    "sweeps",
    "prunes",
    "backups",
    "invitations",
    "connections",
    "applications",
    "company_tokens",
    "grants",
    "users",
    "logins",
    "sign_ins",
    "link_counts",
    "d",
    "damaged",
    // A page of objects.
    "named",
    "operations",
    "told",
    "digests",
];

/// Statements that walk through more, and why they may.
const WALKS: [(&str, &str, &str); 11] = [
    // A library that is restored forgets all of them, once.
    ("copied.rs", "DELETE FROM tokens", "tokens"),
    // Files that wait in the bin for their end, a page of them.
    (
        "bin/emptying.rs",
        "SELECT b.file FROM bin b",
        "b USING INDEX bin_waiting",
    ),
    (
        "bin/emptying.rs",
        "SELECT count(DISTINCT b.file)",
        "b USING INDEX bin_waiting",
    ),
    // What the library takes up is measured when somebody asks for it.
    ("sizes.rs", "SELECT count(DISTINCT b.file)", "b USING INDEX bin_waiting"),
    (
        "sizes.rs",
        "SELECT count(*), coalesce(sum(r.size), 0) FROM files f",
        "f",
    ),
    // Whether there is any.
    (
        "catalogue.rs",
        "SELECT EXISTS (SELECT 1 FROM revisions)",
        "revisions USING COVERING INDEX",
    ),
    ("sending.rs", "SELECT EXISTS (SELECT 1 FROM objects)", "objects"),
    (
        "sending.rs",
        "SELECT EXISTS (SELECT 1 FROM objects)",
        "revisions USING COVERING INDEX",
    ),
    // A sweep of an object store asks once a night what a share of it is.
    ("sending.rs", "SELECT count(*) FROM objects", "objects"),
    // The nightly look and `verify` count everything: that is what they are for.
    (
        "link_counts.rs",
        "SELECT connection, drive, sum(kept)",
        "links USING INDEX links_by_drive",
    ),
    // Whether there is any.
    ("settings.rs", "SELECT EXISTS (SELECT 1 FROM settings", "files"),
];

/// A text of the source, and the name that it is given.
struct Literal {
    name: Option<String>,
    text: String,
}

/// The texts of a file outside of its tests.
fn literals(source: &str) -> Vec<Literal> {
    let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let (mut literals, mut code) = (Vec::new(), String::new());
    let mut letters = source.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '/' if letters.peek() == Some(&'/') => while letters.next().is_some_and(|letter| letter != '\n') {},
            '\'' => {
                // A letter; else it is the mark of a lifetime.
                let ahead: String = letters.clone().take(3).collect();
                let length = match ahead.as_bytes() {
                    [b'\\', ..] => 3,
                    [_, b'\'', ..] => 2,
                    _ => 0,
                };
                for _ in 0..length {
                    letters.next();
                }
            }
            '"' => {
                literals.push(Literal {
                    name: given_name(&code),
                    text: text(&mut letters),
                });
                code.clear();
            }
            letter => code.push(letter),
        }
    }
    literals
}

/// The rest of a text, as the compiler reads it.
fn text(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut text = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => break,
            '\\' => match letters.next() {
                Some('\n') => while letters.next_if(|letter| letter.is_whitespace()).is_some() {},
                Some('n') => text.push('\n'),
                Some(letter) => text.push(letter),
                None => {}
            },
            letter => text.push(letter),
        }
    }
    text
}

/// The name in `const NAME: &str =` or `let name =`, if the code ends with that.
fn given_name(code: &str) -> Option<String> {
    let before = code.trim_end().strip_suffix('=')?.trim_end();
    let before = before.strip_suffix(": &str").unwrap_or(before);
    let name = before.rsplit([' ', '\n']).next()?;
    (!name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')).then(|| name.to_owned())
}

/// The statements of a file, with what they are put together from.
pub(super) fn statements(source: &str) -> Vec<String> {
    let literals = literals(source);
    let mut named: BTreeMap<String, String> = [
        ("COLUMNS", library_file::COLUMNS),
        ("columns", library_file::COLUMNS),
        ("FROM", library_file::FROM),
        ("files", library_file::FROM),
        ("OF", link_counts::OF),
        ("managed", link_counts::OF),
        ("rest", "WHERE f.id = ?"),
        ("order", "l.file"),
    ]
    .map(|(name, text)| (name.to_owned(), text.to_owned()))
    .into();
    let begin = format!(
        "SELECT {} FROM {} LEFT JOIN links l ON l.file = f.id",
        library_file::COLUMNS,
        library_file::FROM
    );
    named.insert("SELECT".into(), begin);
    let is_constant = |literal: &Literal| literal.name.as_ref().is_some_and(|name| *name == name.to_uppercase());
    for literal in &literals {
        if let Some(name) = &literal.name {
            named.insert(name.clone(), literal.text.clone());
        }
    }
    named.insert("select".into(), named["SELECT"].clone());
    let mut statements = Vec::new();
    for literal in literals.iter().filter(|literal| !is_constant(literal)) {
        let text = literal.text.as_str();
        let whole = match text {
            _ if text.starts_with("WHERE ") || text.starts_with("AND l.state") => format!("{{SELECT}} {text}"),
            _ if ["{SELECT}", "{select}", "{OVER}", "{RUNS_OVER}"]
                .iter()
                .any(|begin| text.starts_with(begin)) =>
            {
                text.to_owned()
            }
            _ if BEGINNINGS.iter().any(|beginning| text.starts_with(beginning)) => text.to_owned(),
            _ => continue,
        };
        if whole.contains("({links})") {
            let inner = literals
                .iter()
                .filter(|literal| literal.text.starts_with("SELECT * FROM "));
            statements.extend(inner.map(|inner| filled(&whole.replace("{links}", &inner.text), &named)));
        } else {
            statements.push(filled(&whole, &named));
        }
    }
    statements
}

fn filled(text: &str, named: &BTreeMap<String, String>) -> String {
    let mut text = text.to_owned();
    for _ in 0..4 {
        for (name, other) in named {
            text = text.replace(&format!("{{{name}}}"), other);
        }
    }
    text
}

/// Files of tests alone.
const OF_TESTS: [&str; 11] = [
    "broken.rs",
    "conformance.rs",
    "failing_over.rs",
    "lost_answers.rs",
    "lost_rights.rs",
    "odd_words.rs",
    "query_plans.rs",
    "server_plans.rs",
    "stage.rs",
    "tests.rs",
    "two_hosts.rs",
];

pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "tests" {
                files.extend(self::files(&path));
            }
        } else if name.ends_with(".rs") && !OF_TESTS.contains(&name.as_str()) {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// What a statement walks through as a whole.
async fn walks(store: &Store, statement: &str) -> sqlx::Result<Vec<String>> {
    let steps = db::trial::plan(statement, store.pool()).await?;
    Ok(steps
        .iter()
        .filter_map(|step| step.strip_prefix("SCAN ").map(str::to_owned))
        .collect())
}

/// Whether what is walked through is small, or comes out of another part of the statement.
fn is_small(statement: &str, walked: &str) -> bool {
    let name = walked.split(' ').next().unwrap_or_default();
    name.starts_with('(')
        || SMALL
            .iter()
            .any(|small| walked.starts_with(small) && (name == *small || small.contains(' ')))
        || statement.contains(&format!(") {name} "))
        || statement.contains(&format!(") {name})"))
        || statement.ends_with(&format!(") {name}"))
}

#[tokio::test]
async fn no_statement_walks_through_a_whole_table_but_those_that_are_named() {
    let data = tempfile::tempdir().unwrap();
    let store = open(data.path(), Duration::from_secs(5)).await.unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let (mut looked_at, mut told, mut walked) = (0, Vec::new(), Vec::new());
    for file in files(&folder) {
        let name = file.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
        if LISTS.contains(&name.as_str()) {
            continue;
        }
        for statement in statements(&fs::read_to_string(&file).unwrap()) {
            looked_at += 1;
            let steps = match walks(&store, &statement).await {
                Ok(steps) => steps,
                Err(error) => {
                    told.push(format!("{name}: {error}: {statement}"));
                    continue;
                }
            };
            for step in steps.into_iter().filter(|step| !is_small(&statement, step)) {
                let known = WALKS.iter().position(|(of, begins, walks)| {
                    *of == name && statement.starts_with(begins) && step.starts_with(walks)
                });
                match known {
                    Some(place) => walked.push(place),
                    None => told.push(format!("{name} walks through {step}: {statement}")),
                }
            }
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert!(150 < looked_at, "only {looked_at} statements were found");
    walked.sort_unstable();
    walked.dedup();
    assert_eq!(
        walked.len(),
        WALKS.len(),
        "what is named here walks no more: take it off the list"
    );
}
