//! Each power of the plugin taken away in turn: it says in words what it can't do, and breaks nothing.

use std::path::Path;

use clientpoint_engine::powers::Power;
use clientpoint_host::{
    Host,
    service::{Stop, SyncOptions},
};
use end_to_end::{
    World, builder,
    by_path::ByPath,
    credentials, pdf,
    sheets::{apply, by_hand, outcomes, sheet},
};

/// What became of each thing that an Administrator may ask for, in the order in which it is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    connect: String,
    drives: String,
    browse: String,
    preview: String,
    plan: String,
    import: String,
    sync: String,
    associate: String,
}

async fn ask(world: &World, less: &Host, item: &str, sheet: &Path) -> Said {
    let admin = less.session("admin").await.unwrap();
    let word = |result: Result<String, clientpoint_host::Error>| match result {
        Ok(word) => word,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            format!("error {}", error.code())
        }
    };
    let (options, stop) = (SyncOptions::default(), Stop::default());
    let connected = admin.connect_organization(credentials(&world.sim)).await;
    let drives = admin.drives().await;
    let rows = admin.browse(None).await;
    let preview = admin.associate_path(sheet, true, None).await;
    let plan = admin.plan_sync(&stop).await;
    let imported = admin.import(&[item.to_string()]).await;
    let ledger = admin.sync(&options, &stop).await;
    let associated = admin.associate_path(sheet, false, None).await;
    Said {
        connect: word(connected.map(|_| "connected".to_owned())),
        drives: word(drives.map(|list| format!("{} drives", list.drives.len().min(1)))),
        browse: word(rows.map(|rows| format!("{} rows", rows.len()))),
        preview: word(preview.map(|done| outcomes(&done).join(" "))),
        plan: word(plan.map(|plan| {
            let rows: Vec<_> = plan.rows.iter().map(|row| row.outcome.as_str()).collect();
            rows.join(" ")
        })),
        import: word(imported.map(|outcomes| {
            let outcome = &outcomes[0];
            format!("{} {}", outcome.outcome, outcome.reason.unwrap_or_default())
        })),
        sync: word(ledger.map(|ledger| format!("{} {:?}", ledger.run.state, ledger.counts))),
        associate: word(associated.map(|done| outcomes(&done).join(" "))),
    }
}

/// What is said without that power.
fn expected(power: Power) -> Said {
    let all_well = r#"complete {"unchanged": 1, "updated": 1}"#;
    let [connect, drives, browse, preview, plan, import, sync, associate] = match power {
        Power::Connection => [
            "connected",
            "1 drives",
            "error no-drive",
            "error no-drive",
            "error no-plan",
            "error no-drive",
            r#"incomplete {"failed": 1}"#,
            "error no-drive",
        ],
        Power::ContentLibrary => [
            "connected",
            "1 drives",
            "error withheld",
            "error withheld",
            "updated",
            "error withheld",
            r#"complete {"updated": 1}"#,
            "error withheld",
        ],
        Power::ManagedFiles | Power::StateStore => [
            "connected",
            "1 drives",
            "3 rows",
            "linked",
            "error no-plan",
            "imported ",
            r#"incomplete {"failed": 2}"#,
            "linked",
        ],
        Power::Progress | Power::Logging => [
            "connected",
            "1 drives",
            "3 rows",
            "linked",
            "updated",
            "imported ",
            all_well,
            "linked",
        ],
        Power::Http => [
            "error sign-in-refused",
            "error withheld",
            "error withheld",
            "error withheld",
            "error no-plan",
            "failed network",
            r#"incomplete {"failed": 1}"#,
            "error withheld",
        ],
        // Who can't wait has no patience.
        Power::Clocks => [
            "error unavailable",
            "error unavailable",
            "error unavailable",
            "error unavailable",
            "error no-plan",
            "failed stalled",
            r#"incomplete {"deferred": 1}"#,
            "error unavailable",
        ],
    };
    Said {
        connect: connect.into(),
        drives: drives.into(),
        browse: browse.into(),
        preview: preview.into(),
        plan: plan.into(),
        import: import.into(),
        sync: sync.into(),
        associate: associate.into(),
    }
}

#[tokio::test]
async fn each_power_taken_away_is_answered_in_words_and_given_back_all_works() {
    for power in Power::ALL {
        let world = World::connected().await;
        let plan = world.sim.put("/Plan.pdf", pdf("plan").into());
        let file = world.import(&plan).await.file.unwrap();
        world.sim.put("/Plan.pdf", pdf("plan, changed").into());
        let new = world.sim.put("/New.pdf", pdf("new").into());
        world.sim.put("/Tied.pdf", pdf("tied").into());
        let hand = by_hand(&world, "Hand.pdf").await;
        let sheet = sheet(&world, &[(&hand, "Tied.pdf")]);
        let less = builder(&world.sim, &world.clock, world.data.path())
            .withhold(power)
            .build()
            .await
            .unwrap();
        let waiting = async {
            loop {
                world.clock.pass(|asked| asked != end_to_end::WATCH).await;
            }
        };

        let answers = tokio::select! {
            answers = ask(&world, &less, &new, &sheet) => answers,
            () = waiting => unreachable!("waiting has no end"),
        };

        assert_eq!(answers, expected(power), "{power:?}");
        let updated = answers.sync.contains("updated");
        let there = pdf(if updated { "plan, changed" } else { "plan" });
        assert_eq!(world.bytes(&file.id).await, there, "{power:?}");
        assert_eq!(world.bytes(&hand).await, pdf("by hand"), "{power:?}");
        assert_eq!(
            world.library().await.len(),
            2 + usize::from(answers.import == "imported ")
        );
        assert_eq!(world.drafts(), 0);

        world.import(&new).await.file.unwrap();
        let done = apply(&world, &sheet).await;
        assert!(done.is_clean(), "{power:?}: {done:?}");
        let admin = world.admin().await;
        let ledger = admin.sync(&SyncOptions::default(), &Stop::default()).await.unwrap();
        assert_eq!(ledger.run.state, "complete", "{power:?}");
        assert_eq!(world.bytes(&file.id).await, pdf("plan, changed"), "{power:?}");
        assert_eq!(world.bytes(&hand).await, pdf("tied"), "{power:?}");
    }
}
