//! The words of the tokens: `users tokens make`, `users tokens list`, `users tokens end`.

use chrono::NaiveDate;
use clap::Subcommand;
use clientpoint_host::{
    Result, Session,
    service::{api::Token, people::From, tokens::TokenWish},
};
use serde_json::json;

use super::{
    output::Output,
    pages::{self, Found, PartArguments},
    roles::{RoleWord, word},
    show::Page,
};

/// See `Users::Tokens`.
#[derive(Debug, Subcommand)]
pub enum Tokens {
    /// Make one. It is printed once, and kept nowhere
    Make {
        /// Whose it is to be: what is done with it is done in their name
        name: String,
        /// What it is for, in a few words
        #[arg(long, value_name = "TEXT")]
        label: String,
        /// The last day on which it is good (UTC), within a year [default: in 90 days]
        #[arg(long, value_name = "YYYY-MM-DD")]
        ends: Option<NaiveDate>,
        /// What it may do, and no more than its owner [default: what its owner may]
        #[arg(long)]
        role: Option<RoleWord>,
    },
    /// List them, the newest first; one that has ended for thirty days more
    List {
        /// Those of this user
        #[arg(long, value_name = "USER")]
        of: Option<String>,
        /// Which part of them
        #[command(flatten)]
        part: PartArguments,
    },
    /// End one: nobody comes in with it from then on
    End {
        /// Its number, as `users tokens list` shows it
        token: i64,
    },
}

/// Carries out a command.
pub(super) async fn tokens(session: &Session<'_>, command: Tokens) -> Result<Output> {
    match command {
        Tokens::Make {
            name,
            label,
            ends,
            role,
        } => {
            let wish = TokenWish {
                user: &name,
                label: &label,
                last_day: ends,
                role: role.map(Into::into),
            };
            let made = session.make_token(&wish, &From::default()).await?;
            let mut text = Page::of(format!(
                "token {} of {name}, {}, until {}; it is shown here alone:",
                made.token.id,
                word(made.token.role),
                made.token.ends_at
            ));
            text.line(made.secret.expose());
            let document = json!({ "token": made.token, "secret": made.secret.expose() });
            Ok(Output::done(document, text))
        }
        Tokens::List { of, part } => {
            let ask = async |part| session.tokens_page(of.as_deref(), &part).await;
            Ok(listed(&pages::found(part, usize::MAX, ask).await?))
        }
        Tokens::End { token } => {
            let token = session.end_token(token, &From::default()).await?;
            let text = format!("token {} of {} opens nothing any more", token.id, token.user);
            Ok(Output::done(json!({ "token": token }), Page::of(text)))
        }
    }
}

fn listed(tokens: &Found<Token>) -> Output {
    let rows: Vec<[String; 6]> = tokens
        .rows
        .iter()
        .map(|token| {
            let ends = if token.is_over { " (over)" } else { "" };
            [
                token.id.to_string(),
                token.user.clone(),
                token.label.clone(),
                word(token.role),
                format!("{}{ends}", token.ends_at),
                token.used_at.clone().unwrap_or_else(|| "never".into()),
            ]
        })
        .collect();
    let mut text = if rows.is_empty() {
        Page::of("no tokens: programs come in by one, which `users tokens make` makes")
    } else {
        Page::table(["TOKEN", "USER", "LABEL", "ROLE", "ENDS", "LAST USED"], &rows)
    };
    tokens.tell(&mut text);
    Output::done(tokens.document("tokens", json!(tokens.rows)), text)
}
