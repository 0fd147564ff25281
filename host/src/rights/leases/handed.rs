//! A lease in somebody's hands: it is dropped, or lost to somebody else.

use std::{sync::Arc, time::Instant};

use super::{Kept, asked::written};
use crate::{
    fences::Fence,
    rights::{Answering, Hold, Holder},
};

/// A lease in somebody's hands.
pub(super) struct Handed {
    pub(super) name: String,
    pub(super) epoch: i64,
    pub(super) of: Arc<Kept>,
}

impl Hold for Handed {
    fn fence(&self) -> Option<Fence> {
        Some(Fence {
            name: self.name.clone(),
            epoch: self.epoch,
        })
    }

    fn is_held(&self) -> Answering<'_, bool> {
        Box::pin(async {
            let own = self.of.own();
            let known = own.held.get(&self.name);
            Ok(known.is_some_and(|known| known.lease.epoch == self.epoch && Instant::now() < known.until))
        })
    }

    /// Others hear of it at the next renewal.
    fn tell(&self, holder: &Holder) {
        if let Some(known) = self.of.own().held.get_mut(&self.name)
            && known.lease.epoch == self.epoch
        {
            known.lease.holder = written(holder);
        }
    }
}

impl Drop for Handed {
    fn drop(&mut self) {
        let mut own = self.of.own();
        if own
            .held
            .get(&self.name)
            .is_some_and(|known| known.lease.epoch == self.epoch)
            && let Some(known) = own.held.remove(&self.name)
        {
            own.leaving.insert(self.name.clone(), known.lease);
            self.of.bell.notify_one();
        }
    }
}
