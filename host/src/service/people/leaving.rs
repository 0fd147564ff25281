//! People who go, or become something else: what that would come to, with numbers, and doing it.

use crate::{
    Error, Result, rights,
    service::{
        Session,
        api::{Heir, Leaving, Left, Person},
        people::known::idle_since,
    },
    store::{
        connections::{self, Connection},
        leaving, link_counts, logins,
        operations::OperationFilter,
        page::Part,
        people,
        users::Role,
        words::{OperationState, Reason},
    },
};

/// What is done to somebody's own sign-in, as others are told who wait for it.
const WHAT: &str = "the leaving of its Administrator";

impl Session<'_> {
    /// What it would come to if that person got another role, or was removed if there is none. Nothing is changed.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`; the database's.
    pub async fn would_leave(&self, name: &str, to: Option<Role>) -> Result<Leaving> {
        self.user.require_administrator("change users")?;
        let store = &self.host.store;
        let person = people::get(store, name).await?;
        let goes = to != Some(Role::Administrator);
        let is_last = goes && people::is_last_administrator(store, name).await?;
        let own = self.own_of(name).await?.filter(|_| goes);
        let now = self.host.clock.utc();
        let logged_in = logins::of(store, name, &self.now(), &idle_since(now)).await?;
        let logins = if goes { logged_in.len() as u64 } else { 0 };
        let heirs = match &own {
            Some(own) => self.heirs(own).await?,
            None => Vec::new(),
        };
        let (connection, files) = self.connection_and_files(name).await?;
        let person = Person::new(person, connection, files);
        Ok(Leaving {
            consequences: beforehand(&person, to, logins, own.as_ref()),
            person,
            to,
            is_last,
            logins,
            gives_up: own.is_some(),
            heirs,
        })
    }

    /// Removes a person: they can't come in any more, in whatever way, and their own connection is given up. `heir` is the id
    /// of a connection that takes its files over. Their name stays beside what they have done.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::NotFound`; `Error::People` (`last-administrator`); `Error::Sync` while a sync of theirs
    /// runs; `Error::Settings` for an heir that can't be one. Nothing was changed then.
    pub async fn remove_user(&self, name: &str, heir: Option<&str>) -> Result<Left> {
        let left = self.leave(name, None, heir).await?;
        self.note("user-removed", name).await?;
        Ok(left)
    }

    /// Gives a person another role. As [`Session::remove_user`], as far as they may do less from then on.
    ///
    /// # Errors
    ///
    /// As [`Session::remove_user`].
    pub async fn change_role(&self, name: &str, role: Role, heir: Option<&str>) -> Result<Left> {
        let left = self.leave(name, Some(role), heir).await?;
        let what = match role {
            Role::Administrator => "became-administrator",
            Role::Member => "became-member",
        };
        self.note(what, name).await?;
        Ok(left)
    }

    async fn leave(&self, name: &str, to: Option<Role>, heir: Option<&str>) -> Result<Left> {
        let would = self.would_leave(name, to).await?;
        if would.is_last {
            return Err(leaving::last(name));
        }
        let heir = match heir {
            None => None,
            Some(id) => Some(
                would
                    .heirs
                    .iter()
                    .find(|heir| heir.connection.id == id)
                    .ok_or_else(|| no_heir(id))?,
            ),
        };
        let own = self.own_of(name).await?.filter(|_| would.gives_up);
        if let Some(own) = &own {
            self.stop_what_goes_through(own, name).await?;
        }
        let mut held = Vec::new();
        for id in own
            .iter()
            .map(|own| &own.id)
            .chain(heir.map(|heir| &heir.connection.id))
        {
            held.push(self.no_sync(id, WHAT).await?);
        }
        let giving_up = self.give_up_own(name, to, own.as_ref(), heir);
        let left = rights::guarding(&held, Box::pin(giving_up)).await?;
        drop(held);
        if let Some(own) = &own {
            self.host.forget_tokens(&own.id);
        }
        Ok(Left {
            name: name.to_owned(),
            role: to,
            logins: left.logins,
            files: left.files.into(),
        })
    }

    /// What somebody's leaving means for what is kept. Whoever calls has the rights to the syncs of both connections.
    async fn give_up_own(
        &self,
        name: &str,
        to: Option<Role>,
        own: Option<&Connection>,
        heir: Option<&Heir>,
    ) -> Result<leaving::Left> {
        let mut held = Vec::new();
        if let Some(own) = own {
            held.push(self.turn(&own.id, WHAT).await?);
            self.end_unfinished(own, Reason::Disconnected).await?;
            // Nobody stores renewed tokens behind this one's back.
            held.push(self.host.renewal_right(&own.id).await?);
        }
        let drive = own.and_then(|own| own.drive.as_ref());
        let leaving = leaving::Leaving {
            by: &self.user.name,
            user: name,
            to,
            connection: own.map(|own| own.id.as_str()),
            heir: heir.zip(drive).map(|(heir, drive)| leaving::Heir {
                connection: &heir.connection.id,
                drive: &drive.id,
            }),
        };
        leaving::leave(&self.host.store, leaving, &self.now()).await
    }

    /// Their own connection, whatever plugin it was made with.
    async fn own_of(&self, name: &str) -> Result<Option<Connection>> {
        connections::find(&self.host.store, &self.host.own_connection(name)).await
    }

    /// What moves files through it, begun by its person, ends as soon as nothing is lost by that.
    async fn stop_what_goes_through(&self, own: &Connection, name: &str) -> Result<()> {
        let filter = OperationFilter {
            state: Some(OperationState::Running),
            by: Some(name.to_owned()),
            kind: None,
        };
        for operation in self.operations_page(&filter, &Part::whole(None)).await?.rows {
            if operation.connection.as_ref() == Some(&own.id) {
                self.stop_operation(operation.id).await?;
            }
        }
        Ok(())
    }

    /// The connections that have the drive of this one, and are accepted.
    async fn heirs(&self, own: &Connection) -> Result<Vec<Heir>> {
        let store = &self.host.store;
        let Some(drive) = &own.drive else {
            return Ok(Vec::new());
        };
        let mut others = connections::list(store).await?;
        others.retain(|other| {
            let has_it = other.drive.as_ref().is_some_and(|chosen| chosen.id == drive.id);
            other.id != own.id && other.plugin == own.plugin && other.needs_reconnect.is_none() && has_it
        });
        let theirs = link_counts::following_in(store, &own.id, &drive.id).await?;
        let detached = link_counts::detached_of(store, &drive.id).await?;
        let heir = |other: Connection| Heir {
            connection: other.into(),
            files: theirs + detached,
        };
        Ok(others.into_iter().map(heir).collect())
    }
}

