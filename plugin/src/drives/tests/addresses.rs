//! A library by its address.

use super::*;

/// A site with two libraries and a site below it.
fn site() -> Fake {
    let library = |id: &str, path: &str| {
        json!({ "id": id, "name": path, "driveType": "documentLibrary",
            "webUrl": format!("https://contoso.sharepoint.com/sites/M/{path}") })
    };
    let found = |id: &str| ok(&json!({ "id": id, "displayName": id }));
    Fake::new([]).answering(move |request| {
        let path = request.url.strip_prefix(API).unwrap().split('?').next().unwrap();
        Some(match path {
            "/v1.0/sites/contoso.sharepoint.com:/sites/M" => found("m"),
            "/v1.0/sites/contoso.sharepoint.com:/sites/M/Sub" => found("sub"),
            "/v1.0/sites/m/drives" => ok(&json!({ "value": [
                    library("shared", "Shared%20Documents"), library("brand", "Brand"), library("plan", "Plan%20%231"),
                ] })),
            "/v1.0/drives/brand" => ok(&library("brand", "Brand")),
            shared if shared.starts_with("/v1.0/shares/u!") && !shared.contains("TUlTU0lORw") => {
                ok(&json!({ "id": "1", "parentReference": { "driveId": "brand" } }))
            }
            "/v1.0/sites/sub/drives" => ok(&json!({ "value": [library("deep", "Sub/Docs")] })),
            "/v1.0/sites/m/drive" => ok(&library("shared", "Shared%20Documents")),
            _ => Answer::new(404, r#"{"error":{"code":"itemNotFound","message":"No."}}"#),
        })
    })
}

fn resolved(url: &str) -> Result<String, CallError> {
    let fake = site();
    run(&fake, resolve_drive(&fake, Role::Administrator, url)).map(|drive| drive.id)
}

#[test]
fn r17_an_address_of_a_site_a_library_or_something_in_it_leads_to_the_drive() {
    for (url, id) in [
        ("https://contoso.sharepoint.com/sites/M", "shared"),
        ("https://contoso.sharepoint.com/sites/M/", "shared"),
        ("https://contoso.sharepoint.com/sites/M/SitePages/Home.aspx", "shared"),
        ("https://contoso.sharepoint.com/sites/M/Brand", "brand"),
        (
            "https://contoso.sharepoint.com/sites/M/brand/Logos/A.pdf?web=1",
            "brand",
        ),
        (
            "https://contoso.sharepoint.com/sites/M/Shared%20Documents/Forms/AllItems.aspx",
            "shared",
        ),
        ("https://contoso.sharepoint.com/sites/M/Sub/Docs/A.pdf", "deep"),
        (
            "https://contoso.sharepoint.com/sites/M/Shared%2520Documents/A.pdf",
            "shared",
        ),
        ("https://contoso.sharepoint.com/sites/M/Plan #1/A.pdf", "plan"),
        (
            "https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fcontoso.sharepoint.com%2Fsites%2FM%2FBrand&data=05",
            "brand",
        ),
        (
            "https://teams.microsoft.com/l/file/0F3C?objectUrl=https%3A%2F%2Fcontoso.sharepoint.com%2Fsites%2FM%2FBrand%2FA.pdf",
            "brand",
        ),
        (
            "https://contoso.sharepoint.com/:x:/r/sites/M/_layouts/15/Doc.aspx?sourcedoc=%7B0F3C%7D&file=a.xlsx",
            "brand",
        ),
        ("https://contoso.sharepoint.com/:f:/s/M/EaBcD?e=1", "brand"),
    ] {
        assert_eq!(resolved(url).as_deref(), Ok(id), "{url}");
    }
}

#[test]
fn a_library_that_is_not_there_is_not_taken_for_another() {
    let Err(CallError::WrongAddress(why)) = resolved("https://contoso.sharepoint.com/sites/M/Old Library") else {
        unreachable!("there is no such library");
    };
    assert!(why.contains("Brand"), "{why}");
    assert_eq!(
        resolved("https://contoso.sharepoint.com/sites/None"),
        Err(CallError::NotFound)
    );
    assert!(matches!(resolved("ftp://x"), Err(CallError::WrongAddress(_))));
}

#[test]
fn an_open_file_that_microsoft_does_not_place_is_not_taken_for_one_of_the_first_library() {
    // Its token ends in what the site above does not know.
    let page = "https://contoso.sharepoint.com/sites/M/_layouts/15/Doc.aspx?sourcedoc=%7B0F3C%7D&a=MISSING";
    let padded = ["", "x", "xy"].map(|before| page.replace("&a=", &format!("&{before}=")));
    let refused = padded.iter().filter(|url| {
        let answer = resolved(url);
        matches!(&answer, Err(CallError::WrongAddress(why)) if why.contains("open the library"))
    });
    assert_eq!(refused.count(), 1);
}

#[test]
fn r02_a_member_has_no_address_resolved() {
    let fake = site();
    let url = "https://contoso.sharepoint.com/sites/M";
    assert_eq!(
        run(&fake, resolve_drive(&fake, Role::Member, url)),
        Err(CallError::Forbidden)
    );
    assert_eq!(fake.calls.get(), 0);
}

#[test]
fn a_site_below_the_root_site_is_found_though_the_root_may_not_be_read() {
    for root in [200, 403, 404] {
        let fake = Fake::new([]).answering(move |request| {
            let library = json!({ "value": [{ "id": "hr", "name": "Policies", "driveType": "documentLibrary",
                "webUrl": "https://contoso.sharepoint.com/hr/Policies" }] });
            let path = request.url.strip_prefix(API).unwrap().split('?').next().unwrap();
            Some(match path {
                "/v1.0/sites/contoso.sharepoint.com" if root == 200 => ok(&json!({ "id": "root" })),
                "/v1.0/sites/contoso.sharepoint.com" => Answer::new(root, ""),
                "/v1.0/sites/root/drives" => ok(&json!({ "value": [] })),
                "/v1.0/sites/contoso.sharepoint.com:/hr" => ok(&json!({ "id": "sub", "displayName": "HR" })),
                "/v1.0/sites/sub/drives" => ok(&library),
                _ => Answer::new(404, ""),
            })
        });
        let url = "https://contoso.sharepoint.com/hr/Policies/Forms/AllItems.aspx";
        let drive = run(&fake, resolve_drive(&fake, Role::Administrator, url)).unwrap();
        assert_eq!(drive.name, "Policies (HR)", "{root}");
    }
}

#[test]
fn a_connection_that_may_read_files_but_no_site_finds_a_library_by_its_address() {
    for (url, shared) in [
        (
            "https://contoso.sharepoint.com/sites/M/Brand/Forms/AllItems.aspx",
            "https://contoso.sharepoint.com/sites/M/Brand",
        ),
        (
            "https://contoso.sharepoint.com/sites/M",
            "https://contoso.sharepoint.com/sites/M/Shared%20Documents",
        ),
        (
            "https://contoso.sharepoint.com/sites/M/SitePages/Home.aspx",
            "https://contoso.sharepoint.com/sites/M/Documents",
        ),
    ] {
        let token = URL_SAFE_NO_PAD.encode(shared);
        let fake = Fake::new([]).answering(move |request| {
            let path = request.url.strip_prefix(API).unwrap().split('?').next().unwrap();
            Some(match path {
                path if path == format!("/v1.0/shares/u!{token}/driveItem") => {
                    ok(&json!({ "id": "R", "root": {}, "parentReference": { "driveId": "b!lib" } }))
                }
                "/v1.0/drives/b!lib" => ok(&json!({ "id": "b!lib", "name": "Lib", "driveType": "documentLibrary" })),
                path if path.starts_with("/v1.0/sites/") => Answer::new(403, r#"{"error":{"code":"accessDenied"}}"#),
                _ => Answer::new(404, ""),
            })
        });
        let drive = run(&fake, resolve_drive(&fake, Role::Administrator, url)).unwrap();
        assert_eq!(drive.id, "b!lib", "{url}");
    }
    let fake = Fake::new([]).answering(|_| Some(Answer::new(403, "")));
    let url = "https://contoso.sharepoint.com/sites/M";
    let denied = run(&fake, resolve_drive(&fake, Role::Administrator, url));
    assert!(matches!(denied, Err(CallError::AccessDenied(text)) if text.contains("Sites.Read.All")));
}
