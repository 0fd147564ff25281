//! Rights that somebody has alone, of all who are at work with one library, in whichever process: to run the sync of a
//! connection, to move files through it, to renew its tokens, to look at the disk.
//!
//! Who keeps them is behind a trait. The lock files of a data folder do so for the processes of one machine: such a right ends
//! with its process, and is held until then. Leases in a server's database do so for the hosts that share it. Rights that several machines have of each other can't be like that: they end by
//! themselves, also for somebody who does not know it yet, as does the lock of a file that was taken away. So a right that
//! something is written under has a number that grows each time that it is taken; whoever works under it does so within a
//! fence ([`Held::guarding`]), which each write is held against, and asks now and then whether it is held still.

pub(crate) mod leases;
pub(crate) mod lock_files;

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use clientpoint_engine::clock::stamp;
use serde::{Deserialize, Serialize};

use crate::{
    Result,
    fences::{self, Fence, RightLost},
};

/// An answer on its way.
pub type Answering<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// What one at a time may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Right {
    /// To run the sync of this connection, or to change what its files follow.
    Sync(String),
    /// To move files through this connection.
    Turn(String),
    /// To renew the tokens of this connection, or to ask for the company's token of this name.
    Renewal(String),
    /// To look at the library's bytes at night.
    Look,
    /// To make a backup of the library.
    Backup,
    /// To be the program with this entry among those that are at work with the library.
    Program(String),
    /// To be known as one that has the key to change to.
    Key {
        /// The name of the key.
        key: String,
        /// The program's entry.
        entry: String,
    },
}

impl Right {
    /// What it is called in the database of the library, beside all others.
    pub fn name(&self) -> String {
        match self {
            Self::Sync(connection) => format!("sync/{connection}"),
            Self::Turn(connection) => format!("turn/{connection}"),
            Self::Renewal(connection) => format!("renew/{connection}"),
            Self::Look => "look".into(),
            Self::Backup => "backup".into(),
            Self::Program(entry) => format!("host/{entry}"),
            Self::Key { key, entry } => format!("key/{key}/{entry}"),
        }
    }
}

/// Who has a right, as others are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// What it is held for: `an import`.
    pub what: String,
    /// The name of whoever has wanted that.
    pub by: String,
    /// The number of the process.
    pub process: u32,
    /// The name of the machine that it runs on, where rights are known to more than one machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// RFC 3339.
    pub since: String,
    /// Until when nothing moves, and why, if that is so: `until 2026-03-02T05:45:00Z: the source asks for patience`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<String>,
}

/// What somebody is told who wants a right.
#[derive(Debug)]
pub enum Taken {
    /// They have it.
    Yours(Held),
    /// Somebody else has it: who, if that is known.
    Others(Option<Holder>),
}

/// Keeps rights.
pub trait Rights: Send + Sync {
    /// Takes a right, and lets others know who has it. If somebody else has it, waits until they give it back, for so long.
    ///
    /// # Errors
    ///
    /// The storage's.
    fn take<'a>(&'a self, right: &'a Right, holder: &'a Holder, within: Duration) -> Answering<'a, Taken>;

    /// Who has a right now; none if nobody has, or whoever has it has left no name.
    ///
    /// # Errors
    ///
    /// The storage's.
    fn holder<'a>(&'a self, right: &'a Right) -> Answering<'a, Option<Holder>>;

    /// Whether somebody has a right now.
    ///
    /// # Errors
    ///
    /// The storage's.
    fn is_taken<'a>(&'a self, right: &'a Right) -> Answering<'a, bool>;

    /// Lets others know that the program with this entry is there, for as long as that is held. None where they see it
    /// anyway.
    ///
    /// # Errors
    ///
    /// The storage's.
    fn show<'a>(&'a self, _entry: &'a str, _holder: &'a Holder) -> Answering<'a, Option<Held>> {
        Box::pin(async { Ok(None) })
    }

    /// Programs that are there, a few of them, in words, and have not said that they have the key of this name. None where there
    /// are no other hosts.
    ///
    /// # Errors
    ///
    /// The storage's.
    fn without_key<'a>(&'a self, _key: &'a str) -> Answering<'a, Vec<String>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// The same for another account of the library's database; none where there is one account alone.
    fn of(&self, _account: &str) -> Option<Arc<dyn Rights>> {
        None
    }

    /// Gives back whatever is held still, at the end of a host.
    ///
    /// # Errors
    ///
    /// The storage's: what was not given back ends by itself then.
    fn close(&self) -> Answering<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}

/// A right in somebody's hands, as its keeper sees it. Dropped, it is given back.
pub trait Hold: Send + Sync {
    /// What is written under the right is held against this. None for one that nothing is written under.
    fn fence(&self) -> Option<Fence>;

    /// Whether it is held still.
    ///
    /// # Errors
    ///
    /// The storage's.
    fn is_held(&self) -> Answering<'_, bool>;

    /// Lets others know something else of its holder. It is for people: nobody is kept from working if it fails.
    fn tell(&self, holder: &Holder);
}

/// A right that is held. It ends when it is dropped, or its process dies.
pub struct Held {
    hold: Box<dyn Hold>,
    holder: Holder,
}

impl Holder {
    /// This process, from now on.
    pub fn new(what: &str, by: &str, now: DateTime<Utc>) -> Self {
        Self {
            what: what.into(),
            by: by.into(),
            process: std::process::id(),
            machine: None,
            since: stamp(now),
            waits: None,
        }
    }
}

impl Held {
    /// What its keeper has made, for this holder.
    pub fn new(hold: impl Hold + 'static, holder: &Holder) -> Self {
        let held = Self {
            hold: Box::new(hold),
            holder: holder.clone(),
        };
        held.hold.tell(&held.holder);
        held
    }

    /// Does some work under the right: what it writes is written only if nobody else has taken the right meanwhile. A large
    /// future comes in a box.
    pub fn guarding<F: Future>(&self, work: F) -> impl Future<Output = F::Output> {
        fences::within(self.hold.fence(), work)
    }

    /// Refuses to go on without the right.
    ///
    /// # Errors
    ///
    /// `Error::Sync` (`right-lost`) if somebody else may have it by now; the storage's.
    pub async fn require(&self) -> Result<()> {
        if self.hold.is_held().await? {
            return Ok(());
        }
        Err(RightLost.into())
    }

    /// Lets others know since when it is held.
    pub fn since(mut self, now: DateTime<Utc>) -> Self {
        self.holder.since = stamp(now);
        self.hold.tell(&self.holder);
        self
    }

    /// Lets others know why nothing moves at present, and until when; or that it moves again.
    pub fn waits(&self, why: Option<String>) {
        let holder = Holder {
            waits: why,
            ..self.holder.clone()
        };
        self.hold.tell(&holder);
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").field("fence", &self.hold.fence()).finish()
    }
}

/// As [`Held::guarding`], under all of these.
pub fn guarding<F: Future>(rights: &[Held], work: F) -> impl Future<Output = F::Output> {
    let fences = rights.iter().filter_map(|held| held.hold.fence());
    fences::within(fences, work)
}

impl Taken {
    /// The right, if it was had.
    pub fn yours(self) -> Option<Held> {
        match self {
            Self::Yours(held) => Some(held),
            Self::Others(_) => None,
        }
    }
}

impl fmt::Display for Holder {
    /// `an import by `ada` (process 4711)`; with its machine, if that is known: `(process 4711 on `alpha`)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} by `{}` (process {}", self.what, self.by, self.process)?;
        if let Some(machine) = &self.machine {
            write!(f, " on `{machine}`")?;
        }
        f.write_str(")")
    }
}
