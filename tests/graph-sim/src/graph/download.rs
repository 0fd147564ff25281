//! The content of a file: Graph itself only tells where it is.

use axum::{
    body::Body,
    http::{StatusCode, header},
    response::Response,
};

use super::{Answer, Call};
use crate::{
    drive::ItemKind,
    reply::{self, GraphError},
    ticket,
    world::World,
};

/// Sends the client on to a pre-authenticated address on the content host.
pub(super) fn redirect(world: &World, call: &Call) -> Answer {
    let state = world.state();
    let (drive, item) = call.address.item(&state.company)?;
    if !matches!(item.kind, ItemKind::File { .. }) {
        return Err(GraphError::new(
            StatusCode::BAD_REQUEST,
            "invalidRequest",
            "You cannot get content for a folder or a package.",
        ));
    }
    if let Some(error) = state.quirks.withheld(&drive.path(item)) {
        return Err(error);
    }
    if item.infected || state.faults.infects(&drive.path(item)) {
        return Err(GraphError::malware());
    }
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::FOUND;
    let url = ticket::url(world, drive, item, state.clock.now());
    reply::set(&mut answer, header::LOCATION, &url);
    Ok(answer)
}
