//! The program, and the data folder that every stage begins with.

use std::sync::OnceLock;

use super::*;

/// The program in this folder, without what the surroundings say.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clientpoint-host"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CLIENTPOINT_") {
            command.env_remove(name);
        }
    }
    // The log is for those who run the program, and says when.
    command.env("CLIENTPOINT_LOG", "off").env("TZ", "UTC");
    command.current_dir(folder).stdin(Stdio::null());
    command
}

/// A data folder that was just made, with the plugin compiled: what every stage begins with.
pub(super) fn base() -> &'static Path {
    static BASE: OnceLock<PathBuf> = OnceLock::new();
    BASE.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("seen");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        // No request is made: the addresses need not exist.
        let addresses = ["--graph-url", "http://127.0.0.1:1", "--login-url", "http://127.0.0.1:1"];
        let mut command = program(&folder);
        command.args(["--insecure-endpoints", "--at", MORNING]).args(addresses);
        let made = command.arg("inspect").output().unwrap();
        assert!(
            made.status.success(),
            "is the component built (`cargo xtask build`)? {made:?}"
        );
        folder.join("clientpoint-data")
    })
}

pub(super) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => {
                std::fs::copy(entry.path(), target).unwrap();
            }
        }
    }
}
