//! A small HTTP client that shows how a body ended, which grown-up ones hide.

use std::{collections::BTreeMap, io};

use graph_sim::{Config, Platform, Redirect, Seed, Sim};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A simulator with nothing in its drives.
pub async fn empty_sim() -> Sim {
    sim(Config {
        seed: Seed::Empty,
        ..Config::default()
    })
    .await
}

/// A simulator whose application an administrator has approved, with a redirect address for stories.
pub async fn sim(mut config: Config) -> Sim {
    config.approved = true;
    config.redirects.push(Redirect {
        uri: "http://127.0.0.1/done".to_owned(),
        platform: Platform::Web,
    });
    Sim::start(config).await.unwrap()
}

/// How a body ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ending {
    /// As long as was promised.
    Complete,
    /// Closed too early.
    Early,
    /// Reset.
    Reset,
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
    pub ending: Ending,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn error_code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap().to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// Sends a request and reads the whole answer, as far as it comes.
pub async fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    let mut stream = open(method, url, headers, body).await;
    let mut bytes = vec![];
    let read = stream.read_to_end(&mut bytes).await;
    parse(&bytes, read.map(|_| ()))
}

/// Sends a request, and leaves it to the caller to read the answer.
pub async fn open(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> TcpStream {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

pub async fn get(url: &str) -> Reply {
    send("GET", url, &[], "").await
}

/// A client that has signed in.
pub struct Graph<'s> {
    pub sim: &'s Sim,
    pub authorization: String,
}

impl<'s> Graph<'s> {
    pub async fn sign_in(sim: &'s Sim) -> Self {
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret=sim~secret%2B%2Fvalue\
             &scope=https%3A%2F%2Fgraph.microsoft.com%2F.default",
            sim.client_id()
        );
        let reply = send("POST", &token_url(sim, sim.tenant()), &[FORM], &form).await;
        let token = reply.json()["access_token"].as_str().unwrap().to_owned();
        Self {
            sim,
            authorization: format!("Bearer {token}"),
        }
    }

    /// A client of somebody who signed in, without the way through the browser.
    pub fn of_person(sim: &'s Sim, person: &str) -> Self {
        Self {
            sim,
            authorization: format!("Bearer {}", sim.sign_in_as(person)),
        }
    }

    /// Gets a path below `/v1.0`, or a whole address.
    pub async fn get(&self, path: &str) -> Reply {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let url = match path.starts_with("http") {
            true => path.to_owned(),
            false => format!("{}/v1.0{path}", self.sim.graph_url()),
        };
        let headers = [&[("Authorization", self.authorization.as_str())], headers].concat();
        send("GET", &url, &headers, "").await
    }

    /// Sends JSON to a path below `/v1.0`.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        let url = format!("{}/v1.0{path}", self.sim.graph_url());
        send(
            "POST",
            &url,
            &[("Authorization", &self.authorization)],
            &body.to_string(),
        )
        .await
    }

    /// Gets a path below the main drive.
    pub async fn in_drive(&self, path: &str) -> Reply {
        self.get(&format!("/drives/{}{path}", self.sim.drive_id())).await
    }

    /// The names on a page.
    pub fn names(reply: &Reply) -> Vec<String> {
        let value = reply.json()["value"].clone();
        let names = value.as_array().unwrap().iter();
        names.map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    }

    /// The pre-authenticated address of a file of the main drive.
    pub async fn address(&self, path: &str) -> String {
        let reply = self.in_drive(&format!("/root:{path}:/content")).await;
        assert_eq!(reply.status, 302, "{}", String::from_utf8_lossy(&reply.body));
        reply.header("location").to_owned()
    }

    /// Both steps of a download.
    pub async fn download(&self, path: &str) -> Reply {
        get(&self.address(path).await).await
    }
}

pub const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

pub fn token_url(sim: &Sim, tenant: &str) -> String {
    format!("{}/{tenant}/oauth2/v2.0/token", sim.login_url())
}

/// The value of a parameter of an address, decoded.
pub fn parameter(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| percent_decode_str(value).decode_utf8().unwrap().into_owned())
}

fn parse(bytes: &[u8], read: io::Result<()>) -> Reply {
    let border = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .expect("a head");
    let head = String::from_utf8(bytes[..border].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: BTreeMap<String, String> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();

    let body = &bytes[border + 4..];
    let chunked = headers
        .get("transfer-encoding")
        .is_some_and(|coding| coding == "chunked");
    let (body, complete) = match (chunked, headers.get("content-length")) {
        (true, _) => unchunked(body),
        (false, Some(length)) => (body.to_vec(), body.len().to_string() == *length),
        (false, None) => (body.to_vec(), true),
    };
    let ending = match read {
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ending::Reset,
        Err(error) => panic!("{error}"),
        Ok(()) if complete => Ending::Complete,
        Ok(()) => Ending::Early,
    };
    Reply {
        status,
        headers,
        body,
        ending,
    }
}

fn unchunked(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = vec![];
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if length == 0 {
            return (body, true);
        }
        let Some(chunk) = rest.get(end + 2..end + 2 + length) else {
            break;
        };
        body.extend_from_slice(chunk);
        rest = rest.get(end + 4 + length..).unwrap_or_default();
    }
    (body, false)
}
