//! Telling people: once, again when something changes, again after a week, and until it arrives.

mod secrecy;
mod servers;

use std::{sync::atomic::Ordering, time::Duration};

use clientpoint_engine::clock::Clock;
use clientpoint_host::{
    schedule::Daily,
    service::{Delivery, Stop, SyncOptions},
    settings::{Layers, Origin},
};
use end_to_end::{World, pdf, write_secret};
use serde_json::Value;
use servers::{Manner, Server};
use tempfile::TempDir;

/// A world whose people are told by a webhook and by mail.
struct Told {
    world: World,
    webhook: Server,
    mail: Server,
    _files: TempDir,
}

async fn told_in(form: &str) -> Told {
    told_by(form, "none").await
}

async fn told_by(form: &str, tls: &str) -> Told {
    let (webhook, mail) = (Server::webhook(), Server::mail());
    let files = tempfile::tempdir().unwrap();
    let file = |name: &str, text: String| {
        let path = files.path().join(name);
        write_secret(&path, &text);
        path.to_str().unwrap().to_owned()
    };
    let url = file(
        "hook",
        format!("http://127.0.0.1:{}/hook?key=a-secret-of-the-hook\n", webhook.port),
    );
    let password = file("password", "a-password\n".into());
    let mut layers = Layers::default();
    for (key, value) in [
        ("console.public-url", "https://files.example.com"),
        ("notify.webhook-file", &url),
        ("notify.webhook-form", form),
        ("notify.mail-server", &format!("127.0.0.1:{}", mail.port)),
        ("notify.mail-tls", tls),
        ("notify.mail-from", "ClientPoint <host@example.com>"),
        ("notify.mail-to", "Ada <ada@example.com>, bea@example.com"),
        ("notify.mail-user", "watch"),
        ("notify.mail-password-file", &password),
    ] {
        layers.put(Origin::File, key, value).unwrap();
    }
    let world = World::with(move |builder| builder.settings(layers)).await;
    world.connect().await;
    Told {
        world,
        webhook,
        mail,
        _files: files,
    }
}

impl Told {
    /// What the host does by itself after runs and each minute; how many digests came by the webhook and by mail.
    async fn goes_on(&self) -> (usize, usize) {
        let before = (self.webhook.got().len(), self.mail.got().len());
        self.world.host.tell_people().await.unwrap();
        self.world.host.deliver().await.unwrap();
        (self.webhook.got().len() - before.0, self.mail.got().len() - before.1)
    }

    /// The next night, with its run.
    async fn night(&self) -> (usize, usize) {
        let before = (self.webhook.got().len(), self.mail.got().len());
        let now = self.world.clock.utc();
        let due = Daily { hour: 5, minute: 30 }.next(now);
        self.world.clock.advance((due - now).to_std().unwrap());
        let ledgers = self.world.host.tick(&Stop::default()).await.unwrap();
        assert!(ledgers.len() == 1 && ledgers[0].is_ok(), "{ledgers:?}");
        (self.webhook.got().len() - before.0, self.mail.got().len() - before.1)
    }

    async fn sync(&self) {
        let admin = self.world.admin().await;
        admin.sync(&SyncOptions::default(), &Stop::default()).await.unwrap();
    }

