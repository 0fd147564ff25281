//! A refusal, and what it can mean.

use crate::contract::{Problem, SignInRefusal};

/// A refusal of the sign-in service. What came back from the page where people sign in has status 0.
#[derive(Debug, Clone, Copy, Default)]
pub struct Refusal<'a> {
    /// HTTP status of the answer.
    pub status: u16,
    /// The member `error`.
    pub error: &'a str,
    /// The member `error_description`. Never repeated to anybody.
    pub description: &'a str,
    /// The member `error_codes`.
    pub codes: &'a [u32],
    /// The member `suberror`.
    pub suberror: Option<&'a str>,
    /// The member `correlation_id`: by it, administrators find the refusal in their sign-in logs.
    pub correlation_id: Option<&'a str>,
}

impl<'a> From<&'a SignInRefusal> for Refusal<'a> {
    fn from(refusal: &'a SignInRefusal) -> Self {
        Self {
            status: refusal.error.status,
            error: &refusal.error.error,
            description: &refusal.error.description,
            codes: &refusal.codes,
            suberror: refusal.suberror.as_deref(),
            correlation_id: refusal.correlation_id.as_deref(),
        }
    }
}

/// What a number stands for: the problem, the field to look at, and the words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meaning {
    pub(super) problem: Problem,
    pub(super) key: Option<&'static str>,
    pub(super) text: &'static str,
    /// Whether an administrator's consent, given once for everybody, is a way out.
    pub(super) consent: bool,
}

impl Meaning {
    pub(super) const fn new(problem: Problem, text: &'static str) -> Self {
        Self {
            problem,
            key: None,
            text,
            consent: false,
        }
    }

    /// Something filled in is wrong, and this is the field.
    pub(super) const fn setting(key: &'static str, text: &'static str) -> Self {
        Self {
            key: Some(key),
            ..Self::new(Problem::WrongSettings, text)
        }
    }

    /// Somebody must approve the application, and can do so at one address.
    pub(super) const fn consent(text: &'static str) -> Self {
        Self {
            consent: true,
            ..Self::new(Problem::ConsentMissing, text)
        }
    }
}
