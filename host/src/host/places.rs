//! Places for runs that go by themselves: so many connections are at work at a time, however many are due. One that only
//! waits gives its place to another, and comes back for one.

use std::{
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// How many runs may wait without a place. One more keeps its own: each that is under way costs open files and memory.
const WAIT_AT_MOST: usize = 256;

/// All places. Copies share them.
#[derive(Clone)]
pub(crate) struct Places {
    work: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// A place, until it is dropped.
pub(crate) struct Place {
    places: Places,
    /// None while its holder waits, and after it was asked to stop then.
    permit: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Places {
    /// So many, at least one.
    pub(crate) fn new(places: usize) -> Self {
        Self {
            work: Arc::new(Semaphore::new(places.clamp(1, Semaphore::MAX_PERMITS))),
            waiting: Arc::new(Semaphore::new(WAIT_AT_MOST)),
        }
    }

    /// Waits for a place. Whoever was here first has it first.
    pub(crate) async fn take(&self) -> Place {
        Place {
            places: self.clone(),
            permit: Mutex::new(self.work.clone().acquire_owned().await.ok()),
        }
    }
}

impl Place {
    /// Waits for something, and holds no place meanwhile unless it is there at once. Comes back with a place, or without if
    /// it is asked to stop.
    pub(crate) async fn without<T>(&self, waiting: impl Future<Output = T>, stop: &CancellationToken) -> T {
        let mut waiting = pin!(waiting);
        if let Poll::Ready(done) = futures::poll!(waiting.as_mut()) {
            return done;
        }
        let Ok(_waits) = self.places.waiting.clone().try_acquire_owned() else {
            return waiting.await;
        };
        self.put(None);
        let done = waiting.await;
        let back = stop.run_until_cancelled(self.places.work.clone().acquire_owned()).await;
        self.put(back.and_then(Result::ok));
        done
    }

    fn put(&self, permit: Option<OwnedSemaphorePermit>) {
        *self.permit.lock().unwrap_or_else(PoisonError::into_inner) = permit;
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn whoever_waits_gives_its_place_to_another_and_comes_back_for_one() {
        let (places, stop) = (Places::new(1), CancellationToken::new());
        let first = places.take().await;
        assert!(places.take().now_or_never().is_none(), "there is one");
        let (go_on, told) = oneshot::channel();

        let mut waiting = Box::pin(first.without(told, &stop));
        assert!(futures::poll!(waiting.as_mut()).is_pending());
        let second = places.take().await;
        go_on.send("go on").unwrap();

        assert!(futures::poll!(waiting.as_mut()).is_pending(), "another is at work");
        drop(second);
        assert_eq!(waiting.await, Ok("go on"));
        assert!(places.take().now_or_never().is_none(), "it has its place again");
        drop(first);
        assert!(places.take().now_or_never().is_some());
    }

    #[tokio::test]
    async fn who_need_not_wait_keeps_its_place() {
        let (places, stop) = (Places::new(1), CancellationToken::new());
        let place = places.take().await;
        assert_eq!(place.without(async { 7 }, &stop).await, 7);
        assert!(places.take().now_or_never().is_none());
    }

    #[tokio::test]
    async fn who_is_asked_to_stop_waits_for_no_place() {
        let (places, stop) = (Places::new(1), CancellationToken::new());
        let first = places.take().await;
        let (go_on, told) = oneshot::channel::<()>();
        let mut waiting = Box::pin(first.without(told, &stop));
        assert!(futures::poll!(waiting.as_mut()).is_pending());
        let _second = places.take().await;
        drop(go_on);
        stop.cancel();
        assert!(waiting.await.is_err());
    }
}
