//! The program itself, with its log at its loudest: no secret in arguments, output, log or files.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test stops at the first surprise"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use graph_sim::{CLIENT_ID, CLIENT_SECRET, Config, Seed, Sim, TENANT_ID};

/// A run of the program: everything that could be seen of it.
#[derive(Default)]
struct Seen(Vec<u8>);

impl Seen {
    fn arguments_of(&mut self, child: &Child) {
        // Where there is no such file, there is nothing to look at.
        let arguments = std::fs::read(format!("/proc/{}/cmdline", child.id()));
        self.0.extend(arguments.unwrap_or_default());
    }

    /// Both streams at once: a pipe that nobody reads holds the program up.
    fn rest_of(&mut self, mut child: Child) -> bool {
        let messages = child.stderr.take().map(|mut stream| {
            std::thread::spawn(move || {
                let mut bytes = Vec::new();
                stream.read_to_end(&mut bytes).unwrap();
                bytes
            })
        });
        child.stdout.take().unwrap().read_to_end(&mut self.0).unwrap();
        if let Some(messages) = messages {
            self.0.extend(messages.join().unwrap());
        }
        child.wait().unwrap().success()
    }
}

struct Stage {
    sim: Sim,
    data: PathBuf,
}

impl Stage {
    fn start(&self, words: &[&str]) -> Child {
        let mut child = Command::new(env!("CARGO_BIN_EXE_clientpoint-host"))
            .args(["--json", "--insecure-endpoints"])
            .args([
                "--graph-url",
                &self.sim.graph_url(),
                "--login-url",
                &self.sim.login_url(),
            ])
            .arg("--data")
            .arg(&self.data)
            .args(words)
            .env("CLIENTPOINT_LOG", "trace")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // Who reads nothing closes it.
        let _ = stdin.write_all(CLIENT_SECRET.as_bytes());
        child
    }

    fn run(&self, seen: &mut Seen, words: &[&str]) -> bool {
        let child = self.start(words);
        seen.arguments_of(&child);
        seen.rest_of(child)
    }

    /// Follows the address that the program shows, as a person would.
    fn sign_in(&self, seen: &mut Seen, words: &[&str]) -> bool {
        let mut child = self.start(words);
        seen.arguments_of(&child);
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.trim_start().starts_with(&self.sim.login_url()) {
            seen.0.extend(line.as_bytes());
            line.clear();
            assert_ne!(lines.read_line(&mut line).unwrap(), 0, "it shows no address");
        }
        let address = format!("{}&_sim_user=member", line.trim());
        let browser = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let client = clientpoint_host::egress::client(true).unwrap();
                let back = client.get(address).send().await.unwrap();
                let back = back.headers()["location"].to_str().unwrap().to_string();
                client.get(back).send().await.unwrap().text().await.unwrap()
            })
        });
        lines.read_to_end(&mut seen.0).unwrap();
        assert!(browser.join().unwrap().contains("You can close this window"));
        seen.rest_of(child)
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_arguments_output_log_or_files() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config {
        seed: Seed::Empty,
        ..Config::default()
    };
    let stage = Stage {
        sim: Sim::start(config).await.unwrap(),
        data: folder.path().join("data"),
    };
    let item = stage.sim.put("/A.pdf", b"%PDF-a".to_vec().into());
    let mut seen = Seen::default();
    let application = ["--client-id", CLIENT_ID, "--client-secret-stdin"];
    let user = [["connect", "user", "--no-browser"].as_slice(), &application].concat();
    let company = [
        ["connect", "organization", "--tenant", TENANT_ID].as_slice(),
        &application,
    ]
    .concat();

    if !stage.data.exists() && !stage.run(&mut seen, &["inspect"]) {
        println!("skipped: the component is not built; `cargo xtask build` does it");
        return;
    }
    assert!(stage.sign_in(&mut seen, &user));
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

    let mut secrets = stage.sim.secrets();
    assert!(secrets.len() > 8, "{}", secrets.len());
    secrets.push("sig=".into());
    assert!(
        holds(&seen.0, "Ada Winter") && holds(&seen.0, "DEBUG"),
        "the log is loud"
    );
    let written: Vec<(PathBuf, Vec<u8>)> = files(&stage.data)
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
            assert!(!holds(bytes, secret), "{} holds a secret", path.display());
        }
    }
}
