//! One command each: call, then words.

use std::collections::BTreeMap;
use std::path::Path;

use clientpoint_host::service::{BrowseRow, FileRow, Inspection, ItemOutcome, Session, Verdict};
use clientpoint_host::store::files::{Showing, ShowingKind};
use clientpoint_host::{Error, Result};
use serde::Serialize;
use serde_json::{Value, json};

use super::Output;
use super::args::{Command, Drives, Library, Onedrive, PlaceArguments, Users};
use super::connect;
use super::show::{plain, size, table};
use super::{associate, sync, trash};

/// Carries out a command.
pub async fn run(session: &Session<'_>, command: Command) -> Result<Output> {
    match command {
        Command::Users(Users::List) => {
            let users = session.users().await?;
            let rows: Vec<[String; 2]> = users.iter().map(|user| [plain(&user.name), word(user.role)]).collect();
            Ok(done(json!({ "users": users }), table(["NAME", "ROLE"], &rows)))
        }
        Command::Users(Users::Add { name, role }) => {
            let user = session.add_user(&name, role.into()).await?;
            let text = format!("added {} as {}\n", plain(&user.name), word(user.role));
            Ok(done(json!({ "user": user }), text))
        }
        Command::Connect(form) => connect::connect(session, form).await,
        Command::Disconnect(form) => connect::disconnect(session, form).await,
        Command::Secrets(command) => connect::secrets(session, command).await,
        Command::Drives(Drives::List) => drives(session).await,
        Command::Drives(Drives::Select { drive, url, switch }) => Ok(connect::selected(&match url {
            Some(url) => session.select_drive_at(&url, switch).await?,
            None => session.select_drive(&drive.unwrap_or_default(), switch).await?,
        })),
        Command::Onedrive(Onedrive::List { folder }) => Ok(browsed(&session.browse(folder).await?)),
        Command::Onedrive(Onedrive::Import { items }) => Ok(imported(&session.import(&items).await?)),
        Command::Library(command) => library(session, command).await,
        Command::Place(PlaceArguments { id, target }) => {
            let (kind, name) = match (target.clientpoint, target.template) {
                (Some(name), _) => (ShowingKind::ClientPoint, name),
                (None, name) => (ShowingKind::Template, name.unwrap_or_default()),
            };
            Ok(shown(&session.place_file(&id, kind, &name).await?))
        }
        Command::Places { id } => Ok(shown(&session.showings(&id).await?)),
        Command::Associate(arguments) => associate::associate(session, arguments).await,
        Command::Sync(arguments) => sync::sync(session, arguments).await,
        Command::Serve { once } => sync::serve(session, once).await,
        Command::Runs(command) => sync::runs(session, command).await,
        Command::Trash(command) => trash::trash(session, command).await,
        Command::Status => {
            let health = session.health().await?;
            let mut output = connect::status(&session.status().await?);
            output.text.push_str(&sync::health(&health));
            if let Some(document) = output.json.as_object_mut() {
                document.insert("sync".into(), json!(health));
            }
            Ok(output)
        }
        Command::Inspect => Ok(inspected(&session.inspect().await?)),
    }
}

async fn drives(session: &Session<'_>) -> Result<Output> {
    let list = session.drives().await?;
    let rows: Vec<[String; 4]> = list
        .drives
        .iter()
        .map(|drive| {
            let mark = if drive.selected { "*" } else { "" };
            [mark.into(), plain(&drive.name), drive.kind.into(), plain(&drive.id)]
        })
        .collect();
    let mut text = if rows.is_empty() {
        "no drives: the application may see none; ask for the permission Files.Read.All with admin consent\n"
            .to_string()
    } else {
        table(["", "NAME", "KIND", "DRIVE ID"], &rows)
    };
    for note in &list.notes {
        text.push_str(&format!("note: {}\n", plain(note)));
    }
    Ok(done(value(&list)?, text))
}

