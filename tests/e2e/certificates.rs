//! An application that shows that it is itself by a certificate, and credentials that end.

use clientpoint_engine::{clock::ManualClock, secrets::Secret};
use clientpoint_host::{service::Given, store::connections::CredentialKind};
use end_to_end::{
    World,
    browser::sign_in,
    certificate::{Made, encrypted, made},
    given,
};
use graph_sim::{Config, RequestKind, Seed, Sim};

fn company(world: &World, pem: &str) -> Given {
    given([
        ("tenant", world.sim.tenant()),
        ("client-id", world.sim.client_id()),
        ("certificate", pem),
    ])
}

fn rsa() -> Option<Made> {
    made("rsa:2048", 400)
}

#[tokio::test]
async fn r15_the_company_connects_with_a_certificate_and_its_end_is_counted() {
    let Some(certificate) = rsa() else { return };
    let world = World::new().await;
    let admin = world.admin().await;
    let refused = admin
        .connect_organization(company(&world, &certificate.pem))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "wrong-settings");
    assert!(refused.to_string().contains("upload"), "{refused}");

    world.sim.add_certificate(&certificate.der);
    let connection = admin
        .connect_organization(company(&world, &certificate.pem))
        .await
        .unwrap();

    assert_eq!(connection.credential, CredentialKind::Certificate);
    let expires = admin.status().await.unwrap().expires.unwrap();
    assert!(expires.days_left > 300, "{expires:?}");
    admin.select_drive(&world.sim.drive_id(), false).await.unwrap();
    let other = end_to_end::builder(&world.sim, &world.clock, world.data.path())
        .build()
        .await
        .unwrap();
    other.session("admin").await.unwrap().browse(None).await.unwrap();
    assert!(world.sim.requests().iter().all(|request| !request.path.contains("/me")));
}

#[tokio::test]
async fn r07_a_person_signs_in_to_an_application_with_a_certificate() {
    let Some(certificate) = rsa() else { return };
    let world = World::new().await;
    world.sim.add_certificate(&certificate.der);
    let admin = world.admin().await;
    let form = given([("client-id", world.sim.client_id()), ("certificate", &certificate.pem)]);
    let begun = admin.begin_sign_in(form, 0).await.unwrap();
    sign_in(begun, "member").await.0.unwrap();
    world.sim.revoke_tokens();
    admin.browse(None).await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_no_certificate_with_its_key_is_told_why() {
    let (Some(certificate), Some(other), Some(curve)) =
        (rsa(), rsa(), made("ec -pkeyopt ec_paramgen_curve:P-256", 400))
    else {
        return;
    };
    let world = World::new().await;
    let admin = world.admin().await;
    let alone = certificate.pem.split("-----BEGIN PRIVATE").next().unwrap();
    for (pem, says) in [
        ("not a certificate".to_string(), "holds no certificate"),
        (certificate.key.clone(), "holds no certificate"),
        (alone.to_string(), "holds no private key"),
        (format!("{alone}{}", other.key), "does not belong"),
        (format!("{alone}{}", encrypted(&certificate.key)), "openssl pkcs8"),
        (curve.pem.clone(), "RSA"),
        ("x".repeat(100_000), "too large"),
    ] {
        let error = admin.connect_organization(company(&world, &pem)).await.unwrap_err();
        assert_eq!(error.code(), "wrong-settings", "{says}");
        assert!(error.to_string().contains(says), "{says}: {error}");
    }
    let mut both = company(&world, &certificate.pem);
    both.fields.insert("client-secret".into(), Secret::new("s".into()));
    let error = admin.connect_organization(both).await.unwrap_err().to_string();
    assert!(error.contains("too much"), "{error}");
    let neither = given([("tenant", world.sim.tenant()), ("client-id", world.sim.client_id())]);
    let error = admin.connect_organization(neither).await.unwrap_err().to_string();
    assert!(
        error.contains("Client Secret") && error.contains("Certificate"),
        "{error}"
    );
    assert_eq!(world.sim.requests(), []);
}

#[tokio::test]
async fn s05_the_end_of_a_credential_is_seen_coming() {
    let world = World::new().await;
    let admin = world.admin().await;
    let mut form = end_to_end::credentials(&world.sim);
    form.secret_expires = Some("2026-03-01".parse().unwrap());
    let error = admin.connect_organization(form.clone()).await.unwrap_err();
    assert!(error.to_string().contains("2026-03-01"), "{error}");

    form.secret_expires = Some("2026-03-12".parse().unwrap());
    admin.connect_organization(form).await.unwrap();
    assert_eq!(admin.status().await.unwrap().expires.unwrap().days_left, 9);
    world.clock.advance(std::time::Duration::from_secs(10 * 24 * 3600));
    assert_eq!(admin.status().await.unwrap().expires.unwrap().days_left, -1);

    let Some(certificate) = made("rsa:2048", 1) else { return };
    world.clock.advance(std::time::Duration::from_secs(365 * 24 * 3600));
    let error = admin
        .connect_organization(company(&world, &certificate.pem))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("has ended"), "{error}");
}

