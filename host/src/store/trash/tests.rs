use super::*;
use crate::store::{look::Trouble, objects::Object};

const DAY: &str = "2026-03-02";

/// An object that lies in the trash, though somebody needs it.
struct Stage {
    data: tempfile::TempDir,
    objects: Objects,
    object: Object,
}

impl Stage {
    fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let objects = Objects::open(data.path()).unwrap();
        let object = publish(&objects);
        take(&objects, &object.sha256, DAY.parse().unwrap()).unwrap();
        Self { data, objects, object }
    }

    fn place(&self) -> PathBuf {
        self.objects.path(&self.object.sha256)
    }

    fn in_trash(&self) -> PathBuf {
        self.data.path().join("trash").join(DAY).join(&self.object.sha256)
    }

    fn kept_aside(&self) -> usize {
        fs::read_dir(self.data.path().join("damaged")).map_or(0, Iterator::count)
    }
}

fn publish(objects: &Objects) -> Object {
    let mut draft = objects.draft(100).unwrap();
    draft.append(b"the very bytes").unwrap();
    (*objects.publish(draft).unwrap()).clone()
}

#[test]
fn whoever_looks_at_an_object_that_lies_in_the_trash_has_it_where_it_belongs() {
    for glance in [false, true] {
        let stage = Stage::new();
        let look = if glance { Objects::glance } else { Objects::look };
        assert_eq!(look(&stage.objects, &stage.object).unwrap(), None);
        assert!(stage.place().exists() && !stage.in_trash().exists());
    }
    let stage = Stage::new();
    let mut reading = stage.objects.read(&stage.object).unwrap();
    assert_eq!(reading.piece().unwrap(), b"the very bytes");
}

#[test]
fn what_is_damaged_in_its_place_and_whole_in_the_trash_comes_back_and_the_damaged_one_is_kept() {
    for damaged in [&b""[..], b"the very", b"the very bites", b"the very bytes, and more"] {
        let stage = Stage::new();
        fs::write(stage.place(), damaged).unwrap();

        assert_eq!(stage.objects.look(&stage.object).unwrap(), None, "{damaged:?}");

        assert_eq!(fs::read(stage.place()).unwrap(), b"the very bytes");
        assert!(!stage.in_trash().exists());
        assert_eq!(stage.kept_aside(), 1, "{damaged:?}");
    }
}

#[test]
fn a_copy_in_the_trash_that_is_damaged_itself_takes_the_place_of_nothing_and_is_kept() {
    let stage = Stage::new();
    fs::write(stage.in_trash(), b"the worst bytes").unwrap();
    fs::write(stage.place(), b"the very").unwrap();

    let trouble = stage.objects.look(&stage.object).unwrap();

    assert_eq!(trouble, Some(Trouble::CutShort(8)));
    assert_eq!(fs::read(stage.place()).unwrap(), b"the very");
    assert_eq!(stage.kept_aside(), 1);
    publish(&stage.objects);
    assert_eq!(stage.objects.look(&stage.object).unwrap(), None);
}

#[cfg(unix)]
#[test]
fn where_nothing_can_be_moved_an_object_is_read_in_the_trash() {
    let stage = Stage::new();
    // A file where the folder of the object would be: as little can be made there as on a disk that takes no writes.
    let shard = stage.place().parent().unwrap().to_path_buf();
    fs::remove_dir(&shard).unwrap();
    fs::write(&shard, b"").unwrap();
    assert_eq!(stage.objects.place(&stage.object).unwrap(), stage.in_trash());
    assert_eq!(stage.objects.look(&stage.object).unwrap(), None);
}

#[tokio::test]
async fn what_is_not_ours_in_the_trash_is_neither_counted_nor_deleted() {
    let stage = Stage::new();
    let trash = stage.data.path().join("trash");
    let name = "ab".repeat(32);
    fs::create_dir_all(trash.join("2026-3-2").join(&name)).unwrap();
    fs::create_dir_all(trash.join(DAY).join(&name)).unwrap();
    fs::write(trash.join(DAY).join("note.txt"), b"mine").unwrap();
    fs::write(trash.join("2020-01-01"), b"mine").unwrap();

    let days = list(&stage.objects).await.unwrap();
    assert_eq!(days.iter().map(|day| day.objects).collect::<Vec<_>>(), [1]);
    let emptied = delete(&stage.objects, None).unwrap();

    assert_eq!(emptied.objects, 1);
    for kept in ["2026-3-2", "2026-03-02/note.txt", "2020-01-01"] {
        assert!(trash.join(kept).exists(), "{kept}");
    }
    assert!(trash.join(DAY).join(&name).exists());
}

#[tokio::test]
async fn pages_of_the_trash_of_any_length_have_each_day_once_the_oldest_first() {
    let data = tempfile::tempdir().unwrap();
    let objects = Objects::open(data.path()).unwrap();
    let days: Vec<String> = (1..=20).map(|day| format!("2026-03-{day:02}")).collect();
    for day in days.iter().rev() {
        let mut draft = objects.draft(100).unwrap();
        draft.append(day.as_bytes()).unwrap();
        let object = objects.publish(draft).unwrap();
        take(&objects, &object.sha256, day.parse().unwrap()).unwrap();
    }
    for limit in [1, 7, 1_000] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = page(&objects, &Part::new(limit, after).unwrap()).await.unwrap();
            assert!(page.rows.iter().all(|day| (day.objects, day.bytes) == (1, 10)));
            seen.extend(page.rows.into_iter().map(|day| day.day));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, days, "{limit} a page");
    }
}
