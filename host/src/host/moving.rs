//! Moving the library of a data folder to a database on a server and, where one is set, its bytes to an object store.
//!
//! The folder is held alone from the beginning to the end. First the bytes are carried, each once however often this begins;
//! then all rows go in one transaction, in which they are read back and compared. Before it is kept, the folder is marked:
//! whatever ends this then leaves a folder that nobody goes on with, and that this brings to its end when it begins again.
//! Once it is known to have come to its end, nothing is carried any more: the store is then that of a library at work, which
//! may have let go of what the folder has still.

mod bytes;
mod done;
mod watching;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use clientpoint_engine::{capability::progress::Progress, clock::stamp};
use tokio_util::sync::CancellationToken;

use super::{Limits, elsewhere, opening};
use crate::{
    Error, Result, disk, key_files,
    settings::Layers,
    store::{
        DATABASE, Store,
        identity::{self, Doubt},
        moved::{self, Moved},
        moving::{Moving, Source, Standing, Step, Target},
        objects::Remote,
        seal, sending,
        server::{self, Server},
        users,
    },
    way_out::WayOut,
};

pub use done::MovedLibrary;

use watching::{Watch, told};

/// What is to be moved.
#[derive(Clone, Debug)]
pub struct Move {
    /// The data folder.
    pub data: PathBuf,
    /// What names the database, and the store of the bytes if they are to go to one.
    pub layers: Layers,
    /// Who does it: an Administrator of the library.
    pub user: String,
    /// Whether every byte is read where it comes to lie.
    pub check: bool,
    /// What others are told of this program meanwhile.
    pub name: String,
}

/// Moves a library, or brings a move to its end that was broken off.
///
/// # Errors
///
/// `Error::Settings` where no database is named, or the key is not that of the secrets; `Error::Forbidden`;
/// `Error::Catalogue` for a folder that has no library or one in doubt, and for a database that has rows of another;
/// `Error::Busy` while other programs are at work in the folder; `Error::ObjectStore`; `Error::Sync` (`stopped`); the
/// databases' and the disk's. Then nothing is on the server, unless it says so.
pub async fn move_library(
    wanted: &Move,
    watcher: Arc<dyn Progress>,
    stop: &CancellationToken,
    now: DateTime<Utc>,
) -> Result<MovedLibrary> {
    let data = &wanted.data;
    let file = wanted.layers.get(server::SETTING).map(PathBuf::from).ok_or_else(|| {
        Error::Settings(format!(
            "say where to: name a file with the address of an empty PostgreSQL database, as `{}` does",
            server::SETTING
        ))
    })?;
    let server = Server::of_file(&file)?;
    let remote = elsewhere::named(&wanted.layers)?;
    let mark = marked(data, &server).await?;
    if let Some(why) = disk::refusal(data) {
        return Err(Error::from(why).about(data));
    }
    let (patience, mut notices) = (Limits::default().database, Vec::new());
    let (mut folder, store) = opening::without_key(data, &wanted.name, (patience, now), &mut notices).await?;
    users::get(&store, &wanted.user)
        .await?
        .require_administrator("move the library")?;
    folder.alone("its library can't be moved", patience / 2).await?;
    let moving = Library {
        data,
        store: &store,
        server,
        remote,
        mark,
        patience,
    };
    let done = moving.moved(wanted.check, (&watcher, stop), now).await;
    store.close().await;
    folder.together().await?;
    Ok(MovedLibrary { notices, ..done? })
}

/// The mark of a folder whose library was moved to that server before; none where it was not moved.
async fn marked(data: &Path, server: &Server) -> Result<Option<Moved>> {
    if !data.join(DATABASE).metadata().is_ok_and(|found| 0 < found.len()) {
        return Err(Error::Catalogue {
            code: "no-library",
            message: format!("there is no library in `{}`: there is nothing to move", data.display()),
        }
        .with([WayOut::OtherDataFolder]));
    }
    let standing = identity::look(data).await?;
    match &standing.doubt {
        Some(Doubt::Moved(mark)) if server.is_at(&mark.database) => Ok(Some(mark.clone())),
        _ => standing.settled().map(|()| None),
    }
}

/// A library that is to be moved, in a folder that is held alone.
struct Library<'a> {
    data: &'a Path,
    store: &'a Store,
    server: Server,
    remote: Option<Remote>,
    mark: Option<Moved>,
    patience: Duration,
}

