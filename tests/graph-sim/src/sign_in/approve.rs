//! The page where an administrator approves the application for everybody (admin consent). Whoever opens it here is one.

use axum::{http::StatusCode, response::Response};

use crate::{
    config::CLIENT_ID,
    reply,
    sign_in::{
        authority::Authority,
        form::{Form, required},
        page,
        refusal::Refusal,
    },
    text::in_html,
    world::World,
};

pub(crate) fn answer(world: &World, segment: &str, query: &Form) -> Response {
    if let Err(refusal) = check(segment, query) {
        return page::refusal(&refusal);
    }
    world.state().tenant.approved = true;
    let body = format!(
        "<h1>Approved</h1>\n<p>Everybody in {} can use the application now.</p>",
        in_html(segment)
    );
    reply::page(StatusCode::OK, "Approved", &body)
}

fn check(segment: &str, query: &Form) -> Result<(), Refusal> {
    Authority::parse(segment).ok_or_else(|| Refusal::unknown_tenant(segment))?;
    let id = required(query, "client_id")?;
    match id.eq_ignore_ascii_case(CLIENT_ID) {
        true => Ok(()),
        false => Err(Refusal::unknown_application(id)),
    }
}
