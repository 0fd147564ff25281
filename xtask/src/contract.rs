//! The contract in `wit/`, and whether the component keeps it.
#![allow(
    clippy::indexing_slicing,
    reason = "ids of packages, worlds and interfaces, each used with the `Resolve` it comes from"
)]

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result, bail, ensure};
use wit_component::{DecodedWasm, WitPrinter};
use wit_parser::{PackageId, Resolve, WorldId, WorldItem};

/// What a component imports and exports.
pub struct World {
    resolve: Resolve,
    world: WorldId,
}

impl World {
    /// Reads it out of a component.
    ///
    /// # Errors
    /// If the bytes are not a component.
    pub fn of(component: &[u8]) -> Result<Self> {
        match wit_component::decode(component)? {
            DecodedWasm::Component(resolve, world) => Ok(Self { resolve, world }),
            DecodedWasm::WitPackage(..) => bail!("this is a package of WIT, and not a component"),
        }
    }

    /// The world as WIT text, with everything that it refers to.
    ///
    /// # Errors
    /// If the world can't be said in WIT.
    pub fn text(&self) -> Result<String> {
        let own = self.resolve.worlds[self.world]
            .package
            .context("the world of the component belongs to no package")?;
        let others: Vec<PackageId> = self
            .resolve
            .package_names
            .values()
            .copied()
            .filter(|package| *package != own)
            .collect();
        let mut printer = WitPrinter::default();
        printer.print(&self.resolve, own, &others)?;
        Ok(printer.output.to_string())
    }

    /// All of it for people, under the contract's own name and with its comments: the packages that the component uses beside
    /// it stand in the same text.
    ///
    /// # Errors
    /// If the component and `wit/` disagree, or the text could not be read back.
    pub fn complete(self, root: &Path) -> Result<String> {
        let names: BTreeSet<String> = self.imports();
        let (mut contract, package) = parse(root)?;
        let wanted = contract.select_world(&[package], None)?;
        let remap = contract
            .merge(self.resolve)
            .context("the component and wit/ disagree")?;
        let built = remap.worlds.get(self.world.index()).copied().flatten();
        let built = built.context("the world of the component is lost")?;
        for (key, item) in contract.worlds[built].imports.clone() {
            if contract.name_world_key(&key).starts_with("wasi:") {
                contract.worlds[wanted].imports.entry(key).or_insert(item);
            }
        }
        let of_the_component = contract.worlds[built].package;
        let others: Vec<PackageId> = contract
            .package_names
            .values()
            .copied()
            .filter(|other| *other != package && Some(*other) != of_the_component)
            .collect();
        let mut printer = WitPrinter::default();
        printer.print(&contract, package, &others)?;
        let text = printer.output.to_string();

        let mut again = Resolve::default();
        let read = again
            .push_str("complete.wit", &text)
            .context("the text is not correct WIT")?;
        let world = again.select_world(&[read], None)?;
        let read = Self { resolve: again, world };
        ensure!(read.imports() == names, "the text has other imports than the component");
        Ok(text)
    }

    fn imports(&self) -> BTreeSet<String> {
        let imports = self.resolve.worlds[self.world].imports.keys();
        imports.map(|key| self.resolve.name_world_key(key)).collect()
    }

    /// Whether the component's powers are exactly those of `wit/imports.txt`.
    ///
    /// # Errors
    /// If not; the text has the difference.
    pub fn check_imports(&self, root: &Path) -> Result<()> {
        let allowed = fs::read_to_string(root.join("wit/imports.txt")).context("can't read wit/imports.txt")?;
        let world = &self.resolve.worlds[self.world];
        let imports = world.imports.keys();
        let names: Vec<String> = imports.map(|key| self.resolve.name_world_key(key)).collect();
        compare_imports(&allowed, &names.join("\n"))
    }

    /// Whether every import and export has the type that the contract gives it, all that must be exported is, and
    /// nothing is used that the contract does not have.
    ///
    /// # Errors
    /// If not; the text says where.
    pub fn check_contract(self, root: &Path, component: &[u8]) -> Result<()> {
        let (mut contract, package) = parse(root)?;
        let written = print(&contract, package)?;
        let wanted = contract.select_world(&[package], None)?;

        // What both know must agree, and the component may not know more.
        let remap = contract
            .merge(self.resolve)
            .context("the component and wit/ disagree")?;
        ensure!(
            print(&contract, package)? == written,
            "the component uses types or functions that wit/ does not have"
        );

        // The contract leaves WASI open. Taking that of the component, one can ask whether it fits in full.
        let built = remap
            .worlds
            .get(self.world.index())
            .copied()
            .flatten()
            .context("the world of the component is lost")?;
        let imports = contract.worlds[built].imports.clone();
        for (key, item) in imports {
            if contract.name_world_key(&key).starts_with("wasi:") {
                contract.worlds[wanted].imports.entry(key).or_insert(item);
            }
        }
        wit_component::targets(&contract, wanted, component, false)
            .context("the component does not fit the world of wit/")
    }
}

