//! A plugin as a component: compile, turn the module into a component, check its powers, put it in its place.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

use crate::{contract, run, say, sources, toolchain};

/// The longest that compiling may take.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// Builds the component if its sources are not those that it was built from, and returns where it lies.
///
/// # Errors
/// If there is no tool chain for it, the plugin does not compile, or the component has other powers than
/// `wit/imports.txt` says.
pub fn build() -> Result<PathBuf> {
    build_one(&sources::PLUGIN, "onedrive-plugin", |dir, component| {
        let world = contract::World::of(component)?;
        world.check_imports(&run::root())?;
        replace(&dir.join("onedrive.wit"), world.text()?.as_bytes())
    })
}

/// As [`build`], the plugins that only tests need: the one that means harm, and the one for another source. Their
/// powers are for the host to judge.
///
/// # Errors
/// If there is no tool chain for them, or they do not compile.
pub fn build_for_tests() -> Result<()> {
    build_one(&sources::HOSTILE, "hostile-plugin", |_, _| Ok(()))?;
    build_one(&sources::SECOND, "second-plugin", |_, _| Ok(()))?;
    Ok(())
}

/// `beside` checks the component, and may put more into the folder.
fn build_one(
    which: &sources::Component,
    package: &str,
    beside: impl Fn(&Path, &[u8]) -> Result<()>,
) -> Result<PathBuf> {
    let root = run::root();
    let dir = sources::component_dir(&root);
    let file = dir.join(which.file);
    if which.is_current(&root, &dir)? {
        say::ok(&format!("component of {package} is up to date"));
        return Ok(file);
    }
    let fingerprint = which.fingerprint(&root)?;
    let module = compile(&root, package)?;
    let component = encode(&module)?;

    fs::create_dir_all(file.parent().unwrap_or(&dir))?;
    let stamp = dir.join(which.stamp);
    if stamp.exists() {
        fs::remove_file(&stamp)?;
    }
    beside(&dir, &component)?;
    replace(&file, &component)?;
    replace(&stamp, fingerprint.as_bytes())?;
    say::ok(&format!(
        "component of {package} built: {} bytes, {}",
        grouped(component.len()),
        file.display()
    ));
    Ok(file)
}

/// Compiles a plugin to a core module, in a folder of its own: Cargo holds a lock on the folder it builds into, and
/// the native build shall not wait for it.
fn compile(root: &Path, package: &str) -> Result<Vec<u8>> {
    let target_dir = sources::target_dir(root).join("wasm");
    let mut cargo = toolchain::cargo_rustc()?;
    cargo
        .args(["--locked", "--profile", "component", "--package", package, "--lib"])
        // Of the two kinds of library that a plugin can be, only this one; together they would prevent
        // optimization across crates.
        .args(["--crate-type", "cdylib"])
        .args(["--target", toolchain::TARGET])
        .arg("--target-dir")
        .arg(&target_dir)
        .env("CARGO_ENCODED_RUSTFLAGS", rustflags(root));
    let status = run::run_within(&mut cargo, LIMIT)?;
    let status = status.with_context(|| format!("compiling {package} took longer than 30 minutes"))?;
    ensure!(status.success(), "{package} does not compile ({status}); see above");

    let module = target_dir
        .join(toolchain::TARGET)
        .join("component")
        .join(format!("{}.wasm", package.replace('-', "_")));
    fs::read(&module).with_context(|| format!("cargo left no module at {}", module.display()))
}

/// Wide words for the hash, and no names of this machine's folders in panic messages.
fn rustflags(root: &Path) -> String {
    let mut flags = vec![
        "-Ctarget-feature=+simd128".to_owned(),
        format!("--remap-path-prefix={}=.", root.display()),
    ];
    let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = std::env::home_dir().map(|home| home.join(".cargo"));
    if let Some(cargo_home) = cargo_home.or(home) {
        flags.push(format!("--remap-path-prefix={}=cargo", cargo_home.display()));
    }
    flags.join("\u{1f}")
}

fn encode(module: &[u8]) -> Result<Vec<u8>> {
    refuse_browser_imports(&imported_modules(module)?)?;
    ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(ComponentEncoder::encode)
        .context("the module can't be made a component")
}

/// The names of the modules from which a module imports.
fn imported_modules(module: &[u8]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ImportSection(section) = payload? {
            for import in section.into_imports() {
                names.push(import?.module.to_owned());
            }
        }
    }
    names.sort();
    names.dedup();
    Ok(names)
}

fn refuse_browser_imports(modules: &[String]) -> Result<()> {
    let found: Vec<&str> = modules
        .iter()
        .map(String::as_str)
        .filter(|name| name.starts_with("__wbindgen"))
        .collect();
    ensure!(
        found.is_empty(),
        "the module imports {}: some crate takes this target for a browser (getrandom with `wasm_js` and chrono with \
         `clock` do). See who with `cargo tree --target {} -p onedrive-plugin -i wasm-bindgen`, and turn that feature \
         off or hold the crate at an older version",
        found.join(", "),
        toolchain::TARGET
    );
    Ok(())
}

/// Writes beside the file first, so that nobody ever reads half of it.
fn replace(file: &Path, content: &[u8]) -> Result<()> {
    let new = file.with_added_extension("new");
    fs::write(&new, content).with_context(|| format!("can't write {}", new.display()))?;
    fs::rename(&new, file).with_context(|| format!("can't write {}", file.display()))
}

/// 1234567 as `1,234,567`.
fn grouped(number: usize) -> String {
    let mut text = String::new();
    let digits = number.to_string();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    #[test]
    fn a_module_that_wants_a_browser_is_refused_by_name() {
        let imports = ["__wbindgen_placeholder__", "wasi:http/types@0.3.2"].map(str::to_owned);
        let refusal = refuse_browser_imports(&imports).unwrap_err().to_string();
        assert!(refusal.contains("__wbindgen_placeholder__"), "{refusal}");
        assert!(!refusal.contains("wasi:http"), "{refusal}");
    }

    #[test]
    fn imports_are_read_from_the_module() {
        // (module (import "__wbindgen_placeholder__" "f" (func)))
        let mut module = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x02\x1e\x01\x18__wbindgen_placeholder__".to_vec();
        module.extend(b"\x01f\0\0");
        assert_eq!(imported_modules(&module).unwrap(), ["__wbindgen_placeholder__"]);
    }

    #[test]
    fn a_component_is_current_until_a_source_changes() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let file = root.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        let current = || {
            sources::PLUGIN
                .is_current(root.path(), &root.path().join("out"))
                .unwrap()
        };
        let build = || {
            write("out/onedrive.wasm", "component");
            write(
                "out/onedrive.sources",
                &sources::PLUGIN.fingerprint(root.path()).unwrap(),
            );
        };
        write("plugin/src/lib.rs", "one");
        write("wit/world.wit", "world");
        assert!(!current(), "there is no component yet");
        build();
        assert!(current());

        write("host/src/lib.rs", "no part of the component");
        write("plugin/src/.lib.rs.swp", "an editor's");
        assert!(current());

        for (path, text) in [
            ("plugin/src/lib.rs", "two"),
            ("wit/imports.txt", ""),
            ("Cargo.lock", "version = 4"),
        ] {
            write(path, text);
            assert!(!current(), "{path} changed");
            build();
        }
        fs::rename(
            root.path().join("plugin/src/lib.rs"),
            root.path().join("plugin/src/other.rs"),
        )
        .unwrap();
        assert!(!current(), "a file was renamed");
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1000), "1,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