#[tokio::test]
async fn an_assertion_survives_a_clock_that_is_wrong_by_more_than_the_service_bears() {
    let Some(certificate) = rsa() else { return };
    for minutes in [-20, 6, 20] {
        // The simulator's time is the machine's here: it is what its answers are dated with.
        let sim = Sim::start(Config {
            seed: Seed::Empty,
            ..Config::default()
        })
        .await
        .unwrap();
        sim.add_certificate(&certificate.der);
        let clock = ManualClock::new(sim.now() + chrono::TimeDelta::minutes(minutes));
        let data = tempfile::tempdir().unwrap();
        let host = end_to_end::builder(&sim, &clock, data.path()).build().await.unwrap();
        let admin = host.session("admin").await.unwrap();
        let form = given([
            ("tenant", sim.tenant()),
            ("client-id", sim.client_id()),
            ("certificate", &certificate.pem),
        ]);

        admin.connect_organization(form).await.unwrap();

        let asked = sim
            .requests()
            .iter()
            .filter(|request| request.kind == RequestKind::Token)
            .count();
        assert_eq!(asked, 2, "refused, and once more by the service's own clock");
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_good_yet_is_refused_before_anything_is_asked() {
    let Some(certificate) = rsa() else { return };
    let world = World::new().await;
    world.sim.add_certificate(&certificate.der);
    let ahead = certificate.good_from(b"260401000000Z");
    let admin = world.admin().await;
    let error = admin
        .connect_organization(company(&world, &ahead.pem))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "wrong-settings");
    assert!(error.to_string().contains("2026-04-01"), "{error}");
    assert_eq!(world.sim.requests(), []);
}

#[tokio::test]
async fn a_certificate_that_ends_while_it_is_in_use_is_told_as_over() {
    let Some(certificate) = rsa() else { return };
    let world = World::new().await;
    world.sim.add_certificate(&certificate.der);
    let admin = world.admin().await;
    admin
        .connect_organization(company(&world, &certificate.pem))
        .await
        .unwrap();
    let years = std::time::Duration::from_secs(3 * 365 * 24 * 3600);
    world.clock.advance(years);
    world.sim.set_clock(world.sim.now() + years);
    let error = admin.drives().await.unwrap_err();
    assert_eq!(error.code(), "expired-secret", "{error}");
    assert!(error.to_string().contains("certificate"), "{error}");
}

#[tokio::test]
async fn where_a_certificate_is_taken_at_one_tenants_address_only_the_tenant_is_asked_for() {
    let Some(certificate) = rsa() else { return };
    let world = World::new().await;
    world.sim.add_certificate(&certificate.der);
    world.sim.take_assertions_anywhere(false);
    let admin = world.admin().await;
    let mut form = given([("client-id", world.sim.client_id()), ("certificate", &certificate.pem)]);
    let begun = admin.begin_sign_in(form.clone(), 0).await.unwrap();
    let error = sign_in(begun, "member").await.0.unwrap_err();
    assert_eq!(error.code(), "wrong-settings", "{error}");
    assert!(error.to_string().contains("tenant's id"), "{error}");

    form.fields.extend(given([("tenant", world.sim.tenant())]).fields);
    let begun = admin.begin_sign_in(form, 0).await.unwrap();
    sign_in(begun, "member").await.0.unwrap();
}
