//! Files are imported by what people know of them: name, path, address or id; one by one or in a list.

use std::{
    future::Future,
    sync::{Arc, Mutex},
    time::Duration,
};

use clientpoint_engine::{
    capability::progress::Progress, contract::clientpoint::content_source::types::Subfolders, policy::PolicyChanges,
};
use clientpoint_host::service::{ItemOutcome, Stop, Wanted};
use end_to_end::{WATCH, World, pdf, sync};
use graph_sim::{Fault, FaultKind, RequestKind};

fn alone(texts: &[&str]) -> Vec<Wanted> {
    let wanted = |text: &&str| Wanted {
        text: (*text).to_string(),
        line: None,
    };
    texts.iter().map(wanted).collect()
}

fn list(texts: &[&str]) -> Vec<Wanted> {
    let wanted = |(text, line): (&&str, usize)| Wanted {
        text: (*text).to_string(),
        line: Some(line),
    };
    texts.iter().zip(1..).map(wanted).collect()
}

async fn import(world: &World, wanted: &[Wanted]) -> Vec<ItemOutcome> {
    let outcomes = world.admin().await.import_wanted(wanted, &Stop::default()).await;
    outcomes.unwrap()
}

fn told(outcomes: &[ItemOutcome]) -> Vec<(&str, &str)> {
    outcomes
        .iter()
        .map(|outcome| (outcome.outcome, outcome.reason.unwrap_or_default()))
        .collect()
}

fn folders_open() -> PolicyChanges {
    PolicyChanges {
        subfolders: Some(Subfolders::Browse),
        ..PolicyChanges::default()
    }
}

#[tokio::test]
async fn a_file_is_found_by_its_name_its_path_its_address_its_link_and_its_id() {
    let world = World::connected_with(|builder| builder.policy(folders_open())).await;
    let logo = world.sim.put("/Logo.png", b"\x89PNG logo".to_vec().into());
    let offer = world.sim.put("/Clients/Offer 1.pdf", pdf("offer").into());
    let link = world.sim.share("/Clients/Offer 1.pdf");
    let of_drive = format!("{}/{logo}", world.sim.drive_id());
    let drives = world.admin().await.drives().await.unwrap().drives;
    let drive = drives.into_iter().find(|drive| drive.selected).unwrap();
    let address = format!("{}/Clients/Offer%201.pdf?web=1", drive.web_url.unwrap());
    for (text, item) in [
        ("Logo.png", &logo),
        ("logo.PNG", &logo),
        ("/Logo.png", &logo),
        (logo.as_str(), &logo),
        (of_drive.as_str(), &logo),
        ("Clients/Offer 1.pdf", &offer),
        ("Clients\\Offer%201.pdf", &offer),
        (address.as_str(), &offer),
        (link.as_str(), &offer),
    ] {
        let outcomes = import(&world, &alone(&[text])).await;
        assert_eq!(&outcomes[0].item.id, item, "{text}: {outcomes:?}");
        assert!(outcomes[0].file.is_some(), "{text}: {outcomes:?}");
    }
    assert_eq!(world.library().await.len(), 2);
}

#[tokio::test]
async fn r31_a_path_reaches_as_far_as_the_policy_and_no_further() {
    let world = World::connected().await;
    world.sim.put("/Clients/Offer.pdf", pdf("offer").into());
    let outcomes = import(&world, &alone(&["Clients/Offer.pdf", "Clients"])).await;
    assert_eq!(told(&outcomes), [("refused", "subfolder"), ("refused", "folder")]);
}

#[tokio::test]
async fn nothing_is_guessed_two_finds_are_told_with_their_ids_and_none_with_what_is_near() {
    let world = World::connected_with(|builder| builder.policy(folders_open())).await;
    let one = world.sim.put("/100%25.pdf", pdf("encoded").into());
    let other = world.sim.put("/100%.pdf", pdf("plain").into());
    world.sim.put("/Logo.png", b"\x89PNG logo".to_vec().into());
    let outcomes = import(
        &world,
        &alone(&[
            "100%25.pdf",
            "Lgoo.png",
            "https://elsewhere.example/Logo.png",
            "b!other/01ABC",
        ]),
    )
    .await;
    let expected = [
        ("refused", "ambiguous"),
        ("failed", "not-found"),
        ("failed", "other"),
        ("refused", "other-drive"),
    ];
    assert_eq!(told(&outcomes), expected, "{outcomes:?}");
    let message = &outcomes[0].message;
    assert!(message.contains(&one) && message.contains(&other), "{message}");
    assert!(
        outcomes[1].message.contains("did you mean \"Logo.png\"?"),
        "{outcomes:?}"
    );
    assert!(world.library().await.is_empty());
}

#[tokio::test]
async fn the_token_of_a_sharing_link_is_in_no_outcome() {
    let world = World::connected().await;
    world.sim.put("/Gone.pdf", pdf("gone").into());
    let link = world.sim.share("/Gone.pdf");
    world.sim.delete("/Gone.pdf");
    let token = link.rsplit('/').next().unwrap().split('?').next().unwrap().to_string();
    let outcomes = import(&world, &list(&[&link])).await;
    let stop = Stop::default();
    stop.cancel();
    let admin = world.admin().await;
    let stopped = admin.import_wanted(&list(&[&link]), &stop).await.unwrap();
    for outcome in [&outcomes[0], &stopped[0]] {
        let shown = serde_json::to_string(outcome).unwrap();
        assert!(!shown.contains(&token), "{shown}");
    }
}

