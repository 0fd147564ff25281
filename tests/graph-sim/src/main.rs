//! The simulator as a program.

use std::{
    io::Write,
    path::PathBuf,
    process::ExitCode,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Context;
use chrono::{DateTime, Utc};
use clap::Parser;
use graph_sim::{CLIENT_ID, CLIENT_SECRET, Config, FAULTS, Fault, Seed, Sim, TENANT_DOMAIN, TENANT_ID, control_verbs};
use serde_json::json;

/// A simulated Microsoft Graph and sign-in service, with faults on request.
#[derive(Parser)]
#[command(version, after_help = after_help())]
struct Arguments {
    /// Port of Microsoft Graph and of the control API; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Port of the sign-in service; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    login_port: u16,
    /// Port of the downloads; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    content_port: u16,
    /// Fill the main drive with the files of this folder
    #[arg(long, value_name = "DIR", conflicts_with = "items")]
    seed: Option<PathBuf>,
    /// Fill the main drive with so many small files
    #[arg(long, value_name = "N")]
    items: Option<usize>,
    /// So many sites more, each with a library
    #[arg(long, value_name = "N", default_value_t = 0)]
    more_sites: usize,
    /// A fault, NAME[:PATH][*TIMES][=PARAM]; can be given more than once
    #[arg(long = "fault", value_name = "FAULT")]
    faults: Vec<Fault>,
    /// An application permission that is granted; can be given more than once [default: all that are of use]
    #[arg(long = "role", value_name = "PERMISSION")]
    roles: Vec<String>,
    /// Approve the application for everybody, as an administrator would
    #[arg(long)]
    approved: bool,
    /// The time at the start, as in 2026-03-01T05:29:00Z; the system's if not given
    #[arg(long, value_name = "RFC3339")]
    clock: Option<DateTime<Utc>>,
    /// Print one line of JSON instead of the text
    #[arg(long)]
    json: bool,
}

fn after_help() -> String {
    let faults: Vec<String> = FAULTS
        .iter()
        .map(|(name, values, what)| match values.is_empty() {
            true => format!("  {name:<14} {what}"),
            false => format!("  {name:<14} {what}; PARAM: {values}"),
        })
        .collect();
    format!(
        "Faults:\n{}\n\nA place can follow PARAM: @graph, @metadata, @content, @download, @sign-in, @batch.\n\n\
         People sign in at /organizations/oauth2/v2.0/authorize of the sign-in service; there is a page to pick from.\n\
         Without a browser, add _sim_user to its query: member, second, guest, personal, declines, declines-consent, \
         goes-back, needs-admin.\n\n\
         Control, below the address of Microsoft Graph; JSON in, JSON out. The last seven take a \"drive\" as well, the main \
         drive being the one they mean without it:\n{}",
        faults.join("\n"),
        control_verbs()
    )
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Who can't be told has the status.
            let _ = writeln!(std::io::stderr(), "graph-sim: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let seed = match (arguments.seed, arguments.items) {
        (Some(folder), _) => Seed::Folder(folder),
        (None, Some(count)) => Seed::Items(count),
        (None, None) => Seed::Demo,
    };
    let usual = Config::default();
    let sim = Sim::start(Config {
        graph_port: arguments.port,
        login_port: arguments.login_port,
        content_port: arguments.content_port,
        seed,
        clock: arguments.clock,
        faults: arguments.faults,
        born: SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs()),
        roles: if arguments.roles.is_empty() {
            usual.roles.clone()
        } else {
            arguments.roles
        },
        approved: arguments.approved,
        more_sites: arguments.more_sites,
        ..usual
    })
    .await?;

    let text = if arguments.json { as_json(&sim) } else { as_text(&sim) };
    // Whoever asked may have gone: the servers are there all the same.
    let _ = writeln!(std::io::stdout(), "{text}");
    tokio::signal::ctrl_c().await.context("can't wait for Ctrl-C")
}

fn as_json(sim: &Sim) -> String {
    json!({
        "graph": sim.graph_url(),
        "login": sim.login_url(),
        "content": sim.content_url(),
        "tenant": TENANT_ID,
        "domain": TENANT_DOMAIN,
        "clientId": CLIENT_ID,
        "clientSecret": CLIENT_SECRET,
        "drive": sim.drive_id(),
    })
    .to_string()
}

fn as_text(sim: &Sim) -> String {
    let (graph, login, content, drive) = (sim.graph_url(), sim.login_url(), sim.content_url(), sim.drive_id());
    format!(
        "The simulated Microsoft Graph is running; Ctrl-C ends it.

  Graph          {graph}/v1.0
  Sign-in        {login}/organizations/oauth2/v2.0/authorize
  Tokens         {login}/{TENANT_DOMAIN}/oauth2/v2.0/token
  Downloads      {content}
  Control        {graph}/_sim/

  Tenant         {TENANT_ID} ({TENANT_DOMAIN})
  Client id      {CLIENT_ID}
  Client secret  {CLIENT_SECRET}
  Main drive     {drive}

Connect the host to it:

  echo '{CLIENT_SECRET}' | clientpoint-host --insecure-endpoints \\
    --graph-url {graph} --login-url {login} \\
    connect organization --tenant {TENANT_ID} \\
    --client-id {CLIENT_ID} --client-secret-stdin
"
    )
}
