//! Files that are sent: their bytes, as long as they keep coming, and their names.

use std::{io, time::Duration};

use axum::extract::multipart::Field;
use bytes::Bytes;
use futures::{Stream, StreamExt, stream::try_unfold};
use tokio::{io::AsyncRead, time::timeout};
use tokio_util::io::StreamReader;

/// How long nothing may come before what is sent counts as broken off: whoever sends it keeps others from their turn.
const SILENT_AT_MOST: Duration = Duration::from_secs(60);

/// What is sent, until nothing comes for a while.
pub(super) fn bytes<E>(sent: impl Stream<Item = Result<Bytes, E>> + Send) -> impl AsyncRead + Send
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    within(sent, SILENT_AT_MOST)
}

fn within<E>(sent: impl Stream<Item = Result<Bytes, E>> + Send, silent_at_most: Duration) -> impl AsyncRead + Send
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    StreamReader::new(try_unfold(Box::pin(sent), move |mut sent| async move {
        match timeout(silent_at_most, sent.next()).await {
            Ok(None) => Ok(None),
            Ok(Some(Ok(piece))) => Ok(Some((piece, sent))),
            Ok(Some(Err(error))) => Err(io::Error::other(error)),
            Err(_) => Err(io::Error::new(
                io::ErrorKind::TimedOut,
                format!("nothing came for {} seconds", silent_at_most.as_secs()),
            )),
        }
    }))
}

/// What the file in a part of a form is called; none where the part is no file. Some browsers send a path: the last part of
/// it is the name.
pub(super) fn file_name(part: &Field<'_>) -> Option<String> {
    let given = part.file_name().filter(|name| !name.is_empty())?;
    Some(given.rsplit(['/', '\\']).next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use futures::stream;
    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn what_comes_is_read_and_what_does_not_come_ends_in_words() {
        let piece = |text: &'static str| Ok::<_, io::Error>(Bytes::from_static(text.as_bytes()));
        let all = stream::iter([piece("first "), piece("second")]);
        let mut text = String::new();
        Box::pin(bytes(all)).read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "first second");

        let stalled = stream::iter([piece("first ")]).chain(stream::pending());
        let mut text = Vec::new();
        let mut stalled = Box::pin(within(stalled, Duration::from_millis(20)));
        let error = stalled.read_to_end(&mut text).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(text, b"first ");
    }
}
