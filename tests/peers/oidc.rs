//! `oidc-provider`, a certified OpenID provider on npm, judges the host's OAuth client: the code flow with PKCE, rotation of
//! refresh tokens (a token that was used before ends the whole grant there), a client secret, and `private_key_jwt`.

use std::{
    any::Any,
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdout, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use clientpoint_engine::{
    clock::{Clock, ManualClock},
    oauth::{
        Asking, Certificate, Credential, Endpoint, Grant, Granted, Keeper, Keeping, Plan, SignInPage, TokenError,
        Tokens,
        claims::{self, Expected},
        pending::{Answer, Pending},
    },
    secrets::Secret,
};
use clientpoint_host::listener::Loopback;
use end_to_end::{
    certificate::{Made, made},
    peers::{self, Peer},
};
use serde_json::{Value, json};

const SECRET: &str = "a secret with ~ + / and % in it";

/// A running provider.
struct Provider {
    /// Reports when it is dropped.
    _peer: Peer,
    process: Child,
    /// Open as long as it may say something.
    _stdout: BufReader<ChildStdout>,
    issuer: String,
    /// Taken before the provider knows of it.
    loopback: Option<Loopback>,
    certificate: Made,
    clock: ManualClock,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Starts it, or says why it is left out.
async fn provider() -> Option<Provider> {
    let peer = peers::ask("oidc")?;
    peer.set_version(&peer.npm_version("oidc-provider"));
    let Some(certificate) = made("rsa:2048", 30) else {
        peer.skip("there is no program `openssl` to make a certificate with");
        return None;
    };
    let mut process = peer
        .node("server.mjs")?
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let loopback = Loopback::bind(0).await.unwrap();
    let alone = certificate.pem.split("-----BEGIN PRIVATE").next().unwrap();
    let question = json!({ "redirect": loopback.redirect_uri(), "secret": SECRET, "certificate": alone });
    writeln!(process.stdin.take().unwrap(), "{question}").unwrap();
    let (mut line, mut stdout) = (String::new(), BufReader::new(process.stdout.take().unwrap()));
    stdout.read_line(&mut line).unwrap();
    let said: Value = serde_json::from_str(&line).expect("the provider says where it is");
    Some(Provider {
        _peer: peer,
        process,
        _stdout: stdout,
        issuer: said["issuer"].as_str().unwrap().to_string(),
        loopback: Some(loopback),
        certificate,
        clock: ManualClock::new(chrono::Utc::now()),
    })
}

impl Provider {
    fn plan(&self, client: &str, scopes: &[&str]) -> Plan {
        Plan {
            token_url: format!("{}/token", self.issuer),
            client_id: client.into(),
            scopes: scopes.iter().map(ToString::to_string).collect(),
        }
    }

    fn credential(&self, client: &str) -> Credential {
        match client {
            "secret" => Credential::Secret(Secret::new(SECRET.into())),
            _ => Credential::Certificate(Certificate::from_pem(&Secret::new(self.certificate.pem.clone())).unwrap()),
        }
    }

    fn endpoint(&self, client: &str, scopes: &[&str], credential: Credential) -> Endpoint {
        let http = clientpoint_engine::egress::client(true).unwrap();
        Endpoint::new(
            self.plan(client, scopes),
            credential,
            http,
            Arc::new(self.clock.clone()),
        )
    }

    /// The whole code flow with the host's own parts: address, listener, redemption, id_token.
    async fn sign_in(&mut self, client: &str) -> (Granted, BTreeMap<String, String>) {
        let scopes = ["openid", "offline_access"];
        let page = SignInPage {
            url: format!("{}/auth", self.issuer),
            parameters: vec![("prompt".into(), "consent".into())],
            issuer: self.issuer.clone(),
        };
        let loopback = self.loopback.take().unwrap();
        let pending = Pending::begin(&self.plan(client, &scopes), &page, &loopback.redirect_uri()).unwrap();
        let pending = Arc::new(pending);
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        let taken = pending.clone();
        let take = move |query: String| std::future::ready(taken.accept(&query).map_err(|stray| stray.to_string()));
        let mut listening = loopback.listen(take, clock);
        let host = async {
            let (answer, browser) = listening.arrival().await.unwrap().part();
            let Answer::Code(code) = answer else {
                panic!("{answer:?}");
            };
            let asking = Asking::Code {
                code: &code,
                verifier: &pending.verifier,
                redirect_uri: &pending.redirect_uri,
            };
            let endpoint = self.endpoint(client, &scopes, self.credential(client));
            let granted = endpoint.ask(&asking).await.unwrap();
            browser.well();
            granted
        };
        let (granted, page) = tokio::join!(host, browse(&pending.url));
        assert!(page.contains("You can close this window"), "{page}");
        listening.close().await;
        let expected = Expected {
            client_id: client,
            issuer: &self.issuer,
            nonce: &pending.nonce,
            now: self.clock.utc(),
        };
        let claims = claims::check(granted.id_token.as_ref().unwrap(), &expected).unwrap();
        (granted, claims)
    }
}

/// A person with a browser: fills in every form that comes, until the browser is sent back to the application.
async fn browse(url: &str) -> String {
    let client = clientpoint_engine::egress::client(true).unwrap();
    let base = url::Url::parse(url).unwrap();
    let mut cookies: BTreeMap<String, String> = BTreeMap::new();
    let (mut next, mut form) = (base.clone(), None::<String>);
    for _ in 0..20 {
        let mut request = match form.take() {
            Some(form) => client
                .post(next.clone())
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form),
            None => client.get(next.clone()),
        };
        if next.origin() == base.origin() {
            let jar: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", jar.join("; "));
        }
        let answer = request.send().await.unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            cookies.insert(name.into(), value.into());
        }
        if let Some(location) = answer.headers().get("location") {
            next = next.join(location.to_str().unwrap()).unwrap();
            continue;
        }
        let html = answer.text().await.unwrap();
        let Some((_, action)) = html.split_once("action=\"") else {
            return html;
        };
        next = next.join(action.split('"').next().unwrap()).unwrap();
        let login = html.contains("name=\"login\"");
        form = Some(if login {
            "prompt=login&login=ada&password=x".into()
        } else {
            "prompt=consent".to_string()
        });
    }
    panic!("no end of pages");
}

