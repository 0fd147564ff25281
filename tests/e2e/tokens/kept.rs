//! A renewed token is kept before it is used, whatever dies on the way.

use std::{
    any::Any,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use clientpoint_engine::{
    clock::ManualClock,
    oauth::{
        Asking, Credential, Endpoint, Grant, Keeper, Keeping, Plan, SignInPage, TokenError, Tokens,
        pending::{Answer, Pending},
    },
    secrets::Secret,
};
use end_to_end::browser::decide;
use graph_sim::Sim;

use super::*;

/// Keeps a grant in memory, and dies on request when it should store the next.
struct Memory {
    grant: Mutex<Grant>,
    dies: AtomicBool,
    fails: AtomicBool,
}

impl Keeper for Memory {
    fn alone(&self) -> Keeping<'_, Box<dyn Any + Send>> {
        Box::pin(async { Ok(Box::new(()) as Box<dyn Any + Send>) })
    }

    fn read(&self) -> Keeping<'_, Option<Grant>> {
        Box::pin(async { Ok(Some(self.grant.lock().unwrap().clone())) })
    }

    fn write<'a>(&'a self, grant: &'a Grant) -> Keeping<'a, ()> {
        Box::pin(async {
            if self.dies.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            if self.fails.load(Ordering::SeqCst) {
                return Err("the disk is full".into());
            }
            *self.grant.lock().unwrap() = grant.clone();
            Ok(())
        })
    }
}

fn endpoint(sim: &Sim, clock: &ManualClock) -> Endpoint {
    Endpoint::new(
        plan(sim),
        Credential::Secret(Secret::new(sim.client_secret().into())),
        clientpoint_engine::egress::client(true).unwrap(),
        Arc::new(clock.clone()),
    )
}

fn plan(sim: &Sim) -> Plan {
    Plan {
        token_url: format!("{}/organizations/oauth2/v2.0/token", sim.login_url()),
        client_id: sim.client_id().into(),
        scopes: ["https://graph.microsoft.com/Files.Read", "openid", "offline_access"]
            .map(str::to_string)
            .into(),
    }
}

/// What a sign-in brings, and somebody who keeps it.
async fn kept(world: &World) -> Arc<Memory> {
    let page = SignInPage {
        url: format!("{}/organizations/oauth2/v2.0/authorize", world.sim.login_url()),
        ..SignInPage::default()
    };
    let pending = Pending::begin(&plan(&world.sim), &page, "http://localhost:1/connect").unwrap();
    let back = decide(&pending.url, "member").await;
    let Ok(Answer::Code(code)) = pending.accept(url::Url::parse(&back).unwrap().query().unwrap()) else {
        panic!("{back}");
    };
    let asking = Asking::Code {
        code: &code,
        verifier: &pending.verifier,
        redirect_uri: &pending.redirect_uri,
    };
    let granted = endpoint(&world.sim, &world.clock).ask(&asking).await.unwrap();
    Arc::new(Memory {
        grant: Mutex::new(Grant::new(granted, None, world.clock.utc()).unwrap()),
        dies: AtomicBool::new(false),
        fails: AtomicBool::new(false),
    })
}

fn tokens(world: &World, memory: &Arc<Memory>) -> Tokens {
    Tokens::of_person(
        endpoint(&world.sim, &world.clock),
        memory.clone(),
        Arc::new(world.clock.clone()),
    )
}

#[tokio::test]
async fn a_process_that_dies_before_it_has_stored_the_new_token_leaves_one_that_works() {
    let world = World::new().await;
    let memory = kept(&world).await;
    let before = memory.grant.lock().unwrap().refresh.expose().to_string();
    pass(&world, Duration::from_secs(3600));
    world.sim.clear_requests();

    memory.dies.store(true, Ordering::SeqCst);
    let dying = tokens(&world, &memory);
    tokio::select! {
        _ = dying.bearer() => panic!("nothing may be used before it is stored"),
        _ = world.sim.wait_for(|request| request.kind == RequestKind::Token && request.status == 200) => {}
    }
    drop(dying);
    assert_eq!(memory.grant.lock().unwrap().refresh.expose(), before);

    memory.dies.store(false, Ordering::SeqCst);
    tokens(&world, &memory).bearer().await.unwrap();
    assert_ne!(memory.grant.lock().unwrap().refresh.expose(), before);
}

#[tokio::test]
async fn a_token_that_can_not_be_stored_is_not_used() {
    let world = World::new().await;
    let memory = kept(&world).await;
    pass(&world, Duration::from_secs(3600));
    memory.fails.store(true, Ordering::SeqCst);
    let error = tokens(&world, &memory).bearer().await.unwrap_err();
    assert!(
        matches!(&error, TokenError::Storage(why) if why.contains("disk is full")),
        "{error}"
    );
}

#[tokio::test]
async fn who_asks_and_goes_away_does_not_break_the_renewal_off() {
    let world = World::new().await;
    let memory = kept(&world).await;
    let before = memory.grant.lock().unwrap().refresh.expose().to_string();
    pass(&world, Duration::from_secs(3600));
    let tokens = tokens(&world, &memory);
    assert!(
        futures::poll!(Box::pin(tokens.bearer())).is_pending(),
        "asked, and gone"
    );
    tokens.bearer().await.unwrap();
    assert_ne!(memory.grant.lock().unwrap().refresh.expose(), before);
    assert_eq!(renewals(&world), 2, "the code, and one renewal");
}
