//! Asking the token endpoint.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use http::header::{ACCEPT, CONTENT_TYPE};

use crate::{
    clock::Clock,
    oauth::{
        answer::{Failure, Granted, JSON, Refused, answer},
        assertion,
        form::{Asking, Form},
        plan::{Credential, Plan},
        refusal::TokenError,
    },
    origin::origin_for_people,
};

/// A difference between two clocks that is worth correcting, in seconds.
const SKEW: u64 = 30;

/// A token endpoint, and the application that asks it.
pub struct Endpoint {
    plan: Plan,
    credential: Credential,
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
    /// By how much the endpoint's clock is ahead of ours, in seconds, as far as that mattered.
    ahead: AtomicI64,
}

impl Endpoint {
    /// An endpoint that is asked when somebody asks.
    pub fn new(plan: Plan, credential: Credential, client: reqwest::Client, clock: Arc<dyn Clock>) -> Self {
        Self {
            plan,
            credential,
            client,
            clock,
            ahead: AtomicI64::new(0),
        }
    }

    /// Asks for tokens.
    ///
    /// # Errors
    ///
    /// See [`TokenError`].
    pub async fn ask(&self, asking: &Asking<'_>) -> Result<Granted, TokenError> {
        let first = self.ask_once(asking).await;
        let Some(ahead) = self.other_time(&first) else {
            return first.map_err(|failure| self.error(failure));
        };
        // The assertion may have been refused because of our clock alone.
        let before = self.ahead.swap(ahead, Ordering::Relaxed);
        let second = self.ask_once(asking).await;
        if not_believed(&second).is_none() {
            return second.map_err(|failure| self.error(failure));
        }
        self.ahead.store(before, Ordering::Relaxed);
        first.map_err(|failure| self.error(failure))
    }

    async fn ask_once(&self, asking: &Asking<'_>) -> Result<Granted, Failure> {
        let form = self.form(asking)?;
        let request = self
            .client
            .post(&self.plan.token_url)
            .header(ACCEPT, JSON)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.encoded());
        let mut answered = answer(request, self.clock.utc()).await;
        if let Err(Failure::Refused(refused)) = &mut answered {
            refused.description = form.blotted(&refused.description);
        }
        answered
    }

    /// What is asked with, and what proves that the application is itself.
    fn form(&self, asking: &Asking<'_>) -> Result<Form, Failure> {
        let mut form = Form::new(asking, &self.plan);
        match &self.credential {
            Credential::None => {}
            Credential::Secret(secret) => form.add("client_secret", secret.expose()),
            Credential::Certificate(certificate) => {
                let now = self.clock.utc() + TimeDelta::seconds(self.ahead.load(Ordering::Relaxed));
                let signed = certificate.assertion(&self.plan.client_id, &self.plan.token_url, now);
                form.add("client_assertion_type", assertion::TYPE);
                form.add("client_assertion", signed.map_err(Failure::Unreachable)?.expose());
            }
        }
        Ok(form)
    }

    /// By how much the endpoint's clock is ahead of ours, if the application was not believed, and that is news, and
    /// matters: only assertions carry a time.
    fn other_time(&self, answered: &Result<Granted, Failure>) -> Option<i64> {
        let Credential::Certificate(_) = &self.credential else {
            return None;
        };
        let theirs: DateTime<Utc> = not_believed(answered)?.date?;
        let ahead = (theirs - self.clock.utc()).num_seconds();
        let known = self.ahead.load(Ordering::Relaxed);
        (SKEW < ahead.abs_diff(known)).then_some(ahead)
    }

    /// A refusal leaves its numbers and ids in the log.
    fn error(&self, failure: Failure) -> TokenError {
        let endpoint = origin_for_people(&self.plan.token_url);
        match failure {
            Failure::Unreachable(reason) => TokenError::Unreachable { endpoint, reason },
            Failure::Refused(refused) => {
                refused.told.log(&endpoint, refused.status, &refused.error);
                TokenError::Refused {
                    status: refused.status,
                    error: refused.error,
                    description: refused.description,
                    told: refused.told,
                    passes: None,
                }
            }
        }
    }
}

/// The refusal, if it says that the application is not what it says to be.
fn not_believed(answered: &Result<Granted, Failure>) -> Option<&Refused> {
    match answered {
        Err(Failure::Refused(refused)) if refused.error == "invalid_client" => Some(refused),
        _ => None,
    }
}
