//! How programs come in: by a token that somebody has made for them. It may do no more than its owner may at that moment,
//! ends on its day, and with its owner.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use clientpoint_engine::{clock::stamp, oauth::unguessable, secrets::Secret, text::hex};
use sha2::{Digest, Sha256};

use super::{
    Page, Part, Session,
    api::{MadeToken, Token},
    people::From,
};
use crate::{
    Error, Result,
    host::Host,
    store::{
        tokens::{self, NewToken},
        users::{self, Role, User},
    },
    way_out::WayOut,
};

/// For how many days a token is good where nobody says, and for how many at the most.
pub const DAYS: u64 = 90;
/// See [`DAYS`].
pub const DAYS_AT_MOST: u64 = 365;

/// What every token begins with, so that one that was left somewhere is known for what it is.
pub const BEGINNING: &str = "cpt_";

/// The longest label, in characters.
const LABEL_AT_MOST: usize = 64;

/// One that has ended is listed for so long.
const LISTED_FOR: TimeDelta = TimeDelta::days(30);

/// How exactly it is noted when one was used: a request must not cost a write each time.
const USED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A token that somebody wants.
#[derive(Clone, Debug)]
pub struct TokenWish<'a> {
    /// Whose it is to be.
    pub user: &'a str,
    /// What it is for: 1 to 64 characters.
    pub label: &'a str,
    /// The last day (UTC) on which it is good: within a year. In ninety days where nobody says.
    pub last_day: Option<NaiveDate>,
    /// What it may do: what its owner may, where nobody says.
    pub role: Option<Role>,
}

/// A program that has come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Whose token it has.
    pub user: String,
    /// What that is called.
    pub label: String,
    /// What it may do at most.
    role: Role,
}

impl Session<'_> {
    /// Makes a token. What a program is to send is told once.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::NotFound` for somebody whom there is not; `Error::Settings` for a label, a day or a role that
    /// can't be, and for more tokens than one may have; the database's.
    pub async fn make_token(&self, wish: &TokenWish<'_>, from: &From) -> Result<MadeToken> {
        self.user.require_administrator("make tokens for programs")?;
        let store = &self.host.store;
        let owner = users::get(store, wish.user).await?;
        let label = labelled(wish.label)?;
        let now = self.host.clock.utc();
        let ends_at = stamp(end(wish.last_day, now)?);
        let role = wish.role.unwrap_or(owner.role);
        if least(role, owner.role) != role {
            let more = format!(
                "{} is no Administrator, and a token may do no more than its owner",
                owner.name
            );
            return Err(Error::Settings(more).at("role"));
        }
        let secret = unguessable::<32>().map_err(Error::Storage)?;
        let secret = Secret::new(format!("{BEGINNING}{}", secret.expose()));
        let new = NewToken {
            hash: &hashed(&secret),
            user: &owner.name,
            label,
            role,
            made_by: &self.user.name,
            ends_at: &ends_at,
        };
        let token = tokens::add(store, &new, &stamp(now), &stamp(now - LISTED_FOR)).await?;
        let about = format!("{label} of {}", owner.name);
        self.host.step(&self.user.name, "token-made", &about, from).await?;
        Ok(MadeToken {
            token: Token::at(&stamp(now), token),
            secret,
        })
    }

    /// A page of the tokens, the newest first: those of one person, or all. One that has ended stays for thirty days.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::NotFound` for somebody whom there is not; `Error::Settings` for a cursor of another list;
    /// the database's.
    pub async fn tokens_page(&self, user: Option<&str>, part: &Part) -> Result<Page<Token>> {
        self.user.require_administrator("see the tokens of programs")?;
        if let Some(user) = user {
            users::get(&self.host.store, user).await?;
        }
        let now = self.now();
        let page = tokens::page(&self.host.store, user, part).await?;
        page.try_map(|token| Ok(Token::at(&now, token)))
    }

    /// Ends a token.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`, or the database's.
    pub async fn end_token(&self, id: i64, from: &From) -> Result<Token> {
        self.user.require_administrator("end tokens of programs")?;
        let store = &self.host.store;
        let token = tokens::get(store, id).await?.ok_or_else(|| unknown(id))?;
        if !tokens::remove(store, id).await? {
            return Err(unknown(id));
        }
        let about = format!("{} of {}", token.label, token.user);
        self.host.step(&self.user.name, "token-ended", &about, from).await?;
        Ok(Token {
            is_over: true,
            ..Token::at(&self.now(), token)
        })
    }
}