/// Keeps a grant in memory.
struct Memory(Mutex<Grant>);

impl Keeper for Memory {
    fn alone(&self) -> Keeping<'_, Box<dyn Any + Send>> {
        Box::pin(async { Ok(Box::new(()) as Box<dyn Any + Send>) })
    }

    fn read(&self) -> Keeping<'_, Option<Grant>> {
        Box::pin(async { Ok(Some(self.0.lock().unwrap().clone())) })
    }

    fn write<'a>(&'a self, grant: &'a Grant) -> Keeping<'a, ()> {
        Box::pin(async {
            *self.0.lock().unwrap() = grant.clone();
            Ok(())
        })
    }
}

/// Signs in, renews twice, and sees that a token that was used before is of no use and ends the rest.
async fn signs_in_and_renews(client: &str) {
    let Some(mut provider) = provider().await else { return };
    let (granted, claims) = provider.sign_in(client).await;
    assert_eq!(claims["sub"], "ada");

    let first = granted.refresh.clone().unwrap();
    let memory = Arc::new(Memory(Mutex::new(
        Grant::new(granted, None, provider.clock.utc()).unwrap(),
    )));
    let scopes = ["openid", "offline_access"];
    let endpoint = || provider.endpoint(client, &scopes, provider.credential(client));
    let tokens = Tokens::of_person(endpoint(), memory.clone(), Arc::new(provider.clock.clone()));
    let mut seen = vec![first.expose().to_string()];
    for _ in 0..2 {
        provider.clock.advance(Duration::from_secs(2 * 3600));
        tokens.bearer().await.unwrap();
        let now = memory.0.lock().unwrap().refresh.expose().to_string();
        assert!(!seen.contains(&now), "each renewal brings another refresh token");
        seen.push(now);
    }

    let reused = endpoint().ask(&Asking::Refresh(&first)).await.unwrap_err();
    assert!(
        matches!(&reused, TokenError::Refused { error, .. } if error == "invalid_grant"),
        "{reused:?}"
    );
    provider.clock.advance(Duration::from_secs(2 * 3600));
    let over = tokens.bearer().await.unwrap_err();
    assert!(over.is_final(), "{over:?}");
}

#[tokio::test]
async fn the_code_flow_with_pkce_and_rotation_passes_with_a_client_secret() {
    signs_in_and_renews("secret").await;
}

#[tokio::test]
async fn the_code_flow_with_pkce_and_rotation_passes_with_private_key_jwt() {
    signs_in_and_renews("certificate").await;
}

#[tokio::test]
async fn client_credentials_pass_with_both_and_fail_with_neither() {
    let Some(provider) = provider().await else { return };
    for client in ["secret", "certificate"] {
        let granted = provider
            .endpoint(client, &["files"], provider.credential(client))
            .ask(&Asking::Itself)
            .await;
        let granted = granted.unwrap();
        assert!(
            granted.refresh.is_none() && granted.life > Duration::from_secs(60),
            "{granted:?}"
        );
    }
    let other = Certificate::from_pem(&Secret::new(made("rsa:2048", 30).unwrap().pem)).unwrap();
    for (client, wrong) in [
        ("secret", Credential::Secret(Secret::new("wrong".into()))),
        ("certificate", Credential::Certificate(other)),
        ("secret", Credential::None),
    ] {
        let refused = provider
            .endpoint(client, &["files"], wrong)
            .ask(&Asking::Itself)
            .await
            .unwrap_err();
        assert!(
            matches!(&refused, TokenError::Refused { error, .. } if error == "invalid_client"),
            "{refused:?}"
        );
    }
}
