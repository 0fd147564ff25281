//! [`Ports`] over the component's imports.

use std::{cell::Cell, rc::Rc, time::Duration};

use chrono::{DateTime, Utc};
use wasip3::{
    clocks::{monotonic_clock, system_clock},
    http::{
        client,
        types::{ErrorCode, Fields, Method, Request as HttpRequest, Response, Scheme, Trailers},
    },
};
use wit_bindgen::{FutureReader, StreamReader, StreamResult, StreamWriter};

use crate::{
    contract::{
        Binding, Bound, Change, Connection, Counts, ItemRef, LibraryError, LibraryFile, Line, Link, ManagedFile,
        Settlement,
        generated::{
            clientpoint::content_source::{connection, content_library, logging, managed_files, progress, state_store},
            wit_stream,
        },
    },
    graph::{Head, Request, address},
    ports::{CHUNK, Level, Ports, Read, Unsent},
    source::VERSION,
};

thread_local! {
    /// Until when nobody sends anything. An instance has one thread, so all its calls keep the same pause.
    static QUIET_UNTIL: Rc<Cell<Duration>> = Rc::default();
}

/// The outside world of one call.
pub(super) struct Outside {
    quiet_until: Rc<Cell<Duration>>,
}

/// A body under way. Dropping it ends the connection.
pub(super) struct Body {
    stream: StreamReader<u8>,
    /// Says, after the stream has ended, whether it ended well. Taken when that was asked.
    ending: Option<FutureReader<Result<Option<Trailers>, ErrorCode>>>,
}

impl Outside {
    pub(super) fn new() -> Self {
        Self {
            quiet_until: QUIET_UNTIL.with(Rc::clone),
        }
    }
}

impl Ports for Outside {
    type Body = Body;
    type Draft = content_library::Draft;
    type Sink = StreamWriter<u8>;

    fn connection(&self) -> Connection {
        connection::current()
    }

    fn quiet_until(&self) -> &Cell<Duration> {
        &self.quiet_until
    }

    async fn send(&self, request: &Request) -> Result<(Head, Body), Unsent> {
        let answer = client::send(http_request(request).ok_or(Unsent::Refused)?).await;
        let response = answer.map_err(|error| match error {
            ErrorCode::HttpRequestDenied | ErrorCode::HttpRequestUriInvalid | ErrorCode::DestinationIpProhibited => {
                Unsent::Refused
            }
            _ => Unsent::Unreachable,
        })?;
        let headers = response.get_headers().copy_all();
        let text = |value: Vec<u8>| String::from_utf8_lossy(&value).into_owned();
        let headers = headers.into_iter().map(|(name, value)| (name, text(value))).collect();
        let head = Head::new(response.get_status_code(), headers);
        let (processed, result) = wasip3::wit_future::new(|| Ok(()));
        drop(processed);
        let (stream, ending) = Response::consume_body(response, result);
        let ending = Some(ending);
        Ok((head, Body { stream, ending }))
    }

    async fn read(&self, body: &mut Body, mut buffer: Vec<u8>) -> (Read, Vec<u8>) {
        buffer.clear();
        buffer.reserve(CHUNK);
        let (result, buffer) = body.stream.read(buffer).await;
        match result {
            StreamResult::Complete(_) => (Read::Some, buffer),
            StreamResult::Cancelled => (Read::Broken, buffer),
            StreamResult::Dropped => {
                let Some(ending) = body.ending.take() else {
                    return (Read::Broken, buffer);
                };
                let read = if ending.await.is_ok() { Read::End } else { Read::Broken };
                (read, buffer)
            }
        }
    }

