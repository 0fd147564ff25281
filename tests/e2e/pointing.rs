//! What a cell points to: addresses as the browser, Outlook and Teams have them, and what is told of those that lead nowhere.

use end_to_end::{
    World,
    by_path::ByPath,
    pdf,
    sheets::{apply, by_hand, outcomes, sheet},
};

/// A library file, and an item in a folder, with another one of the same name beside.
async fn world() -> (World, String) {
    let world = World::connected().await;
    let id = by_hand(&world, "Offer.pdf").await;
    world.sim.put("/Offer.pdf", pdf("another one").into());
    world.sim.put("/Clients/Offer.pdf", pdf("the one").into());
    (world, id)
}

#[tokio::test]
async fn what_the_address_bar_shows_of_an_open_file_leads_to_it_whether_microsoft_resolves_it_or_not() {
    for refused in [None, Some(400), Some(403)] {
        let (world, id) = world().await;
        world.sim.refuse_pages(refused);
        let page = world.sim.page_address("/Clients/Offer.pdf").unwrap();
        let page = page.replacen(".com/", ".com/:b:/r/", 1);

        let done = apply(&world, &sheet(&world, &[(&id, &page)])).await;

        assert_eq!(outcomes(&done), ["linked"], "{refused:?}: {done:?}");
        assert_eq!(done.rows[0].resolved.as_deref(), Some("Clients/Offer.pdf"));
    }
}

#[tokio::test]
async fn an_open_file_of_another_library_is_told_as_what_it_is() {
    let (world, id) = world().await;
    let drives = world.sim.drive_ids();
    let other = drives.iter().find(|drive| **drive != world.sim.drive_id()).unwrap();
    world.sim.put_in(other, "/Elsewhere.pdf", pdf("x").into());
    let page = world.sim.in_drive(other).page_address("/Elsewhere.pdf").unwrap();
    let gone = world.sim.page_address("/Offer.pdf").unwrap();
    world.sim.delete("/Offer.pdf");

    let done = apply(&world, &sheet(&world, &[(&id, &page)])).await;
    assert_eq!(outcomes(&done), ["other-drive"], "{done:?}");

    let done = apply(&world, &sheet(&world, &[(&id, &gone)])).await;
    assert_eq!(outcomes(&done), ["path-not-found"], "{done:?}");
    assert_eq!(done.rows[0].suggestions, ["Clients/Offer.pdf"]);
}

#[tokio::test]
async fn links_of_outlook_and_teams_lead_where_the_address_in_them_does_and_nothing_is_fetched() {
    let (world, id) = world().await;
    let page = world.sim.page_address("/Clients/Offer.pdf").unwrap();
    let drive = page
        .split("/_layouts")
        .next()
        .unwrap()
        .replace("https://", "https%3A%2F%2F")
        .replace('/', "%2F");
    let inner = format!("{drive}%2FDocuments%2FClients%2FOffer.pdf");
    for url in [
        format!("https://nam02.safelinks.protection.outlook.com/?url={inner}&data=05%7C02&reserved=0"),
        format!("https://teams.microsoft.com/l/file/0F3C?fileType=pdf&objectUrl={inner}&serviceName=teams"),
    ] {
        let done = world
            .admin()
            .await
            .associate_path(&sheet(&world, &[(&id, &url)]), true, None)
            .await
            .unwrap();
        assert_eq!(outcomes(&done), ["linked"], "{done:?}");
        assert_eq!(done.rows[0].resolved.as_deref(), Some("Clients/Offer.pdf"));
    }
}

#[tokio::test]
async fn what_was_meant_is_asked_in_a_small_sheet_too() {
    let (world, id) = world().await;
    let done = apply(
        &world,
        &sheet(
            &world,
            &[(&id, "C:\\Users\\ada\\OneDrive - Contoso\\Clients\\Offer.pdf")],
        ),
    )
    .await;
    assert_eq!(outcomes(&done), ["path-not-found"]);
    assert_eq!(done.rows[0].suggestions[0], "Clients/Offer.pdf");
    let done = apply(&world, &sheet(&world, &[(&id, "Client/Ofer.pdf"), ("#9", "Offer.pdf")])).await;
    assert_eq!(done.rows[0].suggestions[0], "Clients/Offer.pdf");
}

#[tokio::test]
async fn a_path_that_was_filled_down_and_a_row_without_one_are_told() {
    let (world, id) = world().await;
    let mut ids = vec![id];
    for name in ["Plan.pdf", "List.pdf", "Deck.pdf"] {
        ids.push(by_hand(&world, name).await);
    }
    let last = by_hand(&world, "Blank.pdf").await;
    let mut rows: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), "Clients/Offer.pdf")).collect();
    rows.push((&last, ""));
    let done = apply(&world, &sheet(&world, &rows)).await;
    assert_eq!(
        outcomes(&done),
        ["linked", "linked", "linked", "linked", "path-missing"]
    );
    for row in &done.rows[..4] {
        assert!(row.warnings[0].contains("filled down"), "{row:?}");
        assert!(row.message.contains("filled down"), "{row:?}");
    }
}
