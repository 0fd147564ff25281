//! A connection that is signed in, and the one way to call the plugin for it.
//!
//! Whoever embeds the engine sees to it that one call at a time moves files through a connection: how many files are in
//! flight is a promise of the plugin's for one call.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;

use crate::{
    Error, Result,
    calls::{Answer, Drives, Finding, Sheet},
    capability::{lent::CameIn, logging::Lines, progress::Progress},
    connection::Connection,
    contract::{
        clientpoint::content_source::types::{Actor, ItemRef, Policy},
        exports::clientpoint::content_source::{
            association::{Error as SheetOrCall, Report as SheetReport},
            content_import::{Drive, Entry, Error as CallError, Failure, ItemOutcome, Outcome},
            source::AuthorizationPlan,
            sync::{Options, Report},
        },
    },
    engine::Engine,
    in_contract::in_contract,
    instance::{Cause, Instance, Stopped},
    oauth::{TokenError, Tokens},
    trust,
};

/// A connection, signed in, for as long as an import, a run or an association takes. The plan is the one that was judged:
/// the plugin is not asked for it a second time.
pub struct SignedIn {
    engine: Engine,
    connection: Connection,
    plan: AuthorizationPlan,
    tokens: Tokens,
    policy: Policy,
    /// Who watches the transfers of its calls; none for the engine's own watcher.
    watcher: Option<Arc<dyn Progress>>,
}

impl Engine {
    /// Signs a connection in. `plan` is what was judged of [`Engine::authorization`]; `tokens` are those of
    /// [`Engine::tokens`].
    ///
    /// # Errors
    ///
    /// `Error::SignIn` where the sign-in service refuses, or can't be reached; `Error::PluginStopped`.
    pub async fn signed_in(&self, connection: Connection, plan: AuthorizationPlan, tokens: Tokens) -> Result<SignedIn> {
        let signed_in = self.signing_in(connection, plan, tokens).await?;
        signed_in.ask_for_a_token().await?;
        Ok(signed_in)
    }

    /// The same by a token that was given just now, whatever is at hand: for who wants to know whether the sign-in service
    /// still gives one, and what it is good for today. Whoever works with these tokens goes on with that one, or with the one
    /// from before where there is none.
    ///
    /// # Errors
    ///
    /// As [`Engine::signed_in`].
    pub async fn signed_in_anew(
        &self,
        connection: Connection,
        plan: AuthorizationPlan,
        tokens: Tokens,
    ) -> Result<SignedIn> {
        let signed_in = self.signing_in(connection, plan, tokens).await?;
        match signed_in.tokens.anew().await {
            Ok(_) => Ok(signed_in),
            Err(refused) => {
                signed_in.tokens.take_refusal();
                Err(signed_in.explained(&refused).await)
            }
        }
    }

    async fn signing_in(&self, connection: Connection, plan: AuthorizationPlan, tokens: Tokens) -> Result<SignedIn> {
        Ok(SignedIn {
            engine: self.clone(),
            policy: self.policy().await?,
            connection,
            plan,
            tokens,
            watcher: None,
        })
    }
}

impl SignedIn {
    /// Which connection it is.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// What runs the plugin.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The plan that it works by.
    pub fn plan(&self) -> &AuthorizationPlan {
        &self.plan
    }

    /// Works with this drive from now on.
    pub fn choose_drive(&mut self, drive: String) {
        self.connection.drive = Some(drive);
    }

    /// Lets somebody else watch the transfers of its calls than the engine's own watcher: who serves many people at once
    /// tells each of their own alone.
    #[must_use]
    pub fn watched_by(mut self, watcher: Arc<dyn Progress>) -> Self {
        self.watcher = Some(watcher);
        self
    }

    /// Goes on with these tokens: who has connected anew has made another set.
    pub fn go_on_with(&mut self, tokens: Tokens) {
        self.tokens = tokens;
    }

