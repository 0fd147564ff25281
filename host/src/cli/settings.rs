//! The words of the settings: `settings list`, `set`, `unset`.

use clap::Subcommand;
use clientpoint_host::{
    Result, Session,
    service::api::Setting,
    settings::{Kind, Origin, find},
};
use serde_json::json;

use super::{
    output::Output,
    show::{Page, size},
};

/// See `Command::Settings`.
#[derive(Debug, Subcommand)]
pub enum Settings {
    /// List them: the values that count, and where each comes from
    List,
    /// Keep a value for all programs that work with this data folder
    Set {
        /// The setting, as in policy.max-file-bytes
        key: String,
        /// Its value; a size can have a unit, as in "200 MiB"
        value: String,
    },
    /// Forget the value that was kept
    Unset {
        /// The setting
        key: String,
    },
}

/// Carries out a command.
pub async fn settings(session: &Session<'_>, command: Settings) -> Result<Output> {
    match command {
        Settings::List => Ok(listed(&session.settings().await?)),
        Settings::Set { key, value } => {
            let setting = session.set(&key, &value).await?;
            Ok(changed(&setting, "is kept"))
        }
        Settings::Unset { key } => {
            let setting = session.unset(&key).await?;
            Ok(changed(&setting, "is not kept any more"))
        }
    }
}

fn listed(settings: &[Setting]) -> Output {
    let mut text = Page::default();
    for setting in settings {
        text.line(format!("{} = {}  ({})", setting.key, value(setting), from(setting)));
        text.line(format!("    {}", setting.help));
    }
    Output::done(json!({ "settings": settings }), text)
}

fn changed(setting: &Setting, what: &str) -> Output {
    let mut text = Page::of(format!(
        "{} {what}: it is {} ({}) for all that begins from now on",
        setting.key,
        value(setting),
        from(setting)
    ));
    if let Some(kept) = &setting.kept {
        text.line(format!("the kept value, {kept}, counts once the other is gone"));
    }
    Output::done(json!({ "setting": setting }), text)
}

/// The settings that are not as they would be if nobody had set anything.
pub fn differing(set: &[Setting]) -> Page {
    let mut text = Page::default();
    for setting in set {
        let default = setting.default.as_deref().unwrap_or("none");
        text.line(format!(
            "set: {} is {} ({}); the default is {default}",
            setting.key,
            value(setting),
            from(setting)
        ));
    }
    text
}

/// The value of a setting as people read it.
fn value(setting: &Setting) -> String {
    let Some(value) = &setting.value else {
        let what = if setting.may_be_kept {
            "as the plugin proposes"
        } else {
            "–"
        };
        return what.into();
    };
    let is_size = find(setting.key).is_ok_and(|known| matches!(known.kind, Kind::Size { .. }));
    match value.parse() {
        Ok(bytes) if is_size => format!("{} ({value} bytes)", size(bytes)),
        _ => value.clone(),
    }
}

/// Where it comes from.
fn from(setting: &Setting) -> String {
    match setting.origin {
        Origin::CommandLine => "the command line".into(),
        Origin::Variable => "a variable".into(),
        Origin::File => "the file of the deployment".into(),
        Origin::Kept => match &setting.set_by {
            Some(by) => format!("set by {by}"),
            None => "set".into(),
        },
        Origin::Default => "default".into(),
    }
}
