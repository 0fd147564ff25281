//! The words of `migrate`: a library leaves its folder for a server.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use clap::Args;
use clientpoint_host::{
    Error, Result,
    host::{self, Move, MovedLibrary},
    settings::Layers,
};
use serde_json::{Value, json};

use super::{
    bars::Bars,
    hints,
    interrupt::stop_on_signal,
    output::{Output, document},
    show::{Page, size},
    terminal::Terminal,
};

/// What is waited for when somebody asks it to stop.
const STOPPING: &str = "the library stays in its folder, and what was carried to the object store stays there";

/// See `Command::Migrate`.
#[derive(Debug, Args)]
pub struct Migrate {
    /// A file with the address of an empty PostgreSQL database, `postgres://USER:PASSWORD@HOST/DATABASE`, that nobody else
    /// may read [default: the setting `database.url-file`]
    #[arg(long, value_name = "FILE")]
    pub to_database_file: Option<PathBuf>,
    /// Where the bytes go: `s3://BUCKET/PREFIX`, `az://CONTAINER/PREFIX` or `file:///FOLDER` [default: the setting
    /// `objects.url`; without it they stay in the data folder]
    #[arg(long, value_name = "URL")]
    pub to_objects: Option<String>,
    /// Read every byte where it comes to lie, and compare it with what was stored
    #[arg(long)]
    pub check: bool,
}

impl Migrate {
    /// The file of the address, as the setting has it: found from wherever the host is started.
    pub fn database_file(&self) -> Option<String> {
        let file = std::path::absolute(self.to_database_file.as_ref()?).ok()?;
        Some(file.to_str()?.to_owned())
    }
}

/// Moves the library. It has to come before the host is made.
pub async fn migrate(
    (data, layers, wanted): (&Path, &Layers, &Migrate),
    (user, json): (&str, bool),
    now: DateTime<Utc>,
    terminal: &Terminal,
) -> Result<Output, Vec<Error>> {
    if wanted.to_database_file.is_some() && wanted.database_file().is_none() {
        let what = "`--to-database-file` has a name that is no text (UTF-8), which a setting can't have";
        return Err(vec![Error::Settings(what.into())]);
    }
    let stop = stop_on_signal(terminal, STOPPING);
    let bars = Arc::new(Bars::new(terminal, json));
    let moving = Move {
        data: data.to_path_buf(),
        layers: layers.clone(),
        user: user.to_owned(),
        check: wanted.check,
        name: "clientpoint-host migrate".into(),
    };
    let done = host::move_library(&moving, bars, &stop, now).await;
    let done = done.map_err(|error| vec![error.about(data)])?;
    for notice in &done.notices {
        terminal.say(format!("warning: {}", hints::notice(notice)));
    }
    let settings = settings(layers);
    let mut document = document(&done).map_err(|error| vec![error])?;
    if let Some(document) = document.as_object_mut() {
        document.insert(
            "settings".into(),
            json!(settings.iter().cloned().collect::<BTreeMap<_, _>>()),
        );
    }
    Ok(Output::done(document, told(&done, data, &settings)).unless(done.damaged == 0))
}

/// The settings with which a host works with the library where it is now.
fn settings(layers: &Layers) -> Vec<(&'static str, String)> {
    ["database.url-file", "objects.url"]
        .into_iter()
        .filter_map(|key| Some((key, layers.get(key)?.to_owned())))
        .collect()
}

fn told(done: &MovedLibrary, data: &Path, settings: &[(&'static str, String)]) -> Page {
    let mut text = Page::default();
    done.damages.iter().for_each(|line| text.line(line));
    if 0 < done.damaged {
        text.line(format!(
            "{} objects are missing or damaged, and were so before; once a host works there, `clientpoint-host library verify` tells \
             what can be done about them",
            done.damaged
        ));
    }
    // Of a library at work, what the folder has is not what it should have.
    let is_passed_over = done.has_gone_on && done.objects == 0 && done.damaged == 0;
    match &done.objects_at {
        _ if is_passed_over => text.line("nothing was carried, and no bytes were looked at"),
        Some(at) => text.line(format!(
            "{} objects, {}, are on `{at}`; {} of them were carried there now ({})",
            done.objects,
            size(done.bytes),
            done.copied,
            size(done.copied_bytes)
        )),
        None => text.line(format!(
            "{} objects, {}, stay in {}",
            done.objects,
            size(done.bytes),
            data.display()
        )),
    }
    let rows = format!("{} rows of {} tables", done.rows, done.tables.len());
    text.line(match (done.was_there, done.has_gone_on) {
        (false, _) => format!(
            "moved {rows} to the database at `{}`, and compared each with what it was",
            done.database
        ),
        (true, false) => format!(
            "{rows} were in the database at `{}` already, each as it was",
            done.database
        ),
        (true, true) => format!(
            "the library was in the database at `{}` already, and somebody has worked with it there since",
            done.database
        ),
    });
    text.line(format!(
        "from now on no host works with what lies in {}: it is as it was on this day. Write this into the file of the deployment \
         (`--config FILE`), and start the host as before, on the same folder:",
        data.display()
    ));
    for (key, value) in settings {
        let (table, key) = key.split_once('.').unwrap_or(("", key));
        text.line("");
        text.line(format!("[{table}]"));
        text.line(format!("{key} = {}", Value::from(value.as_str())));
    }
    text
}
