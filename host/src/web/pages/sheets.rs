//! More > Excel: the library as a sheet; and the empty form for associating files.

use axum::{extract::State, response::Response};

use crate::web::{
    console::Asker,
    saving::{WORKBOOK, saved},
    showing::{Here, shown},
};

/// `GET /files/excel`
pub(super) async fn library(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| {
        let list = session.export().await?;
        Ok(saved("Content Library.xlsx", WORKBOOK, list.bytes))
    })
    .await
}

/// `GET /files/template`
pub(super) async fn template(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| {
        let title = session.sheet_form().await?.title;
        let form = session.export_template().await?;
        Ok(saved(&format!("{title}.xlsx"), WORKBOOK, form))
    })
    .await
}
