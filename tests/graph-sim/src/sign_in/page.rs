//! The pages that people see: whom to sign in as, and what is wrong.

use axum::{http::StatusCode, response::Response};

use crate::{
    reply,
    sign_in::{authority::Authority, authorize::SIM_USER, form::Form, people::Person, refusal::Refusal, scope::Scopes},
    text::{encoded, in_html},
};

/// Lets the person in front of the browser choose who they are. Each choice is a link to the same request.
pub(crate) fn choice(authority: Authority, people: &[Person], scopes: &Scopes, query: &Form) -> Response {
    let query: String = query
        .iter()
        .map(|(name, value)| format!("{}={}&", encoded(name), encoded(value)))
        .collect();
    let choices: String = people
        .iter()
        .filter(|person| authority.account((*person).clone()).is_some())
        .map(|person| {
            let link = in_html(&format!("?{query}{SIM_USER}={}", person.key));
            format!(
                "<li><a href=\"{link}\">{}</a> {}<br><small>{}</small></li>\n",
                in_html(&person.name),
                in_html(&person.mail),
                in_html(person.about),
            )
        })
        .collect();
    let body = format!(
        "<h1>Pick an account</h1>\n<p>The application asks for: {}</p>\n<ul>\n{choices}</ul>\n\
         <p><small>This is a simulation. Nobody's password is asked for.</small></p>",
        in_html(&scopes.names()),
    );
    reply::page(StatusCode::OK, "Pick an account", &body)
}

/// Says why nobody can sign in this way.
pub(crate) fn refusal(refusal: &Refusal) -> Response {
    let body = format!(
        "<h1>Sorry, but we’re having trouble signing you in.</h1>\n<p>{}</p>",
        in_html(&refusal.headline())
    );
    reply::page(StatusCode::BAD_REQUEST, "Sign in to your account", &body)
}
