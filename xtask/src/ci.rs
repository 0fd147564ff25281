//! What must hold before a change goes in.

use std::{env, ffi::OsStr, fs, process::Command, time::Instant};

use anyhow::{Context, Result, ensure};

use crate::{
    circles, component, contract, demo, deny, fuzz, imports, links, live, papers, programs, rules, run, say, sources,
};

type Stage = fn() -> Result<()>;

/// The stages, in the order in which a mistake costs least to find.
const STAGES: [(&str, Stage); 12] = [
    ("format", format),
    ("lints", lints),
    ("lints of the plugin's glue", glue_lints),
    ("fuzz targets", fuzz::check),
    ("contract", check_contract),
    ("documentation", document),
    ("package of the engine", package),
    ("dependencies", deny::in_ci),
    ("tests", || test(&[])),
    ("ordeal", || ordeal(&TENTH)),
    ("first live run, simulated", live::simulated),
    ("demo", demo::run),
];

/// Runs all stages and stops at the first that fails.
///
/// # Errors
/// The failure of that stage, with its name.
pub fn run() -> Result<()> {
    let start = Instant::now();
    for (name, stage) in STAGES {
        say::header(&format!("ci: {name}"));
        let begin = Instant::now();
        stage().with_context(|| format!("ci stopped at the stage `{name}`"))?;
        say::ok(&format!("{name}: {:.1} s", begin.elapsed().as_secs_f64()));
    }
    say::header(&format!(
        "ci: all {} stages passed in {:.0} s",
        STAGES.len(),
        start.elapsed().as_secs_f64()
    ));
    Ok(())
}

/// Builds the components and runs all tests of the workspace. Always the whole workspace: with fewer packages, Cargo
/// would choose other features for what they share, and compile it again.
///
/// # Errors
/// If something does not compile, or a test fails.
pub fn test(arguments: &[String]) -> Result<()> {
    component::build()?;
    test_with(run::cargo(), arguments)
}

/// Runs all tests of the workspace by this Cargo.
///
/// # Errors
/// If something does not compile, or a test fails.
pub fn test_with(mut cargo: Command, arguments: &[String]) -> Result<()> {
    component::build_for_tests()?;
    // Documents of what is seen are compared, and written only if somebody asks for it.
    if env::var_os("INSTA_UPDATE").is_none() {
        cargo.env("INSTA_UPDATE", "no");
    }
    run::run(cargo.args(["test", "--workspace", "--locked"]).args(arguments))
}

/// Builds everything as it would be shipped (which takes a while at first), and measures.
///
/// # Errors
/// If something does not compile, or a measurement breaks off.
pub fn bench(what: &[String]) -> Result<()> {
    component::build()?;
    run::run(run::cargo().args(["build", "--workspace", "--bins", "--locked", "--release"]))?;
    let bench = sources::target_dir(&run::root()).join("release/bench");
    run::run(Command::new(bench).args(what))
}

/// A tenth of the ordeal.
pub const TENTH: [&str; 6] = ["--kills", "50", "--full", "6", "--rotations", "10"];

/// Kills, full disks and changes of the key: see `tests/ordeal`.
///
/// # Errors
/// If something does not compile, or anything was lost.
pub fn ordeal(arguments: &[impl AsRef<OsStr>]) -> Result<()> {
    component::build()?;
    run::run(Command::new(programs::build()?.join("ordeal")).args(arguments))
}

/// Makes a data folder by today's program, and keeps it for the tests of the programs to come.
///
/// # Errors
/// If something does not compile, or there is a folder of today's schema already.
pub fn folder() -> Result<()> {
    component::build()?;
    run::run(&mut Command::new(programs::build()?.join("folder")))
}

fn format() -> Result<()> {
    run::run(run::cargo().args(["fmt", "--all", "--check"]))
}

fn lints() -> Result<()> {
    let arguments = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ];
    run::run(run::cargo().args(arguments))
}

/// The part of the plugin that knows generated types is left out of native builds unless it is asked for.
fn glue_lints() -> Result<()> {
    let glue = ["--package", "onedrive-plugin", "--lib", "--features", "check-glue"];
    let mut cargo = run::cargo();
    cargo
        .arg("clippy")
        .args(glue)
        .args(["--locked", "--", "-D", "warnings"]);
    run::run(&mut cargo)
}

/// Links between doc comments must lead somewhere.
fn document() -> Result<()> {
    let mut cargo = run::cargo();
    cargo.env("RUSTDOCFLAGS", "-D warnings");
    run::run(cargo.args(["doc", "--workspace", "--no-deps", "--locked"]))
}

/// The engine goes to other projects by itself, with the contract in it. It is built from its package by hand, before a
/// release: that compiles all of its dependencies once more.
fn package() -> Result<()> {
    let engine = ["-p", "clientpoint-engine", "--allow-dirty", "--no-verify", "--locked"];
    run::run(run::cargo().arg("package").args(engine))?;
    let listed = run::output(run::cargo().args(["package", "--list"]).args(engine))?;
    ensure!(
        listed.lines().any(|file| file == "wit/world.wit"),
        "the package of the engine lacks the contract (`host/engine/wit` is a link to `wit/`)"
    );
    Ok(())
}

fn check_contract() -> Result<()> {
    let root = run::root();
    contract::check_docs(&root)?;
    say::ok("every interface and function of wit/ has a doc comment");
    papers::check_dependencies(&root)?;
    say::ok("docs/dependencies.md has a reason for every direct dependency");
    papers::check_security(&root)?;
    say::ok("the tests that SECURITY.md names exist");

    rules::check(&root)?;
    say::ok("docs/rules.md has a line for every rule that a test or a comment cites");

    imports::check(&root)?;
    say::ok("what a file imports from one crate stands in one statement");
    circles::check(&root)?;
    say::ok("no file of the plugin, the host or xtask imports another in a circle");
    links::check(&root)?;
    say::ok("links between the papers lead somewhere, and README.md is short");
    contract::check_readme(&root)?;
    say::ok("README.md tells what each import is for");

    let component = fs::read(component::build()?)?;
    let world = contract::World::of(&component)?;
    world.check_imports(&root)?;
    say::ok("the component's imports are those of wit/imports.txt");
    world.check_contract(&root, &component)?;
    say::ok("the component fits the world of wit/");
    Ok(())
}
