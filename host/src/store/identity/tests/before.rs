//! Folders from before there were identities.

use super::*;

/// A folder as the program made it before there were identities, with two files.
async fn of_schema_6(data: &Path) {
    let from = tempfile::tempdir().unwrap();
    worked(from.path(), MONDAY, &["a", "b"]).await;
    fs::create_dir_all(data).unwrap();
    fs::rename(from.path().join("objects"), data.join("objects")).unwrap();
    let store = database(data, crate::store::migrations::SCRIPTS.get(..6).unwrap()).await;
    let old = from.path().join(DATABASE).display().to_string();
    db::query("ATTACH ? AS old")
        .bind(old)
        .execute(store.pool())
        .await
        .unwrap();
    db::trial::raw(
        "PRAGMA user_version = 6; PRAGMA foreign_keys = OFF; \
         INSERT INTO files (id, name, place, revision) SELECT id, name, place, revision FROM old.files; \
         INSERT INTO revisions SELECT file, number, sha256, size, made_at FROM old.revisions",
        store.pool(),
    )
    .await
    .unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_folder_from_before_identities_is_adopted_if_all_of_its_bytes_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    of_schema_6(data).await;

    assert_eq!(files(data, TUESDAY).await, ["a", "b"]);

    assert_eq!(said(data).id.len(), 32);
    assert!(look(data).await.unwrap().doubt.is_none());
}

#[tokio::test]
async fn a_folder_from_before_identities_is_refused_if_some_of_its_bytes_are_missing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    of_schema_6(data).await;
    let needed = catalogue::needed(data, "").await.unwrap();
    fs::remove_file(data.join(folder::place(&needed[0]))).unwrap();

    let error = refused(data, TUESDAY).await;

    assert!(error.starts_with("objects-missing: "), "{error}");
    assert!(error.contains("needs 1 objects"), "{error}");
    assert!(error.contains(&needed[0]), "{error}");
}

#[tokio::test]
async fn a_copy_from_before_identities_is_older_than_a_folder_that_has_one() {
    let (folder, old) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let data = folder.path();
    of_schema_6(data).await;
    fs::copy(data.join(DATABASE), old.path().join(DATABASE)).unwrap();
    files(data, TUESDAY).await;
    fs::copy(old.path().join(DATABASE), data.join(DATABASE)).unwrap();

    assert!(refused(data, TUESDAY).await.starts_with("older-catalogue: "));
}

#[tokio::test]
async fn killed_before_the_folder_had_its_first_identity_all_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    worked(data, MONDAY, &[]).await;
    let identity = said(data);
    fs::remove_file(data.join(folder::IDENTITY)).unwrap();
    assert_eq!(files(data, MONDAY).await, [""; 0]);
    assert_eq!(said(data), identity);
    worked(data, MONDAY, &["a"]).await;
    fs::remove_file(data.join(folder::IDENTITY)).unwrap();
    assert_eq!(files(data, MONDAY).await, ["a"], "everything that it needs is there");
}

#[tokio::test]
async fn a_folder_of_bytes_without_identity_and_database_is_refused_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    worked(data, MONDAY, &["a"]).await;
    fs::remove_file(data.join(DATABASE)).unwrap();
    fs::remove_file(data.join(folder::IDENTITY)).unwrap();

    assert!(refused(data, TUESDAY).await.starts_with("new-catalogue: "));
}
