//! With its log at its loudest: no secret in arguments, output, log or files.

#[path = "../../../tests/src/files.rs"]
mod files;

use std::path::PathBuf;

use files::{below, contains};
use graph_sim::{CLIENT_ID, TENANT_ID};

use crate::stage::{Seen, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_arguments_output_log_or_files() {
    let Some(stage) = Stage::set().await else { return };
    let item = stage.sim.put("/A.pdf", b"%PDF-a".to_vec().into());
    let mut seen = Seen::default();
    let application = ["--client-id", CLIENT_ID, "--client-secret-stdin"];
    let user = [["connect", "user", "--no-browser"].as_slice(), &application].concat();
    let company = [
        ["connect", "organization", "--tenant", TENANT_ID].as_slice(),
        &application,
    ]
    .concat();

    assert!(stage.sign_in(&mut seen, &user));
    assert!(stage.run(&mut seen, &["application", "show"]));
    assert!(stage.run(&mut seen, &["application", "set", "--client-secret-stdin"]));
    assert!(stage.run(&mut seen, &["application", "set", "--of", "admin"]));
    assert!(stage.run(&mut seen, &["onedrive", "import", &item]));
    stage.sim.revoke_tokens();
    assert!(stage.run(&mut seen, &["sync"]));
    assert!(stage.run(&mut seen, &company));
    assert!(stage.run(&mut seen, &["--through", "organization", "drives", "list"]));
    stage.sim.revoke_refresh_tokens();
    stage.sim.revoke_tokens();
    assert!(!stage.run(&mut seen, &["onedrive", "list"]), "it needs its person");
    assert!(stage.run(&mut seen, &["status"]));
    assert!(stage.run(&mut seen, &["secrets", "rotate"]));
    assert!(stage.run(&mut seen, &["disconnect", "user"]));
    assert!(
        stage.run(&mut seen, &["application", "show"]),
        "it is there yet, sealed"
    );

    let mut secrets = stage.sim.secrets();
    assert!(secrets.len() > 8, "{}", secrets.len());
    secrets.push("sig=".into());
    assert!(
        contains(&seen.0, b"Ada Winter") && contains(&seen.0, b"DEBUG"),
        "the log is loud"
    );
    for told in [
        "the sign-in service refused",
        "50173",
        "invalid_grant",
        "correlation_id",
        "trace_id",
    ] {
        assert!(contains(&seen.0, told.as_bytes()), "the log has no {told}");
    }
    let written: Vec<(PathBuf, Vec<u8>)> = below(&stage.data)
        .into_iter()
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    for secret in &secrets {
        if let Some(at) = seen
            .0
            .windows(secret.len())
            .position(|window| window == secret.as_bytes())
        {
            let around = String::from_utf8_lossy(&seen.0[at.saturating_sub(300)..at]).into_owned();
            panic!("a secret was shown, after: {around}");
        }
        for (path, bytes) in &written {
            assert!(!contains(bytes, secret.as_bytes()), "{} holds a secret", path.display());
        }
    }
}
