//! The simulated Microsoft Graph and sign-in service, as a program of its own, and its control API.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{http::Request, json::text};

const LIMIT: Duration = Duration::from_secs(10);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// A running simulator. It ends when this is dropped.
pub struct Sim {
    program: Child,
    /// Where Microsoft Graph is.
    pub graph_url: String,
    /// Where the sign-in service is.
    pub login_url: String,
    /// The company's tenant.
    pub tenant: String,
    /// The registered application.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// The drive that holds something of everything.
    pub drive: String,
}

impl Sim {
    /// Starts the program on free ports and waits until it says where it is.
    ///
    /// # Errors
    /// If it can't be started, or does not answer in time.
    pub fn start(programs: &Path, folder: &Path) -> Result<Self> {
        let mut program = Command::new(programs.join("graph-sim"))
            .args(["--json"])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("graph-sim can't be started")?;
        let stdout = program.stdout.take().context("graph-sim has no output")?;
        let hello = first_line(stdout).inspect_err(|_| {
            let _ = program.kill();
        })?;
        let said = |key: &str| text(&hello, key).to_owned();
        Ok(Self {
            program,
            graph_url: said("/graph"),
            login_url: said("/login"),
            tenant: said("/tenant"),
            client_id: said("/clientId"),
            client_secret: said("/clientSecret"),
            drive: said("/drive"),
        })
    }

    /// SHA-256 of the source's bytes of an item, 64 hexadecimal digits in lower case. They are downloaded as any other
    /// program would do it.
    ///
    /// # Errors
    /// If the simulator does not answer, or has no such item.
    pub fn sha256(&self, item: &str) -> Result<String> {
        let token = self.token()?;
        let address = format!("{}/v1.0/drives/{}/items/{item}/content", self.graph_url, self.drive);
        let found = Request {
            token: &token,
            ..Request::get(&address)
        }
        .send()?;
        let content = Request::get(found.header("location")).send()?;
        Ok(format!("{:x}", Sha256::digest(&content.body)))
    }

    fn token(&self) -> Result<String> {
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", "https://graph.microsoft.com/.default"),
            ("client_id", &self.client_id),
            ("client_secret", &self.client_secret),
        ];
        let fields: Vec<String> = form
            .iter()
            .map(|(key, value)| format!("{key}={}", encoded(value)))
            .collect();
        let answer = Request {
            method: "POST",
            url: &format!("{}/{}/oauth2/v2.0/token", self.login_url, self.tenant),
            token: "",
            content_type: "application/x-www-form-urlencoded",
            body: &fields.join("&"),
        }
        .send()?;
        Ok(text(&answer.json()?, "/access_token").to_owned())
    }

    /// Sets a fault, as `graph-sim --help` writes them.
    ///
    /// # Errors
    /// If the simulator does not take it.
    pub fn set_fault(&self, fault: &str) -> Result<()> {
        self.ask("POST", "/_sim/faults", Some(&json!({ "fault": fault })))?;
        Ok(())
    }

    /// How many requests of a kind (`download`, `token`, …) came in so far; all of them for an empty kind.
    ///
    /// # Errors
    /// If the simulator does not answer.
    pub fn requests(&self, kind: &str) -> Result<usize> {
        let answer = self.ask("GET", "/_sim/requests", None)?;
        let log = answer.as_array().context("the request log is not a list")?;
        let counted = log
            .iter()
            .filter(|entry| kind.is_empty() || text(entry, "/kind") == kind);
        Ok(counted.count())
    }

    /// Changes the main drive: `put`, `rename`, `delete`, `restore`, … with what the control API wants to know.
    ///
    /// # Errors
    /// If the simulator does not take it.
    pub fn change(&self, what: &str, how: &Value) -> Result<()> {
        self.ask("POST", &format!("/_sim/{what}"), Some(how))?;
        Ok(())
    }

    /// Waits until a download hangs.
    ///
    /// # Errors
    /// If none does in time.
    pub fn wait_for_a_stall(&self) -> Result<()> {
        let begin = Instant::now();
        while begin.elapsed() < LIMIT {
            let stats = self.ask("GET", "/_sim/stats", None)?;
            if stats
                .get("stalled")
                .and_then(Value::as_u64)
                .is_some_and(|stalled| stalled > 0)
            {
                return Ok(());
            }
            thread::sleep(PAUSE);
        }
        bail!("no download has stalled within {LIMIT:?}")
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        let url = format!("{}{path}", self.graph_url);
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = Request {
            method,
            body: &body,
            ..Request::get(&url)
        };
        request
            .send()
            .and_then(|answer| answer.json())
            .with_context(|| format!("{method} {path} failed"))
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// Reads the line of JSON with which the simulator says that it is ready. The pipe stays open and is read to its end,
/// so that later lines don't block it.
fn first_line(stdout: impl Read + Send + 'static) -> Result<Value> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    let Ok(line) = receiver.recv_timeout(LIMIT) else {
        bail!("graph-sim did not say within {LIMIT:?} that it is ready");
    };
    serde_json::from_str(&line).with_context(|| format!("graph-sim said {line:?}, and not JSON"))
}

/// A value as forms want it.
fn encoded(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