fn no_heir(id: &str) -> Error {
    Error::Settings(format!(
        "the connection `{}` can't take the files over: it has another drive, is not accepted, or is none",
        id.escape_debug()
    ))
    .at("heir")
}

/// What a person should know who is about to do it.
fn beforehand(person: &Person, to: Option<Role>, logins: u64, own: Option<&Connection>) -> Vec<String> {
    let name = &person.user.name;
    let mut told = Vec::new();
    let browsers = match logins {
        0 => "is logged in nowhere".to_owned(),
        1 => "is logged out of the one browser in which they are logged in".to_owned(),
        many => format!("is logged out of the {many} browsers in which they are logged in"),
    };
    match to {
        Some(Role::Administrator) => {
            told.push(format!(
                "{name} may do everything that you may do: connect, import, associate, and look after users"
            ));
        }
        Some(Role::Member) => {
            told.push(format!("{name} sees the library and its files, and nothing else"));
            told.push(format!("{name} {browsers}, and can log in again"));
        }
        None => {
            told.push(format!("{name} can't come in any more, and {browsers}"));
            told.push("The name stays beside what they have done".into());
        }
    }
    if let Some(own) = own {
        let account = own
            .account
            .as_ref()
            .map_or_else(String::new, |account| format!(" ({})", account.name));
        told.push(format!(
            "Their own connection{account} is given up: its secret and tokens are deleted here, and its daily sync stops"
        ));
        told.push(format!(
            "The files that came through it ({}) stay in the library and wherever they are shown; unless another connection \
             takes them over, they stop following their source, and stay locked",
            person.files
        ));
        if let Some(drive) = &own.drive {
            told.push(format!(
                "Whoever chooses the drive {} for another connection lets them follow again",
                drive.name
            ));
        }
    }
    told
}
