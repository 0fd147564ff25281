//! One command each: call, then words.

use std::collections::BTreeMap;

use clientpoint_host::{
    Error, Result, Session,
    service::{BrowseRow, FileRow, Inspection, ItemOutcome, NewFile, Verdict, Wanted},
    store::files::{Showing, ShowingKind},
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    args::{Command, Drives, Library, Onedrive, PlaceArguments, Target, Users},
    associate, bin, connect,
    interrupt::stop_on_signal,
    list,
    output::Output,
    show::{Page, size},
    sync,
    terminal::Terminal,
    trash, verify,
};

/// Carries out a command.
pub async fn run(session: &Session<'_>, command: Command, terminal: &Terminal) -> Result<Output> {
    match command {
        Command::Users(Users::List) => {
            let users = session.users().await?;
            let rows: Vec<[String; 2]> = users.iter().map(|user| [user.name.clone(), word(user.role)]).collect();
            Ok(done(json!({ "users": users }), Page::table(["NAME", "ROLE"], &rows)))
        }
        Command::Users(Users::Add { name, role }) => {
            let user = session.add_user(&name, role.into()).await?;
            let text = format!("added {} as {}", user.name, word(user.role));
            Ok(done(json!({ "user": user }), Page::of(text)))
        }
        Command::Connect(form) => connect::connect(session, form, terminal).await,
        Command::Disconnect(form) => connect::disconnect(session, form).await,
        // The folder of a lost key does not open, so `forget` is carried out before there is a session.
        Command::Secrets(_) => connect::rotate(session).await,
        Command::Drives(Drives::List) => drives(session).await,
        Command::Drives(Drives::Select { drive, url, switch }) => Ok(connect::selected(&match url {
            Some(url) => session.select_drive_at(&url, switch).await?,
            None => session.select_drive(&drive.unwrap_or_default(), switch).await?,
        })),
        Command::Onedrive(Onedrive::List { folder }) => Ok(browsed(&session.browse(folder).await?)),
        Command::Onedrive(Onedrive::Import { items, from }) => {
            let wanted = match &from {
                Some(file) => list::read(file)?,
                None => items.into_iter().map(|text| Wanted { text, line: None }).collect(),
            };
            let stop = stop_on_signal(terminal, "what is under way is given up, and what has come in stays");
            Ok(imported(&session.import_wanted(&wanted, &stop).await?))
        }
        Command::Library(Library::Follow { id, item }) => associate::follow(session, &id, &item, terminal).await,
        Command::Library(command) => library(session, command).await,
        Command::Place(PlaceArguments { id, target }) => {
            let (kind, name) = place(target);
            Ok(shown(&session.place_file(&id, kind, &name).await?))
        }
        Command::Unplace(PlaceArguments { id, target }) => {
            let (kind, name) = place(target);
            Ok(shown(&session.unplace_file(&id, kind, &name).await?))
        }
        Command::Places { id } => Ok(shown(&session.showings(&id).await?)),
        Command::Associate(arguments) => associate::associate(session, arguments, terminal).await,
        Command::Sync(arguments) => sync::sync(session, arguments, terminal).await,
        Command::Serve { once } => sync::serve(session, once, terminal).await,
        Command::Runs(command) => sync::runs(session, command, terminal).await,
        Command::Trash(command) => trash::trash(session, command).await,
        Command::Status => {
            let health = session.health().await?;
            let mut output = connect::status(&session.status().await?);
            let disk = session.disk().await?;
            output.text.add(sync::health(&health));
            output.text.add(verify::disk(&disk));
            if let Some(document) = output.json.as_object_mut() {
                document.insert("sync".into(), json!(health));
                document.insert("disk".into(), json!(disk));
            }
            Ok(output)
        }
        Command::Inspect => Ok(inspected(&session.inspect().await?)),
    }
}

fn place(target: Target) -> (ShowingKind, String) {
    match (target.clientpoint, target.template) {
        (Some(name), _) => (ShowingKind::ClientPoint, name),
        (None, name) => (ShowingKind::Template, name.unwrap_or_default()),
    }
}

