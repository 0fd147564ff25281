//! What Administrators do by pages alone: connect both ways, choose a drive, import, move, disconnect.

use clientpoint_host::{
    service::OperationState,
    store::{connections::Mode, users::Role},
};
use end_to_end::browser::decide;
use graph_sim::{CLIENT_ID, CLIENT_SECRET, TENANT_ID};
use reqwest::StatusCode;

use super::stage::{Browser, Stage};

/// What stands behind `mark` in a page, up to the next quote.
fn after<'p>(page: &'p str, mark: &str) -> &'p str {
    let (_, rest) = page.split_once(mark).unwrap_or_else(|| panic!("no {mark} in {page}"));
    rest.split('"').next().unwrap()
}

fn of_company(secret: &str) -> [(&str, &str); 6] {
    [
        ("tenant", TENANT_ID),
        ("client-id", CLIENT_ID),
        ("client-secret", secret),
        ("secret-expires", ""),
        ("cloud", "global"),
        ("url", ""),
    ]
}

/// Begins a sign-in. Gives where the browser is sent.
pub(super) async fn begun(browser: &Browser, form: &[(&str, &str)]) -> String {
    let answer = browser.post("/integrations/connect/own", form).await;
    assert_eq!(
        answer.status(),
        StatusCode::OK,
        "no redirect: a form's policy would stop it"
    );
    let page = answer.text().await.unwrap();
    after(&page, "id=\"go\" href=\"").replace("&amp;", "&")
}

/// What the sign-in service sends the browser back to, without the origin.
pub(super) async fn decided(browser: &Browser, address: &str, person: &str) -> String {
    let back = decide(address, person).await;
    let path = back.strip_prefix(&browser.origin).unwrap_or_else(|| panic!("{back}"));
    path.to_owned()
}

#[tokio::test]
async fn the_company_connects_by_a_form_and_what_is_wrong_stands_at_its_field() {
    let stage = Stage::new().await;
    let browser = stage.logged_in("admin").await;
    let page = browser.page("/integrations").await;
    assert!(
        page.contains("Microsoft OneDrive") && page.contains(">Connect</a>"),
        "{page}"
    );
    let form = browser.page("/integrations/connect/company").await;
    for label in [
        "Tenant ID",
        "Client ID",
        "Client Secret",
        "Where to find this information in Microsoft OneDrive?",
    ] {
        assert!(form.contains(label), "{label}");
    }
    assert!(
        browser
            .page("/integrations/where")
            .await
            .contains("entra.microsoft.com")
    );

    let wrong = browser
        .post("/integrations/connect/company", &of_company("not-the-secret"))
        .await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = wrong.text().await.unwrap();
    assert!(
        page.contains("There is a problem") && page.contains("href=\"#client-secret\""),
        "{page}"
    );
    assert!(page.contains(TENANT_ID) && !page.contains("not-the-secret"), "{page}");
    let missing = [
        ("tenant", TENANT_ID),
        ("client-id", ""),
        ("client-secret", CLIENT_SECRET),
    ];
    let missing = browser.post("/integrations/connect/company", &missing).await;
    assert!(missing.text().await.unwrap().contains("href=\"#client-id\""));
    let admin = stage.host.session("admin").await.unwrap();
    assert!(
        !admin.status().await.unwrap().connected,
        "nothing is stored before it was tried"
    );

    let right = browser
        .post("/integrations/connect/company", &of_company(CLIENT_SECRET))
        .await;
    assert_eq!(right.status(), StatusCode::SEE_OTHER);
    let to = right.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(to, "/integrations/drives?through=company");
    let page = browser.page(&to).await;
    assert!(
        page.contains("Step 2") && page.contains(&stage.sim.drive_id()),
        "{page}"
    );
    let drive = stage.sim.drive_id();
    let chosen = browser.post(&to, &[("drive", drive.as_str())]).await;
    let to = chosen.headers()["location"].to_str().unwrap().to_owned();
    let page = browser.page(&to).await;
    assert!(
        page.contains("You&#39;re done with the setup") || page.contains("You're done with the setup"),
        "{page}"
    );
    assert!(page.contains(TENANT_ID) && page.contains("Last accepted") && page.contains("Add from OneDrive"));
}

