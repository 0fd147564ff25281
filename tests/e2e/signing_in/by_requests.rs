//! A sign-in that one request begins and another ends, as a page does.

use clientpoint_host::service::api::Standing;

use super::*;

const PAGE: &str = "http://localhost:4700/connect";

fn query(back: &str) -> &str {
    back.split_once('?').unwrap().1
}

#[tokio::test]
async fn a_sign_in_that_one_request_begins_is_ended_by_another_and_by_the_same_person_alone() {
    let world = World::new().await;
    world.admin().await.add_user("bea", Role::Administrator).await.unwrap();
    let begun = {
        let admin = world.admin().await;
        admin.begin_sign_in_at(application(&world.sim), PAGE).await.unwrap()
    };
    assert_eq!((begun.redirect_uri.as_str(), begun.begun_by.as_str()), (PAGE, "admin"));
    assert_eq!(begun.ends_at, "2026-03-02T05:10:00Z");
    assert_eq!(parameter(&begun.address, "state"), begun.state.expose());
    let back = decide(&begun.address, "member").await;

    let (admin, bea) = (world.admin().await, world.host.session("bea").await.unwrap());
    let foreign = bea.finish_sign_in(query(&back)).await.unwrap_err();
    assert_eq!(foreign.code(), "sign-in-foreign", "{foreign}");
    assert_eq!(bea.sign_in(&begun.id).await.unwrap_err().code(), "sign-in-unknown");
    let unknown = admin.finish_sign_in("code=x&state=y").await.unwrap_err();
    assert_eq!(unknown.code(), "sign-in-unknown", "{unknown}");
    assert_eq!(admin.sign_in(&begun.id).await.unwrap().standing, Standing::Pending);
    nothing_is_stored(&world).await;

    let connection = admin.finish_sign_in(query(&back)).await.unwrap();
    assert_eq!(connection.drive.as_ref().unwrap().id, world.sim.drive_id());
    let used = admin.finish_sign_in(query(&back)).await.unwrap_err();
    assert_eq!(used.code(), "sign-in-used", "{used}");
    assert!(
        [&foreign, &unknown, &used]
            .iter()
            .all(|error| !error.ways_out().is_empty())
    );
    let standing = admin.sign_in(&begun.id).await.unwrap().standing;
    let connection = Box::new(connection);
    assert_eq!(standing, Standing::Connected { connection });
    assert_eq!(world.requests(RequestKind::Token).len(), 1);
}

#[tokio::test]
async fn how_a_sign_in_has_ended_is_told_for_a_while_in_the_very_words() {
    let world = World::new().await;
    let admin = world.admin().await;
    let begin = async || admin.begin_sign_in_at(application(&world.sim), PAGE).await.unwrap();
    let refused = async |id: &str| match admin.sign_in(id).await.unwrap().standing {
        Standing::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    };

    let declined = begin().await;
    let back = decide(&declined.address, "declines").await;
    let error = admin.finish_sign_in(query(&back)).await.unwrap_err();
    let told = refused(&declined.id).await;
    assert_eq!((told.code.as_str(), &told.message), ("declined", &error.fact()));

    let given_up = begin().await;
    let back = decide(&given_up.address, "member").await;
    admin.give_up_sign_in(&given_up.id).await.unwrap();
    assert_eq!(admin.finish_sign_in(query(&back)).await.unwrap_err().code(), "stopped");
    assert_eq!(refused(&given_up.id).await.code, "stopped");

    let late = begin().await;
    let back = decide(&late.address, "member").await;
    world.clock.advance(LIFE);
    let error = admin.finish_sign_in(query(&back)).await.unwrap_err();
    assert_eq!(error.code(), "too-late", "{error}");
    assert!(error.to_string().contains("/adminconsent?"), "{error}");
    assert_eq!(refused(&late.id).await.code, "too-late");
    assert_eq!(admin.sign_in(&declined.id).await.unwrap_err().code(), "sign-in-unknown");
    nothing_is_stored(&world).await;
}

#[tokio::test]
async fn r02_a_member_can_neither_begin_nor_finish_nor_see_a_sign_in() {
    let world = World::new().await;
    world.admin().await.add_user("mia", Role::Member).await.unwrap();
    let begun = world
        .admin()
        .await
        .begin_sign_in_at(application(&world.sim), PAGE)
        .await;
    let back = decide(&begun.unwrap().address, "member").await;
    let mia = world.host.session("mia").await.unwrap();
    assert_eq!(mia.finish_sign_in(query(&back)).await.unwrap_err().code(), "forbidden");
    assert_eq!(mia.sign_in("x").await.unwrap_err().code(), "forbidden");
    let begun = mia.begin_sign_in_at(application(&world.sim), PAGE).await;
    assert_eq!(begun.unwrap_err().code(), "forbidden");
}
