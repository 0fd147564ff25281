//! The words of `source`, from the plugin's own types to the generated ones. Nothing is decided here.

use super::{
    bindings::{
        clientpoint::content_source::types::Role as WitRole, exports::clientpoint::content_source::source as exported,
    },
    convert,
};
use crate::{
    account::Account,
    source::{self, Field, FieldKind, Plan, Problem, SettingsError, SignInError, SignInPage},
};

pub(super) fn description() -> exported::Description {
    exported::Description {
        id: source::ID.to_owned(),
        title: source::TITLE.to_owned(),
        version: source::VERSION.to_owned(),
        required_role: WitRole::Administrator,
        default_policy: convert::wit_policy(source::default_policy()),
        modes: vec![
            exported::ModeForm {
                mode: exported::Mode::User,
                fields: source::USER_FIELDS.map(field).to_vec(),
                credentials: exported::Credentials::AtMostOne,
            },
            exported::ModeForm {
                mode: exported::Mode::Organization,
                fields: source::ORGANIZATION_FIELDS.map(field).to_vec(),
                credentials: exported::Credentials::One,
            },
        ],
        schedules: vec![exported::Schedule {
            id: source::DAILY_SYNC.0.to_owned(),
            hour: source::DAILY_SYNC.1,
            minute: source::DAILY_SYNC.2,
        }],
    }
}

fn field(field: Field) -> exported::Field {
    exported::Field {
        key: field.key.to_owned(),
        label: field.label.to_owned(),
        help: field.help.to_owned(),
        kind: match field.kind {
            FieldKind::Text => exported::FieldKind::Text,
            FieldKind::Choice(words) => {
                exported::FieldKind::Choice(words.iter().map(|word| (*word).to_owned()).collect())
            }
            FieldKind::Secret => exported::FieldKind::Secret,
            FieldKind::Certificate => exported::FieldKind::Certificate,
        },
        default: field.default.map(str::to_owned),
    }
}

pub(super) fn plan(plan: Plan) -> exported::AuthorizationPlan {
    exported::AuthorizationPlan {
        token_url: plan.token_url,
        client_id: plan.client_id,
        scopes: plan.scopes,
        egress: exported::Egress {
            api_origin: plan.api_origin,
            post_paths: vec![source::BATCH_PATH.to_owned()],
            redirects: true,
        },
        sign_in: plan.sign_in.map(sign_in_page),
    }
}

fn sign_in_page(page: SignInPage) -> exported::SignInPage {
    let parameter = |(key, value): (&str, &str)| exported::Setting {
        key: key.to_owned(),
        value: value.to_owned(),
    };
    exported::SignInPage {
        url: page.url,
        parameters: page.parameters.into_iter().map(parameter).collect(),
        issuer: page.issuer,
        claims: source::CLAIMS.map(str::to_owned).to_vec(),
    }
}

pub(super) fn settings_error(error: SettingsError) -> exported::SettingsError {
    exported::SettingsError {
        key: error.key.to_owned(),
        message: error.message,
    }
}

/// As far as the standard goes.
pub(super) fn refusal(error: &exported::OauthError) -> source::Refusal<'_> {
    source::Refusal {
        status: error.status,
        error: &error.error,
        description: &error.description,
        ..source::Refusal::default()
    }
}

pub(super) fn sign_in_error(error: SignInError) -> exported::SignInError {
    exported::SignInError {
        problem: match error.problem {
            Problem::WrongSettings => exported::SignInProblem::WrongSettings,
            Problem::ExpiredSecret => exported::SignInProblem::ExpiredSecret,
            Problem::SignInAgain => exported::SignInProblem::SignInAgain,
            Problem::Declined => exported::SignInProblem::Declined,
            Problem::AccountRefused => exported::SignInProblem::AccountRefused,
            Problem::ConsentMissing => exported::SignInProblem::ConsentMissing,
            Problem::Unavailable => exported::SignInProblem::Unavailable,
            Problem::Other => exported::SignInProblem::Other,
        },
        key: error.key.map(str::to_owned),
        message: error.message,
    }
}

pub(super) fn account(account: Account) -> exported::Account {
    exported::Account {
        id: account.id,
        name: account.name,
        drive: account.drive.map(convert::drive),
    }
}
