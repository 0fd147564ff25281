//! What the sign-in service remembers: codes, tokens, certificates, and assertions that were used up.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    config::Platform,
    ids,
    sign_in::{authority::Authority, certificate::Certificate, people::Account, refusal::Refusal, scope::Scopes},
};

/// How long a code is good for, in minutes.
const CODE_MINUTES: i64 = 10;

/// How long a refresh token is good for, in days.
const REFRESH_DAYS: i64 = 90;

/// How long an access token is good for, in seconds.
pub(crate) const ACCESS_SECONDS: i64 = 3599;

/// What a person let the application do.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub authority: Authority,
    pub account: Account,
    pub scopes: Scopes,
    /// Where the redirect address stands in the registration.
    pub platform: Platform,
    /// When the person signed in.
    pub since: DateTime<Utc>,
}

/// Who bears an access token, and what it says they may.
#[derive(Clone, Debug)]
pub(crate) struct Bearer {
    /// Who signed in; `None`: the application itself.
    pub account: Option<Account>,
    /// Scopes, or the application's roles.
    pub rights: Scopes,
}

/// A code, as it was given out.
#[derive(Clone)]
pub(crate) struct Code {
    pub grant: Grant,
    pub redirect_uri: String,
    /// SHA-256 of the verifier, in base64url.
    pub challenge: String,
    pub nonce: Option<String>,
}

struct Issued<T> {
    what: T,
    until: DateTime<Utc>,
    /// Redeemed, for a code; revoked, for a refresh token.
    spent: bool,
}

/// Everything that was given out. The times are the simulator's.
#[derive(Default)]
pub(crate) struct Ledger {
    codes: BTreeMap<String, Issued<Code>>,
    refresh_tokens: BTreeMap<String, Issued<Grant>>,
    access_tokens: BTreeMap<String, Issued<Bearer>>,
    used_assertions: BTreeMap<String, DateTime<Utc>>,
    /// Every secret that was given out or sent here, whatever became of it.
    secrets: BTreeSet<String>,
    pub certificates: Vec<Certificate>,
    /// Whether refresh tokens are answered with `interaction_required`.
    pub interaction_required: bool,
}

impl Ledger {
    pub fn issue_code(&mut self, code: Code, now: DateTime<Utc>) -> String {
        let text = format!("0.sim.{}", as_long_as_real(1_200));
        self.note_secret(&text);
        let until = now + TimeDelta::minutes(CODE_MINUTES);
        self.codes.insert(text.clone(), issued(code, until));
        text
    }

    /// A code that is still good, which `accept` may refuse. Once accepted it is of no use any more.
    pub fn redeem_code(
        &mut self,
        text: &str,
        now: DateTime<Utc>,
        accept: impl FnOnce(&Code) -> Result<(), Refusal>,
    ) -> Result<Code, Refusal> {
        let code = self
            .codes
            .get_mut(text)
            .ok_or_else(|| Refusal::grant(70_000, "The provided authorization code is malformed or not valid."))?;
        if code.spent {
            return Err(Refusal::grant(
                54_005,
                "OAuth2 authorization code was already redeemed; ask for a new one.",
            ));
        }
        if code.until <= now {
            return Err(Refusal::grant(
                70_008,
                "The provided authorization code has expired; ask for a new one.",
            ));
        }
        accept(&code.what)?;
        code.spent = true;
        Ok(code.what.clone())
    }

    pub fn issue_refresh_token(&mut self, grant: Grant, now: DateTime<Utc>) -> String {
        let text = format!("1.sim.{}", as_long_as_real(1_800));
        self.note_secret(&text);
        let until = now + TimeDelta::days(REFRESH_DAYS);
        self.refresh_tokens.insert(text.clone(), issued(grant, until));
        text
    }

    /// What a refresh token stands for. It stays good, so that a client that dies before it has stored the next one
    /// can ask again.
    pub fn refresh(&self, text: &str, every: Option<TimeDelta>, now: DateTime<Utc>) -> Result<Grant, Refusal> {
        let token = self
            .refresh_tokens
            .get(text)
            .ok_or_else(|| Refusal::grant(70_000, "The provided refresh token is malformed or not valid."))?;
        if token.spent {
            return Err(Refusal::grant(
                50_173,
                "The provided grant has been revoked; the user has to sign in again.",
            ));
        }
        if token.until <= now {
            return Err(Refusal::grant(
                700_082,
                "The refresh token has expired due to inactivity.",
            ));
        }
        if every.is_some_and(|every| token.what.since + every <= now) {
            return Err(Refusal::grant(
                70_043,
                "The refresh token has expired or is invalid due to sign-in frequency checks by Conditional Access.",
            ));
        }
        if self.interaction_required {
            return Err(Refusal::new(
                "interaction_required",
                50_076,
                "Due to a configuration change made by your administrator, you must use multi-factor authentication.",
            ));
        }
        Ok(token.what.clone())
    }

    /// Makes refresh tokens useless: those of one person, or all.
    pub fn revoke_refresh_tokens(&mut self, person: Option<&str>) {
        self.refresh_tokens
            .values_mut()
            .filter(|token| person.is_none_or(|key| token.what.account.person.key == key))
            .for_each(|token| token.spent = true);
    }

    /// The platform that a code or a refresh token came over.
    pub fn platform_of(&self, secret: &str) -> Option<Platform> {
        let of_code = self.codes.get(secret).map(|code| code.what.grant.platform);
        of_code.or_else(|| self.refresh_tokens.get(secret).map(|token| token.what.platform))
    }

    pub fn issue_access_token(&mut self, bearer: Bearer, now: DateTime<Utc>) -> String {
        let text = format!("sim.{}", ids::random_secret());
        self.note_secret(&text);
        self.access_tokens.retain(|_, token| token.until > now);
        let until = now + TimeDelta::seconds(ACCESS_SECONDS);
        self.access_tokens.insert(text.clone(), issued(bearer, until));
        text
    }

    /// Whose an access token is, or why it is none.
    pub fn whose(&self, access_token: &str, now: DateTime<Utc>) -> Result<Bearer, &'static str> {
        match self.access_tokens.get(access_token) {
            Some(token) if token.until > now => Ok(token.what.clone()),
            Some(_) => Err("Lifetime validation failed, the token is expired."),
            None => Err("Access token validation failure. Invalid token."),
        }
    }

    /// Remembers a secret, for those who look where it should not be.
    pub fn note_secret(&mut self, secret: &str) {
        self.secrets.insert(secret.to_owned());
    }

    /// Every secret so far.
    pub fn secrets(&self) -> impl Iterator<Item = &String> {
        self.secrets.iter()
    }

    /// Makes all access tokens unknown.
    pub fn revoke_access_tokens(&mut self) {
        self.access_tokens.clear();
    }

    /// Notes that an assertion was used; `false` if it was used before.
    pub fn use_assertion(&mut self, id: &str, until: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        self.used_assertions.retain(|_, until| *until > now);
        self.used_assertions.insert(id.to_owned(), until).is_none()
    }
}

/// A secret of this length or a little more: real ones fill a good part of an address, or of a header.
fn as_long_as_real(length: usize) -> String {
    let mut text = String::new();
    while text.len() < length {
        text.push_str(&ids::random_secret());
    }
    text
}

fn issued<T>(what: T, until: DateTime<Utc>) -> Issued<T> {
    Issued {
        what,
        until,
        spent: false,
    }
}
