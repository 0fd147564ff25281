//! What whoever packs this program wants from its words: completions for shells, and manual pages.

use std::{fs, path::Path};

use clap::CommandFactory;
use clap_complete::{Shell, generate_to};
use clientpoint_host::{Error, Result};
use serde_json::json;

use super::{args::Arguments, output::Output, show::Page};

/// What the program is called.
const NAME: &str = "clientpoint-host";

/// Writes both into this folder: completions for bash, zsh and fish under the names that these look for, and a manual page
/// for each command below `man/`.
///
/// # Errors
///
/// `Error::Settings` for a folder that can't be written to.
pub fn generate(folder: &Path) -> Result<Output> {
    written(folder).map_err(|error| Error::Settings(format!("`{}` can't be written to: {error}", folder.display())))?;
    let text = format!("wrote completions and manual pages to {}", folder.display());
    Ok(Output::done(json!({ "output": folder }), Page::of(text)))
}

fn written(folder: &Path) -> std::io::Result<()> {
    let man = folder.join("man");
    fs::create_dir_all(&man)?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        generate_to(shell, &mut Arguments::command(), NAME, folder)?;
    }
    clap_mangen::generate_to(Arguments::command(), man)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_its_page_and_every_shell_its_words_but_for_what_is_hidden() {
        let folder = tempfile::tempdir().unwrap();
        generate(folder.path()).unwrap();
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        for name in ["clientpoint-host.bash", "_clientpoint-host", "clientpoint-host.fish"] {
            assert!(read(name).contains("prune"), "{name}");
        }
        let page = read("man/clientpoint-host-library-list.1");
        assert!(page.contains("state") && page.contains("config"), "{page}");
        assert!(!page.contains("insecure"), "flags for tests are hidden: {page}");
        assert!(!folder.path().join("man/clientpoint-host-generate.1").exists());
    }
}
