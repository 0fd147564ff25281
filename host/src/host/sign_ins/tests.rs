use std::collections::BTreeMap;

use clientpoint_engine::{
    clock::ManualClock,
    contract::exports::clientpoint::content_source::source::{AuthorizationPlan, Egress, SignInPage},
    oauth::{Credential, Plan, SignInPage as Page, pending::Pending},
    planned::Planned,
};

use tempfile::TempDir;

use super::*;
use crate::{
    Error,
    host::Filled,
    store::{self, connections::CredentialKind, seal},
};

/// Two hosts of one library.
struct Rehearsal {
    clock: ManualClock,
    store: Store,
    key: SecretKey,
    sign_ins: Arc<SignIns>,
    beside: Arc<SignIns>,
    _data: TempDir,
}

async fn rehearsal() -> Rehearsal {
    let clock = ManualClock::new("2026-03-02T05:00:00Z".parse().unwrap());
    let data = tempfile::tempdir().unwrap();
    let store = store::open(data.path(), Duration::from_secs(5)).await.unwrap();
    let host = || Arc::new(SignIns::new(store.clone(), Arc::new(clock.clone())));
    let key = SecretKey::made().0;
    seal::will_seal_with(&store, &key).await.unwrap();
    Rehearsal {
        sign_ins: host(),
        beside: host(),
        clock,
        store,
        key,
        _data: data,
    }
}

fn under_way() -> UnderWay {
    let plan = AuthorizationPlan {
        token_url: "https://login.example/token".into(),
        client_id: "app".into(),
        scopes: Vec::new(),
        egress: Egress {
            api_origin: "https://api.example".into(),
            post_paths: Vec::new(),
            redirects: true,
        },
        sign_in: None,
    };
    let page = Page {
        url: "https://login.example/authorize".into(),
        ..Page::default()
    };
    let pending = Pending::begin(&Plan::default(), &page, "http://localhost:1/connect").unwrap();
    UnderWay {
        plugin: "p".into(),
        planned: Planned::new(plan, None).unwrap(),
        page: SignInPage {
            url: page.url,
            parameters: Vec::new(),
            issuer: String::new(),
            claims: Vec::new(),
        },
        approval: None,
        filled: Filled {
            settings: BTreeMap::from([("tenant".into(), "t".into())]),
            secret: Secret::new("hush".into()),
            kind: CredentialKind::Secret,
            credential: Credential::Secret(Secret::new("hush".into())),
            expires_at: None,
            account: vec!["tenant".into()],
        },
        is_registered: false,
        registers: None,
        pending,
    }
}

impl Rehearsal {
    /// Begins one: its name, and the query that comes back.
    async fn begin(&self, by: &str) -> Result<(String, String)> {
        let under_way = under_way();
        let query = format!("code=c&state={}", under_way.pending.state().expose());
        let (id, _) = self.sign_ins.keep(&self.key, by, &under_way).await?;
        Ok((id, query))
    }

    /// Takes an answer that has come to the other host.
    async fn claim(&self, query: &str, by: &str) -> Result<Claimed> {
        self.beside.claim(&self.key, query, by).await
    }

    async fn refusal(&self, query: &str, by: &str) -> String {
        let refused = self.claim(query, by).await.err().expect("it is not taken");
        assert!(!refused.ways_out().is_empty(), "{refused}");
        refused.code().to_owned()
    }

    async fn word(&self, id: &str, by: &str) -> String {
        match self.sign_ins.standing(id, by).await.map(|found| found.stage) {
            Ok(Stage::Pending) => "pending".into(),
            Ok(Stage::Connected(_)) => "connected".into(),
            Ok(Stage::Refused(why)) => why.code,
            Err(error) => error.code().to_owned(),
        }
    }

    /// Once somebody who was dropped has had their last word.
    async fn word_in_the_end(&self, id: &str, by: &str) -> String {
        loop {
            match self.word(id, by).await {
                word if word == "pending" => tokio::task::yield_now().await,
                word => return word,
            }
        }
    }

    /// What the database has of that one, but for what tells nothing.
    async fn sealed(&self, id: &str) -> Option<SignIn> {
        sign_ins::find(&self.store, id).await.unwrap()
    }
}

fn declined() -> End {
    End::refused(&Error::SignIn {
        problem: "declined".into(),
        message: "no".into(),
    })
}

