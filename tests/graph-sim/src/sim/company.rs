//! What the company and its administrators decide: tokens, consent, permissions.

use anyhow::{Context, anyhow};
use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::Value;

use super::Sim;
use crate::{
    config::{Consent, Platform, Redirect, TENANT_ID},
    in_drive::or_stop,
    sign_in::{
        authority::Authority,
        certificate::Certificate,
        ledger::{Bearer, Grant},
        people,
        scope::Scopes,
    },
};

impl Sim {
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