#[tokio::test]
async fn an_administrator_signs_in_and_the_next_one_fills_in_nothing() {
    let stage = Stage::new().await;
    let admin = stage.host.session("admin").await.unwrap();
    admin.add_user("grace", Role::Administrator).await.unwrap();
    let browser = stage.logged_in("admin").await;
    let form = browser.page("/integrations/connect/own").await;
    assert!(form.contains("Once for all Administrators") && form.contains("http://localhost/connect"));
    let nothing = browser.post("/integrations/connect/own", &[("client-id", "")]).await;
    assert_eq!(nothing.status(), StatusCode::UNPROCESSABLE_ENTITY);

    let given = [("client-id", CLIENT_ID), ("client-secret", CLIENT_SECRET)];
    let address = begun(&browser, &given).await;
    let back = decided(&browser, &address, "member").await;
    let grace = stage.logged_in("grace").await;
    assert_eq!(
        grace.get(&back).await.status(),
        StatusCode::FORBIDDEN,
        "another session"
    );
    let nobody = stage.browser().get(&back).await;
    assert_eq!(
        nobody.headers()["location"],
        "/login?back=%2Fintegrations",
        "no code goes along"
    );

    let answer = browser.get(&back).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
    let to = answer.headers()["location"].to_str().unwrap().to_owned();
    let page = browser.page(&to).await;
    assert!(page.contains("Connected") && page.contains("Ada"), "{page}");
    assert!(browser.page(&format!("{to}/standing")).await.contains("\"connected\""));
    let again = browser.get(&back).await;
    assert_eq!(again.headers()["location"], to, "a reload tells what came of it");

    // Whoever comes after picks an account and accepts.
    assert!(!grace.page("/integrations/connect").await.contains("Client ID"));
    let address = begun(&grace, &[]).await;
    let back = decided(&grace, &address, "second").await;
    grace.get(&back).await;
    let page = grace.page("/integrations").await;
    assert!(page.contains("OAuth 2.0 user authorization – grace"), "{page}");
}