#[tokio::test]
async fn an_answer_is_taken_once_by_any_host_from_who_began_it_and_its_end_is_known_for_a_while() {
    let stage = rehearsal().await;
    let (id, query) = stage.begin("ada").await.unwrap();
    assert!(!query.contains(&id), "the name tells nothing of the state");
    assert_eq!(stage.refusal("code=c&state=other", "ada").await, "sign-in-unknown");
    assert_eq!(stage.refusal("code=c", "ada").await, "sign-in-unknown");
    assert_eq!(stage.refusal(&query, "bea").await, "sign-in-foreign");
    let empty = query.replace("code=c&", "");
    assert_eq!(stage.refusal(&empty, "ada").await, "sign-in-empty");
    assert_eq!(stage.word(&id, "ada").await, "pending");
    assert_eq!(stage.word(&id, "bea").await, "sign-in-unknown");

    let claimed = stage.claim(&query, "ada").await.unwrap();
    assert!(matches!(&claimed.answer, Some(Answer::Code(code)) if code.expose() == "c"));
    assert_eq!(stage.refusal(&query, "ada").await, "sign-in-used");
    assert_eq!(stage.word(&id, "ada").await, "pending");
    stage.sign_ins.give_up(&id, "ada").await.unwrap();
    assert_eq!(stage.word(&id, "ada").await, "pending", "it has had its answer");
    claimed.settle(&declined()).await;
    assert_eq!(stage.refusal(&query, "ada").await, "sign-in-used");
    assert_eq!(stage.word(&id, "ada").await, "declined");

    stage.clock.advance(KEPT);
    assert_eq!(stage.word(&id, "ada").await, "sign-in-unknown");
}

#[tokio::test]
async fn of_two_hosts_that_take_the_same_answer_at_once_one_has_it() {
    let stage = rehearsal().await;
    for _ in 0..8 {
        let (_, query) = stage.begin("ada").await.unwrap();
        let one = stage.sign_ins.claim(&stage.key, &query, "ada");
        let (one, other) = tokio::join!(one, stage.claim(&query, "ada"));
        let (claimed, refused) = match (one, other) {
            (Ok(claimed), Err(refused)) | (Err(refused), Ok(claimed)) => (claimed, refused),
            (one, other) => panic!("{:?} {:?}", one.err(), other.err()),
        };
        assert_eq!(refused.code(), "sign-in-used");
        claimed.settle(&declined()).await;
    }
}

#[tokio::test]
async fn what_a_sign_in_is_made_of_is_sealed_comes_back_whole_and_goes_once_it_was_taken() {
    let stage = rehearsal().await;
    let begun = under_way();
    let query = format!("code=c&state={}", begun.pending.state().expose());
    let (id, _) = stage.sign_ins.keep(&stage.key, "ada", &begun).await.unwrap();
    let kept = stage.sealed(&id).await.unwrap();
    let told = format!("{kept:?}");
    let bytes: Vec<u8> = begun.pending.verifier.expose().bytes().collect();
    assert!(
        !told.contains(begun.pending.state().expose()) && !told.contains("hush"),
        "{told}"
    );
    assert!(!kept.has_in_the_open(&bytes) && !kept.has_in_the_open(b"hush"));
    assert!(kept.open(&SecretKey::made().0).is_err(), "another key opens nothing");

    let claimed = stage.claim(&query, "ada").await.unwrap();

    let (of, made) = (&claimed.under_way, &begun);
    assert_eq!(of.pending.verifier.expose(), made.pending.verifier.expose());
    assert_eq!(of.pending.nonce.expose(), made.pending.nonce.expose());
    assert_eq!(of.pending.redirect_uri, made.pending.redirect_uri);
    assert_eq!(of.filled.secret.expose(), "hush");
    assert!(matches!(&of.filled.credential, Credential::Secret(secret) if secret.expose() == "hush"));
    assert_eq!(
        (&of.filled.settings, &of.filled.account),
        (&made.filled.settings, &made.filled.account)
    );
    assert_eq!(format!("{:?}", of.planned.plan), format!("{:?}", made.planned.plan));
    assert_eq!(
        (&of.planned.named, &of.registers),
        (&made.planned.named, &made.registers)
    );
    assert_eq!(format!("{:?}", of.page), format!("{:?}", made.page));
    assert!(
        stage.sealed(&id).await.unwrap().open(&stage.key).is_err(),
        "nothing of it is kept"
    );
}

#[tokio::test]
async fn one_that_is_late_given_up_or_broken_off_says_so() {
    let stage = rehearsal().await;
    let (late, late_query) = stage.begin("ada").await.unwrap();
    stage.clock.advance(LIFE);
    let (gone, gone_query) = stage.begin("ada").await.unwrap();
    let (broken, broken_query) = stage.begin("ada").await.unwrap();
    stage.sign_ins.give_up(&gone, "bea").await.unwrap();
    assert_eq!(stage.word(&gone, "ada").await, "pending", "it is not hers");
    stage.sign_ins.give_up(&gone, "ada").await.unwrap();
    drop(stage.claim(&broken_query, "ada").await.unwrap());

    for (id, query, code) in [(&late, &late_query, "too-late"), (&gone, &gone_query, "stopped")] {
        assert_eq!(stage.word(id, "ada").await, code);
        assert_eq!(stage.refusal(query, "ada").await, code);
    }
    assert_eq!(stage.word_in_the_end(&broken, "ada").await, "broken-off");
    assert_eq!(stage.refusal(&broken_query, "ada").await, "sign-in-used");
}

