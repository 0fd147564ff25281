//! The glue between the flows and the component's imports and exports: the only module that names generated types.

mod association;
mod bindings;
mod convert;
mod convert_source;
mod managed;
mod outside;
mod sheet;

use wit_bindgen::StreamReader;

use bindings::{
    clientpoint::content_source::types::{Actor, ItemRef},
    exports::clientpoint::content_source::{
        association as associated, content_import, source as exported, sync as synced,
    },
};
use convert::{call_error, drive_page, entry_page, item_outcome, item_ref, role};
use outside::Outside;

use crate::{account, associate, browse, drives, find, import, ports::Ports, source, sync};

/// What the component exports hang on to; it has no state of its own.
struct Plugin;

#[allow(
    missing_docs,
    unsafe_code,
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes_without_reason,
    reason = "generated code"
)]
mod exports {
    use super::{Plugin, bindings};

    bindings::export!(Plugin with_types_in bindings);
}

impl content_import::Guest for Plugin {
    async fn drives(actor: Actor, next: Option<String>) -> Result<content_import::DrivePage, content_import::Error> {
        let page = drives::drives(&Outside::new(), role(actor.role), next.as_deref()).await;
        page.map(drive_page).map_err(call_error)
    }

    async fn resolve_drive(actor: Actor, url: String) -> Result<content_import::Drive, content_import::Error> {
        let drive = drives::resolve_drive(&Outside::new(), role(actor.role), &url).await;
        drive.map(convert::drive).map_err(call_error)
    }

    async fn browse(
        actor: Actor,
        folder: Option<String>,
        next: Option<String>,
    ) -> Result<content_import::EntryPage, content_import::Error> {
        let page = browse::browse(&Outside::new(), role(actor.role), folder.as_deref(), next.as_deref()).await;
        page.map(entry_page).map_err(call_error)
    }

    async fn resolve_items(
        actor: Actor,
        texts: Vec<String>,
    ) -> Result<Vec<content_import::Resolved>, content_import::Error> {
        let resolved = find::resolve_items(&Outside::new(), role(actor.role), &texts).await;
        resolved
            .map(|all| all.into_iter().map(convert::resolved).collect())
            .map_err(call_error)
    }

    async fn import_files(
        actor: Actor,
        items: Vec<ItemRef>,
    ) -> Result<Vec<content_import::ItemOutcome>, content_import::Error> {
        let items: Vec<_> = items.into_iter().map(item_ref).collect();
        let outcomes = import::import_files(&Outside::new(), role(actor.role), &items).await;
        outcomes
            .map(|all| all.into_iter().map(item_outcome).collect())
            .map_err(call_error)
    }
}

impl associated::Guest for Plugin {
    async fn preview(actor: Actor, sheet: StreamReader<u8>) -> Result<associated::Report, associated::Error> {
        let outside = Outside::new();
        let sheet = sheet::whole(&outside, role(actor.role), sheet).await?;
        let report = associate::preview(&outside, role(actor.role), sheet).await;
        report.map(association::report).map_err(association::error)
    }

    async fn apply(actor: Actor, sheet: StreamReader<u8>) -> Result<associated::Report, associated::Error> {
        let outside = Outside::new();
        let sheet = sheet::whole(&outside, role(actor.role), sheet).await?;
        let report = associate::apply(&outside, role(actor.role), sheet).await;
        report.map(association::report).map_err(association::error)
    }

    async fn read(actor: Actor, sheet: StreamReader<u8>) -> Result<StreamReader<associated::Line>, associated::Error> {
        let outside = Outside::new();
        let sheet = sheet::whole(&outside, role(actor.role), sheet).await?;
        Ok(sheet::lines(outside.connection().policy, sheet))
    }
}

impl synced::Guest for Plugin {
    async fn step(cursor: Option<String>, options: synced::Options) -> Result<synced::Report, content_import::Error> {
        let report = sync::step(&Outside::new(), cursor.as_deref(), managed::options(options)).await;
        report.map(managed::report).map_err(call_error)
    }

    async fn plan(cursor: String, next: Option<String>) -> Result<synced::PlanPage, content_import::Error> {
        let page = sync::plan(&Outside::new(), &cursor, next.as_deref()).await;
        page.map(managed::plan_page).map_err(call_error)
    }
}

impl exported::Guest for Plugin {
    fn describe() -> exported::Description {
        convert_source::description()
    }

    fn authorization(
        mode: exported::Mode,
        settings: Vec<exported::Setting>,
    ) -> Result<exported::AuthorizationPlan, exported::SettingsError> {
        source::authorization(convert::mode(mode), |key| value(&settings, key))
            .map(convert_source::plan)
            .map_err(convert_source::settings_error)
    }

    fn explain(mode: exported::Mode, error: exported::OauthError) -> exported::SignInError {
        let refusal = convert_source::refusal(&error);
        convert_source::sign_in_error(source::explain(convert::mode(mode), &refusal, None))
    }

    fn explain_refusal(
        mode: exported::Mode,
        settings: Vec<exported::Setting>,
        refusal: exported::Refusal,
    ) -> exported::SignInError {
        let approval = source::approval_url(|key| value(&settings, key));
        let told = source::Refusal {
            codes: &refusal.codes,
            suberror: refusal.suberror.as_deref(),
            correlation_id: refusal.correlation_id.as_deref(),
            ..convert_source::refusal(&refusal.error)
        };
        convert_source::sign_in_error(source::explain(convert::mode(mode), &told, approval.as_deref()))
    }

    fn approval_url(settings: Vec<exported::Setting>) -> Option<String> {
        source::approval_url(|key| value(&settings, key))
    }

    async fn verify(
        settings: Vec<exported::Setting>,
        claims: Vec<exported::Claim>,
    ) -> Result<exported::Account, exported::SignInError> {
        let claim = |name: &str| {
            let found = claims.iter().find(|claim| claim.name == name);
            found.map(|claim| claim.value.as_str())
        };
        let account = account::verify(&Outside::new(), |key| value(&settings, key), claim).await;
        account
            .map(convert_source::account)
            .map_err(convert_source::sign_in_error)
    }
}

/// The value of a setting.
fn value<'s>(settings: &'s [exported::Setting], key: &str) -> Option<&'s str> {
    let found = settings.iter().find(|setting| setting.key == key);
    found.map(|setting| setting.value.as_str())
}
