//! Ways to the server of the tests, which break and are whole again.

use std::net::SocketAddr;

use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

use super::Server;
use crate::{
    Result,
    store::{
        Store,
        db::{self, Transaction},
    },
};

/// What becomes of whoever goes by a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It leads to the server.
    Whole,
    /// Whoever comes is sent away.
    Broken,
    /// Nothing gets through, and nobody is told.
    Silent,
}

/// A way to the server that may be broken. It ends with its test.
pub(super) struct Way {
    address: SocketAddr,
    state: watch::Sender<State>,
    serving: JoinHandle<()>,
}

impl Way {
    pub(super) async fn to(server: &Server) -> Self {
        let options = server.addresses.first().unwrap();
        let server = format!("{}:{}", options.get_host(), options.get_port());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (state, now) = watch::channel(State::Whole);
        let serving = tokio::spawn(async move {
            while let Ok((mut here, _)) = listener.accept().await {
                let (server, mut now) = (server.clone(), now.clone());
                tokio::spawn(async move {
                    tokio::select! {
                        biased;
                        _ = now.wait_for(|now| *now != State::Whole) => {}
                        () = async {
                            let mut there = TcpStream::connect(server).await.unwrap();
                            // Who hangs up in the middle has his reasons.
                            let _ = tokio::io::copy_bidirectional(&mut here, &mut there).await;
                        } => {}
                    }
                    let _ = now.wait_for(|now| *now != State::Silent).await;
                });
            }
        });
        Self {
            address,
            state,
            serving,
        }
    }

    /// The address of the server's database by this way, with a password that nothing may tell.
    pub(super) fn url(&self, server: &Server) -> String {
        let options = server.addresses.first().unwrap();
        let (user, database) = (options.get_username(), options.get_database().unwrap());
        format!("postgres://{user}:hunter2@{}/{database}", self.address)
    }

    pub(super) fn be_whole(&self, is_whole: bool) {
        let state = if is_whole { State::Whole } else { State::Broken };
        self.state.send_replace(state);
    }

    pub(super) fn be_silent(&self) {
        self.state.send_replace(State::Silent);
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Writes in this transaction.
pub(super) async fn write(transaction: &mut Transaction) -> Result<()> {
    let switch = "INSERT INTO switches (name) VALUES ('x') ON CONFLICT (name) DO NOTHING";
    db::query(switch).execute(&mut **transaction).await?;
    Ok(())
}

/// Writes in a transaction of its own, to the end.
pub(super) async fn write_all(store: &Store) -> Result<()> {
    let mut transaction = store.write().await?;
    write(&mut transaction).await?;
    Ok(transaction.commit().await?)
}
