//! The three servers: each request is noted, answered and logged.

use std::{net::TcpListener, sync::Arc};

use anyhow::Context;
use axum::{
    Router,
    body::Bytes,
    extract::{ConnectInfo, DefaultBodyLimit, Form, FromRequest, Request, State},
    http::{HeaderMap, HeaderValue, Method, Uri, header},
    response::Response,
};
use tokio::runtime::Runtime;

use crate::{
    content_host, control,
    graph::{self, Call},
    line::{Line, Lines},
    log::{Noted, Origin, RequestKind},
    sign_in::{self, Endpoint},
    world::{Urls, World},
};

/// The largest body that is taken in, in bytes: a file put through the control API.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// The three ports, taken but not yet served.
pub(crate) struct Ports {
    graph: TcpListener,
    login: TcpListener,
    content: TcpListener,
}

impl Ports {
    /// Takes these ports on the loopback address; 0 takes a free one.
    pub fn bind(graph: u16, login: u16, content: u16) -> anyhow::Result<Self> {
        Ok(Self {
            graph: bind(graph)?,
            login: bind(login)?,
            content: bind(content)?,
        })
    }

    pub fn urls(&self) -> anyhow::Result<Urls> {
        let url = |listener: &TcpListener| anyhow::Ok(format!("http://{}", listener.local_addr()?));
        Ok(Urls {
            graph: url(&self.graph)?,
            login: url(&self.login)?,
            content: url(&self.content)?,
        })
    }

    /// Starts to answer, for as long as the runtime lives.
    pub fn serve(self, runtime: &Runtime, world: &Arc<World>) -> anyhow::Result<()> {
        let _inside = runtime.enter();
        let graph = Router::new()
            .fallback(at_graph)
            .layer(DefaultBodyLimit::max(LARGEST_BODY))
            .with_state(Arc::clone(world));
        let login = Router::new().fallback(at_login).with_state(Arc::clone(world));
        let content = Router::new().fallback(at_content).with_state(Arc::clone(world));
        for (listener, router) in [(self.graph, graph), (self.login, login), (self.content, content)] {
            let lines = Lines(tokio::net::TcpListener::from_std(listener)?);
            let service = router.into_make_service_with_connect_info::<Line>();
            runtime.spawn(async move { axum::serve(lines, service).await });
        }
        Ok(())
    }
}

fn bind(port: u16) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(("127.0.0.1", port))
        .with_context(|| format!("port {port} of 127.0.0.1 can't be taken; choose another, or 0 for a free one"))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

async fn at_graph(
    State(world): State<Arc<World>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Some(path) = uri.path().strip_prefix("/_sim") {
        return control::answer(&world, &method, path, &body);
    }
    let mut call = Call::new(&world, method, uri.path(), uri.query().unwrap_or_default(), &headers);
    call.body = &body;
    let noted = Noted::new(Origin::Graph, call.kind(), &call.method, &uri, &headers);
    tokio::time::sleep(graph::delay(&world, &call)).await;
    logged(&world, noted, graph::answer(&world, &mut call))
}

async fn at_login(State(world): State<Arc<World>>, mut request: Request) -> Response {
    let (method, uri, headers) = (
        request.method().clone(),
        request.uri().clone(),
        request.headers().clone(),
    );
    let asked = Endpoint::of(&method, uri.path());
    let kind = asked.map_or(RequestKind::Other, |(endpoint, _)| endpoint.kind());
    let noted = Noted::new(Origin::Login, kind, &method, &uri, &headers);
    // The form at the end of a sign-in has its fields in its address.
    if kind == RequestKind::Authorize {
        *request.method_mut() = Method::GET;
    }
    // A form that can't be read counts as an empty one, so that the answer names the first field that is missing.
    let form = Form::from_request(request, &()).await;
    let form = form.map(|Form(form)| form).unwrap_or_default();
    logged(&world, noted, sign_in::answer(&world, asked, &headers, &form))
}

async fn at_content(
    State(world): State<Arc<World>>,
    ConnectInfo(line): ConnectInfo<Line>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let noted = Noted::new(Origin::Content, RequestKind::Download, &method, &uri, &headers);
    let answer = content_host::answer(&world, line, &method, &uri, &headers);
    logged(&world, noted, answer)
}

fn logged(world: &World, noted: Noted, mut answer: Response) -> Response {
    let mut state = world.state();
    let now = state.clock.now();
    // The time there, as every server tells it (RFC 9110, section 6.6.1).
    if let Ok(date) = HeaderValue::from_str(&now.format("%a, %d %b %Y %H:%M:%S GMT").to_string()) {
        answer.headers_mut().insert(header::DATE, date);
    }
    state.log.add(noted, answer.status(), now);
    drop(state);
    world.announce();
    answer
}
