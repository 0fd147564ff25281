//! The words of the accounts: `accounts list`, `add`.

use clap::Subcommand;
use clientpoint_host::{Result, Session, store::accounts::Account};
use serde_json::json;

use super::{output::Output, show::Page};

/// See `Command::Accounts`.
#[derive(Debug, Subcommand)]
pub enum Accounts {
    /// List them
    List,
    /// Add one, with one Administrator, `admin`
    Add {
        /// Its id: lower-case letters, digits and hyphens
        id: String,
    },
}

/// Carries out a command.
pub async fn accounts(session: &Session<'_>, command: Accounts) -> Result<Output> {
    match command {
        Accounts::List => {
            let mut all: Vec<Account> = Vec::new();
            loop {
                let after = all.last().map(|last| last.id.clone()).unwrap_or_default();
                let next = session.accounts_after(&after).await?;
                if next.is_empty() {
                    break;
                }
                all.extend(next);
            }
            let rows: Vec<[String; 2]> = all
                .iter()
                .map(|account| {
                    [
                        account.id.clone(),
                        account.made_at.clone().unwrap_or_else(|| "–".into()),
                    ]
                })
                .collect();
            Ok(Output::done(
                json!({ "accounts": all }),
                Page::table(["ID", "MADE"], &rows),
            ))
        }
        Accounts::Add { id } => {
            let account = session.add_account(&id).await?;
            let text = format!(
                "added the account {0}: `clientpoint-host --account {0}` before any command works in it, and workers do what is \
                 due of it from now on",
                account.id
            );
            Ok(Output::done(json!({ "account": account }), Page::of(text)))
        }
    }
}
