use object_store::PutPayload;

use super::{
    faulty::{Fault, Faulty},
    *,
};
use crate::store::{
    look::Trouble,
    objects::{Object, Objects, Published},
};

const TEXT: &[u8] = b"the very bytes";
const NAME: &str = "s3://bucket/some/prefix";

/// A data folder whose objects lie in a store that can be told to fail.
struct Far {
    data: tempfile::TempDir,
    faulty: Faulty,
    remote: Remote,
    objects: Objects,
}

fn over(faulty: &Faulty) -> Remote {
    Remote::over(Arc::new(faulty.clone()), Path::from("some/prefix"), NAME)
}

async fn far() -> Far {
    let (data, faulty) = (tempfile::tempdir().unwrap(), Faulty::default());
    let remote = over(&faulty);
    remote.settle("ours", false, true).await.unwrap();
    let objects = Objects::open_with(data.path(), remote.clone()).unwrap();
    Far {
        data,
        faulty,
        remote,
        objects,
    }
}

async fn publish(objects: &Objects, bytes: &[u8]) -> Result<Published> {
    let mut draft = objects.draft(u64::MAX)?;
    draft.append(bytes)?;
    objects.publish_settled(objects.send(draft.settle()?).await?)
}

impl Far {
    async fn publish(&self, bytes: &[u8]) -> Object {
        (*publish(&self.objects, bytes).await.unwrap()).clone()
    }

    async fn look(&self, object: &Object) -> Result<Option<Trouble>> {
        let (objects, object) = (self.objects.clone(), object.clone());
        tokio::task::spawn_blocking(move || objects.look(&object))
            .await
            .unwrap()
    }

    async fn glance(&self, object: &Object) -> Result<Option<Trouble>> {
        let (objects, object) = (self.objects.clone(), object.clone());
        tokio::task::spawn_blocking(move || objects.glance(&object))
            .await
            .unwrap()
    }

    /// Puts something else in the place of an object.
    async fn damage(&self, object: &Object, bytes: &'static [u8]) {
        let place = self.remote.place(&object.sha256);
        self.faulty
            .inner
            .put(&place, PutPayload::from_static(bytes))
            .await
            .unwrap();
    }
}

fn drafts(far: &Far) -> usize {
    std::fs::read_dir(far.data.path().join("drafts")).unwrap().count()
}

#[tokio::test]
async fn bytes_lie_in_the_store_under_their_sha256_and_nothing_of_them_in_the_folder() {
    let far = far().await;
    let object = far.publish(b"abc").await;
    let name = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(
        far.faulty.names().await,
        [
            "some/prefix/identity".to_owned(),
            format!("some/prefix/objects/ba/{name}")
        ]
    );
    assert_eq!(far.look(&object).await.unwrap(), None);
    assert_eq!(drafts(&far), 0);
    for folder in ["objects", "trash", "damaged"] {
        assert!(!far.data.path().join(folder).exists(), "{folder}");
    }
}

#[tokio::test]
async fn bytes_of_any_number_are_put_and_read_in_pieces_and_are_the_same() {
    let far = far().await;
    for size in [0_usize, 1, 16 << 20, (16 << 20) + 1, (33 << 20) + 7] {
        let bytes: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
        let object = far.publish(&bytes).await;
        assert_eq!(object.size, size as u64);
        let objects = far.objects.clone();
        let read = tokio::task::spawn_blocking(move || {
            let mut reading = objects.read(&object).unwrap();
            let mut all = Vec::new();
            loop {
                let piece = reading.piece().unwrap();
                if piece.is_empty() {
                    break;
                }
                all.extend_from_slice(piece);
            }
            reading.end().unwrap();
            all
        });
        assert!(read.await.unwrap() == bytes, "{size}");
    }
}

