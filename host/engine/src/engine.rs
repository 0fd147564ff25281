//! A plugin at work on a library: what an embedder begins with.

mod builder;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    Error, Result,
    clock::Clock,
    connection::Connection,
    contract::{
        clientpoint::content_source::{connection::Info, types::Policy},
        exports::clientpoint::content_source::source::{
            Account, AuthorizationPlan, Claim, Description, Mode, SettingsError,
        },
    },
    counts::Counts,
    egress::{self, Way, rules::Rules},
    in_contract::{in_contract, refusal_in_contract},
    instance::Instance,
    judge::PluginJudge,
    library::{Library, Managed, StateStore},
    oauth::{Credential, Endpoint, KeptBy, Plan, TokenError, Tokens},
    planned::Planned,
    plugin::Plugin,
    policy::PolicyChanges,
    stage::Stage,
    test_endpoints::InsecureEndpoints,
    words::Word,
};

pub use builder::Builder;

/// Limits on a plugin's calls. The defaults are for production.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Linear memory of one instance, in bytes.
    pub memory: usize,
    /// Linear memory of an instance that reads a sheet, in bytes.
    pub sheet_memory: usize,
    /// How long a call may take that moves no file.
    pub call: Duration,
    /// How long a call may take that moves files.
    pub transfer: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 64 << 20,
            sheet_memory: 256 << 20,
            call: Duration::from_secs(5 * 60),
            transfer: Duration::from_secs(6 * 60 * 60),
        }
    }
}

/// A plugin, and the library that it works on. Clones are the same one.
#[derive(Clone)]
pub struct Engine(Arc<Parts>);

struct Parts {
    plugin: Arc<Plugin>,
    stage: Stage,
    endpoints: Option<InsecureEndpoints>,
    changes: Mutex<PolicyChanges>,
    limits: Limits,
}

impl Engine {
    /// Begins with a plugin and a library.
    pub fn builder<L>(plugin: Arc<Plugin>, library: Arc<L>) -> Builder
    where
        L: Library + Managed + StateStore + 'static,
    {
        Builder::new(plugin, library)
    }

    /// The plugin.
    pub fn plugin(&self) -> &Plugin {
        &self.0.plugin
    }

    /// How many instances were made, and for which calls.
    pub fn counts(&self) -> &Counts {
        &self.0.stage.counts
    }

    /// How long calls may take, and how much memory.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Time, for whoever waits between calls.
    pub(crate) fn clock(&self) -> &dyn Clock {
        self.0.stage.clock.as_ref()
    }

    /// What the plugin says of itself, the forms to connect by among it: it is asked once, as long as it is loaded.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped`.
    pub async fn describe(&self) -> Result<&Description> {
        self.0.plugin.description(|| self.0.stage.reaching_nothing()).await
    }

    /// The policy in force: the plugin's default with this embedder's changes.
    ///
    /// # Errors
    ///
    /// As [`Engine::describe`].
    pub async fn policy(&self) -> Result<Policy> {
        let proposed = self.describe().await?.default_policy.clone();
        Ok(self.changes().to(proposed))
    }

    /// Decides otherwise about the policy, for all that begins from now on. What is under way keeps the one that it began
    /// with.
    pub fn change_policy(&self, changes: PolicyChanges) {
        *self.changes() = changes;
    }

    /// Whether it works with the source itself, and with no endpoints in its place.
    pub fn is_real(&self) -> bool {
        self.0.endpoints.is_none()
    }

    fn changes(&self) -> MutexGuard<'_, PolicyChanges> {
        self.0.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How tokens are obtained with these settings, and where they may go: by the plugin's word, as far as it may be
    /// taken.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped`, also for a plugin that names what is no endpoint.
    pub async fn authorization(
        &self,
        mode: Mode,
        settings: &BTreeMap<String, String>,
    ) -> Result<Result<Planned, SettingsError>> {
        let asked = self.asking().await?.authorization(mode, in_contract(settings));
        match asked.await? {
            Ok(plan) => Ok(Ok(Planned::new(plan, self.0.endpoints.as_ref())?)),
            Err(error) => Ok(Err(error)),
        }
    }

    /// Where somebody with the rights approves the application. An address that is not the sign-in service's is none.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped`.
    pub async fn approval_url(&self, settings: &BTreeMap<String, String>, planned: &Planned) -> Result<Option<String>> {
        let named = self.asking().await?.approval_url(in_contract(settings)).await?;
        let url = named.filter(|url| planned.is_at_login(url));
        Ok(match &self.0.endpoints {
            Some(endpoints) => url.map(|url| endpoints.at_login(&url)),
            None => url,
        })
    }

