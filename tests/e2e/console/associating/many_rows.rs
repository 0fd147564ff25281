//! A sheet of more rows than a page shows.

use super::*;

#[tokio::test]
async fn many_rows_come_by_pages_and_the_sums_are_those_of_the_sheet() {
    let stage = with_library(1).await;
    let browser = stage.logged_in("admin").await;
    let mut sheet = HEADER.to_owned();
    for number in 0..120 {
        sheet.push_str(&format!("{},Clients/Northwind/Plan 1.pdf\r\n", 200_000 + number));
    }
    sheet.push_str("100001,Clients/Northwind/Plan 1.pdf\r\n");
    let check = checked(&stage, &browser, &sheet).await;
    let upload = linked(&stage, &browser, &check).await;
    for path in [&check, &upload] {
        let page = browser.page(&format!("{path}?show=all")).await;
        assert!(page.contains("All 121") && page.contains("Need you 120"), "{page}");
        assert!(page.contains("200049") && !page.contains("200050"), "{page}");
        assert!(page.contains("?show=all&amp;after=50"), "{page}");
        let last = browser.page(&format!("{path}?show=all&after=100")).await;
        assert!(last.contains("100001") && last.contains("First page") && !last.contains("Next page"));
        let none = browser.get(&format!("{path}?show=made-up")).await;
        assert_eq!(none.status(), StatusCode::BAD_REQUEST);
        assert!(none.text().await.unwrap().contains("No row of this sheet is “made-up”"));
    }
    let excel = browser.get("/files/excel").await;
    assert!(
        excel.headers()["content-disposition"]
            .to_str()
            .unwrap()
            .contains("Content Library.xlsx")
    );
    assert!(excel.bytes().await.unwrap().starts_with(b"PK"));
    let template = browser.get("/files/template").await;
    assert!(template.bytes().await.unwrap().starts_with(b"PK"));
}
