//! The shelf: a made-up source of documents, for a plugin that is not OneDrive's.
//!
//! It has no folders and no feed of changes. `GET /documents` lists what stands on the shelf, `GET /documents/ID` hands
//! it out, both to whoever shows a bearer token; `POST /token` gives one to each member who knows their key (OAuth 2.0,
//! client credentials).

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Form, Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header::AUTHORIZATION},
    routing::{get, post},
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

/// The member that everything here knows.
pub const MEMBER: &str = "fabrikam";
/// Their key.
pub const KEY: &str = "shelf-key-that-nobody-may-see";
/// What a member is given for their key.
const TOKEN: &str = "shelf-token-that-nobody-may-see";

/// A document, as the list has it.
#[derive(Clone, Debug, Serialize)]
struct Document {
    id: String,
    name: String,
    size: usize,
    sha256: String,
    version: u32,
}

/// What stands on the shelf, by id.
type Documents = BTreeMap<String, (Document, Bytes)>;

/// A shelf that answers.
pub struct Shelf {
    documents: Arc<Mutex<Documents>>,
    address: SocketAddr,
}

impl Shelf {
    /// Begins to answer on a port of the loopback interface, 0 for any.
    ///
    /// # Errors
    /// If the port is taken.
    pub async fn start(port: u16) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let address = listener.local_addr()?;
        let documents = Arc::default();
        let router = Router::new()
            .route("/token", post(token))
            .route("/documents", get(list))
            .route("/documents/{id}", get(content))
            .with_state(Arc::clone(&documents));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { documents, address })
    }

    /// Where it answers, without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Puts a document on the shelf, or a new version in its place, and gives its id.
    pub fn put(&self, name: &str, content: impl Into<Bytes>) -> String {
        let mut documents = locked(&self.documents);
        let before = documents.values().find(|(document, _)| document.name == name);
        let (id, version) = match before {
            Some((document, _)) => (document.id.clone(), document.version + 1),
            None => (format!("d{}", documents.len() + 1), 1),
        };
        let content = content.into();
        let document = Document {
            id: id.clone(),
            name: name.to_owned(),
            size: content.len(),
            sha256: format!("{:x}", Sha256::digest(&content)),
            version,
        };
        documents.insert(id.clone(), (document, content));
        id
    }

    /// Takes a document off the shelf.
    pub fn remove(&self, id: &str) {
        locked(&self.documents).remove(id);
    }

    /// Lets the shelf hand out other bytes than its list says.
    pub fn spoil(&self, id: &str) {
        if let Some((_, content)) = locked(&self.documents).get_mut(id) {
            *content = content.iter().map(|byte| byte ^ 1).collect();
        }
    }
}

fn locked(documents: &Mutex<Documents>) -> MutexGuard<'_, Documents> {
    documents.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a member sends for a token.
#[derive(Deserialize)]
struct Asked {
    grant_type: String,
    client_id: Option<String>,
    client_secret: Option<String>,
}

async fn token(Form(asked): Form<Asked>) -> (StatusCode, Json<Value>) {
    let known = asked.client_id.as_deref() == Some(MEMBER) && asked.client_secret.as_deref() == Some(KEY);
    if asked.grant_type != "client_credentials" || !known {
        let refusal = json!({ "error": "invalid_client", "error_description": "no member with that key" });
        return (StatusCode::UNAUTHORIZED, Json(refusal));
    }
    let token = json!({ "access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600 });
    (StatusCode::OK, Json(token))
}

async fn list(State(documents): State<Arc<Mutex<Documents>>>, headers: HeaderMap) -> Result<Json<Value>, StatusCode> {
    admit(&headers)?;
    let documents: Vec<Document> = locked(&documents)
        .values()
        .map(|(document, _)| document.clone())
        .collect();
    Ok(Json(json!({ "documents": documents })))
}

async fn content(
    State(documents): State<Arc<Mutex<Documents>>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Bytes, StatusCode> {
    admit(&headers)?;
    let found = locked(&documents).get(&id).map(|(_, content)| content.clone());
    found.ok_or(StatusCode::NOT_FOUND)
}

fn admit(headers: &HeaderMap) -> Result<(), StatusCode> {
    let shown = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if shown == Some(format!("Bearer {TOKEN}").as_str()) {
        Ok(())
    } else {
        Err(StatusCode::UNAUTHORIZED)
    }
}