    /// The way to the origin of an endpoint, gone step by step: where it ends, and what time it is there. Nothing is sent
    /// but a request for its front page, without a token.
    pub async fn way_to(&self, endpoint: &str) -> Way {
        egress::way(&self.0.stage.client, endpoint, self.0.endpoints.is_some()).await
    }

    /// Why there is no token, in the plugin's words: an `Error::SignIn`, or why the plugin has none.
    pub async fn explained(&self, mode: Mode, settings: &BTreeMap<String, String>, refused: &TokenError) -> Error {
        let Some(refusal) = refusal_in_contract(refused) else {
            return match refused {
                TokenError::Storage(why) => Error::Storage(why.clone()),
                _ => Error::SignIn {
                    problem: "unavailable".into(),
                    message: format!("{refused}: check the network and try again"),
                    is_final: false,
                    key: None,
                },
            };
        };
        let explain = async {
            let instance = self.asking().await?;
            instance.explain(mode, in_contract(settings), refusal).await
        };
        match explain.await {
            Ok(explained) => Error::SignIn {
                problem: explained.problem.word().into(),
                message: explained.message,
                is_final: refused.is_final(),
                key: explained.key,
            },
            Err(error) => error,
        }
    }

    /// The token endpoint of a plan, asked with a credential that need not be stored (yet).
    pub fn endpoint(&self, plan: &AuthorizationPlan, credential: Credential) -> Endpoint {
        let plan = Plan {
            token_url: plan.token_url.clone(),
            client_id: plan.client_id.clone(),
            scopes: plan.scopes.clone(),
        };
        let stage = &self.0.stage;
        Endpoint::new(plan, credential, stage.client.clone(), stage.clock.clone())
    }

    /// The tokens of a connection: a person's if a keeper keeps them, otherwise the application's own. One set a connection
    /// is for all who work with it in this process.
    pub fn tokens(
        &self,
        connection: &Connection,
        plan: &AuthorizationPlan,
        credential: Credential,
        kept_by: KeptBy,
    ) -> Tokens {
        let (plugin, stage) = (self.0.plugin.clone(), self.0.stage.clone());
        let clock = stage.clock.clone();
        let judge = PluginJudge::new(plugin, stage, connection.mode, connection.settings.clone());
        let endpoint = self.endpoint(plan, credential);
        let tokens = match kept_by {
            KeptBy::Nobody => Tokens::of_application(endpoint, clock),
            KeptBy::Cache(cache) => Tokens::of_company(endpoint, cache, clock),
            KeptBy::Keeper(keeper) => Tokens::of_person(endpoint, keeper, clock),
        };
        tokens.judged_by(Arc::new(judge))
    }

    /// The plugin's word on tokens that nobody has stored yet: whether they are good for anything, and whose they are.
    ///
    /// # Errors
    ///
    /// `Error::SignIn` where they are good for nothing.
    pub async fn verified(
        &self,
        connection: &Connection,
        plan: &AuthorizationPlan,
        tokens: Tokens,
        claims: Vec<Claim>,
    ) -> Result<Account> {
        let policy = self.policy().await?;
        let instance = self.instance(connection, plan, tokens, policy).await?;
        let settings = in_contract(&connection.settings);
        let verified = instance.verify(self.0.limits.call, settings, claims).await?;
        verified.map_err(|error| Error::SignIn {
            problem: error.problem.word().into(),
            message: error.message,
            is_final: true,
            key: error.key,
        })
    }

    /// An instance that works for this connection.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped`.
    pub async fn instance(
        &self,
        connection: &Connection,
        plan: &AuthorizationPlan,
        tokens: Tokens,
        policy: Policy,
    ) -> Result<Instance> {
        let rules = Rules::new(
            plan.egress.api_origin.clone(),
            plan.egress.post_paths.clone(),
            plan.egress.redirects,
            self.0.endpoints.is_some(),
        );
        let limit = policy.max_file_bytes;
        let info = Info {
            id: connection.id.clone(),
            mode: connection.mode,
            api_origin: plan.egress.api_origin.clone(),
            drive: connection.drive.clone(),
            policy,
        };
        let state = self.0.stage.state(info, rules, tokens, limit);
        self.0.plugin.instantiate(state).await
    }

    /// An instance for a pure question, which can reach nothing.
    async fn asking(&self) -> Result<Instance> {
        self.0.plugin.instantiate(self.0.stage.reaching_nothing()).await
    }
}
