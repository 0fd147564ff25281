//! A clock that goes only while everybody waits for it.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use super::Fake;

#[derive(Default)]
pub(super) struct Clock {
    now: Cell<Duration>,
    sleepers: RefCell<Vec<(Duration, Waker)>>,
}

impl Clock {
    pub(super) fn now(&self) -> Duration {
        self.now.get()
    }

    pub(super) async fn wait(&self, time: Duration) {
        let due = self.now.get() + time;
        poll_fn(|context| {
            if self.now.get() >= due {
                return Poll::Ready(());
            }
            self.sleepers.borrow_mut().push((due, context.waker().clone()));
            Poll::Pending
        })
        .await;
    }

    /// Goes on to the next time that somebody waits for.
    fn advance(&self) {
        let sleepers = self.sleepers.take();
        let next = sleepers
            .iter()
            .map(|(due, _)| *due)
            .min()
            .expect("everybody waits, and nobody for the clock");
        self.now.set(next.max(self.now.get()));
        let (awake, asleep): (Vec<_>, Vec<_>) = sleepers.into_iter().partition(|(due, _)| *due <= next);
        *self.sleepers.borrow_mut() = asleep;
        awake.into_iter().for_each(|(_, waker)| waker.wake());
    }
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Relaxed);
    }
}

/// Runs a future to its end, letting the clock go whenever there is nothing else to do.
pub(crate) fn run<F: Future>(fake: &Fake, future: F) -> F::Output {
    let mut future = pin!(future);
    let flag = Arc::new(Flag(AtomicBool::new(false)));
    let waker = Waker::from(flag.clone());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        if !flag.0.swap(false, Relaxed) {
            fake.clock.advance();
        }
    }
}
