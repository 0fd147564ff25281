//! The calls of `source`: who the plugin is, and what the sign-in service's answers mean. Nothing is lent.

use std::time::Duration;

use crate::{
    Result,
    calls::{Answer, PURE_WITHIN},
    contract::exports::clientpoint::content_source::source::{
        Account, AuthorizationPlan, Claim, Description, Mode, Refusal, Setting, SettingsError, SignInError,
    },
    instance::Instance,
};

impl Instance {
    /// Who the plugin is and what it needs.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped`.
    pub async fn describe(self) -> Result<Description> {
        self.call("describe", PURE_WITHIN, async |world, accessor| {
            world.clientpoint_content_source_source().call_describe(accessor).await
        })
        .await
    }

    /// How tokens are obtained with these settings.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped`.
    pub async fn authorization(
        self,
        mode: Mode,
        settings: Vec<Setting>,
    ) -> Result<Answer<AuthorizationPlan, SettingsError>> {
        self.call("authorization", PURE_WITHIN, async |world, accessor| {
            let source = world.clientpoint_content_source_source();
            source.call_authorization(accessor, mode, settings).await
        })
        .await
    }

    /// What a refusal of the sign-in service means.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped`.
    pub async fn explain(self, mode: Mode, settings: Vec<Setting>, refusal: Refusal) -> Result<SignInError> {
        self.call("explain", PURE_WITHIN, async |world, accessor| {
            let source = world.clientpoint_content_source_source();
            source.call_explain(accessor, mode, settings, refusal).await
        })
        .await
    }

    /// Where somebody with the rights approves the application, as the plugin says.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped`.
    pub async fn approval_url(self, settings: Vec<Setting>) -> Result<Option<String>> {
        self.call("approval-url", PURE_WITHIN, async |world, accessor| {
            let source = world.clientpoint_content_source_source();
            source.call_approval_url(accessor, settings).await
        })
        .await
    }

    /// Whether a sign-in that has just come is good for anything, and whose it is.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped`.
    pub async fn verify(
        self,
        within: Duration,
        settings: Vec<Setting>,
        claims: Vec<Claim>,
    ) -> Result<Answer<Account, SignInError>> {
        self.call("verify", within, async |world, accessor| {
            let source = world.clientpoint_content_source_source();
            source.call_verify(accessor, settings, claims).await
        })
        .await
    }
}
