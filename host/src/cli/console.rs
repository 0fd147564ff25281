//! Opening the console beside the timer, and saying where it is.

use std::{net::SocketAddr, sync::Arc};

use clientpoint_engine::secrets::Secret;
use clientpoint_host::{
    Error, Host, Result,
    service::Stop,
    settings::Layers,
    web::{Console, MetricsToken, Place, server},
};
use tokio::{net::TcpListener, task::JoinHandle};

use super::{listening, show::Page, terminal::Terminal};

/// Where it listens, where nobody has said otherwise.
const LISTEN: &str = "localhost:4700";

/// Where the console is to be.
#[derive(Debug)]
pub struct Wanted {
    addresses: Vec<SocketAddr>,
    place: Place,
}

impl Wanted {
    /// By the flags of a command, or what was set.
    ///
    /// # Errors
    ///
    /// As [`Wanted::new`].
    pub fn of(layers: &Layers, listen: Option<&str>, public: Option<&str>) -> Result<Self> {
        let listen = listen.or_else(|| layers.get("console.listen")).unwrap_or(LISTEN);
        Self::new(listen, public.or_else(|| layers.get("console.public-url")))
    }

    /// Where to listen, and under which name browsers find it.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for what is no address, for another address than this machine's own without a public one, and for
    /// a public one that would send passwords in the clear.
    pub fn new(listen: &str, public: Option<&str>) -> Result<Self> {
        let addresses = listening::addresses("the console", listen)?;
        let port = addresses.first().map_or(0, SocketAddr::port);
        let place = match public {
            Some(public) => Place::public(public).ok_or_else(|| {
                Error::Settings(format!(
                    "`--public-url {}` can't be: write `https://NAME` without a path; passwords must not go in the clear \
                     beyond this machine",
                    public.escape_debug()
                ))
            })?,
            None if addresses.iter().all(|address| address.ip().is_loopback()) => Place::local(port),
            None => {
                return Err(listening::wrong(
                    "the console",
                    listen,
                    "browsers on other machines need TLS: say by `--public-url https://NAME` where they find it, with a proxy \
                     in front that has the certificate",
                ));
            }
        };
        Ok(Self { addresses, place })
    }

    /// The address of a one-time link.
    pub fn link(&self, token: &Secret) -> String {
        format!("{}/claim?token={}", self.place.origin(), token.expose())
    }
}

/// A console at work.
pub struct Open(JoinHandle<()>, Console);

impl Open {
    /// Waits for its last page, and for what its pages have begun.
    pub async fn end(self) {
        // It can't fail but by a fault of ours, which was said.
        let _ = self.0.await;
        self.1.ended().await;
    }
}

/// Opens it, says where it is, and prints the first Administrator's link as long as nobody can come in. A port that can't
/// be had is said, and nothing else: what runs by itself at night is worth more.
///
/// # Errors
///
/// The database's.
pub async fn open(
    host: &Arc<Host>,
    (wanted, metrics): (&Wanted, Option<MetricsToken>),
    stop: &Stop,
    terminal: &Terminal,
) -> Result<Option<Open>> {
    let Some(listeners) = listening::bind("the console", &wanted.addresses, "--listen", terminal).await else {
        return Ok(None);
    };
    let place = match listeners.first().map(TcpListener::local_addr) {
        // A free port was taken.
        Some(Ok(at)) if wanted.addresses.iter().all(|address| address.port() == 0) => Place::local(at.port()),
        _ => wanted.place.clone(),
    };
    let wanted = Wanted {
        addresses: Vec::new(),
        place: place.clone(),
    };
    terminal.say(format!("the console is at {}", place.origin()));
    if let Some(token) = host.first_invitation().await? {
        let mut page = Page::of(
            "nobody can come in yet; this link lets the first Administrator choose a password. It works once, for 30 minutes:",
        );
        page.line(wanted.link(&token));
        terminal.show(&page);
    }
    let console = Console::new(host.clone(), place).until(stop.clone()).metrics(metrics);
    let served = server::serve(listeners, console.clone().router(), stop.clone());
    Ok(Some(Open(tokio::spawn(served), console)))
}

/// What is said where a link is made by the command line.
pub fn linked(wanted: &Wanted, user: &str, token: &Secret) -> Page {
    let mut page = Page::of(format!(
        "a link for {user}; it works once, for 30 minutes, and lets whoever opens it choose a password:"
    ));
    page.line(wanted.link(token));
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_console_is_for_this_machine_unless_there_is_tls_in_front_of_it() {
        for (listen, public, is_right) in [
            ("localhost:4700", None, true),
            ("127.0.0.1:0", None, true),
            ("[::1]:4700", None, true),
            ("0.0.0.0:4700", None, false),
            ("192.168.0.7:4700", None, false),
            ("0.0.0.0:4700", Some("https://files.example.com"), true),
            ("0.0.0.0:4700", Some("http://localhost:4700"), true),
            ("0.0.0.0:4700", Some("http://files.example.com"), false),
            ("example.com:4700", None, false),
            ("localhost", None, false),
            ("localhost:port", None, false),
        ] {
            let wanted = Wanted::new(listen, public);
            assert_eq!(wanted.is_ok(), is_right, "{listen} {public:?}: {:?}", wanted.err());
        }
    }
}
