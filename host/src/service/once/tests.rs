use std::{path::Path, sync::Arc};

use clientpoint_engine::clock::ManualClock;
use tokio::sync::Barrier;

use super::*;
use crate::{host::Host, service::Begun, store::words::OperationKind};

async fn host(data: &Path) -> Host {
    let clock = ManualClock::new("2026-03-02T05:00:00Z".parse().unwrap());
    Host::builder(data).clock(Arc::new(clock)).build().await.unwrap()
}

/// Begins one once both have found that nothing was asked for before.
async fn begun(session: &Session<'_>, both: &Barrier) -> Result<Came<Begun>> {
    both.wait().await;
    let begun = session.begin_operation(OperationKind::Verify).await?;
    Ok(Came::Anew(begun.id(), begun))
}

/// How the operation stands that is not this one, of two.
async fn given_up(host: &Host, id: i64) -> (OperationState, Failure) {
    let row = operations::get(&host.store, 3 - id).await.unwrap();
    (row.state, serde_json::from_str(&row.failure.unwrap()).unwrap())
}

#[tokio::test]
async fn what_two_hosts_are_asked_for_at_once_by_one_key_is_carried_out_by_one_of_them() {
    let data = tempfile::tempdir().unwrap();
    let (one, other) = (host(data.path()).await, host(data.path()).await);
    let (here, there) = (
        one.session("admin").await.unwrap(),
        other.session("admin").await.unwrap(),
    );
    let once = Once::new("4711", &[b"verify"]).unwrap();
    let both = Barrier::new(2);

    let (first, second) = tokio::join!(
        here.once(Some(&once), begun(&here, &both)),
        there.once(Some(&once), begun(&there, &both)),
    );

    let (id, _begun, told) = match (first.unwrap(), second.unwrap()) {
        (Came::Anew(id, begun), Came::Already(told)) | (Came::Already(told), Came::Anew(id, begun)) => {
            (id, begun, told)
        }
        _ => panic!("it was begun twice, or not at all"),
    };
    assert_eq!(told, id);
    let open = operations::open(&one.store).await.unwrap();
    assert_eq!(open.iter().map(|row| row.id).collect::<Vec<_>>(), [id]);
    let (state, why) = given_up(&one, id).await;
    assert_eq!((state, why.code.as_str()), (OperationState::Interrupted, "interrupted"));
    assert!(why.message.starts_with(&format!("operation {id} was begun")), "{why:?}");
    assert!(why.message.contains("changed nothing"), "{why:?}");
}

#[tokio::test]
async fn of_two_requests_that_two_hosts_are_asked_for_at_once_by_one_key_the_second_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let (one, other) = (host(data.path()).await, host(data.path()).await);
    let (here, there) = (
        one.session("admin").await.unwrap(),
        other.session("admin").await.unwrap(),
    );
    let (this, that) = (
        Once::new("4711", &[b"this"]).unwrap(),
        Once::new("4711", &[b"that"]).unwrap(),
    );
    let both = Barrier::new(2);

    let (first, second) = tokio::join!(
        here.once(Some(&this), begun(&here, &both)),
        there.once(Some(&that), begun(&there, &both)),
    );

    let (id, _begun, refused) = match (first, second) {
        (Ok(Came::Anew(id, begun)), Err(refused)) | (Err(refused), Ok(Came::Anew(id, begun))) => (id, begun, refused),
        _ => panic!("both were begun, or neither"),
    };
    assert_eq!(refused.code(), "wrong-settings");
    assert_eq!(given_up(&one, id).await.0, OperationState::Interrupted);
}
