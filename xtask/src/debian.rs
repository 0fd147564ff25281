//! Debian's Rust for the web: where rustup can't fetch the target, the packages carry the sources of the standard
//! library, and Cargo builds it along.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    run::{self, children},
    say,
};

const PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const STD_SOURCES: &str = "/usr/lib/rustlib/src/rust/library/std/Cargo.toml";

/// The minor version of Rust 1 that the workspace asks for.
const MIN_MINOR: u32 = 95;

/// Downloading and unpacking some hundred megabytes, on a slow line.
const APT_LIMIT: Duration = Duration::from_secs(15 * 60);

/// What points Cargo and rustc to another tool chain, or to its libraries. rustup and `cargo run` set some of it.
const MISLEADING: [&str; 12] = [
    "CARGO",
    "CARGO_BUILD_RUSTC",
    "CARGO_BUILD_RUSTC_WRAPPER",
    "CARGO_ENCODED_RUSTFLAGS",
    "LD_LIBRARY_PATH",
    "RUSTC",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTDOC",
    "RUSTFLAGS",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
];

/// The beginning of a `cargo rustc` command that builds the standard library along. Installs the packages if they are
/// missing and it may.
///
/// # Errors
/// If something is missing and can't be installed.
pub fn cargo_rustc() -> Result<Command> {
    if let Err(missing) = installed() {
        say::note(&format!("Debian's Rust: {missing:#}; installing it"));
        install()?;
        installed()?;
    }
    let linker = linker().context("no linker for wasm: neither rust-lld nor wasm-ld is here")?;

    let mut command = Command::new(CARGO);
    command
        .current_dir(run::root())
        .env("RUSTC_BOOTSTRAP", "1") // `-Zbuild-std` is not stable; this is the switch that Debian itself uses.
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
        .args(["rustc", "-Zbuild-std=std,panic_abort"]);
    forget_other_toolchains(&mut command);
    command.env("RUSTC", RUSTC);
    Ok(command)
}

/// The command that installs the packages, for people.
pub fn install_command() -> String {
    let packages = PACKAGES.join(" ");
    format!("sudo apt-get update && sudo apt-get install -y --no-install-recommends {packages} lld")
}

fn installed() -> Result<()> {
    for file in [RUSTC, CARGO, STD_SOURCES] {
        ensure!(Path::new(file).exists(), "{file} is missing");
    }
    ensure!(
        ask_rustc(&["--print", "sysroot"])? == "/usr",
        "{RUSTC} is not Debian's own: it belongs to another tool chain"
    );
    let version = ask_rustc(&["--version"])?;
    let minor = minor_version(&version).with_context(|| format!("{RUSTC} says {version:?} of itself"))?;
    ensure!(minor >= MIN_MINOR, "{RUSTC} is 1.{minor}, and 1.{MIN_MINOR} is needed");
    Ok(())
}

fn ask_rustc(arguments: &[&str]) -> Result<String> {
    let mut rustc = Command::new(RUSTC);
    forget_other_toolchains(&mut rustc);
    run::output(rustc.args(arguments))
}

/// The 95 of `rustc 1.95.0 (…)`.
fn minor_version(text: &str) -> Option<u32> {
    let (_, version) = text.split_once("rustc 1.")?;
    let (minor, _) = version.split_once('.')?;
    minor.parse().ok()
}

fn forget_other_toolchains(command: &mut Command) {
    for name in MISLEADING {
        command.env_remove(name);
    }
}

fn install() -> Result<()> {
    let mut packages = PACKAGES.to_vec();
    if linker().is_none() {
        packages.push("lld");
    }
    install_packages(&packages)
}

/// Installs packages, after asking which there are.
///
/// # Errors
/// If this takes rights that we don't have, or apt-get fails.
pub fn install_packages(packages: &[&str]) -> Result<()> {
    let Some(sudo) = privilege() else {
        bail!("installing takes root, or sudo without a password");
    };
    apt_get(sudo, &["update", "-qq"])?;
    let mut install = vec!["install", "-qq", "-y", "--no-install-recommends"];
    install.extend(packages);
    apt_get(sudo, &install)
}

