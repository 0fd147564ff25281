//! Requests that may not go out.

use wasip3::http::{
    client,
    types::{Fields, Method, Request, Response, Scheme},
};
use wit_bindgen::StreamResult;

/// What is sent.
enum Body {
    Nothing,
    Bytes(Vec<u8>),
    WithoutEnd,
}

/// What a GET of this address leads to: a status, or an error.
pub async fn get(url: &str) -> String {
    match send(Method::Get, url, &[], Body::Nothing).await {
        Ok(response) => response.get_status_code().to_string(),
        Err(error) => error,
    }
}

/// As [`get`], following redirects, with a line for each request.
pub async fn follow(url: &str) -> String {
    let mut url = url.to_owned();
    let mut lines = Vec::new();
    for _ in 0..4 {
        let response = match send(Method::Get, &url, &[], Body::Nothing).await {
            Ok(response) => response,
            Err(error) => {
                lines.push(error);
                break;
            }
        };
        lines.push(response.get_status_code().to_string());
        let Some(location) = response.get_headers().get("location").into_iter().next() else {
            break;
        };
        url = String::from_utf8_lossy(&location).into_owned();
    }
    lines.join(" ")
}

/// Posts a body, and says how long it is: `URL BODY`, with a tab between.
pub async fn post(argument: &str) -> String {
    let (url, body) = argument.split_once('\t').unwrap_or((argument, ""));
    let length = ("content-length".to_owned(), body.len().to_string().into_bytes());
    match send(Method::Post, url, &[length], Body::Bytes(body.into())).await {
        Ok(response) => response.get_status_code().to_string(),
        Err(error) => error,
    }
}

/// Tries each forbidden header in each way that there is, in requests and trailers alike: both are `fields`.
pub async fn forbidden_headers() -> String {
    let mut lines = Vec::new();
    for name in [
        "authorization",
        "Authorization",
        "proxy-authorization",
        "cookie",
        "host",
        "connection",
        "X-HTTP-Method-Override",
        "x-http-method",
    ] {
        let value = b"Bearer stolen".to_vec();
        let fields = Fields::new();
        let appended = fields.append(name, &value).is_ok();
        let set = fields.set(name, &[value.clone()]).is_ok();
        let listed = Fields::from_list(&[(name.to_owned(), value)]).is_ok();
        lines.push(format!(
            "{name}: {}",
            if appended || set || listed { "SET" } else { "refused" }
        ));
    }
    // And a trailer that is allowed, to see that the others were refused for their names.
    let fields = Fields::new();
    lines.push(format!(
        "x-trace: {}",
        if fields.set("x-trace", &[b"1".to_vec()]).is_ok() {
            "set"
        } else {
            "REFUSED"
        }
    ));
    lines.join(", ")
}

/// Sends trailers with a batch: those that can be made, by names that are forbidden and by one that is not.
pub async fn send_trailers(url: &str) -> String {
    let trailers = Fields::new();
    for name in ["authorization", "cookie", "x-trace"] {
        // What can't be set is not sent.
        let _ = trailers.set(name, &[b"stolen".to_vec()]);
    }
    let batch = br#"{"requests":[{"id":"0","method":"GET","url":"/me"}]}"#;
    match send_with(Method::Post, url, &[], Body::Bytes(batch.to_vec()), Some(trailers)).await {
        Ok(response) => response.get_status_code().to_string(),
        Err(error) => error,
    }
}

/// Begins a request whose body has no end.
pub async fn endless_body(url: &str) -> String {
    match send(Method::Post, url, &[], Body::WithoutEnd).await {
        Ok(response) => response.get_status_code().to_string(),
        Err(error) => error,
    }
}

/// Sends a thousand requests at once, and counts what became of them.
pub async fn thousand(url: &str) -> String {
    let mut under_way: Vec<_> = (0..1_000)
        .map(|_| Box::pin(send(Method::Get, url, &[], Body::Nothing)))
        .collect();
    let (mut answered, mut refused) = (0, 0);
    std::future::poll_fn(|context| {
        under_way.retain_mut(|request| match request.as_mut().poll(context) {
            std::task::Poll::Ready(Ok(_)) => {
                answered += 1;
                false
            }
            std::task::Poll::Ready(Err(_)) => {
                refused += 1;
                false
            }
            std::task::Poll::Pending => true,
        });
        if under_way.is_empty() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    format!("answered {answered}, refused {refused}")
}

async fn send(method: Method, url: &str, headers: &[(String, Vec<u8>)], body: Body) -> Result<Response, String> {
    send_with(method, url, headers, body, None).await
}

async fn send_with(
    method: Method,
    url: &str,
    headers: &[(String, Vec<u8>)],
    body: Body,
    after: Option<Fields>,
) -> Result<Response, String> {
    let (scheme, rest) = url.split_once("://").ok_or("no address")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let scheme = match scheme {
        "https" => Scheme::Https,
        "http" => Scheme::Http,
        other => Scheme::Other(other.into()),
    };
    let fields = Fields::from_list(headers).map_err(|error| format!("{error:?}"))?;
    let contents = match body {
        Body::Nothing => None,
        body => {
            let (mut sink, stream) = wasip3::wit_stream::new();
            wit_bindgen::spawn_local(async move {
                match body {
                    Body::Bytes(bytes) => drop(sink.write_all(bytes).await),
                    _ => while let (StreamResult::Complete(_), _) = sink.write(vec![0; 1 << 20]).await {},
                }
            });
            Some(stream)
        }
    };
    let (sender, trailers) = wasip3::wit_future::new(|| Ok(None));
    match after {
        Some(after) => drop(wit_bindgen::spawn_local(async move {
            drop(sender.write(Ok(Some(after))).await);
        })),
        None => drop(sender),
    }
    let (request, _sent) = Request::new(fields, contents, trailers, None);
    request.set_method(&method).map_err(|()| "the method can't be set")?;
    request
        .set_scheme(Some(&scheme))
        .map_err(|()| "the scheme can't be set")?;
    request
        .set_authority(Some(authority))
        .map_err(|()| "the authority can't be set")?;
    let path = if path.is_empty() { "/" } else { path };
    request
        .set_path_with_query(Some(path))
        .map_err(|()| "the path can't be set")?;
    client::send(request).await.map_err(|error| format!("{error:?}"))
}
