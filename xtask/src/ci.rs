//! What must hold before a change goes in.

use std::{
    fs,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use crate::{
    azure,
    browser::{self, NotRun},
    circles, component, contract, demo, deny, dist, fuzz, imports, links, live, papers, peers, postgres, rules, run,
    say, testing,
};

type Stage = fn() -> Result<()>;

/// The stages, in the order in which a mistake costs least to find.
const STAGES: [(&str, Stage); 16] = [
    ("format", format),
    ("lints", lints),
    ("lints of the plugin's glue", glue_lints),
    ("fuzz targets", fuzz::check),
    ("contract", check_contract),
    ("documentation", document),
    ("package of the engine", package),
    ("dependencies", deny::in_ci),
    ("tests", || testing::test(&[])),
    ("tests on PostgreSQL", postgres::test),
    ("ordeal", || testing::ordeal(&testing::TENTH)),
    ("a tenth of a year", || testing::year(&testing::TENTH_OF_A_YEAR)),
    ("a tenth of many hosts", || postgres::scale(&postgres::TENTH_OF_SCALE)),
    ("first live run, simulated", live::simulated),
    ("browser", || browser::test(&[])),
    ("demo", demo::run),
];

/// What takes longer, and passes before a larger piece of work is called done: other people's clients and oracles beside
/// the tests, all stories on PostgreSQL, those on Azure, the ordeal, the year and many hosts whole, the packages in a clean root, and ten minutes of fuzzing.
const LONG_STAGES: [(&str, Stage); 8] = [
    ("tests with peers", || peers::test(&[])),
    ("all stories on PostgreSQL", postgres::test_all),
    ("stories on Azure", azure::test),
    ("ordeal, whole", || testing::ordeal(&[""; 0])),
    ("a year", || testing::year(&[""; 0])),
    ("many hosts", || postgres::scale(&postgres::SCALE)),
    ("packages", dist::in_ci),
    ("fuzzing", || fuzz::run(&[], Duration::from_secs(600))),
];

/// Runs all stages and stops at the first that fails; with `all`, those too that take longer.
///
/// # Errors
/// The failure of that stage, with its name.
pub fn run(all: bool) -> Result<()> {
    let start = Instant::now();
    let long = if all { LONG_STAGES.as_slice() } else { &[] };
    let (mut passed, mut left_out) = (0, Vec::new());
    for (name, stage) in STAGES.iter().chain(long) {
        say::header(&format!("ci: {name}"));
        let begin = Instant::now();
        match stage() {
            Err(error) if error.is::<NotRun>() => {
                say::note(&format!("– {name}: {error:#}"));
                left_out.push(*name);
            }
            ended => {
                ended.with_context(|| format!("ci stopped at the stage `{name}`"))?;
                say::ok(&format!("{name}: {:.1} s", begin.elapsed().as_secs_f64()));
                passed += 1;
            }
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    say::header(&match left_out.as_slice() {
        [] => format!("ci: all {passed} stages passed in {seconds:.0} s"),
        names => format!(
            "ci: {passed} stages passed in {seconds:.0} s, NOT RUN: {}",
            names.join(", ")
        ),
    });
    Ok(())
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