fn browsed(rows: &[BrowseRow]) -> Output {
    let lines: Vec<[String; 4]> = rows
        .iter()
        .map(|row| {
            let verdict = match &row.verdict {
                Verdict::Importable => "importable".into(),
                Verdict::AlreadyImported { file } => format!("in the library as {file}"),
                Verdict::Refused { reason } => format!("{reason}: {}", plain(&row.message)),
            };
            [
                plain(&row.name),
                row.size.map(size).unwrap_or_default(),
                plain(&row.item.id),
                verdict,
            ]
        })
        .collect();
    let text = if lines.is_empty() {
        "the drive is empty\n".to_string()
    } else {
        table(["NAME", "SIZE", "ITEM ID", "STATUS"], &lines)
    };
    done(json!({ "entries": rows }), text)
}

fn imported(outcomes: &[ItemOutcome]) -> Output {
    let mut text = String::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in outcomes {
        *counts.entry(outcome.outcome).or_default() += 1;
        let mark = if outcome.file.is_some() { "✓" } else { "✗" };
        text.push_str(&format!(
            "{mark} {}: {}\n",
            plain(named(outcome)),
            plain(&outcome.message)
        ));
        for warning in &outcome.warnings {
            text.push_str(&format!("  warning: {}\n", plain(warning)));
        }
    }
    let sum: Vec<String> = counts
        .iter()
        .map(|(outcome, count)| format!("{count} {outcome}"))
        .collect();
    text.push_str(&format!("{} of {} files\n", sum.join(", "), outcomes.len()));
    if outcomes.iter().any(|outcome| outcome.outcome == "imported") {
        text.push_str("everyone can see files in Company Wide: `clientpoint-host library move ID PLACE` moves them\n");
    }
    Output {
        json: json!({ "outcomes": outcomes, "counts": counts }),
        text,
        complete: outcomes.iter().all(|outcome| outcome.file.is_some()),
    }
}

fn named(outcome: &ItemOutcome) -> &str {
    if outcome.name.is_empty() {
        &outcome.item.id
    } else {
        &outcome.name
    }
}

async fn library(session: &Session<'_>, command: Library) -> Result<Output> {
    match command {
        Library::List => {
            let files = session.library().await?;
            let rows: Vec<[String; 6]> = files
                .iter()
                .map(|file| {
                    [
                        file.id.clone(),
                        plain(&file.name),
                        plain(&file.place),
                        file.revision.to_string(),
                        size(file.size),
                        source(file),
                    ]
                })
                .collect();
            let text = if rows.is_empty() {
                "the library is empty: `clientpoint-host onedrive import ITEM-ID` or `library add FILE` fills it\n"
                    .into()
            } else {
                table(["FILE ID", "NAME", "PLACE", "REVISION", "SIZE", "SOURCE"], &rows)
            };
            Ok(done(json!({ "files": files }), text))
        }
        Library::Show { id } => Ok(one(&session.file(&id).await?)),
        Library::Export { file, template: true } => {
            session.export_template(&file)?;
            let text = format!(
                "wrote the form to {}; its second sheet tells how to fill it in\n",
                file.display()
            );
            Ok(done(json!({ "output": file }), text))
        }
        Library::Export { file, template: false } => {
            let count = session.export(&file).await?;
            let text = format!("wrote {count} files to {}\n", file.display());
            Ok(done(json!({ "files": count, "output": file }), text))
        }
        Library::Add { file, place } => Ok(one(&session.add_file(&file, &place).await?)),
        Library::Move { id, place } => Ok(one(&session.move_file(&id, &place).await?)),
        Library::Read { id, output } => {
            let (file, content) = session.content(&id).await?;
            copy_out(&content, &output)?;
            let text = format!("wrote {} to {}\n", size(file.size), output.display());
            Ok(done(json!({ "file": file, "output": output }), text))
        }
        Library::Rollback { id } => Ok(one(&session.rollback(&id).await?)),
        Library::Unlock { id } => Ok(one(&session.unlock(&id).await?)),
        // It has to come before the host is made.
        Library::Adopt { .. } => Err(Error::Settings("a library that is open needs no adopting".into())),
        Library::Release { id } => Ok(one(&session.release(&id).await?)),
        Library::KeepClientpoints { switch, file } => Ok(sync::propagation(&match switch {
            Some(word) => session.keep_clientpoints(file.as_deref(), sync::switch(&word)?).await?,
            None => session.propagation().await?,
        })),
        Library::Replace { id, file } => {
            let replaced = session.replace_file(&id, &file).await?;
            let text = format!(
                "{} is at revision {}, shown in {} ClientPoints and Templates\n",
                plain(&replaced.file.name),
                replaced.file.revision,
                replaced.shown_in.len()
            );
            Ok(done(value(&replaced)?, text))
        }
    }
}

