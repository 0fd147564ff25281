//! What goes out piece by piece: the bytes of a file, and how an operation stands.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    body::Body,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use http::{HeaderValue, header};

use super::saving::disposition;
use crate::{
    Host, Result,
    service::{Stop, Watching},
};

/// How soon a stream ends after its person was logged out, or its token has ended.
const LOOKS_FOR_LOGIN: Duration = Duration::from_secs(2);

/// The content of a file, or what it was at a revision, to be saved. The bytes are held against their hash as they go; where they are not right, the answer
/// breaks off before its end, and nobody takes half of it for the whole.
pub(super) fn content(host: Arc<Host>, user: String, (id, revision): (String, Option<u64>), name: &str) -> Response {
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<bytes::Bytes, std::io::Error>>(4);
    tokio::spawn(async move {
        let sent = async {
            let session = host.session(&user).await?;
            let mut content = match revision {
                Some(revision) => session.content_of(&id, revision).await?,
                None => session.content(&id).await?,
            };
            while let Some(piece) = content.next().await? {
                if sender.send(Ok(piece)).await.is_err() {
                    break;
                }
            }
            Ok::<_, crate::Error>(())
        };
        if let Err(error) = sent.await {
            tracing::error!("a download breaks off: {error}");
            let _ = sender
                .send(Err(std::io::Error::other("the bytes are not those that were stored")))
                .await;
        }
    });
    let stream = futures::stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver)));
    let mut answer = Body::from_stream(stream).into_response();
    let headers = answer.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    headers.extend(disposition(name).map(|value| (header::CONTENT_DISPOSITION, value)));
    answer
}

/// How an operation stands, whenever that has changed, until its end, or until `out` says that whoever asked may not see
/// it any more. That they may now was looked at before.
pub(super) fn events(
    host: Arc<Host>,
    user: String,
    (stop, out): (Stop, impl Future<Output = Result<()>> + Send + 'static),
    mut watching: Watching,
) -> Response {
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<Event, Infallible>>(1);
    tokio::spawn(async move {
        let told = async {
            let session = host.session(&user).await?;
            while let Some(operation) = watching.next(&session).await? {
                let event = Event::default().json_data(&operation).unwrap_or_default();
                if sender.send(Ok(event)).await.is_err() {
                    break;
                }
            }
            Ok::<_, crate::Error>(())
        };
        let told = async {
            tokio::select! {
                told = told => told,
                out = out => out,
                // The browser is gone.
                () = sender.closed() => Ok(()),
            }
        };
        // Open streams must not hold up the end of the host.
        if let Some(Err(error)) = stop.run_until_cancelled(told).await {
            tracing::warn!("an operation can't be followed any more: {error}");
        }
    });
    let stream = futures::stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver)));
    let mut answer = Sse::new(stream).keep_alive(KeepAlive::default()).into_response();
    answer
        .headers_mut()
        .insert("x-accel-buffering", HeaderValue::from_static("no"));
    answer
}

/// Waits until what somebody came in by opens nothing any more. Whoever ends it may do so in another program.
pub(super) async fn once_out<F, Looked>(is_in: F) -> Result<()>
where
    F: Fn() -> Looked + Send,
    Looked: Future<Output = Result<bool>> + Send,
{
    loop {
        tokio::time::sleep(LOOKS_FOR_LOGIN).await;
        if !is_in().await? {
            return Ok(());
        }
    }
}
