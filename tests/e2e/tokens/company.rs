//! The company's token is asked for once, for all hosts and processes of a library; and nobody's work fails where it can't be
//! kept.

use std::{
    any::Any,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use chrono::TimeDelta;
use clientpoint_engine::{
    oauth::{Cache, CompanyToken, Credential, Endpoint, Keeping, Plan, Tokens},
    secrets::Secret,
};

use super::*;

/// Keeps a token in memory, and nothing where it is told so.
#[derive(Default)]
struct Memory {
    token: Mutex<Option<CompanyToken>>,
    fails: AtomicBool,
}

impl Memory {
    fn outcome<T>(&self, done: T) -> Result<T, String> {
        match self.fails.load(Ordering::SeqCst) {
            true => Err("the disk is full".into()),
            false => Ok(done),
        }
    }
}

impl Cache for Memory {
    fn alone(&self) -> Keeping<'_, Box<dyn Any + Send>> {
        Box::pin(async { self.outcome(Box::new(()) as Box<dyn Any + Send>) })
    }

    fn read(&self) -> Keeping<'_, Option<CompanyToken>> {
        Box::pin(async { self.outcome(self.token.lock().unwrap().clone()) })
    }

    fn write<'a>(&'a self, token: &'a CompanyToken) -> Keeping<'a, ()> {
        Box::pin(async {
            self.outcome(())?;
            *self.token.lock().unwrap() = Some(token.clone());
            Ok(())
        })
    }
}

/// The tokens of one process, as a connection of the company has them.
fn process(world: &World, memory: &Arc<Memory>) -> Tokens {
    let plan = Plan {
        token_url: format!("{}/{}/oauth2/v2.0/token", world.sim.login_url(), world.sim.tenant()),
        client_id: world.sim.client_id().into(),
        scopes: vec!["https://graph.microsoft.com/.default".into()],
    };
    let clock: Arc<dyn Clock> = Arc::new(world.clock.clone());
    let endpoint = Endpoint::new(
        plan,
        Credential::Secret(Secret::new(world.sim.client_secret().into())),
        clientpoint_engine::egress::client(true).unwrap(),
        clock.clone(),
    );
    Tokens::of_company(endpoint, memory.clone(), clock)
}

/// Another host on the same library.
async fn another(world: &World) -> Host {
    let builder = end_to_end::builder(&world.sim, &world.clock, world.data.path());
    builder.build().await.unwrap()
}

#[tokio::test]
async fn a_token_that_is_kept_is_taken_until_it_is_time_for_another_and_then_one_asks() {
    let (world, memory) = (World::new().await, Arc::new(Memory::default()));
    let (one, two) = (process(&world, &memory), process(&world, &memory));

    let first = one.bearer().await.unwrap();
    assert_eq!(two.bearer().await.unwrap(), first);
    assert_eq!(renewals(&world), 1);
    pass(&world, Duration::from_secs(54 * 60));
    assert_eq!(process(&world, &memory).bearer().await.unwrap(), first);

    pass(&world, Duration::from_secs(60));
    let second = two.bearer().await.unwrap();
    assert_ne!(second, first);
    assert_eq!(one.bearer().await.unwrap(), second);
    assert_eq!(renewals(&world), 2);
}

#[tokio::test]
async fn a_token_that_was_refused_is_given_to_nobody_who_says_so() {
    let (world, memory) = (World::new().await, Arc::new(Memory::default()));
    let (one, two) = (process(&world, &memory), process(&world, &memory));
    let refused = one.bearer().await.unwrap();
    assert_eq!(two.bearer().await.unwrap(), refused);

    let second = one.instead_of(&refused).await.unwrap();

    assert_ne!(second, refused);
    assert_eq!(two.instead_of(&refused).await.unwrap(), second, "it is there already");
    assert_eq!(renewals(&world), 2);
}

#[tokio::test]
async fn where_it_can_not_be_kept_each_process_asks_and_works_in_memory() {
    let (world, memory) = (World::new().await, Arc::new(Memory::default()));
    memory.fails.store(true, Ordering::SeqCst);
    let (one, two) = (process(&world, &memory), process(&world, &memory));

    let first = one.bearer().await.unwrap();
    assert_eq!(one.bearer().await.unwrap(), first);
    two.bearer().await.unwrap();

    assert_eq!(renewals(&world), 2);
    assert!(memory.token.lock().unwrap().is_none());
}

#[tokio::test]
async fn a_token_from_a_clock_that_was_wrong_or_one_that_no_header_can_carry_is_none() {
    let (world, memory) = (World::new().await, Arc::new(Memory::default()));
    for (access, hours) in [("from the future", 25), ("two\nlines", 1)] {
        *memory.token.lock().unwrap() = Some(CompanyToken {
            access: Secret::new(access.into()),
            renew_at: world.clock.utc() + TimeDelta::hours(hours),
            scope: None,
        });
        process(&world, &memory).bearer().await.unwrap();
    }
    assert_eq!(renewals(&world), 2);
}

#[tokio::test]
async fn who_asks_anew_is_told_a_refusal_and_takes_the_token_of_before_from_nobody() {
    let (world, memory) = (World::new().await, Arc::new(Memory::default()));
    let tokens = process(&world, &memory);
    let first = tokens.bearer().await.unwrap();
    world
        .sim
        .fault(Fault::refuse(401, "invalid_client", 7_000_222).at(Place::SignIn));

    assert!(tokens.anew().await.is_err());

    assert!(tokens.take_refusal().is_none(), "nobody's work has ended");
    assert_eq!(tokens.bearer().await.unwrap(), first);
    world.sim.clear_faults();
    pass(&world, Duration::from_secs(60));
    let second = tokens.anew().await.unwrap();
    assert_ne!(second, first);
    assert_eq!(tokens.bearer().await.unwrap(), second);
    assert_eq!(process(&world, &memory).bearer().await.unwrap(), second);
}

#[tokio::test]
async fn two_hosts_or_processes_ask_for_the_companys_token_once() {
    let world = World::connected().await;
    let other = another(&world).await;
    browse(&other).await;
    assert_eq!(renewals(&world), 0, "the one of the first is good for both");

    pass(&world, Duration::from_secs(3600));
    tokio::join!(browse(&world.host), browse(&other), browse(&world.host), browse(&other));
    assert_eq!(renewals(&world), 1);

    world.sim.revoke_tokens();
    browse(&other).await;
    browse(&world.host).await;
    assert_eq!(
        renewals(&world),
        2,
        "who is refused by the source takes what another has"
    );
}

#[tokio::test]
async fn who_connects_anew_has_a_new_token_in_every_process_for_rights_may_have_changed() {
    let world = World::connected().await;
    let other = another(&world).await;
    browse(&other).await;
    pass(&world, Duration::from_secs(60));
    let admin = world.admin().await;

    admin
        .connect_organization(end_to_end::credentials(&world.sim))
        .await
        .unwrap();
    assert_eq!(renewals(&world), 1, "what was typed is tried");

    browse(&other).await;
    assert_eq!(renewals(&world), 2, "the one from before is gone");
    browse(&world.host).await;
    assert_eq!(renewals(&world), 2);
}

#[tokio::test]
async fn with_another_key_the_token_is_asked_for_again() {
    let world = World::connected().await;
    world.admin().await.rotate_key().await.unwrap();
    browse(&world.host).await;
    browse(&another(&world).await).await;
    assert_eq!(renewals(&world), 1);
}