#[tokio::test]
async fn damage_has_the_same_words_as_on_a_disk_and_goes_when_the_bytes_are_published_again() {
    let far = far().await;
    let object = far.publish(TEXT).await;
    let damages: [(&str, &[u8]); 4] = [
        ("empty", b""),
        ("cut-short", b"the very"),
        ("too-long", b"the very bytes, and more"),
        ("changed", b"the very bites"),
    ];
    for (word, bytes) in damages {
        far.damage(&object, bytes).await;
        assert_eq!(far.look(&object).await.unwrap().unwrap().word(), word);
        assert_eq!(
            far.glance(&object).await.unwrap().is_some(),
            word != "changed",
            "{word}"
        );
        far.publish(TEXT).await;
        assert_eq!(far.look(&object).await.unwrap(), None, "{word}");
    }
    far.remote.delete(&object.sha256).await.unwrap();
    assert_eq!(far.look(&object).await.unwrap(), Some(Trouble::Missing));
    far.remote.delete(&object.sha256).await.unwrap();
}

#[tokio::test]
async fn a_store_that_gives_less_than_it_says_gives_nothing_that_passes() {
    let far = far().await;
    let object = far.publish(TEXT).await;
    far.faulty.set(Fault::GivesHalf);
    assert_eq!(far.look(&object).await.unwrap(), Some(Trouble::CutShort(7)));
}

#[tokio::test]
async fn a_store_that_is_not_reached_says_nothing_about_its_objects() {
    for (fault, code, word) in [
        (Fault::Unanswered, "object-store-unreachable", "503"),
        (Fault::Refused, "object-store-refused", "credentials in the environment"),
        (Fault::Gone, "object-store-lost", "bucket"),
    ] {
        let far = far().await;
        let object = far.publish(TEXT).await;
        far.faulty.set(fault);
        for error in [
            far.look(&object).await.unwrap_err(),
            far.glance(&object).await.unwrap_err(),
            publish(&far.objects, TEXT).await.unwrap_err(),
        ] {
            assert_eq!(error.code(), code);
            let told = error.to_string();
            assert!(
                told.contains(NAME) && told.contains(word) && !told.contains("hush"),
                "{told}"
            );
        }
        assert_eq!(drafts(&far), 0);
        far.faulty.set(Fault::None);
        assert_eq!(far.look(&object).await.unwrap(), None);
    }
}

#[tokio::test]
async fn what_a_store_has_not_kept_as_a_whole_is_not_published() {
    let far = far().await;
    far.faulty.set(Fault::KeepsHalf);
    let error = publish(&far.objects, TEXT).await.unwrap_err().to_string();
    assert!(error.contains("7 bytes of 14"), "{error}");

    far.faulty.set(Fault::TakesOnePiece);
    let error = publish(&far.objects, &vec![7; 40 << 20]).await.unwrap_err();
    assert_eq!(error.code(), "object-store-unreachable");
    assert_eq!(
        far.faulty.names().await.len(),
        2,
        "the identity, and the half of before"
    );
    assert_eq!(drafts(&far), 0);

    far.faulty.set(Fault::ForgetsUploads);
    let error = publish(&far.objects, &vec![7; 40 << 20]).await.unwrap_err();
    assert_eq!(error.code(), "object-store-unreachable", "the store is there: {error}");
    assert!(error.to_string().contains("does not know the upload"), "{error}");
}

#[tokio::test]
async fn what_was_not_sent_is_not_published() {
    let far = far().await;
    let draft = far.objects.draft(10).unwrap();
    assert!(far.objects.publish(draft).is_err());
}

#[tokio::test]
async fn a_store_that_is_tried_has_nothing_of_it_afterwards_and_tells_what_it_does_not_do() {
    let far = far().await;
    let before = far.faulty.names().await;
    far.remote.tried().await.unwrap();
    assert_eq!(far.faulty.names().await, before);
    for (fault, code, words) in [
        (Fault::Unanswered, "object-store-unreachable", "can't be reached"),
        (Fault::Refused, "object-store-refused", "read, write, list and delete"),
        (Fault::Gone, "object-store-lost", "is not there"),
        (Fault::KeepsHalf, "object-store-unreachable", "does not come back"),
        (Fault::KeepsAll, "object-store-refused", "read, write, list and delete"),
    ] {
        far.faulty.set(fault.clone());
        let error = far.remote.tried().await.unwrap_err();
        let told = error.to_string();
        assert_eq!(error.code(), code, "{fault:?}: {told}");
        assert!(told.contains(words) && !told.contains("hush"), "{fault:?}: {told}");
    }
    // What can't be deleted is the only thing that stays.
    far.faulty.set(Fault::None);
    let stayed = far.faulty.names().await;
    assert_eq!(stayed.len(), before.len() + 1, "{stayed:?}");
    far.remote.settle("ours", true, true).await.unwrap();
}

