//! Scopes: what a signed-in person lets an application do.

use crate::sign_in::refusal::Refusal;

/// The scopes that are about the sign-in, not about Graph.
const ABOUT_SIGN_IN: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// Scopes by their short names, in the order they were asked for.
#[derive(Clone, Debug)]
pub(crate) struct Scopes(Vec<String>);

impl Scopes {
    /// Reads scopes that stand between spaces; those of Graph may bear its address in front.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let scopes: Vec<String> = text
            .split_whitespace()
            .map(|scope| scope.rsplit('/').next().unwrap_or(scope).to_owned())
            .collect();
        let sound = |scope: &String| {
            scope
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_'))
        };
        match scopes.iter().all(sound) && !scopes.is_empty() {
            true => Ok(Self(scopes)),
            false => Err(Refusal::scope(text)),
        }
    }

    /// Application permissions, which are named like scopes.
    pub fn of_roles(roles: &[String]) -> Self {
        Self(roles.to_vec())
    }

    /// Whether none of them is about Graph.
    pub fn grant_nothing(&self) -> bool {
        self.0.iter().all(|scope| is_about_sign_in(scope))
    }

    /// Those of Graph, as an answer of Graph names them.
    pub fn of_graph(&self) -> String {
        let names = self.0.iter().filter(|scope| !is_about_sign_in(scope));
        names.map(String::as_str).collect::<Vec<_>>().join(", ")
    }

    pub fn has(&self, scope: &str) -> bool {
        self.0.iter().any(|mine| mine.eq_ignore_ascii_case(scope))
    }

    /// Whether all of these are among the scopes here. Those about the sign-in are always, and so is `.default`.
    pub fn cover(&self, fewer: &Self) -> bool {
        fewer
            .0
            .iter()
            .all(|scope| is_about_sign_in(scope) || scope == ".default" || self.has(scope))
    }

    /// As an answer names them: those of Graph first, and `offline_access` not at all.
    pub fn in_answer(&self) -> String {
        let (sign_in, graph): (Vec<&String>, Vec<&String>) = self.0.iter().partition(|scope| is_about_sign_in(scope));
        let named: Vec<&str> = graph
            .into_iter()
            .chain(sign_in)
            .map(String::as_str)
            .filter(|scope| *scope != "offline_access")
            .collect();
        named.join(" ")
    }

    /// As the page shows them.
    pub fn names(&self) -> String {
        self.0.join(", ")
    }
}

fn is_about_sign_in(scope: &str) -> bool {
    ABOUT_SIGN_IN.iter().any(|known| known.eq_ignore_ascii_case(scope))
}