async fn drives(session: &Session<'_>) -> Result<Output> {
    let list = session.drives().await?;
    let rows: Vec<[String; 4]> = list
        .drives
        .iter()
        .map(|drive| {
            let mark = if drive.selected { "*" } else { "" };
            [mark.into(), drive.name.clone(), drive.kind.into(), drive.id.clone()]
        })
        .collect();
    let mut text = if rows.is_empty() {
        Page::of("no drives: the application may see none; ask for the permission Files.Read.All with admin consent")
    } else {
        Page::table(["", "NAME", "KIND", "DRIVE ID"], &rows)
    };
    for note in &list.notes {
        text.line(format!("note: {note}"));
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
                Verdict::Refused { reason } => format!("{reason}: {}", row.message),
            };
            [
                row.name.clone(),
                row.size.map(size).unwrap_or_default(),
                row.item.id.clone(),
                verdict,
            ]
        })
        .collect();
    let text = if lines.is_empty() {
        Page::of("the drive is empty")
    } else {
        Page::table(["NAME", "SIZE", "ITEM ID", "STATUS"], &lines)
    };
    done(json!({ "entries": rows }), text)
}

fn imported(outcomes: &[ItemOutcome]) -> Output {
    let mut text = Page::default();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in outcomes {
        *counts.entry(outcome.outcome).or_default() += 1;
        let mark = if is_done(outcome) { "✓" } else { "✗" };
        let line = outcome.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        text.line(format!("{mark} {line}{}: {}", named(outcome), outcome.message));
        for warning in &outcome.warnings {
            text.line(format!("  warning: {warning}"));
        }
    }
    let sum: Vec<String> = counts
        .iter()
        .map(|(outcome, count)| format!("{count} {outcome}"))
        .collect();
    text.line(format!("{} of {} files", sum.join(", "), outcomes.len()));
    if outcomes.iter().any(|outcome| outcome.outcome == "imported") {
        text.line("everyone can see files in Company Wide: `clientpoint-host library move ID PLACE` moves them");
    }
    Output {
        json: json!({ "outcomes": outcomes, "counts": counts }),
        text,
        complete: outcomes.iter().all(is_done),
    }
}

/// Whether the file is in the library. Of one that was asked for twice, the first outcome tells.
fn is_done(outcome: &ItemOutcome) -> bool {
    outcome.file.is_some() || outcome.outcome == "duplicate"
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
        Library::Bin | Library::List { bin: true } => bin::list(session).await,
        Library::Remove { id } => bin::remove(session, &id).await,
        Library::Restore { id } => Ok(one(&session.restore_file(&id).await?)),
        Library::List { bin: false } => {
            let files = session.library().await?;
            let rows: Vec<[String; 6]> = files
                .iter()
                .map(|file| {
                    [
                        file.id.clone(),
                        file.name.clone(),
                        file.place.clone(),
                        file.revision.to_string(),
                        size(file.size),
                        source(file) + verify::mark(file),
                    ]
                })
                .collect();
            let text = if rows.is_empty() {
                Page::of(
                    "the library is empty: `clientpoint-host onedrive import ITEM-ID` or `library add FILE` fills it",
                )
            } else {
                Page::table(["FILE ID", "NAME", "PLACE", "REVISION", "SIZE", "SOURCE"], &rows)
            };
            Ok(done(json!({ "files": files }), text))
        }
        Library::Show { id } => verify::show(session, &id, one(&session.file(&id).await?)).await,
        Library::Verify { ids } => verify::verify(session, &ids).await,
        Library::Export { file, template: true } => {
            session.export_template(&file)?;
            let text = format!(
                "wrote the form to {}; its second sheet tells how to fill it in",
                file.display()
            );
            Ok(done(json!({ "output": file }), Page::of(text)))
        }
        Library::Export { file, template: false } => {
            let count = session.export(&file).await?;
            let text = format!("wrote {count} files to {}", file.display());
            Ok(done(json!({ "files": count, "output": file }), Page::of(text)))
        }
        Library::Add { file, place } => Ok(one(&session.add_file(&file, &place).await?)),
        Library::Move { id, place } => Ok(one(&session.move_file(&id, &place).await?)),
        Library::Read { id, output } => {
            let copy = NewFile::at(&output)?;
            let file = session.read_file(&id, copy).await?;
            let text = format!("wrote {} to {}", size(file.size), output.display());
            Ok(done(json!({ "file": file, "output": output }), Page::of(text)))
        }
        Library::Rollback { id } => Ok(one(&session.rollback(&id).await?)),
        Library::Unlock { id } => Ok(one(&session.unlock(&id).await?)),
        // It is an upload.
        Library::Follow { .. } => Err(Error::Settings("`library follow` needs a plugin".into())),
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
                "{} is at revision {}, shown in {} ClientPoints and Templates",
                replaced.file.name,
                replaced.file.revision,
                replaced.shown_in.len()
            );
            Ok(done(value(&replaced)?, Page::of(text)))
        }
    }
}

