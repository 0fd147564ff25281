//! How xtask talks: short lines, in colour where a terminal shows it.

use std::io::{self, IsTerminal};

/// A chapter begins.
pub fn header(text: &str) {
    println!("\n{}", paint("1", &format!("── {text}")));
}

/// Something is about to be done.
pub fn note(text: &str) {
    println!("{}", paint("2", text));
}

/// Something was checked, or done, and is as it should be.
pub fn ok(text: &str) {
    println!("{} {text}", paint("32", "✓"));
}

/// A command, as a person would type it.
pub fn command(text: &str) {
    println!("{} {}", paint("2", "$"), paint("36", text));
}

fn paint(code: &str, text: &str) -> String {
    if io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}
