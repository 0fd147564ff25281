//! Stories of a plugin for another source in the very same host: a list of documents behind bearer tokens, without folders,
//! without a feed of changes, and with a form to connect of its own.

mod beside;

use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

use chrono::{DateTime, Utc};
use clientpoint_engine::{
    clock::{Clock, ManualClock},
    plugin::Plugin,
    test_endpoints::InsecureEndpoints,
};
use clientpoint_host::{
    Error, Host, Session,
    place::Place,
    service::{Given, Ledger, Stop, SyncOptions, Verdict},
};
use end_to_end::{MORNING, World, built, by_path::ByPath, given, load, on_its_database, pdf, sources, whole::Whole};
use second_source::{KEY, MEMBER, Shelf};
use tempfile::TempDir;

/// A shelf, and a host with the plugin for it.
struct Stage {
    shelf: Shelf,
    clock: Arc<ManualClock>,
    host: Host,
    data: TempDir,
}

impl Stage {
    /// Connected, with these documents on the shelf; and their ids.
    async fn with<const N: usize>(documents: [&str; N]) -> (Self, [String; N]) {
        let stage = Self::new().await;
        let ids = documents.map(|name| stage.shelf.put(name, pdf(name)));
        stage.admin().await.connect_organization(form(KEY)).await.unwrap();
        (stage, ids)
    }

    async fn new() -> Self {
        let shelf = Shelf::start(0).await.unwrap();
        let data = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(MORNING.parse().unwrap()));
        let host = host(&shelf, data.path(), second(), clock.clone()).await;
        Self {
            shelf,
            clock,
            host,
            data,
        }
    }

    async fn admin(&self) -> Session<'_> {
        self.host.session("admin").await.unwrap()
    }

    async fn import(&self, id: &str) -> String {
        let outcomes = self.admin().await.import(&[id.to_owned()]).await.unwrap();
        outcomes[0].file.as_ref().unwrap().id.clone()
    }

    async fn sync(&self) -> Ledger {
        let admin = self.admin().await;
        let ledger = admin.sync(&SyncOptions::default(), &Stop::default()).await.unwrap();
        assert_eq!(ledger.counts.values().sum::<u64>(), ledger.run.inputs, "{ledger:?}");
        ledger
    }

    async fn bytes(&self, id: &str) -> Vec<u8> {
        self.admin().await.bytes_of(id).await.unwrap()
    }
}

async fn host(shelf: &Shelf, data: &Path, plugin: Arc<Plugin>, clock: Arc<dyn Clock>) -> Host {
    on_its_database(Host::builder(data), data)
        .plugin(plugin)
        .clock(clock)
        .insecure_endpoints(InsecureEndpoints {
            api: shelf.url(),
            login: shelf.url(),
        })
        .build()
        .await
        .unwrap()
}

/// The form of this plugin, filled in.
fn form(key: &str) -> Given {
    given([("address", "https://shelf.example"), ("member", MEMBER), ("key", key)])
}

fn second() -> Arc<Plugin> {
    static PLUGIN: OnceLock<Arc<Plugin>> = OnceLock::new();
    PLUGIN
        .get_or_init(|| Arc::new(load(&built(&sources::SECOND)).unwrap()))
        .clone()
}

#[tokio::test]
async fn it_connects_by_its_own_form_and_says_what_is_wrong_with_it() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;

    let no_address = given([("address", "shelf"), ("member", MEMBER), ("key", KEY)]);
    let refused = admin.connect_organization(no_address).await.unwrap_err();
    assert!(
        refused.to_string().contains("looks like `https://shelf.example`"),
        "{refused}"
    );
    let refused = admin.connect_organization(form("another key")).await.unwrap_err();
    assert!(
        refused.to_string().contains("ask its keeper for a new key"),
        "{refused}"
    );

    let connection = admin.connect_organization(form(KEY)).await.unwrap();
    assert_eq!(connection.plugin, "shelf");
    assert_eq!(connection.drive.unwrap().name, "The Shelf");
}

