//! The fields of a form, or of a query.

use crate::sign_in::refusal::Refusal;

/// Names and values, decoded, in the order they came.
pub(crate) type Form = Vec<(String, String)>;

/// The value of a field; an empty one counts as missing.
pub(crate) fn field<'a>(form: &'a Form, name: &str) -> Option<&'a str> {
    form.iter()
        .find(|(key, value)| key == name && !value.is_empty())
        .map(|(_, value)| value.as_str())
}

/// The value of a field that has to be there.
pub(crate) fn required<'a>(form: &'a Form, name: &str) -> Result<&'a str, Refusal> {
    field(form, name).ok_or_else(|| Refusal::missing(name))
}
