//! Microsoft's own names and TLS in front of the simulator, for clients that can't be pointed elsewhere.
//!
//! A proxy on the loopback takes `CONNECT`, whatever host is asked for, and ends TLS itself with a certificate of a
//! throwaway authority: nothing leaves the machine, and neither the system's names nor its certificates are touched.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use end_to_end::peers;
use graph_sim::Sim;
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

const GRAPH: &str = "graph.microsoft.com";
const LOGIN: &str = "login.microsoftonline.com";

/// The front of a simulator. It goes with this.
pub struct Front {
    /// What to set `HTTPS_PROXY` to.
    pub proxy: String,
    folder: TempDir,
    task: JoinHandle<()>,
}

impl Front {
    /// Makes the authority and its certificate by `openssl`, and begins to answer. The simulator's links have to begin
    /// with https.
    pub async fn start(sim: &Sim) -> Self {
        let folder = certificate().await;
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from_pem_file(folder.path().join("server.pem")).unwrap()],
                PrivateKeyDer::from_pem_file(folder.path().join("server.key")).unwrap(),
            )
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let address = |url: &str| url.trim_start_matches("http://").parse::<SocketAddr>().unwrap();
        let (graph, login) = (address(&sim.graph_url()), address(&sim.login_url()));

        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let proxy = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                // A client that breaks off is no concern of the front.
                tokio::spawn(async move { serve(stream, acceptor, graph, login).await });
            }
        });
        Self { proxy, folder, task }
    }

    /// Leads a program of Node's through it; downloads from the loopback go straight.
    pub fn lead(&self, node: &mut Command) {
        node.env("NODE_USE_ENV_PROXY", "1")
            .env("HTTPS_PROXY", &self.proxy)
            .env("NO_PROXY", "127.0.0.1")
            .env("NODE_EXTRA_CA_CERTS", self.authority());
    }

    /// The authority's certificate, in PEM: the whole bundle to trust.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection of the proxy. What is asked of other hosts than Microsoft's ends here.
async fn serve(mut stream: TcpStream, acceptor: TlsAcceptor, graph: SocketAddr, login: SocketAddr) -> Option<()> {
    let host = connect(&mut stream).await?;
    let target = match host.as_str() {
        GRAPH => graph,
        LOGIN => login,
        _ => {
            let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n").await;
            return None;
        }
    };
    stream.set_nodelay(true).ok()?;
    stream
        .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
        .await
        .ok()?;
    let mut secure = acceptor.accept(stream).await.ok()?;
    let mut plain = TcpStream::connect(target).await.ok()?;
    plain.set_nodelay(true).ok()?;
    let _ = copy_bidirectional(&mut secure, &mut plain).await;
    Some(())
}

/// Reads the head of a `CONNECT`, and gives the host that it names.
async fn connect(stream: &mut TcpStream) -> Option<String> {
    let mut head = vec![];
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() > 8 << 10 {
            return None;
        }
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let (host, _) = head.strip_prefix("CONNECT ")?.split_once(':')?;
    Some(host.to_owned())
}

/// A folder with `ca.pem`, and `server.pem` with its `server.key` for Microsoft's names.
async fn certificate() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let names = format!("subjectAltName=DNS:{GRAPH},DNS:{LOGIN}\nbasicConstraints=CA:FALSE\n");
    std::fs::write(folder.path().join("names"), names).unwrap();
    let key = "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -sha256";
    for line in [
        format!("{key} -x509 -days 2 -subj /CN=Throwaway -keyout ca.key -out ca.pem"),
        format!("{key} -subj /CN={GRAPH} -keyout server.key -out server.csr"),
        "x509 -req -days 2 -sha256 -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile names -out server.pem"
            .to_owned(),
    ] {
        openssl(folder.path(), &line).await;
    }
    folder
}

async fn openssl(folder: &Path, line: &str) {
    let mut command = Command::new("openssl");
    command.current_dir(folder).args(line.split(' '));
    peers::well(&peers::run(&mut command, Duration::from_secs(20)).await);
}
