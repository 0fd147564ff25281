//! What `serve` shows to those who watch it: its metrics, behind a token or on a port of their own.

use std::{net::SocketAddr, path::Path, sync::Arc};

use clientpoint_host::{
    Error, Host, Result, secret_files,
    service::Stop,
    settings::Layers,
    web::{MetricsToken, Watching, server},
};
use tokio::task::JoinHandle;

use super::{listening, terminal::Terminal};

/// What is to be shown.
pub struct Wanted {
    addresses: Option<Vec<SocketAddr>>,
    /// What opens the metrics.
    pub token: Option<MetricsToken>,
}

impl Wanted {
    /// By the flags of a command, or what was set.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for what is no address, and for a file that has no token.
    pub fn of(layers: &Layers, listen: Option<&str>, token: Option<&Path>) -> Result<Self> {
        let listen = listen.or_else(|| layers.get("metrics.listen"));
        let token = token.or_else(|| layers.get("metrics.token-file").map(Path::new));
        Ok(Self {
            addresses: listen
                .map(|listen| listening::addresses("the port of the metrics", listen))
                .transpose()?,
            token: token.map(read).transpose()?,
        })
    }
}

fn read(path: &Path) -> Result<MetricsToken> {
    let text = secret_files::read("metrics.token-file", path)?;
    MetricsToken::new(&text)
        .map_err(|error| Error::Settings(format!("the file `{}` has no token: {}", path.display(), error.fact())))
}

/// Opens the port of the metrics, if there is to be one.
pub async fn open(host: &Arc<Host>, wanted: &Wanted, stop: &Stop, terminal: &Terminal) -> Option<JoinHandle<()>> {
    let addresses = wanted.addresses.as_ref()?;
    let listeners = listening::bind("the port of the metrics", addresses, "--metrics-listen", terminal).await?;
    for at in listeners.iter().filter_map(|listener| listener.local_addr().ok()) {
        terminal.say(format!("the metrics are at http://{at}/metrics"));
    }
    let watching = Watching::new(host.clone(), stop.clone(), wanted.token.clone());
    let served = server::serve(listeners, watching.router(), stop.clone());
    Some(tokio::spawn(served))
}
