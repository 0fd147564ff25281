//! Where the redirect of a sign-in arrives: a listener on this machine's loopback address, for one sign-in (RFC 8252,
//! section 7.3). It knows nothing of sign-ins: whoever listens says which answer is taken.
//!
//! It answers one path, to a browser that was sent there and to nothing else (`door`). What it shows is plain text in
//! plain HTML (`page`).

mod door;
mod page;

use std::{
    convert::Infallible,
    net::{Ipv4Addr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

use clientpoint_engine::{clock::Clock, oauth::pending::LIFE};
use door::{Door, Taking};
use http::Request;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Notify, mpsc},
    task::{JoinHandle, JoinSet},
};

use crate::way_out::WayOut;

pub use door::{Arrival, PATH, PageSender};

/// How often a free port is looked for.
const FREE_PORT_TRIES: u32 = 8;

/// Connections at a time; more are closed at once.
const AT_ONCE: usize = 16;

/// How long a browser may take to say what it wants.
const HEADER_WITHIN: Duration = Duration::from_secs(10);

/// How long the last page may take to arrive, once all is decided.
const GOODBYE_WITHIN: Duration = Duration::from_secs(2);

/// A taken port.
pub struct Loopback {
    listeners: Vec<TcpListener>,
    port: u16,
}

/// Why a port can't be taken.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// Somebody has it.
    #[error("port {0} is in use by another program")]
    InUse(u16),
    /// Anything else.
    #[error("port {0} of this machine can't be listened on: {1}")]
    Other(u16, std::io::Error),
}

impl PortError {
    /// What people can do about it.
    pub fn ways_out(&self) -> Vec<WayOut> {
        match self {
            Self::InUse(_) => vec![WayOut::OtherPort],
            Self::Other(..) => Vec::new(),
        }
    }
}

/// Why nothing came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nobody has come back from the sign-in page within ten minutes, so nothing was connected")]
pub struct TooLate;

/// A listener at work. Dropping it closes the port.
pub struct Listening<T> {
    arrivals: mpsc::Receiver<Arrival<T>>,
    closing: Arc<Notify>,
    task: JoinHandle<()>,
    clock: Arc<dyn Clock>,
}

impl Loopback {
    /// Takes a port of the loopback address; 0 takes a free one.
    ///
    /// # Errors
    ///
    /// See [`PortError`].
    pub async fn bind(port: u16) -> Result<Self, PortError> {
        // A free port may be free on one of the two addresses only.
        let mut tries = if port == 0 { FREE_PORT_TRIES } else { 1 };
        loop {
            tries -= 1;
            match Self::bind_both(port).await {
                Err(PortError::InUse(_)) if 0 < tries => {}
                bound => return bound,
            }
        }
    }

    async fn bind_both(port: u16) -> Result<Self, PortError> {
        let bind = async |address: std::net::IpAddr, port| {
            let bound = TcpListener::bind((address, port)).await;
            bound.map_err(|error| match error.kind() {
                std::io::ErrorKind::AddrInUse => PortError::InUse(port),
                _ => PortError::Other(port, error),
            })
        };
        let first = bind(Ipv4Addr::LOCALHOST.into(), port).await?;
        let port = first
            .local_addr()
            .map_err(|error| PortError::Other(port, error))?
            .port();
        let mut listeners = vec![first];
        // Some browsers take `localhost` for the other address: nobody else may sit there. Where it does not exist,
        // nobody can.
        match bind(Ipv6Addr::LOCALHOST.into(), port).await {
            Ok(second) => listeners.push(second),
            Err(error @ PortError::InUse(_)) => return Err(error),
            Err(PortError::Other(..)) => {}
        }
        Ok(Self { listeners, port })
    }

    /// The address that the browser is to be sent to.
    pub fn redirect_uri(&self) -> String {
        format!("http://localhost:{}{PATH}", self.port)
    }

    /// Begins to answer. `take` is given the query of each redirect that comes: what it takes has arrived, and why it takes
    /// none is told to the browser, and waited on. A browser that goes away in the middle breaks nothing off.
    pub fn listen<T, F>(self, take: impl Fn(String) -> F + Send + Sync + 'static, clock: Arc<dyn Clock>) -> Listening<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, String>> + Send + 'static,
    {
        let (sender, arrivals) = mpsc::channel(1);
        let closing = Arc::new(Notify::new());
        let take = move |query| -> Taking<T> { Box::pin(take(query)) };
        let door = Arc::new(Door::new(Box::new(take), sender, self.port));
        let task = tokio::spawn(serve(self.listeners, door, closing.clone()));
        Listening {
            arrivals,
            closing,
            task,
            clock,
        }
    }
}

impl<T> Listening<T> {
    /// Waits for the redirect, for as long as a sign-in may take.
    ///
    /// # Errors
    ///
    /// [`TooLate`].
    pub async fn arrival(&mut self) -> Result<Arrival<T>, TooLate> {
        tokio::select! {
            arrived = self.arrivals.recv() => arrived.ok_or(TooLate),
            () = self.clock.sleep(LIFE) => Err(TooLate),
        }
    }

    /// Stops listening, once the browser has its page.
    pub async fn close(&mut self) {
        self.closing.notify_one();
        // A browser that does not take its page keeps nobody waiting.
        let _ = tokio::time::timeout(GOODBYE_WITHIN, &mut self.task).await;
    }
}

impl<T> Drop for Listening<T> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve<T: Send + 'static>(listeners: Vec<TcpListener>, door: Arc<Door<T>>, closing: Arc<Notify>) {
    let mut open = JoinSet::new();
    loop {
        while open.try_join_next().is_some() {}
        let accepting = listeners.iter().map(|listener| Box::pin(listener.accept()));
        let accepted = tokio::select! {
            (accepted, ..) = futures::future::select_all(accepting) => accepted,
            () = closing.notified() => break,
        };
        match accepted {
            Ok((stream, _)) if open.len() < AT_ONCE => {
                open.spawn(converse(stream, door.clone()));
            }
            Ok(_) => {}
            // Out of handles, say: what is open may end.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    drop(listeners);
    while open.join_next().await.is_some() {}
}

async fn converse<T: Send + 'static>(stream: TcpStream, door: Arc<Door<T>>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let door = door.clone();
        async move { Ok::<_, Infallible>(door.answer(&request).await.response()) }
    });
    let conversation = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_WITHIN)
        .keep_alive(false)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service);
    // What a browser does to its own connection is its own affair.
    let _ = conversation.await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_in_use_is_named_with_the_way_out() {
        let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = Loopback::bind(port).await.err().unwrap();
        assert!(error.to_string().contains(&port.to_string()), "{error}");
        assert_eq!(error.ways_out(), [WayOut::OtherPort]);
    }
}
