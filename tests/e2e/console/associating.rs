//! Associate OneDrive Files by pages: a sheet with mistakes in it is checked, mended, linked, and taken back.

mod choosing;
mod killed;
mod many_rows;
mod while_syncing;

use clientpoint_host::store::users::Role;
use reqwest::{Response, StatusCode};

use super::stage::{Browser, Stage};

const HEADER: &str = "File ID,Sharepoint File Path\r\n";

/// Sends a file as the form of the page does.
async fn sent(browser: &Browser, name: &str, bytes: &[u8]) -> Response {
    let mut body =
        format!("--b\r\ncontent-disposition: form-data; name=\"sheet\"; filename=\"{name}\"\r\n\r\n").into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--b--\r\n");
    browser
        .client
        .post(format!("{}/files/associate", browser.origin))
        .header("cookie", browser.cookie.clone().unwrap())
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=b")
        .body(body)
        .send()
        .await
        .unwrap()
}

fn location(answer: &Response) -> String {
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    answer.headers()["location"].to_str().unwrap().to_owned()
}

/// Waits until the operation at that address has ended.
async fn ended(stage: &Stage, address: &str) {
    let admin = stage.host.session("admin").await.unwrap();
    let id = address.rsplit('/').next().unwrap().parse().unwrap();
    let mut watching = admin.watch_operation(id).await.unwrap();
    while watching.next(&admin).await.unwrap().is_some() {}
}

/// Uploads a sheet and waits for its check. Gives the address of it.
async fn checked(stage: &Stage, browser: &Browser, text: &str) -> String {
    let address = location(&sent(browser, "My links.csv", text.as_bytes()).await);
    ended(stage, &address).await;
    address
}

/// Links what was checked. Gives the address of the upload.
async fn linked(stage: &Stage, browser: &Browser, check: &str) -> String {
    let address = location(&browser.post(&format!("{check}/link"), &[]).await);
    ended(stage, &address).await;
    location(&browser.get(&address).await)
}

/// A host with these files in its library, added by hand, and in the drive in a folder.
async fn with_library(count: usize) -> Stage {
    let stage = Stage::with_files(0).await;
    let admin = stage.host.session("admin").await.unwrap();
    let place = "Company Wide".parse().unwrap();
    for number in 1..=count {
        let name = format!("Plan {number}.pdf");
        admin.add_file(&name, &b"%PDF-by hand"[..], &place).await.unwrap();
        stage
            .sim
            .put(&format!("/Clients/Northwind/{name}"), b"%PDF-drive".to_vec().into());
    }
    stage
}

