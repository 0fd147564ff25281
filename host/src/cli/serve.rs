//! The words of `serve`.

use std::{fmt, path::PathBuf, sync::Arc};

use clap::{Args, ValueEnum};
use clientpoint_host::{
    Error, Host, Result, Session,
    host::Roles,
    service::{Ended, Ledger},
    settings::Layers,
};
use serde_json::{Value, json};

use super::{
    console, hints,
    interrupt::stop_on_signal,
    ledger::{shown, total},
    output::Output,
    show::Page,
    sync::STOPPING,
    terminal::Terminal,
    watching,
};

/// See `Command::Serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Do what is due now, and end: for a scheduler of your own. Without a console
    #[arg(long)]
    once: bool,

    /// How many connections are at work at a time; those that wait for their source do so beside them
    #[arg(long, value_name = "CONNECTIONS", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub at_once: u16,

    /// What this host does, of those that share a database: pages, offering what is due, carrying it out
    #[arg(long, value_name = "ROLES", value_delimiter = ',', default_values_t = Role::ALL, conflicts_with = "once")]
    roles: Vec<Role>,

    /// Where the console listens [default: localhost:4700]
    #[arg(long, value_name = "ADDRESS:PORT", conflicts_with = "once")]
    listen: Option<String>,

    /// Where browsers find the console, if not on this machine alone: https://NAME, with TLS by a proxy in front
    #[arg(long, value_name = "URL", conflicts_with = "once")]
    pub public_url: Option<String>,

    /// Without a console
    #[arg(long, conflicts_with_all = ["listen", "public_url"])]
    no_console: bool,

    /// A port of its own for whoever watches this host: /metrics, /healthz and /readyz
    #[arg(long, value_name = "ADDRESS:PORT", conflicts_with = "once")]
    metrics_listen: Option<String>,

    /// A file with the token that opens /metrics, on the console's port as well
    #[arg(long, value_name = "FILE", conflicts_with = "once")]
    metrics_token_file: Option<PathBuf>,
}

/// What a host does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Shows the console
    Console,
    /// Offers what is due, and looks after the libraries
    Timer,
    /// Carries out what is due
    Worker,
}

impl Role {
    const ALL: [Self; 3] = [Self::Console, Self::Timer, Self::Worker];
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Console => "console",
            Self::Timer => "timer",
            Self::Worker => "worker",
        })
    }
}

impl Serve {
    /// What the host does by itself.
    pub fn roles(&self) -> Roles {
        Roles {
            timer: self.roles.contains(&Role::Timer),
            worker: self.roles.contains(&Role::Worker),
        }
    }
}

/// Runs what is due: once, or until it is told to end.
pub async fn serve(
    host: &Arc<Host>,
    session: &Session<'_>,
    arguments: &Serve,
    layers: &Layers,
    terminal: &Terminal,
) -> Result<Output> {
    let wanted = console::Wanted::of(layers, arguments.listen.as_deref(), arguments.public_url.as_deref())?;
    let listen = arguments.metrics_listen.as_deref();
    let watching = watching::Wanted::of(layers, listen, arguments.metrics_token_file.as_deref())?;
    let stop = stop_on_signal(terminal, STOPPING);
    if arguments.once {
        let results = session.serve_once(&stop).await?;
        return ticked(session, results, terminal).await;
    }
    session.require_administrator("serve")?;
    let roles = arguments.roles();
    if roles.timer != roles.worker && !host.shares_its_database() {
        return Err(Error::Settings(
            "in a data folder, `timer` and `worker` go together: they are apart where hosts share a database \
             (`database.url-file`)"
                .into(),
        ));
    }
    let has_pages = !arguments.no_console && arguments.roles.contains(&Role::Console);
    let console = match !has_pages {
        true => None,
        false => console::open(host, (&wanted, watching.token.clone()), &stop, terminal).await?,
    };
    let watching = watching::open(host, &watching, &stop, terminal).await;
    let what = what_it_does(roles);
    terminal.say(format!("serving: {what}; SIGTERM or Ctrl-C ends it between two steps"));
    let served = session.serve(&stop, |result| told(result, terminal)).await;
    // Pages end with the timer, whatever has ended it.
    stop.cancel();
    if let Some(console) = console {
        console.end().await;
    }
    if let Some(watching) = watching {
        // It can't fail but by a fault of ours, which was said.
        let _ = watching.await;
    }
    served?;
    Ok(Output::done(json!({ "served": true }), Page::of("ended")))
}

/// What a host does by itself, for whoever has started it.
fn what_it_does(roles: Roles) -> &'static str {
    match (roles.timer, roles.worker) {
        (true, true) => "the sync runs once a day",
        (true, false) => "the sync is offered once a day to the hosts that have the role `worker`",
        (false, true) => "what hosts with the role `timer` offer is carried out",
        (false, false) => "pages alone; hosts with the roles `timer` and `worker` run the sync",
    }
}

/// What became of the runs that were due.
async fn ticked(session: &Session<'_>, results: Vec<Result<Ledger>>, terminal: &Terminal) -> Result<Output> {
    let mut output = Output::done(Value::Null, Page::default());
    let mut runs = Vec::new();
    for result in results {
        let one = match result {
            Ok(ledger) => shown(session, &ledger, terminal).await?,
            Err(error) => {
                let text = Page::of(format!("error: {}", hints::error(&error)));
                Output::done(json!({ "error": hints::in_json(&error) }), text).ended(told_of(&error))
            }
        };
        // A long one was begun to be shown: what comes before it must be there by then.
        output.text.add(one.text);
        if !terminal.is_for_programs() {
            let _ = terminal.show(&std::mem::take(&mut output.text));
        }
        output.ended = output.ended.max(one.ended);
        for (place, lines) in one.lists {
            output.lists.insert(format!("/runs/{}{place}", runs.len()), lines);
        }
        runs.push(one.json);
    }
    if runs.is_empty() {
        output.text.line("nothing is due");
    }
    output.json = json!({ "runs": runs });
    Ok(output)
}

/// What the timer tells beside its runs. That bytes were found to be damaged is no failure of the look that has found them.
fn told_of(error: &Error) -> Ended {
    match error.code() {
        "damaged" => Ended::NeedsAPerson,
        _ => Ended::NotDone,
    }
}

fn told(result: &Result<Ledger>, terminal: &Terminal) {
    match result {
        Ok(ledger) => terminal.say(total(ledger)),
        Err(error) => terminal.error(hints::error(error)),
    }
}