#[tokio::test]
async fn what_stands_on_the_shelf_is_listed_and_comes_in_whole() {
    let (stage, [prices, movie, rules]) = Stage::with(["Prices.pdf", "Film.mov", "Rules.txt"]).await;
    stage.shelf.spoil(&rules);
    let admin = stage.admin().await;

    let rows = admin.browse(None).await.unwrap();
    let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["Prices.pdf", "Film.mov", "Rules.txt"]);
    assert_eq!(
        (&rows[0].verdict, &rows[2].verdict),
        (&Verdict::Importable, &Verdict::Importable)
    );
    assert!(
        rows[1].message.contains("of no kind that may come in"),
        "{}",
        rows[1].message
    );

    let asked = [prices.clone(), movie, rules, "d99".to_owned(), prices];
    let outcomes = admin.import(&asked).await.unwrap();
    let words: Vec<_> = outcomes.iter().map(|outcome| outcome.outcome).collect();
    assert_eq!(words, ["imported", "refused", "failed", "failed", "imported"]);
    let reasons: Vec<_> = outcomes
        .iter()
        .map(|outcome| outcome.reason.unwrap_or_default())
        .collect();
    assert_eq!(reasons, ["", "unsupported-type", "mismatch", "not-found", ""]);
    let file = outcomes[0].file.as_ref().unwrap();
    assert_eq!(stage.bytes(&file.id).await, pdf("Prices.pdf"));
    assert_eq!(admin.library().await.unwrap().len(), 1);
    assert_eq!(admin.import(&asked[..1]).await.unwrap()[0].outcome, "already-imported");
}

#[tokio::test]
async fn a_sync_brings_new_versions_and_keeps_what_is_taken_off_the_shelf() {
    let (stage, [prices, rules, terms]) = Stage::with(["Prices.pdf", "Rules.pdf", "Terms.pdf"]).await;
    let file = stage.import(&prices).await;
    stage.import(&rules).await;
    stage.import(&terms).await;
    assert_eq!(stage.sync().await.counts["unchanged"], 3);

    stage.shelf.put("Prices.pdf", pdf("new prices"));
    stage.shelf.remove(&rules);
    let ledger = stage.sync().await;
    let counts: Vec<_> = ledger
        .counts
        .iter()
        .map(|(word, count)| (word.as_str(), *count))
        .collect();
    assert_eq!(
        counts,
        [("source-gone", 1), ("unchanged", 1), ("updated", 1)],
        "{ledger:?}"
    );
    assert_eq!(stage.bytes(&file).await, pdf("new prices"));
    assert_eq!(stage.admin().await.library().await.unwrap().len(), 3);

    // Bytes that are not those of the list never come in.
    stage.shelf.put("Prices.pdf", pdf("newest prices"));
    stage.shelf.spoil(&prices);
    assert_eq!(stage.sync().await.counts["failed"], 1);
    assert_eq!(stage.bytes(&file).await, pdf("new prices"));
    stage.shelf.put("Prices.pdf", pdf("newest prices"));
    assert_eq!(stage.sync().await.counts["updated"], 1);
    assert_eq!(stage.bytes(&file).await, pdf("newest prices"));
}

/// What the host has run by itself by now: schedule, day, and whether that was late.
async fn ran(stage: &Stage, until: &str) -> Vec<(String, String, bool)> {
    let until: DateTime<Utc> = until.parse().unwrap();
    stage.clock.advance((until - stage.clock.utc()).to_std().unwrap());
    let ledgers = stage.host.tick(&Stop::default()).await.unwrap();
    let told = |ledger: clientpoint_host::Result<Ledger>| {
        let run = ledger.unwrap().run;
        (run.schedule.unwrap(), run.due.unwrap(), run.late)
    };
    ledgers.into_iter().map(told).collect()
}

#[tokio::test]
async fn all_of_its_schedules_run_each_once_a_day_and_what_was_missed_once() {
    let (stage, [a]) = Stage::with(["A.pdf"]).await;
    stage.import(&a).await;
    let one = |schedule: &str, day: &str, late| (schedule.to_owned(), day.to_owned(), late);

    assert_eq!(
        ran(&stage, "2026-03-02T05:30:00Z").await,
        [one("morning", "2026-03-02", false)]
    );
    assert_eq!(ran(&stage, "2026-03-02T16:59:00Z").await, []);
    assert_eq!(
        ran(&stage, "2026-03-02T17:00:30Z").await,
        [one("afternoon", "2026-03-02", false)]
    );
    assert_eq!(ran(&stage, "2026-03-02T17:02:00Z").await, []);
    // Both of the next day were missed, and are caught up in their order.
    let missed = [one("morning", "2026-03-03", true), one("afternoon", "2026-03-03", true)];
    assert_eq!(ran(&stage, "2026-03-03T20:00:00Z").await, missed);

    let health = stage.admin().await.health().await.unwrap();
    assert_eq!(health[0].next.as_deref(), Some("2026-03-04T05:30:00Z"));
    assert_eq!(health[0].last_night, Some(true));
}

