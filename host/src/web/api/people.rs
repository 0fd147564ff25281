//! Who asks, and how things stand.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{caller::Caller, given::Asked, problem::Answer};
use crate::service::{
    Health, Status,
    api::{Examination, Keeping, Setting, Trouble, User},
};

/// Who asks.
#[derive(Serialize, ToSchema)]
pub(super) struct Me {
    /// In whose name, and what they may do: no more than the token may.
    #[serde(flatten)]
    user: User,
    /// What the token is called.
    token: String,
}

/// How things stand.
#[derive(Serialize, ToSchema)]
pub(super) struct Standing {
    /// The connection that is worked with.
    connection: Status,
    /// The sync of each connection.
    syncs: Vec<Health>,
    /// All that is not as it should be: of connections, of runs, of files, of the disk, and of telling people.
    troubles: Vec<Trouble>,
}

/// All settings.
#[derive(Serialize, ToSchema)]
pub(super) struct Settings {
    /// In the order of the list of settings.
    settings: Vec<Setting>,
}

/// Whose connection is meant.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Through {
    /// `own` or `company`: whose connection is meant. The own one, where there is one.
    #[allow(dead_code, reason = "whoever asks is told apart by it before")]
    through: Option<String>,
}

/// Who asks.
#[utoipa::path(get, path = "/api/me", tag = "people", responses((status = 200, body = Me)))]
pub(super) async fn who_am_i(caller: Caller) -> Answer<Json<Me>> {
    let session = caller.session().await?;
    Ok(Json(Me {
        user: session.user(),
        token: caller.program.label.clone(),
    }))
}

/// How the connection and the daily sync stand.
#[utoipa::path(get, path = "/api/status", tag = "people", params(Through), responses((status = 200, body = Standing)))]
pub(super) async fn status(caller: Caller, Asked(_): Asked<Through>) -> Answer<Json<Standing>> {
    let session = caller.session().await?;
    Ok(Json(Standing {
        connection: session.status().await?,
        syncs: session.health().await?,
        troubles: session.troubles().await?,
    }))
}

/// What can be set, and what is. It is shown alone.
#[utoipa::path(get, path = "/api/settings", tag = "people", responses((status = 200, body = Settings)))]
pub(super) async fn settings(caller: Caller) -> Answer<Json<Settings>> {
    let session = caller.session().await?;
    let settings = session.settings().await?;
    Ok(Json(Settings { settings }))
}

/// What the library takes up, and what of it is over its time and goes next. Nothing is changed.
#[utoipa::path(get, path = "/api/sizes", tag = "people", responses((status = 200, body = Keeping)))]
pub(super) async fn sizes(caller: Caller) -> Answer<Json<Keeping>> {
    let session = caller.session().await?;
    Ok(Json(session.keeping().await?))
}

/// Looks at everything that work takes, from the plugin to a small file, and tells what does not hold. Nothing is changed, and
/// nothing in the answer names a file or a person. It takes some seconds, and some minutes where nothing answers.
#[utoipa::path(get, path = "/api/doctor", tag = "people", params(Through), responses((status = 200, body = Examination)))]
pub(super) async fn doctor(caller: Caller, Asked(_): Asked<Through>) -> Answer<Json<Examination>> {
    let session = caller.session().await?;
    Ok(Json(session.doctor().await?))
}
