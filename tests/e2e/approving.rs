//! Who must approve what, and how far each permission reaches: the table of docs/registration.md, row by row.

use std::time::Duration;

use clientpoint_engine::oauth::pending::LIFE;
use clientpoint_host::{
    Session,
    service::{Given, api::Connection},
    way_out::WayOut,
};
use end_to_end::{
    World,
    browser::{application, connect, decide, open, sign_in},
    credentials, given,
};
use graph_sim::{Platform, RequestKind};

const SITE: &str = "https://contoso.sharepoint.com/sites/Marketing";

fn for_sites(world: &World) -> Given {
    let mut form = application(&world.sim);
    form.fields.extend(given([("reach", "sites")]).fields);
    form
}

fn at(world: &World, url: &str) -> Given {
    let mut form = credentials(&world.sim);
    form.fields.extend(given([("url", url)]).fields);
    form
}

async fn connected(admin: &Session<'_>, form: Given, person: &str) -> clientpoint_host::Result<Connection> {
    let begun = admin.begin_sign_in(form, 0).await.unwrap();
    sign_in(begun, person).await.0
}

#[tokio::test]
async fn r12_who_needs_an_approval_is_told_where_it_is_given_and_it_works_from_then_on() {
    let world = World::new().await;
    let admin = world.admin().await;
    let begun = admin.begin_sign_in(for_sites(&world), 0).await.unwrap();
    let approval = begun.approval_url().unwrap().to_string();
    let error = sign_in(begun, "member").await.0.unwrap_err();
    assert_eq!(error.code(), "consent-missing", "{error}");
    assert!(
        error.to_string().contains("/organizations/adminconsent?client_id="),
        "{error}"
    );
    assert!(!admin.status().await.unwrap().connected);

    assert_eq!(open(&approval).await.status, 200);
    connected(&admin, for_sites(&world), "member").await.unwrap();
}

#[tokio::test]
async fn r10_the_page_that_asks_for_an_approval_sends_nobody_back_and_the_wait_ends_with_the_way_out() {
    let world = World::new().await;
    let admin = world.admin().await;
    let begun = admin.begin_sign_in(for_sites(&world), 0).await.unwrap();
    let (url, clock) = (begun.url().to_string(), world.clock.clone());
    let person = async {
        let page = open(&format!("{url}&_sim_user=member")).await;
        assert!(
            page.status == 200 && page.html.contains("Need admin approval"),
            "{page:?}"
        );
        clock.pass(|asked| asked == LIFE).await;
    };
    let (made, ()) = tokio::join!(begun.finish(), person);
    let error = made.unwrap_err();
    assert_eq!(error.code(), "too-late");
    assert!(error.to_string().contains("/adminconsent?client_id="), "{error}");
}

#[tokio::test]
async fn r12_declining_has_several_words_and_one_meaning() {
    let world = World::new().await;
    let admin = world.admin().await;
    for person in ["declines", "declines-consent", "goes-back"] {
        let error = connect(&admin, &world.sim, person).await.0.unwrap_err();
        assert_eq!(error.code(), "declined", "{person}: {error}");
    }
}

#[tokio::test]
async fn a_client_id_in_capital_letters_connects() {
    let world = World::new().await;
    let admin = world.admin().await;
    let mut form = application(&world.sim);
    let capital = world.sim.client_id().to_uppercase();
    form.fields.extend(given([("client-id", capital.as_str())]).fields);
    connected(&admin, form, "member").await.unwrap();
    admin.browse(None).await.unwrap();
    let mut form = credentials(&world.sim);
    form.fields.extend(given([("client-id", capital.as_str())]).fields);
    admin.connect_organization(form).await.unwrap();
}

