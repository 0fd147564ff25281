//! A check that is linked while a sync is under way.

use super::*;

#[tokio::test]
async fn while_a_sync_runs_nothing_is_linked_or_lost_and_the_same_check_is_linked_later() {
    let stage = with_library(1).await;
    let item = stage.sim.put("/Old.pdf", b"%PDF-old".to_vec().into());
    let admin = stage.host.session("admin").await.unwrap();
    admin.import(&[item]).await.unwrap();
    let browser = stage.logged_in("admin").await;
    let sheet = format!("{HEADER}100001,Clients/Northwind/Plan 1.pdf\r\n");
    let check = checked(&stage, &browser, &sheet).await;
    stage.sim.put("/Old.pdf", b"%PDF-new".to_vec().into());
    stage.sim.clear_requests();
    let (options, stop) = Default::default();
    let mut sync = std::pin::pin!(admin.sync(&options, &stop));
    loop {
        tokio::select! {
            biased;
            _ = &mut sync => panic!("it was never seen to run"),
            // It stands still from here on, and so not where it writes: others would wait for that.
            () = tokio::task::yield_now() => {
                let all = stage.sim.requests();
                if all.iter().any(|request| request.kind == graph_sim::RequestKind::Download) { break }
            }
        }
    }
    let link = location(&browser.post(&format!("{check}/link"), &[]).await);
    ended(&stage, &link).await;
    let page = browser.page(&link).await;
    assert!(page.contains("Failed") && page.contains("Back to the check"), "{page}");
    assert!(page.contains(&format!("href=\"{check}\"")), "{page}");
    sync.await.unwrap();
    let upload = linked(&stage, &browser, &check).await;
    assert!(browser.page(&upload).await.contains("1 file was linked"));
}