#[tokio::test]
async fn r23_six_files_are_too_many_at_once_and_a_list_is_worked_off_five_by_five() {
    let world = World::connected().await;
    let names: Vec<String> = (0..12).map(|number| format!("{number}.pdf")).collect();
    for name in &names {
        world.sim.put(&format!("/{name}"), pdf(name).into());
    }
    let mut texts: Vec<&str> = names.iter().map(String::as_str).collect();
    let admin = world.admin().await;
    let refused = admin.import_wanted(&alone(&texts[..6]), &Stop::default()).await;
    assert_eq!(refused.unwrap_err().code(), "too-many");
    assert!(world.library().await.is_empty());

    world.sim.fault(Fault::new(FaultKind::Html200).on("/3.pdf"));
    texts.insert(4, "nowhere.pdf");
    texts.push("2.PDF");
    let outcomes = import(&world, &list(&texts)).await;
    let lines: Vec<Option<usize>> = outcomes.iter().map(|outcome| outcome.line).collect();
    assert_eq!(lines, (1..=14).map(Some).collect::<Vec<_>>());
    let others: Vec<(usize, (&str, &str))> = told(&outcomes)
        .into_iter()
        .zip(1..)
        .filter(|(outcome, _)| outcome.0 != "imported")
        .map(|(outcome, line)| (line, outcome))
        .collect();
    let expected = [
        (4, ("failed", "not-the-file")),
        (5, ("failed", "not-found")),
        (14, ("duplicate", "")),
    ];
    assert_eq!(others, expected, "{outcomes:?}");
    assert!(outcomes[13].message.contains("line 3"), "{outcomes:?}");
    assert_eq!(world.library().await.len(), 11);
}

#[tokio::test]
async fn what_had_come_in_before_an_import_was_stopped_is_told_one_by_one() {
    let world = World::connected().await;
    for name in ["A", "B", "C", "D", "E", "F", "G"] {
        world.sim.put(&format!("/{name}.pdf"), pdf(name).into());
    }
    let known = import(&world, &alone(&["E.pdf"])).await;
    world.sim.fault(Fault::new(FaultKind::Stall(None)).on("/B.pdf"));
    let stop = Stop::default();
    let wanted = list(&["A.pdf", "B.pdf", "C.pdf", "D.pdf", "E.pdf", "F.pdf", "nowhere.pdf"]);
    let admin = world.admin().await;
    let asking = async {
        while world.library().await.len() < 4 {
            tokio::task::yield_now().await;
        }
        stop.cancel();
    };
    let (outcomes, ()) = tokio::join!(admin.import_wanted(&wanted, &stop), asking);
    let outcomes = outcomes.unwrap();
    let expected = [
        ("imported", ""),
        ("stopped", ""),
        ("imported", ""),
        ("imported", ""),
        ("already-imported", ""),
        ("not-started", ""),
        ("failed", "not-found"),
    ];
    assert_eq!(told(&outcomes), expected, "{outcomes:?}");
    assert_eq!(outcomes[4].file, known[0].file);
    assert_eq!((world.library().await.len(), world.drafts()), (4, 0));
    // Nothing keeps the rest from coming in later.
    world.sim.clear_faults();
    world.sim.release_stalled();
    let later = import(&world, &list(&["B.pdf", "F.pdf"])).await;
    assert_eq!(told(&later), [("imported", ""), ("imported", "")]);
}

#[tokio::test]
async fn an_import_that_is_stopped_before_it_begins_has_begun_nothing() {
    let world = World::connected().await;
    world.sim.put("/A.pdf", pdf("A").into());
    let stop = Stop::default();
    stop.cancel();
    let admin = world.admin().await;
    let outcomes = admin.import_wanted(&alone(&["A.pdf"]), &stop).await.unwrap();
    assert_eq!(told(&outcomes), [("not-started", "")]);
    assert!(world.requests(RequestKind::Item).is_empty());
}

/// Notes what people would be told.
#[derive(Default)]
struct Watcher(Mutex<Vec<(String, Duration)>>);

impl Progress for Watcher {
    fn report(&self, _: &str, _: &str, _: u64, _: Option<u64>) {}

    fn waiting(&self, why: &str, time: Duration) {
        self.0.lock().unwrap().push((why.into(), time));
    }
}

async fn patiently<T>(world: &World, work: impl Future<Output = T>) -> T {
    let waiting = async {
        loop {
            world.clock.pass(|asked| asked != WATCH).await;
        }
    };
    tokio::select! {
        done = work => done,
        () = waiting => unreachable!("waiting has no end"),
    }
}

#[tokio::test]
async fn s7_who_waits_is_told_for_what_and_for_how_long() {
    let watcher = Arc::new(Watcher::default());
    let world = World::connected_with(|builder| builder.progress(watcher.clone())).await;
    let item = world.sim.put("/A.pdf", pdf("A").into());
    let waits = || std::mem::take(&mut *watcher.0.lock().unwrap());

    world.sim.fault(Fault::throttle(20).times(1));
    world.import_patiently(&item).await;
    let told = waits();
    assert!(
        told.iter()
            .any(|(why, time)| why.contains("patience") && time.as_secs() == 20),
        "{told:?}"
    );

    for (fault, word) in [
        (Fault::server_error(503), "patience"),
        (Fault::new(FaultKind::HtmlError), "asked again"),
    ] {
        world.sim.fault(fault.times(2));
        patiently(&world, world.admin().await.browse(None)).await.unwrap();
        let told = waits();
        assert!(told.iter().any(|(why, _)| why.contains(word)), "{word}: {told:?}");
    }

    world.sim.put("/A.pdf", pdf("second").into());
    world.sim.fault(Fault::throttle(600).times(1));
    patiently(&world, sync(&world)).await;
    let told = waits();
    assert!(told.iter().any(|(_, time)| time.as_secs() == 600), "{told:?}");
    assert!(waits().is_empty());
}
