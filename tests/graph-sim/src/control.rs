//! The control API below `/_sim/`, for tests in other languages and for people with `curl`. JSON in, JSON out.
//!
//! | request | what it does |
//! |---|---|
//! | `GET /_sim/` | origins, tenant, client id, drives |
//! | `GET /_sim/requests`, `DELETE /_sim/requests` | the log of requests; forgets it |
//! | `GET /_sim/stats` | how many requests of each kind, and how many downloads are stalled |
//! | `GET /_sim/faults`, `DELETE /_sim/faults` | the faults that are set; clears them |
//! | `POST /_sim/faults` `{"fault": "cut:/A.pdf*1"}` | sets one |
//! | `POST /_sim/clock` `{"now": "2026-03-01T05:29:00Z"}` | sets the clock |
//! | `POST /_sim/revoke` `{"person": "member"}` | revokes somebody's refresh tokens; all without a person |
//! | `POST /_sim/interaction` `{"required": true}` | answers refresh tokens with `interaction_required`, or not |
//! | `POST /_sim/roles` `{"roles": ["Files.Read.All"]}` | sets the application permissions that are granted |
//! | `POST /_sim/grant-site` `{"path": "/sites/Marketing"}` | grants the application one site |
//! | `POST /_sim/consent` `{"by": "managed", "legacy" or "administrators"}` | who may approve the application |
//! | `POST /_sim/approve` | approves it for everybody |
//! | `POST /_sim/redirects` `[{"uri", "platform": "web", "native" or "spa"}]` | sets the redirect addresses |
//! | `POST /_sim/sign-in-every` `{"hours": 8}` | ends each sign-in after so long; `null`: when it is not used |
//! | `POST /_sim/challenge` `{"drive", "status": 401 or 403}` | protects a drive by an authentication context |
//! | `POST /_sim/token-life` `{"expiresIn": "3599"}` | what answers say of a token's life; `null`: the truth |
//! | `POST /_sim/certificates` `{"base64": DER}` | registers a certificate on the application |
//! | `DELETE /_sim/certificates` | takes all certificates off it |
//! | `POST /_sim/expire-delta` `{"resync": "apply-differences" or "upload-differences"}` | makes delta tokens useless |
//! | `POST /_sim/delta-style` `{"emptyPages": true, ...}` | sets what changes are told like, see `DeltaStyle` |
//! | `POST /_sim/quirks` `{"batchPaths": "raw-only", ...}` | sets what is otherwise than usual, see `Quirks` |
//! | `POST /_sim/break-delta` `{"status": 500}` | makes delta tokens answer with this status for ever |
//! | `POST /_sim/units` `{"perMinute": 1250}` | sets how many resource units there are in a minute; `null`: any number |
//! | `POST /_sim/refuse-pages` `{"status": 400}` | refuses tokens of `…/_layouts/15/Doc.aspx` addresses; `null`: resolves them |
//! | `POST /_sim/release` | lets stalled downloads go on |
//! | `POST /_sim/put` `{"path", "text" or "base64" or "generated": {"size", "seed"}}` | makes a file, or changes it |
//! | `POST /_sim/mkdir` `{"path"}`, `/_sim/delete` `{"path"}` | makes a folder; deletes anything |
//! | `POST /_sim/rename` `{"path", "name"}`, `/_sim/move` `{"path", "folder"}` | renames; moves |
//! | `POST /_sim/move-to-drive` `{"path", "to", "folder"}` | moves into another drive |
//! | `POST /_sim/restore` `{"path"}` | brings back what was deleted, by its id or the path it had |
//!
//! The last seven take a `"drive"` as well, the main drive being the one they mean without it.

mod bodies;

use anyhow::{Context, bail};
use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{
    config::{CLIENT_ID, TENANT_DOMAIN, TENANT_ID},
    content::Content,
    fault::Fault,
    reply,
    sign_in::certificate::Certificate,
    world::World,
};
use bodies::{
    AddCertificate, At, BreakDelta, Challenge, ConsentBy, ExpireDelta, Generated, Interaction, Move, MoveToDrive,
    OneSite, Put, RefusePages, Rename, Revoke, Roles, SetClock, SetFault, SignInEvery, TokenLife, Units,
};

