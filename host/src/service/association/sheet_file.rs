//! A sheet on its way in: whole, and no larger than sheets may be.

use bytes::Bytes;
use serde::Serialize;
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::{Error, Result, service::Session};

/// A sheet that somebody has handed over. Clones share its bytes.
#[derive(Clone)]
pub struct SheetFile(pub(super) Bytes);

impl SheetFile {
    pub(super) fn bytes(&self) -> Bytes {
        self.0.clone()
    }

    /// What it holds, to be told from others by.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What a sheet must have, for somebody who fills one in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SheetForm {
    /// What this is called, as the menu says it.
    pub title: String,
    /// What the source is called in the middle of a sentence.
    pub source: String,
    /// The header of the column with the paths.
    pub path_column: String,
    /// What may stand in that column; a paragraph each.
    pub path_help: Vec<String>,
    /// A value that it may have.
    pub path_example: String,
    /// The largest sheet, in bytes.
    pub bytes_at_most: u64,
}

impl Session<'_> {
    /// What a sheet must have.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; without a plugin, or if it is stopped.
    pub async fn sheet_form(&self) -> Result<SheetForm> {
        self.user.require_administrator("associate files")?;
        let labels = self.host.describe().await?.labels;
        Ok(SheetForm {
            title: labels.associate,
            source: labels.name,
            path_column: labels.path_column,
            path_help: labels.path_help,
            path_example: labels.path_example,
            bytes_at_most: self.host.policy().await?.max_sheet_bytes,
        })
    }

    /// Takes a sheet: a workbook (`.xlsx`) or comma separated text. `name` is what messages call it.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::Settings` for what can't be read; `Error::Plugin` (`sheet-too-large`) for more than the
    /// policy allows, of which no more is read.
    pub async fn take_sheet(&self, name: &str, from: impl AsyncRead + Unpin) -> Result<SheetFile> {
        self.user.require_administrator("associate files")?;
        let limit = self.host.policy().await?.max_sheet_bytes;
        let mut bytes = Vec::new();
        let read = from.take(limit.saturating_add(1)).read_to_end(&mut bytes).await;
        read.map_err(|error| {
            Error::Settings(format!(
                "`{name}` can't be read: {error}; give a workbook (.xlsx) that can be"
            ))
        })?;
        if limit < bytes.len() as u64 {
            return Err(Error::Plugin {
                code: "sheet-too-large",
                message: format!(
                    "`{name}` is larger than {limit} bytes: copy the columns with the File IDs and the paths into a new \
                     workbook, and upload that"
                ),
            });
        }
        Ok(SheetFile(bytes.into()))
    }
}