impl Host {
    /// Which program sends that token; none if it opens nothing (any more).
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn admitted(&self, token: &Secret) -> Result<Option<Program>> {
        let now = self.clock.utc();
        let Some(token) = tokens::by_hash(&self.store, &hashed(token), &stamp(now)).await? else {
            return Ok(None);
        };
        let used = token.used_at.as_deref().and_then(|at| at.parse::<DateTime<Utc>>().ok());
        if used.is_none_or(|used| used + USED_EVERY <= now) {
            tokens::used(&self.store, token.id, &stamp(now)).await?;
        }
        Ok(Some(Program {
            user: token.user,
            label: token.label,
            role: token.role,
        }))
    }

    /// The session of a program: that of its owner, with no more rights than its token has.
    ///
    /// # Errors
    ///
    /// `Error::NotFound` if its owner is not there any more; the database's.
    pub async fn session_of(&self, program: &Program) -> Result<Session<'_>> {
        let session = self.session(&program.user).await?;
        let user = User {
            role: least(program.role, session.user.role),
            ..session.user
        };
        Ok(Session { user, ..session })
    }
}

fn least(one: Role, other: Role) -> Role {
    match (one, other) {
        (Role::Administrator, Role::Administrator) => Role::Administrator,
        _ => Role::Member,
    }
}

fn labelled(label: &str) -> Result<&str> {
    let label = label.trim();
    if label.is_empty() || label.chars().any(char::is_control) || LABEL_AT_MOST < label.chars().count() {
        return Err(Error::Settings(format!(
            "a token has a name of 1 to {LABEL_AT_MOST} characters that can be shown: give one that says what it is for"
        ))
        .at("label"));
    }
    Ok(label)
}

/// When a token ends that is good on that day.
fn end(last_day: Option<NaiveDate>, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let today = now.date_naive();
    let after = |days: u64| today.checked_add_days(Days::new(days)).unwrap_or(today);
    let day = last_day.unwrap_or_else(|| after(DAYS));
    if day < today || after(DAYS_AT_MOST) < day {
        return Err(Error::Settings(format!(
            "a token can't be good until {day}: give a day from {today} to {}",
            after(DAYS_AT_MOST)
        ))
        .at("ends"));
    }
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    Ok(next.and_time(NaiveTime::MIN).and_utc())
}

fn unknown(id: i64) -> Error {
    Error::NotFound {
        what: "token",
        name: id.to_string(),
        way_out: WayOut::ShowUsers,
    }
}

/// What is kept of a token. It is as long as its own hash, so a slow one would add nothing.
fn hashed(token: &Secret) -> String {
    hex(&Sha256::digest(token.expose()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_ends_within_a_year_and_lasts_to_the_end_of_its_day() {
        let now: DateTime<Utc> = "2026-03-02T05:00:00Z".parse().unwrap();
        let of = |day: &str| end(Some(day.parse().unwrap()), now).map(stamp);
        assert_eq!(stamp(end(None, now).unwrap()), "2026-06-01T00:00:00Z");
        assert_eq!(of("2026-03-02").unwrap(), "2026-03-03T00:00:00Z");
        assert_eq!(of("2027-03-02").unwrap(), "2027-03-03T00:00:00Z");
        for day in ["2026-03-01", "2027-03-03", "9999-12-31"] {
            assert_eq!(of(day).unwrap_err().field(), Some("ends"), "{day}");
        }
    }

    #[test]
    fn a_token_has_the_lesser_of_two_roles_and_a_name_that_can_be_shown() {
        assert_eq!(least(Role::Administrator, Role::Member), Role::Member);
        assert_eq!(least(Role::Member, Role::Administrator), Role::Member);
        assert_eq!(least(Role::Administrator, Role::Administrator), Role::Administrator);
        assert_eq!(labelled(" CI ").unwrap(), "CI");
        for label in ["", "  ", "a\nb", &"x".repeat(65)] {
            assert_eq!(labelled(label).unwrap_err().field(), Some("label"));
        }
    }
}
