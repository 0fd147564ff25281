//! Random histories against a model of ten lines: whatever happens to the drive and to the runs, the library ends as
//! the model says.

use super::*;
use crate::{contract::LinkState, fake::Flavour};

const FILES: usize = 6;

/// What the library must show of a drive: the last good bytes of each item, and whether it is there.
#[derive(Default)]
struct Model(BTreeMap<String, (Vec<u8>, bool)>);

impl Model {
    fn sync(&mut self, fake: &Fake) {
        let items = fake.items.borrow();
        for (id, (bytes, there)) in &mut self.0 {
            let item = items.get(id);
            *there = item.is_some();
            if let Some(item) = item.filter(|item| item.json["name"].as_str().unwrap().ends_with(".pdf")) {
                bytes.clone_from(&item.bytes);
            }
        }
    }
}

/// A small generator, so that each history can be told again from its number.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides as u64).unwrap()
    }
}

/// One thing that happens to the drive.
fn edit(fake: &Fake, dice: &mut Dice, number: usize) {
    let id = format!("I{}", dice.roll(FILES));
    let present = fake.items.borrow().get(&id).cloned();
    match (dice.roll(6), present) {
        (0, Some(_)) => fake.remove(&id),
        (1, Some(item)) => fake.put(item.with("/name", format!("{id} {number}.pdf").into())),
        (2, Some(item)) => fake.put(item.with("/name", format!("{id}.docx").into())),
        (3, Some(item)) => fake.put(item.with("/parentReference/path", "/drives/x/root:/Folder".into())),
        (4, _) => fake.put(pdf(&format!("X{number}"), "not ours")),
        (_, _) => fake.put(pdf(&id, &format!("content {number}"))),
    }
}

/// A run in which one call fails, that may be killed before its cursor is kept, and that may be given up.
fn disturbed(fake: &Fake, dice: &mut Dice) {
    let flavour = [Flavour::Break, Flavour::Stall, Flavour::Busy][dice.roll(3)];
    fake.fault.set(Some((fake.calls.get() + dice.roll(60), flavour)));
    let mut cursor: Option<String> = None;
    for _ in 0..50 {
        match run(fake, step(fake, cursor.as_deref(), Options::default())) {
            Ok(report) if report.stage == Stage::Done => break,
            Ok(_) if dice.roll(4) == 0 => {}
            Ok(report) => cursor = Some(report.cursor),
            Err(_) if dice.roll(2) == 0 => break,
            Err(_) => {}
        }
    }
    fake.fault.set(None);
}

fn history(seed: u64) {
    let mut dice = Dice(seed);
    let fake = imported(many(FILES));
    fake.changes.borrow_mut().page = [0, 1, 3][dice.roll(3)];
    let mut model = Model::default();
    for (id, item) in fake.items.borrow().iter() {
        model.0.insert(id.clone(), (item.bytes.clone(), true));
    }
    let mut number = 0;
    for _ in 0..4 {
        for _ in 0..dice.roll(5) {
            number += 1;
            edit(&fake, &mut dice, number);
        }
        if dice.roll(5) == 0 {
            fake.lose_track();
        }
        if dice.roll(2) == 0 {
            disturbed(&fake, &mut dice);
        }
        let accept = Options {
            accept_gone: true,
            schedule: None,
            exact: false,
        };
        sync_with(&fake, accept).unwrap();
        model.sync(&fake);
        assert_eq!(fake.files.borrow().len(), FILES, "history {seed}: no file comes twice");
        for (id, (bytes, there)) in &model.0 {
            assert_eq!(&content(&fake, id), bytes, "history {seed}, {id}");
            let gone = fake.standing(&file_of(&fake, id)).state == LinkState::SourceGone;
            assert_eq!(gone, !there, "history {seed}, {id}");
        }
    }
}

fn file_of(fake: &Fake, item: &str) -> String {
    let files = fake.files.borrow();
    let follows = |file: &&crate::contract::LibraryFile| file.link.as_ref().unwrap().source.item == item;
    files.iter().map(|(file, _)| file).find(follows).unwrap().id.clone()
}

#[test]
fn after_every_history_the_library_is_what_the_model_says() {
    for seed in 0..2_000 {
        history(seed);
    }
}
