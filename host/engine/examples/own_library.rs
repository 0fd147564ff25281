//! An embedder of the engine with a Content Library of its own: it connects, lists, imports, lets files of the library
//! follow items of the source by an uploaded sheet, and syncs.
//!
//! ```sh
//! cargo run --example own_library -- COMPONENT DRIVE-ADDRESS KEY=VALUE... < SECRET
//! ```
//!
//! The keys are those of the form that the plugin describes; the secret comes by standard input. With two more,
//! `api=URL` and `login=URL`, all requests go to a simulator.

#[path = "own_library/shelf.rs"]
mod shelf;

use std::{collections::BTreeMap, io::stdin, path::Path, sync::Arc};

use anyhow::{Context, Result};
use clientpoint_engine::{
    Connection, Engine, Plugin, SignedIn,
    calls::{Actor, Entry, Mode, Options, Row, Verdict},
    library::Line,
    oauth::Credential,
    secrets::{Secret, SecretKey},
    test_endpoints::InsecureEndpoints,
};

pub use shelf::Shelf;

/// A library, and a connection that is signed in.
pub struct Embedder {
    /// The library.
    pub shelf: Shelf,
    /// What brings files in, among other things: `browse` and `import` are asked here.
    pub signed_in: SignedIn,
    /// The last run or upload.
    run: i64,
}

impl Embedder {
    /// Connects with the company's credentials, and chooses the drive. What is given is by the keys of the plugin's form.
    pub async fn connect(
        plugin: Arc<Plugin>,
        simulator: Option<InsecureEndpoints>,
        given: &BTreeMap<String, String>,
        secret: Secret,
        drive: String,
    ) -> Result<Self> {
        let shelf = Shelf::default();
        let mut builder = Engine::builder(plugin, Arc::new(shelf.clone()));
        if let Some(endpoints) = simulator {
            builder = builder.insecure_endpoints(endpoints);
        }
        let engine = builder.build()?;

        // The plugin says what it has to be told, and how tokens are obtained with that.
        let mut forms = engine.describe().await?.modes.iter();
        let form = forms.find(|form| form.mode == Mode::Organization);
        let settings = form.context("it has no such form")?.settings(given)?;
        let connection = Connection::new("organization", Mode::Organization, settings);
        // A library for longer keeps the connection, these endpoints and, sealed, the secret, which goes to no others.
        let (mut signed_in, _endpoints) = engine.connect(connection, Credential::Secret(secret)).await?;

        let drive = signed_in.resolve_drive(administrator(), drive).await?;
        shelf.choose_drive("organization", Some(&drive.id));
        signed_in.choose_drive(drive.id);
        let run = 0;
        Ok(Self { shelf, signed_in, run })
    }

    /// Carries out a sheet: its files follow the items that it names from the next sync on. One outcome a row.
    pub async fn associate(&mut self, sheet: String) -> Result<Vec<Row>> {
        self.run += 1;
        let done = self.signed_in.apply(administrator(), sheet.into(), self.run).await?;
        Ok(done.rows)
    }

    /// Gives the files that follow something what their items have become: one line a file that is not simply unchanged.
    pub async fn sync(&mut self) -> Result<Vec<(String, Line)>> {
        self.run += 1;
        // A library for longer keeps the cursor of each step, and goes on there after a crash.
        let keep = async |_cursor: &str| Ok(());
        self.signed_in.sync(self.run, None, Options::default(), keep).await?;
        Ok(self.shelf.ledger(self.run))
    }
}

/// Who the work is done for: your users are your own.
pub fn administrator() -> Actor {
    Actor::administrator("admin")
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let mut word = || words.next().context("give COMPONENT, DRIVE-ADDRESS, KEY=VALUE...");
    let (component, drive) = (word()?, word()?);
    let pairs = words.filter_map(|word| word.split_once('=').map(|(key, value)| (key.into(), value.into())));
    let mut given: BTreeMap<String, String> = pairs.collect();
    let simulator = given.remove("api").zip(given.remove("login"));
    let simulator = simulator.map(|(api, login)| InsecureEndpoints { api, login });
    let mut secret = String::new();
    stdin().read_line(&mut secret)?;
    let secret = Secret::new(secret.trim_end().into());
    // Compiling takes seconds: what comes of it is kept, sealed with a key that would be kept, too.
    let cache = std::env::temp_dir().join("own-library");
    let plugin = Plugin::load(Path::new(&component), &cache, &SecretKey::made().0)?;
    tell(Embedder::connect(Arc::new(plugin), simulator, &given, secret, drive).await?).await
}

/// Brings in what can come in, lets a file of the library's own follow the first of it, and syncs.
async fn tell(mut embedder: Embedder) -> Result<()> {
    let entries = embedder.signed_in.browse(administrator(), None).await?;
    let can_come = |entry: &&Entry| matches!(entry.verdict, Verdict::Importable);
    let items = entries.iter().filter(can_come).map(|entry| entry.item.clone());
    let imported = embedder.signed_in.import(administrator(), items.take(20).collect());
    for outcome in imported.await? {
        println!("{}: {}", outcome.name, outcome.message);
    }
    if let Some(first) = entries.iter().find(can_come) {
        let file = embedder.shelf.put(&first.name, b"by hand");
        let sheet = format!("File ID,Sharepoint File Path\n{file},{}\n", first.name);
        for row in embedder.associate(sheet).await? {
            println!("{}: {}", row.file, row.message);
        }
    }
    for (file, line) in embedder.sync().await? {
        println!("{file}: {}", line.message);
    }
    Ok(())
}