/// Whether the README tells of every import of the list.
///
/// # Errors
/// If one is missing; the text names it.
pub fn check_readme(root: &Path) -> Result<()> {
    let allowed = fs::read_to_string(root.join("wit/imports.txt")).context("can't read wit/imports.txt")?;
    let readme = fs::read_to_string(root.join("README.md")).context("can't read README.md")?;
    for import in allowed.lines() {
        let name = import.split_once('/').map_or(import, |(_, name)| name);
        let name = name.split('@').next().unwrap_or(name);
        ensure!(
            readme.contains(&format!("/{name}`")),
            "README.md does not tell what the import {import} is for"
        );
    }
    Ok(())
}

/// Whether every interface and function of the contract says in words what it means.
///
/// # Errors
/// If `wit/` can't be read as WIT, or something has no doc comment; the text lists all of them.
pub fn check_docs(root: &Path) -> Result<()> {
    let (resolve, package) = parse(root)?;
    let silent = undocumented(&resolve, package);
    ensure!(
        silent.is_empty(),
        "without a doc comment in wit/: {}",
        silent.join(", ")
    );
    Ok(())
}

fn undocumented(resolve: &Resolve, package: PackageId) -> Vec<String> {
    let package = &resolve.packages[package];
    let mut silent = Vec::new();
    for (interface, id) in &package.interfaces {
        let definition = &resolve.interfaces[*id];
        if definition.docs.is_empty() {
            silent.push(interface.clone());
        }
        let functions = definition.functions.iter();
        let functions = functions.filter(|(_, function)| function.docs.is_empty());
        silent.extend(functions.map(|(name, _)| format!("{interface}.{name}")));
    }
    for (world, id) in &package.worlds {
        let definition = &resolve.worlds[*id];
        if definition.docs.is_empty() {
            silent.push(world.clone());
        }
        for item in definition.imports.values().chain(definition.exports.values()) {
            if let WorldItem::Function(function) = item
                && function.docs.is_empty()
            {
                silent.push(format!("{world}.{}", function.name));
            }
        }
    }
    silent
}

fn parse(root: &Path) -> Result<(Resolve, PackageId)> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(root.join("wit")).context("wit/ is not correct WIT")?;
    Ok((resolve, package))
}

/// A package as text, without its comments.
fn print(resolve: &Resolve, package: PackageId) -> Result<String> {
    let mut printer = WitPrinter::default();
    printer.emit_docs(false).print(resolve, package, &[])?;
    Ok(printer.output.to_string())
}

fn compare_imports(allowed: &str, imports: &str) -> Result<()> {
    let allowed = names(allowed);
    let imports = names(imports);
    let mut difference: Vec<String> = Vec::new();
    difference.extend(
        imports
            .difference(&allowed)
            .map(|name| format!("  + {name}  (imported, not in the list)")),
    );
    difference.extend(
        allowed
            .difference(&imports)
            .map(|name| format!("  - {name}  (in the list, not imported)")),
    );
    ensure!(
        difference.is_empty(),
        "the component's imports are not those of wit/imports.txt:\n{}\n\
         The list is the list of the plugin's powers. If it shall have these, change wit/imports.txt and say why; if \
         not, find what uses them",
        difference.join("\n")
    );
    Ok(())
}

fn names(text: &str) -> BTreeSet<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    #[test]
    fn equal_lists_pass_whatever_their_order() {
        compare_imports("a:b/c@1.0.0\nd:e/f\n", "d:e/f\na:b/c@1.0.0").unwrap();
    }

    #[test]
    fn the_difference_is_told_both_ways() {
        let refusal = compare_imports("a:b/c\na:b/gone", "a:b/c\nwasi:sockets/tcp@0.3.0").unwrap_err();
        let text = refusal.to_string();
        assert!(text.contains("+ wasi:sockets/tcp@0.3.0"), "{text}");
        assert!(text.contains("- a:b/gone"), "{text}");
        assert!(!text.contains("a:b/c "), "{text}");
    }

    #[test]
    fn what_has_no_doc_comment_is_named() {
        let mut resolve = Resolve::default();
        let text = "package a:b;\ninterface silent { /// Says.\n says: func();\n mute: func(); }\n";
        let package = resolve.push_str("test.wit", text).unwrap();
        assert_eq!(undocumented(&resolve, package), ["silent", "silent.mute"]);
    }
}
