//! Somebody with a browser: follows the address of a sign-in, picks who they are, and is sent back.

use clientpoint_host::{
    Result, Session,
    service::{Given, SignIn, api::Connection},
};
use graph_sim::Sim;

/// A page that the browser shows.
#[derive(Debug)]
pub struct Shown {
    /// The HTTP status.
    pub status: u16,
    /// The HTML.
    pub html: String,
}

/// A client that follows no redirect by itself.
pub fn client() -> reqwest::Client {
    clientpoint_engine::egress::client(true).unwrap()
}

/// Where the browser is sent once this person has decided: `member`, `second`, `guest`, `personal`, `declines` or
/// `needs-admin`.
pub async fn decide(url: &str, person: &str) -> String {
    let answer = client().get(format!("{url}&_sim_user={person}")).send().await.unwrap();
    let status = answer.status();
    if let Some(location) = answer.headers().get("location") {
        return location.to_str().unwrap().to_string();
    }
    let page = answer.text().await.unwrap();
    // The page that asks for an administrator's approval has one way back, for those who look for it.
    let link = page
        .split("<a href=\"")
        .nth(1)
        .unwrap_or_else(|| panic!("{status}: {page}"));
    let link = link.split('"').next().unwrap().replace("&amp;", "&");
    let address = url.split('?').next().unwrap();
    let answer = client().get(format!("{address}{link}")).send().await.unwrap();
    answer.headers()["location"].to_str().unwrap().to_string()
}

/// Opens an address.
pub async fn open(url: &str) -> Shown {
    let answer = client().get(url).send().await.unwrap();
    Shown {
        status: answer.status().as_u16(),
        html: answer.text().await.unwrap(),
    }
}

/// The whole way of a sign-in: what came of it, and the page that the person saw at the end.
pub async fn sign_in(sign_in: SignIn<'_>, person: &str) -> (Result<Connection>, Shown) {
    let url = sign_in.url().to_string();
    let browser = async { open(&decide(&url, person).await).await };
    tokio::join!(sign_in.finish(), browser)
}

/// What an Administrator fills in for their own sign-in.
pub fn application(sim: &Sim) -> Given {
    crate::given([("client-id", sim.client_id()), ("client-secret", sim.client_secret())])
}

/// Connects with this person's sign-in.
pub async fn connect(session: &Session<'_>, sim: &Sim, person: &str) -> (Result<Connection>, Shown) {
    let begun = session.begin_sign_in(application(sim), 0).await.unwrap();
    sign_in(begun, person).await
}