    fn last(&self) -> Value {
        serde_json::from_str(self.webhook.got().last().unwrap()).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_told_once_again_when_it_changes_and_again_after_a_week() {
    let told = told_in("generic").await;
    let items = ["/A.pdf", "/B.pdf"].map(|path| told.world.sim.put(path, pdf(path).into()));
    for item in &items {
        told.world.import(item).await;
    }
    assert_eq!(told.night().await, (0, 0), "all is well");

    told.world.sim.delete("/A.pdf");
    assert_eq!(told.night().await, (1, 1));
    assert_eq!(told.goes_on().await, (0, 0));
    let digest = told.last();
    assert_eq!(digest["title"], "ClientPoint: something needs a person");
    let trouble = &digest["troubles"][0];
    assert_eq!(trouble["kind"], "files-need-a-person");
    assert!(
        trouble["message"]
            .as_str()
            .unwrap()
            .starts_with("file 100001, source-gone: "),
        "{digest}"
    );
    let url = trouble["url"].as_str().unwrap();
    assert!(
        url.starts_with("https://files.example.com/sync/") && url.ends_with("?outcome=source-gone"),
        "{url}"
    );
    let mail = told.mail.got().pop().unwrap();
    for part in [
        "Subject: ClientPoint: something needs a person\r\n",
        "To: Ada <ada@example.com>, bea@example.com\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "source-gone",
        "https://files.example.com/sync/",
    ] {
        assert!(mail.contains(part), "{part}: {mail}");
    }

    for night in 0..5 {
        assert_eq!(
            told.night().await,
            (0, 0),
            "never every night the same: {night}, {}",
            told.last()
        );
    }
    told.world.sim.delete("/B.pdf");
    assert_eq!(told.night().await, (1, 1), "another one is gone");
    for night in 0..6 {
        assert_eq!(told.night().await, (0, 0), "nothing has changed: {night}");
    }
    assert_eq!(told.night().await, (1, 1), "a week has passed");
    told.world.sim.restore("/A.pdf");
    told.world.sim.restore("/B.pdf");
    assert_eq!(told.night().await, (0, 0), "nobody is told that all is well");
    told.world.sim.delete("/A.pdf");
    assert_eq!(told.night().await, (1, 1), "what was over and comes back is new");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_arrive_is_told_in_the_status_and_sent_again_until_it_does() {
    let told = told_in("generic").await;
    let item = told.world.sim.put("/A.pdf", pdf("a").into());
    told.world.import(&item).await;
    told.world.sim.delete("/A.pdf");
    told.sync().await;
    told.webhook.behaves(Manner::Refuses);
    told.mail.behaves(Manner::Refuses);
    assert_eq!(told.goes_on().await, (0, 0));
    let admin = told.world.admin().await;
    let undelivered = admin.undelivered().await.unwrap();
    assert_eq!(undelivered.len(), 2, "{undelivered:?}");
    let why = |way: &str| undelivered.iter().find(|one| one.way == way).unwrap().why.clone();
    assert_eq!(why("webhook"), "the webhook answers 500");
    assert!(
        why("mail").contains("451") || why("mail").contains("try again later"),
        "{}",
        why("mail")
    );
    assert!(!format!("{undelivered:?}").contains("a-secret-of-the-hook"));

    told.webhook.behaves(Manner::Redirects);
    told.mail.behaves(Manner::Well);
    let calls = told.webhook.calls.load(Ordering::SeqCst);
    assert_eq!(told.goes_on().await, (0, 0), "it waits a while");
    told.world.clock.advance(Duration::from_secs(5 * 60));
    assert_eq!(told.goes_on().await, (0, 1));
    assert_eq!(
        told.webhook.calls.load(Ordering::SeqCst),
        calls + 1,
        "a redirect is not followed"
    );
    let undelivered = admin.undelivered().await.unwrap();
    assert!(
        undelivered[0].why.contains("307") && undelivered.len() == 1,
        "{undelivered:?}"
    );

    told.webhook.behaves(Manner::Well);
    told.world.clock.advance(Duration::from_secs(6 * 60));
    assert_eq!(told.goes_on().await, (1, 0));
    assert_eq!(admin.undelivered().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_is_waited_for_so_long_and_no_longer() {
    let told = told_in("teams").await;
    told.webhook.behaves(Manner::Hangs);
    told.mail.behaves(Manner::Hangs);
    let admin = told.world.admin().await;
    let begun = std::time::Instant::now();
    let deliveries = admin.test_telling().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    for Delivery { way, failed } in &deliveries {
        assert!(failed.is_some(), "{way}");
    }
    assert_eq!(deliveries.len(), 2);
    assert!(
        !format!("{deliveries:?}").contains("a-secret-of-the-hook"),
        "{deliveries:?}"
    );

    told.webhook.behaves(Manner::Well);
    told.mail.behaves(Manner::Well);
    let deliveries = admin.test_telling().await.unwrap();
    assert!(
        deliveries.iter().all(|delivery| delivery.failed.is_none()),
        "{deliveries:?}"
    );
    assert_eq!(told.last()["attachments"][0]["content"]["type"], "AdaptiveCard");
    assert!(told.mail.got()[0].contains("ClientPoint: a test"));
}
