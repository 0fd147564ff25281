//! Group commit: files whose bytes come in at the same time reach the disk together. Their bytes are made durable side by
//! side, each as it comes; then their names with one sync of each folder, and all that the database keeps of them in one
//! transaction. Each of them is all or nothing by itself in it, and has an answer of its own.
//!
//! The work goes on without whoever asked for it: of several, one may give up. Whether somebody still waits is looked at
//! once nobody else can write, so that nothing happens after the next call that writes.

mod becoming;

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use clientpoint_engine::{
    clock::{Clock, stamp},
    contract::clientpoint::content_source::content_library::{Error, LibraryFile},
    library::DraftPlace,
};
use futures::channel::oneshot;
use tokio::sync::Mutex as Turns;

use super::late::Late;
use crate::{
    fences::{self, Fences, RightLost},
    store::{
        Store,
        db::{self, Transaction},
        objects::{Objects, Published, Settled},
        sending, sweep,
    },
};

use becoming::Became;
pub(super) use becoming::Becomes;

/// How many files one transaction may have. The others wait for the next.
const GROUP: usize = 64;

/// Brings in what comes at the same time. Clones bring in together.
#[derive(Clone)]
pub(super) struct Together {
    store: Store,
    objects: Objects,
    clock: Arc<dyn Clock>,
    queue: Arc<Queue>,
}

/// Files that wait for the disk, and whose turn it is to bring them in.
#[derive(Default)]
struct Queue {
    waiting: Mutex<Vec<Incoming<Settled>>>,
    turn: Turns<()>,
}

type Answer = oneshot::Sender<Result<LibraryFile, Error>>;

/// Bytes on their way, and who waits for what becomes of them.
struct Incoming<Bytes> {
    bytes: Bytes,
    becomes: Becomes,
    /// The draft's place, until the disk is done with it, whoever still waits.
    place: DraftPlace,
    answer: Answer,
    /// Those of whoever asked: of several who write together, one may have lost its right.
    fences: Fences,
}

impl Together {
    pub(super) fn new(store: Store, objects: Objects, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            objects,
            clock,
            queue: Arc::default(),
        }
    }

    /// Makes the bytes of a draft durable, and brings them in together with those that come at the same time.
    pub(super) async fn bring_in(
        &self,
        draft: Late,
        place: DraftPlace,
        becomes: Becomes,
    ) -> Result<LibraryFile, Error> {
        let (answer, answered) = oneshot::channel();
        let (this, fences) = (self.clone(), fences::present());
        tokio::spawn(async move {
            match this.settled(draft).await {
                Ok(bytes) => {
                    this.queue.join(Incoming {
                        bytes,
                        becomes,
                        place,
                        answer,
                        fences,
                    });
                    this.bring_in_a_group().await;
                }
                Err(error) => tell(answer, Err(error)),
            }
        });
        answered.await.map_err(|_| stopped())?
    }

    /// The bytes of a draft, durable; where objects lie elsewhere, they are sent there before their turn comes, so that nobody
    /// waits for another's.
    async fn settled(&self, draft: Late) -> Result<Settled, Error> {
        let settled = on_disk(move || draft.settle()).await?;
        Ok(sending::send(&self.store, &self.objects, settled, &self.now()).await?)
    }

    /// Brings in those that wait, unless another has done so meanwhile.
    async fn bring_in_a_group(&self) {
        let _turn = self.queue.turn.lock().await;
        let mut groups = vec![(self.named(self.queue.leave()).await, false)];
        while let Some((mut group, is_again)) = groups.pop().filter(|(group, _)| !group.is_empty()) {
            let transaction = match self.store.write().await {
                Ok(transaction) => transaction,
                Err(error) => {
                    self.tell_all(group, &error.into()).await;
                    continue;
                }
            };
            match written(transaction, &group, is_again, &self.now()).await {
                Ok(became) => {
                    for (one, became) in group.into_iter().zip(became) {
                        self.tell(one, Ok(became)).await;
                    }
                }
                Err(error) if is_again => self.tell_all(group, &error.into()).await,
                // One's trouble is not another's, and perhaps nothing but the answer got lost: each is tried once more, in a
                // transaction of its own, and looks at what is there.
                Err(_) => groups.extend(group.drain(..).rev().map(|one| (vec![one], true))),
            }
        }
    }

    /// Gives the bytes the names of their objects. Who has no luck hears it here.
    async fn named(&self, group: Vec<Incoming<Settled>>) -> Vec<Incoming<Published>> {
        let mut bytes = Vec::with_capacity(group.len());
        let mut others = Vec::with_capacity(group.len());
        for one in group {
            bytes.push(one.bytes);
            others.push((one.becomes, one.place, one.answer, one.fences));
        }
        let objects = self.objects.clone();
        let published = match on_disk(move || objects.publish_all(bytes)).await {
            Ok(published) => published,
            Err(error) => {
                for (_, _place, answer, _) in others {
                    tell(answer, Err(error.clone()));
                }
                return Vec::new();
            }
        };
        let mut named = Vec::with_capacity(others.len());
        for ((becomes, place, answer, fences), bytes) in others.into_iter().zip(published) {
            match bytes {
                Ok(bytes) => named.push(Incoming {
                    bytes,
                    becomes,
                    place,
                    answer,
                    fences,
                }),
                Err(error) => tell(answer, Err(error.into())),
            }
        }
        named
    }

    fn now(&self) -> String {
        stamp(self.clock.utc())
    }

    async fn tell_all(&self, group: Vec<Incoming<Published>>, error: &Error) {
        for one in group {
            self.tell(one, Err(error.clone())).await;
        }
    }

    /// Tells whoever waits. Bytes that nothing points at are let go.
    async fn tell(&self, one: Incoming<Published>, became: Result<Became, Error>) {
        if !matches!(became, Ok(Became::File(_))) {
            sweep::let_go(&self.store, &one.bytes, &self.now()).await;
        }
        let answer = became.and_then(|became| match became {
            Became::File(file) => Ok(LibraryFile::from(*file)),
            Became::AlreadyLinked(id) => Err(Error::AlreadyLinked(id)),
            Became::Refused(error) => Err(error.into()),
            Became::Conflict | Became::GivenUp => Err(Error::Conflict),
            Became::RightLost => Err(crate::Error::from(RightLost).into()),
        });
        tell(one.answer, answer);
    }
}

