//! Microsoft Graph: who may ask, what may go wrong, and where each address leads.

pub(crate) mod address;
mod batch;
mod browse;
mod delta;
mod delta_token;
mod download;
mod organization;
mod query;
mod rights;
mod shares;

use std::time::Duration;

use axum::{
    http::{HeaderMap, Method, StatusCode, header},
    response::Response,
};

use self::address::{Address, DriveKey, Verb};
use crate::{
    fault::Place,
    log::RequestKind,
    reply::{self, GraphError},
    sign_in::people::Account,
    units::Reading,
    world::{State, World},
};

/// The versions' path prefixes. The second is what rclone asks for when it is pointed at another host.
const PREFIXES: [&str; 2] = ["/v1.0", "/_api/v2.0"];

/// One request to Graph, taken apart.
pub(crate) struct Call<'a> {
    pub method: Method,
    /// Scheme, host and port that the request came to: `http://127.0.0.1:1234`.
    pub origin: String,
    /// Path with its prefix, as it came.
    pub path: &'a str,
    /// Query as it came, or nothing.
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    /// Empty, but for a batch.
    pub body: &'a [u8],
    pub address: Address,
    /// Who asks; `None`: the application itself, or somebody not known yet.
    pub account: Option<Account>,
}

/// What a call is answered with.
type Answer = Result<Response, GraphError>;

impl<'a> Call<'a> {
    pub fn new(world: &World, method: Method, path: &'a str, query: &'a str, headers: &'a HeaderMap) -> Self {
        let origin = match headers.get(header::HOST).and_then(|host| host.to_str().ok()) {
            Some(host) => format!("{}://{host}", world.scheme),
            None => world.graph_url.clone(),
        };
        let address = PREFIXES
            .iter()
            .find_map(|prefix| path.strip_prefix(prefix))
            .map_or(Address::Unknown, address::parse);
        Self {
            method,
            origin,
            path,
            query,
            headers,
            body: &[],
            address,
            account: None,
        }
    }

    pub fn kind(&self) -> RequestKind {
        match &self.address {
            Address::Users | Address::User(_) => RequestKind::Users,
            Address::Sites | Address::AllSites | Address::Site(_) | Address::SitePermissions(_) => RequestKind::Sites,
            Address::Me | Address::MyDrives | Address::Drive(DriveKey::Mine) => RequestKind::Me,
            Address::UserDrives(_) | Address::SiteDrives(_) | Address::Drive(_) => RequestKind::Drives,
            Address::Item { verb, .. } => match verb {
                Verb::Get => RequestKind::Item,
                Verb::Children => RequestKind::Children,
                Verb::Content => RequestKind::Content,
                Verb::Delta => RequestKind::Delta,
            },
            Address::Shared(_) => RequestKind::Shares,
            Address::Batch => RequestKind::Batch,
            Address::Groups | Address::Unknown => RequestKind::Other,
        }
    }

    /// The path and prefix of the version asked for, as in `http://127.0.0.1:1234/v1.0`.
    fn base(&self) -> String {
        format!("{}{}", self.origin, self.prefix())
    }

    /// The path prefix of the version asked for.
    fn prefix(&self) -> &'static str {
        PREFIXES
            .into_iter()
            .find(|prefix| self.path.starts_with(prefix))
            .unwrap_or("/v1.0")
    }

    fn prefers(&self, feature: &str) -> bool {
        self.headers
            .get_all("prefer")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|value| value.trim().eq_ignore_ascii_case(feature))
    }
}

/// Answers a call: first the token is checked, then the faults, then the address.
pub(crate) fn answer(world: &World, call: &mut Call) -> Response {
    let admitted = admit(world, call);
    let refused = |error: GraphError| error.answer(call.headers, world.now());
    let reading = admitted.as_ref().ok().and_then(|()| charge(world, call));
    let too_much = || reading.as_ref().and_then(Reading::refusal);
    let admitted = admitted.and_then(|()| too_much().map_or(Ok(()), Err));
    let mut answer = match admitted.and_then(|()| served(world, call)) {
        Err(error) => refused(error),
        Ok(()) => fault(world, call).unwrap_or_else(|| route(world, call).unwrap_or_else(refused)),
    };
    if let Some(reading) = reading {
        reading.tell(&mut answer);
    }
    reply::name_request(&mut answer, call.headers);
    answer
}

/// Finds out who asks, and what `/me` means then.
fn admit(world: &World, call: &mut Call) -> Result<(), GraphError> {
    let header = call.headers.get(header::AUTHORIZATION);
    let token = header
        .and_then(|header| header.to_str().ok())
        .and_then(|header| header.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| GraphError::invalid_token("Access token is empty."))?;
    let state = world.state();
    let whose = state.ledger.whose(token, state.clock.now());
    let bearer = whose.map_err(GraphError::invalid_token)?;
    call.account.clone_from(&bearer.account);
    match &call.account {
        None if call.address.is_personal() => Err(GraphError::bad_request(
            "/me request is only valid with delegated authentication flow.",
        )),
        None => rights::check(&state.company, &state.tenant, &bearer, &call.address),
        Some(account) => {
            if let Some(drive) = state.company.drive_of(account) {
                call.address.name_mine(&drive.id);
            }
            rights::check(&state.company, &state.tenant, &bearer, &call.address)
        }
    }
}

