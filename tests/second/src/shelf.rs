//! Asking the shelf. The host puts the token on each request on its way out.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use wasip3::http::{
    client,
    types::{Fields, Request, Response, Scheme},
};
use wit_bindgen::{StreamReader, StreamResult};

use crate::bindings::{
    clientpoint::content_source::{
        connection,
        content_library::{self, Draft},
        types::{ItemRef, Link, Verification},
    },
    exports::clientpoint::content_source::content_import::{Error, Failure},
    wit_stream,
};

/// The longest list that is read, in bytes.
const LIST_AT_MOST: usize = 4 << 20;
/// Bytes that are asked for at a time.
const CHUNK: usize = 64 << 10;

/// A document, as the list has it.
#[derive(Clone, Deserialize)]
pub struct Document {
    pub id: String,
    pub name: String,
    pub size: u64,
    pub sha256: String,
    pub version: u32,
}

/// Why the shelf does not give what it is asked for.
pub enum Trouble {
    SignInNeeded,
    NotFound,
    Status(u16),
    Unreachable,
    /// What came is not what the list says.
    Mismatch,
    Library(content_library::Error),
}

#[derive(Deserialize)]
struct List {
    documents: Vec<Document>,
}

impl Document {
    /// What the library is to remember of it.
    pub fn link(&self) -> Link {
        Link {
            source: self.source(),
            version: Some(self.version.to_string()),
            hash: self.sha256.clone(),
            size: self.size,
            verification: Verification::Verified,
            name: self.name.clone(),
            web_url: None,
        }
    }

    pub fn source(&self) -> ItemRef {
        ItemRef {
            drive: crate::DRIVE.to_owned(),
            item: self.id.clone(),
        }
    }

    /// In lower case, without the dot; empty if there is none.
    pub fn ending(&self) -> String {
        let ending = self.name.rsplit_once('.').map(|(_, ending)| ending);
        ending.unwrap_or_default().to_ascii_lowercase()
    }
}

/// All that stands on the shelf.
pub async fn list() -> Result<Vec<Document>, Trouble> {
    let text = whole("/documents", LIST_AT_MOST).await?;
    let list: List = serde_json::from_slice(&text).map_err(|_| Trouble::Mismatch)?;
    Ok(list.documents)
}

/// A document's bytes, of which there may be so many at the most.
pub async fn bytes(document: &Document, at_most: u64) -> Result<Vec<u8>, Trouble> {
    let at_most = usize::try_from(at_most).unwrap_or(usize::MAX);
    whole(&format!("/documents/{}", document.id), at_most).await
}

async fn whole(path: &str, at_most: usize) -> Result<Vec<u8>, Trouble> {
    let mut body = get(path).await?;
    let mut all = Vec::new();
    while let Some(some) = next(&mut body).await {
        if at_most < all.len() + some.len() {
            return Err(Trouble::Mismatch);
        }
        all.extend(some);
    }
    Ok(all)
}

/// Writes a document's bytes into a draft. They are those of the list, or there is trouble.
pub async fn fetch(document: &Document, draft: &Draft) -> Result<(), Trouble> {
    let mut body = get(&format!("/documents/{}", document.id)).await?;
    let (mut sink, data) = wit_stream::new();
    let pour = async {
        let mut hash = Sha256::new();
        while let Some(some) = next(&mut body).await {
            hash.update(&some);
            if !sink.write_all(some).await.is_empty() {
                break;
            }
        }
        drop(sink);
        format!("{:x}", hash.finalize())
    };
    let (written, hash) = futures::join!(draft.write(data), pour);
    let written = written.map_err(Trouble::Library)?;
    if written == document.size && hash == document.sha256 {
        Ok(())
    } else {
        Err(Trouble::Mismatch)
    }
}

async fn get(path: &str) -> Result<StreamReader<u8>, Trouble> {
    let origin = connection::current().api_origin;
    let (scheme, authority) = origin.split_once("://").ok_or(Trouble::Unreachable)?;
    let scheme = if scheme == "https" { Scheme::Https } else { Scheme::Http };
    let (sender, trailers) = wasip3::wit_future::new(|| Ok(None));
    drop(sender);
    let (request, _sent) = Request::new(Fields::new(), None, trailers, None);
    let set = request.set_scheme(Some(&scheme)).is_ok()
        && request.set_authority(Some(authority)).is_ok()
        && request.set_path_with_query(Some(path)).is_ok();
    if !set {
        return Err(Trouble::Unreachable);
    }
    let response = client::send(request).await.map_err(|_| Trouble::Unreachable)?;
    match response.get_status_code() {
        200 => {}
        401 | 403 => return Err(Trouble::SignInNeeded),
        404 => return Err(Trouble::NotFound),
        status => return Err(Trouble::Status(status)),
    }
    let (processed, result) = wasip3::wit_future::new(|| Ok(()));
    drop(processed);
    Ok(Response::consume_body(response, result).0)
}

/// Some bytes; none at the end. A body that breaks off is told by its hash.
async fn next(body: &mut StreamReader<u8>) -> Option<Vec<u8>> {
    match body.read(Vec::with_capacity(CHUNK)).await {
        (StreamResult::Complete(_), some) => Some(some),
        _ => None,
    }
}

impl Trouble {
    pub fn words(&self) -> String {
        match self {
            Self::SignInNeeded => "the shelf does not accept the member's key: connect again".to_owned(),
            Self::NotFound => "it does not stand on the shelf (any more)".to_owned(),
            Self::Status(status) => format!("the shelf answered with status {status}: try again later"),
            Self::Unreachable => "the shelf can't be reached: try again later".to_owned(),
            Self::Mismatch => "what the shelf handed out is not what its list says: tell its keeper".to_owned(),
            Self::Library(error) => format!("the library did not take it: {error:?}"),
        }
    }

    /// Of a call as a whole.
    pub fn error(&self) -> Error {
        match self {
            Self::SignInNeeded => Error::SignInNeeded(self.words()),
            Self::NotFound => Error::NotFound,
            _ => Error::Unavailable(self.words()),
        }
    }

    /// Of one document.
    pub fn failure(&self) -> Failure {
        match self {
            Self::SignInNeeded => Failure::SignInNeeded,
            Self::NotFound => Failure::NotFound,
            Self::Status(status) => Failure::SourceError(*status),
            Self::Unreachable => Failure::Network,
            Self::Mismatch => Failure::Mismatch,
            Self::Library(content_library::Error::NoSpace) => Failure::NoSpace,
            Self::Library(_) => Failure::Library,
        }
    }
}
