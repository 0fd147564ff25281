//! Data folders that older programs have left, opened with today's: everything is there as it was, and work goes on.

use std::path::Path;

use end_to_end::{
    World,
    folders::{
        all, copy, dump, expected,
        look::{go_on, holds, look},
        open, restored, simulated,
    },
};
use serde_json::Value;

use crate::crashes::dead;

/// The first thing that a document lacks of another, or has otherwise.
fn lacking(whole: &Value, part: &Value, at: &str) -> Option<String> {
    if holds(whole, part) {
        return None;
    }
    let deeper = match part {
        Value::Object(part) => part
            .iter()
            .find_map(|(key, value)| lacking(&whole[key], value, &format!("{at}.{key}"))),
        Value::Array(part) if whole.as_array().is_some_and(|whole| whole.len() == part.len()) => part
            .iter()
            .enumerate()
            .find_map(|(place, value)| lacking(&whole[place], value, &format!("{at}[{place}]"))),
        _ => None,
    };
    deeper.or_else(|| Some(format!("{at} was {part:#} and is {whole:#}")))
}

fn same(folder: &Path, now: &Value, then: &Value, what: &str) {
    let lacking = lacking(now, then, what);
    assert_eq!(lacking, None, "{}", folder.display());
}

#[tokio::test]
async fn every_folder_that_was_ever_made_is_opened_as_it_was_left_and_goes_on() {
    assert!(!all().is_empty());
    for folder in all() {
        let (expected, data, old) = (expected(&folder), restored(&folder).await, restored(&folder).await);
        let sim = simulated(&expected, data.path()).await;
        let (host, clock) = open(&expected, &sim, data.path()).await;

        same(&folder, &look(&host, data.path()).await, &expected["seen"], "seen");
        simulated_as_well(&expected, old.path(), sim.graph_url()).await;
        let database = |data: &Path| data.join("clientpoint.db");
        let mut now = dump::rows_as_in(&database(old.path()), &database(data.path())).await;
        let mut then = dump::rows_as_in(&database(old.path()), &database(old.path())).await;
        // Opening a folder on a new day sweeps and prunes it, which is written down.
        for rows in [&mut now, &mut then] {
            // A folder for tests remembers its simulator, which has other ports each time. How often a right was taken is no
            // part of what a library has.
            let changes = ["identity: ", "sweeps: ", "prunes: ", "leases: ", "settings: 'test."];
            rows.retain(|row| !changes.iter().any(|change| row.starts_with(change)));
        }
        assert_eq!(now, then, "{}", folder.display());
        same(&folder, &go_on(&host, &clock, &sim).await, &expected["then"], "then");
    }
}

/// The links in it lead to where those of the other copy lead.
async fn simulated_as_well(expected: &Value, data: &Path, to: String) {
    dump::move_links(&data.join("clientpoint.db"), expected["graph"].as_str().unwrap(), &to).await;
}

#[tokio::test]
async fn a_program_that_dies_at_any_await_while_it_brings_a_folder_up_to_date_leaves_it_whole() {
    for folder in all() {
        let expected = expected(&folder);
        let today = tempfile::tempdir().unwrap();
        let world = World::new().await;
        let database = |data: &Path| data.join("clientpoint.db");
        let schema = dump::schema(&database(world.data.path())).await;
        let mut polls = 0;
        loop {
            let data = restored(&folder).await;
            if dump::schema(&database(data.path())).await == schema {
                break;
            }
            // So that nothing has to be compiled.
            copy(today.path(), &data.path().join("cache"));
            let status = dead(&world, data.path(), polls, Some("open".as_ref()));
            let left = dump::schema(&database(data.path())).await;
            let (host, _) = open(&expected, &world.sim, data.path()).await;
            same(&folder, &look(&host, data.path()).await, &expected["seen"], "seen");
            if status.success() {
                assert_eq!(left, schema);
                break;
            }
            if data.path().join("cache").exists() {
                copy(&data.path().join("cache"), today.path());
            }
            polls += 2;
        }
    }
}
