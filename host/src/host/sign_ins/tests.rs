use std::collections::BTreeMap;

use clientpoint_engine::{
    clock::ManualClock,
    contract::exports::clientpoint::content_source::source::{AuthorizationPlan, Egress, SignInPage},
    oauth::{Credential, Plan, SignInPage as Page, pending::Pending},
    planned::Planned,
    secrets::Secret,
};

use super::{
    known::{IN_ALL, OF_A_PERSON},
    *,
};
use crate::{Error, host::Filled, store::connections::CredentialKind};

struct Rehearsal {
    clock: ManualClock,
    sign_ins: Arc<SignIns>,
}

fn rehearsal() -> Rehearsal {
    let clock = ManualClock::new("2026-03-02T05:00:00Z".parse().unwrap());
    Rehearsal {
        sign_ins: Arc::new(SignIns::new(Arc::new(clock.clone()))),
        clock,
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
            settings: BTreeMap::new(),
            secret: Secret::new(String::new()),
            kind: CredentialKind::None,
            credential: Credential::None,
            expires_at: None,
            account: Vec::new(),
        },
        is_registered: false,
        registers: None,
        pending,
    }
}

impl Rehearsal {
    /// Begins one: its name, and the query that comes back.
    fn begin(&self, by: &str) -> Result<(String, String)> {
        let under_way = under_way();
        let query = format!("code=c&state={}", under_way.pending.state().expose());
        let (id, _) = self.sign_ins.keep(by, under_way)?;
        Ok((id, query))
    }

    fn refusal(&self, query: &str, by: &str) -> String {
        let refused = self.sign_ins.claim(query, by).err().expect("it is not taken");
        assert!(!refused.ways_out().is_empty(), "{refused}");
        refused.code().to_owned()
    }

    fn word(&self, id: &str, by: &str) -> String {
        match self.sign_ins.stage(id, by) {
            Ok((.., Stage::Pending)) => "pending".into(),
            Ok((.., Stage::Connected(_))) => "connected".into(),
            Ok((.., Stage::Refused(why))) => why.code().to_owned(),
            Err(error) => error.code().to_owned(),
        }
    }
}

fn declined() -> Error {
    Error::SignIn {
        problem: "declined".into(),
        message: "no".into(),
    }
}

#[test]
fn an_answer_is_taken_once_from_who_began_it_and_its_end_is_known_for_a_while() {
    let stage = rehearsal();
    let (id, query) = stage.begin("ada").unwrap();
    assert!(!query.contains(&id), "the name tells nothing of the state");
    assert_eq!(stage.refusal("code=c&state=other", "ada"), "sign-in-unknown");
    assert_eq!(stage.refusal("code=c", "ada"), "sign-in-unknown");
    assert_eq!(stage.refusal(&query, "bea"), "sign-in-foreign");
    assert_eq!(stage.refusal(&query.replace("code=c&", ""), "ada"), "sign-in-empty");
    assert_eq!(stage.word(&id, "ada"), "pending");
    assert_eq!(stage.word(&id, "bea"), "sign-in-unknown");

    let claimed = stage.sign_ins.claim(&query, "ada").unwrap();
    assert_eq!(stage.refusal(&query, "ada"), "sign-in-used");
    assert_eq!(stage.word(&id, "ada"), "pending");
    stage.sign_ins.give_up(&id, "ada");
    assert_eq!(stage.word(&id, "ada"), "pending", "it has had its answer");
    claimed.settle(End::Refused(declined()));
    assert_eq!(stage.refusal(&query, "ada"), "sign-in-used");
    assert_eq!(stage.word(&id, "ada"), "declined");

    stage.clock.advance(KEPT);
    assert_eq!(stage.word(&id, "ada"), "sign-in-unknown");
}

#[test]
fn one_that_is_late_given_up_or_broken_off_says_so() {
    let stage = rehearsal();
    let (late, late_query) = stage.begin("ada").unwrap();
    stage.clock.advance(LIFE);
    let (gone, gone_query) = stage.begin("ada").unwrap();
    let (broken, broken_query) = stage.begin("ada").unwrap();
    stage.sign_ins.give_up(&gone, "bea");
    assert_eq!(stage.word(&gone, "ada"), "pending", "it is not hers");
    stage.sign_ins.give_up(&gone, "ada");
    drop(stage.sign_ins.claim(&broken_query, "ada").unwrap());

    for (id, query, code) in [(&late, &late_query, "too-late"), (&gone, &gone_query, "stopped")] {
        assert_eq!(stage.word(id, "ada"), code);
        assert_eq!(stage.refusal(query, "ada"), code);
    }
    assert_eq!(stage.word(&broken, "ada"), "broken-off");
    assert_eq!(stage.refusal(&broken_query, "ada"), "sign-in-used");
}

#[test]
fn nobody_has_more_than_a_few_and_all_together_have_an_end() {
    let stage = rehearsal();
    let first: Vec<(String, String)> = (0..OF_A_PERSON).map(|_| stage.begin("ada").unwrap()).collect();
    let refused = stage.begin("ada").err().unwrap();
    assert_eq!(refused.code(), "too-many-sign-ins");
    assert!(refused.to_string().contains("2026-03-02T05:10:00Z"), "{refused}");

    stage.sign_ins.give_up(&first[1].0, "ada");
    stage.clock.advance(Duration::from_secs(1));
    stage.sign_ins.give_up(&first[2].0, "ada");
    stage.begin("ada").unwrap();
    assert_eq!(
        stage.word(&first[1].0, "ada"),
        "sign-in-unknown",
        "the oldest end gives way"
    );
    assert_eq!(stage.word(&first[2].0, "ada"), "stopped");
    assert_eq!(stage.word(&first[0].0, "ada"), "pending", "what is waited for stays");

    let others = (OF_A_PERSON..IN_ALL).map(|other| format!("user {other}"));
    for other in others {
        stage.begin(&other).unwrap();
    }
    assert_eq!(stage.word(&first[2].0, "ada"), "stopped");
    stage.begin("zoe").unwrap();
    assert_eq!(stage.word(&first[2].0, "ada"), "sign-in-unknown");
    assert_eq!(stage.begin("zoe").err().unwrap().code(), "too-many-sign-ins");
    stage.clock.advance(LIFE);
    stage.begin("zoe").unwrap();
}
