//! The glue between the flows and the component's imports and exports.

mod outside;
mod sheet_streams;

use wit_bindgen::StreamReader;

use crate::{
    account, association, browse,
    contract::{
        Account, Actor, AssociationError, AuthorizationPlan, CallError, Claim, Description, Drive, DrivePage,
        EntryPage, Finding, ItemOutcome, ItemRef, Mode, Options, PlanPage, Report, Resolved, Setting, SettingsError,
        SheetReport, SignInError, SignInRefusal,
        generated::{
            self,
            exports::clientpoint::content_source::{
                association as associated, content_import, examination as examined, source as exported, sync as synced,
            },
        },
    },
    drives, examination, find, import,
    ports::Ports,
    source, sync,
};
use outside::Outside;

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
    use super::{Plugin, generated};

    generated::export!(Plugin with_types_in generated);
}

impl content_import::Guest for Plugin {
    async fn drives(actor: Actor, next: Option<String>) -> Result<DrivePage, CallError> {
        drives::drives(&Outside::new(), actor.role, next.as_deref()).await
    }

    async fn resolve_drive(actor: Actor, url: String) -> Result<Drive, CallError> {
        drives::resolve_drive(&Outside::new(), actor.role, &url).await
    }

    async fn browse(actor: Actor, folder: Option<String>, next: Option<String>) -> Result<EntryPage, CallError> {
        browse::browse(&Outside::new(), actor.role, folder.as_deref(), next.as_deref()).await
    }

    async fn resolve_items(actor: Actor, texts: Vec<String>) -> Result<Vec<Resolved>, CallError> {
        find::resolve_items(&Outside::new(), actor.role, &texts).await
    }

    async fn import_files(actor: Actor, items: Vec<ItemRef>) -> Result<Vec<ItemOutcome>, CallError> {
        import::import_files(&Outside::new(), actor.role, &items).await
    }
}

impl associated::Guest for Plugin {
    async fn preview(actor: Actor, sheet: StreamReader<u8>) -> Result<SheetReport, AssociationError> {
        let outside = Outside::new();
        let sheet = sheet_streams::whole(&outside, actor.role, sheet).await?;
        association::preview(&outside, actor.role, sheet).await
    }

    async fn apply(actor: Actor, sheet: StreamReader<u8>) -> Result<SheetReport, AssociationError> {
        let outside = Outside::new();
        let sheet = sheet_streams::whole(&outside, actor.role, sheet).await?;
        association::apply(&outside, actor.role, sheet).await
    }

    async fn read(actor: Actor, sheet: StreamReader<u8>) -> Result<StreamReader<associated::Line>, AssociationError> {
        let outside = Outside::new();
        let sheet = sheet_streams::whole(&outside, actor.role, sheet).await?;
        Ok(sheet_streams::lines(outside.connection().policy, sheet))
    }
}

impl synced::Guest for Plugin {
    async fn step(cursor: Option<String>, options: Options) -> Result<Report, CallError> {
        sync::step(&Outside::new(), cursor.as_deref(), options).await
    }

    async fn plan(cursor: String, next: Option<String>) -> Result<PlanPage, CallError> {
        sync::plan(&Outside::new(), &cursor, next.as_deref()).await
    }
}

impl examined::Guest for Plugin {
    async fn examine(actor: Actor, settings: Vec<Setting>, granted: Option<String>) -> Result<Vec<Finding>, CallError> {
        let setting = |key: &str| value(&settings, key);
        examination::examine(&Outside::new(), actor.role, setting, granted.as_deref()).await
    }
}

impl exported::Guest for Plugin {
    fn describe() -> Description {
        source::description()
    }

    fn authorization(mode: Mode, settings: Vec<Setting>) -> Result<AuthorizationPlan, SettingsError> {
        source::authorization(mode, |key| value(&settings, key))
    }

    fn explain(mode: Mode, settings: Vec<Setting>, refusal: SignInRefusal) -> SignInError {
        let approval = source::approval_url(|key| value(&settings, key));
        source::explain(mode, &(&refusal).into(), approval.as_deref())
    }

    fn approval_url(settings: Vec<Setting>) -> Option<String> {
        source::approval_url(|key| value(&settings, key))
    }

    async fn verify(settings: Vec<Setting>, claims: Vec<Claim>) -> Result<Account, SignInError> {
        let claim = |name: &str| {
            let found = claims.iter().find(|claim| claim.name == name);
            found.map(|claim| claim.value.as_str())
        };
        account::verify(&Outside::new(), |key| value(&settings, key), claim).await
    }
}

/// The value of a setting.
fn value<'s>(settings: &'s [Setting], key: &str) -> Option<&'s str> {
    let found = settings.iter().find(|setting| setting.key == key);
    found.map(|setting| setting.value.as_str())
}