#[tokio::test]
async fn one_whose_host_has_died_with_its_answer_is_told_as_broken_off_in_the_end() {
    let stage = rehearsal().await;
    let (id, query) = stage.begin("ada").await.unwrap();
    // Killed, it tells nobody.
    std::mem::forget(stage.claim(&query, "ada").await.unwrap());
    stage.clock.advance(WORK - Duration::from_secs(1));
    assert_eq!(stage.word(&id, "ada").await, "pending");

    stage.clock.advance(Duration::from_secs(1));

    assert_eq!(stage.word(&id, "ada").await, "broken-off");
    assert_eq!(stage.refusal(&query, "ada").await, "sign-in-used");
    stage.clock.advance(KEPT);
    assert_eq!(stage.word(&id, "ada").await, "sign-in-unknown");
    stage.sign_ins.tidy().await.unwrap();
    assert!(stage.sealed(&id).await.is_none());
}

#[tokio::test]
async fn what_nobody_came_back_from_is_tidied_away_and_a_change_of_the_key_leaves_none_that_waits() {
    let stage = rehearsal().await;
    let (late, _) = stage.begin("ada").await.unwrap();
    stage.clock.advance(LIFE);
    let (waits, query) = stage.begin("ada").await.unwrap();
    assert!(
        stage.sealed(&late).await.unwrap().open(&stage.key).is_err(),
        "it is late"
    );
    assert_eq!(stage.word(&late, "ada").await, "too-late");

    let next = SecretKey::made().0;
    assert_eq!(seal::change_key(&stage.store, &stage.key, &next).await.unwrap(), 0);

    assert!(stage.sealed(&waits).await.is_none());
    assert_eq!(stage.refusal(&query, "ada").await, "sign-in-unknown");
    let refused = stage.begin("ada").await.unwrap_err();
    assert!(refused.to_string().contains("another key"), "{refused}");
}

#[tokio::test]
async fn what_comes_back_belongs_to_the_browser_that_has_begun_it_at_any_host() {
    let stage = rehearsal().await;
    let (id, query) = stage.begin("ada").await.unwrap();
    let [cookie, other] = ["one", "other"].map(|cookie| Secret::new(cookie.into()));
    let of = async |cookie: &Secret, query: &str| stage.beside.of_browser(cookie, query).await.unwrap();
    assert_eq!(of(&cookie, &query).await, None, "no browser has begun it yet");
    stage.sign_ins.begun_in(&id, "bea", &other).await.unwrap();
    assert_eq!(of(&other, &query).await, None, "it is not hers");

    stage.sign_ins.begun_in(&id, "ada", &cookie).await.unwrap();

    assert_eq!(of(&cookie, &query).await.as_ref(), Some(&id));
    assert_eq!(of(&other, &query).await, None);
    assert_eq!(of(&cookie, "code=c&state=other").await, None);
    stage.clock.advance(LIFE + KEPT);
    assert_eq!(of(&cookie, &query).await, None);
}

#[tokio::test]
async fn nobody_has_more_than_a_few_and_all_together_have_an_end() {
    let stage = rehearsal().await;
    let mut first = Vec::new();
    for _ in 0..MOST.of_a_person {
        first.push(stage.begin("ada").await.unwrap());
    }
    let refused = stage.begin("ada").await.err().unwrap();
    assert_eq!(refused.code(), "too-many-sign-ins");
    assert!(refused.to_string().contains("2026-03-02T05:10:00Z"), "{refused}");

    stage.sign_ins.give_up(&first[1].0, "ada").await.unwrap();
    stage.clock.advance(Duration::from_secs(1));
    stage.sign_ins.give_up(&first[2].0, "ada").await.unwrap();
    stage.begin("ada").await.unwrap();
    assert_eq!(
        stage.word(&first[1].0, "ada").await,
        "sign-in-unknown",
        "the oldest end gives way"
    );
    assert_eq!(stage.word(&first[2].0, "ada").await, "stopped");
    assert_eq!(
        stage.word(&first[0].0, "ada").await,
        "pending",
        "what is waited for stays"
    );

    for other in MOST.of_a_person..MOST.in_all {
        stage.begin(&format!("user {other}")).await.unwrap();
    }
    assert_eq!(stage.word(&first[2].0, "ada").await, "stopped");
    stage.begin("zoe").await.unwrap();
    assert_eq!(stage.word(&first[2].0, "ada").await, "sign-in-unknown");
    assert_eq!(stage.begin("zoe").await.err().unwrap().code(), "too-many-sign-ins");
    stage.clock.advance(LIFE);
    stage.begin("zoe").await.unwrap();
}
