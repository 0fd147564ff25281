//! The rights of a data folder: each is a locked file, in which its holder has left their name, and ends when the file is
//! closed or its process dies.
//!
//! ```text
//! DATA/CONNECTION.sync.lock    to run its sync
//! DATA/CONNECTION.lock         to move files through it
//! DATA/CONNECTION.renew.lock   to renew its tokens
//! DATA/company-….renew.lock    to ask for a token of the company
//! DATA/look.lock               to look at the disk
//! DATA/backup.lock             to make a backup
//! DATA/programs/PID-…          to be that program
//! ```
//!
//! A file that was taken away keeps nobody else out. So the right to a sync, which runs and uploads write under, has an epoch
//! in the database beside its file: it rises while the file is locked, and who holds an earlier one writes nothing more.

use std::{
    fs::File,
    io::{Read, Seek, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    Result,
    fences::Fence,
    locks::{self, Hold as Lock},
    rights::{Answering, Held, Hold, Holder, Right, Rights, Taken},
    store::{Store, leases},
};

/// The folder of the programs that are there.
pub(crate) const PROGRAMS: &str = "programs";

/// As much of a lock file as is read: a holder is far shorter.
const HOLDER_AT_MOST: u64 = 4 << 10;

/// Who only looks whether a right is held has its file for a moment: nobody is told that somebody else has it for that.
const GLANCE: Duration = Duration::from_millis(50);

/// The rights of a data folder.
pub(crate) struct LockFiles {
    data: PathBuf,
    /// Without it, no right has an epoch.
    epochs: Option<Store>,
}

/// A locked file.
struct Locked {
    file: File,
    path: PathBuf,
    fence: Option<Fence>,
}

impl LockFiles {
    /// Of this folder, with epochs in its database where one is open.
    pub(crate) fn new(data: &Path, epochs: Option<Store>) -> Self {
        Self {
            data: data.to_path_buf(),
            epochs,
        }
    }

    fn path(&self, right: &Right) -> PathBuf {
        self.data.join(match right {
            Right::Sync(connection) => format!("{connection}.sync.lock"),
            Right::Turn(connection) => format!("{connection}.lock"),
            Right::Renewal(connection) => format!("{connection}.renew.lock"),
            Right::Look => "look.lock".into(),
            Right::Backup => "backup.lock".into(),
            Right::Program(entry) => format!("{PROGRAMS}/{entry}"),
            Right::Key { key, entry } => format!("key-{key}-{entry}.lock"),
        })
    }

    /// What is written under a right that was just taken is held against this.
    async fn fence(&self, right: &Right) -> Result<Option<Fence>> {
        match (&self.epochs, right) {
            (Some(store), Right::Sync(_)) => Ok(Some(leases::rise(store, right.name()).await?)),
            _ => Ok(None),
        }
    }
}

impl Rights for LockFiles {
    fn take<'a>(&'a self, right: &'a Right, holder: &'a Holder, within: Duration) -> Answering<'a, Taken> {
        Box::pin(async move {
            let path = self.path(right);
            let file = locks::required(&path)?;
            if !locks::wait(&file, Lock::Alone, within.max(GLANCE)).await? {
                return Ok(Taken::Others(File::open(&path).ok().as_ref().and_then(read)));
            }
            // Who fails here lets the file go.
            let fence = self.fence(right).await?;
            Ok(Taken::Yours(Held::new(Locked { file, path, fence }, holder)))
        })
    }

    fn holder<'a>(&'a self, right: &'a Right) -> Answering<'a, Option<Holder>> {
        Box::pin(async move {
            let Ok(file) = File::open(self.path(right)) else {
                return Ok(None);
            };
            // What stands in a file that nobody has locked is a dead process's word.
            let is_free = locks::attempt(&file, Lock::Together)?;
            Ok(if is_free { None } else { read(&file) })
        })
    }

    fn is_taken<'a>(&'a self, right: &'a Right) -> Answering<'a, bool> {
        Box::pin(async move {
            // What somebody has written down of a program is a name in its folder, or none.
            let is_name = |entry: &str| Path::new(entry).file_name().is_some_and(|name| name == entry);
            if matches!(right, Right::Program(entry) if !is_name(entry)) {
                return Ok(false);
            }
            match File::open(self.path(right)) {
                Ok(file) => Ok(!locks::attempt(&file, Lock::Together)?),
                Err(_) => Ok(false),
            }
        })
    }
}

