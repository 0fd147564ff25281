//! What the component can reach, read off the component itself; and what a host says to one that it can't use.

use std::{
    io::Write,
    process::{Command, Stdio},
    sync::Arc,
};

use clientpoint_engine::egress::{self, resolver::is_prohibited};
use end_to_end::{
    World,
    certificate::{self, Made},
    component,
};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use crate::crashes::program;

const LIST: &str = include_str!("../../wit/imports.txt");

#[tokio::test]
async fn the_powers_of_the_component_are_the_list_and_nothing_else() {
    let world = World::new().await;
    let inspection = world.admin().await.inspect().await.unwrap();
    let powers: Vec<_> = inspection.powers.iter().map(|power| power.import.as_str()).collect();
    assert_eq!(powers, LIST.lines().collect::<Vec<_>>());
    assert!(inspection.powers.iter().all(|power| power.meaning != "unknown"));
}

/// A component that does nothing but ask for one interface. Byte by byte: the type of an instance without exports, and
/// an import of that type.
fn importing(interface: &str) -> Vec<u8> {
    let name = u8::try_from(interface.len()).unwrap();
    let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
    bytes.extend([7, 3, 1, 0x42, 0]);
    bytes.extend([10, name + 5, 1, 0, name]);
    bytes.extend(interface.as_bytes());
    bytes.extend([5, 0]);
    bytes
}

#[tokio::test]
async fn a_plugin_that_cannot_be_used_is_refused_with_the_way_out_and_everything_wrong_is_said_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let module = write("module.wasm", b"\0asm\x01\0\0\0");
    let text = write("readme.wasm", b"not wasm at all");
    let greedy = write("greedy.wasm", &importing("wasi:filesystem/types@0.3.0"));
    let empty = write("empty.wasm", b"\0asm\x0d\0\x01\0");
    let mut broken = std::fs::read(component()).unwrap();
    broken.truncate(broken.len() / 2);
    let broken = write("broken.wasm", &broken);

    for (path, says) in [
        (folder.path().join("missing.wasm"), "is not there"),
        (folder.path().to_path_buf(), "is not a file"),
        (module, "is not a WebAssembly component"),
        (text, "is not a WebAssembly component"),
        (
            greedy,
            "powers that this host does not give: `wasi:filesystem/types@0.3.0`",
        ),
        (empty, "does not fit the contract"),
        (broken, "can't be compiled"),
    ] {
        let built = clientpoint_host::Host::builder(&data).component(&path).build().await;
        let error = built.err().unwrap().to_string();
        assert!(
            error.contains(says) && error.contains(&path.display().to_string()),
            "{error}"
        );
    }

    let built = clientpoint_host::Host::builder(folder.path().join("module.wasm"))
        .component("/nowhere.wasm")
        .insecure_endpoints(clientpoint_engine::test_endpoints::InsecureEndpoints {
            api: "graph".into(),
            login: "http://127.0.0.1:1/path".into(),
        })
        .build()
        .await;
    let problems = built.err().unwrap().problems;
    assert_eq!(problems.len(), 3, "{problems:?}");
}

#[tokio::test]
async fn without_the_switch_for_tests_neither_plain_http_nor_loopback_is_reached() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("localhost:{}", listener.local_addr().unwrap().port());
    let client = egress::client(false).unwrap();

    let inside = client.get(format!("https://{address}")).send().await.unwrap_err();
    assert!(is_prohibited(&inside), "{inside:?}");
    let plain = client.get(format!("http://{address}")).send().await.unwrap_err();
    assert!(plain.is_builder(), "refused before anything is resolved: {plain:?}");

    // Who comes first is this one, and nobody before it.
    let visitor = TcpStream::connect(&address).await.unwrap();
    let (_, first) = listener.accept().await.unwrap();
    assert_eq!(first, visitor.local_addr().unwrap());
}

/// Somebody between the host and Microsoft: a proxy that answers for whom it was asked, with a certificate that nobody
/// vouches for. Gives what it was asked, and how the handshake ended.
async fn impostor(listener: TcpListener, certificate: Made) -> (String, std::io::Result<()>) {
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(certificate.der)],
            PrivateKeyDer::from_pem_slice(certificate.key.as_bytes()).unwrap(),
        )
        .unwrap();
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut asked = Vec::new();
    while !asked.ends_with(b"\r\n\r\n") {
        asked.push(stream.read_u8().await.unwrap());
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    let shaken = TlsAcceptor::from(Arc::new(config)).accept(stream).await;
    (String::from_utf8(asked).unwrap(), shaken.map(drop))
}

#[tokio::test]
async fn a_proxy_is_reached_by_its_name_and_whoever_answers_there_in_microsofts_place_is_not_believed() {
    const LOGIN: &str = "login.microsoftonline.com";
    let Some(certificate) = certificate::made_for("rsa:2048", 2, LOGIN) else {
        return;
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let folder = tempfile::tempdir().unwrap();
    let connecting = Command::new(program())
        .arg("--data")
        .arg(folder.path())
        .arg("--plugin")
        .arg(component())
        .args(["connect", "organization", "--tenant", "contoso.example"])
        .args([
            "--client-id",
            "5e1f7a2c-0000-4000-8000-000000c11e47",
            "--client-secret-stdin",
        ])
        .envs([("HTTPS_PROXY", proxy.as_str()), ("NO_PROXY", "")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let connecting = tokio::task::spawn_blocking(move || {
        let mut connecting = connecting;
        connecting.stdin.take().unwrap().write_all(b"hush~secret").unwrap();
        connecting.wait_with_output().unwrap()
    });
    let front = tokio::spawn(impostor(listener, certificate));

    let output = connecting.await.unwrap();

    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("certificate"), "{said}");
    let (asked, shaken) = front.await.unwrap();
    assert!(asked.starts_with(&format!("CONNECT {LOGIN}:443 ")), "{asked}");
    let alert = shaken.unwrap_err();
    assert!(alert.to_string().contains("alert"), "{alert}");
}
