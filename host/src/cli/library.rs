//! The words of the Content Library: `library list`, `library show`, …

use std::path::{Path, PathBuf};

use clap::Subcommand;
use clientpoint_host::{Error, Result, Session, place::Place, service::PutBack};
use serde_json::json;

use super::{
    associate, bin, file, given_file,
    library_list::{self, List},
    new_file::NewFile,
    output::{Output, document},
    pages::PartArguments,
    propagation, revisions,
    show::{Page, size},
    terminal::Terminal,
    verify,
};

/// See `Command::Library`.
#[derive(Debug, Subcommand)]
pub enum Library {
    /// List its files
    List(List),
    /// Show one
    Show {
        /// The File ID
        id: String,
    },
    /// Copy a file's bytes out of it
    Read {
        /// The File ID
        id: String,
        /// Where to; it must not exist yet. `-` is standard output
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// The bytes that it had at this revision, as `library revisions` lists them
        #[arg(long, value_name = "N")]
        revision: Option<u64>,
    },
    /// List which content a file has had, the newest first: when it came, and what or who brought it
    Revisions {
        /// The File ID
        id: String,
        /// Which part of them
        #[command(flatten)]
        part: PartArguments,
    },
    /// Give a file another name in the library
    Rename {
        /// The File ID
        id: String,
        /// The name, with the same ending
        name: String,
    },
    /// Read all bytes, of these files or of the whole library, and compare them with what was stored
    Verify {
        /// File IDs; all files without them
        #[arg(value_name = "FILE-ID")]
        ids: Vec<String>,
    },
    /// Write the list of files as an Excel workbook (Content Library > Files > More > Excel)
    Export {
        /// The workbook (`.xlsx`); it must not exist yet. `-` is standard output
        file: PathBuf,
        /// Write the empty form for `associate` instead, with an example and help
        #[arg(long)]
        template: bool,
    },
    /// Add a file by hand
    Add {
        /// The file
        file: PathBuf,
        /// Where to put it
        #[arg(long, default_value = "Company Wide")]
        place: Place,
    },
    /// Move files to another place, all of them or none
    Move {
        /// File IDs
        #[arg(required = true, value_name = "FILE-ID")]
        ids: Vec<String>,
        /// `Company Wide`, `Workspace/NAME` or `Division/NAME`, with `/SUBFOLDER` behind it if you like
        place: Place,
    },
    /// List the Workspaces and Divisions in which files stand, as `library move` takes them
    Workspaces,
    /// Take the last update of a managed file back, or put any earlier content of a file back; a managed file is held
    Rollback {
        /// The File ID
        id: String,
        /// The content of this revision, as `library revisions` lists them
        #[arg(long, value_name = "N")]
        to: Option<u64>,
        /// Why, for whoever reads the list of revisions later
        #[arg(long, value_name = "TEXT")]
        why: Option<String>,
    },
    /// Let a file follow another item from the next sync on: one that was saved anew under its name, say
    Follow {
        /// The File ID
        id: String,
        /// The item: its path from the drive's root, its name, its address from the browser, or its id
        #[arg(value_name = "ITEM")]
        item: String,
    },
    /// Let a file that is held, or was given up, follow its item again
    Release {
        /// The File ID
        id: String,
    },
    /// Put a file that nothing shows into the bin: it keeps its File ID for 30 days, and can be brought back
    Remove {
        /// The File ID
        id: String,
        /// Remove it for good instead, also out of the bin: it can't be brought back
        #[arg(long)]
        now: bool,
        /// With --now: do it
        #[arg(long, requires = "now")]
        yes: bool,
    },
    /// Bring a file back out of the bin
    Restore {
        /// The File ID
        id: String,
    },
    /// List what is in the bin, and until when it can be brought back
    Bin,
    /// Keep a file that does not follow any more (detached, source-gone, given up) as the library's own
    Unlock {
        /// The File ID
        id: String,
    },
    /// "Do not update existing ClientPoints": on or off, for one file or for all
    KeepClientpoints {
        /// on or off; nothing shows how it stands
        switch: Option<String>,
        /// The File ID; all files without it
        #[arg(long, value_name = "FILE-ID")]
        file: Option<String>,
    },
    /// Go on with a database that is not the one of its data folder: new, older, or another one. Tells what that means
    Adopt {
        /// Do it
        #[arg(long)]
        yes: bool,
    },
    /// Give a file new content (not one that follows its source)
    Replace {
        /// The File ID
        id: String,
        /// The new content
        file: PathBuf,
    },
}

