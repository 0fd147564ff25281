//! Tokens of programs, without what opens anything.

use clientpoint_engine::secrets::Secret;
use serde::Serialize;

use crate::store::{tokens, users::Role};

/// A token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Token {
    /// Its number, which is never given twice.
    pub id: i64,
    /// Whose it is.
    pub user: String,
    /// What it is for, in their words.
    pub label: String,
    /// What it may do at most; never more than its owner.
    pub role: Role,
    /// RFC 3339.
    pub made_at: String,
    /// Who has made it.
    pub made_by: String,
    /// When it ends; RFC 3339.
    pub ends_at: String,
    /// Whether it has ended by now.
    pub is_over: bool,
    /// When something was asked for with it last, to a minute; RFC 3339.
    pub used_at: Option<String>,
}

/// A token that was made, with what opens the library: told once, and kept nowhere.
#[derive(Debug)]
pub struct MadeToken {
    /// The token.
    pub token: Token,
    /// What a program sends.
    pub secret: Secret,
}

impl Token {
    pub(in crate::service) fn at(now: &str, of: tokens::Token) -> Self {
        Self {
            is_over: of.ends_at.as_str() <= now,
            id: of.id,
            user: of.user,
            label: of.label,
            role: of.role,
            made_at: of.made_at,
            made_by: of.made_by,
            ends_at: of.ends_at,
            used_at: of.used_at,
        }
    }
}
