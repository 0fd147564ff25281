//! Two plugins after each other on one folder, and an upload of each for the same file.

use super::*;

/// Links one file, and gives the number of the upload.
async fn link(host: &Host, file: &str, (column, path): (&str, &str)) -> i64 {
    let folder = tempfile::tempdir().unwrap();
    let sheet = folder.path().join("sheet.csv");
    std::fs::write(&sheet, format!("File ID,{column}\n{file},{path}\n")).unwrap();
    let admin = host.session("admin").await.unwrap();
    let done = admin.associate_path(&sheet, false, None).await.unwrap();
    assert!(matches!(done.rows[0].outcome, "linked" | "re-linked"), "{done:?}");
    done.run.unwrap().id
}

/// A file that one plugin had follow an item and the other one, through a sign-in of somebody else, a document: the host
/// of the first, that of the second, the file, and the numbers of both uploads.
async fn handed_over(world: &World, shelf: &Shelf) -> (Host, String, [i64; 2]) {
    let admin = world.admin().await;
    let path = world.data.path().join("Offer.pdf");
    std::fs::write(&path, pdf("by hand")).unwrap();
    let file = admin.add_path(&path, &Place::company_wide()).await.unwrap().id;
    world.sim.put("/A.pdf", pdf("a").into());
    let first = link(&world.host, &file, ("Sharepoint File Path", "A.pdf")).await;
    end_to_end::sync(world).await;
    admin.disconnect(None, None).await.unwrap();

    shelf.put("Prices.pdf", pdf("prices"));
    let other = host(shelf, world.data.path(), second(), Arc::new(world.clock.clone())).await;
    let of_other = other.session("admin").await.unwrap();
    of_other.connect_organization(form(KEY)).await.unwrap();
    let then = link(&other, &file, ("Document", "Prices.pdf")).await;
    of_other.sync(&SyncOptions::default(), &Stop::default()).await.unwrap();
    assert_eq!(of_other.bytes_of(&file).await.unwrap(), pdf("prices"));
    (other, file, [first, then])
}

#[tokio::test]
async fn an_upload_is_taken_back_to_what_another_plugin_had_the_file_follow_and_that_goes_on_once_it_is_connected_again()
 {
    let world = World::connected().await;
    let shelf = Shelf::start(0).await.unwrap();
    let (other, file, [first, then]) = handed_over(&world, &shelf).await;
    let of_other = other.session("admin").await.unwrap();

    let (_, undone) = of_other.undo_association(then).await.unwrap();

    assert_eq!((undone.files, undone.contents), (1, 1), "{undone:?}");
    assert_eq!(of_other.bytes_of(&file).await.unwrap(), pdf("a"));
    // It follows an item of the other plugin, which this one neither knows nor touches.
    shelf.put("Prices.pdf", pdf("new prices"));
    world.sim.put("/A.pdf", pdf("new a").into());
    let ledger = of_other.sync(&SyncOptions::default(), &Stop::default()).await.unwrap();
    assert_eq!(ledger.run.inputs, 0, "{ledger:?}");
    assert_eq!(of_other.bytes_of(&file).await.unwrap(), pdf("a"));
    assert_eq!(of_other.status().await.unwrap().detached_files, 1);

    of_other.disconnect(None, None).await.unwrap();
    world.connect().await;
    end_to_end::sync(&world).await;
    assert_eq!(world.bytes(&file).await, pdf("new a"));
    let (_, undone) = world.admin().await.undo_association(first).await.unwrap();
    assert_eq!((undone.files, undone.contents), (1, 1), "{undone:?}");
    assert_eq!(world.bytes(&file).await, pdf("by hand"));
}

#[tokio::test]
async fn an_upload_that_another_plugin_came_after_is_taken_back_first_and_the_later_one_leads_to_before_both() {
    let world = World::connected().await;
    let shelf = Shelf::start(0).await.unwrap();
    let (other, file, [first, then]) = handed_over(&world, &shelf).await;
    let of_other = other.session("admin").await.unwrap();

    let (_, undone) = of_other.undo_association(first).await.unwrap();
    assert_eq!((undone.files, undone.left_alone), (0, vec![file.clone()]));
    assert_eq!(of_other.bytes_of(&file).await.unwrap(), pdf("prices"));

    let (_, undone) = of_other.undo_association(then).await.unwrap();
    assert_eq!((undone.files, undone.contents), (1, 1), "{undone:?}");
    assert_eq!(of_other.bytes_of(&file).await.unwrap(), pdf("by hand"));
    assert_eq!(of_other.file(&file).await.unwrap().source, None);
}
