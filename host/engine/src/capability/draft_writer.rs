//! Carries a stream of the guest into a draft: chunks are taken from the guest's memory as they come and go through a
//! short queue to a thread that writes and hashes, so that the network, the guest and the disk work at the same time.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures::{
    channel::{mpsc, oneshot},
    executor::block_on_stream,
};
use wasmtime::{
    StoreContextMut,
    component::{Source, StreamConsumer, StreamResult},
};

use crate::{contract::clientpoint::content_source::content_library::Error, counts::Counts, library::Draft};

/// The largest piece that is taken at once, in bytes.
const CHUNK: usize = 256 << 10;

/// How many pieces may wait for the disk.
const QUEUED: usize = 4;

/// The end of the queue that takes from the guest.
pub struct FromGuest {
    queue: mpsc::Sender<Vec<u8>>,
    /// Buffers that the disk is done with.
    spare: std::sync::mpsc::Receiver<Vec<u8>>,
    counts: Counts,
}

/// The draft, back from the writer, and how it went.
pub type Written = (Box<dyn Draft>, Result<(), Error>);

/// Starts a writer for `draft`. Once [`FromGuest`] is dropped (the stream has ended) and everything is written, or the
/// first error has come, the receiver gets the draft back.
pub fn start(mut draft: Box<dyn Draft>, counts: Counts) -> (FromGuest, oneshot::Receiver<Written>) {
    let (queue, chunks) = mpsc::channel::<Vec<u8>>(QUEUED);
    let (give_back, spare) = std::sync::mpsc::channel();
    let (done, written) = oneshot::channel();
    tokio::task::spawn_blocking(move || {
        let mut result = Ok(());
        for chunk in block_on_stream(chunks) {
            result = draft.append(&chunk);
            if result.is_err() {
                break;
            }
            // Nobody takes buffers back once the stream has ended.
            let _ = give_back.send(chunk);
        }
        // Nobody waits if the instance is gone; the draft is thrown away then.
        let _ = done.send((draft, result));
    });
    let from_guest = FromGuest { queue, spare, counts };
    (from_guest, written)
}

impl<T: 'static> StreamConsumer<T> for FromGuest {
    type Item = u8;

    fn poll_consume(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        store: StoreContextMut<'_, T>,
        source: Source<'_, u8>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        match self.queue.poll_ready(context) {
            Poll::Pending if finish => return Poll::Ready(Ok(StreamResult::Cancelled)),
            ready => {
                if ready!(ready).is_err() {
                    // The writer has stopped at an error, which `written` tells.
                    return Poll::Ready(Ok(StreamResult::Dropped));
                }
            }
        }
        let mut source = source.as_direct(store);
        let there = source.remaining();
        let Some(piece) = there.get(..there.len().min(CHUNK)).filter(|piece| !piece.is_empty()) else {
            return Poll::Ready(Ok(StreamResult::Completed));
        };
        let mut buffer = self.spare.try_recv().unwrap_or_default();
        buffer.clear();
        buffer.extend_from_slice(piece);
        let taken = buffer.len();
        self.counts.took_piece();
        source.mark_read(taken);
        Poll::Ready(Ok(match self.queue.start_send(buffer) {
            Ok(()) => StreamResult::Completed,
            Err(_) => StreamResult::Dropped,
        }))
    }
}