/// Whether the drive that is asked for is served at all, and the path in it taken for what it is.
fn served(world: &World, call: &mut Call) -> Result<(), GraphError> {
    let state = world.state();
    if state.quirks.paths_lead_to_root
        && let Address::Item { place, .. } = &mut call.address
    {
        place.path.clear();
    }
    let of_user = |key: &str| {
        state
            .company
            .user(key)
            .and_then(|user| state.quirks.unlicensed(&user.name))
    };
    let unlicensed = match &call.address {
        Address::UserDrives(key) | Address::Drive(DriveKey::OfUser(key)) => of_user(key),
        _ => None,
    };
    let of_site = |key: &str| {
        let site = state.company.site(key)?;
        site.drives.iter().find_map(|drive| state.quirks.refusal(drive))
    };
    let refusal = match &call.address {
        Address::SiteDrives(key) => of_site(key),
        address => address
            .drive(&state.company)
            .and_then(|drive| state.quirks.refusal(&drive.id)),
    };
    unlicensed.or(refusal).map_or(Ok(()), Err)
}

/// Counts what a call costs, whatever comes of it.
fn charge(world: &World, call: &Call) -> Option<Reading> {
    let mut state = world.state();
    let now = state.clock.now();
    state.meter.charge(cost(call), now)
}

/// What a call costs in SharePoint's resource units; the directory has others, and a batch costs what is in it.
fn cost(call: &Call) -> u32 {
    if query::option(call.query, "expand").is_some_and(|expand| expand.contains("permissions")) {
        return 5;
    }
    match &call.address {
        Address::Me | Address::Users | Address::User(_) | Address::Groups | Address::Batch | Address::Unknown => 0,
        Address::SitePermissions(_) => 5,
        Address::MyDrives | Address::UserDrives(_) => 2,
        Address::Sites | Address::AllSites | Address::SiteDrives(_) => 2,
        Address::Site(_) | Address::Drive(_) | Address::Shared(_) => 1,
        Address::Item { verb, .. } => match verb {
            Verb::Get | Verb::Content => 1,
            Verb::Children => 2,
            Verb::Delta if delta::token(call).is_some() => 1,
            Verb::Delta => 2,
        },
    }
}

fn fault(world: &World, call: &Call) -> Option<Response> {
    let mut state = world.state();
    let (place, path) = whereabouts(&state, call);
    let fault = state.faults.take_answer(place, path.as_deref())?;
    Some(reply::of_fault(&fault, place, call.headers, state.clock.now()))
}

/// What faults know a call by.
fn whereabouts(state: &State, call: &Call) -> (Place, Option<String>) {
    let place = match call.kind() {
        RequestKind::Content => Place::Content,
        RequestKind::Batch => Place::Batch,
        _ => Place::Metadata,
    };
    let found = call.address.item(&state.company).ok();
    (place, found.map(|(drive, item)| drive.path(item)))
}

/// How much later the answer to a call comes.
pub(crate) fn delay(world: &World, call: &Call) -> Duration {
    let mut state = world.state();
    let (place, path) = whereabouts(&state, call);
    state.faults.take_delay(place, path.as_deref())
}

fn route(world: &World, call: &Call) -> Answer {
    let method = match call.address {
        Address::Batch => Method::POST,
        _ => Method::GET,
    };
    if call.method != method {
        return Err(GraphError::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "methodNotAllowed",
            "This service can be read only.",
        ));
    }
    match &call.address {
        Address::Me => organization::me(world, call),
        Address::MyDrives => organization::my_drives(world, call),
        Address::Users => organization::users(world, call),
        Address::User(key) => organization::user(world, call, key),
        Address::UserDrives(key) => organization::user_drives(world, call, key),
        Address::Sites | Address::AllSites => organization::sites(world, call),
        // Nobody here has a group, or a grant of a site to show.
        Address::Groups | Address::SitePermissions(_) => organization::none(world, call),
        Address::Site(key) => organization::site(world, call, key),
        Address::SiteDrives(key) => organization::site_drives(world, call, key),
        Address::Drive(key) => organization::drive(world, call, key),
        Address::Item { verb, .. } => match verb {
            Verb::Get => browse::item(world, call),
            Verb::Children => browse::children(world, call),
            Verb::Content => download::redirect(world, call),
            Verb::Delta => delta::changes(world, call),
        },
        Address::Shared(_) => browse::item(world, call),
        Address::Batch => batch::answers(world, call),
        Address::Unknown => Err(GraphError::bad_request(format!(
            "Resource not found for the segment '{}'.",
            call.path.rsplit('/').next().unwrap_or_default()
        ))),
    }
}
