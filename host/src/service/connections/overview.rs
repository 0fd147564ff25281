//! All connections at a glance, and the ways to make one.

use clientpoint_engine::contract::exports::clientpoint::content_source::source::{
    Credentials, Field, FieldKind, ModeForm,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Result,
    service::{
        Session, api,
        connections::{
            accepted::{Expiry, connect_again},
            form::is_of_application,
            of_plugin,
        },
    },
    store::{
        applications::{self, Application},
        connections::{self, Connection, Mode},
        link_counts,
    },
    way_out::WayOut,
};

/// A connection, and what hangs on it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConnectionRow {
    /// The connection, without its secret.
    #[serde(flatten)]
    pub connection: api::Connection,
    /// When its client secret or certificate ends, where that is known.
    pub expires: Option<Expiry>,
    /// How many library files follow something through it.
    pub files: u64,
    /// Whether it is the own sign-in of who asks.
    pub is_yours: bool,
    /// What can be done about it, the likeliest first.
    pub ways_out: Vec<WayOut>,
}

/// So many connections that are not accepted any more are told of.
const BROKEN_AT_MOST: usize = 20;

/// A connection that is not accepted any more.
#[derive(Clone, Debug, Serialize)]
pub struct BrokenRow {
    /// The connection, without its secret.
    #[serde(flatten)]
    pub connection: api::Connection,
    /// Whether it is the own sign-in of who asks. That of somebody else can be mended by them alone.
    pub is_yours: bool,
    /// What can be done about it.
    pub ways_out: Vec<WayOut>,
}

impl Session<'_> {
    /// All connections: the own one of who asks, the company's, and those of other Administrators.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; without a plugin; the database's.
    pub async fn connections(&self) -> Result<Vec<ConnectionRow>> {
        self.user.require_administrator("see the connections")?;
        let present = self.host.describe().await?.id;
        let now = self.host.clock.utc();
        let own = self.host.own_connection(&self.user.name);
        let company = self.host.company_connection();
        let mut all = connections::list(&self.host.store).await?;
        all.sort_by_key(|one| (one.id != own, one.id != company));
        let mut rows = Vec::with_capacity(all.len());
        for one in all {
            rows.push(ConnectionRow {
                expires: one.expiry(now),
                files: link_counts::following(&self.host.store, &one.id).await?,
                is_yours: one.id == own,
                ways_out: ways_out(&one, &present),
                connection: one.into(),
            });
        }
        Ok(rows)
    }

    /// The connections that are not accepted any more, those first that this person can mend: twenty at most. Without a
    /// request, and without a plugin.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, or the database's.
    pub async fn broken_connections(&self) -> Result<Vec<BrokenRow>> {
        self.user.require_administrator("see the connections")?;
        let own = self.host.own_connection(&self.user.name);
        let company = self.host.company_connection();
        let mut all = connections::list(&self.host.store).await?;
        all.retain(|one| one.needs_reconnect.is_some());
        all.sort_by_key(|one| (one.id != own, one.id != company));
        all.truncate(BROKEN_AT_MOST);
        let row = |one: Connection| BrokenRow {
            is_yours: one.id == own,
            ways_out: vec![connect_again(one.mode)],
            connection: one.into(),
        };
        Ok(all.into_iter().map(row).collect())
    }

    /// What the source is called.
    ///
    /// # Errors
    ///
    /// Without a plugin, or if it is stopped.
    pub async fn source(&self) -> Result<api::Source> {
        let description = self.host.describe().await?;
        Ok(api::Source {
            title: description.title,
            name: description.labels.name,
            add: description.labels.add,
            associate: description.labels.associate,
        })
    }

    /// The ways to connect that the plugin has, with what is known already.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; without a plugin; the database's.
    pub async fn ways_to_connect(&self) -> Result<Vec<api::WayToConnect>> {
        self.user.require_administrator("connect")?;
        let description = self.host.describe().await?;
        let store = &self.host.store;
        let registered = applications::find(store, &description.id, Mode::User).await?;
        let mut ways = Vec::with_capacity(description.modes.len());
        for form in &description.modes {
            let (mode, id) = if form.mode == Mode::User.into() {
                (Mode::User, self.host.own_connection(&self.user.name))
            } else {
                (Mode::Organization, self.host.company_connection())
            };
            let before = connections::find(store, &id).await?;
            let before = before.filter(|before| before.plugin == description.id);
            let registered = registered.as_ref().filter(|_| mode == Mode::User);
            ways.push(way(form, mode, before.as_ref(), registered));
        }
        Ok(ways)
    }
}

fn ways_out(connection: &Connection, plugin: &str) -> Vec<WayOut> {
    if let Some(other) = of_plugin::other(connection, plugin) {
        return other.ways_out();
    }
    let broken = connection.needs_reconnect.as_ref();
    let again = broken.map(|_| connect_again(connection.mode));
    let choose = connection.drive.is_none().then_some(WayOut::ChooseDrive);
    again.into_iter().chain(choose).collect()
}

fn way(
    form: &ModeForm,
    mode: Mode,
    before: Option<&Connection>,
    registered: Option<&Application>,
) -> api::WayToConnect {
    let field = |field: &Field| {
        let of_before = before.and_then(|before| before.settings.get(&field.key));
        let of_registered = registered.and_then(|registered| registered.settings.get(&field.key));
        let value = of_before.or(of_registered).or(field.default.as_ref()).cloned();
        let is_credential = matches!(field.kind, FieldKind::Secret | FieldKind::Certificate);
        let is_known = before.is_some() || registered.is_some();
        api::FormField {
            key: field.key.clone(),
            label: field.label.clone(),
            help: field.help.clone(),
            is_needed: if is_credential {
                form.credentials == Credentials::One && !is_known
            } else {
                value.is_none()
            },
            kind: kind(&field.kind),
            value: value.filter(|_| !is_credential),
            is_of_application: is_of_application(field),
        }
    };
    api::WayToConnect {
        mode,
        label: form.label.clone(),
        help: form.help.clone(),
        fields: form.fields.iter().map(field).collect(),
        is_ready: before.is_some() || registered.is_some(),
    }
}

fn kind(kind: &FieldKind) -> api::FieldKind {
    match kind {
        FieldKind::Text => api::FieldKind::Text,
        FieldKind::Choice(words) => api::FieldKind::Choice(words.clone()),
        FieldKind::Secret => api::FieldKind::Secret,
        FieldKind::Certificate => api::FieldKind::Certificate,
    }
}
