//! Listening at an address of this machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use clientpoint_host::{Error, Result};
use tokio::net::TcpListener;

use super::terminal::Terminal;

/// That something can't listen there.
pub fn wrong(what: &str, listen: &str, why: &str) -> Error {
    Error::Settings(format!("{what} can't listen at `{}`: {why}", listen.escape_debug()))
}

/// The addresses that people mean: `localhost` has two.
///
/// # Errors
///
/// `Error::Settings` for what is none.
pub fn addresses(what: &str, listen: &str) -> Result<Vec<SocketAddr>> {
    let wrong = |why| wrong(what, listen, why);
    let (host, port) = listen
        .rsplit_once(':')
        .ok_or_else(|| wrong("write ADDRESS:PORT, as in `localhost:4700`"))?;
    let port: u16 = port
        .parse()
        .map_err(|_| wrong("the port is no number from 0 to 65535"))?;
    let addresses: Vec<IpAddr> = match host {
        "localhost" => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
        host => {
            let address = host.trim_start_matches('[').trim_end_matches(']').parse();
            vec![address.map_err(|_| wrong("write `localhost` or the number of an address of this machine"))?]
        }
    };
    let at_port = addresses.into_iter().map(|address| SocketAddr::new(address, port));
    Ok(at_port.collect())
}

/// Listens there. None if that can't be, which is said: what runs by itself at night is worth more.
pub async fn bind(what: &str, addresses: &[SocketAddr], flag: &str, terminal: &Terminal) -> Option<Vec<TcpListener>> {
    let mut listeners = Vec::new();
    for address in addresses {
        match TcpListener::bind(address).await {
            Ok(listener) => listeners.push(listener),
            // Not every machine has both.
            Err(error) if address.is_ipv6() && 1 < addresses.len() => {
                terminal.say(format!("warning: {what} is not found at {address}: {error}"));
            }
            Err(error) => {
                terminal.error(format!(
                    "{what} can't listen at {address}: {error}; give another one with `{flag} ADDRESS:PORT`. What runs by \
                     itself goes on"
                ));
                return None;
            }
        }
    }
    Some(listeners)
}