/// How to become root: not at all, if we are, or by sudo, if it does not ask.
fn privilege() -> Option<&'static [&'static str]> {
    if run::output(Command::new("id").arg("-u")).is_ok_and(|id| id == "0") {
        return Some(&[]);
    }
    run::output(Command::new("sudo").args(["-n", "true"]))
        .is_ok()
        .then_some(&["sudo", "-n"])
}

fn apt_get(sudo: &[&str], args: &[&str]) -> Result<()> {
    let words = [sudo, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"], args].concat();
    say::command(&words.join(" "));
    let mut words = words.into_iter();
    let mut command = Command::new(words.next().unwrap_or("env"));
    match run::run_within(command.args(words), APT_LIMIT)? {
        Some(status) => ensure!(status.success(), "apt-get failed ({status})"),
        None => bail!("apt-get took longer than {APT_LIMIT:?}"),
    }
    Ok(())
}

/// A linker that understands wasm. Debian's packages have none, but any Rust from rustup does, and so does LLVM.
fn linker() -> Option<PathBuf> {
    let mut sysroots: Vec<PathBuf> = Vec::new();
    if let Ok(active) = run::output(Command::new("rustc").args(["--print", "sysroot"])) {
        sysroots.push(active.into());
    }
    let home = |name: &str, under: &str| Some(PathBuf::from(env::var_os(name)?).join(under));
    if let Some(rustup) = home("RUSTUP_HOME", "").or_else(|| home("HOME", ".rustup")) {
        sysroots.extend(children(&rustup.join("toolchains")));
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    folders.extend(
        children(Path::new("/usr/lib"))
            .into_iter()
            .filter(|dir| {
                let name = dir.file_name().and_then(OsStr::to_str);
                name.is_some_and(|name| name.starts_with("llvm-"))
            })
            .map(|dir| dir.join("bin")),
    );
    find_linker(&sysroots, &folders)
}

/// First `rust-lld` inside of a tool chain, then `rust-lld` or `wasm-ld` in one of the folders.
fn find_linker(sysroots: &[PathBuf], folders: &[PathBuf]) -> Option<PathBuf> {
    let inside = sysroots
        .iter()
        .flat_map(|sysroot| children(&sysroot.join("lib/rustlib")))
        .map(|host| host.join("bin/rust-lld"));
    let outside = folders
        .iter()
        .flat_map(|dir| [dir.join("rust-lld"), dir.join("wasm-ld")]);
    inside.chain(outside).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use std::fs;

    use super::*;

    fn touch(path: &Path) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }

    #[test]
    fn the_linker_of_a_tool_chain_is_found_whatever_the_machine_is_called() {
        let dir = tempfile::tempdir().unwrap();
        let sysroot = dir.path().join("some-toolchain");
        let lld = sysroot.join("lib/rustlib/riscv64gc-unknown-linux-gnu/bin/rust-lld");
        touch(&lld);
        touch(&sysroot.join("lib/rustlib/src/rust/library/std/Cargo.toml"));
        assert_eq!(find_linker(&[sysroot], &[]), Some(lld));
    }

    #[test]
    fn without_one_in_a_tool_chain_a_linker_on_the_path_will_do() {
        let dir = tempfile::tempdir().unwrap();
        let bin = dir.path().join("bin");
        assert_eq!(find_linker(&[], std::slice::from_ref(&bin)), None);

        touch(&bin.join("wasm-ld"));
        let found = find_linker(&[dir.path().join("no-toolchain")], std::slice::from_ref(&bin));
        assert_eq!(found, Some(bin.join("wasm-ld")));
    }

    #[test]
    fn the_minor_version_is_read_from_what_the_compiler_says() {
        assert_eq!(minor_version("rustc 1.96.0 (ac68faa20 2026-05-25)"), Some(96));
        assert_eq!(minor_version("rustc 1.63.0"), Some(63));
        assert_eq!(minor_version("gcc 12"), None);
    }
}
