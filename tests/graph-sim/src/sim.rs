//! The simulator as tests hold it in their hands.

mod company;
mod drives;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::runtime::{Builder, Runtime};

use crate::{
    clock::Clock,
    company::Company,
    config::{CLIENT_ID, CLIENT_SECRET, Config, DeltaStyle, Resync, TENANT_DOMAIN, TENANT_ID},
    fault::{Fault, FaultBook},
    in_drive::InDrive,
    log::{Log, Logged},
    quirks::Quirks,
    seed,
    server::Ports,
    sign_in::{certificate::Certificate, ledger::Ledger, tenant::Tenant},
    units::Meter,
    world::{State, World},
};

/// A running simulator. Dropping it stops the servers and breaks all connections.
///
/// Calls that change a drive panic where they make no sense (a path through a file, a name that is taken): they are
/// the set-up of a test, which should end there.
pub struct Sim {
    world: Arc<World>,
    /// A runtime of its own, so that nothing of the simulator outlives it, not even a stalled download.
    runtime: Option<Runtime>,
}

impl Sim {
    /// Takes the ports, fills the drives, and answers from then on.
    ///
    /// # Errors
    ///
    /// A port is taken, a folder to seed from can't be read, or a certificate is none.
    pub async fn start(config: Config) -> anyhow::Result<Self> {
        let clock = Clock::new(config.clock);
        let mut company = Company::contoso(TENANT_DOMAIN, clock.now());
        seed::fill(&mut company, &config.seed, clock.now())?;
        for number in 1..=config.more_sites {
            let path = format!("/sites/Site{number:04}");
            company.add_site_at(
                &path,
                &format!("Site {number:04}"),
                &[("Documents", "Shared%20Documents")],
                clock.now(),
            );
        }
        company.drives.values_mut().for_each(|drive| drive.begin(config.born));
        let mut faults = FaultBook::default();
        for fault in &config.faults {
            faults.add(fault.clone());
        }
        let mut ledger = Ledger::default();
        for der in &config.certificates {
            ledger.certificates.push(Certificate::from_der(der)?);
        }
        let state = State {
            clock,
            company,
            ledger,
            tenant: Tenant::new(&config),
            delta: config.delta.clone(),
            quirks: config.quirks.clone(),
            meter: Meter::new(config.units_per_minute),
            faults,
            log: Log::default(),
            stalled: 0,
            stalls: 0,
        };

        let ports = Ports::bind(config.graph_port, config.login_port, config.content_port)?;
        let world = Arc::new(World::new(ports.urls()?, &config, state)?);
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("graph-sim")
            .enable_all()
            .build()?;
        ports.serve(&runtime, &world)?;
        Ok(Self {
            world,
            runtime: Some(runtime),
        })
    }

    /// Where Graph is, as in `http://127.0.0.1:1234`; the version comes after it.
    pub fn graph_url(&self) -> String {
        self.world.graph_url.clone()
    }

    /// Where tokens are given out.
    pub fn login_url(&self) -> String {
        self.world.login_url.clone()
    }

    /// Where downloads come from.
    pub fn content_url(&self) -> String {
        self.world.content_url.clone()
    }

    /// The tenant's id.
    pub fn tenant(&self) -> &str {
        TENANT_ID
    }

    /// The id of the application that may sign in.
    pub fn client_id(&self) -> &str {
        CLIENT_ID
    }

    /// Its secret.
    pub fn client_secret(&self) -> &str {
        CLIENT_SECRET
    }

    /// The id of the main drive.
    pub fn drive_id(&self) -> String {
        self.world.state().company.main.clone()
    }

    /// The ids of the company's drives, in no particular order.
    pub fn drive_ids(&self) -> Vec<String> {
        let state = self.world.state();
        state.company.own_drives().map(|drive| drive.id.clone()).collect()
    }

