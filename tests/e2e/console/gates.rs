//! Who may go where: every address that the console has, by its own list of them.

use clientpoint_host::{
    store::users::Role,
    web::{Console, Who},
};
use reqwest::{Method, StatusCode};

use super::stage::Stage;

#[tokio::test]
async fn r2_every_address_for_administrators_is_forbidden_to_members_and_closed_to_other_pages() {
    let stage = Stage::with_files(1).await;
    let admin = stage.host.session("admin").await.unwrap();
    admin.add_user("mia", Role::Member).await.unwrap();
    let mia = stage.logged_in("mia").await;
    let routes = Console::routes();
    assert!(routes.iter().filter(|route| route.who == Who::Administrators).count() > 30);
    for route in routes {
        let path = route
            .path
            .replace("{id}", "100001")
            .replace("{run}", "1")
            .replace("{form}", "csv");
        let method: Method = route.method.parse().unwrap();
        let ours = [("sec-fetch-site", "same-origin")];
        // Whoever logs out can ask nothing more, and nobody comes back from a sign-in who has not set out.
        if ["/logout", "/login/return"].contains(&route.path) {
            continue;
        }
        let answer = mia.ask(method.clone(), &path, &ours, &[]).await;
        let is_forbidden = answer.status() == StatusCode::FORBIDDEN;
        assert_eq!(
            is_forbidden,
            route.who == Who::Administrators,
            "{route:?}: {}",
            answer.status()
        );
        if is_forbidden {
            assert!(
                answer.text().await.unwrap().contains("Only Administrators"),
                "{route:?}"
            );
        }
        if route.who != Who::Anybody {
            let nobody = stage.browser().ask(method.clone(), &path, &ours, &[]).await;
            assert_eq!(nobody.status(), StatusCode::SEE_OTHER, "{route:?}");
        }
        if method != Method::GET {
            let foreign = mia.ask(method, &path, &[("sec-fetch-site", "cross-site")], &[]).await;
            assert!(
                foreign.text().await.unwrap().contains("did not come from this console"),
                "{route:?}"
            );
        }
    }
}
