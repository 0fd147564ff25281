//! Library files are tied to items by a sheet: every row has an outcome, and what is linked follows from then on.

mod addresses;

use end_to_end::{
    World,
    by_path::ByPath,
    pdf,
    sheets::{apply, by_hand, outcomes, sheet},
    sync,
    whole::Whole,
};

#[tokio::test]
async fn r43_a_linked_file_keeps_its_bytes_until_the_next_sync_and_is_locked() {
    let world = World::connected().await;
    let id = by_hand(&world, "Offer.pdf").await;
    world
        .sim
        .put("/Clients/Northwind/Offer.pdf", pdf("from the drive").into());
    let sheet = sheet(&world, &[(&id, "Clients/Northwind/Offer.pdf")]);

    let done = apply(&world, &sheet).await;

    assert_eq!(outcomes(&done), ["linked"], "{done:?}");
    assert_eq!(done.rows[0].resolved.as_deref(), Some("Clients/Northwind/Offer.pdf"));
    assert_eq!(world.bytes(&id).await, pdf("by hand"));
    let file = world.admin().await.file(&id).await.unwrap();
    assert!(file.managed && file.verification.is_none(), "{file:?}");
    let refused = world.admin().await.replace_by_path(&id, &sheet).await.unwrap_err();
    assert_eq!(refused.code(), "managed-by-onedrive");

    let ledger = sync(&world).await;

    assert_eq!(ledger.counts.get("updated"), Some(&1), "{ledger:?}");
    assert_eq!(world.bytes(&id).await, pdf("from the drive"));
    world.sim.put("/Clients/Northwind/Offer.pdf", pdf("changed").into());
    sync(&world).await;
    assert_eq!(world.bytes(&id).await, pdf("changed"));
}

#[tokio::test]
async fn r26_what_is_linked_after_half_past_five_follows_from_the_next_morning_on() {
    let world = World::connected().await;
    let id = by_hand(&world, "Offer.pdf").await;
    world.sim.put("/Offer.pdf", pdf("from the drive").into());
    world.clock.advance(std::time::Duration::from_secs(31 * 60));
    apply(&world, &sheet(&world, &[(&id, "Offer.pdf")])).await;
    assert_eq!(world.bytes(&id).await, pdf("by hand"));
    let exported = world.data.path().join("list.xlsx");
    world.admin().await.export_path(&exported).await.unwrap();
    world.clock.advance(std::time::Duration::from_secs(24 * 3600 - 60));
    sync(&world).await;
    assert_eq!(world.bytes(&id).await, pdf("from the drive"));
}

#[tokio::test]
async fn s3_a_file_stays_with_its_item_when_another_takes_the_path_and_the_ledger_warns() {
    let world = World::connected().await;
    let id = by_hand(&world, "Offer.pdf").await;
    let taken_back = by_hand(&world, "Draft.pdf").await;
    world.sim.put("/Clients/Offer.pdf", pdf("the old offer").into());
    world.sim.put("/Clients/Draft.pdf", pdf("the old draft").into());
    let upload = apply(
        &world,
        &sheet(
            &world,
            &[(&id, "Clients/Offer.pdf"), (&taken_back, "Clients/Draft.pdf")],
        ),
    )
    .await;
    assert!(upload.is_clean(), "{upload:?}");
    sync(&world).await;

    world.sim.rename("/Clients/Offer.pdf", "Offer 2025.pdf");
    world.sim.put("/Clients/OFFER.pdf", pdf("another offer").into());
    world.sim.delete("/Clients/Draft.pdf");
    world.sim.put("/Clients/Draft.pdf", pdf("another draft").into());
    let ledger = sync(&world).await;

    assert_eq!(ledger.lines.len(), 2, "{ledger:?}");
    for line in &ledger.lines {
        assert_eq!(line.reason, "path-now-other-item", "{line:?}");
    }
    assert_eq!(world.bytes(&id).await, pdf("the old offer"));
    assert_eq!(world.bytes(&taken_back).await, pdf("the old draft"));
    assert_eq!(
        ledger.counts,
        [("source-gone".to_owned(), 1), ("unchanged".to_owned(), 1)].into()
    );

    // Associating it anew is the way out, and the warning ends.
    let anew = tempfile::tempdir_in(world.data.path()).unwrap();
    let path = anew.path().join("anew.csv");
    std::fs::write(&path, format!("File ID,Sharepoint File Path\n{id},Clients/Offer.pdf\n")).unwrap();
    assert_eq!(outcomes(&apply(&world, &path).await), ["re-linked"]);
    let ledger = sync(&world).await;
    assert_eq!(world.bytes(&id).await, pdf("another offer"));
    assert!(
        ledger
            .lines
            .iter()
            .all(|line| line.file != id || line.reason.is_empty()),
        "{ledger:?}"
    );
}

