//! The words of `backup` and `restore`.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use clap::Args;
use clientpoint_host::{
    Error, Result, Session,
    backup::{self, Restore, Restored, VerifiedBackup},
    service::{
        BackupOptions,
        api::{BackedUp, LastBackup},
    },
    settings::Layers,
};

use super::{
    bars::Bars,
    interrupt::stop_on_signal,
    output::{Output, document},
    show::{Page, size},
    terminal::Terminal,
};

/// What is waited for when somebody asks it to stop.
const STOPPING: &str = "what was copied stays, and the next backup goes on from there";

/// See `Command::Backup`.
#[derive(Debug, Args)]
pub struct Backup {
    /// The folder of the backup: outside of the data folder, best on another disk. Made if it is missing [default: the
    /// setting `backup.folder`]
    pub folder: Option<PathBuf>,
    /// Put the key of the secrets beside them: whoever has the backup can open them then
    #[arg(long)]
    pub with_key: bool,
    /// How many copies of the database are kept
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub keep: u32,
    /// Read every byte of a backup instead, and compare it with what was written. Needs no data folder
    #[arg(long, conflicts_with_all = ["with_key", "keep"])]
    pub verify: bool,
}

/// See `Command::Restore`.
#[derive(Debug, Args)]
pub struct RestoreArguments {
    /// The folder of the backup
    pub folder: PathBuf,
    /// The file of the key that its secrets are sealed with: `secret.key` of the folder that was backed up
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Wipe what is sealed: everybody signs in again, and the files stay
    #[arg(long, conflicts_with = "key")]
    pub without_secrets: bool,
    /// Which copy, by its number [default: the latest]
    #[arg(long, value_name = "N")]
    pub copy: Option<u32>,
}

impl Backup {
    /// Where to: as it was said, or as it is set.
    ///
    /// # Errors
    ///
    /// `Error::Settings` where it is neither.
    pub fn folder(&self, layers: &Layers) -> Result<PathBuf> {
        let set = || layers.get("backup.folder").map(PathBuf::from);
        self.folder.clone().or_else(set).ok_or_else(|| {
            let what = "say which folder: `clientpoint-host backup FOLDER`, or set `backup.folder` in the file of the deployment";
            Error::Settings(what.into())
        })
    }
}

/// Backs the library up.
pub async fn backup(session: &Session<'_>, arguments: Backup, layers: &Layers, terminal: &Terminal) -> Result<Output> {
    let folder = arguments.folder(layers)?;
    let stop = stop_on_signal(terminal, STOPPING);
    let options = BackupOptions {
        with_key: arguments.with_key,
        keep: arguments.keep,
    };
    let done = session.backup(&folder, options, &stop).await?;
    let text = told(&done, &folder);
    Ok(Output::done(document(&done)?, text).unless(done.is_complete()))
}

fn told(done: &BackedUp, folder: &Path) -> Page {
    let mut text = Page::default();
    if !done.lacks.is_empty() {
        let rows: Vec<[String; 4]> = done
            .lacks
            .iter()
            .map(|of| {
                [
                    of.file.clone(),
                    of.name.clone(),
                    of.revision.to_string(),
                    of.message.clone(),
                ]
            })
            .collect();
        text.add(Page::table(["FILE ID", "NAME", "REVISION", "ITS BYTES"], &rows));
    }
    text.line(format!(
        "backed up as copy {}: the database, and {} objects, {}, of which {} were new ({}); {} copies are kept",
        done.copy,
        done.objects,
        size(done.bytes),
        done.copied,
        size(done.copied_bytes),
        done.copies
    ));
    if 0 < done.let_go {
        text.line(format!("deleted {} objects that no copy needs any more", done.let_go));
    }
    if 0 < done.lacking {
        text.line(format!(
            "it lacks {} objects that the library has lost: `clientpoint-host library verify` tells what can be done about them",
            done.lacking
        ));
    }
    if done.with_key {
        text.line("the key lies beside it: whoever has this folder can open the secrets");
    } else {
        text.line(
            "the key is not in it: keep `secret.key` (or the variable) somewhere else, or the secrets open no more",
        );
    }
    text.line(format!(
        "`clientpoint-host backup --verify {}` looks whether all of it is whole",
        folder.display()
    ));
    text
}

