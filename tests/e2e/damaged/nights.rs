//! What a night finds by itself.

use super::*;

#[tokio::test]
async fn a_sync_finds_by_itself_what_is_gone_or_cut_and_fetches_it_anew() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let mut files = Vec::new();
    for (number, (word, damage)) in damages().into_iter().enumerate() {
        // Bytes that have the right number are read by those who hand them out, in the night, and by `library verify`.
        if word != "changed" {
            let id = imported(&world, &format!("/{number}.pdf"), word).await;
            damage(&object(&world, &id).await);
            files.push((id, word));
        }
    }

    let ledger = sync(&world).await;

    assert_eq!(ledger.counts["updated"], files.len() as u64);
    assert!(
        ledger.lines.iter().all(|line| line.reason == "healed"),
        "{:?}",
        ledger.lines
    );
    for (id, word) in &files {
        assert_eq!(world.bytes(id).await, pdf(word));
        assert_eq!(admin.file(id).await.unwrap().revision, 1, "{word}");
    }
    assert!(sync(&world).await.lines.is_empty());
}

#[tokio::test]
async fn every_night_a_look_at_the_disk_finds_what_nobody_has_asked_for() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let id = imported(&world, "/A.pdf", "a").await;
    assert!(night(&world).await.iter().all(Result::is_ok));
    flip(&object(&world, &id).await);

    let told = night(&world).await;

    let found = told.last().unwrap().as_ref().unwrap_err();
    assert_eq!(found.code(), "damaged");
    assert!(found.to_string().contains(&id), "{found}");
    let again = world.host.tick(&Stop::default()).await.unwrap();
    assert!(again.is_empty(), "once a night");
    let told = night(&world).await;
    let ledger = told[0].as_ref().unwrap();
    assert_eq!(ledger.lines[0].reason, "healed");
    assert!(told[1..].is_empty());
    assert_eq!(world.bytes(&id).await, pdf("a"));
    let looking = admin.disk().await.unwrap().looking.unwrap();
    assert_eq!((looking.day.as_str(), looking.remaining), ("2026-03-04", 0));
    assert!(looking.round_before.is_some(), "all of them were seen");
}

#[tokio::test]
async fn a_night_that_was_broken_off_goes_on_where_it_stood() {
    let world = World::connected_with(|builder| {
        builder.limits(clientpoint_host::host::Limits {
            look: 10,
            ..Default::default()
        })
    })
    .await;
    for name in ["a", "b", "c", "d"] {
        imported(&world, &format!("/{name}.pdf"), name).await;
    }
    let last = {
        let mut paths = Vec::new();
        for file in world.library().await {
            paths.push(object(&world, &file.id).await);
        }
        paths.sort();
        paths.pop().unwrap()
    };
    world.clock.advance(std::time::Duration::from_secs(24 * 60 * 60));
    let stop = Stop::default();
    let ended = async {
        // It waits after the first object, to keep to ten bytes a second.
        world.clock.pass(|asked| asked != end_to_end::WATCH).await;
        stop.cancel();
    };
    let (told, ()) = tokio::join!(world.host.tick(&stop), ended);
    assert!(told.unwrap().iter().all(Result::is_ok));
    let looking = world.admin().await.disk().await.unwrap().looking.unwrap();
    assert!(0 < looking.remaining && looking.looked_at.is_none(), "{looking:?}");
    flip(&last);

    let stop = Stop::default();
    let told = tokio::select! {
        told = world.host.tick(&stop) => told.unwrap(),
        () = async { loop { world.clock.pass(|asked| asked != end_to_end::WATCH).await; } } => unreachable!(),
    };

    assert_eq!(told.last().unwrap().as_ref().unwrap_err().code(), "damaged");
    let looking = world.admin().await.disk().await.unwrap().looking.unwrap();
    assert_eq!(looking.remaining, 0);
}
