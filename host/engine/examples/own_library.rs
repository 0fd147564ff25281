//! An embedder of the engine with a Content Library of its own: it connects, lists, imports, lets files of the library
//! follow items of the source by an uploaded sheet, and syncs.
//!
//! ```sh
//! cargo run --example own_library -- COMPONENT DRIVE-ADDRESS KEY=VALUE... < SECRET
//! ```
//!
//! The keys are those of the form that the plugin describes; the secret comes by standard input. With two more,
//! `api=URL` and `login=URL`, all requests go to a simulator.

#[path = "own_library/managed.rs"]
mod managed;
#[path = "own_library/shelf.rs"]
mod shelf;

use std::{collections::BTreeMap, io::stdin, path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result, anyhow, bail};
use clientpoint_engine::{
    Connection, Engine, Plugin, SignedIn,
    capability::logging::Lines,
    contract::{
        clientpoint::content_source::{
            managed_files::Line,
            types::{Actor, ItemRef, Role},
        },
        exports::clientpoint::content_source::{
            association, content_import,
            source::{FieldKind, Mode, ModeForm},
            sync::{Options, Stage},
        },
    },
    oauth::Credential,
    secrets::{Secret, SecretKey},
    test_endpoints::InsecureEndpoints,
};

pub use shelf::Shelf;

/// More steps than any run has.
const STEPS: usize = 100_000;

/// A library and a connection, signed in.
pub struct Embedder {
    /// The library.
    pub shelf: Shelf,
    signed_in: SignedIn,
    /// The last run or upload.
    run: i64,
}

/// What an Administrator has filled in.
#[derive(Default)]
pub struct Given {
    /// By the keys of the plugin's form.
    pub settings: BTreeMap<String, String>,
    /// What proves that the application is itself.
    pub secret: String,
    /// The address of the drive.
    pub drive: String,
    /// A simulator in the place of the real source.
    pub simulator: Option<InsecureEndpoints>,
}

impl Embedder {
    /// Connects with the company's credentials, and chooses the drive.
    pub async fn connect(plugin: Arc<Plugin>, given: Given) -> Result<Self> {
        let shelf = Shelf::default();
        let mut builder = Engine::builder(plugin, Arc::new(shelf.clone()));
        if let Some(endpoints) = given.simulator {
            builder = builder.insecure_endpoints(endpoints);
        }
        let engine = builder.build()?;

        // The plugin says what it needs, and how tokens are obtained with that.
        let mode = Mode::Organization;
        let forms = &engine.describe().await?.modes;
        let form = forms
            .iter()
            .find(|form| form.mode == mode)
            .context("it has no such form")?;
        let settings = fill_in(form, given.settings)?;
        let planned = engine.authorization(mode, &settings).await?;
        let planned = planned.map_err(|error| anyhow!(error.message))?;
        let connection = Connection {
            id: "organization".into(),
            mode,
            settings,
            drive: None,
        };

        // What must be kept of it is the connection, `planned.named` and, sealed, the secret.
        let credential = Credential::Secret(Secret::new(given.secret));
        let tokens = engine.tokens(&connection, &planned.plan, credential, None);
        let mut signed_in = engine.signed_in(connection, planned.plan, tokens.clone()).await?;
        engine
            .verified(signed_in.connection(), signed_in.plan(), tokens, Vec::new())
            .await?;
        let drive = signed_in.resolve_drive(administrator(), given.drive).await?;
        shelf.choose_drive("organization", &drive.id);
        signed_in.choose_drive(drive.id);
        Ok(Self {
            shelf,
            signed_in,
            run: 0,
        })
    }

    /// What is in the drive, each entry with a verdict whether it could come in.
    pub async fn list(&self) -> Result<Vec<content_import::Entry>> {
        Ok(self.signed_in.browse(administrator(), None).await?)
    }

    /// Brings items into the library: one outcome each.
    pub async fn import(&self, items: Vec<ItemRef>) -> Result<Vec<content_import::ItemOutcome>> {
        Ok(self.signed_in.import(administrator(), items).await?)
    }