/// The table above, a request a line, for people at a terminal.
#[must_use]
pub fn control_verbs() -> String {
    let rows = include_str!("control.rs")
        .lines()
        .map_while(|line| line.strip_prefix("//!"));
    let cells = rows.filter_map(|row| row.trim().strip_prefix("| `")?.strip_suffix(" |")?.split_once(" | "));
    let lines: Vec<String> = cells
        .map(|(request, what)| format!("  {}\n      {}", request.replace('`', ""), what.replace('`', "")))
        .collect();
    lines.join("\n")
}

/// Answers a request of the control API; `path` is what comes after `/_sim`.
pub(crate) fn answer(world: &World, method: &Method, path: &str, body: &[u8]) -> Response {
    match answered(world, method, path.trim_matches('/'), body) {
        Ok(value) => reply::json(StatusCode::OK, &value),
        Err(error) => reply::json(StatusCode::BAD_REQUEST, &json!({ "error": format!("{error:#}") })),
    }
}

fn answered(world: &World, method: &Method, path: &str, body: &[u8]) -> anyhow::Result<Value> {
    match (method.as_str(), path) {
        ("GET", "") => Ok(overview(world)),
        ("GET", "requests") => {
            let state = world.state();
            let requests: Vec<_> = state.log.requests().collect();
            Ok(serde_json::to_value(requests)?)
        }
        ("DELETE", "requests") => {
            world.state().log.clear();
            done()
        }
        ("GET", "stats") => {
            let state = world.state();
            Ok(json!({ "requests": serde_json::to_value(state.log.counts())?, "stalled": state.stalled }))
        }
        ("GET", "faults") => {
            let state = world.state();
            let faults: Vec<_> = state.faults.all().iter().map(fault_json).collect();
            Ok(faults.into())
        }
        ("POST", "faults") => {
            let fault: Fault = read::<SetFault>(body)?.fault.parse()?;
            world.state().faults.add(fault);
            done()
        }
        ("DELETE", "faults") => {
            world.state().faults.clear();
            done()
        }
        ("POST", "clock") => {
            let now = read::<SetClock>(body)?.now;
            world.state().clock.set(now);
            done()
        }
        ("POST", "expire-delta") => {
            let resync = read::<ExpireDelta>(body)?.resync;
            let drives = &mut world.state().company.drives;
            drives.values_mut().for_each(|drive| drive.expire_tokens(resync));
            done()
        }
        ("POST", "delta-style") => {
            world.state().delta = read(body)?;
            done()
        }
        ("POST", "quirks") => {
            world.state().quirks = read(body)?;
            done()
        }
        ("POST", "break-delta") => {
            let status = read::<BreakDelta>(body)?.status;
            let drives = &mut world.state().company.drives;
            drives.values_mut().for_each(|drive| drive.break_tokens(status));
            done()
        }
        ("POST", "units") => {
            world.state().meter.limit = read::<Units>(body)?.per_minute;
            done()
        }
        ("POST", "refuse-pages") => {
            world.state().company.pages_refused = read::<RefusePages>(body)?.status;
            done()
        }
        ("POST", "revoke") => {
            let person = read::<Revoke>(body)?.person;
            world.state().ledger.revoke_refresh_tokens(person.as_deref());
            done()
        }
        ("POST", "interaction") => {
            world.state().ledger.interaction_required = read::<Interaction>(body)?.required;
            done()
        }
        ("POST", "roles") => {
            world.state().tenant.roles = read::<Roles>(body)?.roles;
            done()
        }
        ("POST", "grant-site") => {
            world.grant_site(&read::<OneSite>(body)?.path)?;
            done()
        }
        ("POST", "consent") => {
            world.state().tenant.consent = read::<ConsentBy>(body)?.by;
            done()
        }
        ("POST", "approve") => {
            world.state().tenant.approved = true;
            done()
        }
        ("POST", "redirects") => {
            world.state().tenant.redirects = read(body)?;
            done()
        }
        ("POST", "sign-in-every") => {
            let hours = read::<SignInEvery>(body)?.hours;
            world.state().tenant.sign_in_every = hours.map(|hours| TimeDelta::hours(hours.into()));
            done()
        }
        ("POST", "challenge") => {
            let Challenge { drive, status } = read(body)?;
            let status = StatusCode::from_u16(status).context("the status is none")?;
            world.state().tenant.contexts.insert(drive, status);
            done()
        }
        ("POST", "token-life") => {
            world.state().tenant.told_life = read::<TokenLife>(body)?.expires_in;
            done()
        }
        ("POST", "certificates") => {
            let certificate = Certificate::from_der(&bytes(&read::<AddCertificate>(body)?.base64)?)?;
            world.state().ledger.certificates.push(certificate);
            done()
        }
        ("DELETE", "certificates") => {
            world.state().ledger.certificates.clear();
            done()
        }
        ("POST", "release") => {
            world.release_stalled();
            done()
        }
        ("POST", "put") => put(world, read(body)?),
        ("POST", "mkdir") => {
            let at: At = read(body)?;
            let id = world.in_drive(at.drive.as_deref(), |drive, now| drive.mkdir(&at.path, now))?;
            Ok(json!({ "id": id }))
        }
        ("POST", "delete") => {
            let at: At = read(body)?;
            world.in_drive(at.drive.as_deref(), |drive, _| drive.delete(&at.path))?;
            done()
        }
        ("POST", "rename") => {
            let to: Rename = read(body)?;
            world.in_drive(to.drive.as_deref(), |drive, now| drive.rename(&to.path, &to.name, now))?;
            done()
        }
        ("POST", "move") => {
            let to: Move = read(body)?;
            world.in_drive(to.drive.as_deref(), |drive, now| {
                drive.move_to(&to.path, &to.folder, now)
            })?;
            done()
        }
        ("POST", "move-to-drive") => {
            let to: MoveToDrive = read(body)?;
            let id = world.move_to_drive(to.drive.as_deref(), &to.path, &to.to, &to.folder)?;
            Ok(json!({ "id": id }))
        }
        ("POST", "restore") => {
            let at: At = read(body)?;
            let id = world.in_drive(at.drive.as_deref(), |drive, now| drive.restore(&at.path, now))?;
            Ok(json!({ "id": id }))
        }
        _ => bail!("there is no {method} /_sim/{path}"),
    }
}

