//! Runs content-source plugins of ClientPoint on a Content Library of your own: a WebAssembly component gets HTTP, a
//! library, storage and time, each within bounds, and nothing else.
//!
//! A tour, in reading order:
//!
//! - [`engine`]: [`Engine`] puts a plugin and a library together; everything configurable is in its builder. [`planned`]:
//!   how a connection signs in, judged; [`signed_in`]: what is done with one that has; `connecting` and `whole_run`: each of
//!   these in one go. [`trust`]: how much of what a plugin answers is believed.
//! - [`library`]: the Content Library that plugins work on, as three traits. This is what an embedder brings.
//!   With the feature `conformance` there is a suite beside them that says which of their promises it does not keep.
//! - [`state`]: what an instance of a plugin holds. Read top to bottom, it is the list of the plugin's powers.
//! - [`capability`]: these powers, one file an interface of `wit/imports.wit`. `stage`: what each is made of.
//! - [`egress`]: the one way out. Allow-list, token, resolved address, limits.
//! - [`oauth`], [`secrets`]: tokens and secrets, which no plugin ever sees.
//! - [`plugin`]: loading a component. [`instance`]: one instance, for one call, and its deadline. [`calls`]: what can be
//!   asked, call by call, and what each is lent. [`powers`]: giving it less. [`counts`]: how many instances there were.
//! - [`contract`]: what `wit/` says, as Rust's types. [`words`]: the words of its enums.
//! - [`clock`]: time, which a test can move. [`text`]: what people may see. [`origin`]: whose an address is.
//!
//! What the engine does not know: users and their rights, where anything is stored, and what a plugin's source is called.
//! It writes nothing but compiled forms of plugins, into the folder that it is given for them.
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod connection;
pub mod engine;
pub mod library;
pub mod planned;
pub mod policy;
pub mod signed_in;
pub mod test_endpoints;
pub mod trust;

#[cfg(feature = "conformance")]
pub mod conformance;

pub mod calls;
pub mod counts;
pub mod instance;
pub mod plugin;
pub mod powers;

pub mod capability;
pub mod egress;
pub mod state;

pub mod oauth;
pub mod secrets;

pub mod contract;
pub mod words;

pub mod clock;
pub mod origin;
pub mod text;

mod compiled;
mod connecting;
mod described;
mod error;
mod in_contract;
mod judge;
mod stage;
pub mod traffic;
mod whole_run;

pub use connection::Connection;
pub use engine::{Engine, Limits};
pub use error::{Error, Result, Unfit};
pub use plugin::Plugin;
pub use signed_in::SignedIn;

#[cfg(test)]
#[allow(clippy::string_slice, reason = "words of the alphabet")]
mod tests {
    use std::{fs, path::Path};

    fn sources(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                sources(&path, found);
            } else {
                found.push(fs::read_to_string(&path).unwrap().to_lowercase());
            }
        }
    }

    #[test]
    fn the_engine_names_no_source_no_database_and_no_command() {
        let mut found = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        assert!(30 < found.len());
        for [one, two] in [
            ["one", "drive"],
            ["micro", "soft"],
            ["en", "tra"],
            ["gra", "ph"],
            ["sql", "x"],
            ["sql", "ite"],
            ["clientpoint-", "host"],
            ["--", "plugin"],
        ] {
            let word = format!("{one}{two}");
            let is_word = |text: &String| {
                text.match_indices(&word).any(|(place, _)| {
                    let is_part = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
                    let (before, after) = (&text[..place], &text[place + word.len()..]);
                    !is_part(before.chars().next_back()) && !is_part(after.chars().next())
                })
            };
            assert!(!found.iter().any(is_word), "`{word}` stands in the engine");
        }
    }
}
