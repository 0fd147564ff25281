//! Bytes that came whole are held against their hash and length before they are a file.

use super::*;

#[tokio::test]
async fn a_complete_answer_that_is_too_short_is_no_file() {
    typed_reason(PDF, FaultKind::ShortClean(None), "failed", "mismatch").await;
}

#[tokio::test]
async fn bytes_that_do_not_fit_the_published_hash_are_no_file() {
    typed_reason(PDF, FaultKind::WrongHash, "failed", "mismatch").await;
}

#[tokio::test]
async fn an_office_file_that_differs_the_same_way_twice_is_kept_and_marked() {
    let world = right_bytes(DECK, FaultKind::WrongHash, "rewritten").await;
    assert_eq!(world.requests(RequestKind::Download).len(), 2);
}

#[tokio::test]
async fn what_sharepoint_rewrites_is_kept_and_marked() {
    let (world, outcome) = import(DECK, FaultKind::Rewritten).await;
    let file = outcome.file.unwrap();
    assert_eq!(file.verification.as_deref(), Some("rewritten"));
    assert_eq!(world.bytes(&file.id).await.len() as u64, file.size);
    assert!(!outcome.warnings.is_empty(), "the Administrator is told");
}

#[tokio::test]
async fn without_a_published_hash_the_length_decides_and_the_file_is_marked() {
    right_bytes(DECK, FaultKind::NoHash, "no-hash").await;
}

#[tokio::test]
async fn without_a_hash_and_with_another_length_it_is_no_file() {
    let world = World::connected().await;
    let item = world.sim.put(PDF, bytes().into());
    world.sim.fault(FaultKind::NoHash);
    world.sim.fault(FaultKind::LyingSize(-100));
    let outcome = world.import_patiently(&item).await;
    assert_eq!((outcome.outcome, outcome.reason), ("failed", Some("mismatch")));
}

#[tokio::test]
async fn a_size_that_lies_does_not_matter_where_the_hash_is_right() {
    right_bytes(DECK, FaultKind::LyingSize(-1_000), "verified").await;
}

#[tokio::test]
async fn without_content_length_the_hash_still_decides() {
    right_bytes(DECK, FaultKind::Chunked, "verified").await;
    let world = World::connected().await;
    let item = world.sim.put(PDF, bytes().into());
    world.sim.fault(FaultKind::Chunked);
    world.sim.fault(once(FaultKind::Cut(None)));
    let file = world.import_patiently(&item).await.file.unwrap();
    assert_eq!(world.bytes(&file.id).await, bytes());
}
