//! The company's token where somebody keeps it for all processes: one asks, and the others take what is kept.
//!
//! Keeping spares requests and is needed for nothing. Whatever goes wrong with it stays in the log, and whoever has been
//! given a token works with it.

use crate::oauth::{
    Asking, CompanyToken, Endpoint, TokenError,
    keeper::Cache,
    life,
    tokens::{Shared, Token, header, want::Want},
};

impl Shared {
    /// What is kept, if that is good; otherwise another one, for which one process asks at a time.
    pub(super) async fn of_all(
        &self,
        endpoint: &Endpoint,
        cache: &dyn Cache,
        want: &Want,
    ) -> Result<Token, TokenError> {
        // Most of the time somebody has put one there that is good, and nobody has to wait.
        if let Some(token) = self.cached(cache, want).await {
            return Ok(token);
        }
        // Who can't have the right asks all the same: nobody is hurt by two tokens.
        let _alone = cache.alone().await.map_err(untold).ok();
        if let Some(token) = self.cached(cache, want).await {
            return Ok(token);
        }
        let granted = endpoint.ask(&Asking::Itself).await?;
        let token = self.token(&granted)?;
        let kept = CompanyToken::new(granted, self.clock.utc());
        let _ = cache.write(&kept).await.map_err(untold);
        Ok(token)
    }

    /// What is kept, if it is what is wanted. One that is said to be good for longer than any token lives was written down
    /// by a clock that was wrong.
    pub(super) async fn cached(&self, cache: &dyn Cache, want: &Want) -> Option<Token> {
        if matches!(want, Want::New) {
            return None;
        }
        let kept = cache.read().await.map_err(untold).ok()??;
        let left = kept.renew_at.signed_duration_since(self.clock.utc()).to_std().ok()?;
        let token = Token {
            header: header(&kept.access).ok()?,
            renew_at: self.clock.elapsed() + left,
            scope: kept.scope.as_deref().map(From::from),
        };
        (left <= life::AT_MOST && self.is_good(&token, want)).then_some(token)
    }
}

/// Why a token could not be kept for others: nobody's work fails for that.
fn untold(why: String) {
    tracing::debug!("the company's token is not shared with other processes now: {why}");
}
