//! What is filled in to connect.

use serde::Serialize;

use crate::store::connections::Mode;

/// The source, in the words of its plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// For people, with the name of its maker.
    pub title: String,
    /// In the middle of a sentence, as short as people say it.
    pub name: String,
    /// Bringing files in, as the button says it.
    pub add: String,
    /// Tying files to items by a sheet, as the menu says it.
    pub associate: String,
}

/// What an import may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ImportLimits {
    /// So many files at a time.
    pub files: u32,
    /// Whether folders may be opened to choose from.
    pub opens_folders: bool,
}

/// A way to connect, with what is to be filled in for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WayToConnect {
    /// Whose access it is.
    pub mode: Mode,
    /// For people, in the plugin's words.
    pub label: String,
    /// What comes of it, in a sentence.
    pub help: String,
    /// In the order in which they are asked for.
    pub fields: Vec<FormField>,
    /// Whether nothing has to be filled in: what is needed is registered, or known from before.
    pub is_ready: bool,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FormField {
    /// What it is given by.
    pub key: String,
    /// For people: `Tenant ID`.
    pub label: String,
    /// Where its value is found.
    pub help: String,
    /// What is filled in.
    pub kind: FieldKind,
    /// What counts where nothing is filled in: what is known from before, or the plugin's default. Of a secret there is
    /// none.
    pub value: Option<String>,
    /// Whether something must be filled in. Of the credentials of a form, one is enough.
    pub is_needed: bool,
    /// Whether it is part of the registration of the application.
    pub is_of_application: bool,
}

/// What is filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// A line of text.
    Text,
    /// One of these words.
    Choice(Vec<String>),
    /// A secret, which is never shown again.
    Secret,
    /// The text of a PEM file with a certificate and its key, which is never shown again.
    Certificate,
}

impl FormField {
    /// Whether it is a way in which the application shows that it is itself.
    pub fn is_credential(&self) -> bool {
        matches!(self.kind, FieldKind::Secret | FieldKind::Certificate)
    }
}
