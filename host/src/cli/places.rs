//! The words of where files are shown: `place`, `unplace`, `places`.

use clap::Args;
use clientpoint_host::{Result, Session, service::api::Showing, store::files::ShowingKind};
use serde_json::json;

use super::{output::Output, show::Page};

/// See `Command::Place`.
#[derive(Debug, Args)]
pub struct PlaceArguments {
    /// The File ID
    id: String,
    /// Where
    #[command(flatten)]
    target: Target,
}

/// Where a file is shown.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Target {
    /// In this ClientPoint
    #[arg(long, value_name = "NAME")]
    clientpoint: Option<String>,
    /// In this Template
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
}

/// Shows a file in one more place.
pub async fn place(session: &Session<'_>, PlaceArguments { id, target }: PlaceArguments) -> Result<Output> {
    let (kind, name) = target.named();
    Ok(shown(&session.place_file(&id, kind, &name).await?))
}

/// Takes a file out of a place.
pub async fn unplace(session: &Session<'_>, PlaceArguments { id, target }: PlaceArguments) -> Result<Output> {
    let (kind, name) = target.named();
    Ok(shown(&session.unplace_file(&id, kind, &name).await?))
}

/// Lists where a file is shown.
pub async fn places(session: &Session<'_>, id: &str) -> Result<Output> {
    Ok(shown(&session.showings(id).await?))
}

impl Target {
    fn named(self) -> (ShowingKind, String) {
        match (self.clientpoint, self.template) {
            (Some(name), _) => (ShowingKind::ClientPoint, name),
            (None, name) => (ShowingKind::Template, name.unwrap_or_default()),
        }
    }
}

fn shown(showings: &[Showing]) -> Output {
    let rows: Vec<[String; 3]> = showings
        .iter()
        .map(|showing| {
            [
                showing.kind.word().into(),
                showing.name.clone(),
                showing.revision.to_string(),
            ]
        })
        .collect();
    let text = if rows.is_empty() {
        Page::of("shown nowhere: `clientpoint-host place ID --clientpoint NAME` shows it")
    } else {
        Page::table(["SHOWN IN", "NAME", "REVISION"], &rows)
    };
    Output::done(json!({ "places": showings }), text)
}
