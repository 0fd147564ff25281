//! What may not enter is refused, each with its own word, and the library stays as it was.

use clientpoint_engine::policy::PolicyChanges;
use clientpoint_host::{service::ItemOutcome, store::users::Role, way_out::WayOut};
use end_to_end::World;
use graph_sim::{Content, RequestKind};

async fn refused(world: &World, item: &str, reason: &str) -> ItemOutcome {
    let outcome = world.import(item).await;
    assert_eq!(
        (outcome.outcome, outcome.reason),
        ("refused", Some(reason)),
        "{outcome:?}"
    );
    assert!(!outcome.message.is_empty());
    outcome
}

#[tokio::test]
async fn r20_r24_r34_each_refusal_has_its_own_word_and_fetches_nothing() {
    let world = World::connected().await;
    let sim = &world.sim;
    let huge = Content::Generated {
        size: 524_288_001,
        seed: 1,
    };
    let text = sim.put("/Notes.txt", b"notes".to_vec().into());
    let huge = sim.put("/Film.mp4", huge);
    let folder = sim.mkdir("/Folder");
    let notebook = sim.put_package("/Notebook");
    let infected = sim.put("/Bad.pdf", b"%PDF-".to_vec().into());
    sim.mark_malware("/Bad.pdf");
    let shortcut = sim.put_shortcut("/Link.pdf", "b!other", "01OTHER");

    refused(&world, &text, "unsupported-type").await;
    let large = refused(&world, &huge, "too-large").await;
    refused(&world, &folder, "folder").await;
    refused(&world, &notebook, "package").await;
    refused(&world, &infected, "malware").await;
    refused(&world, &shortcut, "shortcut").await;
    refused(&world, "b!another-drive/01ITEM", "other-drive").await;
    refused(&world, "../../me", "other-drive").await;

    assert!(
        large.message.contains("upload"),
        "rule 24c, the way out: {}",
        large.message
    );
    assert_eq!(world.requests(RequestKind::Download), []);
    assert_eq!(world.library().await, []);
    assert_eq!(world.drafts(), 0);
}

#[tokio::test]
async fn r24_a_file_of_exactly_the_limit_passes_and_one_byte_more_does_not() {
    let world = World::connected_with(|builder| {
        builder.policy(PolicyChanges {
            max_file_bytes: Some(1_000),
            ..PolicyChanges::default()
        })
    })
    .await;
    let fits = world.sim.put("/Fits.pdf", vec![b'%'; 1_000].into());
    let not = world.sim.put("/Not.pdf", vec![b'%'; 1_001].into());

    assert_eq!(world.import(&fits).await.outcome, "imported");
    refused(&world, &not, "too-large").await;
}

#[tokio::test]
async fn r24a_one_file_that_may_not_enter_does_not_stop_the_others() {
    let world = World::connected().await;
    let mut items: Vec<String> = (0..4)
        .map(|number| world.sim.put(&format!("/{number}.pdf"), b"%PDF-".to_vec().into()))
        .collect();
    items.insert(2, world.sim.put("/2.exe", b"MZ".to_vec().into()));

    let outcomes = world.admin().await.import(&items).await.unwrap();

    let became: Vec<_> = outcomes.iter().map(|outcome| outcome.outcome).collect();
    assert_eq!(became, ["imported", "imported", "refused", "imported", "imported"]);
}

#[tokio::test]
async fn r23_six_files_are_refused_before_anything_is_fetched() {
    let world = World::connected().await;
    let items: Vec<String> = (0..6)
        .map(|number| world.sim.put(&format!("/{number}.pdf"), b"%PDF-".to_vec().into()))
        .collect();

    let error = world.admin().await.import(&items).await.unwrap_err();

    assert_eq!(error.code(), "too-many");
    assert_eq!(world.library().await, []);
    let beyond_sign_in: Vec<_> = world
        .sim
        .requests()
        .into_iter()
        .filter(|request| request.kind != RequestKind::Token)
        .collect();
    assert_eq!(beyond_sign_in, []);
}

#[tokio::test]
async fn an_item_that_is_not_there_is_said_to_be_not_there() {
    let world = World::connected().await;
    for item in ["01NOSUCHITEM", "..", "a b?c#d%00", "x:y"] {
        let outcome = world.import(item).await;
        assert_eq!(
            (outcome.outcome, outcome.reason),
            ("failed", Some("not-found")),
            "{item}: {outcome:?}"
        );
    }
    assert_eq!(world.library().await, []);
}

#[tokio::test]
async fn r2_a_member_may_do_none_of_it_and_nothing_is_called() {
    let world = World::connected().await;
    let item = world.sim.put("/Deck.pdf", b"%PDF-".to_vec().into());
    let admin = world.admin().await;
    admin.add_user("mia", Role::Member).await.unwrap();
    let mia = world.host.session("mia").await.unwrap();
    world.sim.clear_requests();

    let refusals = [
        mia.connect_organization(end_to_end::credentials(&world.sim))
            .await
            .unwrap_err(),
        mia.drives().await.unwrap_err(),
        mia.select_drive(&world.sim.drive_id(), false).await.unwrap_err(),
        mia.browse(None).await.unwrap_err(),
        mia.import(&[item]).await.unwrap_err(),
        mia.status().await.unwrap_err(),
        mia.add_user("max", Role::Administrator).await.unwrap_err(),
    ];

    for refusal in refusals {
        assert_eq!(refusal.code(), "forbidden", "{refusal}");
    }
    assert_eq!(world.sim.requests(), []);
    assert_eq!(world.library().await, []);
}

#[tokio::test]
async fn r4_before_connecting_every_verb_points_to_connect() {
    let world = World::new().await;
    let admin = world.admin().await;
    for error in [
        admin.drives().await.unwrap_err(),
        admin.browse(None).await.unwrap_err(),
        admin.import(&["01X".into()]).await.unwrap_err(),
    ] {
        assert_eq!(error.code(), "not-connected");
        assert_eq!(error.ways_out(), [WayOut::Connect]);
    }
    assert_eq!(world.sim.requests(), []);
}

#[tokio::test]
async fn r30_before_a_drive_is_selected_every_verb_points_to_the_drives() {
    let world = World::new().await;
    let admin = world.admin().await;
    admin
        .connect_organization(end_to_end::credentials(&world.sim))
        .await
        .unwrap();
    for error in [
        admin.browse(None).await.unwrap_err(),
        admin.import(&["01X".into()]).await.unwrap_err(),
    ] {
        assert_eq!(error.code(), "no-drive");
        assert_eq!(error.ways_out(), [WayOut::ChooseDrive], "{error}");
    }
}