#[tokio::test]
async fn a_sign_in_that_is_given_up_or_declined_connects_nothing_and_says_so() {
    let stage = Stage::new().await;
    let browser = stage.logged_in("admin").await;
    let given = [("client-id", CLIENT_ID), ("client-secret", CLIENT_SECRET)];
    let answer = browser.post("/integrations/connect/own", &given).await;
    let page = answer.text().await.unwrap();
    let id = after(&page, "data-sign-in-page=\"").to_owned();
    let standing = format!("/sign-ins/{id}");
    assert!(browser.page(&standing).await.contains("Waiting for the sign-in"));
    browser.post(&format!("{standing}/cancel"), &[]).await;
    let page = browser.page(&standing).await;
    assert!(
        page.contains("Nothing was connected") && page.contains("Try again"),
        "{page}"
    );
    assert_eq!(
        browser.get("/sign-ins/made-up").await.status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let made_up = browser.get("/connect?code=a&state=b").await;
    assert_eq!(made_up.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn r1_files_are_chosen_imported_and_moved_out_of_company_wide() {
    let stage = Stage::with_files(1).await;
    let mut picks = Vec::new();
    for number in 1..7 {
        let name = format!("Offer {number}.pdf");
        let item = stage.sim.put(&format!("/{name}"), b"%PDF-1".to_vec().into());
        picks.push(format!("{item}/{name}"));
    }
    stage.sim.put("/Macros.xlsm", b"PK".to_vec().into());
    let browser = stage.logged_in("admin").await;
    assert!(browser.page("/files").await.contains("Add to Library"));
    let page = browser.page("/files/add").await;
    assert!(
        page.contains("Add from OneDrive") && page.contains(">Select</button>"),
        "{page}"
    );
    assert!(page.contains("In the library") && page.contains("100001"));
    assert!(
        page.contains("Can&#39;t be imported") || page.contains("Can't be imported"),
        "{page}"
    );
    stage.sim.put("/Annex.pdf", b"%PDF-12345".to_vec().into());
    for (sort, how) in [("name", "ascending"), ("size", "descending")] {
        let page = browser.page(&format!("/files/add?sort={sort}")).await;
        let at = |name: &str| page.find(name).unwrap();
        assert!(at("Annex.pdf") < at("Macros.xlsm") && at("Annex.pdf") < at("Offer 1.pdf"));
        assert!(page.contains(&format!("aria-sort=\"{how}\"")), "{page}");
    }
    let encoded: String = url::form_urlencoded::byte_serialize(picks[0].as_bytes()).collect();
    let page = browser.page(&format!("/files/add?q=macros&pick={encoded}")).await;
    assert!(
        page.contains("1 of 5") && page.contains("Offer 1.pdf"),
        "what was chosen stays chosen: {page}"
    );

    let form: Vec<(&str, &str)> = picks.iter().map(|pick| ("pick", pick.as_str())).collect();
    let before = stage.sim.requests().len();
    let six = browser.post("/files/add", &form).await;
    assert_eq!(six.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(six.text().await.unwrap().contains("Up to 5 files"));
    assert_eq!(stage.sim.requests().len(), before, "nothing was asked for");
    assert_eq!(
        browser.post("/files/add", &[("q", "")]).await.status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );

    let begun = browser.post("/files/add", &form[..2]).await;
    assert_eq!(begun.status(), StatusCode::SEE_OTHER);
    let to = begun.headers()["location"].to_str().unwrap().to_owned();
    browser.page(&to).await;
    let admin = stage.host.session("admin").await.unwrap();
    let id = to.rsplit('/').next().unwrap().parse().unwrap();
    let mut watching = admin.watch_operation(id).await.unwrap();
    let mut last = None;
    while let Some(operation) = watching.next(&admin).await.unwrap() {
        last = Some(operation);
    }
    assert_eq!(last.unwrap().state, OperationState::Done);
    let page = browser.page(&to).await;
    assert!(page.contains("2 imported") && page.contains("Offer 1.pdf"), "{page}");
    assert!(
        page.contains("everyone can see them") && page.contains("Move them…"),
        "{page}"
    );
    let events = browser.page(&format!("{to}/events")).await;
    assert!(events.contains("\"state\":\"done\""), "{events}");

    let page = browser.page("/files/move?file=100002&file=100003").await;
    assert!(page.contains("Company Wide") && page.contains("Workspace") && page.contains("Division"));
    let nowhere = [("file", "100002"), ("area", "Workspace"), ("name", "")];
    let nowhere = browser.post("/files/move", &nowhere).await;
    assert_eq!(nowhere.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let there = [
        ("file", "100002"),
        ("file", "100003"),
        ("area", "Workspace"),
        ("name", "Sales"),
        ("below", "2026"),
    ];
    let moved = browser.post("/files/move", &there).await;
    assert_eq!(moved.headers()["location"], "/files?place=Workspace%2FSales%2F2026");
    assert_eq!(admin.file("100003").await.unwrap().place, "Workspace/Sales/2026");
    let page = browser.page("/files/100001").await;
    assert!(
        page.contains("<option value=\"Sales\" label=\"Workspace\">"),
        "it is suggested from now on: {page}"
    );
}

#[tokio::test]
async fn what_disconnecting_means_is_told_before_with_the_numbers_of_after() {
    let stage = Stage::with_files(3).await;
    let browser = stage.logged_in("admin").await;
    let page = browser.page("/integrations/disconnect").await;
    assert!(page.contains("Its files (3) stay in the library"), "{page}");
    let admin = stage.host.session("admin").await.unwrap();
    assert!(admin.status().await.unwrap().connected);
    let page = browser
        .post("/integrations/disconnect", &[("of", "")])
        .await
        .text()
        .await
        .unwrap();
    assert!(page.contains("3 files do not follow any more"), "{page}");
    assert!(!admin.status().await.unwrap().connected);
    assert_eq!(browser.get("/files/add").await.status(), StatusCode::CONFLICT);
    let unlocked = browser.post("/files/100001/unlock", &[]).await;
    assert_eq!(unlocked.status(), StatusCode::SEE_OTHER);
    assert!(!admin.file("100001").await.unwrap().managed);
}

#[tokio::test]
async fn r30_another_drive_is_asked_about_before_files_stop_following() {
    let stage = Stage::with_files(2).await;
    let browser = stage.logged_in("admin").await;
    let admin = stage.host.session("admin").await.unwrap();
    let drives = admin.drives().await.unwrap().drives;
    let other = drives.iter().find(|drive| !drive.selected).unwrap();
    let form = [("drive", other.id.as_str())];
    let asked = browser.post("/integrations/drives", &form).await;
    assert_eq!(asked.status(), StatusCode::CONFLICT);
    let page = asked.text().await.unwrap();
    assert!(
        page.contains("2 files stop following") && page.contains(">Switch</button>"),
        "{page}"
    );
    let form = [("drive", other.id.as_str()), ("switch", "yes")];
    assert_eq!(
        browser.post("/integrations/drives", &form).await.status(),
        StatusCode::SEE_OTHER
    );
    assert!(
        browser
            .page("/")
            .await
            .contains("2 files no longer follow their source")
    );
}

#[tokio::test]
async fn own_and_company_connections_are_told_apart_by_the_address() {
    let stage = Stage::with_files(1).await;
    let browser = stage.logged_in("admin").await;
    let page = browser.page("/files/add?through=company").await;
    assert!(
        page.contains("the company&#39;s connection") || page.contains("the company's connection"),
        "{page}"
    );
    assert_eq!(
        browser.get("/files/add?through=own").await.status(),
        StatusCode::CONFLICT
    );
    let admin = stage
        .host
        .session("admin")
        .await
        .unwrap()
        .through(Some(Mode::Organization));
    assert!(admin.status().await.unwrap().connected);
}
