//! Our sync, cell by cell.

use clientpoint_host::service::{Stop, SyncOptions};
use end_to_end::World;

use super::rows::{OTHER, Row, Trouble};

/// What a sync comes to for the file with the trouble, after both have changed.
///
/// # Panics
/// If it is a silent loss: wrong bytes, or no reason, or a ledger that does not add up.
pub async fn cell(row: &Row) -> String {
    let world = World::connected().await;
    super::stage(&world.sim, row, 0);
    let mut files = vec![];
    for path in [row.path, OTHER] {
        let item = world.sim.item_id(path).unwrap();
        files.push(world.import(&item).await.file.unwrap().id);
    }
    let admin = world.admin().await;
    let (options, stop) = (SyncOptions::default(), Stop::default());
    if let Trouble::Expired(_) = row.trouble {
        // There has to be a token first.
        assert!(admin.sync(&options, &stop).await.unwrap().is_clean());
    }
    super::stage(&world.sim, row, 1);
    row.set(&world.sim);

    let other_is_done = async || admin.file(&files[1]).await.unwrap().revision == 2;
    let ledger = tokio::select! {
        ledger = admin.sync(&options, &stop) => ledger.unwrap(),
        () = super::patience(&world, row, other_is_done) => unreachable!("patience has no end"),
    };

    assert_eq!(
        ledger.counts.values().sum::<u64>(),
        ledger.run.inputs,
        "{}: {ledger:?}",
        row.name
    );
    assert_eq!(world.drafts(), 0, "{}", row.name);
    let line = |file: &str| ledger.lines.iter().find(|line| line.file == file);
    let line_of_other = line(&files[1]).unwrap();
    let updated = line_of_other.outcome == "updated";
    assert_eq!(updated, row.spares_the_other(), "{}: {ledger:?}", row.name);
    let line = line(&files[0]).unwrap_or_else(|| panic!("{}: {ledger:?}", row.name));
    if let Trouble::Token = row.trouble {
        return super::token(&world.sim);
    }
    let bytes = world.bytes(&files[0]).await;
    match line.outcome.as_str() {
        "updated" => {
            assert_eq!(bytes, world.sim.bytes(row.path).unwrap(), "{}", row.name);
            "updated, right bytes".to_owned()
        }
        "unverified" if bytes == world.sim.bytes(row.path).unwrap() => "right bytes, marked `unverified`".to_owned(),
        "unverified" => {
            assert!(bytes == super::delivered(&world.sim, row.path).await, "{}", row.name);
            "as delivered, marked `unverified`".to_owned()
        }
        outcome => {
            assert_eq!(bytes, super::bytes(row.path, 0), "{}", row.name);
            assert!(!line.message.is_empty(), "{}: {line:?}", row.name);
            let reason = match line.reason.as_str() {
                "" => String::new(),
                reason => format!(": `{reason}`"),
            };
            format!("{outcome}{reason}; keeps the old")
        }
    }
}
