//! Which address is for whom: said once, in one list, and looked at before any page is asked.

use axum::{
    Router,
    extract::{FromRequestParts, Request, State},
    handler::Handler,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};

use super::{
    console::{Asker, Console},
    entering, trouble,
};
use crate::{Error, store::users::Role};

/// Who may ask for an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Also who is not logged in.
    Anybody,
    /// Whoever is logged in.
    People,
    /// Administrators alone.
    Administrators,
}

/// An address of the console.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// For whom.
    pub who: Who,
    /// `GET`, `POST` or `DELETE`.
    pub method: &'static str,
    /// With `{id}` and the like where something is named.
    pub path: &'static str,
}

/// All addresses, with what answers there.
#[derive(Default)]
pub(super) struct Routes {
    all: Vec<Route>,
    anybody: Router<Console>,
    people: Router<Console>,
    administrators: Router<Console>,
}

/// What answers, by who may ask.
pub(super) struct Routers {
    pub(super) anybody: Router<Console>,
    pub(super) people: Router<Console>,
    pub(super) administrators: Router<Console>,
}

impl Routes {
    pub(super) fn get<H: Handler<T, Console>, T: 'static>(self, who: Who, path: &'static str, answer: H) -> Self {
        self.with(who, "GET", path, Router::new().route(path, get(answer)))
    }

    pub(super) fn post<H: Handler<T, Console>, T: 'static>(self, who: Who, path: &'static str, answer: H) -> Self {
        self.with(who, "POST", path, Router::new().route(path, post(answer)))
    }

    pub(super) fn delete<H: Handler<T, Console>, T: 'static>(self, who: Who, path: &'static str, answer: H) -> Self {
        self.with(who, "DELETE", path, Router::new().route(path, delete(answer)))
    }

    /// One that has a router of its own.
    pub(super) fn with(mut self, who: Who, method: &'static str, path: &'static str, router: Router<Console>) -> Self {
        self.all.push(Route { who, method, path });
        let all = match who {
            Who::Anybody => &mut self.anybody,
            Who::People => &mut self.people,
            Who::Administrators => &mut self.administrators,
        };
        *all = std::mem::take(all).merge(router);
        self
    }

    /// The list.
    pub(super) fn all(self) -> Vec<Route> {
        self.all
    }

    /// What answers, each with nothing in front of it.
    pub(super) fn routers(self) -> Routers {
        Routers {
            anybody: self.anybody,
            people: self.people,
            administrators: self.administrators,
        }
    }

    /// What answers to browsers. Each page asks by itself who is logged in.
    pub(super) fn router(self, console: &Console) -> Router<Console> {
        let gate = middleware::from_fn_with_state(console.clone(), administrators_only);
        let pages = self.anybody.merge(self.people);
        pages.merge(self.administrators.route_layer(gate))
    }
}

async fn administrators_only(State(console): State<Console>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(asker) = Asker::from_request_parts(&mut parts, &console).await;
    let session = match entering::entered(&console, &asker).await {
        Ok(session) => session,
        Err(answer) => return answer,
    };
    let user = session.user();
    if user.role != Role::Administrator {
        let error = Error::Forbidden {
            user: user.name,
            what: "do this",
        };
        return trouble::of(&error, &session);
    }
    drop(session);
    next.run(Request::from_parts(parts, body)).await.into_response()
}