#[tokio::test]
async fn a_preview_changes_nothing_and_is_not_in_the_ledger() {
    let world = World::connected().await;
    let id = by_hand(&world, "Offer.pdf").await;
    world.sim.put("/Offer.pdf", pdf("x").into());
    let sheet = sheet(&world, &[(&id, "Offer.pdf"), ("7", "Offer.pdf")]);
    let admin = world.admin().await;
    let before = world.library().await;

    let previewed = admin.associate_path(&sheet, true, None).await.unwrap();

    assert!(previewed.preview && previewed.run.is_none());
    assert_eq!(outcomes(&previewed), ["linked", "unknown-file-id"]);
    assert_eq!(world.library().await, before);
    assert!(admin.runs().await.unwrap().is_empty());
    let applied = apply(&world, &sheet).await;
    assert_eq!(applied.rows, previewed.rows);
}

#[tokio::test]
async fn r42_r45_every_row_is_in_the_ledger_with_its_reason() {
    let world = World::connected().await;
    let offer = by_hand(&world, "Offer.pdf").await;
    let plan = by_hand(&world, "Plan.docx").await;
    world.sim.put("/Clients/Offer.pdf", pdf("x").into());
    let sheet = sheet(
        &world,
        &[
            (&offer, "Clients/Offre.pdf"),
            (&plan, "Clients/Offer.pdf"),
            ("000123", "Clients/Offer.pdf"),
            ("", "Clients/Offer.pdf"),
            (&plan, ""),
            ("x", "https://evil.example/a.pdf"),
        ],
    );
    let done = apply(&world, &sheet).await;
    let expected = [
        "path-not-found",
        "format-mismatch",
        "unknown-file-id",
        "no-id",
        "path-missing",
        "unknown-file-id",
    ];
    assert_eq!(outcomes(&done), expected);
    assert_eq!(done.rows[0].suggestions, ["Clients/Offer.pdf"]);
    assert!(!done.is_clean());

    let run = done.run.unwrap();
    assert_eq!(
        (run.subject.as_str(), run.state.as_str(), run.inputs),
        ("association", "incomplete", 6)
    );
    let ledger = world.admin().await.run(run.id).await.unwrap();
    let lines: Vec<_> = ledger
        .lines
        .iter()
        .map(|line| (line.outcome.as_str(), line.reason.as_str()))
        .collect();
    assert_eq!(lines[0], ("path-not-found", "row-2"));
    assert_eq!(ledger.counts.values().sum::<u64>(), 6);
    assert_eq!(ledger.lines[0].message, done.rows[0].message);
}

#[tokio::test]
async fn r02_a_member_gets_nowhere_without_a_request() {
    let world = World::connected().await;
    let admin = world.admin().await;
    admin
        .add_user("bob", clientpoint_host::store::users::Role::Member)
        .await
        .unwrap();
    let bob = world.host.session("bob").await.unwrap();
    let sheet = sheet(&world, &[("1", "a.pdf")]);
    assert_eq!(
        bob.associate_path(&sheet, false, None).await.unwrap_err().code(),
        "forbidden"
    );
    assert_eq!(
        bob.associate_path(&sheet, true, None).await.unwrap_err().code(),
        "forbidden"
    );
    assert_eq!(bob.undo_association(1).await.unwrap_err().code(), "forbidden");
    assert_eq!(bob.export_template().await.unwrap_err().code(), "forbidden");
    assert!(world.sim.requests().is_empty());
}