#[tokio::test]
async fn a_plan_of_its_sync_is_carried_out_as_it_was_made() {
    let (stage, [prices]) = Stage::with(["Prices.pdf"]).await;
    let file = stage.import(&prices).await;
    stage.shelf.put("Prices.pdf", pdf("new prices"));
    let admin = stage.admin().await;

    let plan = admin.plan_sync(&Stop::default()).await.unwrap();
    assert_eq!((plan.rows.len(), plan.rows[0].outcome.as_str()), (1, "updated"));
    assert_eq!(stage.bytes(&file).await, pdf("Prices.pdf"), "a plan changes nothing");
    let options = SyncOptions {
        plan: Some(plan.plan),
        ..SyncOptions::default()
    };
    let ledger = admin.sync(&options, &Stop::default()).await.unwrap();
    assert_eq!(ledger.counts["updated"], 1);
    assert_eq!(stage.bytes(&file).await, pdf("new prices"));
}

#[tokio::test]
async fn a_sheet_of_its_own_form_ties_files_to_documents() {
    let (stage, _) = Stage::with(["Prices.pdf"]).await;
    let admin = stage.admin().await;
    let by_hand = stage.data.path().join("Old prices.pdf");
    std::fs::write(&by_hand, pdf("old prices")).unwrap();
    let file = admin.add_path(&by_hand, &Place::company_wide()).await.unwrap().id;
    let sheet = stage.data.path().join("sheet.csv");
    std::fs::write(
        &sheet,
        format!("File ID,Document\n{file},Prices.pdf\n7,Prices.pdf\n{file},Nothing.pdf\n"),
    )
    .unwrap();

    let done = admin.associate_path(&sheet, false, None).await.unwrap();
    let words: Vec<_> = done.rows.iter().map(|row| row.outcome).collect();
    assert_eq!(words, ["duplicate-file-id", "unknown-file-id", "path-not-found"]);

    std::fs::write(&sheet, format!("File ID,Document\n{file},Prices.pdf\n")).unwrap();
    assert_eq!(
        admin.associate_path(&sheet, true, None).await.unwrap().rows[0].outcome,
        "linked"
    );
    let done = admin.associate_path(&sheet, false, None).await.unwrap();
    assert_eq!(done.rows[0].outcome, "linked");
    assert_eq!(stage.sync().await.counts["updated"], 1);
    assert_eq!(stage.bytes(&file).await, pdf("Prices.pdf"));
}

#[tokio::test]
async fn a_folder_of_another_plugin_is_refused_in_words_and_stays_as_it_is() {
    let world = World::connected().await;
    let item = world.sim.put("/Plan.pdf", pdf("plan").into());
    world.import(&item).await;
    let before = world.library().await;
    let shelf = Shelf::start(0).await.unwrap();
    let host = host(&shelf, world.data.path(), second(), Arc::new(world.clock.clone())).await;
    let admin = host.session("admin").await.unwrap();

    for refused in [
        admin.browse(None).await.map(drop),
        admin.sync(&SyncOptions::default(), &Stop::default()).await.map(drop),
        admin.connect_organization(form(KEY)).await.map(drop),
    ] {
        let refused: Error = refused.unwrap_err();
        assert!(refused.to_string().contains("`onedrive`"), "{refused}");
    }
    let next = admin.status().await.unwrap().next.unwrap();
    assert!(next.contains("was made with the plugin `onedrive`"), "{next}");
    let origin = admin.inspect().await.unwrap().api_origin;
    assert_eq!(
        origin, None,
        "the other plugin is not asked about settings that are not its own"
    );
    assert_eq!(world.library().await, before);
}

#[tokio::test]
async fn the_doctor_shows_what_this_plugin_finds_and_nothing_for_what_it_does_not_have() {
    use clientpoint_host::service::{CheckStanding, CheckSubject};
    let (stage, [id]) = Stage::with(["Offer.pdf"]).await;
    let found = stage.admin().await.doctor().await.unwrap();
    let of = |subject| found.checks.iter().find(|check| check.subject == subject).unwrap();
    assert_eq!(of(CheckSubject::Listing).standing, CheckStanding::Well, "{found:#?}");
    assert_eq!(of(CheckSubject::File).standing, CheckStanding::Well, "{found:#?}");
    assert_eq!(
        of(CheckSubject::Changes).standing,
        CheckStanding::NotAsked,
        "{found:#?}"
    );
    assert!(
        !format!("{found:?}").contains(&id)
            && stage
                .host
                .session("admin")
                .await
                .unwrap()
                .library()
                .await
                .unwrap()
                .is_empty()
    );
}