    /// The one way to call the plugin: in an instance of its own, signed in beforehand, so that a refused sign-in is told in
    /// its own words rather than as a request that failed. Where the sign-in ends in the middle, that comes beside what the
    /// call came to, which stands.
    ///
    /// # Errors
    ///
    /// As [`Engine::signed_in`]. Nothing was called then.
    pub async fn call<R>(&self, call: impl AsyncFnOnce(Instance) -> R) -> Result<(R, Option<Error>)> {
        self.ask_for_a_token().await?;
        let (tokens, policy) = (self.tokens.clone(), self.policy.clone());
        let instance = self.engine.instance(&self.connection, &self.plan, tokens, policy);
        let instance = match &self.watcher {
            Some(watcher) => instance.await?.watched_by(watcher.clone()),
            None => instance.await?,
        };
        let answered = call(instance).await;
        Ok((answered, self.take_refusal().await))
    }

    /// All drives that the connection can see.
    ///
    /// # Errors
    ///
    /// `Error::Plugin` where the source does not answer; `Error::SignIn`, `Error::PluginStopped`.
    pub async fn drives(&self, actor: Actor) -> Result<Vec<Drive>> {
        let (within, mut list) = (self.engine.limits().call, Drives::default());
        self.see(async |plugin| plugin.drives(within, actor, &mut list).await)
            .await?;
        Ok(list.pages.into_iter().flat_map(|page| page.drives).collect())
    }

    /// The drive behind an address or an id.
    ///
    /// # Errors
    ///
    /// As [`SignedIn::drives`].
    pub async fn resolve_drive(&self, actor: Actor, address: String) -> Result<Drive> {
        let within = self.engine.limits().call;
        self.see(async |plugin| plugin.resolve_drive(within, actor, address).await)
            .await
    }

    /// What is in the chosen drive, or in a folder of it.
    ///
    /// # Errors
    ///
    /// As [`SignedIn::drives`].
    pub async fn browse(&self, actor: Actor, folder: Option<String>) -> Result<Vec<Entry>> {
        let within = self.engine.limits().call;
        self.see(async |plugin| plugin.browse(within, actor, folder).await)
            .await
    }

    /// Brings these items into the library: one outcome an item, in the order asked, held against what has come in.
    ///
    /// # Errors
    ///
    /// As [`SignedIn::drives`]; `Error::PluginStopped` names the files that have come in nevertheless.
    pub async fn import(&self, actor: Actor, items: Vec<ItemRef>) -> Result<Vec<ItemOutcome>> {
        let (within, came_in) = (self.engine.limits().transfer, CameIn::default());
        let asked = items.clone();
        let called = self.call(async |plugin| plugin.import_files(within, actor, items, &came_in).await);
        let (answered, ended) = called.await?;
        let answer = trust::of_import(&asked, &came_in.all(), answered)?;
        let mut outcomes = at_its_end(answer, &ended)?;
        for outcome in &mut outcomes {
            // The plugin does not know why the sign-in has ended.
            if let (Outcome::Failed(Failure::SignInNeeded), Some(ended)) = (&outcome.outcome, &ended) {
                outcome.message = ended.to_string();
            }
        }
        Ok(outcomes)
    }

    /// Whether everything is there that the work of this connection takes, as the plugin finds. It only looks: nothing is
    /// lent, and nothing is kept. It takes at most `within`, and no longer than other calls may.
    ///
    /// # Errors
    ///
    /// As [`SignedIn::drives`].
    pub async fn examine(&self, actor: Actor, within: Duration) -> Result<Vec<Finding>> {
        let within = within.min(self.engine.limits().call);
        let settings = in_contract(&self.connection.settings);
        // A token is there by then, and what was said of it with it.
        let granted = self.tokens.granted().await;
        self.see(async |plugin| plugin.examine(within, actor, settings, granted).await)
            .await
    }

    /// What carrying out a sheet would come to, row by row.
    ///
    /// # Errors
    ///
    /// As [`SignedIn::drives`]; `Error::Plugin` for a sheet that can't be read.
    pub async fn preview(&self, actor: Actor, sheet: Bytes) -> Result<SheetReport> {
        let sheet = self.sheet(sheet);
        let (told, ended) = self.call(async |plugin| plugin.preview(actor, sheet).await).await?;
        ended.map_or_else(|| of_sheet(told), Err)
    }

