//! Paths that are chosen on the page of a check.

use super::*;

#[tokio::test]
async fn a_choice_that_is_none_is_told_and_the_others_stay_chosen() {
    let stage = with_library(3).await;
    let browser = stage.logged_in("admin").await;
    let sheet = format!(
        "{HEADER}100001,Clients/Nortwind/Plan 1.pdf\r\n100002,Clients/Nortwind/Plan 2.pdf\r\n100003,Clients/Northwind/Plan 3.pdf\r\n"
    );
    let check = checked(&stage, &browser, &sheet).await;
    let choose = format!("{check}/choose");
    for (row, value, says) in [
        ("row-3", "x", "Row 3 has no choice “x”"),
        ("row-3", "-1", "Row 3 has no choice"),
        ("row-3", "99", "Row 3 has no such choice"),
        ("row-4", "0", "Row 4 has no such choice"),
        ("row-third", "0", "“third” is no row of a sheet"),
        ("row-", "0", "is no row of a sheet"),
    ] {
        let refused = browser.post(&choose, &[("row-2", "0"), (row, value)]).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{row}={value}");
        let page = refused.text().await.unwrap();
        assert!(page.contains(says), "{row}={value}: {page}");
        assert!(
            page.contains("name=\"row-2\" value=\"0\" checked"),
            "{row}={value}: {page}"
        );
        assert!(!page.contains("name=\"row-3\" value=\"0\" checked"), "{page}");
    }
    let none = browser.post(&choose, &[("show", "open")]).await;
    assert_eq!(none.status(), StatusCode::BAD_REQUEST);
    assert!(none.text().await.unwrap().contains("Choose 1 to"));
    for query in ["show=%3Cb%3E", "show=malware", "after=x", "after=-1"] {
        let refused = browser.get(&format!("{check}?{query}")).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{query}");
    }
    let small = location(&browser.post(&choose, &[("row-2", "0"), ("row-3", "0")]).await);
    ended(&stage, &small).await;
    assert!(browser.page(&small).await.contains(">Link 2 files<"));
}
