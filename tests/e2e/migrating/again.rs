//! A library that is moved once more: after a trial, and after somebody has gone on with it at its new place.

use std::{fs, path::Path, time::Duration};

use end_to_end::{World, database, files::below, pdf, whole::Whole};
use sqlx::{Connection, PgConnection};

use super::{AtRest, moved, moving, shared};

const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A library with these files at rest in its folder, and their ids.
async fn with_files(names: &[&str]) -> (AtRest, Vec<String>) {
    let (world, mut ids) = (World::connected_in_its_folder().await, Vec::new());
    for name in names {
        let item = world.sim.put(&format!("/{name}.pdf"), pdf(name).into());
        ids.push(world.import(&item).await.file.unwrap().id);
    }
    (AtRest::of(world).await, ids)
}

/// Takes away all that this program has in a database, as after a trial.
async fn emptied(database: &Path) {
    let url = fs::read_to_string(database).unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    loop {
        let (others,): (i64,) = sqlx::query_as(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
             AND backend_type = 'client backend'",
        )
        .fetch_one(&mut connection)
        .await
        .unwrap();
        if others == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    sqlx::raw_sql("DROP SCHEMA clientpoint, own CASCADE")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn a_move_that_is_made_again_after_a_trial_of_some_days_is_one_that_a_host_starts_with() {
    for with_store in [false, true] {
        let Some((_place, database)) = database::empty() else {
            return;
        };
        let (world, _) = with_files(&["A"]).await;
        let store = tempfile::tempdir().unwrap();
        let objects = shared(store.path());
        let moving = moving(world.data.path(), &database, with_store.then_some(&objects));
        moved(&moving).await.unwrap();
        for _ in 0..3 {
            world.clock.advance(A_DAY);
            world.at_its_new_place(&moving).await.close().await;
        }
        emptied(&database).await;

        let done = moved(&moving).await.unwrap();

        assert_eq!((done.was_there, done.objects, done.damaged), (false, 1, 0), "{done:?}");
        let host = world.at_its_new_place(&moving).await;
        let admin = host.session("admin").await.unwrap();
        assert_eq!(admin.library().await.unwrap().len(), 1);
        assert!(admin.verify(&[]).await.unwrap().is_clean());
    }
}

#[tokio::test]
async fn what_a_library_has_let_go_of_at_its_new_place_is_not_carried_there_again() {
    let Some((_place, database)) = database::empty() else {
        return;
    };
    let (world, ids) = with_files(&["A", "B"]).await;
    let store = tempfile::tempdir().unwrap();
    let objects = shared(store.path());
    let mut moving = moving(world.data.path(), &database, Some(&objects));
    let done = moved(&moving).await.unwrap();
    assert_eq!((done.objects, done.copied), (2, 2), "{done:?}");
    let done = moved(&moving).await.unwrap();
    assert_eq!(
        (done.was_there, done.has_gone_on, done.objects, done.copied),
        (true, false, 2, 0),
        "{done:?}"
    );
    {
        let host = world.at_its_new_place(&moving).await;
        let admin = host.session("admin").await.unwrap();
        admin.remove_file_now(&ids[0]).await.unwrap();
        host.close().await;
    }
    // As the sweep does a month later.
    let gone = below(&store.path().join("objects"))
        .into_iter()
        .find(|path| fs::read(path).unwrap() == pdf("A"))
        .unwrap();
    fs::remove_file(&gone).unwrap();

    for check in [false, true] {
        moving.check = check;
        let done = moved(&moving).await.unwrap();
        assert_eq!(
            (
                done.was_there,
                done.has_gone_on,
                done.objects,
                done.copied,
                done.damaged
            ),
            (true, true, 0, 0, 0),
            "{done:?}"
        );
        assert!(!gone.exists());
    }
}

#[tokio::test]
async fn a_move_that_is_over_is_looked_at_with_the_settings_that_it_was_made_with() {
    let store = tempfile::tempdir().unwrap();
    let objects = shared(store.path());
    for (first, second) in [(Some(&objects), None), (None, Some(&objects))] {
        let Some((_place, database)) = database::empty() else {
            return;
        };
        let (world, _) = with_files(&["A"]).await;
        let [first, second] =
            [first, second].map(|objects| moving(world.data.path(), &database, objects.map(|at| at.as_str())));
        moved(&first).await.unwrap();
        let there = below(store.path());

        let refused = moved(&second).await.unwrap_err();

        assert_eq!(refused.code(), "objects-elsewhere", "{refused}");
        assert_eq!(below(store.path()), there, "nothing was put");
        fs::remove_dir_all(store.path()).unwrap();
        fs::create_dir(store.path()).unwrap();
    }
}
