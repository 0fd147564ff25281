//! The connection under a request, for faults that HTTP has no words for.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// A handle on the connection that a request came by.
#[derive(Clone)]
pub(crate) struct Line(Arc<Shared>);

struct Shared {
    reset: AtomicBool,
    flushed: watch::Sender<()>,
}

impl Line {
    /// Waits until all that was handed to the connection so far has gone to the system.
    pub async fn flushed(&self) {
        let mut flushed = self.0.flushed.subscribe();
        // The sender lives as long as `self`, so this can't fail.
        let _ = flushed.changed().await;
    }

    /// Makes the connection end with a reset when it is closed.
    pub fn reset_when_closed(&self) {
        self.0.reset.store(true, Ordering::Relaxed);
    }
}

/// A listener whose connections know their [`Line`], and send small packets at once.
pub(crate) struct Lines(pub TcpListener);

impl Listener for Lines {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        loop {
            let accepted = self.0.accept().await;
            let prepared = accepted.and_then(|(stream, address)| {
                // Otherwise the two parts of an answer wait 40 ms for each other.
                stream.set_nodelay(true)?;
                Ok((Wire::new(stream), address))
            });
            match prepared {
                Ok(connection) => return connection,
                // Out of file handles, most likely: others will be closed in a moment.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Lines>> for Line {
    fn connect_info(stream: IncomingStream<'_, Lines>) -> Self {
        stream.io().line.clone()
    }
}

/// A connection that tells its [`Line`] of each flush, and closes as the line says.
pub(crate) struct Wire {
    stream: TcpStream,
    line: Line,
}

impl Wire {
    fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            line: Line(Arc::new(Shared {
                reset: AtomicBool::new(false),
                flushed: watch::Sender::new(()),
            })),
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.line.0.reset.load(Ordering::Relaxed) {
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        self.line.0.flushed.send_replace(());
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.line.0.reset.load(Ordering::Relaxed) {
            // A farewell would come before the reset, and look like an ordinary end.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
