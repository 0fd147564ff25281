//! A ledger on its way out: it is whole before its first byte goes, and its length is told, so that no browser takes a part
//! of it for all of it.

use std::io::Read;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderValue, header};
use tokio::sync::mpsc;

use super::saving::{WORKBOOK, disposition};
use crate::service::{LedgerFormat, Report};

/// How much is read at a time, in bytes.
const PIECE: usize = 64 << 10;

/// Pieces that are read ahead of who takes them.
const AHEAD: usize = 2;

/// The report under that name, to be saved.
pub(super) fn report(name: &str, format: LedgerFormat, report: Report) -> Response {
    let size = report.size();
    let (to, from) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || pour(report, &to));
    let stream = futures::stream::unfold(from, async |mut from| Some((from.recv().await?, from)));
    let mut answer = Body::from_stream(stream).into_response();
    let kind = match format {
        LedgerFormat::Xlsx => WORKBOOK,
        LedgerFormat::Csv => "text/csv; charset=utf-8",
        LedgerFormat::Json => "application/json",
    };
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(size));
    headers.extend(disposition(name).map(|value| (header::CONTENT_DISPOSITION, value)));
    answer
}

/// Reads to its end, for as long as somebody takes the pieces.
fn pour(mut report: Report, to: &mpsc::Sender<std::io::Result<Bytes>>) {
    let mut buffer = vec![0; PIECE];
    loop {
        let piece = match report.read(&mut buffer) {
            Ok(0) => return,
            Ok(read) => Ok(Bytes::copy_from_slice(buffer.get(..read).unwrap_or_default())),
            Err(error) => Err(error),
        };
        let is_over = piece.is_err();
        if to.blocking_send(piece).is_err() || is_over {
            return;
        }
    }
}