    /// The main drive, as a thing to work on.
    fn main(&self) -> InDrive<'_> {
        InDrive::new(&self.world, None)
    }

    /// Another drive by its id.
    pub fn in_drive(&self, drive: &str) -> InDrive<'_> {
        InDrive::new(&self.world, Some(drive))
    }

    /// Lets Graph refuse to resolve such addresses with this status, 400 or 403, as is reported of the service; `None`:
    /// it resolves them.
    pub fn refuse_pages(&self, status: Option<u16>) {
        self.world.state().company.pages_refused = status;
    }

    /// Sets a fault, after those that are set.
    pub fn fault(&self, fault: impl Into<Fault>) {
        self.world.state().faults.add(fault.into());
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.world.state().faults.clear();
    }

    /// The requests so far, oldest first; only the last 100,000 are kept.
    pub fn requests(&self) -> Vec<Logged> {
        self.world.state().log.requests().cloned().collect()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.world.state().log.clear();
    }

    /// Waits until a request was logged, or finds it among those so far.
    pub async fn wait_for(&self, what: impl Fn(&Logged) -> bool) -> Logged {
        self.world
            .until(|state| state.log.requests().find(|request| what(request)).cloned())
            .await
    }

    /// Waits until at least so many downloads are held by a `stall`.
    pub async fn stalled(&self, count: usize) {
        self.world.until(|state| (state.stalled >= count).then_some(())).await;
    }

    /// Waits until no download is held by a `stall` any more: released, or left by its reader.
    pub async fn none_stalled(&self) {
        self.world.until(|state| (state.stalled == 0).then_some(())).await;
    }

    /// Lets the stalled downloads go on with the rest of their bytes.
    pub fn release_stalled(&self) {
        self.world.release_stalled();
    }

    /// Lets the stalled download go on, and waits until it has: it stalls anew, as one that drips does, or no more.
    pub async fn pass_stalled(&self) {
        let before = self.world.until(|state| Some(state.stalls)).await;
        self.world.release_stalled();
        let has_gone_on = |state: &State| state.stalled == 0 || before < state.stalls;
        self.world.until(|state| has_gone_on(state).then_some(())).await;
    }

    /// The simulator's time.
    pub fn now(&self) -> DateTime<Utc> {
        self.world.now()
    }

    /// Sets the simulator's time; its clock runs on from there.
    pub fn set_clock(&self, now: DateTime<Utc>) {
        self.world.state().clock.set(now);
    }

    /// Makes the delta tokens of all drives useless that were given out so far: 410, with this advice.
    pub fn expire_delta_tokens(&self, resync: Resync) {
        let drives = &mut self.world.state().company.drives;
        drives.values_mut().for_each(|drive| drive.expire_tokens(resync));
    }

    /// Sets what changes are told like from now on.
    pub fn set_delta_style(&self, style: DeltaStyle) {
        self.world.state().delta = style;
    }

    /// Makes the delta tokens of all drives useless that were given out so far: this status, for as long as they are asked
    /// for.
    pub fn break_delta_tokens(&self, status: u16) {
        let drives = &mut self.world.state().company.drives;
        drives.values_mut().for_each(|drive| drive.break_tokens(status));
    }

    /// Sets what is otherwise than usual from now on.
    pub fn set_quirks(&self, quirks: Quirks) {
        self.world.state().quirks = quirks;
    }

    /// Makes a site at this path of the host (`/hr` is one below the root site), with libraries by their names and by the
    /// last name of their addresses, which need not be alike. Returns the ids of the libraries.
    pub fn add_site(&self, path: &str, name: &str, libraries: &[(&str, &str)]) -> Vec<String> {
        let mut state = self.world.state();
        let now = state.clock.now();
        state.company.add_site_at(path, name, libraries, now)
    }

    /// Sets how many resource units there are in a minute; `None`: any number.
    pub fn set_units_per_minute(&self, units: Option<u32>) {
        self.world.state().meter.limit = units;
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Waiting for it is not allowed inside another runtime, where tests drop their simulators.
            runtime.shutdown_background();
        }
    }
}