#[tokio::test]
async fn a_redirect_address_on_the_wrong_platform_is_told_as_that() {
    let world = World::new().await;
    let admin = world.admin().await;
    for (platform, says) in [
        (Platform::Spa, "Single-page application"),
        (Platform::Native, "public client"),
    ] {
        world.sim.register("http://localhost/connect", platform);
        let error = connect(&admin, &world.sim, "member").await.0.unwrap_err();
        assert_eq!(error.code(), "wrong-settings", "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
    world.sim.register("http://localhost/connect", Platform::Native);
    let public = given([("client-id", world.sim.client_id())]);
    connected(&admin, public, "member").await.unwrap();
}

#[tokio::test]
async fn a_guest_connects_for_the_libraries_of_sites_and_chooses_one() {
    let world = World::new().await;
    world.sim.approve();
    let admin = world.admin().await;
    let mut form = for_sites(&world);
    form.fields.extend(given([("tenant", world.sim.tenant())]).fields);
    let connection = connected(&admin, form.clone(), "guest").await.unwrap();
    assert_eq!(connection.drive, None);
    assert_eq!(admin.status().await.unwrap().ways_out, [WayOut::ChooseDrive]);

    let list = admin.drives().await.unwrap();
    assert!(list.drives.iter().all(|drive| drive.kind == "site-library"));
    admin.select_drive(&list.drives[0].id, false).await.unwrap();
    admin.browse(None).await.unwrap();

    // Somebody else without a drive in their place: nothing of theirs is followed.
    connected(&admin, form.clone(), "member").await.unwrap();
    let guest = connected(&admin, form, "guest").await.unwrap();
    assert_eq!(guest.drive, None);
    assert_eq!(admin.status().await.unwrap().connection.unwrap().drive, None);
}

#[tokio::test]
async fn files_alone_look_no_site_up_and_a_drive_is_chosen_by_its_id() {
    let world = World::new().await;
    let admin = world.admin().await;
    world.sim.set_roles(&["Files.Read.All"]);
    admin.connect_organization(credentials(&world.sim)).await.unwrap();
    // What a site's address leads to all the same, it leads to by another way.
    let _ = admin.select_drive_at(SITE, false).await;
    let sites = world.requests(RequestKind::Sites);
    assert!(
        !sites.is_empty() && sites.iter().all(|request| request.status == 403),
        "{sites:?}"
    );
    admin.select_drive(&world.sim.drive_id(), true).await.unwrap();
    admin.browse(None).await.unwrap();
}

#[tokio::test]
async fn r17_each_permission_of_the_company_adds_what_the_table_says() {
    for (roles, people, sites) in [
        (&["Files.Read.All", "Sites.Read.All"][..], false, true),
        (&["Files.Read.All", "User.Read.All"], true, false),
        (&["Files.Read.All", "Sites.Read.All", "User.Read.All"], true, true),
    ] {
        let world = World::new().await;
        world.sim.set_roles(roles);
        let admin = world.admin().await;
        admin.connect_organization(credentials(&world.sim)).await.unwrap();
        let list = admin.drives().await.unwrap();
        let has = |kind: &str| list.drives.iter().any(|drive| drive.kind == kind);
        assert_eq!(
            (has("personal-work"), has("site-library")),
            (people, sites),
            "{roles:?}"
        );
        if sites {
            admin.select_drive_at(SITE, false).await.unwrap();
        }
    }
}

#[tokio::test]
async fn r17_single_sites_are_opened_by_address_and_no_other() {
    let world = World::new().await;
    let admin = world.admin().await;
    world.sim.set_roles(&["Sites.Selected"]);
    assert_eq!(
        admin.connect_organization(at(&world, SITE)).await.unwrap_err().code(),
        "consent-missing"
    );
    world.sim.grant_site("/sites/Marketing");
    let connection = admin.connect_organization(at(&world, SITE)).await.unwrap();
    assert!(connection.drive.is_some());
    admin.browse(None).await.unwrap();
    let other = "https://contoso.sharepoint.com/sites/SalesTeam";
    assert_eq!(
        admin.select_drive_at(other, true).await.unwrap_err().code(),
        "access-denied"
    );
}

#[tokio::test]
async fn credentials_without_any_permission_are_told_so() {
    let world = World::new().await;
    world.sim.set_roles(&[]);
    let error = world
        .admin()
        .await
        .connect_organization(credentials(&world.sim))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "consent-missing");
    assert!(error.to_string().contains("Files.Read.All"), "{error}");
    assert!(error.to_string().contains("/adminconsent?client_id="), "{error}");
}

#[tokio::test]
async fn a_drive_whose_site_wants_more_than_a_token_ends_no_sign_in() {
    for status in [401, 403] {
        let world = World::new().await;
        let admin = world.admin().await;
        connect(&admin, &world.sim, "member").await.0.unwrap();
        let item = world.sim.put("/A.pdf", b"%PDF-a".to_vec().into());
        world.import(&item).await.file.unwrap();
        world.sim.put("/A.pdf", b"%PDF-b".to_vec().into());
        world.sim.challenge(&world.sim.drive_id(), status);
        world.sim.clear_requests();

        assert_eq!(
            admin.browse(None).await.unwrap_err().code(),
            "access-denied",
            "{status}"
        );
        let ledger = end_to_end::sync(&world).await;
        assert!(
            ledger.counts.contains_key("access-lost"),
            "{status}: {:?}",
            ledger.counts
        );
        assert!(admin.warnings().await.unwrap().is_empty(), "{status}");
        assert_eq!(world.requests(RequestKind::Token).len(), 0, "no other token helps");
        world.clock.advance(Duration::from_secs(1));
    }
}

#[tokio::test]
async fn the_redirect_of_a_form_is_let_in_and_a_script_of_another_origin_is_not() {
    let world = World::new().await;
    let admin = world.admin().await;
    let begun = admin.begin_sign_in(application(&world.sim), 0).await.unwrap();
    let url = begun.url().to_string();
    let browser = async {
        let right = decide(&url, "member").await;
        let asked = |origin: &'static str, mode: &'static str| {
            end_to_end::browser::client()
                .get(&right)
                .header("origin", origin)
                .header("sec-fetch-mode", mode)
                .header("sec-fetch-dest", "document")
                .send()
        };
        assert_eq!(asked("null", "cors").await.unwrap().status(), 403);
        assert_eq!(asked("https://login.example", "navigate").await.unwrap().status(), 403);
        assert_eq!(asked("null", "navigate").await.unwrap().status(), 200);
    };
    let (made, ()) = tokio::join!(begun.finish(), browser);
    made.unwrap();
}
