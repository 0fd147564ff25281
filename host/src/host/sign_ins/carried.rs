//! What a sign-in is made of, as the text that is sealed in the database.

use std::collections::BTreeMap;

use clientpoint_engine::{
    contract::exports::clientpoint::content_source::source::{AuthorizationPlan, Egress, Setting, SignInPage},
    oauth::{Certificate, Credential, pending::Pending},
    planned::{Endpoints, Planned},
    secrets::Secret,
};
use serde::{Deserialize, Serialize};

use super::UnderWay;
use crate::{
    Error, Result,
    host::Filled,
    store::{applications::Application, connections::CredentialKind},
};

#[derive(Serialize, Deserialize)]
struct Carried {
    plugin: String,
    plan: Plan,
    named: Endpoints,
    page: Page,
    approval: Option<String>,
    settings: BTreeMap<String, String>,
    secret: String,
    kind: CredentialKind,
    expires_at: Option<String>,
    account: Vec<String>,
    is_registered: bool,
    registers: Option<Application>,
    pending: String,
}

#[derive(Serialize, Deserialize)]
struct Plan {
    token_url: String,
    client_id: String,
    scopes: Vec<String>,
    api_origin: String,
    post_paths: Vec<String>,
    redirects: bool,
    sign_in: Option<Page>,
}

#[derive(Serialize, Deserialize)]
struct Page {
    url: String,
    parameters: Vec<(String, String)>,
    issuer: String,
    claims: Vec<String>,
}

/// All that a sign-in is made of, for whoever takes its answer. To be sealed.
///
/// # Errors
///
/// `Error::Storage`, which does not happen.
pub(super) fn text(of: &UnderWay) -> Result<Secret> {
    let (plan, filled) = (&of.planned.plan, &of.filled);
    let carried = Carried {
        plugin: of.plugin.clone(),
        plan: Plan {
            token_url: plan.token_url.clone(),
            client_id: plan.client_id.clone(),
            scopes: plan.scopes.clone(),
            api_origin: plan.egress.api_origin.clone(),
            post_paths: plan.egress.post_paths.clone(),
            redirects: plan.egress.redirects,
            sign_in: plan.sign_in.as_ref().map(Page::from),
        },
        named: of.planned.named.clone(),
        page: Page::from(&of.page),
        approval: of.approval.clone(),
        settings: filled.settings.clone(),
        secret: filled.secret.expose().to_owned(),
        kind: filled.kind,
        expires_at: filled.expires_at.clone(),
        account: filled.account.clone(),
        is_registered: of.is_registered,
        registers: of.registers.clone(),
        pending: of.pending.carried().expose().to_owned(),
    };
    let text = serde_json::to_string(&carried).map_err(|error| Error::Storage(error.to_string()))?;
    Ok(Secret::new(text))
}

/// What a sign-in is made of, from such a text; none where another version has written it otherwise.
pub(super) fn read(text: &Secret) -> Option<UnderWay> {
    let of: Carried = serde_json::from_str(text.expose()).ok()?;
    let secret = Secret::new(of.secret);
    let credential = match of.kind {
        CredentialKind::None => Credential::None,
        CredentialKind::Secret => Credential::Secret(secret.clone()),
        CredentialKind::Certificate => Credential::Certificate(Certificate::from_pem(&secret).ok()?),
    };
    Some(UnderWay {
        plugin: of.plugin,
        planned: Planned {
            plan: AuthorizationPlan {
                token_url: of.plan.token_url,
                client_id: of.plan.client_id,
                scopes: of.plan.scopes,
                egress: Egress {
                    api_origin: of.plan.api_origin,
                    post_paths: of.plan.post_paths,
                    redirects: of.plan.redirects,
                },
                sign_in: of.plan.sign_in.map(SignInPage::from),
            },
            named: of.named,
        },
        page: of.page.into(),
        approval: of.approval,
        filled: Filled {
            settings: of.settings,
            secret,
            kind: of.kind,
            credential,
            expires_at: of.expires_at,
            account: of.account,
        },
        is_registered: of.is_registered,
        registers: of.registers,
        pending: Pending::from_carried(&Secret::new(of.pending))?,
    })
}

impl From<&SignInPage> for Page {
    fn from(page: &SignInPage) -> Self {
        let parameters = page.parameters.iter();
        Self {
            url: page.url.clone(),
            parameters: parameters.map(|one| (one.key.clone(), one.value.clone())).collect(),
            issuer: page.issuer.clone(),
            claims: page.claims.clone(),
        }
    }
}

impl From<Page> for SignInPage {
    fn from(page: Page) -> Self {
        let parameters = page.parameters.into_iter();
        Self {
            url: page.url,
            parameters: parameters.map(|(key, value)| Setting { key, value }).collect(),
            issuer: page.issuer,
            claims: page.claims,
        }
    }
}
