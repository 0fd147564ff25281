//! Connections of browsers: how many there may be, how long each may take to say what it wants, and their end.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use super::Peer;

/// Connections at a time; the next waits until one has ended.
const AT_ONCE: usize = 256;

/// How long a browser may take to send its header, and how much it may be, in bytes.
const HEADER_WITHIN: Duration = Duration::from_secs(10);
const HEADER_AT_MOST: usize = 16 << 10;

/// How long pages that are under way may take once all is to end.
const GOODBYE_WITHIN: Duration = Duration::from_secs(5);

/// Answers on these listeners until it is told to stop.
pub async fn serve(listeners: Vec<TcpListener>, router: Router, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut at_work = JoinSet::new();
    for listener in listeners {
        at_work.spawn(accept(listener, router.clone(), places.clone(), stop.clone()));
    }
    while at_work.join_next().await.is_some() {}
}

async fn accept(listener: TcpListener, router: Router, places: Arc<Semaphore>, stop: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok(place) = places.clone().acquire_owned().await else {
            break;
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                connections.spawn(connection(stream, peer, router.clone(), stop.clone(), place));
            }
            // No file handle is left, for one: it passes, and there is nothing to do until then.
            Err(error) => {
                tracing::warn!("a browser can't be answered: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GOODBYE_WITHIN, ended).await.is_err() {
        tracing::info!("pages that were under way are cut off");
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    stop: CancellationToken,
    _place: OwnedSemaphorePermit,
) {
    // Small answers must not wait for one another.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router.layer(Extension(Peer(peer.ip()))));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_WITHIN)
        .max_buf_size(HEADER_AT_MOST)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!("a browser has gone: {error}");
    }
}
