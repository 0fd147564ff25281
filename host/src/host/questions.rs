//! What the host asks the plugin about itself, and the instances that work for a connection.

use std::collections::BTreeMap;

use clientpoint_engine::{
    contract::{
        clientpoint::content_source::{connection::Info, types::Policy},
        exports::clientpoint::content_source::source::{
            AuthorizationPlan, Description, Refusal, SettingsError, SignInError,
        },
    },
    egress::rules::Rules,
    instance::Instance,
    oauth::Tokens,
};

use crate::{
    Result,
    host::{Host, Planned, in_contract},
    store::connections::{Connection, Mode},
};

/// The largest file that a plugin may propose, in bytes. Who runs the host may allow more.
const FILE_AT_MOST: u64 = 4 << 30;

impl Host {
    /// What the plugin says of itself: it is asked once, as long as it is loaded.
    ///
    /// # Errors
    ///
    /// Without a plugin, or if it is stopped.
    pub async fn describe(&self) -> Result<Description> {
        let asked = self.plugin()?.description(|| self.stage().reaching_nothing());
        Ok(asked.await?.clone())
    }

    /// The policy in force: the plugin's default with this host's changes.
    ///
    /// # Errors
    ///
    /// As [`Host::describe`].
    pub async fn policy(&self) -> Result<Policy> {
        let mut policy = self.describe().await?.default_policy;
        let changes = self.changes.clone();
        let proposed = policy.max_file_bytes.min(FILE_AT_MOST);
        policy.max_file_bytes = changes.max_file_bytes.unwrap_or(proposed);
        policy.max_files_per_import = changes.max_files_per_import.unwrap_or(policy.max_files_per_import);
        policy.file_types = changes.file_types.unwrap_or(policy.file_types);
        policy.subfolders = changes.subfolders.unwrap_or(policy.subfolders);
        policy.max_sheet_bytes = changes.max_sheet_bytes.unwrap_or(policy.max_sheet_bytes);
        policy.max_sheet_rows = changes.max_sheet_rows.unwrap_or(policy.max_sheet_rows);
        Ok(policy)
    }

    /// How tokens are obtained with these settings, and where they may go: by the plugin's word, as far as it may be
    /// taken.
    pub(crate) async fn authorization(
        &self,
        mode: Mode,
        settings: &BTreeMap<String, String>,
    ) -> Result<Result<Planned, SettingsError>> {
        let asked = self.asking().await?.authorization(mode.into(), in_contract(settings));
        match asked.await? {
            Ok(plan) => Ok(Ok(Planned::new(plan, self.endpoints.as_ref())?)),
            Err(error) => Ok(Err(error)),
        }
    }

    /// What a refusal of the sign-in service means.
    pub(crate) async fn explain(
        &self,
        mode: Mode,
        settings: &BTreeMap<String, String>,
        refusal: Refusal,
    ) -> Result<SignInError> {
        let asked = self.asking().await?;
        Ok(asked.explain(mode.into(), in_contract(settings), refusal).await?)
    }

    /// Where somebody with the rights approves the application. An address that is not the sign-in service's is none.
    pub(crate) async fn approval_url(
        &self,
        settings: &BTreeMap<String, String>,
        planned: &Planned,
    ) -> Result<Option<String>> {
        let named = self.asking().await?.approval_url(in_contract(settings)).await?;
        let url = named.filter(|url| planned.is_at_login(url));
        Ok(match &self.endpoints {
            Some(endpoints) => url.map(|url| endpoints.at_login(&url)),
            None => url,
        })
    }

    /// An instance that works for this connection.
    pub(crate) async fn instance(
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
            self.endpoints.is_some(),
        );
        let limit = policy.max_file_bytes;
        let info = Info {
            id: connection.id.clone(),
            mode: connection.mode.into(),
            api_origin: plan.egress.api_origin.clone(),
            drive: connection.drive.as_ref().map(|drive| drive.id.clone()),
            policy,
        };
        let state = self.stage().state(info, rules, tokens, limit);
        Ok(self.plugin()?.instantiate(state).await?)
    }

    /// An instance for a pure question, which can reach nothing.
    async fn asking(&self) -> Result<Instance> {
        Ok(self.plugin()?.instantiate(self.stage().reaching_nothing()).await?)
    }
}
