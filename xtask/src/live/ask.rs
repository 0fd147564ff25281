//! Questions to Microsoft Graph, by `curl`: it has TLS, and the proxy of whoever runs this. What is secret goes in by
//! standard input, not by an argument that other programs can see.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// The most that is read of an answer, in bytes.
const AT_MOST: &str = "33554432";

/// How long an answer may take, in seconds.
const WITHIN: &str = "60";

/// Microsoft Graph, with a token.
pub struct Graph {
    origin: String,
    token: String,
}

/// An answer.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Where it leads elsewhere.
    pub location: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Graph {
    /// Gets a token for the application itself.
    ///
    /// # Errors
    /// If there is no `curl`, or the sign-in service gives none; the text has its number, and nothing that was sent.
    pub fn sign_in(graph: &str, login: &str, tenant: &str, client_id: &str, secret: &str) -> Result<Self> {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", secret),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        let mut config = format!("url = {}\n", quoted(&format!("{login}/{tenant}/oauth2/v2.0/token")));
        for (name, value) in form {
            config.push_str(&format!("data-urlencode = {}\n", quoted(&format!("{name}={value}"))));
        }
        let answer = curl(&config)?.json();
        let Some(token) = answer.get("access_token").and_then(Value::as_str) else {
            let codes = answer.get("error_codes").map(Value::to_string).unwrap_or_default();
            bail!("the sign-in service gave no token (AADSTS numbers: {codes})");
        };
        Ok(Self {
            origin: graph.to_owned(),
            token: token.to_owned(),
        })
    }

    /// Asks for what is behind a path.
    ///
    /// # Errors
    /// If nobody answers.
    pub fn get(&self, path: &str) -> Result<Answer> {
        curl(&format!("{}{}", self.address(path), self.bearer()))
    }

    /// Follows a link that Graph gave, at its own origin alone.
    ///
    /// # Errors
    /// If it leads elsewhere, or nobody answers.
    pub fn follow(&self, link: &str) -> Result<Answer> {
        let path = link
            .strip_prefix(&self.origin)
            .context("the link leads to another origin")?;
        curl(&format!(
            "url = {}\n{}",
            quoted(&format!("{}{path}", self.origin)),
            self.bearer()
        ))
    }

    /// Asks for several things in one request: the statuses and bodies, in their order.
    ///
    /// # Errors
    /// If nobody answers, or not with a batch.
    pub fn batch(&self, urls: &[String]) -> Result<Vec<(u64, Value)>> {
        let requests: Vec<Value> = (1..)
            .zip(urls)
            .map(|(id, url)| serde_json::json!({ "id": id.to_string(), "method": "GET", "url": url }))
            .collect();
        let body = serde_json::json!({ "requests": requests }).to_string();
        let kind = quoted("Content-Type: application/json");
        let config = format!(
            "{}{}header = {kind}\ndata-raw = {}\n",
            self.address("/$batch"),
            self.bearer(),
            quoted(&body)
        );
        let answer = curl(&config)?;
        ensure!(answer.status == 200, "the batch was answered with {}", answer.status);
        let json = answer.json();
        let answers = json
            .get("responses")
            .and_then(Value::as_array)
            .context("no answers in the batch")?;
        let one = |id: usize| {
            let found = answers
                .iter()
                .find(|one| one.get("id").and_then(Value::as_str) == Some(&id.to_string()));
            let status = found
                .and_then(|one| one.get("status"))
                .and_then(Value::as_u64)
                .unwrap_or(0);
            (
                status,
                found.and_then(|one| one.get("body")).cloned().unwrap_or_default(),
            )
        };
        Ok((1..=urls.len()).map(one).collect())
    }

    fn address(&self, path: &str) -> String {
        format!("url = {}\n", quoted(&format!("{}/v1.0{path}", self.origin)))
    }

    fn bearer(&self) -> String {
        format!(
            "header = {}\n",
            quoted(&format!("Authorization: Bearer {}", self.token))
        )
    }
}

/// The first bytes behind an address that carries its own credential.
///
/// # Errors
/// If nobody answers.
pub fn first_bytes(address: &str) -> Result<Answer> {
    curl(&format!("url = {}\nrange = \"0-7\"\n", quoted(address)))
}

impl Answer {
    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The status, with the code of an error.
    pub fn told(&self) -> String {
        let json = self.json();
        let code = json.pointer("/error/code").and_then(Value::as_str);
        let inner = ["/error/innerError/code", "/error/innererror/code"];
        let inner = inner.iter().find_map(|at| json.pointer(at).and_then(Value::as_str));
        let words: Vec<&str> = code.into_iter().chain(inner).collect();
        [
            vec![self.status.to_string()],
            words.into_iter().map(str::to_owned).collect(),
        ]
        .concat()
        .join(" ")
    }
}

fn curl(config: &str) -> Result<Answer> {
    let mut child = Command::new("curl")
        .args([
            "--silent",
            "--include",
            "--suppress-connect-headers",
            "--globoff",
            "--path-as-is",
            "--config",
            "-",
        ])
        .args([
            "--max-time",
            WITHIN,
            "--max-filesize",
            AT_MOST,
            "--proto",
            "=https,http",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("curl can't be started: install it")?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(config.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    answer(&output.stdout).with_context(|| format!("nobody has answered (curl: {})", output.status))
}

fn answer(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(bytes.get(..end)?).into_owned();
    let body = bytes.get(end + 4..)?;
    let status = head.split(' ').nth(1)?.trim().parse().ok()?;
    if status == 100 {
        return answer(body);
    }
    let location = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("location").then(|| value.trim().to_owned())
    });
    Some(Answer {
        status,
        location,
        body: body.to_vec(),
    })
}

/// A value as curl's configuration wants it.
fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}
