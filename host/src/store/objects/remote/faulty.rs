//! An object store in memory that fails as it is told to.

use std::sync::{Arc, Mutex};

use futures::{FutureExt, StreamExt, stream, stream::BoxStream};
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart, memory::InMemory,
    path::Path,
};
use tokio::sync::Semaphore;

/// What is wrong with a store.
#[derive(Clone, Debug, Default)]
pub(in crate::store) enum Fault {
    /// Nothing.
    #[default]
    None,
    /// It answers with 503, and with an address in its words that nobody may see.
    Unanswered,
    /// It answers with 403.
    Refused,
    /// It says of everything that it is not there.
    Gone,
    /// It gives half of what it is asked for.
    GivesHalf,
    /// It keeps half of what it is given, and says nothing.
    KeepsHalf,
    /// It takes one piece of an upload, and no second one.
    TakesOnePiece,
    /// It says that it does not know an upload which has come to its end.
    ForgetsUploads,
    /// It answers with 403 to whoever deletes.
    KeepsAll,
    /// It answers with 403 to whoever deletes the object of that name.
    Keeps(String),
    /// It says that it is about to delete, and does so as soon as it is let.
    Deletes {
        begins: Arc<Semaphore>,
        let_it: Arc<Semaphore>,
    },
}

/// The store. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct Faulty {
    pub(in crate::store) inner: Arc<InMemory>,
    fault: Arc<Mutex<Fault>>,
}

impl Faulty {
    pub(in crate::store) fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
    }

    fn fault(&self) -> Fault {
        self.fault.lock().unwrap().clone()
    }

    /// The names of all that is there.
    pub(in crate::store) async fn names(&self) -> Vec<String> {
        let all = self.inner.list(None).map(|found| found.unwrap().location.to_string());
        let mut names: Vec<String> = all.collect().await;
        names.sort();
        names
    }
}

impl Fault {
    fn answer(&self, path: &Path) -> Result<()> {
        let path = path.to_string();
        let source = "https://key@host/?sig=hush: Server returned non-2xx status code: 503 Service Unavailable: hush";
        match self {
            Self::Unanswered => Err(Error::Generic {
                store: "S3",
                source: source.into(),
            }),
            Self::Refused => Err(Error::PermissionDenied {
                path,
                source: "hush".into(),
            }),
            Self::Gone => Err(Error::NotFound {
                path,
                source: "hush".into(),
            }),
            _ => Ok(()),
        }
    }
}

impl std::fmt::Display for Faulty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("faulty")
    }
}

#[async_trait::async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let fault = self.fault();
        fault.answer(location)?;
        let mut bytes = bytes::Bytes::from(payload);
        if matches!(fault, Fault::KeepsHalf) {
            bytes.truncate(bytes.len() / 2);
        }
        self.inner.put_opts(location, bytes.into(), options).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let fault = self.fault();
        fault.answer(location)?;
        let inner = self.inner.put_multipart_opts(location, options).await?;
        Ok(Box::new(Upload {
            inner,
            fault,
            pieces: 0,
        }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let fault = self.fault();
        fault.answer(location)?;
        let is_head = options.head;
        let found = self.inner.get_opts(location, options).await?;
        if is_head || !matches!(fault, Fault::GivesHalf) {
            return Ok(found);
        }
        let (meta, range) = (found.meta.clone(), found.range.clone());
        let (attributes, extensions) = (found.attributes.clone(), found.extensions.clone());
        let mut bytes = found.bytes().await?;
        bytes.truncate(bytes.len() / 2);
        Ok(GetResult {
            payload: GetResultPayload::Stream(stream::once(async { Ok(bytes) }).boxed()),
            meta,
            range,
            attributes,
            extensions,
        })
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let this = self.clone();
        let deleted = move |location: Result<Path>| {
            let (fault, inner) = (this.fault(), this.inner.clone());
            async move {
                let location = location?;
                fault.answer(&location)?;
                let keeps = match &fault {
                    Fault::KeepsAll => true,
                    Fault::Keeps(name) => location.as_ref().ends_with(name),
                    _ => false,
                };
                if keeps {
                    Fault::Refused.answer(&location)?;
                }
                if let Fault::Deletes { begins, let_it } = &fault {
                    begins.add_permits(1);
                    let_it.acquire().await.unwrap().forget();
                }
                inner.delete(&location).await.map(|()| location)
            }
        };
        locations.then(deleted).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.fault().answer(&Path::default()) {
            Ok(()) | Err(Error::NotFound { .. }) => self.inner.list(prefix),
            Err(error) => stream::once(async { Err(error) }).boxed(),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

#[derive(Debug)]
struct Upload {
    inner: Box<dyn MultipartUpload>,
    fault: Fault,
    pieces: usize,
}

#[async_trait::async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.pieces += 1;
        if matches!(self.fault, Fault::TakesOnePiece) && 1 < self.pieces {
            return async { Fault::Unanswered.answer(&Path::default()) }.boxed();
        }
        self.inner.put_part(data)
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let done = self.inner.complete().await?;
        if matches!(self.fault, Fault::ForgetsUploads) {
            Fault::Gone.answer(&Path::default())?;
        }
        Ok(done)
    }

    async fn abort(&mut self) -> Result<()> {
        self.inner.abort().await
    }
}
