//! What is put into a statement: numbers, texts and bytes, or nothing of them.

use std::borrow::Cow;

use sqlx::{Arguments, postgres::PgArguments, sqlite::SqliteArguments};

use crate::error::server::HasNul;

/// A value in the place of a `?`.
#[derive(Clone, Debug)]
pub(in crate::store) enum Value<'q> {
    /// A number, also a truth value: 0 or 1.
    Number(Option<i64>),
    /// A text.
    Text(Option<Cow<'q, str>>),
    /// Bytes.
    Bytes(Option<Cow<'q, [u8]>>),
}

/// Refuses texts with a NUL in them. No server takes one, and a library is to be the same on each database.
///
/// # Errors
///
/// [`HasNul`], within an error of encoding.
pub(super) fn refuse_nul(values: &[Value<'_>]) -> sqlx::Result<()> {
    let has_nul = |value: &Value<'_>| matches!(value, Value::Text(Some(text)) if text.contains('\0'));
    match values.iter().any(has_nul) {
        true => Err(sqlx::Error::Encode(Box::new(HasNul))),
        false => Ok(()),
    }
}

/// The values of a statement as SQLite takes them.
pub(super) fn for_sqlite(values: Vec<Value<'_>>) -> sqlx::Result<SqliteArguments> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        match value {
            Value::Number(number) => arguments.add(number),
            Value::Text(text) => arguments.add(text.map(Cow::into_owned)),
            Value::Bytes(bytes) => arguments.add(bytes.map(Cow::into_owned)),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

/// The values of a statement as PostgreSQL takes them.
pub(super) fn for_postgres(values: Vec<Value<'_>>) -> sqlx::Result<PgArguments> {
    let mut arguments = PgArguments::default();
    for value in values {
        match value {
            Value::Number(number) => arguments.add(number),
            Value::Text(text) => arguments.add(text.as_deref()),
            Value::Bytes(bytes) => arguments.add(bytes.as_deref()),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl From<$number> for Value<'_> {
            fn from(number: $number) -> Self {
                Self::Number(Some(i64::from(number)))
            }
        }

        impl From<Option<$number>> for Value<'_> {
            fn from(number: Option<$number>) -> Self {
                Self::Number(number.map(i64::from))
            }
        }
    )*};
}

numbers!(bool, i64, i32, u32, u16, u8);

impl<'q> From<&'q str> for Value<'q> {
    fn from(text: &'q str) -> Self {
        Self::Text(Some(Cow::Borrowed(text)))
    }
}

impl<'q> From<&'q String> for Value<'q> {
    fn from(text: &'q String) -> Self {
        Self::Text(Some(Cow::Borrowed(text)))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Some(Cow::Owned(text)))
    }
}

impl<'q> From<Option<&'q str>> for Value<'q> {
    fn from(text: Option<&'q str>) -> Self {
        Self::Text(text.map(Cow::Borrowed))
    }
}

impl<'q> From<Option<&'q String>> for Value<'q> {
    fn from(text: Option<&'q String>) -> Self {
        Self::Text(text.map(|text| Cow::Borrowed(text.as_str())))
    }
}

impl<'q> From<&'q Option<String>> for Value<'q> {
    fn from(text: &'q Option<String>) -> Self {
        text.as_ref().into()
    }
}

impl From<Option<String>> for Value<'_> {
    fn from(text: Option<String>) -> Self {
        Self::Text(text.map(Cow::Owned))
    }
}

impl<'q> From<Option<Cow<'q, str>>> for Value<'q> {
    fn from(text: Option<Cow<'q, str>>) -> Self {
        Self::Text(text)
    }
}

impl<'q> From<&'q [u8]> for Value<'q> {
    fn from(bytes: &'q [u8]) -> Self {
        Self::Bytes(Some(Cow::Borrowed(bytes)))
    }
}

impl<'q> From<&'q Vec<u8>> for Value<'q> {
    fn from(bytes: &'q Vec<u8>) -> Self {
        Self::Bytes(Some(Cow::Borrowed(bytes)))
    }
}

impl From<Vec<u8>> for Value<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Some(Cow::Owned(bytes)))
    }
}

impl From<Option<Vec<u8>>> for Value<'_> {
    fn from(bytes: Option<Vec<u8>>) -> Self {
        Self::Bytes(bytes.map(Cow::Owned))
    }
}

impl<'q> From<Option<&'q [u8]>> for Value<'q> {
    fn from(bytes: Option<&'q [u8]>) -> Self {
        Self::Bytes(bytes.map(Cow::Borrowed))
    }
}
