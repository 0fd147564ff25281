//! Another application than the registered one, and one that is changed.

use end_to_end::certificate::made;
use graph_sim::RequestKind;

use super::*;

#[tokio::test]
async fn a_changed_application_is_for_new_sign_ins_and_old_ones_are_renewed_with_their_own() {
    let Some(certificate) = made("rsa:2048", 400) else {
        return;
    };
    let world = with_bea().await;
    let (admin, bea) = (world.admin().await, world.host.session("bea").await.unwrap());
    connect(&admin, &world.sim, "member").await.0.unwrap();

    let change = admin
        .register_application(given([("certificate", &certificate.pem)]))
        .await
        .unwrap();

    assert_eq!(change.replaced.unwrap().credential, CredentialKind::Secret);
    let now = change.application.unwrap();
    assert_eq!(
        (now.credential, now.client_id.as_str()),
        (CredentialKind::Certificate, world.sim.client_id())
    );
    assert!(now.days_left.unwrap() > 300, "{now:?}");
    assert!(
        change.consequences.iter().any(|one| one.contains("nothing changes")),
        "{:?}",
        change.consequences
    );
    // The sign-in service does not know the certificate yet: whoever uses it is refused.
    world.sim.revoke_tokens();
    world.sim.clear_requests();
    admin.browse(None).await.unwrap();
    assert_eq!(world.requests(RequestKind::Token).len(), 1, "renewed, with the secret");
    let refused = only_sign_in(&bea, "second").await.unwrap_err();
    assert_eq!(refused.code(), "wrong-settings", "{refused}");
    assert_eq!(refused.ways_out(), [WayOut::RegisterApplication { of: None }]);

    world.sim.add_certificate(&certificate.der);
    assert_eq!(
        only_sign_in(&bea, "second").await.unwrap().credential,
        CredentialKind::Certificate
    );
    assert_eq!(
        admin.status().await.unwrap().connection.unwrap().credential,
        CredentialKind::Secret
    );
    assert_eq!(
        only_sign_in(&admin, "member").await.unwrap().credential,
        CredentialKind::Certificate
    );
    world.sim.revoke_tokens();
    admin.browse(None).await.unwrap();
}

#[tokio::test]
async fn who_gives_another_application_signs_in_with_that_one_and_the_registered_one_stays() {
    let world = with_bea().await;
    let (admin, bea) = (world.admin().await, world.host.session("bea").await.unwrap());
    let other = "5e1f7a2c-0000-4000-8000-000000c11e48";
    admin
        .register_application(given([("client-id", other), ("client-secret", "another's")]))
        .await
        .unwrap();
    let begun = admin
        .begin_sign_in_at(Given::default(), "http://localhost/connect")
        .await
        .unwrap();
    assert!(begun.address.contains(other), "it is the registered one that asks");

    let begun = bea.begin_sign_in(application(&world.sim), 0).await.unwrap();
    assert_eq!(begun.application(), ApplicationUse::Own);
    sign_in(begun, "second").await.0.unwrap();

    assert_eq!(admin.application().await.unwrap().application.unwrap().client_id, other);
    let change = admin.register_application_of("bea").await.unwrap();
    assert_eq!(change.application.unwrap().client_id, world.sim.client_id());
    assert_eq!(change.replaced.unwrap().client_id, other);
    only_sign_in(&admin, "member").await.unwrap();
}

#[tokio::test]
async fn who_has_given_their_own_tenant_signs_in_there_again_and_everybody_else_where_it_is_registered() {
    let world = with_bea().await;
    let (admin, bea) = (world.admin().await, world.host.session("bea").await.unwrap());
    connect(&admin, &world.sim, "member").await.0.unwrap();
    let own = bea
        .begin_sign_in(given([("tenant", world.sim.tenant())]), 0)
        .await
        .unwrap();
    assert_eq!(own.application(), ApplicationUse::Own);
    sign_in(own, "second").await.0.unwrap();

    let again = only_sign_in(&bea, "second").await.unwrap();
    assert_eq!(again.settings["tenant"], world.sim.tenant());
    assert_eq!(begun(&bea, Given::default()).await, ApplicationUse::Own);
    assert_eq!(begun(&admin, Given::default()).await, ApplicationUse::Registered);
    let whole = bea.begin_sign_in(given([("tenant", "")]), 0).await.unwrap();
    sign_in(whole, "second").await.0.unwrap();
    assert_eq!(
        begun(&bea, Given::default()).await,
        ApplicationUse::Registered,
        "it is the same one now"
    );
}

#[tokio::test]
async fn a_kept_secret_is_not_used_for_another_client_or_another_sign_in_service() {
    let world = World::new().await;
    let admin = world.admin().await;
    connect(&admin, &world.sim, "member").await.0.unwrap();
    for (key, value) in [
        ("client-id", "5e1f7a2c-0000-4000-8000-000000c11e48"),
        ("cloud", "china"),
    ] {
        let change = admin.register_application(given([(key, value)])).await.unwrap();
        assert_eq!(change.application.unwrap().credential, CredentialKind::None, "{key}");
        admin.register_application(application(&world.sim)).await.unwrap();
    }
    let change = admin
        .register_application(given([("tenant", "contoso.example")]))
        .await
        .unwrap();
    assert_eq!(
        change.application.unwrap().credential,
        CredentialKind::Secret,
        "it is the same one"
    );
}
