//! No secret, token or pre-authenticated address anywhere but in memory and on the wire to where it belongs; and no
//! secret and no token in the sandbox at all.

use std::path::Path;

use clientpoint_host::{
    service::{Given, Stop},
    store::{connections::Mode, users::Role},
};
use end_to_end::{
    World,
    browser::{connect, decide},
    by_path::ByPath,
    certificate::made,
    files::{below, contains},
    given,
    memory::Recorder,
    pdf,
    sheets::{by_hand, outcomes, sheet},
    whole::Whole,
};
use graph_sim::{FaultKind, Origin};

use crate::hostile::log::Log;

/// Checks that no file below the data folder holds any of these texts.
fn not_on_disk(data: &Path, secrets: &[String]) {
    for path in below(data) {
        let bytes = std::fs::read(&path).unwrap();
        for secret in secrets {
            assert!(
                !contains(&bytes, secret.as_bytes()),
                "{} holds a secret",
                path.display()
            );
        }
    }
}

#[tokio::test]
async fn nothing_secret_is_left_on_disk_or_said_in_an_outcome() {
    let world = World::connected().await;
    let good = world.sim.put("/Good.pdf", b"%PDF-good".to_vec().into());
    let bad = world.sim.put("/Bad.pdf", b"%PDF-bad".to_vec().into());
    world
        .sim
        .fault(graph_sim::Fault::from(FaultKind::Html200).on("/Bad.pdf"));

    let said = format!(
        "{:?} {:?}",
        world.import(&good).await,
        world.import_patiently(&bad).await
    );

    let mut secrets = world.sim.secrets();
    secrets.extend(["Bearer ", "sig="].map(str::to_string));
    secrets.push(world.sim.content_url());
    not_on_disk(world.data.path(), &secrets);
    for secret in &secrets {
        assert!(!said.contains(secret), "{said}");
    }
}

/// Everything that an Administrator does, both ways of connecting included; refusals, renewals and a night of the sync.
/// Gives what was said.
async fn a_long_day(world: &World, certificate: Option<&str>) -> String {
    let mut said = String::new();
    let admin = world.admin().await;
    admin.add_user("bea", Role::Administrator).await.unwrap();
    let bea = world.host.session("bea").await.unwrap();
    for person in ["declines", "personal", "guest", "member"] {
        said += &format!("{:?}", connect(&admin, &world.sim, person).await);
    }
    let wrong = given([
        ("tenant", world.sim.tenant()),
        ("client-id", world.sim.client_id()),
        ("client-secret", "a-wrong-secret-that-was-typed"),
    ]);
    said += &format!("{:?}", bea.connect_organization(wrong).await);
    said += &format!(
        "{:?}",
        bea.connect_organization(end_to_end::credentials(&world.sim)).await
    );
    if let Some(pem) = certificate {
        let form = given([
            ("tenant", world.sim.tenant()),
            ("client-id", world.sim.client_id()),
            ("certificate", pem),
        ]);
        said += &format!("{:?}", bea.connect_organization(form).await.unwrap());
    }
    said += &format!(
        "{:?} {:?}",
        admin.application().await,
        bea.register_application_of("admin").await
    );
    if let Some(pem) = certificate {
        said += &format!(
            "{:?}",
            bea.register_application(given([("certificate", pem)])).await.unwrap()
        );
    }
    let begun = bea
        .begin_sign_in_at(Given::default(), "http://localhost/connect")
        .await
        .unwrap();
    said += &format!("{begun:?}");
    let back = decide(&begun.address, "second").await;
    said += &format!("{:?}", admin.finish_sign_in(back.split_once('?').unwrap().1).await);
    said += &format!("{:?}", bea.finish_sign_in(back.split_once('?').unwrap().1).await);
    said += &format!(
        "{:?} {:?}",
        bea.sign_in(&begun.id).await,
        bea.finish_sign_in(&back).await
    );
    for secret in [begun.state.expose(), begun.address.as_str()] {
        assert!(!said.contains(secret), "{said}");
    }
    let item = world.sim.put("/A.pdf", b"%PDF-a".to_vec().into());
    said += &format!("{:?} {:?}", admin.drives().await, admin.browse(None).await);
    said += &format!("{:?}", admin.import(&[item]).await);
    world.sim.revoke_tokens();
    world.sim.put("/A.pdf", b"%PDF-b".to_vec().into());
    said += &format!("{:?}", admin.sync(&Default::default(), &Stop::default()).await);
    said += &format!("{:?} {:?}", bea.drives().await, bea.status().await);
    world.sim.revoke_refresh_tokens();
    world.sim.revoke_tokens();
    said += &format!("{:?} {:?}", admin.browse(None).await, admin.warnings().await);
    said += &format!("{:?}", admin.sync(&Default::default(), &Stop::default()).await);
    said += &format!("{:?}", bea.disconnect(Some(Mode::Organization), None).await);
    said
}

