//! Giving a connection up, and changing the key that secrets are sealed with.

use clientpoint_engine::contract::exports::clientpoint::content_source::source::Labels;
use serde::Serialize;

use crate::{
    Error, Result,
    key_files::NextKey,
    rights,
    service::{FileRow, Session, api},
    store::{
        applications,
        connections::{self, Connection, Mode},
        detach::{self, Moved},
        files, link_counts,
        words::Reason,
    },
    way_out::WayOut,
};

/// What giving a connection up came to.
#[derive(Clone, Debug, Serialize)]
pub struct Disconnected {
    /// The connection, as it was.
    pub connection: api::Connection,
    /// What it meant for files.
    pub files: api::Moved,
    /// What stops, and what does not, in sentences.
    pub consequences: Vec<String>,
    /// What can be done for the files.
    pub ways_out: Vec<WayOut>,
}

impl Session<'_> {
    /// Gives a connection up: its secrets and tokens are wiped, its files stay in the library, detached. Without a mode,
    /// the one that this person works with; `of` names another Administrator, whose own connection it is then.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotConnected`, `Error::Sync` while a sync runs.
    pub async fn disconnect(&self, mode: Option<Mode>, of: Option<&str>) -> Result<Disconnected> {
        self.disconnect_from(mode, of, None).await
    }

    /// As [`Session::disconnect`], if it is still the connection that somebody has looked at: `seen` is when that was made.
    ///
    /// # Errors
    ///
    /// As [`Session::disconnect`], and `Error::Outdated` for one that was made anew since.
    pub async fn disconnect_from(
        &self,
        mode: Option<Mode>,
        of: Option<&str>,
        seen: Option<&str>,
    ) -> Result<Disconnected> {
        self.user.require_administrator("disconnect")?;
        let connection = self.connection_of(mode, of).await?;
        let right = self.no_sync(&connection.id, "a disconnect").await?;
        let giving_up = self.disconnected(&connection, (mode, of), seen);
        right.guarding(Box::pin(giving_up)).await
    }

    async fn disconnected(
        &self,
        connection: &Connection,
        (mode, of): (Option<Mode>, Option<&str>),
        seen: Option<&str>,
    ) -> Result<Disconnected> {
        let _turn = self.turn(&connection.id, "a disconnect").await?;
        // Only now: who connects anew or disconnects has both meanwhile.
        let connection = self.connection_of(mode, of).await?;
        if seen.is_some_and(|seen| seen != connection.connected_at) {
            return Err(Error::Outdated(format!(
                "this connection was made anew by {} at {}, after you have looked at it, so nothing was changed: look again",
                connection.connected_by, connection.connected_at
            )));
        }
        self.end_unfinished(&connection, Reason::Disconnected).await?;
        // Nobody stores renewed tokens behind this one's back.
        let _alone = self.host.renewal_right(&connection.id).await?;
        let files = detach::disconnect(&self.host.store, &connection.id, &self.now()).await?;
        self.host.forget_tokens(&connection.id);
        let description = self.host.describe().await?;
        let mut ways_out = vec![WayOut::Unlock { file: None }];
        let registered = applications::find(&self.host.store, &connection.plugin, connection.mode).await?;
        let source = (description.id == connection.plugin).then_some(description.labels);
        let mut consequences = consequences(&connection, files, source.as_ref());
        if registered.is_some() {
            consequences.push("the application that is registered for everybody stays so, with its secret".into());
            ways_out.push(WayOut::ForgetApplication);
        }
        Ok(Disconnected {
            consequences,
            ways_out,
            connection: connection.into(),
            files: files.into(),
        })
    }

    /// What giving that connection up would come to, before anybody does it. As [`Session::disconnect`], without a change.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotConnected`; the database's.
    pub async fn would_disconnect(&self, mode: Option<Mode>, of: Option<&str>) -> Result<Disconnected> {
        self.user.require_administrator("disconnect")?;
        let connection = self.connection_of(mode, of).await?;
        let files = Moved {
            detached: link_counts::following(&self.host.store, &connection.id).await?,
            attached: 0,
        };
        Ok(Disconnected {
            consequences: beforehand(&connection, files),
            ways_out: Vec::new(),
            connection: connection.into(),
            files: files.into(),
        })
    }

    async fn connection_of(&self, mode: Option<Mode>, of: Option<&str>) -> Result<Connection> {
        let store = &self.host.store;
        let connection = match (mode, of) {
            (Some(Mode::Organization), _) => connections::find(store, &self.host.company_connection()).await?,
            (_, Some(user)) => connections::find(store, &self.host.own_connection(user)).await?,
            (Some(Mode::User), None) => connections::find(store, &self.host.own_connection(&self.user.name)).await?,
            (None, None) => self.present_connection().await?,
        };
        match connection {
            Some(connection) => Ok(connection),
            None => Err(Error::NotConnected {
                source_title: self.host.describe().await?.title,
            }),
        }
    }

    /// Lets go of a file that does not follow any more (detached, its item gone, given up): it is the library's own from
    /// now on, and its content may be replaced here.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`, `Error::Settings` for a file that follows; `Error::Sync` while a sync is
    /// running.
    pub async fn unlock(&self, id: &str) -> Result<FileRow> {
        self.unlock_from(id, None).await
    }

    /// As [`Session::unlock`], if the file has that revision still which somebody has looked at.
    ///
    /// # Errors
    ///
    /// As [`Session::unlock`], and `Error::Outdated` if it has another one.
    pub async fn unlock_from(&self, id: &str, decided: Option<u64>) -> Result<FileRow> {
        self.user.require_administrator("unlock a file")?;
        let held = self.rights_to_change(id).await?;
        let unlocking = async {
            files::refuse_outdated(&self.host.store, id, decided).await?;
            detach::unlock(&self.host.store, id).await
        };
        Ok(rights::guarding(&held, unlocking).await?.into())
    }

    /// Makes the key to change to, for hosts that share a database, unless there is one: where it is.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::Settings` for a library in a folder, and where the environment has to say which key.
    pub async fn prepare_key(&self) -> Result<NextKey> {
        self.user.require_administrator("make a key for secrets")?;
        self.host.prepare_key().await
    }

    /// Seals every secret with another key, and puts it in force. Gives the number of secrets.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::Settings` where the environment has to say which key; `Error::Storage`. Nothing was
    /// changed then.
    pub async fn rotate_key(&self) -> Result<u64> {
        self.user.require_administrator("change the key of secrets")?;
        self.host.change_key().await
    }
}

