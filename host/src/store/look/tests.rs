use std::path::PathBuf;

use super::*;

const TEXT: &[u8] = b"the very bytes";

struct Shelf {
    folder: tempfile::TempDir,
    objects: Objects,
    object: Object,
    path: PathBuf,
}

fn shelf() -> Shelf {
    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::open(folder.path()).unwrap();
    let object = publish(&objects);
    let path = objects.path(&object.sha256);
    Shelf {
        folder,
        objects,
        object,
        path,
    }
}

fn publish(objects: &Objects) -> Object {
    let mut draft = objects.draft(100).unwrap();
    draft.append(TEXT).unwrap();
    (*objects.publish(draft).unwrap()).clone()
}

/// A word for damage, and what does it.
type Harm = (&'static str, fn(&Path));

/// Every way in which an object can be damaged, and its word.
fn damages() -> Vec<Harm> {
    vec![
        ("missing", |path| fs::remove_file(path).unwrap()),
        ("empty", |path| fs::write(path, b"").unwrap()),
        ("cut-short", |path| fs::write(path, b"the very").unwrap()),
        ("too-long", |path| fs::write(path, b"the very bytes, and more").unwrap()),
        ("changed", |path| fs::write(path, b"the very bites").unwrap()),
        ("unreadable", |path| {
            fs::remove_file(path).unwrap();
            fs::create_dir(path).unwrap();
            fs::write(path.join("inside"), b"x").unwrap();
        }),
    ]
}

#[test]
fn every_damage_has_its_word_and_a_whole_object_has_none() {
    let whole = shelf();
    assert_eq!(whole.objects.look(&whole.object).unwrap(), None);
    for (word, damage) in damages() {
        let shelf = shelf();
        damage(&shelf.path);
        let trouble = shelf.objects.look(&shelf.object).unwrap().unwrap();
        assert_eq!(trouble.word(), word);
        let at_a_glance = shelf.objects.glance(&shelf.object).unwrap();
        assert_eq!(at_a_glance.is_some(), word != "changed", "{word}");
    }
}

#[test]
fn an_empty_file_is_whole_when_it_is_empty() {
    let shelf = shelf();
    let object = shelf.objects.publish(shelf.objects.draft(1).unwrap()).unwrap();
    assert_eq!(shelf.objects.look(&object).unwrap(), None);
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_an_object_keeps_nobody() {
    let shelf = shelf();
    fs::remove_file(&shelf.path).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&shelf.path).status().unwrap();
    assert!(made.success());
    let trouble = shelf.objects.look(&shelf.object).unwrap().unwrap();
    assert_eq!(trouble.word(), "unreadable");
}

#[test]
fn publishing_the_same_bytes_heals_the_object_and_keeps_what_was_left_of_it() {
    for (word, damage) in damages() {
        let shelf = shelf();
        for round in 1..=2 {
            damage(&shelf.path);
            publish(&shelf.objects);
            assert_eq!(shelf.objects.look(&shelf.object).unwrap(), None, "{word}");
            let kept = fs::read_dir(shelf.folder.path().join("damaged")).map_or(0, Iterator::count);
            assert_eq!(kept, if word == "missing" { 0 } else { round }, "{word}");
        }
    }
}

#[test]
fn publishing_bytes_that_are_there_and_whole_puts_nothing_aside() {
    let shelf = shelf();
    publish(&shelf.objects);
    assert!(!shelf.folder.path().join("damaged").exists());
}