fn put(world: &World, put: Put) -> anyhow::Result<Value> {
    let content = match (put.text, put.base64, put.generated) {
        (Some(text), None, None) => Content::Bytes(text.into_bytes()),
        (None, Some(base64), None) => Content::Bytes(bytes(&base64)?),
        (None, None, Some(Generated { size, seed })) => Content::Generated { size, seed },
        _ => bail!("give exactly one of text, base64 and generated"),
    };
    let id = world.put(put.drive.as_deref(), &put.path, content)?;
    Ok(json!({ "id": id }))
}

fn bytes(base64: &str) -> anyhow::Result<Vec<u8>> {
    STANDARD.decode(base64).context("the base64 can't be read")
}

fn overview(world: &World) -> Value {
    let state = world.state();
    let drives: Vec<Value> = state
        .company
        .own_drives()
        .map(|drive| json!({ "id": drive.id, "name": drive.name, "type": drive.drive_type(), "webUrl": drive.web_url }))
        .collect();
    json!({
        "graph": world.graph_url,
        "login": world.login_url,
        "content": world.content_url,
        "tenant": TENANT_ID,
        "domain": TENANT_DOMAIN,
        "clientId": CLIENT_ID,
        "drive": state.company.main,
        "drives": drives,
        "now": state.clock.now(),
    })
}

fn fault_json(fault: &Fault) -> Value {
    json!({ "fault": fault.to_string(), "happened": fault.happened() })
}

fn read<T: DeserializeOwned>(body: &[u8]) -> anyhow::Result<T> {
    serde_json::from_slice(body).context("the request's body is not the JSON that is needed here")
}

fn done() -> anyhow::Result<Value> {
    Ok(json!({}))
}
