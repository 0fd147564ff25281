//! Changing the drive, giving a connection up, and changing the key: nothing of the library is lost.

use clientpoint_host::{
    service::Stop,
    store::{connections::Mode, users::Role},
    way_out::WayOut,
};
use end_to_end::{World, browser::connect, by_path::ByPath, pdf};
use graph_sim::{Fault, FaultKind, Place};

const MARKETING: &str = "https://contoso.sharepoint.com/sites/Marketing";

#[tokio::test]
async fn r17_r30_an_address_selects_a_drive_and_a_switch_detaches_and_never_deletes() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let item = world.sim.put("/A.pdf", pdf("first").into());
    let file = world.import(&item).await.file.unwrap();

    let refused = admin.select_drive_at(MARKETING, false).await.unwrap_err();
    assert_eq!(refused.ways_out(), [WayOut::SwitchDrive]);
    let selected = admin
        .select_drive_at(&format!("{MARKETING}/Brand%20Assets/x.pdf"), true)
        .await
        .unwrap();
    assert_eq!(selected.drive.name, "Brand Assets (Marketing)");
    assert_eq!((selected.files.detached, selected.files.attached), (1, 0));

    world.sim.put("/A.pdf", pdf("second").into());
    admin.sync(&Default::default(), &Stop::default()).await.unwrap();
    assert_eq!(
        world.bytes(&file.id).await,
        pdf("first"),
        "it stays, and follows no more"
    );
    assert_eq!(admin.status().await.unwrap().detached_files, 1);

    let back = admin.select_drive(&world.sim.drive_id(), true).await.unwrap();
    assert_eq!(back.files.attached, 1);
    admin.sync(&Default::default(), &Stop::default()).await.unwrap();
    assert_eq!(world.bytes(&file.id).await, pdf("second"));
}

#[tokio::test]
async fn r17_an_address_that_leads_nowhere_is_told_why() {
    let world = World::connected().await;
    let admin = world.admin().await;
    for (url, code, says) in [
        ("https://contoso.sharepoint.com/sites/Nowhere", "not-found", "Nowhere"),
        (
            "https://contoso.sharepoint.com/sites/Marketing/Old",
            "wrong-address",
            "Brand Assets",
        ),
        (
            "https://contoso.sharepoint.com/:w:/s/x/y",
            "wrong-address",
            "sharing link",
        ),
        ("my drive", "wrong-address", "https://"),
    ] {
        let error = admin.select_drive_at(url, true).await.unwrap_err();
        assert_eq!(error.code(), code, "{url}: {error}");
        assert!(error.to_string().contains(says), "{url}: {error}");
    }
}

#[tokio::test]
async fn r16_an_application_for_one_site_is_connected_with_its_address() {
    let world = World::new().await;
    let admin = world.admin().await;
    let mut form = end_to_end::credentials(&world.sim);
    form.fields.extend(end_to_end::given([("url", MARKETING)]).fields);
    let connection = admin.connect_organization(form).await.unwrap();
    assert_eq!(connection.drive.unwrap().name, "Documents (Marketing)");
    admin.browse(None).await.unwrap();
}

#[tokio::test]
async fn r16_credentials_that_may_read_nothing_are_told_what_to_grant_and_not_stored() {
    let world = World::new().await;
    world.sim.fault(Fault::new(FaultKind::Forbidden).at(Place::Metadata));
    let admin = world.admin().await;
    let error = admin
        .connect_organization(end_to_end::credentials(&world.sim))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "consent-missing");
    assert!(error.to_string().contains("Grant admin consent"), "{error}");
    assert!(!admin.status().await.unwrap().connected);
}

