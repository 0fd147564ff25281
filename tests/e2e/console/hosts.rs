//! Two hosts of one library behind one address, as people see them: whichever answers, it tells the same.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use clientpoint_engine::clock::ManualClock;
use clientpoint_host::{
    Host,
    service::{OperationKind, OperationState, Part, Stop, api::Operation},
};
use end_to_end::{World, database, object_store::ObjectStore};
use graph_sim::{CLIENT_ID, CLIENT_SECRET, Fault, FaultKind, Sim};
use reqwest::{Client, StatusCode, redirect::Policy};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::{
    stage::{Browser, console, logged_in_at},
    working::{begun, decided},
};
use crate::{
    crashes::command_at,
    hosts::{HALF_PAST_FIVE, beside, on_a_store},
};

/// For how long the source asks for patience.
const PATIENCE: Duration = Duration::from_secs(20 * 60);

/// Two hosts, each on a machine of its own, with a console each.
struct Two {
    sim: Sim,
    clock: ManualClock,
    hosts: [Arc<Host>; 2],
    ports: [u16; 2],
    stop: CancellationToken,
    data: [TempDir; 2],
    store: ObjectStore,
}

impl Two {
    /// Connected, with nothing imported; none where stories run on SQLite.
    async fn new() -> Option<Self> {
        database::server()?;
        let store = ObjectStore::start().await;
        let world = on_a_store(&store).await;
        let (other_data, other) = beside(&world, &store).await;
        let World { sim, clock, host, data } = world;
        let hosts = [Arc::new(host), Arc::new(other)];
        let stop = CancellationToken::new();
        let ports = [console(&hosts[0], &stop).await, console(&hosts[1], &stop).await];
        Some(Self {
            sim,
            clock,
            hosts,
            ports,
            stop,
            data: [data, other_data],
            store,
        })
    }

    /// Somebody who has logged in at the first host, and what the second host is sent by the same browser.
    async fn browsers(&self) -> [Browser; 2] {
        let one = logged_in_at(&self.hosts[0], self.ports[0], "admin").await;
        let (_, cookie) = one.cookie.as_ref().unwrap().split_once('=').unwrap();
        let other = Browser {
            client: Client::builder().redirect(Policy::none()).no_proxy().build().unwrap(),
            origin: format!("http://localhost:{}", self.ports[1]),
            // Behind one name it has one name.
            cookie: Some(format!("clientpoint-{}={cookie}", self.ports[1])),
        };
        [one, other]
    }

    /// A file in the drive that stalls in the middle.
    fn stalls(&self, name: &str) -> String {
        let path = format!("/{name}");
        let item = self.sim.put(&path, pdf(&"many bytes ".repeat(20_000)).into());
        self.sim.fault(Fault::new(FaultKind::Stall(None)).on(&path).times(1));
        item
    }

    /// An operation, once it is as it is wanted, as the second host tells it to programs.
    async fn told(&self, id: i64, is_so: impl Fn(&Operation) -> bool) -> Operation {
        let admin = self.hosts[1].session("admin").await.unwrap();
        loop {
            let operation = admin.operation(id).await.unwrap();
            if is_so(&operation) {
                return operation;
            }
            tokio::task::yield_now().await;
        }
    }

    /// The data folder of one more host of the library, and a folder with its settings.
    fn third(&self) -> [TempDir; 2] {
        let [data, settings] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let key = self.data[0].path().join("secret.key");
        fs::copy(key, data.path().join("secret.key")).unwrap();
        let written = format!(
            "[database]\nurl-file = \"{}\"\n[objects]\nurl = \"{}\"\n",
            self.address().display(),
            self.store.url("library"),
        );
        fs::write(settings.path().join("host.toml"), written).unwrap();
        [data, settings]
    }

    /// The file with the address of the database.
    fn address(&self) -> PathBuf {
        self.data[0].path().join("database-url")
    }
}