    /// Carries out a sheet, as the upload with this number: its files follow the items that their rows name.
    ///
    /// # Errors
    ///
    /// As [`SignedIn::preview`]. What was bound until then stays so.
    pub async fn apply(&self, actor: Actor, sheet: Bytes, upload: i64) -> Result<SheetReport> {
        let sheet = self.sheet(sheet);
        let called = self.call(async |plugin| plugin.apply(actor, sheet, upload).await);
        let (told, ended) = called.await?;
        of_sheet(told).map_err(|error| match ended {
            Some(ended) if error.code() == "sign-in-needed" => ended,
            _ => error,
        })
    }

    /// Does the next piece of a run of the sync. `cursor` is where the last one stopped, none at the run's beginning; where
    /// this one stops is in the report, and is to be kept before the next step. `lines` is shared by the steps of a run.
    ///
    /// # Errors
    ///
    /// As [`SignedIn::drives`].
    pub async fn step(&self, run: i64, lines: &Lines, cursor: Option<String>, options: Options) -> Result<Report> {
        let within = self.engine.limits().transfer;
        let called = self.call(async |plugin| plugin.step(within, run, lines, cursor, options).await);
        let (answered, ended) = called.await?;
        at_its_end(answered?, &ended)
    }

    /// Calls that only look: what was seen until the sign-in ended is not the whole.
    async fn see<T>(&self, call: impl AsyncFnOnce(Instance) -> Result<Answer<T>>) -> Result<T> {
        let (answered, ended) = self.call(call).await?;
        match ended {
            Some(ended) => Err(ended),
            None => Ok(answered??),
        }
    }

    fn sheet(&self, bytes: Bytes) -> Sheet {
        let limits = self.engine.limits();
        Sheet {
            bytes,
            memory: limits.sheet_memory,
            within: limits.transfer,
        }
    }

    async fn ask_for_a_token(&self) -> Result<()> {
        let Err(refused) = self.tokens.bearer().await else {
            return Ok(());
        };
        self.tokens.take_refusal();
        Err(self.explained(&refused).await)
    }

    async fn explained(&self, refused: &TokenError) -> Error {
        let connection = &self.connection;
        let explained = self.engine.explained(connection.mode, &connection.settings, refused);
        explained.await
    }

    /// Why the sign-in has ended since somebody last asked, if it has.
    async fn take_refusal(&self) -> Option<Error> {
        let refused = self.tokens.take_refusal()?;
        Some(self.explained(&refused).await)
    }
}

/// The answer; where the sign-in ended in the middle, that is told in the words of the sign-in service.
fn at_its_end<T>(answer: Answer<T>, ended: &Option<Error>) -> Result<T> {
    match (answer, ended) {
        (Ok(value), _) => Ok(value),
        (
            Err(CallError::SignInNeeded(_)),
            Some(Error::SignIn {
                problem,
                message,
                is_final,
                key,
            }),
        ) => Err(Error::SignIn {
            problem: problem.clone(),
            message: message.clone(),
            is_final: *is_final,
            key: key.clone(),
        }),
        (Err(error), _) => Err(error.into()),
    }
}

/// What a call with a sheet came to. Memory that runs out is the sheet's fault, as far as anybody can tell; time may be the
/// source's; the rest is the plugin's.
fn of_sheet(told: Result<Answer<SheetReport, SheetOrCall>, Stopped>) -> Result<SheetReport> {
    let stopped = |stopped: Stopped| match stopped.cause {
        Cause::Memory => Error::Plugin {
            code: "sheet-too-large",
            message: "the sheet asks for more memory than a sheet may".into(),
        },
        Cause::Time => Error::Plugin {
            code: "timed-out",
            message: format!("the sheet took too long ({})", stopped.why),
        },
        Cause::Other => stopped.into(),
    };
    match told.map_err(stopped)? {
        Ok(report) => Ok(report),
        Err(SheetOrCall::Sheet(error)) => Err(error.into()),
        Err(SheetOrCall::Call(error)) => Err(error.into()),
    }
}
