//! A host that is killed while it links a sheet: whoever opens the console afterwards is told how far that came.

use std::{process::Stdio, sync::Arc};

use clientpoint_host::service::{OperationFilter, OperationKind, OperationState, Part};
use end_to_end::{builder, folders::copy, whole::Whole};
use tokio_util::sync::CancellationToken;

use crate::console::{
    associating::*,
    stage::{console, logged_in_at},
};

#[tokio::test]
async fn s12_a_host_that_is_killed_while_it_links_tells_that_it_was_and_what_is_linked() {
    let stage = with_library(3).await;
    let folder = tempfile::tempdir().unwrap();
    let sheet = folder.path().join("Links.csv");
    let rows: String = (1..=3)
        .map(|number| format!("10000{number},Clients/Northwind/Plan {number}.pdf\r\n"))
        .collect();
    std::fs::write(&sheet, format!("{HEADER}{rows}")).unwrap();
    let killed = |data: &std::path::Path, polls: usize| {
        std::process::Command::new(env!("CARGO_BIN_EXE_killed"))
            .arg(data)
            .args([stage.sim.graph_url(), stage.sim.login_url(), polls.to_string()])
            .arg(&sheet)
            .stderr(Stdio::null())
            .status()
            .unwrap()
    };
    // Once before anything is done, so that the copies have the component compiled.
    assert!(!killed(stage._data.path(), 0).success());
    let mut interrupted = 0;
    for polls in (0..).step_by(4) {
        let data = tempfile::tempdir().unwrap();
        copy(stage._data.path(), data.path());
        if killed(data.path(), polls).success() {
            break;
        }
        let host = Arc::new(builder(&stage.sim, &stage.clock, data.path()).build().await.unwrap());
        let admin = host.session("admin").await.unwrap();
        let filter = OperationFilter {
            kind: Some(OperationKind::LinkSheet),
            ..OperationFilter::default()
        };
        let all = admin.operations_page(&filter, &Part::whole(None)).await.unwrap();
        let Some(operation) = all.rows.first().filter(|row| row.state != OperationState::Done) else {
            continue;
        };
        assert_eq!(operation.state, OperationState::Interrupted, "{operation:?}");
        interrupted += 1;
        let files = admin.library().await.unwrap();
        let linked = files.iter().filter(|file| file.managed).count() as u64;
        assert!([0, 3].contains(&linked), "all or nothing: {files:?}");
        let stop = CancellationToken::new();
        let browser = logged_in_at(&host, console(&host, &stop).await, "admin").await;
        let page = browser.page(&format!("/operations/{}", operation.id)).await;
        for said in ["Interrupted: the host was ended", "Begun by", "href=\"/sync\""] {
            assert!(page.contains(said), "{said}: {page}");
        }
        if let Some(run) = operation.run {
            let told: u64 = operation.counts.get("linked").copied().unwrap_or_default();
            assert_eq!(told, linked, "{operation:?}");
            browser.page(&format!("/files/associate/{run}")).await;
        }
        stop.cancel();
    }
    assert!(0 < interrupted, "it was never cut off in the middle");
}
