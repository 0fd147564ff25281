#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;

const GUID: &str = "11111111-2222-3333-4444-555555555555";

fn plan(tenant: &str, client: &str, cloud: Option<&str>) -> Result<AuthorizationPlan, SettingsError> {
    authorization(Mode::Organization, |key| match key {
        TENANT => Some(tenant),
        CLIENT_ID => Some(client),
        CLOUD => cloud,
        _ => None,
    })
}

fn for_person(tenant: &str, reach: &str, cloud: &str) -> Result<AuthorizationPlan, SettingsError> {
    let (tenant, reach, cloud) = (tenant.to_owned(), reach.to_owned(), cloud.to_owned());
    authorization(Mode::User, |key| match key {
        TENANT => Some(tenant.as_str()),
        CLIENT_ID => Some(GUID),
        REACH => Some(reach.as_str()),
        CLOUD => Some(cloud.as_str()),
        _ => None,
    })
}

#[test]
fn r16_the_tenant_is_a_guid_or_a_domain() {
    for tenant in [GUID, " contoso.onmicrosoft.com ", "Contoso.com"] {
        let plan = plan(tenant, GUID, None).unwrap();
        let tenant = tenant.trim().to_lowercase();
        assert_eq!(
            plan.token_url,
            format!("https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token")
        );
    }
    for tenant in [
        "",
        "contoso",
        "a b.com",
        "contoso.com/x",
        "..",
        "a..b",
        "contoso.com?x",
        "1111",
    ] {
        assert_eq!(plan(tenant, GUID, None).unwrap_err().key, TENANT, "{tenant:?}");
    }
}

#[test]
fn r21_authorities_of_many_tenants_or_of_personal_accounts_are_refused() {
    for tenant in ["common", "organizations", "Consumers", PERSONAL_TENANT] {
        assert_eq!(plan(tenant, GUID, None).unwrap_err().key, TENANT, "{tenant}");
    }
    for tenant in ["common", "Consumers", PERSONAL_TENANT, "a b"] {
        assert_eq!(for_person(tenant, OWN, "").unwrap_err().key, TENANT, "{tenant}");
    }
}

#[test]
fn r10_r11_people_pick_an_account_of_any_company_or_of_the_one_filled_in() {
    for (tenant, authority) in [
        ("", "organizations"),
        ("Organizations", "organizations"),
        ("Contoso.com", "contoso.com"),
    ] {
        let plan = for_person(tenant, OWN, "").unwrap();
        let page = plan.sign_in.unwrap();
        assert_eq!(
            page.url,
            format!("https://login.microsoftonline.com/{authority}/oauth2/v2.0/authorize")
        );
        assert!(page.parameters.contains(&parameter(("prompt", "select_account"))));
        assert_eq!(page.issuer, "https://login.microsoftonline.com/{tid}/v2.0");
    }
}

#[test]
fn only_reading_is_asked_for_and_no_more_of_it_than_is_wanted() {
    let asked = |reach| for_person("", reach, "").unwrap().scopes.join(" ");
    let own = "https://graph.microsoft.com/Files.Read openid profile offline_access";
    assert_eq!(asked(""), own);
    assert_eq!(asked(OWN), own);
    assert_eq!(
        asked(SITES),
        "https://graph.microsoft.com/Files.Read.All https://graph.microsoft.com/Sites.Read.All openid profile \
         offline_access"
    );
    assert_eq!(for_person("", "everything", "").unwrap_err().key, REACH);
}

#[test]
fn r16_the_client_id_is_a_guid() {
    for client in [
        "",
        "my-app",
        "11111111-2222-3333-4444-55555555555",
        "g1111111-2222-3333-4444-555555555555",
    ] {
        assert_eq!(
            plan("contoso.com", client, None).unwrap_err().key,
            CLIENT_ID,
            "{client:?}"
        );
    }
}

#[test]
fn r14_everything_in_a_plan_belongs_to_one_cloud() {
    for cloud in CLOUDS {
        let plan = plan(GUID, GUID, Some(cloud.name)).unwrap();
        assert!(plan.token_url.starts_with(cloud.login));
        assert_eq!(plan.scopes, [format!("{}/.default", cloud.graph)]);
        assert_eq!(plan.egress.api_origin, cloud.graph);
        assert_eq!(plan.sign_in, None, "nobody signs in with the company's credentials");

        let plan = for_person("", SITES, cloud.name).unwrap();
        let page = plan.sign_in.unwrap();
        assert!(plan.token_url.starts_with(cloud.login) && page.url.starts_with(cloud.login));
        assert!(page.issuer.starts_with(cloud.login));
        let of_graph = plan.scopes.iter().filter(|scope| scope.contains("Read"));
        assert!(of_graph.clone().count() == 2 && of_graph.clone().all(|scope| scope.starts_with(cloud.graph)));
        assert_eq!(plan.egress.api_origin, cloud.graph);
    }
    assert_eq!(plan(GUID, GUID, Some("mars")).unwrap_err().key, CLOUD);
    assert_eq!(plan(GUID, GUID, Some(" ")).unwrap().egress.api_origin, CLOUDS[0].graph);
}

#[test]
fn a_client_id_in_capital_letters_is_the_same_application() {
    let capital = "ABCDEF01-2222-3333-4444-5555555555EE";
    assert_eq!(plan(GUID, capital, None).unwrap().client_id, capital.to_lowercase());
    let plan = authorization(Mode::User, |key| (key == CLIENT_ID).then_some(capital)).unwrap();
    assert_eq!(plan.client_id, capital.to_lowercase());
}

#[test]
fn the_address_of_the_approval_is_that_of_tenant_cloud_and_application() {
    fn url(tenant: Option<&str>, client: &str, cloud: Option<&str>) -> Option<String> {
        approval_url(|key| match key {
            TENANT => tenant,
            CLIENT_ID => Some(client),
            CLOUD => cloud,
            _ => None,
        })
    }
    let expected = |start: &str| Some(format!("{start}/adminconsent?client_id={GUID}"));
    assert_eq!(
        url(None, GUID, None),
        expected("https://login.microsoftonline.com/organizations")
    );
    assert_eq!(
        url(Some(" Contoso.com "), GUID, Some("china")),
        expected("https://login.partner.microsoftonline.cn/contoso.com")
    );
    for (tenant, client, cloud) in [
        (Some("a/b.com"), GUID, None),
        (None, "x&y", None),
        (None, GUID, Some("mars")),
    ] {
        assert_eq!(url(tenant, client, cloud), None, "{tenant:?} {client} {cloud:?}");
    }
}
