//! The paths that a source names: in `use` lines, and in the middle of code.

/// A path, as segments.
pub type Segments = Vec<String>;

/// A `use` of one name.
#[derive(Debug, PartialEq)]
pub struct Use {
    /// What it is called here; `*` for all there is.
    pub name: String,
    /// What is named.
    pub path: Segments,
    /// Whether it is handed on (`pub use`).
    pub handed_on: bool,
}

/// All `use` lines of a bare source, a name each, and the source without them.
pub fn uses(source: &str) -> (Vec<Use>, String) {
    let mut uses = Vec::new();
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(place) = next_word(rest, "use") {
        let (before, after) = rest.split_at(place);
        code.push_str(before);
        let Some((what, beyond)) = after.split_once(';') else {
            break;
        };
        let line = before.rsplit(['\n', ';', '}', '{']).next().unwrap_or_default();
        let handed_on = line.trim_start().starts_with("pub");
        let what = what.trim_start_matches("use");
        leaves(&[], what, &mut |path, name| {
            uses.push(Use { name, path, handed_on });
        });
        rest = beyond;
    }
    code.push_str(rest);
    (uses, code)
}

/// Calls `leaf` with the path and the name of each that a tree like `a::{b, c::{self, d as e}}` names.
fn leaves(before: &[String], tree: &str, leaf: &mut impl FnMut(Segments, String)) {
    let tree = tree.trim();
    if let Some((head, group)) = tree.split_once('{') {
        let mut path = before.to_vec();
        path.extend(segments(head));
        let group = group.trim_end().strip_suffix('}').unwrap_or(group);
        for part in parts(group) {
            leaves(&path, part, leaf);
        }
        return;
    }
    if tree.is_empty() {
        return;
    }
    let (path, name) = tree
        .split_once(" as ")
        .map_or((tree, None), |(path, name)| (path, Some(name.trim())));
    let mut whole = before.to_vec();
    whole.extend(
        segments(path)
            .into_iter()
            .filter(|segment| before.is_empty() || segment != "self"),
    );
    let last = whole.last().cloned().unwrap_or_default();
    leaf(whole, name.map_or(last, str::to_owned));
}

/// The parts of a group, cut at the commas that stand in no inner one.
fn parts(group: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let cut = |letter: char| {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    };
    group.split(cut).collect()
}

fn segments(path: &str) -> Segments {
    let parts = path.split("::").map(|part| part.trim().trim_start_matches("r#"));
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// All paths of two and more segments in the middle of code.
pub fn in_code(code: &str) -> Vec<Segments> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    let words = code.split(|letter: char| !is_part(letter));
    let paths = words.filter(|word| word.contains("::") && !word.starts_with(':'));
    paths.map(segments).filter(|path| path.len() > 1).collect()
}

/// The modules that a bare source declares in files of their own.
pub fn modules(source: &str) -> Vec<String> {
    let mut modules = Vec::new();
    let mut rest = source;
    while let Some(place) = next_word(rest, "mod") {
        rest = rest.get(place + 3..).unwrap_or_default();
        let end = rest.find([';', '{']).unwrap_or(rest.len());
        let (name, beyond) = rest.split_at(end);
        if beyond.starts_with(';') {
            modules.push(name.trim().trim_start_matches("r#").to_owned());
        }
        rest = beyond;
    }
    modules
}

/// Where a word stands by itself.
fn next_word(text: &str, word: &str) -> Option<usize> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '#';
    let mut places = text.match_indices(word);
    let alone = |place: usize| {
        let before = text.get(..place).and_then(|before| before.chars().next_back());
        let after = text.get(place + word.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(is_part) && after.is_some_and(char::is_whitespace)
    };
    places.find(|(place, _)| alone(*place)).map(|(place, _)| place)
}
