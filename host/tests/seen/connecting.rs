//! Connecting: by the company's credentials, by somebody's own sign-in, and what is refused.

use graph_sim::{CLIENT_ID, CLIENT_SECRET, Config, EXPIRED_SECRET, Fault, Seed, TENANT_ID};

use crate::story::{CONNECT, Story};

/// The words that sign somebody in, in the company's tenant.
const SIGN_IN: [&str; 6] = [
    "connect",
    "user",
    "--client-id",
    CLIENT_ID,
    "--no-browser",
    "--client-secret-stdin",
];

#[test]
fn before_and_after_the_company_is_connected() {
    let mut story = Story::begin_with("connecting", Seed::Demo);
    story.says("inspect_before", &["inspect"]);
    story.says("status_before", &["status"]);
    story.says("drives_before", &["drives", "list"]);
    story.says("browse_before", &["onedrive", "list"]);
    story.says("doctor_before", &["doctor"]);
    story.says("import_before", &["onedrive", "import", "Logo.png"]);
    story.says("sync_before", &["sync"]);
    story.says("serve_before", &["serve", "--once"]);
    story.says("disconnect_before", &["disconnect"]);

    story.says("tenant_missing", &["connect", "organization", "--client-id", CLIENT_ID]);
    story.says_given("secret_missing", &CONNECT, "");
    story.says_given("secret_wrong", &CONNECT, "wrong");
    story.says_given("secret_expired", &CONNECT, EXPIRED_SECRET);
    story.says_given(
        "client_wrong",
        &replaced(CLIENT_ID, "5e1f7a2c-0000-4000-8000-000000c11e48"),
        CLIENT_SECRET,
    );
    story.says_given("client_no_id", &replaced(CLIENT_ID, "my app"), CLIENT_SECRET);
    story.says_given("tenant_wrong", &replaced(TENANT_ID, "nowhere.example"), CLIENT_SECRET);
    story.says(
        "certificate_missing",
        &["connect", "organization", "--certificate", "app.pem"],
    );

    let expires = [&CONNECT[..], &["--secret-expires", "2026-03-20"]].concat();
    story.says_given("company", &expires, CLIENT_SECRET);
    story.says("status_without_drive", &["status"]);
    story.says("inspect", &["inspect"]);
    story.says("browse_without_drive", &["onedrive", "list"]);
    story.says("drives", &["drives", "list"]);
    story.says("select_nothing", &["drives", "select", "b!nothing"]);
    story.says(
        "select_wrong_address",
        &["drives", "select", "--url", "https://example.org/"],
    );
    let drive = story.sim().drive_id();
    story.says("select", &["drives", "select", &drive]);
    let other = story
        .sim()
        .drive_ids()
        .into_iter()
        .filter(|id| *id != drive)
        .min()
        .unwrap();
    story.says("select_another", &["drives", "select", &other]);
    story.says("status", &["status"]);
    story.says("doctor", &["doctor"]);

    story.quietly(&["onedrive", "import", "Logo.png"]);
    story.says(
        "select_by_address",
        &[
            "drives",
            "select",
            "--switch",
            "--url",
            "https://contoso.sharepoint.com/sites/Marketing",
        ],
    );
    story.says("status_with_detached", &["status"]);
    story.says("select_again", &["drives", "select", "--switch", &drive]);
    story.says_given(
        "company_again",
        &["connect", "organization", "--client-secret-stdin"],
        CLIENT_SECRET,
    );
    story.says("disconnect", &["disconnect"]);
    story.says("status_after", &["status"]);
    story.end();
}

#[test]
fn somebody_s_own_sign_in() {
    let mut story = Story::begin_with("signing_in", Seed::Demo);
    story.says("client_missing", &["connect", "user"]);
    for person in [
        "declines",
        "declines-consent",
        "goes-back",
        "needs-admin",
        "guest",
        "personal",
    ] {
        story.says_after_sign_in(person, &SIGN_IN, person, CLIENT_SECRET);
    }
    story.says_after_sign_in("secret_wrong", &SIGN_IN, "member", "wrong");
    story.says_after_sign_in("member", &SIGN_IN, "member", CLIENT_SECRET);
    story.says("status", &["status"]);
    story.says("drives", &["drives", "list"]);
    let sites = [
        "connect",
        "user",
        "--reach",
        "sites",
        "--tenant",
        TENANT_ID,
        "--no-browser",
    ];
    story.says_after_sign_in("sites_unapproved", &sites, "member", "");
    story.sims(graph_sim::Sim::approve);
    story.says_after_sign_in("sites", &sites, "member", "");
    story.quietly_given(&CONNECT, CLIENT_SECRET);
    story.says("status_of_both", &["status"]);
    story.says("status_through_the_company", &["--through", "organization", "status"]);

    story.sims(|sim| sim.revoke_refresh_tokens());
    story.at("2026-03-02T08:00:00Z");
    story.says("revoked", &["onedrive", "list"]);
    story.says("status_revoked", &["status"]);
    story.says("disconnect_nobody", &["disconnect", "--of", "nobody"]);
    story.says("disconnect", &["disconnect", "user"]);
    story.end();
}

