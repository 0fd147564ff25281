//! A story of the engine with a library that is not the host's: the example for those who embed it, against the simulator.

use clientpoint_engine::{
    contract::{
        clientpoint::content_source::managed_files,
        exports::clientpoint::content_source::{
            association,
            content_import::{Outcome, Verdict},
        },
    },
    secrets::Secret,
    test_endpoints::InsecureEndpoints,
};
use end_to_end::plugin;
use graph_sim::{Config, Seed, Sim};

#[path = "../../host/engine/examples/own_library.rs"]
#[allow(dead_code, reason = "its `main` is for the command line")]
mod example;

use example::{Embedder, administrator};

async fn connected(sim: &Sim, secret: &str) -> anyhow::Result<Embedder> {
    let given = [("tenant", sim.tenant()), ("client-id", sim.client_id())];
    let given = given.map(|(key, value)| (key.into(), value.into())).into();
    let simulator = InsecureEndpoints {
        api: sim.graph_url(),
        login: sim.login_url(),
    };
    Embedder::connect(
        plugin(),
        Some(simulator),
        &given,
        Secret::new(secret.into()),
        sim.drive_id(),
    )
    .await
}

async fn simulator() -> Sim {
    let config = Config {
        seed: Seed::Empty,
        ..Config::default()
    };
    Sim::start(config).await.unwrap()
}

#[tokio::test]
async fn a_library_in_memory_brings_files_in_lets_others_follow_by_a_sheet_and_syncs() {
    let sim = simulator().await;
    let plan = sim.put("/Plan.docx", b"PK\x03\x04 a plan".to_vec().into());
    sim.put("/Prices.pdf", b"%PDF-1.7 prices".to_vec().into());
    let mut embedder = connected(&sim, sim.client_secret()).await.unwrap();

    let entries = embedder.signed_in.browse(administrator(), None).await.unwrap();
    assert_eq!(entries.len(), 2);
    assert!(entries.iter().all(|entry| matches!(entry.verdict, Verdict::Importable)));

    let item = entries
        .iter()
        .find(|entry| entry.item.item == plan)
        .unwrap()
        .item
        .clone();
    let outcomes = embedder
        .signed_in
        .import(administrator(), vec![item.clone()])
        .await
        .unwrap();
    let Outcome::Imported(imported) = &outcomes[0].outcome else {
        panic!("{:?}", outcomes[0]);
    };
    let file = imported.file.id.clone();
    assert_eq!(
        embedder.shelf.read(&file).unwrap(),
        (b"PK\x03\x04 a plan".as_slice().into(), 1)
    );
    let again = embedder.signed_in.import(administrator(), vec![item]).await.unwrap();
    assert!(matches!(&again[0].outcome, Outcome::AlreadyImported(there) if there.id == file));

    let by_hand = embedder.shelf.put("Prices.pdf", b"%PDF-1.7 by hand");
    let sheet = format!("File ID,Sharepoint File Path\n{by_hand},Prices.pdf\n");
    let rows = embedder.associate(sheet).await.unwrap();
    assert!(matches!(rows[0].outcome, association::Outcome::Linked), "{:?}", rows[0]);

    sim.put("/Plan.docx", b"PK\x03\x04 another plan".to_vec().into());
    let mut lines = embedder.sync().await.unwrap();
    lines.sort_by_key(|(file, _)| file.clone());
    let updated = |line: &managed_files::Line| matches!(line.outcome, managed_files::Outcome::Updated);
    assert!(
        lines.len() == 2 && lines.iter().all(|(_, line)| updated(line)),
        "{lines:?}"
    );
    assert_eq!(
        embedder.shelf.read(&file).unwrap(),
        (b"PK\x03\x04 another plan".as_slice().into(), 2)
    );
    assert_eq!(
        embedder.shelf.read(&by_hand).unwrap(),
        (b"%PDF-1.7 prices".as_slice().into(), 2)
    );

    assert!(embedder.sync().await.unwrap().is_empty(), "nothing has changed since");
}

#[tokio::test]
async fn a_refused_secret_is_told_in_the_plugin_s_words_before_anything_is_asked() {
    let sim = simulator().await;

    let refused = connected(&sim, "wrong").await.err().unwrap();

    assert_eq!(
        refused.downcast_ref::<clientpoint_engine::Error>().unwrap().code(),
        "wrong-settings"
    );
}