#[tokio::test]
async fn no_secret_and_no_token_is_ever_in_the_sandbox_on_disk_or_in_words() {
    let recorder = Recorder::default();
    let world = World::with(|builder| builder.plugin(recorder.plugin())).await;
    let certificate = made("rsa:2048", 30);
    if let Some(certificate) = &certificate {
        world.sim.add_certificate(&certificate.der);
    }

    let said = a_long_day(&world, certificate.as_ref().map(|made| made.pem.as_str())).await;

    let mut secrets = world.sim.secrets();
    assert!(secrets.len() > 15, "{}", secrets.len());
    if let Some(certificate) = &certificate {
        // A line from the middle of the key.
        secrets.push(certificate.key.lines().nth(10).unwrap().to_string());
    }
    let (memories, telling) = recorder.holding("Ada Winter");
    assert!(
        memories > 20 && telling > 0,
        "the recorder sees what is in the sandbox: {memories}, {telling}"
    );
    for secret in &secrets {
        assert!(secret.len() > 10, "too short to be looked for: {secret}");
        let (_, holding) = recorder.holding(secret);
        assert_eq!(holding, 0, "a secret was in the sandbox: {}…", secret.split_at(8).0);
        assert!(
            !said.contains(secret.as_str()),
            "a secret was said: {}…",
            secret.split_at(8).0
        );
    }
    not_on_disk(world.data.path(), &secrets);
}

#[tokio::test]
async fn the_token_of_a_sharing_link_stays_in_the_sheet_and_its_report() {
    let world = World::connected().await;
    let (kept, lost) = (by_hand(&world, "Kept.pdf").await, by_hand(&world, "Lost.pdf").await);
    for name in ["/Kept.pdf", "/Lost.pdf"] {
        world.sim.put(name, pdf("from the drive").into());
    }
    let links = ["/Kept.pdf", "/Lost.pdf"].map(|name| world.sim.share(name));
    world.sim.delete("/Lost.pdf");
    let written = sheet(&world, &[(&kept, &links[0]), (&lost, &links[1])]);
    // Where the Administrator has it: the data folder is the host's own.
    let outside = tempfile::tempdir().unwrap();
    let sheet = outside.path().join("sheet.csv");
    std::fs::copy(&written, &sheet).unwrap();
    std::fs::remove_file(&written).unwrap();
    let admin = world.admin().await;
    let (log, _guard) = Log::kept();

    let previewed = admin
        .associate_path(&sheet, true, Some(&outside.path().join("preview.xlsx")))
        .await
        .unwrap();
    let done = admin
        .associate_path(&sheet, false, Some(&outside.path().join("report.xlsx")))
        .await
        .unwrap();
    let ledger = admin.sync(&Default::default(), &Stop::default()).await;
    let run = admin.run(done.run.as_ref().unwrap().id).await;

    assert_eq!(outcomes(&done), ["linked", "path-not-found"], "{done:?}");
    assert!(
        log.text().contains("row 3"),
        "the row that came to nothing is in the log: {}",
        log.text()
    );
    let said = format!(
        "{previewed:?} {done:?} {ledger:?} {run:?} {:?} {}",
        admin.runs().await,
        log.text()
    );
    let uploaded = std::fs::read(&sheet).unwrap();
    for link in &links {
        let (link, options) = link.split_once('?').unwrap();
        let (_, token) = link.rsplit_once('/').unwrap();
        let secrets = [token, options].map(str::to_owned);
        for secret in &secrets {
            assert!(
                contains(&uploaded, secret.as_bytes()),
                "it is looked for as it was written"
            );
            assert!(!said.contains(secret.as_str()), "{said}");
        }
        not_on_disk(world.data.path(), &secrets);
    }
}

#[tokio::test]
async fn the_token_goes_to_the_api_only_and_never_to_where_files_are_fetched() {
    let world = World::connected().await;
    let item = world.sim.put("/Deck.pdf", b"%PDF-".to_vec().into());
    world.import(&item).await;

    let requests = world.sim.requests();
    assert!(requests.iter().any(|request| request.origin == Origin::Content));
    for request in requests {
        let authorized = request.origin == Origin::Graph;
        assert_eq!(request.was_authorized(), authorized, "{request:?}");
    }
}
