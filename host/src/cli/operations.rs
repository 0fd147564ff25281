//! The words of the operations: `operations list`, `operations show`, `operations stop`.

use clap::Subcommand;
use clientpoint_host::{
    Result, Session,
    service::{
        OperationFilter, OperationKind, OperationState,
        api::{ItemProgress, Operation},
    },
};
use serde_json::json;

use super::{
    hints,
    ledger::sum,
    output::Output,
    pages::{self, Found, PartArguments},
    show::{Page, size},
};

/// How many operations are listed where nobody says how many.
const SHOWN: usize = 100;

/// See `Command::Operations`.
#[derive(Debug, Subcommand)]
pub enum Operations {
    /// List the latest, the newest first: a hundred, unless said otherwise
    List {
        /// Those of this kind: import, sync, plan, check-sheet, link-sheet, undo-upload, verify, backup or prune
        #[arg(long)]
        kind: Option<OperationKind>,
        /// Those that are running, done, failed, stopped or interrupted (their program has ended before they did)
        #[arg(long)]
        state: Option<OperationState>,
        /// Those that this user has begun
        #[arg(long, value_name = "USER")]
        by: Option<String>,
        /// Which part of them
        #[command(flatten)]
        part: PartArguments,
    },
    /// Show one: how far it is, or what came of it
    Show {
        /// Its number, as `operations list` shows it
        operation: i64,
    },
    /// Let one begin nothing more; what is under way comes to its end
    Stop {
        /// Its number, as `operations list` shows it
        operation: i64,
    },
}

/// Carries out a command.
pub async fn operations(session: &Session<'_>, command: Operations) -> Result<Output> {
    match command {
        Operations::List { kind, state, by, part } => {
            let filter = OperationFilter { kind, state, by };
            let ask = async |part| session.operations_page(&filter, &part).await;
            let is_part = filter.kind.is_some() || filter.state.is_some() || filter.by.is_some();
            Ok(listed(&pages::found(part, SHOWN, ask).await?, is_part))
        }
        Operations::Show { operation } => {
            let operation = session.operation(operation).await?;
            Ok(Output::done(json!({ "operation": operation }), shown(&operation)))
        }
        Operations::Stop { operation } => {
            let operation = session.stop_operation(operation).await?;
            let text = match operation.state {
                OperationState::Running => format!("operation {} begins nothing more", operation.id),
                state => format!("operation {} has ended before: {state}", operation.id),
            };
            Ok(Output::done(json!({ "operation": operation }), Page::of(text)))
        }
    }
}

fn listed(operations: &Found<Operation>, is_part: bool) -> Output {
    let rows: Vec<[String; 6]> = operations
        .rows
        .iter()
        .map(|operation| {
            [
                operation.id.to_string(),
                operation.begun_at.clone(),
                operation.kind.to_string(),
                operation.begun_by.clone(),
                operation.state.to_string(),
                far(operation),
            ]
        })
        .collect();
    let mut text = if rows.is_empty() && is_part {
        Page::of("no operation is like that")
    } else if rows.is_empty() {
        Page::of("no operations yet: whatever takes long is one, an import or a sync for instance")
    } else {
        Page::table(["OPERATION", "BEGUN", "KIND", "BY", "STATE", "HOW FAR"], &rows)
    };
    operations.tell(&mut text);
    Output::done(operations.document("operations", json!(operations.rows)), text)
}

/// In a few words: what it has come to, why it has not, or how far it is.
fn far(operation: &Operation) -> String {
    if let Some(error) = &operation.error {
        return hints::told(&error.message, &error.ways_out);
    }
    if operation.state != OperationState::Running {
        return sum(&operation.counts);
    }
    moving(operation)
}

fn moving(operation: &Operation) -> String {
    let progress = &operation.progress;
    let is_bytes = matches!(operation.kind, OperationKind::Verify | OperationKind::Backup);
    let told = |number: u64| if is_bytes { size(number) } else { number.to_string() };
    match (progress.of, &progress.waits) {
        (_, Some(wait)) => wait.why.clone(),
        (Some(of), None) => {
            let what = if is_bytes { "" } else { " files" };
            format!("{} of {}{what}", told(progress.done), told(of))
        }
        (None, None) => String::new(),
    }
}

fn shown(operation: &Operation) -> Page {
    let Operation { id, kind, begun_by, .. } = operation;
    let mut text = Page::of(format!("operation {id}: {kind} by {begun_by}"));
    text.line(format!("  begun       {}", operation.begun_at));
    match &operation.ended_at {
        Some(at) => text.line(format!("  {:11} {at}", operation.state)),
        None => text.line(format!("  {:11} {}", operation.state, moving(operation))),
    }
    if let Some(connection) = &operation.connection {
        text.line(format!("  connection  {connection}"));
    }
    if let Some(run) = operation.run {
        text.line(format!(
            "  run         {run}: `clientpoint-host runs show {run}` tells what became of each file"
        ));
    }
    for item in &operation.progress.items {
        text.line(format!("  {:16} {}", item.state, told(item)));
    }
    if 0 < operation.progress.left_out {
        text.line(format!("  … and {} files more", operation.progress.left_out));
    }
    if !operation.counts.is_empty() {
        text.line(format!("  came to     {}", sum(&operation.counts)));
    }
    if let Some(error) = &operation.error {
        text.line(format!(
            "  because     {}",
            hints::told(&error.message, &error.ways_out)
        ));
    }
    text
}

fn told(item: &ItemProgress) -> String {
    let name = if item.name.is_empty() {
        &item.item.id
    } else {
        &item.name
    };
    let again = if item.begun_again == 0 { "" } else { ", begun again" };
    match item.of {
        _ if !item.message.is_empty() => format!("{name}: {}", item.message),
        Some(of) => format!("{name}: {} of {}{again}", size(item.done), size(of)),
        None => name.clone(),
    }
}
