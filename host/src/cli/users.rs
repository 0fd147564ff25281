//! The words of the users: `users list`, `users add`.

use clap::{Subcommand, ValueEnum};
use clientpoint_host::{Result, Session, settings::Layers, store::users::Role};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    console,
    output::Output,
    pages::{self, PartArguments},
    show::Page,
    tokens::{self, Tokens},
};

/// See `Command::Users`.
#[derive(Debug, Subcommand)]
pub enum Users {
    /// List them
    List,
    /// Add one
    Add {
        /// Their name
        name: String,
        /// What they may do
        #[arg(long)]
        role: RoleWord,
    },
    /// Make a link by which somebody comes into the console and chooses a password: for the first time, or for one that is
    /// lost. It works once, for 30 minutes
    Link {
        /// Their name
        name: String,
    },
    /// The tokens by which programs use the JSON API in somebody's name
    #[command(subcommand)]
    Tokens(Tokens),
}

/// The words for roles.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum RoleWord {
    /// May connect, browse, import and associate
    Administrator,
    /// May use what is in the library
    Member,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Administrator => Self::Administrator,
            RoleWord::Member => Self::Member,
        }
    }
}

/// Carries out a command.
pub async fn users(session: &Session<'_>, command: Users, layers: &Layers) -> Result<Output> {
    match command {
        Users::List => {
            let part = PartArguments::default();
            let users = pages::found(part, usize::MAX, async |part| session.users_page(&part).await)
                .await?
                .rows;
            let rows: Vec<[String; 2]> = users.iter().map(|user| [user.name.clone(), word(user.role)]).collect();
            Ok(Output::done(
                json!({ "users": users }),
                Page::table(["NAME", "ROLE"], &rows),
            ))
        }
        Users::Link { name } => {
            let wanted = console::Wanted::of(layers, None, None)?;
            let token = session.invite(&name).await?;
            let document = json!({ "user": name, "link": wanted.link(&token) });
            Ok(Output::done(document, console::linked(&wanted, &name, &token)))
        }
        Users::Tokens(command) => tokens::tokens(session, command).await,
        Users::Add { name, role } => {
            let user = session.add_user(&name, role.into()).await?;
            let text = format!("added {} as {}", user.name, word(user.role));
            Ok(Output::done(json!({ "user": user }), Page::of(text)))
        }
    }
}

pub(super) fn word<T: Serialize>(of: T) -> String {
    match serde_json::to_value(of) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}
