//! What the component can reach, read off the component itself; and what a host says to one that it can't use.

use end_to_end::{World, component};
use graph_sim::{Config, Seed, Sim};

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
        let built = clientpoint_host::host::Host::builder(&data)
            .component(&path)
            .build()
            .await;
        let error = built.err().unwrap().to_string();
        assert!(
            error.contains(says) && error.contains(&path.display().to_string()),
            "{error}"
        );
    }

    let built = clientpoint_host::host::Host::builder(folder.path().join("module.wasm"))
        .component("/nowhere.wasm")
        .insecure_endpoints(clientpoint_host::host::InsecureEndpoints {
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
    let sim = Sim::start(Config {
        seed: Seed::Empty,
        ..Config::default()
    })
    .await
    .unwrap();
    for address in [
        sim.graph_url(),
        sim.graph_url().replace("http:", "https:"),
        "https://localhost:9".into(),
    ] {
        let client = clientpoint_host::egress::client(false).unwrap();
        client.get(&address).send().await.unwrap_err();
    }
    assert_eq!(sim.requests(), []);
}
