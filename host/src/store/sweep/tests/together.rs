//! Sweeps beside those who publish.

use super::*;

#[tokio::test]
async fn an_object_that_waits_for_its_transaction_is_not_swept_however_old_it_looks() {
    let stage = Stage::new().await;
    let published = stage.publish(b"about to be a file");
    let name = published.sha256.clone();
    let file = File::options().write(true).open(stage.objects.path(&name)).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();

    let (swept, ()) = tokio::join!(stage.sweep(), async {
        stage.point_at(&published).await;
        drop(published);
    });

    assert_eq!(swept.unwrap().unheard, 0);
    assert!(stage.objects.path(&name).exists());
}

#[tokio::test]
async fn equal_bytes_that_are_published_while_a_sweep_judges_live() {
    let stage = Stage::new().await;
    // Left behind by a dead program. The sweep has listed it, and waits for somebody who publishes other bytes.
    let name = stage.publish(b"equal").sha256.clone();
    let other = stage.publish(b"other");

    let (swept, again) = tokio::join!(stage.sweep(), async {
        let again = stage.file(b"equal").await;
        stage.point_at(&other).await;
        drop(other);
        again
    });

    assert_eq!(again, name);
    assert_eq!(swept.unwrap().unheard, 0);
    assert_eq!(fs::read(stage.objects.path(&name)).unwrap(), b"equal");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn publishers_and_sweeps_at_the_same_time_lose_nothing() {
    let mut stage = Stage::new().await;
    for round in 0..30 {
        // The same bytes once as what a dead program has left, and once as a file.
        let bytes = format!("round {round}").into_bytes();
        drop(stage.publish(&bytes));
        stage.now += TimeDelta::days(1);
        let objects = stage.objects.clone();
        let publishing = async {
            let bytes = bytes.clone();
            let published = tokio::task::spawn_blocking(move || {
                let mut draft = objects.draft(1 << 20).unwrap();
                draft.append(&bytes).unwrap();
                objects.publish(draft).unwrap()
            });
            let published = published.await.unwrap();
            stage.point_at(&published).await;
            published.sha256.clone()
        };
        let (_, name) = tokio::join!(stage.sweep(), publishing);
        assert_eq!(fs::read(stage.objects.path(&name)).unwrap(), bytes, "round {round}");
    }
}
