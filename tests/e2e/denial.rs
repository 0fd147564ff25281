//! Each power of the plugin taken away in turn: it says in words what it can't do, and breaks nothing.

use clientpoint_host::host::Host;
use clientpoint_host::powers::Power;
use clientpoint_host::service::{Stop, SyncOptions};
use end_to_end::{World, builder};

/// What became of each thing that an Administrator may ask for.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    drives: String,
    browse: String,
    import: String,
    sync: String,
}

async fn ask(host: &Host, item: &str) -> Said {
    let admin = host.session("admin").await.unwrap();
    let word = |result: Result<String, clientpoint_host::Error>| match result {
        Ok(word) => word,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            format!("error {}", error.code())
        }
    };
    Said {
        drives: word(
            admin
                .drives()
                .await
                .map(|list| format!("{} drives", list.drives.len().min(1))),
        ),
        browse: word(admin.browse(None).await.map(|rows| format!("{} rows", rows.len()))),
        import: word(admin.import(&[item.to_string()]).await.map(|outcomes| {
            let outcome = &outcomes[0];
            format!("{} {}", outcome.outcome, outcome.reason.unwrap_or_default())
        })),
        sync: word(
            admin
                .sync(&SyncOptions::default(), &Stop::default())
                .await
                .map(|ledger| format!("{} {:?}", ledger.run.state, ledger.counts)),
        ),
    }
}

/// What is said without that power.
fn expected(power: Power) -> Said {
    let all_well = r#"complete {"unchanged": 1, "updated": 1}"#;
    let [drives, browse, import, sync] = match power {
        Power::Connection => [
            "1 drives",
            "error no-drive",
            "error no-drive",
            r#"incomplete {"failed": 1}"#,
        ],
        Power::ContentLibrary => ["1 drives", "error other", "error other", r#"complete {"updated": 1}"#],
        Power::ManagedFiles | Power::StateStore => ["1 drives", "2 rows", "imported ", r#"incomplete {"failed": 2}"#],
        Power::Progress | Power::Logging => ["1 drives", "2 rows", "imported ", all_well],
        Power::Http => [
            "error other",
            "error other",
            "failed network",
            r#"incomplete {"failed": 1}"#,
        ],
        // Who can't wait has no patience.
        Power::Clocks => [
            "error unavailable",
            "error unavailable",
            "failed stalled",
            r#"incomplete {"deferred": 1}"#,
        ],
    };
    Said {
        drives: drives.into(),
        browse: browse.into(),
        import: import.into(),
        sync: sync.into(),
    }
}

#[tokio::test]
async fn each_power_taken_away_is_answered_in_words_and_given_back_all_works() {
    for power in Power::ALL {
        let world = World::connected().await;
        let plan = world.sim.put("/Plan.pdf", b"%PDF-plan".to_vec().into());
        let file = world.import(&plan).await.file.unwrap();
        world.sim.put("/Plan.pdf", b"%PDF-plan, changed".to_vec().into());
        let new = world.sim.put("/New.pdf", b"%PDF-new".to_vec().into());
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
            answers = ask(&less, &new) => answers,
            () = waiting => unreachable!("waiting has no end"),
        };

        assert_eq!(answers, expected(power), "{power:?}");
        let bytes = world.bytes(&file.id).await;
        let updated = answers.sync.contains("updated");
        let there: &[u8] = if updated { b"%PDF-plan, changed" } else { b"%PDF-plan" };
        assert_eq!(bytes, there, "{power:?}");
        assert_eq!(
            world.library().await.len(),
            1 + usize::from(answers.import == "imported ")
        );
        assert_eq!(world.drafts(), 0);

        world.import(&new).await.file.unwrap();
        let ledger = world
            .admin()
            .await
            .sync(&SyncOptions::default(), &Stop::default())
            .await
            .unwrap();
        assert_eq!(ledger.run.state, "complete", "{power:?}");
        assert_eq!(world.bytes(&file.id).await, b"%PDF-plan, changed", "{power:?}");
    }
}