/// Carries out a command.
pub async fn library(session: &Session<'_>, command: Library, terminal: &Terminal) -> Result<Output> {
    match command {
        Library::Bin => bin::list(session, PartArguments::default()).await,
        Library::Remove { id, now: true, yes } => bin::remove_now(session, &id, yes, terminal).await,
        Library::Remove { id, .. } => bin::remove(session, &id).await,
        Library::Revisions { id, part } => revisions::list(session, &id, part).await,
        Library::Workspaces => revisions::places(session).await,
        Library::Rename { id, name } => revisions::renamed(session, &id, &name).await,
        Library::Restore { id } => Ok(file::shown(&session.restore_file(&id).await?)),
        Library::List(arguments) => library_list::list(session, arguments).await,
        Library::Show { id } => verify::show(session, &id, file::shown_whole(&session.library_file(&id).await?)).await,
        Library::Verify { ids } => verify::verify(session, &ids).await,
        Library::Export { file, template } => export(session, &file, template, terminal).await,
        Library::Add { file, place } => add(session, &file, &place).await,
        Library::Move { ids, place } => revisions::moved(session, &ids, &place).await,
        Library::Read { id, output, revision } => read(session, &id, revision, (&output, terminal)).await,
        Library::Rollback { id, to, why } => {
            let wanted = PutBack {
                to,
                why: why.unwrap_or_default(),
                ..PutBack::default()
            };
            Ok(file::shown(&session.put_back(&id, &wanted).await?))
        }
        Library::Unlock { id } => Ok(file::shown(&session.unlock(&id).await?)),
        // It has to come before the host is made.
        Library::Adopt { .. } => Err(Error::Settings("a library that is open needs no adopting".into())),
        Library::Follow { id, item } => associate::follow(session, &id, &item, terminal).await,
        Library::Release { id } => Ok(file::shown(&session.release(&id).await?)),
        Library::KeepClientpoints { switch, file } => {
            let stands = match switch {
                Some(word) => {
                    session
                        .keep_clientpoints(file.as_deref(), propagation::switch(&word)?)
                        .await?
                }
                None => session.propagation().await?,
            };
            propagation::told(session, &stands, terminal).await
        }
        Library::Replace { id, file } => replace(session, &id, &file).await,
    }
}

/// Whether standard output is meant, which has room for nothing beside it then.
fn is_standard_output(path: &Path, terminal: &Terminal) -> Result<bool> {
    match (path == Path::new("-"), terminal.is_for_programs()) {
        (true, true) => Err(Error::Settings(
            "`-` is standard output, where `--json` writes its document: name a file, or leave one of them out".into(),
        )),
        (is, _) => Ok(is),
    }
}

async fn export(session: &Session<'_>, path: &Path, template: bool, terminal: &Terminal) -> Result<Output> {
    session.require_administrator("export the library")?;
    if is_standard_output(path, terminal)? {
        let bytes = match template {
            true => session.export_template().await?,
            false => session.export().await?.bytes,
        };
        // That it can't be written is told at the end.
        let _ = terminal.write(&bytes);
        return Ok(Output::done(json!(null), Page::default()));
    }
    let new = NewFile::workbook(path)?;
    if template {
        new.write(&session.export_template().await?)?;
        let text = format!(
            "wrote the form to {}; its second sheet tells how to fill it in",
            path.display()
        );
        return Ok(Output::done(json!({ "output": path }), Page::of(text)));
    }
    let exported = session.export().await?;
    new.write(&exported.bytes)?;
    let text = format!("wrote {} files to {}", exported.files, path.display());
    Ok(Output::done(
        json!({ "files": exported.files, "output": path }),
        Page::of(text),
    ))
}

async fn add(session: &Session<'_>, path: &Path, place: &Place) -> Result<Output> {
    session.require_administrator("add files to the library")?;
    let name = given_file::name(path)?;
    let bytes = given_file::open(path, "").await?;
    Ok(file::shown(&session.add_file(&name, bytes, place).await?))
}

async fn read(
    session: &Session<'_>,
    id: &str,
    revision: Option<u64>,
    (output, terminal): (&Path, &Terminal),
) -> Result<Output> {
    let copy = match is_standard_output(output, terminal)? {
        true => None,
        false => Some(NewFile::at(output)?),
    };
    let mut content = match revision {
        Some(revision) => session.content_of(id, revision).await?,
        None => session.content(id).await?,
    };
    let Some(copy) = copy else {
        // That it can't be written is told at the end; nobody reads on for somebody who has gone.
        while let Some(piece) = content.next().await?
            && terminal.write(&piece)
        {}
        return Ok(Output::done(json!(null), Page::default()));
    };
    copy.fill(&mut content).await?;
    let text = format!("wrote {} to {}", size(content.size()), output.display());
    let mut document = json!({ "file": content.file(), "output": output });
    if let (Some(revision), Some(document)) = (revision, document.as_object_mut()) {
        document.insert("revision".into(), revision.into());
    }
    Ok(Output::done(document, Page::of(text)))
}

async fn replace(session: &Session<'_>, id: &str, file: &Path) -> Result<Output> {
    session.require_administrator("replace files of the library")?;
    let replaced = session.replace_file(id, given_file::open(file, "").await?).await?;
    let text = format!(
        "{} is at revision {}, shown in {} ClientPoints and Templates",
        replaced.file.name,
        replaced.file.revision,
        replaced.shown_in.len()
    );
    Ok(Output::done(document(&replaced)?, Page::of(text)))
}
