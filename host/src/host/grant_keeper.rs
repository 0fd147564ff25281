//! Where the grants of people are kept: sealed, in the database, renewed by one process at a time.

use std::{
    any::Any,
    path::{Path, PathBuf},
    sync::Arc,
};

use clientpoint_engine::{
    oauth::{Grant, Keeper, Keeping},
    secrets::SecretKey,
};

use crate::{
    Error,
    host::{Host, keys::Keys, rights, waiting::Waiting},
    rights::Rights,
    store::{Store, grants},
};

/// Keeps the grant of one connection.
pub(super) struct DatabaseKeeper {
    store: Store,
    keys: Arc<Keys>,
    connection: String,
    rights: Arc<dyn Rights>,
    data: PathBuf,
    waiting: Waiting,
}

impl Host {
    pub(super) fn keeper(&self, connection: &str) -> DatabaseKeeper {
        DatabaseKeeper {
            store: self.store.clone(),
            keys: self.keys.clone(),
            connection: connection.into(),
            rights: self.rights.clone(),
            data: self.data.clone(),
            waiting: self.queue(),
        }
    }
}

impl Keeper for DatabaseKeeper {
    fn alone(&self) -> Keeping<'_, Box<dyn Any + Send>> {
        Box::pin(async move {
            let held = rights::renewal(&self.rights, &self.connection, &self.waiting).await;
            let held = held.map_err(|error| told(&self.data, error))?;
            Ok(Box::new(held) as Box<dyn Any + Send>)
        })
    }

    fn read(&self) -> Keeping<'_, Option<Grant>> {
        Box::pin(async move {
            let read = |key: Arc<SecretKey>| async move { grants::get(&self.store, &key, &self.connection).await };
            self.keys
                .with(&self.store, read)
                .await
                .map_err(|error| told(&self.data, error))
        })
    }

    fn write<'a>(&'a self, grant: &'a Grant) -> Keeping<'a, ()> {
        Box::pin(async move {
            let put =
                |key: Arc<SecretKey>| async move { grants::put(&self.store, &key, &self.connection, grant).await };
            self.keys
                .with(&self.store, put)
                .await
                .map_err(|error| told(&self.data, error))
        })
    }
}

/// In words that name the folder, and the way out: they are told as they are.
fn told(data: &Path, error: Error) -> String {
    error.about(data).to_string()
}

#[cfg(test)]
mod tests {
    use std::io::{self, ErrorKind};

    use crate::host::grant_keeper::*;

    #[test]
    fn a_renewal_that_finds_no_room_names_the_folder_and_the_way_out() {
        let data = tempfile::tempdir().unwrap();
        let said = told(data.path(), io::Error::from(ErrorKind::StorageFull).into());
        let name = data.path().display().to_string();
        assert!(said.contains(&name) && said.contains("emptying the trash"), "{said}");
    }
}
