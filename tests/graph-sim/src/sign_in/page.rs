//! The pages that people see: whom to sign in as, and what is wrong.

use axum::{http::StatusCode, response::Response};

use crate::{
    reply,
    sign_in::{
        authority::Authority,
        authorize::{SIM_ASK, SIM_BACK, SIM_USER},
        form::Form,
        people::Person,
        refusal::Refusal,
        scope::Scopes,
    },
    text::{encoded, in_html},
};

/// Lets the person in front of the browser choose who they are. Each choice sends the same request off as a form, as the
/// last page of the real service does.
pub(crate) fn choice(authority: Authority, people: &[Person], scopes: &Scopes, query: &Form) -> Response {
    let query = as_before(query);
    let choices: String = people
        .iter()
        .filter(|person| authority.account((*person).clone()).is_some())
        .map(|person| {
            let action = in_html(&format!("?{query}{SIM_USER}={}&{SIM_ASK}=1", person.key));
            format!(
                "<li><form method=\"post\" action=\"{action}\"><button>{}</button> {}<br><small>{}</small></form></li>\n",
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

/// Asks for what the application is to be allowed. A form for each answer, as before.
pub(crate) fn consent(person: &Person, scopes: &Scopes, query: &Form) -> Response {
    let query: Form = query.iter().filter(|(name, _)| name != SIM_ASK).cloned().collect();
    let query = as_before(&query);
    let body = format!(
        "<h1>Permissions requested</h1>\n<p>{}</p>\n<p>The application would like to: {}</p>\n\
         <form method=\"post\" action=\"{}\"><button>Cancel</button></form>\n\
         <form method=\"post\" action=\"{}\"><button>Accept</button></form>",
        in_html(&person.mail),
        in_html(&scopes.names()),
        in_html(&format!("?{query}{SIM_BACK}=1")),
        in_html(&format!("?{query}")),
    );
    reply::page(StatusCode::OK, "Permissions requested", &body)
}

/// Says that an administrator has to approve first. The one way back is a link.
pub(crate) fn approval(person: &Person, scopes: &Scopes, query: &Form) -> Response {
    let link = in_html(&format!("?{}{SIM_BACK}=1", as_before(query)));
    let body = format!(
        "<h1>Need admin approval</h1>\n<p>{}</p>\n<p>The application needs permission to access resources in your organization \
         that only an admin can grant ({}). Please ask an admin to grant permission to this app before you can use it.</p>\n\
         <p><a href=\"{link}\">Return to the application without granting consent</a></p>",
        in_html(&person.mail),
        in_html(&scopes.names()),
    );
    reply::page(StatusCode::OK, "Need admin approval", &body)
}

/// The query of a page, to be gone on with.
fn as_before(query: &Form) -> String {
    let fields = query.iter();
    fields
        .map(|(name, value)| format!("{}={}&", encoded(name), encoded(value)))
        .collect()
}

/// Says why nobody can sign in this way.
pub(crate) fn refusal(refusal: &Refusal) -> Response {
    let body = format!(
        "<h1>Sorry, but we’re having trouble signing you in.</h1>\n<p>{}</p>",
        in_html(&refusal.headline())
    );
    reply::page(StatusCode::BAD_REQUEST, "Sign in to your account", &body)
}
