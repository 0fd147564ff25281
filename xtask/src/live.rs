//! What only a live tenant can settle: the steps of `docs/first-live-run.md`, filled in, and those that read carried out.

mod ask;
mod paper;
mod probes;
mod simulated;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use ask::Graph;
use clap::Args;
use paper::Step;
use probes::Tenant;

use crate::{run, say};

pub use simulated::simulated;

/// The variable that holds the application's secret: nobody else's program sees it, as it would in an argument.
const SECRET: &str = "LIVE_CLIENT_SECRET";

/// A tenant, and what in it may be looked at.
#[derive(Args)]
pub struct Settings {
    /// The tenant: its ID or a domain. Without it the steps are only printed.
    #[arg(long, requires = "client_id")]
    tenant: Option<String>,
    /// The application's ID. Its secret is in the variable LIVE_CLIENT_SECRET.
    #[arg(long, requires = "tenant", value_name = "ID")]
    client_id: Option<String>,
    /// The drive of a test site.
    #[arg(long, value_name = "DRIVE-ID")]
    drive: Option<String>,
    /// The address of that site.
    #[arg(long, value_name = "ADDRESS")]
    site: Option<String>,
    /// A file of which something is known, as `label=ID`; can be given more than once.
    #[arg(long = "item", value_name = "KIND=ITEM-ID")]
    items: Vec<String>,
    /// Write what was found to this file, which does not exist yet.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Play the reading steps against the simulator, under both answers where there are two.
    #[arg(long, conflicts_with_all = ["tenant", "report"])]
    pub simulated: bool,
    /// Microsoft Graph's origin.
    #[arg(long, default_value = "https://graph.microsoft.com", value_name = "URL")]
    graph_url: String,
    /// The sign-in service's origin.
    #[arg(long, default_value = "https://login.microsoftonline.com", value_name = "URL")]
    login_url: String,
}

/// Prints the steps, and runs those that read where there is a tenant.
///
/// # Errors
/// If a value is missing or wrong, or there is no token. A step that can't be carried out says so in its place.
pub fn run(settings: &Settings) -> Result<()> {
    let steps = paper::read(&run::root())?;
    if let Some(report) = &settings.report {
        anyhow::ensure!(
            !report.exists(),
            "{} exists: name a file that does not",
            report.display()
        );
    }
    let tenant = match (&settings.tenant, &settings.client_id) {
        (Some(tenant), Some(client_id)) => Some(signed_in(settings, tenant, client_id)?),
        _ => None,
    };
    let values = values(settings);
    let mut report = String::from("# What a live tenant has answered\n");
    for step in &steps {
        show(step, &values);
        let Some(found) = tenant.as_ref().and_then(|tenant| probes::probe(step.number, tenant)) else {
            continue;
        };
        report.push_str(&format!("\n## {}. {}\n\n", step.number, step.title));
        for line in found {
            say::ok(&line);
            report.push_str(&format!("- {line}\n"));
        }
    }
    match &settings.report {
        Some(file) if tenant.is_some() => keep(file, &report),
        _ => Ok(()),
    }
}

fn signed_in(settings: &Settings, tenant: &str, client_id: &str) -> Result<Tenant> {
    let secret =
        std::env::var(SECRET).with_context(|| format!("put the application's secret into the variable {SECRET}"))?;
    let mut items = Vec::new();
    for item in &settings.items {
        let (kind, id) = item
            .split_once('=')
            .with_context(|| format!("`--item {item}`: write it as KIND=ITEM-ID"))?;
        items.push((kind.to_owned(), id.to_owned()));
    }
    Ok(Tenant {
        graph: Graph::sign_in(&settings.graph_url, &settings.login_url, tenant, client_id, &secret)?,
        drive: settings.drive.clone(),
        site: settings.site.clone(),
        items,
    })
}

/// What the commands on paper leave open.
fn values(settings: &Settings) -> BTreeMap<&'static str, String> {
    let mut values = BTreeMap::from([("$GRAPH", settings.graph_url.clone())]);
    if let Some(drive) = &settings.drive {
        values.insert("$DRIVE", drive.clone());
    }
    if let Some((host, path)) = settings.site.as_deref().and_then(probes::host_and_path) {
        values.insert("$SITE_HOST", host);
        values.insert("$SITE_PATH", path);
    }
    if let Some(id) = &settings.client_id {
        values.insert("--client-id ID", format!("--client-id {id}"));
    }
    values
}

fn show(step: &Step, values: &BTreeMap<&str, String>) {
    say::header(&format!("{}. {}", step.number, step.title));
    let mut command = step.command.clone();
    for (name, value) in values {
        command = command.replace(name, value);
    }
    say::command(&command);
    for line in &step.answers {
        say::note(line);
    }
}

fn keep(file: &Path, report: &str) -> Result<()> {
    fs::write(file, report).with_context(|| format!("{} can't be written", file.display()))?;
    say::ok(&format!("the report is in {}", file.display()));
    Ok(())
}