#[tokio::test]
async fn a_place_is_one_library_s() {
    let faulty = Faulty::default();
    let remote = over(&faulty);
    remote.settle("ours", false, false).await.unwrap();
    assert!(
        faulty.names().await.is_empty(),
        "a program that may not write writes nothing"
    );
    let lost = remote.settle("ours", true, true).await.unwrap_err();
    assert_eq!(lost.code(), "object-store-lost", "it had objects once");
    assert!(faulty.names().await.is_empty());
    remote.settle("ours", false, true).await.unwrap();
    remote.settle("ours", true, true).await.unwrap();

    let foreign = remote.settle("theirs", false, true).await.unwrap_err();

    assert_eq!(foreign.code(), "foreign-objects");
    assert!(foreign.to_string().contains("`objects.url`"), "{foreign}");
    assert_eq!(remote.identity().await.unwrap().as_deref(), Some("ours"));
}

#[tokio::test]
async fn a_place_that_has_other_things_is_left_alone() {
    let faulty = Faulty::default();
    let note = Path::from("some/prefix/note.txt");
    faulty.inner.put(&note, PutPayload::from_static(b"mine")).await.unwrap();
    let error = over(&faulty).settle("ours", false, true).await.unwrap_err();
    assert_eq!(error.code(), "foreign-objects");
    assert_eq!(faulty.names().await, ["some/prefix/note.txt"]);
    // Beside it there is room.
    let beside = Remote::over(Arc::new(faulty.clone()), Path::from("some/pre"), NAME);
    beside.settle("ours", false, true).await.unwrap();
}

#[tokio::test]
async fn a_shared_folder_that_is_not_mounted_has_not_lost_anything() {
    let (data, shared) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let url = url::Url::from_file_path(shared.path()).unwrap();
    let remote = Remote::at(url.as_str(), []).unwrap();
    remote.settle("ours", false, true).await.unwrap();
    let far = Far {
        objects: Objects::open_with(data.path(), remote.clone()).unwrap(),
        data,
        faulty: Faulty::default(),
        remote,
    };
    let object = far.publish(TEXT).await;
    let path = shared
        .path()
        .join("objects")
        .join(object.sha256.split_at(2).0)
        .join(&object.sha256);
    assert_eq!(std::fs::read(&path).unwrap(), TEXT);
    assert_eq!(far.look(&object).await.unwrap(), None);
    std::fs::remove_file(path).unwrap();
    assert_eq!(far.look(&object).await.unwrap(), Some(Trouble::Missing));

    std::fs::remove_file(shared.path().join("identity")).unwrap();

    assert_eq!(far.look(&object).await.unwrap_err().code(), "object-store-lost");
}

#[tokio::test]
async fn nothing_is_put_where_a_shared_folder_is_mounted_no_more_or_is_another_library_s() {
    let (data, shared) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let url = url::Url::from_file_path(shared.path()).unwrap();
    let remote = Remote::at(url.as_str(), []).unwrap();
    remote.settle("ours", false, true).await.unwrap();
    let objects = Objects::open_with(data.path(), remote.clone()).unwrap();
    let identity = shared.path().join("identity");
    let ours = std::fs::read(&identity).unwrap();
    let losses: [&dyn Fn(); 2] = [&|| std::fs::remove_file(&identity).unwrap(), &|| {
        std::fs::write(&identity, br#"{"id": "theirs"}"#).unwrap()
    }];
    for lose in losses {
        lose();
        assert_eq!(publish(&objects, TEXT).await.unwrap_err().code(), "object-store-lost");
        assert_eq!(remote.answers().await.unwrap_err().code(), "object-store-lost");
        assert!(!shared.path().join("objects").exists(), "nothing was put");
        std::fs::write(&identity, &ours).unwrap();
    }
    publish(&objects, TEXT).await.unwrap();
    assert!(shared.path().join("objects").exists());
}
