//! Fences: what a right that ends by itself is worth to whoever writes under it.
//!
//! Who holds a right may lose it without hearing of it: the program was stopped for a while, its lock file was taken away.
//! So each right that guards what is written has a number that grows with each taking, its epoch, and whoever works under
//! it does so within a fence: every write of the store that happens there asks in its own transaction whether the number
//! is still the one that was taken, and is given up if it is not.
//!
//! The fences in force belong to the task: a task that is spawned has none of its own accord, and is given those of whoever
//! spawns it by [`within`], where it works for them.

use std::{fmt, sync::Arc};

/// The name of a right as the database has it, and the number that it had when it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    /// The name.
    pub name: String,
    /// How often the right was taken up to then.
    pub epoch: i64,
}

/// All fences that some work is within. Clones are the same ones.
pub type Fences = Arc<[Fence]>;

/// That somebody else may have a right by now that something was to be written under. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RightLost;

tokio::task_local! {
    static IN_FORCE: Fences;
}

/// Does some work within these fences, beside those that are in force already.
///
/// The future stays what it is: whoever calls puts a large one into a box.
pub fn within<F: Future>(fences: impl IntoIterator<Item = Fence>, work: F) -> impl Future<Output = F::Output> {
    let mut all = present().to_vec();
    for fence in fences {
        if !all.contains(&fence) {
            all.push(fence);
        }
    }
    IN_FORCE.scope(all.into(), work)
}

/// Does some work within no fence: what it writes is about whoever has done the rest, and true whoever has the right.
pub fn without<F: Future>(work: F) -> impl Future<Output = F::Output> {
    IN_FORCE.scope(Fences::default(), work)
}

/// The fences that are in force for whoever asks; none outside of all work under a right.
pub fn present() -> Fences {
    IN_FORCE.try_with(Arc::clone).unwrap_or_default()
}

impl fmt::Display for RightLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this program has lost the right to go on, and somebody else may do so: nothing more is written")
    }
}

impl std::error::Error for RightLost {}

#[cfg(test)]
mod tests {
    use super::*;

    fn fence(name: &str) -> Fence {
        Fence {
            name: name.into(),
            epoch: 1,
        }
    }

    #[tokio::test]
    async fn fences_are_in_force_for_the_work_within_them_and_for_nobody_else() {
        assert!(present().is_empty());
        within([fence("sync/a")], async {
            assert_eq!(*present(), [fence("sync/a")]);
            within([fence("sync/b")], async {
                assert_eq!(*present(), [fence("sync/a"), fence("sync/b")]);
            })
            .await;
            assert_eq!(*present(), [fence("sync/a")]);
            assert!(without(async { present() }).await.is_empty());
            assert!(tokio::spawn(async { present() }).await.unwrap().is_empty());
            let given = present();
            let spawned = tokio::spawn(within(given.to_vec(), async { present() }));
            assert_eq!(*spawned.await.unwrap(), [fence("sync/a")]);
        })
        .await;
        assert!(present().is_empty());
    }
}
