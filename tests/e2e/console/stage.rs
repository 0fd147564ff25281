//! A host with a console, and a browser.

use std::sync::Arc;

use clientpoint_engine::clock::ManualClock;
use clientpoint_host::{
    Host,
    settings::Layers,
    web::{Console, Place, server},
};
use end_to_end::{MORNING, builder, credentials};
use graph_sim::{Config, Seed, Sim};
use reqwest::{Client, Method, Response, StatusCode, redirect::Policy};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub(super) const PASSWORD: &str = "correct horse battery";

pub(super) struct Stage {
    pub(super) sim: Sim,
    pub(super) clock: ManualClock,
    pub(super) host: Arc<Host>,
    pub(super) origin: String,
    pub(super) port: u16,
    pub(super) stop: CancellationToken,
    pub(super) _data: TempDir,
}

impl Stage {
    pub(super) async fn new() -> Self {
        Self::set(Layers::default()).await
    }

    /// With what whoever starts the host has set.
    pub(super) async fn set(layers: Layers) -> Self {
        let config = Config {
            seed: Seed::Empty,
            clock: Some(MORNING.parse().unwrap()),
            ..Config::default()
        };
        let sim = Sim::start(config).await.unwrap();
        let clock = ManualClock::new(MORNING.parse().unwrap());
        let data = tempfile::tempdir().unwrap();
        let built = builder(&sim, &clock, data.path()).settings(layers).build();
        let host = Arc::new(built.await.unwrap());
        let stop = CancellationToken::new();
        let port = console(&host, &stop).await;
        Self {
            sim,
            clock,
            host,
            origin: format!("http://localhost:{port}"),
            port,
            stop,
            _data: data,
        }
    }

    /// Connected, with this many files imported.
    pub(super) async fn with_files(count: usize) -> Self {
        Self::set_with_files(Layers::default(), count).await
    }

    /// The same, with what whoever starts the host has set.
    pub(super) async fn set_with_files(layers: Layers, count: usize) -> Self {
        let stage = Self::set(layers).await;
        let admin = stage.host.session("admin").await.unwrap();
        admin.connect_organization(credentials(&stage.sim)).await.unwrap();
        admin.select_drive(&stage.sim.drive_id(), false).await.unwrap();
        for number in 0..count {
            let item = stage.sim.put(&format!("/Plan {number}.pdf"), b"%PDF-1".to_vec().into());
            let outcomes = admin.import(&[item]).await.unwrap();
            assert_eq!(outcomes[0].outcome, "imported");
        }
        stage
    }

    pub(super) fn browser(&self) -> Browser {
        Browser {
            client: Client::builder().redirect(Policy::none()).no_proxy().build().unwrap(),
            origin: self.origin.clone(),
            cookie: None,
        }
    }

    /// A browser in which that person has chosen a password by their link.
    pub(super) async fn logged_in(&self, user: &str) -> Browser {
        logged_in_at(&self.host, self.port, user).await
    }
}

/// Opens a console of that host, until it is told to stop. Gives its port.
pub(super) async fn console(host: &Arc<Host>, stop: &CancellationToken) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let console = Console::new(host.clone(), Place::local(port)).until(stop.clone());
    tokio::spawn(server::serve(vec![listener], console.router(), stop.clone()));
    port
}

/// A browser in which that person has chosen a password by their link, in front of the console at that port.
pub(super) async fn logged_in_at(host: &Host, port: u16, user: &str) -> Browser {
    let token = host.invite(user).await.unwrap();
    let mut browser = Browser {
        client: Client::builder().redirect(Policy::none()).no_proxy().build().unwrap(),
        origin: format!("http://localhost:{port}"),
        cookie: None,
    };
    let form = [("token", token.expose()), ("password", PASSWORD)];
    let answer = browser.post("/claim", &form).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    browser.keep(&answer);
    browser
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub(super) struct Browser {
    pub(super) client: Client,
    pub(super) origin: String,
    pub(super) cookie: Option<String>,
}

impl Browser {
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        form: &[(&str, &str)],
    ) -> Response {
        let mut request = self.client.request(method, format!("{}{path}", self.origin));
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !form.is_empty() {
            let body = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(form)
                .finish();
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body);
        }
        request.send().await.unwrap()
    }

    pub(super) async fn get(&self, path: &str) -> Response {
        self.ask(Method::GET, path, &[], &[]).await
    }

    /// The text of a page that is there.
    pub(super) async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.text().await.unwrap()
    }

    /// As a form of one of our pages does.
    pub(super) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        self.ask(Method::POST, path, &[("sec-fetch-site", "same-origin")], form)
            .await
    }

    pub(super) fn keep(&mut self, answer: &Response) {
        let set = answer.headers()["set-cookie"].to_str().unwrap();
        assert!(set.contains("; HttpOnly; SameSite=Lax"), "{set}");
        self.cookie = Some(set.split(';').next().unwrap().to_owned());
    }
}