/// What a person should know who is about to give a connection up.
fn beforehand(connection: &Connection, files: Moved) -> Vec<String> {
    let who = match &connection.owner {
        None => "No Administrator can browse or import with the company's credentials any more.".to_owned(),
        Some(owner) => format!("{owner} can't browse or import with this sign-in any more."),
    };
    vec![
        who,
        "Its daily sync stops.".into(),
        format!(
            "Its files ({}) stay in the library and wherever they are shown; they stop following their source, and stay \
             locked.",
            files.detached
        ),
        "Its secret and tokens are deleted here.".into(),
        "Connecting again and choosing the same drive lets the files follow again.".into(),
    ]
}

/// What a person should know who has given a connection up. `source` is what its plugin says, if it is the one at hand.
fn consequences(connection: &Connection, files: Moved, source: Option<&Labels>) -> Vec<String> {
    let who = match connection.mode {
        Mode::Organization => {
            "no Administrator can browse or import with the company's credentials any more".to_string()
        }
        Mode::User => format!(
            "{} can't browse or import with this sign-in any more",
            connection.owner.as_deref().unwrap_or("its owner")
        ),
    };
    vec![
        who,
        "its daily sync has stopped".into(),
        format!(
            "its files ({}) stay in the library and wherever they are shown; they do not follow {} any more (detached)",
            files.detached,
            source.map_or("their items", |labels| &labels.name)
        ),
        "connecting again and selecting the same drive lets them follow again; unlocking a file lets it be changed here \
         instead"
            .into(),
        match source.filter(|labels| !labels.withdrawal.is_empty()) {
            Some(labels) => format!(
                "secrets and tokens were deleted here; the source still knows the application: to withdraw its approval as \
                 well, see {}",
                labels.withdrawal
            ),
            None => "secrets and tokens were deleted here".into(),
        },
    ]
}
