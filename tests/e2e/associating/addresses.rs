//! Addresses and links, as people copy them.

use graph_sim::RequestKind;

use super::*;

#[tokio::test]
async fn r40_addresses_as_copied_from_the_browser_lead_to_the_same_file() {
    let world = World::connected().await;
    let id = by_hand(&world, "Offer.pdf").await;
    world.sim.put("/Clients/Offer 100%.pdf", pdf("x").into());
    let drives = world.admin().await.drives().await.unwrap().drives;
    let drive = drives
        .into_iter()
        .find(|drive| drive.selected)
        .unwrap()
        .web_url
        .unwrap();
    let (host, path) = drive.strip_prefix("https://").unwrap().split_once('/').unwrap();
    let encoded = "Clients/Offer%20100%25.pdf";
    let inside = format!("/{path}/Clients/Offer 100%.pdf");
    let option = inside.replace('%', "%25").replace('/', "%2F").replace(' ', "%20");
    for path in [
        "Clients/Offer 100%.pdf".to_string(),
        "\\clients\\OFFER 100%.pdf".into(),
        inside,
        format!("{drive}/{encoded}?web=1"),
        format!("https://{host}/:b:/r/{path}/{encoded}?csf=1&web=1&e=Xy"),
        format!("https://{host}/{path}/Forms/AllItems.aspx?id={option}&parent=x"),
    ] {
        let sheet = sheet(&world, &[(&id, &path)]);
        let done = world.admin().await.associate_path(&sheet, true, None).await.unwrap();
        assert_eq!(outcomes(&done), ["linked"], "{path}: {done:?}");
        assert_eq!(done.rows[0].resolved.as_deref(), Some("Clients/Offer 100%.pdf"));
    }
}

#[tokio::test]
async fn r40_a_sharing_link_leads_to_its_item_wherever_that_goes() {
    let world = World::connected().await;
    let (sim, elsewhere) = (&world.sim, world.sim.drive_ids());
    let elsewhere = elsewhere.iter().find(|drive| **drive != sim.drive_id()).unwrap();
    let mut ids = Vec::new();
    for name in ["1.pdf", "2.pdf", "3.pdf", "4.pdf"] {
        ids.push(by_hand(&world, name).await);
    }
    sim.put("/Clients/Offer.pdf", pdf("from the drive").into());
    sim.put("/Gone.pdf", pdf("gone").into());
    sim.put_in(elsewhere, "/Foreign.pdf", pdf("foreign").into());
    let links = [
        sim.share("/Clients/Offer.pdf"),
        sim.share("/Clients"),
        sim.share("/Gone.pdf"),
        sim.in_drive(elsewhere).share("/Foreign.pdf"),
    ];
    sim.rename("/Clients/Offer.pdf", "Offer 2026.pdf");
    sim.delete("/Gone.pdf");
    let rows: Vec<(&str, &str)> = ids
        .iter()
        .map(String::as_str)
        .zip(links.iter().map(String::as_str))
        .collect();

    let done = apply(&world, &sheet(&world, &rows)).await;

    assert_eq!(
        outcomes(&done),
        ["linked", "is-a-folder", "path-not-found", "other-drive"],
        "{done:?}"
    );
    assert_eq!(done.rows[0].resolved.as_deref(), Some("Clients/Offer 2026.pdf"));
    let asked = world.requests(RequestKind::Shares);
    assert!(
        asked.len() == 4 && asked.iter().all(|request| request.in_batch),
        "{asked:?}"
    );
    sync(&world).await;
    assert_eq!(world.bytes(&ids[0]).await, pdf("from the drive"));
}
