//! Statements that are put together, piece by piece.

use std::{borrow::Cow, fmt::Display};

use sqlx::{AssertSqlSafe, SqlSafeStr};

use super::{
    query::{FromDatabase, Query, QueryAs},
    values::Value,
};

/// A statement that is not whole yet. What is pushed is text of ours, and what is bound is anybody's.
#[derive(Debug)]
pub(in crate::store) struct QueryBuilder<'q> {
    text: String,
    values: Vec<Value<'q>>,
}

/// Pieces with something between them.
pub(in crate::store) struct Separated<'b, 'q> {
    query: &'b mut QueryBuilder<'q>,
    between: &'static str,
    is_first: bool,
}

impl<'q> QueryBuilder<'q> {
    /// Begins with this.
    pub(in crate::store) fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            text: text.into().into_owned(),
            values: Vec::new(),
        }
    }

    /// Adds text.
    pub(in crate::store) fn push(&mut self, text: impl Display) -> &mut Self {
        use std::fmt::Write;
        // Writing into a text does not fail.
        let _ = write!(self.text, "{text}");
        self
    }

    /// Adds a value.
    pub(in crate::store) fn push_bind(&mut self, value: impl Into<Value<'q>>) -> &mut Self {
        self.text.push('?');
        self.values.push(value.into());
        self
    }

    /// Adds pieces with this between them.
    pub(in crate::store) fn separated(&mut self, between: &'static str) -> Separated<'_, 'q> {
        Separated {
            query: self,
            between,
            is_first: true,
        }
    }

    /// The whole of it.
    pub(in crate::store) fn build_query_as<T: FromDatabase>(&mut self) -> QueryAs<'q, T> {
        let text = std::mem::take(&mut self.text);
        QueryAs::over(Query::new(
            AssertSqlSafe(text).into_sql_str(),
            std::mem::take(&mut self.values),
        ))
    }

    /// What it says.
    #[cfg(test)]
    pub(in crate::store) fn into_string(self) -> String {
        self.text
    }
}

impl<'q> Separated<'_, 'q> {
    /// Adds a value.
    pub(in crate::store) fn push_bind(&mut self, value: impl Into<Value<'q>>) -> &mut Self {
        if !self.is_first {
            self.query.push(self.between);
        }
        self.is_first = false;
        self.query.push_bind(value);
        self
    }
}
