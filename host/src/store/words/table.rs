//! How a table of words becomes types.

use utoipa::openapi::{ObjectBuilder, RefOr, Schema, schema::Type};

use crate::Error;

/// Types each of whose values is a word.
macro_rules! words {
    ($($(#[$about:meta])* $name:ident { $($(#[$meaning:meta])* $value:ident = $word:literal,)+ })+) => { $(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$meaning])* $value,)+
        }

        impl $name {
            /// All there are.
            pub const ALL: &[Self] = &[$(Self::$value),+];

            /// The word in the database and in output.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $word,)+
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = crate::Error;

            fn try_from(word: String) -> crate::Result<Self> {
                let known = Self::ALL.iter().find(|value| value.as_str() == word);
                known.copied().ok_or_else(|| crate::store::words::table::unknown(stringify!($name), &word))
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::Error;

            /// As people write it.
            fn from_str(word: &str) -> crate::Result<Self> {
                let known = Self::ALL.iter().find(|value| value.as_str() == word);
                known.copied().ok_or_else(|| {
                    let all: Vec<&str> = Self::ALL.iter().map(|value| value.as_str()).collect();
                    crate::Error::Settings(format!("`{}` is none of these: {}", word.escape_debug(), all.join(", ")))
                })
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word: String = serde::Deserialize::deserialize(deserializer)?;
                Self::try_from(word).map_err(serde::de::Error::custom)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                crate::store::words::table::schema_of(Self::ALL.iter().map(|word| word.as_str()))
            }
        }

        impl utoipa::ToSchema for $name {}

        impl PartialEq<str> for $name {
            fn eq(&self, word: &str) -> bool {
                self.as_str() == word
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, word: &&str) -> bool {
                self.as_str() == *word
            }
        }
    )+ };
}

pub(super) use words;

/// How programs are told of such a type: one of these words.
pub(super) fn schema_of(words: impl Iterator<Item = &'static str>) -> RefOr<Schema> {
    let text = ObjectBuilder::new().schema_type(Type::String);
    text.enum_values(Some(words)).into()
}

/// That the database has a word that none of these types knows.
pub(super) fn unknown(what: &str, word: &str) -> Error {
    Error::Storage(format!(
        "the database has a {what} `{word}`, which this program does not know: a newer one may have written it"
    ))
}