impl Library<'_> {
    async fn moved(&self, check: bool, watch: Watch<'_>, now: DateTime<Utc>) -> Result<MovedLibrary> {
        self.has_its_key().await?;
        let library = identity::of_database(self.store).await?.id;
        let (is_elsewhere, has_files) = sending::any(self.store).await?;
        // What is refused is refused before anything is carried, which may take a day.
        let mut target = Target::begin(&self.server, self.patience).await?;
        let standing = target.standing(&library).await;
        target.leave().await;
        let standing = standing?;
        let over = self
            .mark
            .as_ref()
            .filter(|mark| mark.is_done && standing == Standing::There);
        let is_known = is_elsewhere || over.is_some_and(|mark| mark.objects.is_some());
        self.names_where_bytes_lie(is_known, over.is_some())?;
        let source = Source::open(self.data, self.patience).await?;
        if let Some(remote) = &self.remote {
            remote.belongs_to(&library, is_known).await?;
        }
        let goes = self.remote.is_some() && !is_elsewhere;
        let (with_objects, mut done) = (goes && has_files, MovedLibrary::default());
        let look = async |goes: bool, done: &mut MovedLibrary| {
            bytes::carried(self.data, self.store, self.remote.as_ref(), (goes, check), watch, done).await
        };
        if over.is_none() {
            look(goes, &mut done).await?;
        }
        let target = Target::begin(&self.server, self.patience).await?;
        self.rows((source, target), with_objects, &library, &mut done, watch, now)
            .await?;
        if over.is_some() && !done.has_gone_on {
            look(false, &mut done).await?;
        }
        done.library = library;
        done.database = self.server.place();
        done.objects_at = self.remote.as_ref().map(Remote::to_string);
        done.rows = done.tables.iter().map(|of| of.rows).sum();
        Ok(done)
    }

    /// Refuses settings that look for the bytes elsewhere than where they lie: on a store, as `is_known`, or, of a move that
    /// `is_over`, in the folder.
    fn names_where_bytes_lie(&self, is_known: bool, is_over: bool) -> Result<()> {
        let message = match &self.remote {
            None if is_known => {
                "the bytes of this library lie on an object store, and `objects.url` names none; nothing was \
                                 changed. Set it as it was: they stay there"
                    .into()
            }
            Some(remote) if is_over && !is_known => format!(
                "this library was moved without its bytes, which lie in its data folder, and `objects.url` names `{remote}`; \
                 nothing was changed. Leave that away"
            ),
            _ => return Ok(()),
        };
        let code = "objects-elsewhere";
        Err(Error::Catalogue { code, message }.with([WayOut::ShowSettings]))
    }

    /// Refuses a key that is not the one of the secrets: nobody could open them on the server either.
    async fn has_its_key(&self) -> Result<()> {
        let sealed = seal::sealed_with(self.store).await?;
        let key = key_files::in_force(self.data, sealed.as_ref())?;
        match sealed {
            Some(sealed) if sealed.is_used && sealed.id != key.id() => Err(seal::another_key()),
            _ => Ok(()),
        }
    }

    /// Moves the rows, or finds them there.
    async fn rows(
        &self,
        (source, mut target): (Source, Target),
        with_objects: bool,
        library: &str,
        done: &mut MovedLibrary,
        watch: Watch<'_>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let size = self.data.join(DATABASE).metadata()?.len();
        let mut told = |step: Step| told(step, size, watch);
        let standing = target.standing(library).await?;
        let mut moving = Moving::begin(source, target, with_objects).await?;
        let mark = Moved {
            library: library.to_owned(),
            database: self.server.place(),
            objects: self.remote.as_ref().map(Remote::to_string),
            at: stamp(now),
            is_done: false,
        };
        if standing == Standing::There {
            done.was_there = true;
            done.tables = moving.rows().await?;
            let otherwise = moving.compare(&mut told).await?;
            moving.leave().await;
            // With the mark, nobody has gone on with the folder since: then it was the other one.
            done.has_gone_on = otherwise.is_some();
            return match (otherwise, &self.mark) {
                (Some(otherwise), None) => Err(self.other_state(&otherwise)),
                (_, Some(mark)) if mark.is_done => Ok(()),
                (_, kept) => {
                    identity::leave_behind(self.store, self.data).await?;
                    let mark = kept.clone().unwrap_or(mark);
                    moved::write(self.data, &Moved { is_done: true, ..mark })
                }
            };
        }
        done.tables = moving.write(&mut told).await?;
        moved::write(self.data, &mark)?;
        identity::leave_behind(self.store, self.data).await?;
        moving.keep().await.map_err(|error| self.unknown(error))?;
        moved::write(self.data, &Moved { is_done: true, ..mark })
    }

    /// That the rows are there, and are not those of the folder.
    fn other_state(&self, otherwise: &str) -> Error {
        Error::Catalogue {
            code: "moved-before",
            message: format!(
                "the database at `{}` has this library already, in another state: {otherwise}; nothing was changed. Work with \
                 it there, or empty that database to move the library of this folder again",
                self.server.place()
            ),
        }
    }

    /// That nobody knows whether the server has kept the rows.
    fn unknown(&self, error: Error) -> Error {
        Error::Catalogue {
            code: "move-unfinished",
            message: format!(
                "whether the database at `{}` has kept the library is not known ({}), and no host works with the folder until \
                 that was looked at",
                self.server.place(),
                error.fact()
            ),
        }
        .with([WayOut::MoveLibrary])
    }
}