impl Queue {
    fn join(&self, one: Incoming<Settled>) {
        self.waiting().push(one);
    }

    /// Those whose turn it is: the first so many.
    fn leave(&self) -> Vec<Incoming<Settled>> {
        let mut queue = self.waiting();
        let later = queue.len().min(GROUP);
        let later = queue.split_off(later);
        mem::replace(&mut *queue, later)
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Incoming<Settled>>> {
        // A list that was pushed to or not is whole either way.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes a group, all of it or nothing; in it, each by itself. `is_again` where it may have been written before.
async fn written(
    mut transaction: Transaction,
    group: &[Incoming<Published>],
    is_again: bool,
    now: &str,
) -> crate::Result<Vec<Became>> {
    let mut all = Vec::with_capacity(group.len());
    for one in group {
        if one.answer.is_canceled() {
            all.push(Became::GivenUp);
            continue;
        }
        if !db::hold(&mut transaction, &one.fences).await? {
            all.push(Became::RightLost);
            continue;
        }
        transaction.mark().await?;
        let became = one.becomes.write(&mut transaction, &one.bytes, now).await;
        // An error ends a server's transaction, but for what stands before the mark.
        let past = transaction.past(matches!(became, Ok(Became::File(_)))).await;
        match (became, past) {
            (Ok(became), past) => {
                past?;
                all.push(match is_again {
                    true => one.becomes.looked_at(&mut transaction, &one.bytes, became).await?,
                    false => became,
                });
            }
            (Err(error), Ok(())) => all.push(Became::Refused(error)),
            // It was not about that one alone.
            (Err(error), Err(_)) => return Err(error),
        }
    }
    transaction.commit().await?;
    Ok(all)
}

/// Who has given up hears nothing.
fn tell(answer: Answer, what: Result<LibraryFile, Error>) {
    let _ = answer.send(what);
}

async fn on_disk<T: Send + 'static>(work: impl FnOnce() -> crate::Result<T> + Send + 'static) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|_| stopped())??)
}

fn stopped() -> Error {
    Error::Other("the disk's thread has stopped".into())
}

#[cfg(test)]
mod tests;
