//! What rclone makes of the simulated drive: names, pages, paths, ranges, changes, and patience.

use std::path::Path;

use end_to_end::peers;
use graph_sim::{Content, DeltaStyle, Fault, RequestKind, Sim};

use super::for_each_rclone;

/// Names that have to be encoded in an address, each in its own way.
const NAMES: [&str; 12] = [
    "plain.pdf",
    "with space.pdf",
    "50% #1.pdf",
    "100%25.pdf",
    "a%2Fb.pdf",
    "#.pdf",
    "Terms + Conditions.pdf",
    "A & C's {x} [y] =~@,;!$().pdf",
    "Übersicht.pdf",
    "Re\u{301}sume\u{301}.pdf",
    "😀.pdf",
    "sub dir/#1/100%/+plus+.pdf",
];

/// Files with these names, each of which holds its name, and gives them in order.
fn fill(sim: &Sim) -> Vec<String> {
    for name in NAMES {
        sim.put(&format!("/{name}"), name.into());
    }
    let mut names = NAMES.map(str::to_owned).to_vec();
    names.sort();
    names
}

#[tokio::test]
async fn it_finds_every_name_and_fetches_the_right_bytes() {
    for_each_rclone!(|peer, sim, rclone| {
        let names = fill(&sim);
        assert_eq!(rclone.lines(&["lsf", "-R", "--files-only", "od:"]).await, names);
        let folder = rclone.folder("copy");
        peers::well(&rclone.run(&["copy", "od:", "copy"]).await);
        for name in names {
            assert_eq!(std::fs::read_to_string(folder.join(&name)).unwrap(), name);
        }
    });
}

#[tokio::test]
async fn it_finds_a_file_by_its_path_whatever_letters_are_in_it() {
    for_each_rclone!(|peer, sim, rclone| {
        for name in fill(&sim) {
            let read = peers::well(&rclone.run(&["cat", &format!("od:{name}")]).await);
            assert_eq!(read, name);
        }
        assert_eq!(
            rclone.lines(&["lsf", "od:SUB DIR/#1/100%"]).await,
            ["+plus+.pdf"],
            "letter case"
        );
        let nowhere = rclone.run(&["lsf", "od:nowhere"]).await;
        assert_eq!(nowhere.status.code(), Some(3), "directory not found: {nowhere:?}");
    });
}

#[tokio::test]
async fn it_follows_pages_to_their_end() {
    for_each_rclone!(|peer, sim, rclone| {
        for number in 0..250 {
            sim.put(&format!("/{number:03}.pdf"), "%PDF-".into());
        }
        let files = rclone.lines(&["--onedrive-list-chunk", "100", "lsf", "od:"]).await;
        assert_eq!(files.len(), 250);
        let pages = sim.requests().into_iter();
        let pages = pages.filter(|request| request.kind == RequestKind::Children).count();
        assert_eq!(pages, 3, "{files:?}");
    });
}

#[tokio::test]
async fn it_reads_a_part_by_range() {
    for_each_rclone!(|peer, sim, rclone| {
        sim.put("/Film.mp4", Content::Generated { size: 100_000, seed: 9 });
        let bytes = sim.bytes("/Film.mp4").unwrap();
        let read = rclone
            .run(&["cat", "--offset", "60000", "--count", "20000", "od:Film.mp4"])
            .await;
        assert_eq!(read.stdout, bytes[60_000..80_000]);
        let ranges = sim.requests().into_iter();
        let mut ranges = ranges.filter(|request| request.kind == RequestKind::Download && request.status == 206);
        assert!(ranges.any(|request| request.range.is_some_and(|range| range.starts_with("bytes=60000-"))));
    });
}

#[tokio::test]
async fn its_hash_of_a_file_is_the_one_that_the_drive_tells() {
    for_each_rclone!(|peer, sim, rclone| {
        for size in [0, 1, 159, 160, 161, 320, 65_537, 1_000_003] {
            sim.put(&format!("/{size}.bin"), Content::Generated { size, seed: size });
        }
        // The first is what Graph's metadata says; the second is worked out from the bytes.
        let told = rclone.lines(&["hashsum", "quickxor", "--base64", "od:"]).await;
        peers::well(&rclone.run(&["copy", "od:", "copy"]).await);
        assert_eq!(rclone.lines(&["hashsum", "quickxor", "--base64", "copy"]).await, told);
        assert_eq!(told.len(), 8);
        // And the plugin's own.
        for line in told {
            // rclone writes base64 as addresses have it.
            let (hash, name) = line.split_once("  ").unwrap();
            let hash = hash.replace('-', "+").replace('_', "/");
            let mut ours = onedrive_plugin::quick_xor::QuickXor::new();
            // Pieces of odd lengths: the seams are where such a hash goes wrong.
            for piece in sim.bytes(&format!("/{name}")).unwrap().chunks(997) {
                ours.update(piece);
            }
            assert_eq!(ours.finish(), hash, "{name}");
        }
    });
}

#[tokio::test]
async fn it_waits_when_it_is_told_to_and_gets_everything() {
    for_each_rclone!(|peer, sim, rclone| {
        let names = fill(&sim);
        for fault in [
            "throttle*2=1@graph",
            "throttle*1=1@download",
            "server-error*2=503@graph",
        ] {
            sim.clear_faults();
            sim.fault(fault.parse::<Fault>().unwrap());
            assert_eq!(
                rclone.lines(&["lsf", "-R", "--files-only", "od:"]).await,
                names,
                "{fault}"
            );
            let folder = rclone.folder(&fault.replace(['*', '=', '@'], "-"));
            peers::well(&rclone.run(&["copy", "od:", folder.to_str().unwrap()]).await);
            assert_eq!(files(&folder), names.len(), "{fault}");
        }
    });
}

#[tokio::test]
async fn it_lists_by_changes_whatever_they_are_told_like() {
    let Some(peer) = peers::ask("rclone") else { return };
    let sim = Sim::start(super::config("rclone")).await.unwrap();
    let rclone = super::Rclone::new(&peer, &sim).await;
    let names = fill(&sim);
    // But not with empty pages, which the service may send: there rclone 1.75 stops, and finds nothing.
    let plain = DeltaStyle::default();
    for style in [
        plain.clone(),
        DeltaStyle {
            token_in_path: true,
            ..plain.clone()
        },
        DeltaStyle {
            repeated_items: true,
            ..plain
        },
    ] {
        sim.set_delta_style(style.clone());
        sim.clear_requests();
        let listed = rclone.lines(&[
            "--onedrive-delta",
            "--onedrive-list-chunk",
            "5",
            "lsf",
            "-R",
            "--files-only",
            "od:",
        ]);
        let mut listed = listed.await;
        listed.dedup();
        assert_eq!(listed, names, "{style:?}");
        assert!(sim.requests().iter().any(|request| request.kind == RequestKind::Delta));
    }
}

/// How many files are in a folder and below it.
fn files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files(&path) } else { 1 }).sum()
}
