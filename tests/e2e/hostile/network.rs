//! Requests that may not go out.

use std::sync::{Arc, Mutex};

use clientpoint_engine::test_endpoints::InsecureEndpoints;
use graph_sim::Origin;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::{Stage, said, stopped};

const DENIED: &str = "ErrorCode::HttpRequestDenied";

#[tokio::test]
async fn no_origin_but_the_api_is_called() {
    let stage = Stage::new().await;
    let attack = stage.attacked("calls").await;
    let content = stage.world.sim.content_url();
    let graph = stage.world.sim.graph_url();
    let port = graph.rsplit(':').next().unwrap();
    for address in [
        "https://evil.example/".to_string(),
        "http://evil.example/".into(),
        "http://127.0.0.1:9/".into(),
        "http://[::1]:9/".into(),
        "http://169.254.169.254/latest/meta-data/".into(),
        "http://[::ffff:169.254.169.254]/".into(),
        "http://2852039166/latest/meta-data/".into(),
        format!("{content}/download"),
        format!("{}/token", stage.world.sim.login_url()),
        format!("http://localhost:{port}/v1.0/users"),
        format!("http://127.1:{port}/v1.0/users"),
        format!("https://127.0.0.1:{port}/v1.0/users"),
    ] {
        assert_eq!(said(&attack.browse(&address).await), DENIED, "{address}");
    }
    assert_eq!(
        said(&attack.browse(&format!("{graph}/v1.0/users")).await),
        "200",
        "the API itself can be called"
    );
    stage.is_as_before_and_healthy().await;
}

/// A server that answers `GET /N` with a redirect to the Nth of these addresses.
async fn redirecting(to: Vec<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 8192];
            let read = stream.read(&mut request).await.unwrap_or(0);
            let text = String::from_utf8_lossy(&request[..read]).into_owned();
            let path = text.split(' ').nth(1).unwrap_or("/").trim_start_matches('/');
            let location = path.parse().ok().and_then(|number: usize| to.get(number));
            let answer = match location {
                Some(location) => format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\n"),
                None => "HTTP/1.1 404 Not Found\r\n".into(),
            };
            let answer = format!("{answer}content-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    origin
}

#[tokio::test]
async fn a_redirect_into_the_private_network_is_not_followed() {
    let stage = Stage::new().await;
    let inside = [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "http://[fd00::1]/",
        "http://10.0.0.1/",
        "http://2852039166/",
        "http://0xa9fea9fe/",
        "http://0.0.0.0/",
    ];
    let api = redirecting(inside.map(str::to_string).to_vec()).await;
    let attack = stage
        .attacked_with("follows", |builder| {
            builder.insecure_endpoints(InsecureEndpoints {
                api: api.clone(),
                login: stage.world.sim.login_url(),
            })
        })
        .await;
    for (number, address) in inside.iter().enumerate() {
        let error = attack.browse(&format!("{api}/{number}")).await;
        assert_eq!(said(&error), format!("302 {DENIED}"), "{address}");
    }
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn a_redirect_is_followed_without_the_token_and_to_that_address_only() {
    let stage = Stage::new().await;
    let content = format!("{}/nothing-here", stage.world.sim.content_url());
    let api = redirecting(vec![content.clone()]).await;
    let endpoints = InsecureEndpoints {
        api: api.clone(),
        login: stage.world.sim.login_url(),
    };
    let follows = stage
        .attacked_with("follows", |builder| builder.insecure_endpoints(endpoints))
        .await;
    stage.world.sim.clear_requests();

    let error = follows.browse(&format!("{api}/0")).await;

    assert!(said(&error).starts_with("302 4"), "{error}");
    let requests = stage.world.sim.requests().into_iter();
    let there: Vec<_> = requests.filter(|request| request.origin == Origin::Content).collect();
    assert_eq!(there.len(), 1);
    assert!(!there[0].was_authorized());
    let calls = stage.attacked("calls").await;
    assert_eq!(
        said(&calls.browse(&content).await),
        DENIED,
        "it was opened for one instance"
    );
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn authorization_can_be_set_in_no_header_and_in_no_trailer() {
    let stage = Stage::new().await;
    let error = stage.attacked("sets-headers").await.browse("").await;
    assert_eq!(
        said(&error),
        "authorization: refused, Authorization: refused, proxy-authorization: refused, cookie: refused, host: refused, \
         connection: refused, X-HTTP-Method-Override: refused, x-http-method: refused, x-trace: set"
    );

    let (api, heard) = listening().await;
    let attack = stage
        .attacked_with("sends-trailers", |builder| {
            builder.insecure_endpoints(InsecureEndpoints {
                api: api.clone(),
                login: stage.world.sim.login_url(),
            })
        })
        .await;
    let error = attack.browse(&format!("{api}/v1.0/$batch")).await;
    assert_eq!(said(&error), "200");
    let heard = String::from_utf8(heard.lock().unwrap().clone()).unwrap().to_lowercase();
    assert_eq!(heard.matches("authorization: bearer ").count(), 1, "{heard}");
    for forged in ["stolen", "cookie", "x-trace", "trailer"] {
        assert!(!heard.contains(forged), "{forged}: {heard}");
    }
    stage.is_as_before_and_healthy().await;
}

/// A server that says yes to one request, when whoever sends has nothing more to say; and what it heard.
async fn listening() -> (String, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hearing = heard.clone();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut piece = vec![0; 8192];
        // The batch ends in these: as a whole, or as the last chunk before trailers.
        while !hearing.lock().unwrap().ends_with(b"]}") && !hearing.lock().unwrap().ends_with(b"\r\n0\r\n\r\n") {
            let read = stream.read(&mut piece).await.unwrap();
            hearing.lock().unwrap().extend_from_slice(&piece[..read]);
        }
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(answer).await.unwrap();
        while let Ok(read @ 1..) = stream.read(&mut piece).await {
            hearing.lock().unwrap().extend_from_slice(&piece[..read]);
        }
    });
    (origin, heard)
}

