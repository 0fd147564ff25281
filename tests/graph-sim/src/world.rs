//! Everything the three servers share: who they are, what they know, and who is waiting for what.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::Context;
use chrono::{DateTime, Utc};
use tokio::sync::watch;

use crate::{
    clock::Clock,
    company::Company,
    config::{Config, DeltaStyle},
    content::{Content, Source},
    drive::Drive,
    fault::FaultBook,
    ids,
    log::Log,
    quirks::Quirks,
    sign_in::{id_token::Signer, ledger::Ledger, tenant::Tenant},
    units::Meter,
};

/// What the servers share. Its [`State`] lies behind one lock, which nobody holds while waiting.
pub(crate) struct World {
    pub graph_url: String,
    pub login_url: String,
    pub content_url: String,
    pub reject_authorization: bool,
    pub page_size: usize,
    /// `http` or `https`: what links to Graph begin with.
    pub scheme: &'static str,
    pub public_client: bool,
    /// Signs the id_tokens.
    pub signer: Signer,
    /// Signs the pre-authenticated addresses; another one at each start.
    pub signing_key: String,
    state: Mutex<State>,
    /// Told whenever a request was logged or a download stalled.
    happened: watch::Sender<()>,
    /// Told when stalled downloads may go on.
    released: watch::Sender<()>,
}

pub(crate) struct State {
    pub clock: Clock,
    pub company: Company,
    /// What the sign-in service has given out.
    pub ledger: Ledger,
    /// What its administrators have decided.
    pub tenant: Tenant,
    /// What changes are told like.
    pub delta: DeltaStyle,
    /// What is otherwise than usual.
    pub quirks: Quirks,
    /// Counts resource units.
    pub meter: Meter,
    pub faults: FaultBook,
    pub log: Log,
    /// How many downloads are held by a `stall` or a `drip`.
    pub stalled: usize,
    /// How many have been so far; one that drips counts anew with each byte.
    pub stalls: u64,
}

/// Where the three servers are, as in `http://127.0.0.1:1234`.
pub(crate) struct Urls {
    pub graph: String,
    pub login: String,
    pub content: String,
}

impl World {
    /// # Errors
    ///
    /// The system gives no randomness for keys.
    pub fn new(urls: Urls, config: &Config, state: State) -> anyhow::Result<Self> {
        Ok(Self {
            graph_url: urls.graph,
            login_url: urls.login,
            content_url: urls.content,
            reject_authorization: config.reject_authorization,
            page_size: config.page_size.clamp(1, 999),
            scheme: if config.https_links { "https" } else { "http" },
            public_client: config.public_client,
            signer: Signer::new()?,
            signing_key: ids::random_secret(),
            state: Mutex::new(state),
            happened: watch::Sender::new(()),
            released: watch::Sender::new(()),
        })
    }

    /// The shared state. Keep it no longer than a statement or a short block, and never while waiting.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.state().clock.now()
    }

    /// Changes a drive; `None` is the main one.
    pub fn in_drive<T>(
        &self,
        drive: Option<&str>,
        change: impl FnOnce(&mut Drive, DateTime<Utc>) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let mut state = self.state();
        let State { clock, company, .. } = &mut *state;
        let id = drive.unwrap_or(&company.main);
        let drive = company
            .drives
            .get_mut(id)
            .with_context(|| format!("there is no drive {id:?}"))?;
        change(drive, clock.now())
    }

    /// Makes a file, or gives an existing one new content. Returns its id.
    pub fn put(&self, drive: Option<&str>, path: &str, content: Content) -> anyhow::Result<String> {
        // Before the lock is taken, as a file of the disk is read for its hash.
        let source = Source::new(content).with_context(|| format!("can't read the content of {path:?}"))?;
        let hash = source.quick_xor_hash()?;
        self.in_drive(drive, |drive, now| drive.put(path, source, hash, now))
    }

    /// Moves an item into a folder of another drive, where it gets another id. The first drive is the main one if
    /// none is named. Returns the new id.
    pub fn move_to_drive(&self, from: Option<&str>, path: &str, to: &str, folder: &str) -> anyhow::Result<String> {
        let tree = self.in_drive(from, |drive, _| drive.tree(path))?;
        let name = tree.first().map(|(name, _)| name.clone()).unwrap_or_default();
        let id = self.in_drive(Some(to), |drive, now| {
            drive.plant(folder, tree, now)?;
            let item = drive.find(&format!("{folder}/{name}"));
            Ok(item.context("what was moved is gone")?.id.clone())
        })?;
        self.in_drive(from, |drive, _| drive.delete(path))?;
        Ok(id)
    }

    /// Makes a sharing link to an item. Returns it as people copy it, with its options.
    pub fn share(&self, drive: Option<&str>, path: &str) -> anyhow::Result<String> {
        let (id, item, site) = self.in_drive(drive, |drive, _| {
            let item = drive.find(path).with_context(|| format!("there is no {path:?}"))?;
            let (site, _) = drive.web_url.rsplit_once('/').unwrap_or((&drive.web_url, ""));
            Ok((drive.id.clone(), item.id.clone(), site.to_owned()))
        })?;
        let (scheme, rest) = site.split_once("//").unwrap_or(("https:", &site));
        let (host, place) = rest.split_once('/').unwrap_or((rest, ""));
        let link = format!("{scheme}//{host}/:b:/g/{place}/{}", ids::random_secret());
        self.state().company.links.insert(link.clone(), (id, item));
        Ok(format!("{link}?e=4%3aAbCdEf"))
    }

    /// Grants the application one site, by its path from the host's root.
    pub fn grant_site(&self, path: &str) -> anyhow::Result<()> {
        let mut state = self.state();
        let State { company, tenant, .. } = &mut *state;
        let site = company.sites.iter().find(|site| site.path.eq_ignore_ascii_case(path));
        let site = site.with_context(|| format!("there is no site {path:?}"))?;
        tenant.granted_sites.insert(site.id.clone());
        Ok(())
    }

    /// Wakes those who wait for something to have happened.
    pub fn announce(&self) {
        self.happened.send_replace(());
    }

    /// Waits until the state shows what is looked for.
    pub async fn until<T>(&self, look: impl Fn(&State) -> Option<T>) -> T {
        let mut happened = self.happened.subscribe();
        loop {
            if let Some(found) = look(&self.state()) {
                return found;
            }
            // The sender lives as long as `self`, so this can't fail.
            let _ = happened.changed().await;
        }
    }

    /// Counts as a stalled download until somebody releases it or the reader goes away.
    pub async fn stall(&self) {
        let mut released = self.released.subscribe();
        let _counted = Stalled::new(self);
        let _ = released.changed().await;
    }

    /// As [`World::stall`], but for so long at most.
    pub async fn pause(&self, at_most: Duration) {
        // A reader that is still there goes on either way.
        let _ = tokio::time::timeout(at_most, self.stall()).await;
    }

    /// Lets all stalled downloads go on.
    pub fn release_stalled(&self) {
        self.released.send_replace(());
    }
}

/// Counts a stalled download for as long as it exists.
struct Stalled<'a>(&'a World);

impl<'a> Stalled<'a> {
    fn new(world: &'a World) -> Self {
        let mut state = world.state();
        state.stalled += 1;
        state.stalls += 1;
        drop(state);
        world.announce();
        Self(world)
    }
}

impl Drop for Stalled<'_> {
    fn drop(&mut self) {
        self.0.state().stalled -= 1;
        self.0.announce();
    }
}