#[tokio::test]
async fn an_upload_is_taken_back_with_what_the_files_followed_and_held_before() {
    let world = World::connected().await;
    let hand = by_hand(&world, "Hand.pdf").await;
    let item = world.sim.put("/Old.pdf", pdf("old").into());
    let followed = world.import(&item).await.file.unwrap().id;
    world.sim.put("/New.pdf", pdf("new").into());
    let admin = world.admin().await;
    admin
        .place_file(&hand, clientpoint_host::store::files::ShowingKind::ClientPoint, "Acme")
        .await
        .unwrap();

    let done = apply(&world, &sheet(&world, &[(&hand, "New.pdf"), (&followed, "New.pdf")])).await;
    assert_eq!(outcomes(&done), ["linked", "re-linked"]);
    sync(&world).await;
    assert_eq!(world.bytes(&hand).await, pdf("new"));
    let run = done.run.unwrap().id;

    let (taken_back, undone) = admin.undo_association(run).await.unwrap();

    assert_eq!((undone.files, undone.contents, undone.left_alone.len()), (2, 2, 0));
    assert!(taken_back.undone_at.is_some());
    assert_eq!(world.bytes(&hand).await, pdf("by hand"));
    assert_eq!(world.bytes(&followed).await, pdf("old"));
    assert_eq!(admin.showings(&hand).await.unwrap()[0].revision, 3);
    let files = world.library().await;
    let source = |id: &str| files.iter().find(|file| file.id == id).unwrap().source.clone();
    assert_eq!(source(&hand), None);
    assert_eq!(source(&followed).unwrap().id, item);
    world.sim.put("/Old.pdf", pdf("older").into());
    sync(&world).await;
    assert_eq!(world.bytes(&followed).await, pdf("older"));
    assert_eq!(world.bytes(&hand).await, pdf("by hand"));

    let again = admin.undo_association(run).await.unwrap_err();
    assert!(again.to_string().contains("taken back before"), "{again}");
}

#[tokio::test]
async fn taking_back_leaves_alone_what_was_linked_anew_since() {
    let world = World::connected().await;
    let one = by_hand(&world, "One.pdf").await;
    let two = by_hand(&world, "Two.pdf").await;
    world.sim.put("/A.pdf", pdf("a").into());
    world.sim.put("/B.pdf", pdf("b").into());
    let first = apply(&world, &sheet(&world, &[(&one, "A.pdf"), (&two, "A.pdf")])).await;
    apply(&world, &sheet(&world, &[(&one, "B.pdf")])).await;
    let (_, undone) = world
        .admin()
        .await
        .undo_association(first.run.unwrap().id)
        .await
        .unwrap();
    assert_eq!((undone.files, undone.left_alone), (1, vec![one.clone()]));
    sync(&world).await;
    assert_eq!(world.bytes(&one).await, pdf("b"));
    assert_eq!(world.bytes(&two).await, pdf("by hand"));
    let run = world
        .admin()
        .await
        .runs()
        .await
        .unwrap()
        .into_iter()
        .find(|row| row.run.subject == "sync")
        .unwrap()
        .run;
    let refused = world.admin().await.undo_association(run.id).await.unwrap_err();
    assert!(refused.to_string().contains("no upload"), "{refused}");
}

#[tokio::test]
async fn many_rows_cost_few_requests() {
    let world = World::connected().await;
    let mut rows = Vec::new();
    for number in 0..600 {
        world.sim.put(&format!("/{}/{number}.pdf", number % 7), pdf("x").into());
        rows.push((
            by_hand(&world, &format!("{number}.pdf")).await,
            format!("{}/{number}.pdf", number % 7),
        ));
    }
    let rows: Vec<(&str, &str)> = rows.iter().map(|(id, path)| (id.as_str(), path.as_str())).collect();
    world.sim.clear_requests();
    let done = apply(&world, &sheet(&world, &rows)).await;
    assert_eq!(done.counts.get("linked"), Some(&600));
    assert!(world.sim.requests().len() < 10, "{}", world.sim.requests().len());
}

#[tokio::test]
async fn sheets_that_can_not_be_read_are_refused_in_words_and_the_host_goes_on() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let path = world.data.path().join("sheet.xlsx");
    for (bytes, code) in [
        (Vec::new(), "not-a-sheet"),
        (b"PK\x03\x04 and then nothing".to_vec(), "damaged"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), "other-format"),
        (b"<html><table></table></html>".to_vec(), "other-format"),
        (b"File ID;Path\n1;\xe4".to_vec(), "not-utf8"),
        (b"Name,Size\na,1\n".to_vec(), "missing-column"),
        (vec![b'x'; 33 << 20], "sheet-too-large"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let error = admin.associate_path(&path, false, None).await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
    }
    assert!(
        world
            .sim
            .requests()
            .iter()
            .all(|request| !request.path.ends_with("/$batch"))
    );
    let runs = admin.runs().await.unwrap();
    assert!(
        runs.iter()
            .all(|row| row.run.state == "failed" && row.run.message.is_some()),
        "{runs:?}"
    );
}