#[test]
fn the_application_that_is_registered_once() {
    let mut story = Story::begin_with("application", Seed::Demo);
    let (show, bea) = (
        ["application", "show"],
        ["--as", "bea", "connect", "user", "--no-browser"],
    );
    let set = ["application", "set", "--client-secret-stdin"];
    story.quietly(&["users", "add", "bea", "--role", "administrator"]);
    story.says("show_before", &show);
    story.says("forget_before", &["application", "forget"]);
    story.says("set_nothing", &["application", "set"]);
    story.says_given("set_without_a_client", &set, CLIENT_SECRET);
    story.says(
        "set_without_a_secret",
        &[&set[..], &["--client-id", CLIENT_ID]].concat(),
    );
    story.says("set_no_part", &["application", "set", "--reach", "sites"]);

    story.says_after_sign_in("first", &SIGN_IN, "member", CLIENT_SECRET);
    story.says("show", &show);
    story.says("status", &["status"]);
    story.says_after_sign_in("second", &bea, "second", "");
    let expires = [&set[..], &["--secret-expires", "2026-03-20"]].concat();
    story.says_given("set_again", &expires, CLIENT_SECRET);
    story.says("show_with_its_end", &show);
    story.says_given("set_wrong", &set, "wrong");
    story.says_after_sign_in("wrong", &bea, "second", "");
    story.says("set_of", &["application", "set", "--of", "admin"]);
    story.says("set_of_nobody", &["application", "set", "--of", "nobody"]);
    story.says(
        "set_of_and_more",
        &["application", "set", "--of", "admin", "--client-id", CLIENT_ID],
    );
    story.says_given(
        "set_another",
        &[&set[..], &["--client-id", "5e1f7a2c-0000-4000-8000-000000c11e48"]].concat(),
        CLIENT_SECRET,
    );
    story.says_after_sign_in("of_its_own", &SIGN_IN, "member", CLIENT_SECRET);
    story.says("disconnect", &["--as", "bea", "disconnect"]);
    story.says("forget", &["application", "forget"]);
    story.says("show_after", &show);
    story.says("status_after", &["status"]);
    story.says("connect_after", &bea);
    story.end();
}

#[test]
fn every_kind_of_refusal_of_the_sign_in() {
    let mut story = Story::begin("sign_in_refusals");
    let kinds = [
        ("expired_secret", 401, "invalid_client", 7_000_222),
        ("wrong_secret", 401, "invalid_client", 7_000_215),
        ("wrong_tenant", 400, "invalid_request", 90_002),
        ("wrong_client", 400, "unauthorized_client", 700_016),
        ("consent_missing", 400, "invalid_grant", 65_001),
        ("conditional_access", 400, "invalid_grant", 53_003),
        ("account_disabled", 400, "invalid_grant", 50_057),
        ("throttled", 400, "invalid_grant", 50_196),
        ("out_of_order", 503, "temporarily_unavailable", 90_033),
        ("unknown", 400, "invalid_request", 999_999),
    ];
    for (name, status, word, number) in kinds {
        story.sims(|sim| sim.fault(Fault::refuse(status, word, number)));
        story.says_given(name, &CONNECT, CLIENT_SECRET);
        story.sims(graph_sim::Sim::clear_faults);
    }
    story.sims(|sim| sim.set_roles(&[]));
    story.says_given("no_permission", &CONNECT, CLIENT_SECRET);
    let usual = Config::default();
    story.sims(|sim| sim.set_roles(&usual.roles.iter().map(String::as_str).collect::<Vec<_>>()));
    story.says_given("well", &CONNECT, CLIENT_SECRET);
    story.end();
}

/// The words that connect the company, with another word in the place of one.
fn replaced<'a>(word: &str, by: &'a str) -> Vec<&'a str> {
    CONNECT.iter().map(|one| if *one == word { by } else { one }).collect()
}
