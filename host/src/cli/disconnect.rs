//! The words of `disconnect`, and which of two connections is meant.

use clap::{Args, ValueEnum};
use clientpoint_host::{Result, Session, store::connections::Mode};
use serde_json::json;

use super::{asking, hints, output::Output, show::Page, terminal::Terminal};

/// See `Command::Disconnect`.
#[derive(Debug, Args)]
pub struct Disconnect {
    /// Which connection [default: the one that you work with]
    connection: Option<Which>,

    /// Another Administrator's own connection, of one who has left, say
    #[arg(long, value_name = "USER", conflicts_with = "connection")]
    of: Option<String>,

    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// One of an Administrator's two connections.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Which {
    /// Your own sign-in
    User,
    /// The company's credentials
    Organization,
}

impl From<Which> for Mode {
    fn from(which: Which) -> Self {
        match which {
            Which::User => Self::User,
            Which::Organization => Self::Organization,
        }
    }
}

/// Gives a connection up.
pub async fn disconnect(session: &Session<'_>, form: Disconnect, terminal: &Terminal) -> Result<Output> {
    let what = "secrets and tokens of the connection are wiped, and its files stop following";
    if let Some(nothing) = asking::stopped(terminal, what, form.yes).await? {
        return Ok(nothing);
    }
    let gone = session
        .disconnect(form.connection.map(Mode::from), form.of.as_deref())
        .await?;
    let mut text = Page::of("disconnected");
    for consequence in &gone.consequences {
        text.line(format!("- {consequence}"));
    }
    for way_out in &gone.ways_out {
        text.line(format!("- {}", hints::typed(way_out)));
    }
    Ok(Output::done(json!({ "disconnected": gone }), text))
}
