//! The least speed of an answer. A server that sends a byte now and then is as silent as one that sends none, and would
//! hold its request's place, and the turn of the connection, for as long as a call may take.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use wasmtime_wasi_http::Error;

use crate::{
    clock::{Clock, Sleep},
    counts::Counts,
    traffic::To,
};

/// How often it is looked at what has come.
const TICK: Duration = Duration::from_secs(5);

/// Over so many looks, which are two minutes, the speed is measured. A plugin has a shorter patience of its own.
const LOOKS: usize = 24;

/// The least that must come in that time: 1 KiB a second.
const LEAST: u64 = 120 * 1024;

/// A body that fails once it comes too slowly. Only the time counts in which somebody waits for it: who reads slowly is
/// not held against the server.
pub(super) struct Floor<B> {
    body: B,
    clock: Arc<dyn Clock>,
    tick: Option<Sleep>,
    came: u64,
    counts: VecDeque<u64>,
    counted: Option<(Counts, To)>,
}

impl<B> Floor<B> {
    pub(super) fn new(body: B, clock: Arc<dyn Clock>) -> Self {
        Self {
            body,
            clock,
            tick: None,
            came: 0,
            counts: VecDeque::from([0]),
            counted: None,
        }
    }

    /// The same, which counts there what comes.
    pub(super) fn counted(self, counts: Counts, to: To) -> Self {
        let counted = Some((counts, to));
        Self { counted, ..self }
    }

    /// Notes a look, and says whether too little has come.
    fn is_too_slow(&mut self) -> bool {
        self.counts.push_back(self.came);
        if self.counts.len() <= LOOKS {
            return false;
        }
        let before = self.counts.pop_front().unwrap_or(self.came);
        self.came.saturating_sub(before) < LEAST
    }
}

impl<B> Body for Floor<B>
where
    B: Body<Data = Bytes, Error = Error> + Unpin,
{
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        loop {
            if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
                if let Some(Ok(frame)) = &frame {
                    let came = frame.data_ref().map_or(0, |data| data.len() as u64);
                    self.came += came;
                    if let Some((counts, to)) = &self.counted {
                        counts.traffic().came(*to, came);
                    }
                }
                return Poll::Ready(frame);
            }
            let tick = self.tick.take();
            let mut tick = tick.unwrap_or_else(|| self.clock.sleep(TICK));
            if tick.as_mut().poll(context).is_pending() {
                self.tick = Some(tick);
                return Poll::Pending;
            }
            if self.is_too_slow() {
                return Poll::Ready(Some(Err(Error::ConnectionReadTimeout)));
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicU64, Ordering},
        task::ready,
    };

    use futures::poll;
    use http_body_util::BodyExt;

    use super::*;
    use crate::clock::ManualClock;

    /// So many bytes every five seconds, without end.
    struct Drips {
        clock: ManualClock,
        wait: Option<Sleep>,
        piece: usize,
    }

    impl Body for Drips {
        type Data = Bytes;
        type Error = Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
            let clock = self.clock.clone();
            let wait = self.wait.get_or_insert_with(|| clock.sleep(TICK));
            ready!(wait.as_mut().poll(context));
            self.wait = None;
            Poll::Ready(Some(Ok(Frame::data(vec![b'x'; self.piece].into()))))
        }
    }

    /// Reads for as long as it goes, and gives the seconds that passed until it failed.
    async fn read_for(piece: usize, at_most: u64) -> Option<u64> {
        let clock = ManualClock::new("2026-03-01T00:00:00Z".parse().unwrap());
        let drips = Drips {
            clock: clock.clone(),
            wait: None,
            piece,
        };
        let mut body = Floor::new(drips, Arc::new(clock.clone()));
        let seconds = AtomicU64::new(0);
        while seconds.load(Ordering::Relaxed) < at_most {
            let mut frame = std::pin::pin!(body.frame());
            match poll!(frame.as_mut()) {
                Poll::Ready(Some(Err(_))) => return Some(seconds.load(Ordering::Relaxed)),
                Poll::Ready(_) => {}
                Poll::Pending => {
                    clock.advance(TICK);
                    seconds.fetch_add(TICK.as_secs(), Ordering::Relaxed);
                }
            }
        }
        None
    }

    #[tokio::test]
    async fn an_answer_that_comes_slower_than_1_kib_a_second_fails_after_two_minutes() {
        let failed = read_for(1, 3_600).await.unwrap();
        assert!((115..=130).contains(&failed), "{failed}");
        assert!(read_for(4 * 1024, 3_600).await.is_some());
    }

    #[tokio::test]
    async fn an_answer_that_comes_as_fast_as_that_is_read_for_as_long_as_it_takes() {
        assert_eq!(read_for(6 * 1024, 6 * 3_600).await, None);
    }
}