#[tokio::test]
async fn s06_disconnecting_keeps_every_file_and_says_what_stops() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let item = world.sim.put("/A.pdf", pdf("first").into());
    let file = world.import(&item).await.file.unwrap();
    let by_hand = world.data.path().join("by-hand.pdf");
    std::fs::write(&by_hand, pdf("by hand")).unwrap();

    let gone = admin.disconnect(None, None).await.unwrap();

    assert_eq!(gone.files.detached, 1);
    for says in ["daily sync", "detached", "Enterprise applications"] {
        assert!(gone.consequences.iter().any(|line| line.contains(says)), "{says}");
    }
    assert_eq!(admin.browse(None).await.unwrap_err().code(), "not-connected");
    assert_eq!(world.bytes(&file.id).await, pdf("first"));
    assert!(world.host.tick(&Stop::default()).await.unwrap().is_empty());
    let other = end_to_end::builder(&world.sim, &world.clock, world.data.path())
        .build()
        .await
        .unwrap();
    assert!(!other.session("admin").await.unwrap().status().await.unwrap().connected);

    // Still locked: it may follow again.
    let locked = admin.replace_by_path(&file.id, &by_hand).await.unwrap_err();
    assert_eq!(locked.code(), "managed-by-onedrive");
    world.sim.put("/A.pdf", pdf("second").into());
    world.connect().await;
    admin.sync(&Default::default(), &Stop::default()).await.unwrap();
    assert_eq!(world.bytes(&file.id).await, pdf("second"));

    // Or be let go.
    assert_eq!(admin.unlock(&file.id).await.unwrap_err().code(), "wrong-settings");
    admin.disconnect(Some(Mode::Organization), None).await.unwrap();
    admin.unlock(&file.id).await.unwrap();
    admin.replace_by_path(&file.id, &by_hand).await.unwrap();
    assert_eq!(world.bytes(&file.id).await, pdf("by hand"));
}

#[tokio::test]
async fn r13_the_files_of_somebody_who_has_left_are_taken_over() {
    let world = World::new().await;
    let admin = world.admin().await;
    admin.add_user("bea", Role::Administrator).await.unwrap();
    let bea = world.host.session("bea").await.unwrap();
    connect(&bea, &world.sim, "member").await.0.unwrap();
    let item = world.sim.put("/A.pdf", pdf("first").into());
    let outcome = bea.import(&[item]).await.unwrap().remove(0);

    admin.disconnect(None, Some("bea")).await.unwrap();
    admin
        .connect_organization(end_to_end::credentials(&world.sim))
        .await
        .unwrap();
    let selected = admin.select_drive(&world.sim.drive_id(), false).await.unwrap();
    assert_eq!(selected.files.attached, 1);

    world.sim.put("/A.pdf", pdf("second").into());
    admin.sync(&Default::default(), &Stop::default()).await.unwrap();
    assert_eq!(world.bytes(&outcome.file.unwrap().id).await, pdf("second"));
    assert_eq!(
        admin.disconnect(None, Some("bea")).await.unwrap_err().code(),
        "not-connected"
    );
}

#[tokio::test]
async fn another_key_opens_what_the_old_one_sealed_and_the_old_one_opens_nothing() {
    let world = World::connected().await;
    let admin = world.admin().await;
    connect(&admin, &world.sim, "member").await.0.unwrap();
    let key = world.data.path().join("secret.key");
    let old = std::fs::read(&key).unwrap();

    assert_eq!(
        admin.rotate_key().await.unwrap(),
        4,
        "two client secrets, a sign-in and the registered application"
    );

    let new = std::fs::read(&key).unwrap();
    assert_ne!(old, new);
    world.sim.revoke_tokens();
    admin.browse(None).await.unwrap();
    // With nobody else in the folder, what was broken off is brought to its end.
    let World { sim, clock, host, data } = world;
    drop(host);
    let (data, key) = (data.path(), data.path().join("secret.key"));
    let works = async || {
        let host = end_to_end::builder(&sim, &clock, data).build().await.unwrap();
        let session = host.session("admin").await.unwrap();
        session.browse(None).await.map(drop)
    };
    works().await.unwrap();

    // A change that was broken off before the new key came to its place.
    std::fs::rename(&key, data.join("secret.key.next")).unwrap();
    let write = |bytes: &[u8]| {
        std::fs::remove_file(&key).ok();
        let mut options = std::fs::File::options();
        std::os::unix::fs::OpenOptionsExt::mode(options.write(true).create_new(true), 0o600);
        std::io::Write::write_all(&mut options.open(&key).unwrap(), bytes).unwrap();
    };
    write(&old);
    works().await.unwrap();
    assert_eq!(std::fs::read(&key).unwrap(), new);
    assert!(!data.join("secret.key.next").exists());

    write(&old);
    let refused = works().await.unwrap_err();
    assert!(refused.to_string().contains("secret.key"), "{refused}");
}