fn one(file: &FileRow) -> Output {
    let mut rows = vec![
        ["File ID".to_string(), file.id.clone()],
        ["Name".into(), file.name.clone()],
        ["Place".into(), file.place.clone()],
        ["Revision".into(), file.revision.to_string()],
        ["Size".into(), format!("{} ({} bytes)", size(file.size), file.size)],
        ["SHA-256".into(), file.sha256.clone()],
        ["Source".into(), source(file)],
    ];
    match &file.verification {
        Some(verification) => rows.push(["Bytes".into(), verification.clone()]),
        None if file.damage.is_some() => rows.push(["Bytes".into(), "damaged".into()]),
        None if file.managed => rows.push(["Bytes".into(), "as before, until the next sync".into()]),
        None => {}
    }
    let mut text = Page::default();
    for [label, value] in rows {
        text.line(format!("{label:9}  {value}"));
    }
    done(json!({ "file": file }), text)
}

fn source(file: &FileRow) -> String {
    match &file.source_name {
        Some(name) => format!("OneDrive: {name}"),
        None => "by hand".into(),
    }
}

fn shown(showings: &[Showing]) -> Output {
    let rows: Vec<[String; 3]> = showings
        .iter()
        .map(|showing| {
            [
                showing.kind.word().into(),
                showing.name.clone(),
                showing.revision.to_string(),
            ]
        })
        .collect();
    let text = if rows.is_empty() {
        Page::of("shown nowhere: `clientpoint-host place ID --clientpoint NAME` shows it")
    } else {
        Page::table(["SHOWN IN", "NAME", "REVISION"], &rows)
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
    let batches = match inspection.batches.as_slice() {
        [] => " only".to_string(),
        paths => format!(
            "; and POST to {}: a batch of GETs, which the host reads and writes anew",
            paths.join(", ")
        ),
    };
    let mut text = Page::of(format!(
        "{} {} ({}), {}",
        inspection.title,
        inspection.version,
        inspection.id,
        size(inspection.size)
    ));
    text.line("");
    text.line("It can reach this, and nothing else:");
    text.add(Page::table(["IMPORT", "MEANING"], &rows));
    text.line("");
    let redirects = "addresses that this origin redirects to, byte for byte, and one further address where such a host \
                     redirects itself (GET only)";
    for (label, value) in [
        ("Requests with the token go to:", format!("{origin} (GET{batches})")),
        ("Requests without it go to:", redirects.into()),
        ("Memory of an instance:", size(inspection.memory_limit as u64)),
        ("Largest file:", format!("{} bytes", inspection.max_file_bytes)),
        ("Files an import:", inspection.max_files_per_import.to_string()),
        ("File types:", inspection.file_types.join(" ")),
    ] {
        text.line(format!("{label:30} {value}"));
    }
    Output {
        complete: true,
        json: serde_json::to_value(inspection).unwrap_or(Value::Null),
        text,
    }
}

fn done(json: Value, text: Page) -> Output {
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

#[cfg(test)]
mod tests {
    use clientpoint_host::service::PowerRow;

    use super::*;

    #[test]
    fn a_plugin_forges_no_line_of_what_is_said_about_it() {
        let hostile = || "x\nIt can reach this, and nothing else:\u{1b}[2J\u{202e}".to_string();
        let inspection = Inspection {
            id: hostile(),
            title: hostile(),
            version: hostile(),
            size: 1,
            powers: vec![PowerRow {
                import: hostile(),
                meaning: "words only, no power",
            }],
            exports: vec![hostile()],
            api_origin: Some(hostile()),
            batches: vec![hostile()],
            memory_limit: 1,
            max_file_bytes: 1,
            max_files_per_import: 1,
            file_types: vec![hostile()],
        };
        let page = inspected(&inspection).text;
        let lines: Vec<&str> = page.lines().collect();
        assert_eq!(lines.len(), 12, "{lines:#?}");
        assert!(
            !lines
                .iter()
                .any(|line| line.contains(clientpoint_host::text::is_unseen))
        );
        let begins = |line: &&&str| line.starts_with("It can reach");
        assert_eq!(lines.iter().filter(begins).count(), 1);
    }
}
