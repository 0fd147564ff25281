//! The address of a webhook and the password of a mail server go where they belong, and nowhere else.

use std::{fs, process::Stdio, sync::atomic::Ordering};

use clientpoint_host::service::{BackupOptions, Stop};
use end_to_end::{
    World, certificate,
    files::{below, contains},
    write_secret,
};

use super::{
    servers::{Manner, Server},
    told_by, told_in,
};
use crate::{crashes::command, hostile::log::Log};

/// What opens something, as it is written and as it goes over the wire.
const SECRETS: [&str; 4] = [
    "a-secret-of-the-hook",
    "a-password",
    "AHdhdGNoAGEtcGFzc3dvcmQ=",
    "YS1wYXNzd29yZA==",
];

fn is_in_none_of(said: &[u8], what: &str) {
    for secret in SECRETS {
        assert!(!contains(said, secret.as_bytes()), "{secret} is in {what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_never_goes_in_the_clear_to_a_server_that_offers_no_tls_or_only_says_so() {
    for manner in [Manner::Well, Manner::OffersTls, Manner::Hangs] {
        let told = told_by("generic", "starttls").await;
        told.mail.behaves(manner);
        let deliveries = told.world.admin().await.test_telling().await.unwrap();
        let by_mail = deliveries.iter().find(|delivery| delivery.way == "mail").unwrap();
        let why = by_mail.failed.as_ref().unwrap();
        is_in_none_of(why.as_bytes(), "the reason");
        assert_eq!(told.mail.calls.load(Ordering::SeqCst), 1, "nobody tries it otherwise");
        let heard = told.mail.heard();
        is_in_none_of(&heard, "what the server heard");
        for word in ["AUTH", "MAIL FROM", "ClientPoint: a test"] {
            assert!(!contains(&heard, word.as_bytes()), "{manner:?}: {word}");
        }
        if manner == Manner::OffersTls {
            assert!(contains(&heard, b"STARTTLS"), "it was asked for TLS");
        }
        assert_eq!(told.mail.got(), Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn encrypted_by_a_server_that_somebody_vouches_for_the_mail_arrives_with_its_password() {
    let Some((made, authority)) = certificate::vouched_for("127.0.0.1") else {
        return;
    };
    let (world, mail) = (World::new().await, Server::mail());
    world.host.close().await;
    mail.encrypts_by(&made);
    let files = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = files.path().join(name);
        write_secret(&path, text);
        path
    };
    file("password", "a-password\n");
    let trusted = file("authority.pem", &authority);
    for (tls, manner) in [("starttls", Manner::Upgrades), ("tls", Manner::Encrypts)] {
        let config = file(
            &format!("{tls}.toml"),
            &format!(
                "[notify]\nmail-server = \"127.0.0.1:{}\"\nmail-tls = \"{tls}\"\nmail-from = \"host@example.com\"\n\
                 mail-to = \"ada@example.com\"\nmail-user = \"watch\"\nmail-password-file = \"password\"\n",
                mail.port
            ),
        );
        mail.behaves(manner);
        for (trusts, arrives) in [(false, false), (true, true)] {
            let before = mail.got().len();
            let mut program = command(&world, world.data.path(), "notify");
            program.arg("test").arg("--config").arg(&config);
            if trusts {
                program.env("SSL_CERT_FILE", &trusted);
            }
            let output = program.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
            let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            assert_eq!(
                (output.status.success(), mail.got().len() - before),
                (arrives, usize::from(arrives)),
                "{tls}: {said}"
            );
            if !trusts {
                assert!(said.contains("certificate"), "{tls}: {said}");
            }
        }
    }
    let heard = mail.heard();
    assert!(contains(&heard, b"STARTTLS") && contains(&heard, SECRETS[2].as_bytes()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_opens_a_way_to_people_is_in_no_answer_no_log_no_number_no_backup_and_not_on_disk() {
    let told = told_in("generic").await;
    let (log, guard) = Log::kept();
    let admin = told.world.admin().await;
    let mut said = String::new();
    for manner in [Manner::Well, Manner::Refuses, Manner::Redirects] {
        told.webhook.behaves(manner);
        told.mail.behaves(manner);
        said += &format!("{:?}", admin.test_telling().await);
    }
    let item = told.world.sim.put("/A.pdf", end_to_end::pdf("a").into());
    told.world.import(&item).await;
    told.world.sim.delete("/A.pdf");
    told.sync().await;
    assert_eq!(
        told.goes_on().await,
        (0, 1),
        "the webhook redirects, and the mail server takes it"
    );
    said += &format!(
        "{:?} {:?} {:?} {:?}",
        admin.undelivered().await,
        admin.troubles().await,
        admin.settings().await,
        admin.status().await,
    );
    said += &log.text();
    assert!(
        log.text().contains("could not be delivered by webhook"),
        "{}",
        log.text()
    );
    drop(guard);
    let backup = tempfile::tempdir().unwrap();
    admin
        .backup(backup.path(), BackupOptions::default(), &Stop::default())
        .await
        .unwrap();
    is_in_none_of(said.as_bytes(), "what was said");
    for folder in [told.world.data.path(), backup.path()] {
        let files = below(folder);
        assert!(2 < files.len());
        for path in files {
            is_in_none_of(&fs::read(&path).unwrap(), &path.display().to_string());
        }
    }
    assert!(!told.webhook.got().is_empty());
    for got in told.webhook.got().iter().chain(&told.mail.got()) {
        is_in_none_of(got.as_bytes(), "what people get");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_the_program_has_none_of_it_in_either_form_at_whatever_level() {
    let (world, webhook, mail) = (World::new().await, Server::webhook(), Server::mail());
    world.host.close().await;
    let files = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = files.path().join(name);
        write_secret(&path, text);
        path
    };
    file(
        "hook",
        &format!("http://127.0.0.1:{}/hook?key=a-secret-of-the-hook\n", webhook.port),
    );
    file("password", "a-password\n");
    let config = file(
        "host.toml",
        &format!(
            "[notify]\nwebhook-file = \"hook\"\nmail-server = \"127.0.0.1:{}\"\nmail-tls = \"none\"\n\
             mail-from = \"host@example.com\"\nmail-to = \"ada@example.com\"\nmail-user = \"watch\"\n\
             mail-password-file = \"password\"\n",
            mail.port
        ),
    );
    let mut heard = 0;
    for manner in [Manner::Well, Manner::Refuses] {
        webhook.behaves(manner);
        mail.behaves(manner);
        for (format, targets) in [
            ("text", None),
            ("json", None),
            ("text", Some("trace")),
            ("json", Some("trace")),
        ] {
            let mut program = command(&world, world.data.path(), "notify");
            program
                .arg("test")
                .arg("--config")
                .arg(&config)
                .args(["--log-format", format]);
            match targets {
                Some(targets) => program.env("CLIENTPOINT_LOG", targets),
                None => program.args(["--log", "debug"]),
            };
            let output = program.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
            let said = [output.stdout, output.stderr].concat();
            let is_well = manner == Manner::Well;
            assert_eq!(output.status.success(), is_well, "{}", String::from_utf8_lossy(&said));
            is_in_none_of(
                &said,
                &format!("the log as {format}, {targets:?}: {}", String::from_utf8_lossy(&said)),
            );
            heard += usize::from(targets.is_some() && !said.is_empty());
        }
    }
    assert_eq!(heard, 4);
    assert_eq!((webhook.got().len(), mail.got().len()), (4, 4));
    assert!(
        contains(&mail.heard(), SECRETS[2].as_bytes()),
        "it is looked for as it goes over the wire"
    );
}
