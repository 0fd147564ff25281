//! Just enough HTTP to talk to the simulator, and not one library for it: HTTP/1.0, one request a connection.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

const LIMIT: Duration = Duration::from_secs(10);

/// The most that is read of an answer.
const MAX_ANSWER: u64 = 64 * 1024 * 1024;

/// A request.
pub struct Request<'a> {
    /// The verb.
    pub method: &'a str,
    /// Where to, in plain `http`.
    pub url: &'a str,
    /// An access token to send along; none if empty.
    pub token: &'a str,
    /// The media type of the body.
    pub content_type: &'a str,
    /// The body.
    pub body: &'a str,
}

/// An answer that is not an error.
pub struct Answer {
    head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Request<'_> {
    /// A GET of an address.
    pub fn get(url: &str) -> Request<'_> {
        Request {
            method: "GET",
            url,
            token: "",
            content_type: "application/json",
            body: "",
        }
    }

    /// Sends it. A redirect is not followed.
    ///
    /// # Errors
    /// If nobody answers, or with an error. The text does not carry the address, which may hold a credential.
    pub fn send(&self) -> Result<Answer> {
        let address = self
            .url
            .strip_prefix("http://")
            .context("the address is not plain http")?;
        let (host, path) = address.split_once('/').unwrap_or((address, ""));
        let mut head = format!("{} /{path} HTTP/1.0\r\nhost: {host}\r\n", self.method);
        if !self.token.is_empty() {
            head.push_str(&format!("authorization: Bearer {}\r\n", self.token));
        }
        let (kind, length) = (self.content_type, self.body.len());
        head.push_str(&format!("content-type: {kind}\r\ncontent-length: {length}\r\n\r\n"));

        let mut socket = TcpStream::connect(host).context("the simulator is gone")?;
        socket.set_read_timeout(Some(LIMIT))?;
        socket.write_all(head.as_bytes())?;
        socket.write_all(self.body.as_bytes())?;
        let mut answer = Vec::new();
        socket.take(MAX_ANSWER).read_to_end(&mut answer)?;
        Answer::read(&answer)
    }
}

impl Answer {
    fn read(bytes: &[u8]) -> Result<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let (head, body) = end
            .and_then(|end| bytes.split_at_checked(end))
            .context("the simulator broke off its answer")?;
        let head = String::from_utf8_lossy(head).into_owned();
        let body = body.get(4..).unwrap_or_default().to_vec();
        let status = head.split(' ').nth(1).unwrap_or_default();
        ensure!(
            status.starts_with('2') || status.starts_with('3'),
            "the simulator answered {status}: {}",
            String::from_utf8_lossy(&body)
        );
        Ok(Self { head, body })
    }

    /// A header; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .unwrap_or_default()
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// If it is something else.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).context("the simulator did not answer with JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_apart_whatever_bytes_its_body_has() {
        let answer = Answer::read(b"HTTP/1.0 302 Found\r\nLocation: http://a/b?c=d:e\r\n\r\n\xff\r\n\r\n").unwrap();
        assert_eq!(answer.header("location"), "http://a/b?c=d:e");
        assert_eq!(answer.body, b"\xff\r\n\r\n");
    }

    #[test]
    fn an_error_and_half_an_answer_are_errors() {
        assert!(Answer::read(b"HTTP/1.0 404 Not Found\r\n\r\n{}").is_err());
        assert!(Answer::read(b"HTTP/1.0 200 OK\r\n").is_err());
    }
}
