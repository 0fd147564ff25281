//! Whose turn it is to ask a server for the right to write to an account. Of one process, one at a time does: else those who
//! wait for somebody who writes for long would have all connections, and other accounts none.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// The turns of a process, one an account. They are taken in the order in which they were asked for.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    of: Mutex<BTreeMap<String, Weak<Turn<()>>>>,
}

impl Turns {
    /// Waits for the turn of an account. It ends when what is given is dropped.
    pub(super) async fn take(&self, account: &str) -> OwnedMutexGuard<()> {
        self.of(account).lock_owned().await
    }

    fn of(&self, account: &str) -> Arc<Turn<()>> {
        // Nobody leaves it half changed.
        let mut all = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = all.get(account).and_then(Weak::upgrade) {
            return turn;
        }
        // What nobody waits for is made anew when it is needed.
        all.retain(|_, turn| 0 < turn.strong_count());
        let turn = Arc::default();
        all.insert(account.to_owned(), Arc::downgrade(&turn));
        turn
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn one_at_a_time_has_the_turn_of_an_account_and_others_do_not_wait_for_it() {
        let (turns, short) = (Turns::default(), Duration::from_millis(20));
        let first = turns.take("a").await;
        assert!(timeout(short, turns.take("a")).await.is_err());
        drop(turns.take("b").await);
        drop(first);
        let second = timeout(short, turns.take("a")).await.unwrap();
        drop(second);
        drop(turns.take("c").await);
        assert_eq!(turns.of.lock().unwrap().len(), 1, "those that nobody has are gone");
    }
}
