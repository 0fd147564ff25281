//! Discovery: where everything is, and which key signs.

use axum::{http::StatusCode, response::Response};
use serde_json::json;

use crate::{
    reply,
    sign_in::{authority::Authority, refusal::Refusal},
    world::World,
};

/// The OpenID configuration of an authority.
pub(crate) fn configuration(world: &World, segment: &str) -> Response {
    let Some(authority) = Authority::parse(segment) else {
        return Refusal::unknown_tenant(segment).answer(world);
    };
    let (login, tenant) = (&world.login_url, authority.tenant());
    let body = json!({
        "issuer": format!("{login}/{tenant}/v2.0"),
        "authorization_endpoint": format!("{login}/{segment}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{login}/{segment}/oauth2/v2.0/token"),
        "jwks_uri": format!("{login}/{segment}/discovery/v2.0/keys"),
        "response_modes_supported": ["query"],
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "private_key_jwt"],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": [
            "sub", "iss", "aud", "exp", "iat", "nbf", "nonce", "ver", "tid", "oid", "name", "preferred_username", "email",
        ],
    });
    reply::json(StatusCode::OK, &body)
}

/// The keys that id_tokens are signed with: one.
pub(crate) fn keys(world: &World) -> Response {
    reply::json(StatusCode::OK, &json!({ "keys": [world.signer.key_json()] }))
}
