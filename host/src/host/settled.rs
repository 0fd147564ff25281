//! Settings as they count for this host.

use crate::{Result, host::Host, settings::Settings, store};

impl Host {
    /// All that was set, with what an Administrator may have set since, in this program or in another one.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(crate) async fn settings(&self) -> Result<Settings> {
        let kept = store::settings::all(&self.store).await?;
        let settings = self.layers.over(kept.into_iter().map(|kept| (kept.key, kept.value)));
        if let Some(engine) = &self.engine {
            engine.change_policy(self.changes.clone().or(settings.policy()));
        }
        Ok(settings)
    }
}
