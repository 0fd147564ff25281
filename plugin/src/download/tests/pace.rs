//! How fast bytes come, and how long they are waited for.

use super::*;

#[test]
fn silence_before_the_answer_ends_as_stalled() {
    let fake = Fake::new([pdf()]).answering(first_bodies(usize::MAX, |_| {
        let mut answer = Answer::new(200, "");
        answer.body.push(Piece::Stall);
        answer
    }));
    assert_eq!(import_one(&fake), Outcome::Failed(FailureKind::Stalled));
    assert!(fake.elapsed() >= Duration::from_secs(150), "{:?}", fake.elapsed());
}

/// So many bytes at a time, five seconds apart.
fn drips(bytes: &[u8], piece: usize) -> Answer {
    let mut answer = Answer::new(200, "").with("Content-Length", bytes.len().to_string());
    let after = |piece: &[u8]| Piece::After(Duration::from_secs(5), piece.to_vec());
    answer.body = bytes.chunks(piece).map(after).collect();
    answer
}

#[test]
fn a_body_slower_than_the_floor_is_broken_off_after_a_minute_and_gone_on_with() {
    let fake = Fake::new([pdf()]).answering(first_bodies(1, |_| drips(TEXT.as_bytes(), 1)));
    imported(&fake);
    assert_eq!(kept(&fake), [TEXT.as_bytes()]);
    assert_eq!(fake.ranges().len(), 1, "it goes on where it was");
    assert!(fake.elapsed() < Duration::from_secs(70), "{:?}", fake.elapsed());
}

#[test]
fn what_is_always_slower_than_the_floor_ends_as_stalled_within_minutes() {
    let fake = Fake::new([pdf()]).answering(first_bodies(usize::MAX, |request| {
        let from = request.headers.iter().find(|(name, _)| *name == "range");
        let from = from.and_then(|(_, range)| range.strip_prefix("bytes=")?.strip_suffix('-'));
        let from: usize = from.map_or(0, |from| from.parse().unwrap());
        let mut answer = drips(&[b'x'; 5_000], 1);
        if from > 0 {
            answer.status = 206;
            answer.headers = vec![("Content-Range", format!("bytes {from}-4999/5000"))];
        }
        answer
    }));
    assert_eq!(import_one(&fake), Outcome::Failed(FailureKind::Stalled));
    assert!(fake.elapsed() < Duration::from_secs(600), "{:?}", fake.elapsed());
    assert_eq!(kept(&fake), Vec::<Vec<u8>>::new());
}

#[test]
fn a_slow_line_above_the_floor_is_left_alone() {
    let mut bytes = TEXT.as_bytes().to_vec();
    bytes.resize(300 * 1024, b'x');
    let item = FakeItem::file("A", "A.pdf", std::str::from_utf8(&bytes).unwrap());
    let fake = Fake::new([item]).answering(first_bodies(1, move |_| drips(&bytes, 5 * 1024)));
    imported(&fake);
    assert_eq!(fake.ranges(), Vec::<String>::new());
    assert!(fake.elapsed() >= Duration::from_secs(300), "{:?}", fake.elapsed());
}

#[test]
fn an_answer_in_json_that_drips_ends_as_stalled_too() {
    let slow = |request: &Request| {
        let metadata = request.url.starts_with(API);
        metadata.then(|| drips(&[b' '; 5_000], 1))
    };
    let fake = Fake::new([pdf()]).answering(slow);
    let _ = import_one(&fake);
    assert!(fake.elapsed() < Duration::from_secs(600), "{:?}", fake.elapsed());
}

#[test]
fn s7_being_told_to_wait_holds_up_everybody_and_then_goes_on() {
    let items = [pdf(), FakeItem::file("B", "B.pdf", "%PDF-1.7 b")];
    let busy = |_: &Request| Answer::new(429, "").with("Retry-After", "10");
    let fake = Fake::new(items.clone()).answering(first_bodies(1, busy));
    let outcomes = import(&fake, &items);
    assert!(
        outcomes
            .iter()
            .all(|outcome| matches!(outcome.outcome, Outcome::Imported(_))),
        "{outcomes:?}"
    );
    let ten = Duration::from_secs(10);
    let requests = fake.requests.borrow();
    assert!(
        requests.iter().all(|(at, _)| *at == Duration::ZERO || *at >= ten),
        "{requests:?}"
    );
    assert_eq!(fake.elapsed(), ten);
}

#[test]
fn s7_patience_beyond_the_budget_is_not_waited_for() {
    let fake = Fake::new([pdf()]).answering(|_| Some(Answer::new(429, "").with("Retry-After", "600")));
    assert_eq!(import_one(&fake), Outcome::Failed(FailureKind::Throttled(Some(600))));
    assert_eq!((fake.elapsed(), fake.requests.borrow().len()), (Duration::ZERO, 1));
    // Within the pause the next call is not even sent.
    assert_eq!(import_one(&fake), Outcome::Failed(FailureKind::Throttled(Some(600))));
    assert_eq!(fake.requests.borrow().len(), 1);
}
