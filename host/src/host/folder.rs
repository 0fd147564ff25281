//! Who is at work in a data folder. Every program holds the folder, together with others, for as long as it lives; what
//! nobody else may see half done (bringing the database up to date, changing the key) is done by one that holds it alone.
//!
//! ```text
//! DATA/folder.lock        held by everybody, or by one alone
//! DATA/folder.turn.lock   held for a moment by who comes in, and for as long as it lasts by who is or wants to be alone: so
//!                         that those who come and go all the time don't keep it waiting
//! DATA/programs/PID-…     who is there, in words: each file is locked by the program that it names, and dies with it
//! ```

use std::{
    fs::File,
    path::{Path, PathBuf},
    time::Duration,
};

use super::programs::{self, Present};
use crate::{
    Error, Result,
    locks::{self, Hold},
};

const FOLDER: &str = "folder.lock";
const TURN: &str = "folder.turn.lock";

/// The folder, as one program holds it.
#[derive(Debug)]
pub(crate) struct Folder {
    data: PathBuf,
    /// How long others are waited for.
    patience: Duration,
    /// None where the disk takes no writes and nobody has ever made the file: nobody can be at work with it either.
    lock: Option<File>,
    /// Held while this program is alone.
    turn: Option<File>,
    present: Option<Present>,
}

impl Folder {
    /// Comes in, together with the others who are there. `name` is what they are told of this program.
    ///
    /// # Errors
    ///
    /// `Error::Busy` if somebody is alone in there for longer than `patience`; the file system's.
    pub(crate) async fn enter(data: &Path, name: &str, patience: Duration) -> Result<Self> {
        let mut folder = Self {
            data: data.to_path_buf(),
            patience,
            lock: locks::open(&data.join(FOLDER))?,
            turn: None,
            present: None,
        };
        if !folder.take_turn(patience).await? {
            return Err(folder.busy("nobody else may come in"));
        }
        folder.present = programs::register(data, name);
        folder.share().await?;
        Ok(folder)
    }

    /// The entry of this program among those that are there; none where it could not be made.
    pub(super) fn program(&self) -> Option<String> {
        self.present.as_ref()?.entry()
    }

    /// Waits until nobody else is there, for so long, and keeps everybody out until [`Folder::together`]. If it is refused,
    /// all is as before. `what` is what can't be done while others are there: `the key can't be changed`.
    ///
    /// # Errors
    ///
    /// `Error::Busy` that names who is there.
    pub(crate) async fn alone(&mut self, what: &str, within: Duration) -> Result<()> {
        // Who waits lets the folder go: of two who want it alone, each would wait for the other.
        if let Some(lock) = &self.lock {
            lock.unlock()?;
        }
        let alone = self.take_turn(within).await?
            && match &self.lock {
                Some(lock) => locks::wait(lock, Hold::Alone, within).await?,
                None => true,
            };
        if alone {
            return Ok(());
        }
        let refused = self.busy(what);
        self.share().await?;
        Err(refused)
    }

    /// Lets the others in again.
    ///
    /// # Errors
    ///
    /// The file system's.
    pub(crate) async fn together(&mut self) -> Result<()> {
        self.share().await
    }

    /// Where this is.
    pub(crate) fn path(&self) -> &Path {
        &self.data
    }

    async fn take_turn(&mut self, within: Duration) -> Result<bool> {
        let Some(turn) = locks::open(&self.data.join(TURN))? else {
            return Ok(true);
        };
        let taken = locks::wait(&turn, Hold::Alone, within).await?;
        self.turn = taken.then_some(turn);
        Ok(taken)
    }

    /// Whoever has the turn finds nobody alone in there, and need not wait.
    async fn share(&mut self) -> Result<()> {
        let shared = match &self.lock {
            Some(lock) => {
                lock.unlock()?;
                locks::wait(lock, Hold::Together, self.patience).await?
            }
            None => true,
        };
        self.turn = None;
        if shared {
            Ok(())
        } else {
            Err(self.busy("nobody else may come in"))
        }
    }

    fn busy(&self, what: &str) -> Error {
        Error::Busy {
            folder: self.data.display().to_string(),
            what: what.to_string(),
            holders: programs::others(&self.data, self.present.as_ref()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(20);
    const LATE: Duration = Duration::from_secs(60);

    async fn enter(data: &Path, name: &str) -> Result<Folder> {
        Folder::enter(data, name, SOON).await
    }

    #[tokio::test]
    async fn who_wants_to_be_alone_is_told_who_is_there_and_comes_in_once_they_have_left() {
        let data = tempfile::tempdir().unwrap();
        let mut one = enter(data.path(), "rotate").await.unwrap();
        let two = enter(data.path(), "serve").await.unwrap();
        let three = enter(data.path(), "list").await.unwrap();

        let refused = one
            .alone("the key can't be changed", SOON)
            .await
            .unwrap_err()
            .to_string();

        for part in ["the key can't be changed", "`serve` (process ", "`list` (process "] {
            assert!(refused.contains(part), "{refused}");
        }
        assert!(!refused.contains("rotate"), "{refused}");
        let up: PathBuf = std::env::current_dir()
            .unwrap()
            .components()
            .skip(1)
            .map(|_| "..")
            .collect();
        let relative = up.join(data.path().strip_prefix("/").unwrap());
        let mut here = enter(&relative, "migrate").await.unwrap();
        let refused = here.alone("it can't be moved", SOON).await.unwrap_err().to_string();
        assert!(
            !refused.contains("`migrate`"),
            "nobody is told to end themselves: {refused}"
        );
        drop(here);
        drop((two, three));
        one.alone("", LATE).await.unwrap();
        let out = enter(data.path(), "list").await.unwrap_err();
        assert!(
            out.code() == "folder-in-use" && out.to_string().contains("rotate"),
            "{out}"
        );
        one.together().await.unwrap();
        enter(data.path(), "list").await.unwrap();
    }

    #[tokio::test]
    async fn who_wants_to_be_alone_does_not_wait_for_those_who_come_and_go() {
        let data = tempfile::tempdir().unwrap();
        let mut one = enter(data.path(), "rotate").await.unwrap();
        let coming = async {
            loop {
                let inside = Folder::enter(data.path(), "list", LATE).await.unwrap();
                tokio::time::sleep(Duration::from_millis(2)).await;
                drop(inside);
            }
        };
        tokio::select! {
            alone = one.alone("", LATE) => alone.unwrap(),
            () = coming => unreachable!("they come without end"),
        }
    }

    #[tokio::test]
    async fn two_who_want_to_be_alone_at_once_are_one_after_the_other() {
        let data = tempfile::tempdir().unwrap();
        let alone = async |name: &str| {
            let mut folder = enter(data.path(), name).await.unwrap();
            tokio::task::yield_now().await;
            folder.alone("", LATE).await.unwrap();
        };
        tokio::join!(alone("one"), alone("two"));
    }

    #[tokio::test]
    async fn a_program_that_has_died_is_nobody() {
        let data = tempfile::tempdir().unwrap();
        std::fs::create_dir(data.path().join("programs")).unwrap();
        std::fs::write(data.path().join("programs/4711-abc"), "`serve` (process 4711)").unwrap();
        let one = enter(data.path(), "list").await.unwrap();
        assert_eq!(
            programs::others(data.path(), one.present.as_ref()),
            Vec::<String>::new()
        );
        assert_eq!(std::fs::read_dir(data.path().join("programs")).unwrap().count(), 1);
        drop(one);
        assert_eq!(std::fs::read_dir(data.path().join("programs")).unwrap().count(), 0);
    }
}
