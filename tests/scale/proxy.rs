//! What stands between a host and the database, and can keep them apart.

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// A way to the database, until it is dropped.
pub struct Proxy {
    /// Where it listens.
    pub address: String,
    is_open: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl Proxy {
    /// To that address.
    pub async fn to(address: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = listener.local_addr().unwrap().to_string();
        let (is_open, opening) = watch::channel(true);
        let address = address.to_owned();
        let serving = tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (address, mut opening) = (address.clone(), opening.clone());
                tokio::spawn(async move {
                    let carrying = async {
                        if let Ok(mut far) = TcpStream::connect(address).await {
                            let _ = copy_bidirectional(&mut near, &mut far).await;
                        }
                    };
                    tokio::select! {
                        _ = opening.wait_for(|open| !open) => {}
                        () = carrying => {}
                    }
                });
            }
        });
        Self {
            address: own,
            is_open,
            serving,
        }
    }

    /// Lets through, or hangs up on whoever is there or comes.
    pub fn open(&self, is_open: bool) {
        self.is_open.send_replace(is_open);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
