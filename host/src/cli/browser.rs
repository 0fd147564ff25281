//! The person's own browser.

use std::process::{Command, Stdio};

/// Opens a browser where there is one. Where there is none, people have the address.
pub fn open_browser(url: &str) {
    let Some(program) = browser() else {
        return;
    };
    let mut command = Command::new(program);
    command
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // Not waited for: a browser may stay open for days.
    let _ = command.spawn();
}

#[cfg(target_os = "macos")]
fn browser() -> Option<&'static str> {
    Some("open")
}

#[cfg(windows)]
fn browser() -> Option<&'static str> {
    Some("explorer")
}

#[cfg(not(any(target_os = "macos", windows)))]
fn browser() -> Option<&'static str> {
    let there_is_a_screen = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    there_is_a_screen.then_some("xdg-open")
}