impl Drop for Two {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn pdf(text: &str) -> Vec<u8> {
    format!("%PDF-1.4 {text}").into_bytes()
}

/// A page, once it has that on it.
async fn once(browser: &Browser, path: &str, has: &str) -> String {
    loop {
        let page = browser.page(path).await;
        if page.contains(has) {
            return page;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_import_of_one_host_is_shown_by_the_other_as_it_goes_to_whoever_has_logged_in_at_the_first() {
    let Some(two) = Two::new().await else { return };
    let [one, other] = two.browsers().await;
    let item = [two.stalls("Plan.pdf")];
    let admin = two.hosts[0].session("admin").await.unwrap();
    let import = admin.begin_operation(OperationKind::Import).await.unwrap();
    let id = import.id();
    let address = format!("/operations/{id}");
    let worker = two.hosts[0].session("admin").await.unwrap().carrying_out(import);
    let looking = async {
        two.sim.stalled(1).await;
        let page = once(&other, &address, "On its way").await;
        assert!(page.contains("Plan.pdf") && page.contains("At work"), "{page}");
        assert!(page.contains("/stop") && !page.contains("Interrupted"), "{page}");
        let moves = |operation: &Operation| operation.progress.items.iter().any(|item| 0 < item.done);
        let operation = two.told(id, moves).await;
        assert_eq!(
            (operation.state, operation.progress.of),
            (OperationState::Running, Some(1))
        );
        assert!(!other.page("/").await.contains("interrupted"), "Home is calm");
        two.sim.release_stalled();
    };

    let (outcomes, ()) = tokio::join!(worker.import(&item), looking);

    assert_eq!(outcomes.unwrap()[0].outcome, "imported");
    for browser in [&one, &other] {
        let page = browser.page(&address).await;
        assert!(page.contains("Done") && page.contains("In the library"), "{page}");
        assert!(browser.page("/files").await.contains("Plan.pdf"));
    }
    let out = other.post("/logout", &[]).await;
    assert_eq!(out.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        one.get("/files").await.status(),
        StatusCode::SEE_OTHER,
        "logged out at both"
    );
}

#[tokio::test]
async fn a_sync_of_one_host_that_waits_says_so_on_the_pages_of_the_other_and_is_stopped_there() {
    let Some(two) = Two::new().await else { return };
    let [_, other] = two.browsers().await;
    let admin = two.hosts[0].session("admin").await.unwrap();
    let item = [two.sim.put("/Plan.pdf", pdf("first").into())];
    admin.import(&item).await.unwrap();
    two.sim.put("/Plan.pdf", pdf("second").into());
    two.sim.fault(Fault::throttle(PATIENCE.as_secs()).on("/Plan.pdf"));
    let sync = admin.begin_operation(OperationKind::Sync).await.unwrap();
    let id = sync.id();
    let address = format!("/operations/{id}");
    let worker = two.hosts[0].session("admin").await.unwrap().carrying_out(sync);
    let looking = async {
        let page = once(&other, &address, "Waits: ").await;
        assert!(
            page.contains("The source asks for patience") && page.contains("At work"),
            "{page}"
        );
        for path in ["/", "/sync"] {
            let page = other.page(path).await;
            assert!(
                page.contains("One runs now: ") && page.contains(&address),
                "{path}: {page}"
            );
            assert!(!page.contains("was interrupted"), "{path}: {page}");
        }
        let stopped = other.post(&format!("{address}/stop"), &[]).await;
        assert_eq!(stopped.status(), StatusCode::SEE_OTHER);
    };
    let (options, stop) = (Default::default(), Stop::default());

    let (ended, ()) = tokio::join!(worker.sync(&options, &stop), looking);

    assert_eq!(ended.unwrap_err().code(), "interrupted");
    let page = other.page(&address).await;
    assert!(page.contains("Stopped") && !page.contains("At work"), "{page}");
    assert!(!other.page("/").await.contains("One runs now"));
}

#[tokio::test]
async fn a_nights_run_that_waits_for_its_turn_is_not_called_interrupted() {
    let Some(two) = Two::new().await else { return };
    let [_, other] = two.browsers().await;
    let admin = two.hosts[0].session("admin").await.unwrap();
    admin
        .import(&[two.sim.put("/Plan.pdf", pdf("first").into())])
        .await
        .unwrap();
    two.sim.put("/Plan.pdf", pdf("second").into());
    two.sim
        .fault(Fault::throttle(PATIENCE.as_secs()).on("/Plan.pdf").times(1));
    two.clock.advance(HALF_PAST_FIVE);

    let told = two.hosts[0].tick(&Stop::default()).await.unwrap();

    assert!(told.iter().all(Result::is_err), "it is put down: {told:?}");
    for path in ["/", "/sync"] {
        let page = other.page(path).await;
        assert!(page.contains("waits for its turn"), "{path}: {page}");
        assert!(!page.contains("was interrupted"), "{path}: {page}");
    }
    assert!(other.page("/sync/1").await.contains("No file has an outcome yet"));
}

/// As a minute does in which a program does not renew the lease that shows that it is there.
async fn forgotten(address: &Path, operation: i64) {
    let url = fs::read_to_string(address).unwrap();
    let mut database = PgConnection::connect(&url).await.unwrap();
    let done = sqlx::query(
        "UPDATE clientpoint.leases SET expires = '-infinity' \
         WHERE name LIKE '%/' || (SELECT program FROM clientpoint.operations WHERE id = $1)",
    )
    .bind(operation)
    .execute(&mut database)
    .await
    .unwrap();
    assert_eq!(done.rows_affected(), 1);
    database.close().await.unwrap();
}

#[tokio::test]
async fn what_a_host_that_was_killed_has_left_is_told_by_the_other_once_its_lease_is_over() {
    let Some(two) = Two::new().await else { return };
    let [_, other] = two.browsers().await;
    let item = two.stalls("Plan.pdf");
    let [data, settings] = two.third();
    let mut program = command_at(&two.sim, data.path(), "onedrive");
    program.arg("--config").arg(settings.path().join("host.toml"));
    program.args(["import", &item]).envs(two.store.variables());
    let mut program = program.spawn().unwrap();
    two.sim.stalled(1).await;
    let admin = two.hosts[1].session("admin").await.unwrap();
    let page = admin.operations_page(&Default::default(), &Part::whole(None)).await;
    let id = page.unwrap().rows[0].id;
    let address = format!("/operations/{id}");
    assert!(other.page(&address).await.contains("At work"));

    program.kill().unwrap();
    program.wait().unwrap();

    assert_eq!(
        admin.operation(id).await.unwrap().state,
        OperationState::Running,
        "nobody knows yet"
    );
    forgotten(&two.address(), id).await;
    let page = other.page(&address).await;
    assert!(page.contains("Interrupted: the host was ended"), "{page}");
    assert!(page.contains("Stopped on its way"), "{page}");
    let operation = admin.operation(id).await.unwrap();
    assert_eq!(operation.state, OperationState::Interrupted);
    assert_eq!(operation.error.unwrap().code, "interrupted");
}

#[tokio::test]
async fn a_sign_in_that_was_begun_at_one_host_is_finished_at_the_other_once_and_by_the_same_browser() {
    let Some(two) = Two::new().await else { return };
    let [one, other] = two.browsers().await;
    let nobody = Browser {
        client: other.client.clone(),
        origin: other.origin.clone(),
        cookie: None,
    };
    let address = begun(&one, &[("client-id", CLIENT_ID), ("client-secret", CLIENT_SECRET)]).await;
    let back = decided(&one, &address, "member").await;
    let sent = nobody.get(&back).await;
    assert!(!sent.headers()["location"].to_str().unwrap().starts_with("/sign-ins/"));

    let answer = other.get(&back).await;

    let to = answer.headers()["location"].to_str().unwrap().to_owned();
    assert!(to.starts_with("/sign-ins/"), "{to}");
    for browser in [&other, &one] {
        let page = browser.page(&to).await;
        assert!(page.contains("Connected") && page.contains("Ada"), "{page}");
        let again = browser.get(&back).await;
        assert_eq!(again.headers()["location"], to, "a reload tells what came of it");
    }
    let own = two.hosts[0].session("admin").await.unwrap().status().await.unwrap();
    assert!(own.connection.is_some_and(|own| own.owner.as_deref() == Some("admin")));
}
