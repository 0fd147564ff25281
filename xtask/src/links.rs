//! Papers lead to each other: each link must lead to a file that is there, and to a heading that it has.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

/// As long as what a newcomer reads in five minutes may be, in lines.
const README_AT_MOST: usize = 150;

/// Whether all links between papers lead somewhere, and the README is short.
///
/// # Errors
/// If not; the text names each link that leads nowhere.
pub fn check(root: &Path) -> Result<()> {
    let mut broken = Vec::new();
    for paper in papers(root)? {
        let text = read(&paper)?;
        let at = paper.strip_prefix(root).unwrap_or(&paper).display().to_string();
        for link in links(&text) {
            if let Some(why) = leads_nowhere(&paper, &text, link)? {
                broken.push(format!("{at}: {link}: {why}"));
            }
        }
    }
    ensure!(broken.is_empty(), "links that lead nowhere:\n  {}", broken.join("\n  "));
    let length = read(&root.join("README.md"))?.lines().count();
    ensure!(
        length <= README_AT_MOST,
        "README.md has {length} lines, and {README_AT_MOST} is what a newcomer reads: move what only some want to docs/"
    );
    Ok(())
}

/// All papers for people: those at the root, and those in `docs/`.
fn papers(root: &Path) -> Result<Vec<PathBuf>> {
    let mut papers = Vec::new();
    for folder in [root.to_path_buf(), root.join("docs")] {
        for entry in fs::read_dir(&folder).with_context(|| format!("can't read {}", folder.display()))? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "md") {
                papers.push(path);
            }
        }
    }
    papers.sort();
    Ok(papers)
}

fn read(paper: &Path) -> Result<String> {
    fs::read_to_string(paper).with_context(|| format!("can't read {}", paper.display()))
}

/// The targets of all links of a text. What stands in code is none, unless it looks like one.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1);
    targets
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target)
}

/// Why a link of this paper leads nowhere. None for those that lead out of the project.
fn leads_nowhere(paper: &Path, text: &str, link: &str) -> Result<Option<String>> {
    if link.contains("://") || link.starts_with("mailto:") {
        return Ok(None);
    }
    let (file, heading) = link.split_once('#').unwrap_or((link, ""));
    let target = paper.parent().unwrap_or(paper).join(file);
    if !file.is_empty() && !target.exists() {
        return Ok(Some("there is no such file".to_owned()));
    }
    if heading.is_empty() {
        return Ok(None);
    }
    let has = |text: &str| headings(text).any(|one| one == heading);
    let found = if file.is_empty() {
        has(text)
    } else {
        has(&read(&target)?)
    };
    Ok((!found).then(|| "it has no such heading".to_owned()))
}

/// The headings of a text, as links name them: in lower case, with hyphens for blanks, without other signs.
fn headings(text: &str) -> impl Iterator<Item = String> {
    let titles = text.lines().filter(|line| line.starts_with('#'));
    titles.map(|line| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title
            .chars()
            .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
        kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    #[test]
    fn a_link_leads_to_a_file_and_to_a_heading_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("docs")).unwrap();
        fs::write(root.join("docs/other.md"), "# Other\n\n## What's in `it`, briefly\n").unwrap();
        let with = |text: &str| {
            fs::write(root.join("README.md"), text).unwrap();
            check(root)
        };
        with("[a](docs/other.md) [b](docs/other.md#whats-in-it-briefly) [c](https://x.example/y) [d](#top)\n# Top")
            .unwrap();
        for (text, why) in [
            ("[a](docs/none.md)", "no such file"),
            ("[a](docs/other.md#nothing)", "no such heading"),
            ("[a](#nothing)", "no such heading"),
        ] {
            let told = with(text).unwrap_err().to_string();
            assert!(told.contains(why) && told.contains("README.md"), "{told}");
        }
        assert!(with(&"line\n".repeat(151)).is_err());
    }
}
