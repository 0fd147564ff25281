//! The users as an Administrator looks at them, and the trail of what people did.

use crate::{
    Result,
    service::{
        Session,
        api::{Connection, Person, Step},
    },
    store::{
        connections, link_counts,
        page::{Page, Part},
        people,
        trail::{self, TrailFilter},
    },
};

impl Session<'_> {
    /// A page of the users, by name, with how each comes in and what came through their own connection.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::Settings` for a cursor of another list; the database's.
    pub async fn people_page(&self, part: &Part) -> Result<Page<Person>> {
        self.user.require_administrator("list users")?;
        let page = people::page(&self.host.store, part).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for person in page.rows {
            let (connection, files) = self.connection_and_files(&person.user.name).await?;
            rows.push(Person::new(person, connection, files));
        }
        Ok(Page { rows, next: page.next })
    }

    /// One of them. Everybody may look at themselves.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`; the database's.
    pub async fn person(&self, name: &str) -> Result<Person> {
        if name != self.user.name {
            self.user.require_administrator("list users")?;
        }
        let person = people::get(&self.host.store, name).await?;
        let (connection, files) = self.connection_and_files(name).await?;
        Ok(Person::new(person, connection, files))
    }

    /// A page of what people did, the newest first.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::Settings` for a cursor of another list; the database's.
    pub async fn trail_page(&self, filter: &TrailFilter, part: &Part) -> Result<Page<Step>> {
        self.user.require_administrator("see what others did")?;
        let page = trail::page(&self.host.store, filter, part).await?;
        page.try_map(|step| Ok(step.into()))
    }

    /// Writes down what this person has done. `about` is a name.
    pub(crate) async fn note(&self, what: &str, about: &str) -> Result<()> {
        self.host.step(&self.user.name, what, about, &self.from).await
    }

    pub(super) async fn connection_and_files(&self, name: &str) -> Result<(Option<Connection>, u64)> {
        let own = connections::find(&self.host.store, &self.host.own_connection(name)).await?;
        let files = match &own {
            Some(own) => link_counts::following(&self.host.store, &own.id).await?,
            None => 0,
        };
        Ok((own.map(Connection::from), files))
    }
}