#[tokio::test]
async fn r22_a_batch_can_only_read() {
    let stage = Stage::new().await;
    let attack = stage.attacked("posts").await;
    let batch = format!("{}/v1.0/$batch", stage.world.sim.graph_url());
    let item = stage.world.sim.item_id("/Plan.pdf").unwrap();
    let drive = stage.world.sim.drive_id();
    let order = |method: &str| {
        // Longer than what the host writes, and said to be: so it is the host that says how long what goes out is.
        format!(r#"{batch}	{{"requests":  [{{"id":"0","method":"{method}","url":"/drives/{drive}/items/{item}"}}]}}"#)
    };
    stage.world.sim.clear_requests();
    for method in ["DELETE", "PATCH", "PUT", "POST", "get"] {
        assert_eq!(said(&attack.browse(&order(method)).await), DENIED, "{method}");
    }
    let graph: Vec<_> = stage
        .world
        .sim
        .requests()
        .into_iter()
        .filter(|request| request.origin == Origin::Graph)
        .collect();
    assert_eq!(graph, []);
    assert_eq!(
        said(&attack.browse(&format!("{batch}\t{{\"requests\":[]}}")).await),
        DENIED
    );
    assert_eq!(said(&attack.browse(&order("GET")).await), "200");
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn a_body_without_end_and_a_thousand_requests_at_once_are_cut_off() {
    let stage = Stage::new().await;
    let graph = stage.world.sim.graph_url();
    let error = stage
        .attacked("endless-body")
        .await
        .browse(&format!("{graph}/v1.0/$batch"))
        .await;
    assert!(said(&error).contains("HttpRequestBodySize"), "{error}");
    let error = stage
        .attacked("thousand-requests")
        .await
        .browse(&format!("{graph}/v1.0/users"))
        .await;
    assert_eq!(said(&error), "answered 256, refused 744");
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn endpoints_inside_the_network_are_refused_before_a_secret_is_sent_there() {
    let stage = Stage::new().await;
    let attack = stage
        .attacked_with("calls", |builder| {
            builder.insecure_endpoints(InsecureEndpoints {
                api: stage.world.sim.graph_url(),
                login: "http://169.254.169.254".into(),
            })
        })
        .await;
    let credentials = end_to_end::credentials(&stage.world.sim);
    let error = attack
        .admin()
        .await
        .connect_organization(credentials)
        .await
        .unwrap_err();
    assert!(stopped(&error).contains("not on the public internet"), "{error}");
    stage.is_as_before_and_healthy().await;
}
