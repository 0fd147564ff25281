//! The JSON API as programs use it, and as those do who mean harm.

use std::time::Duration;

use clientpoint_host::{
    service::{people::From, tokens::TokenWish},
    store::users::Role,
};
use reqwest::{Client, Method, StatusCode, header::HeaderMap};
use serde_json::{Value, json};

use super::stage::Stage;

mod backups;
mod by_hand;
mod pointing;
mod sheets;
mod story;
mod tokens;
mod trouble;

/// A program with a token.
pub(super) struct Program {
    pub(super) client: Client,
    pub(super) origin: String,
    pub(super) token: String,
}

/// What it is answered.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) json: Value,
}

impl Stage {
    /// A program with a token of that person.
    pub(super) async fn program(&self, user: &str) -> Program {
        let wish = TokenWish {
            user,
            label: "CI",
            last_day: None,
            role: None,
        };
        let admin = self.host.session("admin").await.unwrap();
        let made = admin.make_token(&wish, &From::default()).await.unwrap();
        self.with_token(made.secret.expose())
    }

    pub(super) fn with_token(&self, token: &str) -> Program {
        Program {
            client: Client::builder().no_proxy().build().unwrap(),
            origin: self.origin.clone(),
            token: token.to_owned(),
        }
    }
}

impl Program {
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let mut request = self.client.request(method, format!("{}{path}", self.origin));
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        Answer::of(request.send().await.unwrap()).await
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], None).await
    }

    pub(super) async fn post(&self, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        self.ask(Method::POST, path, headers, Some(body)).await
    }

    /// The events of an operation, to its end.
    pub(super) async fn follow(&self, location: &str) -> Vec<Value> {
        let request = self.client.get(format!("{}{location}/events", self.origin));
        let request = request.header("authorization", format!("Bearer {}", self.token));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        let text = answer.text().await.unwrap();
        let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
        data.map(|data| serde_json::from_str(data).unwrap()).collect()
    }

    /// Follows what was begun to its end, which must be a good one.
    pub(super) async fn done(&self, begun: &Answer) -> Value {
        assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.json);
        let events = self.follow(begun.location()).await;
        let last = events.last().unwrap();
        assert_eq!(last["state"], "done", "{last}");
        last.clone()
    }
}

impl Answer {
    async fn of(answer: reqwest::Response) -> Self {
        let (status, headers) = (answer.status(), answer.headers().clone());
        let text = answer.text().await.unwrap();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        if status.is_client_error() || status.is_server_error() {
            assert_eq!(headers["content-type"], "application/problem+json", "{status}: {text}");
            assert_eq!(json["status"], status.as_u16());
            for member in ["type", "title", "code", "detail"] {
                assert!(
                    json[member].as_str().is_some_and(|text| !text.is_empty()),
                    "{member}: {json}"
                );
            }
        }
        Self { status, headers, json }
    }

    pub(super) fn location(&self) -> &str {
        self.headers["location"].to_str().unwrap()
    }

    /// The status, and the host's word for what went wrong.
    pub(super) fn refused(&self) -> (u16, &str) {
        (self.status.as_u16(), self.json["code"].as_str().unwrap_or_default())
    }
}