    async fn wait(&self, time: Duration) {
        monotonic_clock::wait_for(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)).await;
    }

    fn now(&self) -> Duration {
        Duration::from_nanos(monotonic_clock::now())
    }

    fn utc(&self) -> DateTime<Utc> {
        let now = system_clock::now();
        DateTime::from_timestamp(now.seconds, now.nanoseconds).unwrap_or_default()
    }

    async fn files_by_source(&self, items: &[ItemRef]) -> Result<Vec<Vec<LibraryFile>>, LibraryError> {
        content_library::files_by_source(items.to_vec()).await
    }

    async fn stat(&self, files: &[String]) -> Result<Vec<Option<LibraryFile>>, LibraryError> {
        content_library::stat(files.to_vec()).await
    }

    async fn bind(&self, drive: &str, bindings: Vec<Binding>) -> Result<Vec<Bound>, LibraryError> {
        content_library::bind(drive.to_owned(), bindings).await
    }

    async fn create(&self, name: &str) -> Result<Self::Draft, LibraryError> {
        content_library::create(name.to_owned()).await
    }

    fn write<'a>(
        &self,
        draft: &'a Self::Draft,
    ) -> (Self::Sink, impl Future<Output = Result<u64, LibraryError>> + use<'a>) {
        let (sink, data) = wit_stream::new();
        (sink, draft.write(data))
    }

    async fn push(&self, sink: &mut Self::Sink, bytes: Vec<u8>) -> (bool, Vec<u8>) {
        let left = sink.write_all(bytes).await;
        (left.is_empty(), left)
    }

    async fn commit(&self, draft: Self::Draft, link: &Link) -> Result<LibraryFile, LibraryError> {
        content_library::Draft::commit(draft, link.clone()).await
    }

    async fn state(&self, key: &str) -> Result<Option<(Vec<u8>, u64)>, LibraryError> {
        let entry = state_store::get(key.to_owned()).await.map_err(state_error)?;
        Ok(entry.map(|entry| (entry.value, entry.version)))
    }

    async fn swap(&self, key: &str, expected: Option<u64>, value: &[u8]) -> Result<bool, LibraryError> {
        let swapped = state_store::swap(key.to_owned(), expected, Some(value.to_vec())).await;
        Ok(matches!(swapped.map_err(state_error)?, state_store::Swapped::Stored(_)))
    }

    async fn managed_count(&self, drive: &str) -> Result<Counts, LibraryError> {
        managed_files::count(drive.to_owned()).await
    }

    async fn managed_by_source(&self, items: &[ItemRef]) -> Result<Vec<Vec<ManagedFile>>, LibraryError> {
        managed_files::by_source(items.to_vec()).await
    }

    async fn managed_by_place(&self, drive: &str, places: Vec<String>) -> Result<Vec<ManagedFile>, LibraryError> {
        managed_files::by_place(drive.to_owned(), places).await
    }

    async fn managed_after(
        &self,
        drive: &str,
        file: Option<&str>,
        suspected: bool,
        limit: u32,
    ) -> Result<Vec<ManagedFile>, LibraryError> {
        managed_files::after(drive.to_owned(), file.map(str::to_owned), suspected, limit).await
    }

    async fn due(
        &self,
        drive: &str,
        known: Option<&(u64, String)>,
        limit: u32,
    ) -> Result<Vec<ManagedFile>, LibraryError> {
        managed_files::due(drive.to_owned(), known.cloned(), limit).await
    }

    async fn set(&self, changes: Vec<Change>) -> Result<(), LibraryError> {
        managed_files::set(changes).await
    }

    async fn suspect_all(&self, drive: &str) -> Result<(), LibraryError> {
        managed_files::suspect_all(drive.to_owned()).await
    }

    async fn settle(&self, settlements: Vec<Settlement>) -> Result<(), LibraryError> {
        managed_files::settle(settlements).await
    }

    async fn replace(&self, file: &str, base_revision: u64) -> Result<Self::Draft, LibraryError> {
        managed_files::replace(file.to_owned(), base_revision).await
    }

    async fn publish(&self, draft: Self::Draft, link: &Link, line: &Line) -> Result<LibraryFile, LibraryError> {
        managed_files::publish(draft, link.clone(), line.clone()).await
    }

    fn progress(&self, item: &ItemRef, name: &str, done: u64, total: Option<u64>) {
        progress::report(item, name, done, total);
    }

    fn waiting(&self, why: &str, time: Duration) {
        let seconds = time.as_millis().div_ceil(1000);
        progress::waiting(why, u32::try_from(seconds).unwrap_or(u32::MAX));
    }

    fn log(&self, level: Level, message: &str) {
        let level = match level {
            Level::Info => logging::Level::Info,
            Level::Warn => logging::Level::Warn,
        };
        logging::log(level, message);
    }
}

fn state_error(error: state_store::Error) -> LibraryError {
    match error {
        state_store::Error::TooLarge => LibraryError::Other("a value is too large to be kept".to_owned()),
        state_store::Error::Unavailable(text) => LibraryError::Unavailable(text),
        state_store::Error::Other(text) => LibraryError::Other(text),
    }
}

/// None if the request is not one that HTTP can carry.
fn http_request(request: &Request) -> Option<HttpRequest> {
    let address = address(&request.url)?;
    let agent = format!("ISV|ClientPoint|OneDrivePlugin/{VERSION}");
    let headers = request.headers.iter().map(|(name, value)| (*name, value.as_str()));
    let entries: Vec<_> = headers
        .chain([("user-agent", agent.as_str())])
        .map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()))
        .collect();
    let (trailers, no_trailers) = wasip3::wit_future::new(|| Ok(None));
    drop(trailers);
    let (http, _sent) = HttpRequest::new(Fields::from_list(&entries).ok()?, body(request), no_trailers, None);
    if request.body.is_some() {
        http.set_method(&Method::Post).ok()?;
    }
    let scheme = if address.scheme == "https" {
        Scheme::Https
    } else {
        Scheme::Http
    };
    http.set_scheme(Some(&scheme)).ok()?;
    http.set_authority(Some(address.authority)).ok()?;
    http.set_path_with_query(Some(address.path)).ok()?;
    Some(http)
}

/// The body to send, which is written as it is read.
fn body(request: &Request) -> Option<StreamReader<u8>> {
    let bytes = request.body.clone()?;
    let (mut sink, body) = wasip3::wit_stream::new();
    wit_bindgen::spawn_local(async move {
        // Who stops reading has an answer without it.
        let _ = sink.write_all(bytes).await;
    });
    Some(body)
}
