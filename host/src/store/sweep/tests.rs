mod elsewhere;
mod together;

use std::{fs, path::PathBuf};

use chrono::TimeDelta;

use super::*;
use crate::{
    place::Place,
    store::{
        Store, db,
        files::{self, NewFile},
        objects::Published,
    },
    way_out::WayOut,
};

/// A folder with its database, and a morning.
struct Stage {
    data: tempfile::TempDir,
    store: Store,
    objects: Objects,
    now: DateTime<Utc>,
}

impl Stage {
    async fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let store = crate::store::open(data.path(), Duration::from_secs(1)).await.unwrap();
        identity::settle(&store, data.path()).await.unwrap();
        let objects = Objects::open(data.path()).unwrap();
        Self {
            data,
            store,
            objects,
            now: "2026-03-02T05:00:00Z".parse().unwrap(),
        }
    }

    fn publish(&self, bytes: &[u8]) -> Published {
        let mut draft = self.objects.draft(1 << 20).unwrap();
        draft.append(bytes).unwrap();
        self.objects.publish(draft).unwrap()
    }

    /// Publishes bytes and makes a file of them.
    async fn file(&self, bytes: &[u8]) -> String {
        let published = self.publish(bytes);
        self.point_at(&published).await;
        published.sha256.clone()
    }

    async fn point_at(&self, object: &Object) {
        let file = NewFile {
            name: "a.pdf",
            place: &Place::company_wide(),
            object,
            link: None,
        };
        files::create(&self.store, file, "2026-03-02T05:00:00Z").await.unwrap();
    }

    /// Objects that nobody has told the catalogue of.
    fn strangers(&self, count: usize) -> Vec<String> {
        let names: Vec<String> = (0..count)
            .map(|number| format!("{:02x}{number:062x}", number % 256))
            .collect();
        for name in &names {
            let path = self.objects.path(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"x").unwrap();
        }
        names
    }

    async fn sweep(&self) -> Option<Swept> {
        daily(&self.store, &self.objects, self.data.path(), self.now)
            .await
            .unwrap()
    }

    /// The sweep of the day after so many.
    async fn days_later(&mut self, days: i64) -> Swept {
        self.now += TimeDelta::days(days);
        self.sweep().await.unwrap()
    }

    fn trashed(&self, day: &str, name: &str) -> PathBuf {
        self.data.path().join("trash").join(day).join(name)
    }

    fn count(&self, names: &[String]) -> usize {
        names.iter().filter(|name| self.objects.path(name).exists()).count()
    }
}

#[tokio::test]
async fn what_nothing_points_at_goes_into_the_trash_once_a_day_and_what_is_needed_stays() {
    let mut stage = Stage::new().await;
    let kept = stage.file(b"kept").await;
    let lost = stage.publish(b"lost").sha256.clone();

    let swept = stage.sweep().await.unwrap();

    assert_eq!((swept.objects, swept.unheard, swept.let_go), (2, 1, 0));
    assert!(stage.objects.path(&kept).exists());
    assert_eq!(fs::read(stage.trashed("2026-03-02", &lost)).unwrap(), b"lost");
    stage.publish(b"lost");
    assert_eq!(stage.sweep().await, None, "the day is not over");
    assert!(stage.objects.path(&lost).exists());
    stage.days_later(1).await;
    assert!(!stage.objects.path(&lost).exists());
}