#[tokio::test]
async fn r45_a_sheet_with_mistakes_is_checked_mended_linked_and_taken_back_by_pages_alone() {
    let stage = with_library(3).await;
    let browser = stage.logged_in("admin").await;
    let files = browser.page("/files").await;
    for label in [">More<", ">Excel<", "Associate OneDrive Files", "Template sheet"] {
        assert!(files.contains(label), "{label}: {files}");
    }
    let form = browser.page("/files/associate").await;
    for label in [
        "Import Excel sheet",
        "File ID",
        "Sharepoint File Path",
        "Where can I find the file id?",
        "No sheet has been linked yet",
    ] {
        assert!(form.contains(label), "{label}: {form}");
    }

    let sheet = format!(
        "{HEADER}100001,Clients/Northwind/Plan 1.pdf\r\n100002,Clients/Nortwind/Plan 2.pdf\r\n999999,Clients/Northwind/Plan 3.pdf\r\n"
    );
    let check = checked(&stage, &browser, &sheet).await;
    let page = browser.page(&check).await;
    for said in [
        "All 3",
        "Need you 2",
        "Will be linked 1",
        "Nothing is at that path",
        "No file has this File ID",
        "Did you mean",
        ">Link 1 file<",
        "2 rows need you and are left out",
        "Nothing has been changed yet",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(
        !page.contains("/files/100001"),
        "those that need somebody are shown first: {page}"
    );
    assert!(
        browser
            .page(&format!("{check}?show=all"))
            .await
            .contains("/files/100001")
    );
    let admin = stage.host.session("admin").await.unwrap();
    assert!(!admin.file("100001").await.unwrap().managed, "a check changes nothing");
    let report = browser.get(&format!("{check}/report")).await;
    assert!(report.bytes().await.unwrap().starts_with(b"PK"));

    let upload = linked(&stage, &browser, &check).await;
    let page = browser.page(&upload).await;
    for said in [
        "1 file was linked, 2 rows need you",
        "Take it back",
        "Correct it and upload again",
        "Download the report",
        "Choose what was meant",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(admin.file("100001").await.unwrap().managed);
    assert!(browser.page("/").await.contains("2 rows of the latest sheet need you"));
    let again = location(&browser.post(&format!("{check}/link"), &[]).await);
    assert_eq!(
        location(&browser.get(&again).await),
        upload,
        "a double click links once"
    );

    let chosen = browser.post(&format!("{check}/choose"), &[("row-3", "0")]).await;
    let check = location(&chosen);
    ended(&stage, &check).await;
    assert!(browser.page(&check).await.contains(">Link 1 file<"));
    let second = linked(&stage, &browser, &check).await;
    assert!(browser.page(&second).await.contains("1 file was linked. Uploaded by"));
    assert!(browser.page("/").await.contains("Nothing needs you"));

    let mended = format!(
        "{HEADER}100001,Clients/Northwind/Plan 1.pdf\r\n100002,Clients/Northwind/Plan 2.pdf\r\n100003,Clients/Northwind/Plan 3.pdf\r\n"
    );
    let check = checked(&stage, &browser, &mended).await;
    let page = browser.page(&check).await;
    assert!(
        page.contains("Linked already 2") && page.contains(">Link 1 file<"),
        "{page}"
    );
    let third = linked(&stage, &browser, &check).await;
    assert!(browser.page(&third).await.contains("1 file was linked"));

    let asked = browser.page(&format!("{third}/take-back")).await;
    assert!(asked.contains("1 file goes back"), "{asked}");
    let undo = location(&browser.post(&format!("{third}/take-back"), &[]).await);
    ended(&stage, &undo).await;
    let page = browser.page(&undo).await;
    assert!(page.contains("1 back to what they followed before"), "{page}");
    assert!(!admin.file("100003").await.unwrap().managed && admin.file("100002").await.unwrap().managed);
    assert!(browser.page(&third).await.contains("Taken back"));
    let twice = browser.post(&format!("{third}/take-back"), &[]).await;
    assert_eq!(location(&twice), third);
    let asked = browser.get(&format!("{third}/take-back")).await;
    assert_eq!(asked.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn r42_what_is_no_sheet_is_told_in_words_and_the_form_stands_there_again() {
    let stage = with_library(1).await;
    let browser = stage.logged_in("admin").await;
    let none = browser.post("/files/associate", &[]).await;
    assert!(none.status().is_client_error());
    let empty = sent(&browser, "", b"").await;
    assert_eq!(empty.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = empty.text().await.unwrap();
    assert!(
        page.contains("Choose the sheet first") && page.contains("type=\"file\""),
        "{page}"
    );
    for (name, bytes, said) in [
        (
            "Links.csv",
            &b"File ID,Somewhere else\r\n100001,a.pdf\r\n"[..],
            "Sharepoint File Path",
        ),
        ("Links.xlsx", b"PK\x03\x04 and no more", "Failed"),
        ("Links.xlsx", b"%PDF-1.7", "Failed"),
        ("Links.csv", b"", "Failed"),
    ] {
        let check = location(&sent(&browser, name, bytes).await);
        ended(&stage, &check).await;
        let page = browser.page(&check).await;
        assert!(page.contains(said) && page.contains("type=\"file\""), "{name}: {page}");
        assert!(!page.contains("clientpoint-host") && !page.contains(" --"), "{page}");
    }
    browser
        .post("/limits", &[("key", "policy.max-sheet-bytes"), ("value", "1 KiB")])
        .await;
    let large = sent(&browser, "Large.csv", &vec![b'a'; 1 << 20]).await;
    assert_eq!(large.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(large.text().await.unwrap().contains("larger than 1024 bytes"));
}

#[tokio::test]
async fn a_hostile_sheet_is_shown_as_text_and_cut_where_it_is_long() {
    let stage = with_library(1).await;
    let browser = stage.logged_in("admin").await;
    let long = "x".repeat(1_000);
    let sheet = format!(
        "{HEADER}<script>alert(1)</script>,\"<img src=x onerror=alert(2)>.pdf\"\r\n100001,\"a\u{202e}fdp\nb.pdf\"\r\n100001,{long}.pdf\r\n{long},a.pdf\r\n"
    );
    let address = location(&sent(&browser, "<b>\u{202e}evil.csv", sheet.as_bytes()).await);
    ended(&stage, &address).await;
    let page = browser.page(&format!("{address}?show=all")).await;
    assert!(
        !page.contains("<script>alert") && !page.contains("<img") && !page.contains("<b>\u{202e}"),
        "{page}"
    );
    assert!(!page.contains('\u{202e}'), "{page}");
    assert!(page.len() < 60 << 10, "{} bytes", page.len());
    assert!(page.contains("All 4"), "{page}");
    let huge = format!("{HEADER}100001,{}.pdf\r\n", "x".repeat(64 << 10));
    let check = checked(&stage, &browser, &huge).await;
    assert!(browser.page(&check).await.contains("longer than any path"));
}

#[tokio::test]
async fn r4_who_is_not_connected_is_led_there_and_a_check_of_another_drive_or_time_links_nothing() {
    let stage = Stage::new().await;
    let browser = stage.logged_in("admin").await;
    let page = browser.page("/files/associate").await;
    assert!(
        page.contains("Connect Microsoft OneDrive first") && page.contains(">Connect</a>"),
        "{page}"
    );
    let refused = sent(&browser, "Links.csv", HEADER.as_bytes()).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);

    let stage = with_library(1).await;
    let browser = stage.logged_in("admin").await;
    let sheet = format!("{HEADER}100001,Clients/Northwind/Plan 1.pdf\r\n");
    let check = checked(&stage, &browser, &sheet).await;
    stage.clock.advance(std::time::Duration::from_secs(30 * 60));
    assert!(browser.page(&check).await.contains("This check is over"));
    let late = browser.post(&format!("{check}/link"), &[]).await;
    assert_eq!(late.status(), StatusCode::CONFLICT);
    let late = late.text().await.unwrap();
    assert!(
        late.contains("counts for 30 minutes") && late.contains("/files/associate"),
        "{late}"
    );

    let check = checked(&stage, &browser, &sheet).await;
    let admin = stage.host.session("admin").await.unwrap();
    let drives = admin.drives().await.unwrap().drives;
    let other = drives.iter().find(|drive| !drive.selected).unwrap();
    admin.select_drive(&other.id, true).await.unwrap();
    let other = browser.post(&format!("{check}/link"), &[]).await;
    assert_eq!(other.status(), StatusCode::CONFLICT);
    assert!(
        other
            .text()
            .await
            .unwrap()
            .contains("another one than when the sheet was checked")
    );
    assert!(!admin.file("100001").await.unwrap().managed);

    admin.add_user("grace", Role::Administrator).await.unwrap();
    let grace = stage.logged_in("grace").await;
    let hers = grace.post(&format!("{check}/link"), &[]).await;
    assert_eq!(
        hers.status(),
        StatusCode::CONFLICT,
        "a check is of whoever has uploaded the sheet"
    );
}

#[tokio::test]
async fn r43_what_taking_back_means_is_told_before_with_the_numbers_of_after() {
    let stage = with_library(3).await;
    let browser = stage.logged_in("admin").await;
    let mut sheet = HEADER.to_owned();
    for number in 1..=3 {
        sheet.push_str(&format!("10000{number},Clients/Northwind/Plan {number}.pdf\r\n"));
    }
    let check = checked(&stage, &browser, &sheet).await;
    let upload = linked(&stage, &browser, &check).await;
    let admin = stage.host.session("admin").await.unwrap();
    let before = admin.file("100001").await.unwrap().sha256;
    admin.sync(&Default::default(), &Default::default()).await.unwrap();
    assert_ne!(admin.file("100001").await.unwrap().sha256, before);
    admin.remove_file("100003").await.unwrap();

    let asked = browser.page(&format!("{upload}/take-back")).await;
    for said in [
        "2 files go back",
        "2 of them have been updated since",
        "1 file is left alone",
    ] {
        assert!(asked.contains(said), "{said}: {asked}");
    }
    let undo = location(&browser.post(&format!("{upload}/take-back"), &[]).await);
    ended(&stage, &undo).await;
    let page = browser.page(&undo).await;
    for said in [
        "2 back to what they followed before",
        "2 with the content that they had",
        "1 left alone: in the bin",
        "Look at the upload",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert_eq!(admin.file("100001").await.unwrap().sha256, before);
    let lines = browser.get("/sync/1/ledger/csv").await;
    assert!(lines.text().await.unwrap().contains("Plan 1.pdf"));
}
