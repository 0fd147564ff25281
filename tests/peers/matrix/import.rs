//! Our import, cell by cell.

use end_to_end::World;

use super::rows::{OTHER, Row, Trouble};

/// What an import of the two files comes to for the one with the trouble.
///
/// # Panics
/// If it is a silent loss: wrong bytes, or no reason, or trouble for the other file.
pub async fn cell(row: &Row) -> String {
    let world = World::connected().await;
    super::stage(&world.sim, row, 0);
    row.set(&world.sim);
    let items = [row.path, OTHER].map(|path| world.sim.item_id(path).unwrap());
    let admin = world.admin().await;
    let other_is_there = async || !world.library().await.is_empty();
    let outcomes = tokio::select! {
        outcomes = admin.import(&items) => outcomes.unwrap(),
        () = super::patience(&world, row, other_is_there) => unreachable!("patience has no end"),
    };

    assert_eq!(outcomes.len(), 2, "{}: {outcomes:?}", row.name);
    let (outcome, other) = (&outcomes[0], &outcomes[1]);
    assert_eq!(other.file.is_some(), row.spares_the_other(), "{}: {other:?}", row.name);
    assert!(
        other.file.is_some() || other.reason.is_some(),
        "{}: {other:?}",
        row.name
    );
    assert_eq!(world.drafts(), 0, "{}", row.name);
    let Some(file) = &outcome.file else {
        let reason = outcome.reason.unwrap();
        assert!(
            outcome.message.contains(row.path.trim_start_matches('/')),
            "{}: {outcome:?}",
            row.name
        );
        let files = usize::from(row.spares_the_other());
        assert_eq!(world.library().await.len(), files, "{}", row.name);
        return format!("{}: `{reason}`", outcome.outcome);
    };
    if let Trouble::Token = row.trouble {
        return super::token(&world.sim);
    }
    let bytes = world.bytes(&file.id).await;
    let right = bytes == world.sim.bytes(row.path).unwrap();
    match file.verification.as_deref().unwrap() {
        "rewritten" => {
            assert!(!outcome.warnings.is_empty(), "{}: {outcome:?}", row.name);
            assert!(bytes == super::delivered(&world.sim, row.path).await, "{}", row.name);
            "as delivered, marked `rewritten`".to_owned()
        }
        _ if !right => panic!("{}: wrong bytes: {outcome:?}", row.name),
        "verified" => "right bytes".to_owned(),
        mark => format!("right bytes, marked `{mark}`"),
    }
}
