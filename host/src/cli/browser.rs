//! The person's own browser.

/// Opens a browser where there is one. Where there is none, people have the address.
pub fn open_browser(url: &str) {
    if !there_is_a_screen() {
        return;
    }
    let url = url.to_owned();
    // It waits for a moment, to see whether a program fails that it then takes another one for.
    tokio::task::spawn_blocking(move || open::that_detached(url));
}

/// Without one, some systems would take a browser that draws on this terminal.
#[cfg(all(unix, not(target_os = "macos")))]
fn there_is_a_screen() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"]
        .iter()
        .any(|name| std::env::var_os(name).is_some())
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn there_is_a_screen() -> bool {
    true
}
