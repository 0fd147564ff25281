//! Our association of existing files, cell by cell.

use end_to_end::{
    World,
    by_path::ByPath,
    pdf,
    sheets::{by_hand, sheet},
};
use graph_sim::RequestKind;

use super::rows::{OTHER, Row, Trouble};

/// With more paths than this the drive is listed, page by page, as changes are told.
const MANY: usize = 400;

/// What a sheet comes to for the row that leads to the file with the trouble. No bytes are fetched by it; what is linked
/// follows from the next sync on, with what the column of the sync says.
///
/// # Panics
/// If it is a silent loss: a row without outcome or reason, trouble for the other rows, or bytes that are not as before.
pub async fn cell(row: &Row) -> String {
    let world = World::connected().await;
    super::stage(&world.sim, row, 0);
    let mut paths = vec![
        row.path.trim_start_matches('/').to_owned(),
        OTHER.trim_start_matches('/').to_owned(),
    ];
    let mut ids = vec![by_hand(&world, &paths[0]).await, by_hand(&world, &paths[1]).await];
    if row.is_of_changes() {
        // All for one file, since adding files takes its time: none of these rows may win.
        let torn = by_hand(&world, "Torn.pdf").await;
        for number in 0..MANY {
            let path = format!("Folder {}/{number}.pdf", number % 7);
            world.sim.put(&format!("/{path}"), pdf("from the drive").into());
            paths.push(path);
            ids.push(torn.clone());
        }
    }
    let rows: Vec<(&str, &str)> = ids
        .iter()
        .map(String::as_str)
        .zip(paths.iter().map(String::as_str))
        .collect();
    let sheet = sheet(&world, &rows);
    row.set(&world.sim);

    let admin = world.admin().await;
    let done = tokio::select! {
        done = admin.associate_path(&sheet, false, None) => done.unwrap(),
        () = super::patience(&world, row, async || true) => unreachable!("patience has no end"),
    };

    assert_eq!(
        done.counts.values().sum::<u64>(),
        rows.len() as u64,
        "{}: {done:?}",
        row.name
    );
    assert_eq!(done.rows.len(), rows.len(), "{}: {done:?}", row.name);
    for (place, (became, (id, path))) in done.rows.iter().zip(&rows).enumerate() {
        let expected = if place < 2 { "linked" } else { "duplicate-file-id" };
        assert!(became.outcome == expected || place == 0, "{}: {became:?}", row.name);
        assert!(
            became.outcome == "linked" || !became.message.is_empty(),
            "{}: {became:?}",
            row.name
        );
        assert_eq!(
            (became.file.as_str(), became.resolved.as_deref()),
            (*id, Some(*path)),
            "{}",
            row.name
        );
        assert_eq!(world.bytes(id).await, pdf("by hand"), "{}", row.name);
    }
    assert_eq!(world.requests(RequestKind::Download).len(), 0, "{}", row.name);
    let listings = world.requests(RequestKind::Delta);
    let listed = listings.iter().any(|request| !request.path.contains("token=latest"));
    assert_eq!(listed, row.is_of_changes(), "{}", row.name);
    match row.trouble {
        Trouble::Token => "asks it for nothing".to_owned(),
        _ => done.rows[0].outcome.to_owned(),
    }
}
