//! Runs of the sync that go nowhere, or somewhere else.

use wasip3::clocks::monotonic_clock;

use crate::{
    bindings::{
        clientpoint::content_source::{
            connection,
            managed_files::{self, Line, LinkState, Outcome, Settlement},
            types::ItemRef,
        },
        exports::clientpoint::content_source::{
            content_import::Error,
            sync::{PlanPage, Planned, Report, Stage},
        },
    },
    bytes, greed, said,
};

/// In nanoseconds.
const FIVE_HOURS: u64 = 5 * 60 * 60 * 1_000_000_000;

/// What may be done to managed files while no run is under way.
pub async fn outside_of_a_run() -> String {
    let counted = managed_files::count(drive()).await;
    let replaced = managed_files::replace("100001".into(), 1).await;
    format!("{:?}, {:?}", counted.err(), replaced.err())
}

/// A step of that kind.
pub async fn step(kind: &str, cursor: Option<String>) -> Result<Report, Error> {
    let report = |stage, cursor: String| Report {
        cursor,
        stage,
        pause: None,
    };
    let again = cursor.is_some();
    match kind {
        "lists-forever" => Ok(report(Stage::Listing, "more".into())),
        "long-cursor" => Ok(report(Stage::Listing, "x".repeat(1 << 20))),
        "pauses-forever" => Ok(Report {
            pause: Some(u32::MAX),
            ..report(Stage::Listing, "more".into())
        }),
        "waits-and-steps" => {
            monotonic_clock::wait_for(FIVE_HOURS).await;
            Ok(report(Stage::Listing, "more".into()))
        }
        "floods-and-steps" => {
            greed::flood_log();
            Ok(report(Stage::Listing, "more".into()))
        }
        "steps-and-traps" => std::process::abort(),
        "settles-others" => {
            let error = managed_files::settle(vec![settlement("999999", "gone".into())])
                .await
                .err();
            Err(said(format!("{error:?}")))
        }
        "long-lines" => {
            let error = managed_files::settle(vec![settlement("100001", "x".repeat(1 << 20))])
                .await
                .err();
            Err(said(format!("{error:?}")))
        }
        "publishes-shorter" => {
            let item = first().await;
            let draft = managed_files::replace("100001".into(), 1)
                .await
                .map_err(|error| said(format!("{error:?}")))?;
            let error = managed_files::publish(draft, bytes::link(&item, 1), line("x".into()))
                .await
                .err();
            Err(said(format!("{error:?}")))
        }
        "publishes-elsewhere" => {
            let mut item = first().await;
            item.item = "never-linked".into();
            let draft = managed_files::replace("100001".into(), 1)
                .await
                .map_err(|error| said(format!("{error:?}")))?;
            let error = managed_files::publish(draft, bytes::link(&item, 0), line("x".into()))
                .await
                .err();
            Err(said(format!("{error:?}")))
        }
        "replaces-and-traps" => {
            let _draft = managed_files::replace("100001".into(), 1).await;
            std::process::abort()
        }
        "commits-a-replacement" => {
            let draft = managed_files::replace("100001".into(), 1)
                .await
                .map_err(|error| said(format!("{error:?}")))?;
            let item = first().await;
            let error = crate::bindings::clientpoint::content_source::content_library::Draft::commit(
                draft,
                bytes::link(&item, 0),
            )
            .await
            .err();
            Err(said(format!("{error:?}, {}", bytes::create_one().await)))
        }
        "says-done" => {
            if !again {
                managed_files::suspect_all(drive())
                    .await
                    .map_err(|error| said(format!("{error:?}")))?;
                return Ok(report(Stage::Working, "work".into()));
            }
            Ok(report(Stage::Done, "done".into()))
        }
        "plans-forever" | "plans-others" | "plans-twice" => Ok(report(Stage::Working, "work".into())),
        other => Err(said(format!("step: no such behaviour: {other}"))),
    }
}

/// A page of a plan of that kind.
pub async fn plan(kind: &str) -> Result<PlanPage, Error> {
    let row = |file: &str| Planned {
        file: file.into(),
        revision: 1,
        outcome: Outcome::Updated,
        name: "Plan.pdf".into(),
        size: None,
        version: None,
        shown_in: 0,
    };
    match kind {
        "plans-forever" => Ok(PlanPage {
            planned: vec![row("100001")],
            next: Some("more".into()),
        }),
        "plans-others" => Ok(PlanPage {
            planned: vec![row("999999")],
            next: None,
        }),
        "plans-twice" => Ok(PlanPage {
            planned: vec![row("100001"), row("100001")],
            next: None,
        }),
        _ => greed::spin(),
    }
}

/// What the first managed file follows.
async fn first() -> ItemRef {
    let files = managed_files::after(drive(), None, false, 1).await.unwrap();
    files[0].file.link.clone().unwrap().source
}

fn drive() -> String {
    connection::current().drive.unwrap_or_default()
}

fn line(message: String) -> Line {
    Line {
        outcome: Outcome::Updated,
        reason: String::new(),
        name: "Lie.pdf".into(),
        message,
    }
}

fn settlement(file: &str, message: String) -> Settlement {
    Settlement {
        file: file.into(),
        line: line(message),
        state: LinkState::Following,
        waiting: false,
        suspected: false,
        note: None,
        known: None,
    }
}