fn copy_out(content: &Path, output: &Path) -> Result<()> {
    let unwritable = |error: std::io::Error| {
        Error::Settings(format!(
            "`{}` can't be written: {error}; name a file that does not exist yet",
            output.display()
        ))
    };
    let mut source = std::fs::File::open(content)?;
    let mut target = std::fs::File::create_new(output).map_err(unwritable)?;
    std::io::copy(&mut source, &mut target).map_err(unwritable)?;
    Ok(())
}

fn one(file: &FileRow) -> Output {
    let mut rows = vec![
        ["File ID".to_string(), file.id.clone()],
        ["Name".into(), plain(&file.name)],
        ["Place".into(), plain(&file.place)],
        ["Revision".into(), file.revision.to_string()],
        ["Size".into(), format!("{} ({} bytes)", size(file.size), file.size)],
        ["SHA-256".into(), file.sha256.clone()],
        ["Source".into(), source(file)],
    ];
    match &file.verification {
        Some(verification) => rows.push(["Bytes".into(), verification.clone()]),
        None if file.managed => rows.push(["Bytes".into(), "as before, until the next sync".into()]),
        None => {}
    }
    let text = rows
        .iter()
        .map(|[label, value]| format!("{label:9}  {value}\n"))
        .collect();
    done(json!({ "file": file }), text)
}

fn source(file: &FileRow) -> String {
    match &file.source_name {
        Some(name) => format!("OneDrive: {}", plain(name)),
        None => "by hand".into(),
    }
}

fn shown(showings: &[Showing]) -> Output {
    let rows: Vec<[String; 3]> = showings
        .iter()
        .map(|showing| {
            let kind = match showing.kind {
                ShowingKind::ClientPoint => "ClientPoint",
                ShowingKind::Template => "Template",
            };
            [kind.into(), plain(&showing.name), showing.revision.to_string()]
        })
        .collect();
    let text = if rows.is_empty() {
        "shown nowhere yet: `clientpoint-host place ID --clientpoint NAME` shows it\n".into()
    } else {
        table(["SHOWN IN", "NAME", "REVISION"], &rows)
    };
    done(json!({ "places": showings }), text)
}

fn inspected(inspection: &Inspection) -> Output {
    let rows: Vec<[String; 2]> = inspection
        .powers
        .iter()
        .map(|power| [power.import.clone(), power.meaning.into()])
        .collect();
    let origin = inspection
        .api_origin
        .as_deref()
        .unwrap_or("none before it is connected");
    let text = format!(
        "{} {} ({}), {}\n\nIt can reach this, and nothing else:\n{}\n\
         Requests with the token go to: {origin} (GET only)\n\
         Requests without it go to:     addresses that this origin redirects to, byte for byte (GET only)\n\
         Memory of an instance:         {}\n\
         Largest file:                  {} bytes\n\
         Files an import:               {}\n\
         File types:                    {}\n",
        inspection.title,
        inspection.version,
        inspection.id,
        size(inspection.size),
        table(["IMPORT", "MEANING"], &rows),
        size(inspection.memory_limit as u64),
        inspection.max_file_bytes,
        inspection.max_files_per_import,
        inspection.file_types.join(" "),
    );
    Output {
        complete: true,
        json: serde_json::to_value(inspection).unwrap_or(Value::Null),
        text,
    }
}

fn done(json: Value, text: String) -> Output {
    Output {
        json,
        text,
        complete: true,
    }
}

fn value<T: Serialize>(of: &T) -> Result<Value> {
    serde_json::to_value(of).map_err(|error| Error::Storage(error.to_string()))
}

fn word<T: Serialize>(of: T) -> String {
    match serde_json::to_value(of) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}