/// Looks at a backup.
pub async fn verify(folder: &Path, json: bool, terminal: &Terminal) -> Result<Output, Vec<Error>> {
    let stop = stop_on_signal(terminal, "the object under way is read to its end");
    let bars = Arc::new(Bars::new(terminal, json));
    let done = backup::verify(folder, bars, &stop).await.map_err(|error| vec![error])?;
    let text = found(&done);
    let json = document(&done).map_err(|error| vec![error])?;
    Ok(Output::done(json, text).unless(done.is_clean()))
}

fn found(done: &VerifiedBackup) -> Page {
    let mut text = Page::default();
    for damage in &done.damages {
        text.line(&damage.message);
    }
    let more = done.damaged.saturating_sub(done.damages.len() as u64);
    if 0 < more {
        text.line(format!("… and {more} more"));
    }
    for copy in &done.copies {
        let state = match (copy.is_whole, copy.lacking) {
            (true, _) => "whole".into(),
            (false, 0) => "DAMAGED".into(),
            (false, lacking) => format!("not whole: the library had lost {lacking} objects when it was made"),
        };
        let at = copy.made_at.as_deref().unwrap_or("unknown");
        text.line(format!("copy {} of {at}: {state}", copy.number));
    }
    if done.copies.is_empty() {
        text.line("no backup has come to its end in this folder");
    }
    let verdict = match done.damaged {
        0 => "every byte is as it was written".into(),
        1 => "1 thing is damaged; the next backup copies anew what the library still has".into(),
        count => format!("{count} things are damaged; the next backup copies anew what the library still has"),
    };
    text.line(format!(
        "looked at {} objects, {}: {verdict}",
        done.objects,
        size(done.bytes)
    ));
    text
}

/// Restores a library. It has to come before the host is made.
pub async fn restore(
    (data, wanted): (&Path, &RestoreArguments),
    (user, json): (&str, bool),
    now: DateTime<Utc>,
    terminal: &Terminal,
) -> Result<Output, Vec<Error>> {
    let stop = stop_on_signal(
        terminal,
        "the folder is no library then, and restoring into it again begins anew",
    );
    let bars = Arc::new(Bars::new(terminal, json));
    let restore = Restore {
        from: wanted.folder.clone(),
        copy: wanted.copy,
        key: wanted.key.clone(),
        without_secrets: wanted.without_secrets,
        user: user.to_owned(),
    };
    let done = backup::restore(data, &restore, bars, &stop, now).await;
    let done = done.map_err(|error| vec![error.about(data)])?;
    let json = document(&done).map_err(|error| vec![error])?;
    Ok(Output::done(json, restored(&done, data)).unless(done.lacking == 0))
}

fn restored(done: &Restored, data: &Path) -> Page {
    let mut text = Page::default();
    done.lacks.iter().for_each(|line| text.line(line));
    if 0 < done.lacking {
        text.line(format!(
            "{} objects are not in the backup, or damaged there: `clientpoint-host library verify` tells what can be done about them",
            done.lacking
        ));
    }
    text.line(format!(
        "restored copy {} of {} into {}: {} objects, {}",
        done.copy,
        done.made_at,
        data.display(),
        done.objects,
        size(done.bytes)
    ));
    if done.without_secrets {
        text.line("its secrets were left out: connect again, and the files follow again");
    }
    text.line("everybody logs in to the console anew");
    text
}

/// When the library was backed up, under `status`.
pub fn last(last: Option<&LastBackup>, is_elsewhere: bool) -> Page {
    let mut text = Page::default();
    if is_elsewhere {
        text.line("backup: by the means of where the library lies, its database and its files; when that was is not known here");
        return text;
    }
    let Some(last) = last else {
        text.line("backup: none yet; `clientpoint-host backup DIR` makes one while everything runs");
        return text;
    };
    let lacking = match last.lacking {
        0 => String::new(),
        lacking => format!(", which LACKS {lacking} objects"),
    };
    text.line(format!(
        "backup: {} by {}, {} objects, {}{lacking}, in {}",
        last.made_at,
        last.made_by,
        last.objects,
        size(last.bytes),
        last.folder
    ));
    text
}
