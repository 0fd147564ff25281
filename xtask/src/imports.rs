//! One style of imports: in a run of `use` statements, what comes from one crate stands in one of them. rustfmt could do
//! it (`imports_granularity`), but not on a stable toolchain.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result, ensure};

use crate::files;

/// Whether all sources import in the one style.
///
/// # Errors
/// If not; the text names each place.
pub fn check(root: &Path) -> Result<()> {
    let mut told = Vec::new();
    for file in files::ours(root, &[".rs"])? {
        let text = fs::read_to_string(&file).with_context(|| format!("can't read {}", file.display()))?;
        let shown = file.strip_prefix(root).unwrap_or(&file).display().to_string();
        told.extend(twice(&text).iter().map(|line| format!("{shown}:{line}")));
    }
    ensure!(
        told.is_empty(),
        "imports from one crate stand in one `use`; here a second begins:\n  {}",
        told.join("\n  ")
    );
    Ok(())
}

/// The numbers of the lines, from 1, in which a second statement of a run begins with the same crate. A statement with an
/// attribute or a comment of its own stands apart.
fn twice(source: &str) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    let mut inside = false;
    let mut of_its_own = false;
    let mut twice = Vec::new();
    for (number, line) in source.lines().enumerate() {
        if inside {
            inside = !line.trim_end().ends_with(';');
            continue;
        }
        let Some(root) = root_of(line) else {
            if !line.trim().is_empty() {
                seen.clear();
                of_its_own = line.trim_start().starts_with(['#', '/']);
            }
            continue;
        };
        if !of_its_own && !seen.insert(root) {
            twice.push(number + 1);
        }
        of_its_own = false;
        inside = !line.trim_end().ends_with(';');
    }
    twice
}

/// What a `use` statement begins with: how far to the right, to whom it is handed on, and from which crate.
fn root_of(line: &str) -> Option<(usize, &str, &str)> {
    let text = line.trim_start();
    let indent = line.len() - text.len();
    let (handed_on, path) = match text.strip_prefix("use ") {
        Some(path) => ("", path),
        None => text
            .split_once(" use ")
            .filter(|(before, _)| before.starts_with("pub"))?,
    };
    let root = path.split([':', ';', ' ']).find(|part| !part.is_empty())?;
    Some((indent, handed_on, root))
}

#[cfg(test)]
mod tests {
    use super::twice;

    #[test]
    fn what_comes_from_one_crate_stands_in_one_statement() {
        let good = "use std::{\n    fs,\n    io,\n};\n\nuse crate::a;\npub use crate::b;\n\nmod tests {\n    use super::*;\n}\n";
        assert!(twice(good).is_empty());
        assert_eq!(
            twice("use std::fs;\nuse std::{\n    io,\n};\n\nuse std::path::Path;\n"),
            [2, 6]
        );
        assert_eq!(twice("use crate::a;\nuse super::b;\n\nuse crate::c;\n"), [4]);
    }

    #[test]
    fn an_attribute_or_other_code_begins_anew() {
        assert!(twice("use crate::a;\n#[cfg(test)]\nuse crate::b;\nuse crate::c;\n").is_empty());
        assert!(twice("mod one {\n    use super::a;\n}\nmod two {\n    use super::a;\n}\n").is_empty());
    }
}