    /// Carries out a sheet if that links each of its rows, and else only tells: its files follow the items that it names from
    /// the next sync on.
    pub async fn associate(&mut self, sheet: &str) -> Result<Vec<association::Row>> {
        let sheet = sheet.as_bytes().to_vec();
        let preview = self.signed_in.preview(administrator(), sheet.clone().into()).await?;
        let is_linked = |row: &association::Row| matches!(row.outcome, association::Outcome::Linked);
        if !preview.rows.iter().all(is_linked) {
            return Ok(preview.rows);
        }
        self.run += 1;
        let done = self.signed_in.apply(administrator(), sheet.into(), self.run).await?;
        Ok(done.rows)
    }

    /// Gives the files that follow something what their items have become: one line a file that is not simply unchanged.
    pub async fn sync(&mut self) -> Result<Vec<(String, Line)>> {
        self.run += 1;
        let (lines, mut cursor) = (Lines::default(), None);
        for _ in 0..STEPS {
            let options = Options {
                exact: false,
                accept_gone: false,
                schedule: None,
            };
            // A step is a bounded piece of work. Who keeps the cursor goes on after a crash where it stopped.
            let report = self.signed_in.step(self.run, &lines, cursor, options).await?;
            if report.stage == Stage::Done {
                return Ok(self.shelf.ledger(self.run));
            }
            cursor = Some(report.cursor);
            tokio::time::sleep(Duration::from_secs(report.pause.unwrap_or(0).into())).await;
        }
        bail!("the run has no end")
    }
}

/// The form's settings; its secret is none of them, and no plugin sees it.
fn fill_in(form: &ModeForm, mut given: BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
    let is_setting = |kind: &FieldKind| !matches!(kind, FieldKind::Secret | FieldKind::Certificate);
    let settings = form.fields.iter().filter(|field| is_setting(&field.kind)).map(|field| {
        let value = given.remove(&field.key).or_else(|| field.default.clone());
        let value = value.with_context(|| format!("{} is missing. {}", field.label, field.help))?;
        Ok((field.key.clone(), value))
    });
    settings.collect()
}

/// Who the work is done for: your users are your own.
fn administrator() -> Actor {
    Actor {
        id: "admin".into(),
        role: Role::Administrator,
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let (component, drive) = words
        .next()
        .zip(words.next())
        .context("give COMPONENT, DRIVE-ADDRESS, KEY=VALUE...")?;
    let mut settings: BTreeMap<String, String> = words
        .filter_map(|word| word.split_once('=').map(|(key, value)| (key.into(), value.into())))
        .collect();
    let simulator = settings.remove("api").zip(settings.remove("login"));
    let mut secret = String::new();
    stdin().read_line(&mut secret)?;
    let given = Given {
        settings,
        secret: secret.trim_end().into(),
        drive,
        simulator: simulator.map(|(api, login)| InsecureEndpoints { api, login }),
    };
    // Compiling takes seconds: what comes of it is kept, sealed with a key that would be kept, too.
    let cache = std::env::temp_dir().join("own-library");
    let plugin = Plugin::load(Path::new(&component), &cache, &SecretKey::made().0)?;
    tell(Embedder::connect(Arc::new(plugin), given).await?).await
}

/// Brings in what can come in, lets a file of the library's own follow the first of it, and syncs.
async fn tell(mut embedder: Embedder) -> Result<()> {
    let entries = embedder.list().await?;
    for entry in &entries {
        println!("{}: {}", entry.name, entry.reason);
    }
    let importable = |entry: &&content_import::Entry| matches!(entry.verdict, content_import::Verdict::Importable);
    let items: Vec<ItemRef> = entries
        .iter()
        .filter(importable)
        .map(|entry| entry.item.clone())
        .take(20)
        .collect();
    for outcome in embedder.import(items).await? {
        println!("{}: {}", outcome.name, outcome.message);
    }
    if let Some(first) = entries.iter().find(importable) {
        let file = embedder.shelf.put(&first.name, b"by hand");
        let sheet = format!("File ID,Sharepoint File Path\n{file},{}\n", first.name);
        for row in embedder.associate(&sheet).await? {
            println!("{}: {}", row.file, row.message);
        }
    }
    for (file, line) in embedder.sync().await? {
        let revision = embedder.shelf.read(&file).map(|(_, revision)| revision);
        println!("{file}: {}, revision {revision:?}", line.message);
    }
    Ok(())
}
