use super::*;

fn entries(path: &Path) -> usize {
    fs::read_dir(path).unwrap().count()
}

#[test]
fn a_draft_that_is_dropped_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::open(folder.path()).unwrap();
    let mut draft = objects.draft(100).unwrap();
    draft.append(b"half a file").unwrap();

    drop(draft);

    assert_eq!(entries(&objects.drafts), 0);
    assert_eq!(entries(&objects.objects), 0);
}

#[test]
fn equal_bytes_are_stored_once_under_their_sha256() {
    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::open(folder.path()).unwrap();
    for _ in 0..2 {
        let mut draft = objects.draft(100).unwrap();
        draft.append(b"ab").unwrap();
        draft.append(b"c").unwrap();
        let object = objects.publish(draft).unwrap();
        assert_eq!(
            object.sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(object.size, 3);
        assert_eq!(fs::read(objects.path(&object.sha256)).unwrap(), b"abc");
    }
    assert_eq!(entries(&objects.objects.join("ba")), 1);
    assert_eq!(entries(&objects.drafts), 0);
}

#[test]
fn a_draft_takes_its_limit_and_not_a_byte_more() {
    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::open(folder.path()).unwrap();
    let mut draft = objects.draft(3).unwrap();
    draft.append(b"abc").unwrap();

    assert!(matches!(draft.append(b"d"), Err(AppendError::TooLarge(3))));
    assert_eq!(draft.size(), 3);
}

#[test]
fn opening_sweeps_the_drafts_of_the_dead_and_spares_those_of_the_living() {
    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::open(folder.path()).unwrap();
    fs::write(objects.drafts.join(".tmpAbC123"), b"x").unwrap();
    let living = objects.draft(10).unwrap();

    Objects::open(folder.path()).unwrap();

    assert!(!objects.drafts.join(".tmpAbC123").exists());
    assert!(living.path.exists());
}

#[test]
fn what_is_no_draft_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::open(folder.path()).unwrap();
    fs::write(objects.drafts.join("my draft.docx"), b"x").unwrap();
    fs::create_dir(objects.drafts.join(".tmpFolder")).unwrap();

    Objects::open(folder.path()).unwrap();

    assert_eq!(entries(&objects.drafts), 2);
}

#[test]
fn files_that_come_together_have_each_folder_synced_once() {
    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::open(folder.path()).unwrap();
    let settled: Vec<_> = (0_u32..5)
        .map(|file| {
            let mut draft = objects.draft(100).unwrap();
            draft.append(&file.to_be_bytes()).unwrap();
            draft.settle().unwrap()
        })
        .collect();
    assert_eq!(objects.syncs.count(), 5, "each its own bytes");

    let published = objects.publish_all(settled).unwrap();

    let shards: BTreeSet<String> = published
        .iter()
        .map(|object| object.as_ref().unwrap().sha256.chars().take(2).collect())
        .collect();
    assert_eq!(
        objects.syncs.count(),
        5 + shards.len() + 1,
        "and each folder the names in it"
    );
}
