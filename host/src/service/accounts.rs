//! The accounts of a database, for whoever runs it: they are no customer's business.

use crate::{
    Error, Result,
    service::Session,
    store::{
        DEFAULT_ACCOUNT,
        accounts::{self, Account},
    },
};

impl Session<'_> {
    /// Makes an account in the database, with one Administrator, `admin`.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::Settings` for an id that can't be one, or is there, for a library in a folder, and for who is
    /// at work in another account than the default one; the database's.
    pub async fn add_account(&self, id: &str) -> Result<Account> {
        self.require_of_accounts()?;
        accounts::add(&self.host.store, id, &self.now()).await
    }

    /// The next accounts after that id, in the order of their ids, a thousand at most.
    ///
    /// # Errors
    ///
    /// As [`Session::add_account`].
    pub async fn accounts_after(&self, id: &str) -> Result<Vec<Account>> {
        self.require_of_accounts()?;
        accounts::after(&self.host.store, id, accounts::PAGE).await
    }

    fn require_of_accounts(&self) -> Result<()> {
        self.user.require_administrator("look after the accounts")?;
        match self.host.account() {
            DEFAULT_ACCOUNT => Ok(()),
            account => Err(Error::Settings(format!(
                "accounts are looked after from the account `{DEFAULT_ACCOUNT}`, and this is `{account}`: work in `{DEFAULT_ACCOUNT}` for that"
            ))),
        }
    }
}
