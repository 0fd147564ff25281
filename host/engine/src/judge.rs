//! The plugin as a judge of refusals: it knows the numbers of its sign-in service.

use std::{collections::BTreeMap, pin::Pin, sync::Arc};

use crate::{
    contract::exports::clientpoint::content_source::source::{Mode, SignInProblem},
    in_contract::{in_contract, refusal_in_contract},
    oauth::{Judge, TokenError},
    plugin::Plugin,
    stage::Stage,
};

/// Asks the plugin, in an instance that can reach nothing.
pub struct PluginJudge {
    plugin: Arc<Plugin>,
    stage: Stage,
    mode: Mode,
    settings: BTreeMap<String, String>,
}

impl PluginJudge {
    /// Of refusals of a sign-in with these settings.
    pub fn new(plugin: Arc<Plugin>, stage: Stage, mode: Mode, settings: BTreeMap<String, String>) -> Self {
        Self {
            plugin,
            stage,
            mode,
            settings,
        }
    }

    async fn ask(&self, refused: &TokenError) -> Option<bool> {
        let refusal = refusal_in_contract(refused)?;
        let settings = in_contract(&self.settings);
        let instance = self.plugin.instantiate(self.stage.reaching_nothing()).await.ok()?;
        // A plugin that can't say leaves it to the words of the standard.
        let explained = instance.explain(self.mode, settings, refusal).await.ok()?;
        Some(explained.problem == SignInProblem::Unavailable)
    }
}

impl Judge for PluginJudge {
    fn passes<'a>(&'a self, refused: &'a TokenError) -> Pin<Box<dyn Future<Output = Option<bool>> + Send + 'a>> {
        Box::pin(self.ask(refused))
    }
}