impl Hold for Locked {
    fn fence(&self) -> Option<Fence> {
        self.fence.clone()
    }

    /// A file that was taken away from the folder keeps nobody else out.
    fn is_held(&self) -> Answering<'_, bool> {
        Box::pin(async { Ok(is_the_same(&self.file, &self.path)) })
    }

    fn tell(&self, holder: &Holder) {
        let text = serde_json::to_vec(holder).unwrap_or_default();
        let mut file = &self.file;
        let written = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(&text));
        if let Err(error) = written {
            tracing::debug!("who has `{}` can't be written down: {error}", self.path.display());
        }
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // Whoever comes next writes a name of their own; until then nobody has it.
        let _ = self.file.set_len(0);
    }
}

fn read(file: &File) -> Option<Holder> {
    serde_json::from_reader(file.take(HOLDER_AT_MOST)).ok()
}

#[cfg(unix)]
fn is_the_same(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(held), Ok(there)) = (file.metadata(), path.metadata()) else {
        return false;
    };
    (held.dev(), held.ino()) == (there.dev(), there.ino())
}

#[cfg(not(unix))]
fn is_the_same(_file: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> Holder {
        Holder {
            what: "an import".into(),
            by: "ada".into(),
            process: 4711,
            machine: None,
            since: "2026-03-02T05:30:00Z".into(),
            waits: None,
        }
    }

    fn organization() -> Right {
        Right::Turn("organization".into())
    }

    #[tokio::test]
    async fn one_has_a_right_and_others_are_told_who_until_it_is_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (LockFiles::new(folder.path(), None), LockFiles::new(folder.path(), None));
        let (right, now) = (organization(), Duration::ZERO);
        assert_eq!(two.holder(&right).await.unwrap(), None);

        let held = one.take(&right, &ada(), now).await.unwrap().yours().unwrap();

        let Taken::Others(told) = two.take(&right, &ada(), now).await.unwrap() else {
            panic!("two have it");
        };
        assert_eq!(told, Some(ada()));
        held.waits(Some("the source asks for patience".into()));
        let told = two.holder(&right).await.unwrap().unwrap();
        assert_eq!(told.waits.as_deref(), Some("the source asks for patience"));
        let other = Right::Sync("organization".into());
        assert!(two.take(&other, &ada(), now).await.unwrap().yours().is_some());
        drop(held);
        assert_eq!(two.holder(&right).await.unwrap(), None);
        assert!(two.take(&right, &ada(), now).await.unwrap().yours().is_some());
    }

    #[tokio::test]
    async fn what_a_dead_process_has_written_into_a_lock_file_is_nobody_s_word() {
        let folder = tempfile::tempdir().unwrap();
        let text = serde_json::to_vec(&ada()).unwrap();
        std::fs::write(folder.path().join("organization.lock"), text).unwrap();
        let rights = LockFiles::new(folder.path(), None);
        assert_eq!(rights.holder(&organization()).await.unwrap(), None);
    }

    #[tokio::test]
    async fn who_holds_a_file_that_was_taken_away_does_not_go_on() {
        let folder = tempfile::tempdir().unwrap();
        let rights = LockFiles::new(folder.path(), None);
        let taken = rights.take(&organization(), &ada(), Duration::ZERO).await.unwrap();
        let held = taken.yours().unwrap();
        held.require().await.unwrap();
        std::fs::remove_file(folder.path().join("organization.lock")).unwrap();
        assert_eq!(held.require().await.unwrap_err().code(), "right-lost");
        std::fs::write(folder.path().join("organization.lock"), "").unwrap();
        assert_eq!(held.require().await.unwrap_err().code(), "right-lost");
    }

    #[tokio::test]
    async fn a_program_is_there_for_as_long_as_its_entry_is_locked() {
        let folder = tempfile::tempdir().unwrap();
        let rights = LockFiles::new(folder.path(), None);
        let is_there = async |entry: &str| rights.is_taken(&Right::Program(entry.into())).await.unwrap();
        std::fs::create_dir(folder.path().join(PROGRAMS)).unwrap();
        let entry = locks::required(&folder.path().join(PROGRAMS).join("4711-abc")).unwrap();
        assert!(!is_there("4711-abc").await);
        assert!(locks::attempt(&entry, Lock::Alone).unwrap());
        assert!(is_there("4711-abc").await);
        assert!(!is_there("4711-abd").await && !is_there("").await && !is_there("../programs/4711-abc").await);
    }
}
