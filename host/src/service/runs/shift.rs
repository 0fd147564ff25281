//! The connections that are due, side by side: as many at work as there are places, the others in a queue.

use std::{
    collections::{BTreeSet, VecDeque},
    future::pending,
    pin::pin,
    sync::Arc,
};

use futures::{
    StreamExt,
    future::{Either, select},
    stream::FuturesUnordered,
};

use crate::{
    host::{Place, Places},
    meters::Meters,
    store::offers::Taken,
};

/// Work that is under way. `work` makes a connection's, in a place.
pub(super) struct Shift<W, F> {
    places: Places,
    work: W,
    waiting: VecDeque<Taken>,
    under_way: FuturesUnordered<F>,
    at_work: BTreeSet<Taken>,
    meters: Arc<Meters>,
}

/// What happens next.
enum Happened<T> {
    /// All of a connection is done.
    Done(Taken, T),
    /// There is a place for one more.
    Free(Place),
}

impl<T, F, W> Shift<W, F>
where
    F: Future<Output = (Taken, T)>,
    W: Fn(Taken, Place) -> F,
{
    pub(super) fn new(places: Places, meters: Arc<Meters>, work: W) -> Self {
        Self {
            places,
            work,
            waiting: VecDeque::new(),
            under_way: FuturesUnordered::new(),
            at_work: BTreeSet::new(),
            meters,
        }
    }

    /// These are due now, in that order, but for those that are at work.
    pub(super) fn are_due(&mut self, connections: Vec<Taken>) {
        let at_work = &self.at_work;
        self.waiting = connections.into_iter().filter(|one| !at_work.contains(one)).collect();
        if !self.waiting.is_empty() {
            let (due, at_work) = (self.waiting.len(), self.at_work.len());
            tracing::info!(
                due,
                at_work,
                "connections are due, beside those that are at work or wait for their source"
            );
        }
        self.meter();
    }

    /// These were taken, beside those that wait.
    pub(super) fn takes(&mut self, taken: Vec<Taken>) {
        for one in taken {
            if !self.at_work.contains(&one) && !self.waiting.contains(&one) {
                self.waiting.push_back(one);
            }
        }
        self.meter();
    }

    /// How many wait for a place.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Works on until no more than so many wait for a place. `told` hears what has come of those that are done meanwhile.
    pub(super) async fn until_wait(&mut self, at_most: usize, told: impl Fn(T)) {
        while at_most < self.waiting.len() {
            match self.happens().await {
                Happened::Done(connection, done) => {
                    self.at_work.remove(&connection);
                    self.meter();
                    told(done);
                }
                Happened::Free(place) => self.begin(place),
            }
        }
    }

    fn meter(&self) {
        self.meters.queue(self.waiting.len(), self.at_work.len());
    }

    /// Whether nothing is under way or due.
    pub(super) fn is_over(&self) -> bool {
        self.under_way.is_empty() && self.waiting.is_empty()
    }

    /// What has come of the next one that is done; none once all is over.
    pub(super) async fn next(&mut self) -> Option<T> {
        loop {
            if self.is_over() {
                return None;
            }
            match self.happens().await {
                Happened::Done(connection, done) => {
                    self.at_work.remove(&connection);
                    self.meter();
                    return Some(done);
                }
                Happened::Free(place) => self.begin(place),
            }
        }
    }

    async fn happens(&mut self) -> Happened<T> {
        let Self {
            places,
            waiting,
            under_way,
            ..
        } = self;
        let free = async {
            match waiting.is_empty() {
                true => pending().await,
                false => places.take().await,
            }
        };
        let done = async {
            match under_way.next().await {
                Some(done) => done,
                None => pending().await,
            }
        };
        match select(pin!(done), pin!(free)).await {
            Either::Left(((connection, done), _)) => Happened::Done(connection, done),
            Either::Right((place, _)) => Happened::Free(place),
        }
    }

    /// Works on until something else is done. `told` hears what has come of those that are done meanwhile.
    pub(super) async fn beside<U>(&mut self, other: impl Future<Output = U>, told: impl Fn(T)) -> U {
        let mut other = pin!(other);
        loop {
            let next = async {
                match self.next().await {
                    Some(done) => done,
                    None => pending().await,
                }
            };
            match select(other.as_mut(), pin!(next)).await {
                Either::Left((done, _)) => return done,
                Either::Right((done, _)) => told(done),
            }
        }
    }

    fn begin(&mut self, place: Place) {
        let Some(connection) = self.waiting.pop_front() else {
            return;
        };
        self.at_work.insert(connection.clone());
        self.under_way.push((self.work)(connection, place));
        self.meter();
    }
}
