//! The simulator as tests hold it in their hands.

use std::sync::Arc;

use anyhow::{Context, anyhow};
use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use crate::{
    clock::Clock,
    company::Company,
    config::{
        CLIENT_ID, CLIENT_SECRET, Config, Consent, DeltaStyle, Platform, Redirect, Resync, TENANT_DOMAIN, TENANT_ID,
    },
    content::Content,
    drive::ItemKind,
    fault::{Fault, FaultBook},
    in_drive::{InDrive, or_stop},
    log::{Log, Logged},
    quirks::Quirks,
    seed,
    server::Ports,
    sign_in::{
        authority::Authority,
        certificate::Certificate,
        ledger::{Bearer, Grant, Ledger},
        people,
        scope::Scopes,
        tenant::Tenant,
    },
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

    /// Makes a file in the main drive, or gives an existing one new content, and returns its id. Folders on the way
    /// are made.
    #[track_caller]
    pub fn put(&self, path: &str, content: Content) -> String {
        self.main().put(path, content)
    }

    /// [`Sim::put`] in another drive.
    #[track_caller]
    pub fn put_in(&self, drive: &str, path: &str, content: Content) -> String {
        self.in_drive(drive).put(path, content)
    }

    /// Makes a folder, and those it lies in, in the main drive. Returns its id.
    #[track_caller]
    pub fn mkdir(&self, path: &str) -> String {
        self.main().mkdir(path)
    }

    /// Gives an item of the main drive another name.
    #[track_caller]
    pub fn rename(&self, path: &str, name: &str) {
        self.main().rename(path, name);
    }

    /// Moves an item of the main drive into another folder.
    #[track_caller]
    pub fn move_to(&self, path: &str, folder: &str) {
        self.main().move_to(path, folder);
    }

    /// Deletes an item of the main drive, and all that is in it.
    #[track_caller]
    pub fn delete(&self, path: &str) {
        self.main().delete(path);
    }

    /// Moves an item of the main drive into a folder of another, where it gets another id, which is returned.
    #[track_caller]
    pub fn move_to_drive(&self, path: &str, drive: &str, folder: &str) -> String {
        or_stop(self.world.move_to_drive(None, path, drive, folder))
    }

    /// Brings back what was deleted from the main drive, with all that went with it and with the ids it had: by its
    /// id, or by the path it had. Returns its id.
    #[track_caller]
    pub fn restore(&self, what: &str) -> String {
        self.main().restore(what)
    }

    /// Makes a OneNote notebook in the main drive. Returns its id.
    #[track_caller]
    pub fn put_package(&self, path: &str) -> String {
        self.main().put_new(path, ItemKind::Package)
    }

    /// Makes a shortcut in the main drive to an item of another drive. Returns its id.
    #[track_caller]
    pub fn put_shortcut(&self, path: &str, drive: &str, item: &str) -> String {
        let shortcut = ItemKind::Shortcut {
            drive: drive.to_owned(),
            item: item.to_owned(),
        };
        self.main().put_new(path, shortcut)
    }

    /// Marks a file of the main drive as infected.
    #[track_caller]
    pub fn mark_malware(&self, path: &str) {
        self.main().mark_malware(path);
    }

    /// Makes a sharing link to an item of the main drive, as people copy it: whoever has it may look at the item.
    #[track_caller]
    pub fn share(&self, path: &str) -> String {
        self.main().share(path)
    }

    /// The id of an item of the main drive.
    pub fn item_id(&self, path: &str) -> Option<String> {
        self.main().item_id(path)
    }

    /// What the browser's address bar shows while a file of the main drive is open: it names it by its GUID.
    pub fn page_address(&self, path: &str) -> Option<String> {
        self.main().page_address(path)
    }

    /// Lets Graph refuse to resolve such addresses with this status, 400 or 403, as is reported of the service; `None`:
    /// it resolves them.
    pub fn refuse_pages(&self, status: Option<u16>) {
        self.world.state().company.pages_refused = status;
    }

    /// The content of a file of the main drive, all at once.
    pub fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        self.main().bytes(path)
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

    /// Makes all access tokens unknown, as if they had been revoked.
    pub fn revoke_tokens(&self) {
        self.world.state().ledger.revoke_access_tokens();
    }

    /// Makes all refresh tokens useless, as an administrator can: `invalid_grant`, AADSTS50173.
    pub fn revoke_refresh_tokens(&self) {
        self.world.state().ledger.revoke_refresh_tokens(None);
    }

    /// [`Sim::revoke_refresh_tokens`] for one person: `member`, `second`, `guest` or `personal`.
    pub fn revoke_refresh_tokens_of(&self, person: &str) {
        self.world.state().ledger.revoke_refresh_tokens(Some(person));
    }

    /// Whether refresh tokens are answered with `interaction_required`, AADSTS50076, until somebody says otherwise.
    pub fn require_interaction(&self, required: bool) {
        self.world.state().ledger.interaction_required = required;
    }

    /// Every secret that was given out or sent here so far: codes, tokens, client secrets, assertions, verifiers. For
    /// tests that look where none should be.
    pub fn secrets(&self) -> Vec<String> {
        self.world.state().ledger.secrets().cloned().collect()
    }

    /// Registers a certificate on the application, in DER, for client assertions.
    #[track_caller]
    pub fn add_certificate(&self, der: &[u8]) {
        let certificate = or_stop(Certificate::from_der(der));
        self.world.state().ledger.certificates.push(certificate);
    }

    /// Takes all certificates off the application.
    pub fn remove_certificates(&self) {
        self.world.state().ledger.certificates.clear();
    }

    /// Sets the application permissions that are granted: what the application's tokens say from now on.
    pub fn set_roles(&self, roles: &[&str]) {
        self.world.state().tenant.roles = roles.iter().map(|role| (*role).to_owned()).collect();
    }

    /// Grants the application one site (`Sites.Selected`), by its path: `/sites/Marketing`.
    #[track_caller]
    pub fn grant_site(&self, path: &str) {
        or_stop(self.world.grant_site(path));
    }

    /// Who may approve the application for a person's sign-in, from now on.
    pub fn set_consent(&self, consent: Consent) {
        self.world.state().tenant.consent = consent;
    }

    /// Approves the application for everybody, as an administrator does.
    pub fn approve(&self) {
        self.world.state().tenant.approved = true;
    }

    /// Registers the redirect address on this platform, and on no other.
    pub fn register(&self, uri: &str, platform: Platform) {
        self.world.state().tenant.redirects = vec![Redirect {
            uri: uri.to_owned(),
            platform,
        }];
    }

    /// Ends each sign-in after so long, whether it is used or not: `invalid_grant`, AADSTS70043.
    pub fn require_sign_in_every(&self, time: Option<TimeDelta>) {
        self.world.state().tenant.sign_in_every = time;
    }

    /// Protects a drive by an authentication context: who opens it is asked for more claims, with 401 or with 403.
    pub fn challenge(&self, drive: &str, status: u16) {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::UNAUTHORIZED);
        self.world.state().tenant.contexts.insert(drive.to_owned(), status);
    }

    /// Whether client assertions are taken at the address of all organizations, which nobody has written down: else AADSTS700023.
    pub fn take_assertions_anywhere(&self, anywhere: bool) {
        self.world.state().tenant.assertions_anywhere = anywhere;
    }

    /// What answers with a token say in the place of its true life; `None`: the truth.
    pub fn tell_life(&self, expires_in: Option<Value>) {
        self.world.state().tenant.told_life = expires_in;
    }

    /// An access token of `member`, `second`, `guest` or `personal`, without the way through the browser, for all that
    /// people may read.
    #[track_caller]
    pub fn sign_in_as(&self, person: &str) -> String {
        let mut state = self.world.state();
        let now = state.clock.now();
        let account = people::find(&state.company, person)
            .and_then(|person| Authority::Tenant(TENANT_ID).account(person))
            .with_context(|| format!("there is nobody called {person:?}"));
        let account = or_stop(account);
        let rights =
            or_stop(Scopes::parse("Files.Read.All Sites.Read.All User.Read").map_err(|_| anyhow!("no scopes")));
        let bearer = Bearer {
            account: Some(account),
            rights,
        };
        state.ledger.issue_access_token(bearer, now)
    }

    /// A refresh token of one of them, for all files and sites, as if it came from a sign-in at the company.
    #[track_caller]
    pub fn refresh_token_of(&self, person: &str) -> String {
        let mut state = self.world.state();
        let now = state.clock.now();
        let authority = Authority::Tenant(TENANT_ID);
        let account = people::find(&state.company, person).and_then(|person| authority.account(person));
        let account = or_stop(account.with_context(|| format!("there is nobody called {person:?}")));
        let scopes =
            or_stop(Scopes::parse("Files.Read.All Sites.Read.All offline_access").map_err(|_| anyhow!("no scopes")));
        let grant = Grant {
            authority,
            account,
            scopes,
            platform: if self.world.public_client {
                Platform::Native
            } else {
                Platform::Web
            },
            since: now,
        };
        state.ledger.issue_refresh_token(grant, now)
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