#[tokio::test]
async fn what_the_catalogue_has_let_go_itself_goes_in_any_number() {
    let stage = Stage::new().await;
    let names = stage.strangers(25);
    for name in &names {
        let object = Object {
            sha256: name.clone(),
            size: 1,
        };
        let_go(&stage.store, &object, "2026-03-01T05:00:00Z").await;
    }

    let swept = stage.sweep().await.unwrap();

    assert_eq!((swept.let_go, swept.unheard, swept.left), (25, 0, 0));
    assert!(swept.notices().is_empty(), "nobody need hear of it");
    let (left,): (i64,) = db::query_as("SELECT count(*) FROM let_go")
        .fetch_one(stage.store.pool())
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn what_was_let_go_and_is_needed_again_stays() {
    let stage = Stage::new().await;
    let published = stage.publish(b"wanted after all");
    let_go(&stage.store, &published, "2026-03-01T05:00:00Z").await;
    stage.point_at(&published).await;
    drop(published);

    let swept = stage.sweep().await.unwrap();

    assert_eq!((swept.objects, swept.let_go), (1, 0));
}

#[tokio::test]
async fn of_objects_it_has_never_heard_of_a_sweep_takes_ten_and_says_so() {
    let mut stage = Stage::new().await;
    let names = stage.strangers(25);

    let swept = stage.sweep().await.unwrap();

    assert_eq!((swept.unheard, swept.left), (10, 15));
    assert_eq!(stage.count(&names), 15);
    let told = swept.notices();
    assert!(
        told[0]
            .message
            .starts_with("10 objects that the library has never heard of"),
        "{told:?}"
    );
    assert!(told[0].message.contains("15 more are left"), "{told:?}");
    assert!(told[0].message.contains("trash/2026-03-02"), "{told:?}");
    assert_eq!(told[0].ways_out, [WayOut::ShowTrash]);
    assert_eq!(stage.days_later(1).await.left, 5);
    assert_eq!(stage.days_later(1).await.left, 0);
    let (at, latest) = latest(&stage.store).await.unwrap().unwrap();
    assert_eq!((at.as_str(), latest.unheard), ("2026-03-04T05:00:00Z", 5));
}

#[tokio::test]
async fn of_many_objects_it_has_never_heard_of_a_sweep_takes_one_in_a_hundred() {
    let stage = Stage::new().await;
    let names = stage.strangers(1_550);

    let swept = stage.sweep().await.unwrap();

    assert_eq!((swept.unheard, swept.left), (15, 1_535));
    assert_eq!(stage.count(&names), 1_535);
}

#[tokio::test]
async fn the_trash_is_emptied_after_thirty_days_by_the_clock_and_not_by_the_times_of_files() {
    let mut stage = Stage::new().await;
    let old = stage.publish(b"old").sha256.clone();
    stage.sweep().await.unwrap();
    let trashed = stage.trashed("2026-03-02", &old);
    let file = File::options().write(true).open(&trashed).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();

    let before = stage.days_later(29).await;

    assert!(trashed.exists());
    assert_eq!(before.emptied.objects, 0);
    let listed = trash::list(&stage.objects).await.unwrap();
    assert_eq!(
        (listed[0].day.as_str(), listed[0].objects, listed[0].bytes),
        ("2026-03-02", 1, 3)
    );
    assert_eq!(listed[0].deleted_on, "2026-04-01");
    let after = stage.days_later(1).await;
    assert_eq!((after.emptied.objects, after.emptied.bytes), (1, 3));
    assert!(!trashed.exists());
    assert_eq!(trash::list(&stage.objects).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_emptied_by_hand_is_gone_but_for_what_is_needed() {
    let stage = Stage::new().await;
    let gone = stage.publish(b"gone").sha256.clone();
    stage.sweep().await.unwrap();
    let kept = stage.file(b"kept").await;
    fs::rename(stage.objects.path(&kept), stage.trashed("2026-03-02", &kept)).unwrap();
    fs::write(stage.trashed("2026-03-02", "note.txt"), b"mine").unwrap();

    let emptied = trash::empty(&stage.store, &stage.objects, None).await.unwrap();

    assert_eq!((emptied.objects, emptied.bytes), (1, 4));
    assert!(!stage.trashed("2026-03-02", &gone).exists());
    assert_eq!(fs::read(stage.objects.path(&kept)).unwrap(), b"kept");
    assert!(stage.trashed("2026-03-02", "note.txt").exists(), "it is not ours");
}

#[tokio::test]
async fn what_a_revision_needs_comes_back_out_of_the_trash() {
    let mut stage = Stage::new().await;
    stage.sweep().await.unwrap();
    let needed = stage.file(b"needed").await;
    fs::create_dir_all(stage.data.path().join("trash/2026-03-02")).unwrap();
    fs::rename(stage.objects.path(&needed), stage.trashed("2026-03-02", &needed)).unwrap();

    let swept = stage.days_later(1).await;

    assert_eq!(swept.returned, 1);
    assert!(swept.notices()[0].message.contains("are back"), "{:?}", swept.notices());
    assert_eq!(fs::read(stage.objects.path(&needed)).unwrap(), b"needed");
    fs::rename(stage.objects.path(&needed), stage.trashed("2026-03-02", &needed)).unwrap();
    assert!(stage.objects.bring_back(&needed).unwrap(), "whoever reads it gets it");
    assert!(!stage.objects.bring_back(&needed).unwrap());
}

#[tokio::test]
async fn bytes_that_are_published_anew_are_in_the_trash_no_more() {
    let stage = Stage::new().await;
    let name = stage.publish(b"again").sha256.clone();
    stage.sweep().await.unwrap();
    assert!(stage.trashed("2026-03-02", &name).exists());

    stage.file(b"again").await;

    assert!(!stage.trashed("2026-03-02", &name).exists());
    assert!(stage.objects.path(&name).exists());
}

#[tokio::test]
async fn a_number_of_files_that_is_wrong_is_set_right_on_the_next_day_and_told() {
    let mut stage = Stage::new().await;
    let wrong = "INSERT INTO connections (id, plugin, mode, settings, secret, connected_at, connected_by) \
                     VALUES ('c', 'p', 'organization', '{}', x'00', '', 'admin'); \
                 INSERT INTO link_counts VALUES ('c', 'd', 3, 0);";
    db::trial::raw(wrong, stage.store.pool()).await.unwrap();

    let swept = stage.days_later(1).await;

    let told: Vec<String> = swept.notices().iter().map(ToString::to_string).collect();
    assert!(
        told.iter()
            .any(|told| told.contains("was kept as 3") && told.contains("set right")),
        "{told:?}"
    );
    assert_eq!(stage.days_later(1).await.mended, [""; 0]);
}

#[tokio::test]
async fn what_is_not_the_hosts_is_told_once_and_stays() {
    let mut stage = Stage::new().await;
    let name = stage.file(b"kept").await;
    let shard = name.get(..2).unwrap();
    let data = stage.data.path().to_path_buf();
    fs::create_dir_all(data.join("cache/a folder")).unwrap();
    fs::create_dir(data.join("objects/holiday")).unwrap();
    let strays = [
        "objects/notes.txt",
        &format!("objects/{shard}/photo.jpg"),
        "objects/holiday/b.jpg",
        "drafts/letter.docx",
        "cache/a folder/c",
    ];
    for stray in strays {
        fs::write(data.join(stray), b"mine").unwrap();
    }

    let swept = stage.sweep().await.unwrap();

    assert_eq!(
        BTreeSet::from_iter(swept.strays.clone()),
        BTreeSet::from_iter([
            "objects/notes.txt".to_string(),
            format!("objects/{shard}/photo.jpg"),
            "objects/holiday".into(),
            "drafts/letter.docx".into(),
            "cache/a folder".into(),
        ])
    );
    assert!(
        swept
            .notices()
            .iter()
            .any(|notice| notice.message.contains("`objects/notes.txt`"))
    );
    assert_eq!(stage.days_later(1).await.strays, [""; 0], "it was told");
    assert!(strays.iter().all(|stray| data.join(stray).exists()));
    fs::remove_file(data.join("objects/notes.txt")).unwrap();
    stage.days_later(1).await;
    fs::write(data.join("objects/notes.txt"), b"another").unwrap();
    assert_eq!(stage.days_later(1).await.strays, ["objects/notes.txt"]);
}

#[tokio::test]
async fn a_sweep_that_was_killed_half_way_has_harmed_nothing_and_the_next_goes_on() {
    let mut stage = Stage::new().await;
    let kept = stage.file(b"kept").await;
    let names = stage.strangers(12);
    // Killed when the day was taken and some were moved: the rest waits for the next day.
    assert!(
        identity::claim_sweep(&stage.store, stage.data.path(), stage.now.date_naive())
            .await
            .unwrap()
    );
    trash::take(&stage.objects, &names[0], stage.now.date_naive()).unwrap();

    assert_eq!(stage.sweep().await, None);
    let swept = stage.days_later(1).await;

    assert_eq!((swept.unheard, swept.left), (10, 1));
    assert!(stage.objects.path(&kept).exists());
}
