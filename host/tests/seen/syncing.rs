//! The sync: plans, runs and every outcome that its ledger knows.

use graph_sim::{Fault, Quirks, Sim};

use crate::{
    importing::pdf,
    story::{CONNECT, Story},
};

/// The words that import these files, one at a time, so that each has the same File ID on both stages.
fn import(story: &Story, names: &[&str]) {
    for name in names {
        story.put(&format!("/{name}"), &pdf(name));
        story.quietly(&["onedrive", "import", name]);
    }
}

#[test]
fn what_a_plan_and_a_run_tell() {
    let mut story = Story::connected("syncing");
    story.says("runs_none", &["runs", "list"]);
    story.says("sync_of_nothing", &["sync"]);
    import(&story, &["A.pdf", "B.pdf", "C.pdf"]);
    story.quietly(&["place", "100001", "--clientpoint", "Fabrikam"]);
    story.says("sync_unchanged", &["sync"]);
    story.put("/A.pdf", &pdf("A, again"));
    story.sims(|sim| sim.rename("/B.pdf", "B renamed.pdf"));
    story.says("plan", &["sync", "--plan"]);
    story.says("apply_wrong", &["sync", "--apply", "nothing"]);
    story.says("plan_and_apply", &["sync", "--plan", "--apply", "x"]);
    story.says("report_of_another_kind", &["sync", "--report", "ledger.pdf"]);
    story.says("sync", &["sync", "--report", "ledger.csv"]);
    story.says("sync_report_is_there", &["sync", "--report", "ledger.csv"]);
    story.says("show_updated", &["library", "show", "100001"]);
    story.says("places", &["places", "100001"]);
    story.says("runs", &["runs", "list"]);
    story.says("runs_show", &["runs", "show", "3"]);
    story.says("runs_show_nothing", &["runs", "show", "99"]);
    story.says("runs_report", &["runs", "show", "3", "--report", "ledger.json"]);
    story.says("replace_managed", &["library", "replace", "100001", "ledger.csv"]);

    story.says("rollback", &["library", "rollback", "100001"]);
    story.says("rollback_again", &["library", "rollback", "100001"]);
    story.says("rollback_of_one_revision", &["library", "rollback", "100003"]);
    story.says("sync_held", &["sync"]);
    story.says("status_held", &["status"]);
    story.says("status_check_held", &["status", "--check"]);
    story.says("release", &["library", "release", "100001"]);
    story.says("release_again", &["library", "release", "100001"]);
    story.says("sync_released", &["sync"]);
    story.says("unlock_following", &["library", "unlock", "100003"]);
    story.says("follow", &["library", "follow", "100003", "A.pdf"]);
    story.says("follow_nothing", &["library", "follow", "100003", "Nowhere.pdf"]);
    story.quietly(&["library", "remove", "100002"]);
    story.says("sync_without_the_removed", &["sync"]);

    story.says("serve_not_due", &["serve", "--once"]);
    story.at("2026-03-03T05:31:00Z");
    story.says("status_before_the_night", &["status"]);
    story.says("serve", &["serve", "--once"]);
    story.says("serve_again", &["serve", "--once"]);
    story.at("2026-03-05T09:00:00Z");
    story.says("status_missed", &["status"]);
    story.says("status_check_missed", &["status", "--check"]);
    story.says("serve_late", &["serve", "--once"]);
    story.says("status_check_late", &["status", "--check"]);
    story.says("runs_of_nights", &["runs", "list"]);
    story.at("2026-03-06T05:30:00Z");
    story.put("/A.pdf", &pdf("A, at night"));
    story.sims(|sim| sim.fault(Fault::throttle(2).times(1)));
    story.says("a_night_in_the_log", &["--log", "info", "serve", "--once"]);
    story.at("2026-03-07T05:30:00Z");
    story.sims(|sim| sim.delete("/A.pdf"));
    let words = ["--log", "info", "--log-format", "json", "serve", "--once"];
    story.says("a_night_in_the_log_for_programs", &words);
    story.says("log_of_another_level", &["--log", "loud", "status"]);
    story.says("runs_since", &["runs", "list", "--since", "2026-03-03"]);
    story.says("runs_since_no_day", &["runs", "list", "--since", "yesterday"]);
    story.quietly(&["disconnect"]);
    story.says("sync_disconnected", &["sync"]);
    story.says("unlock_detached", &["library", "unlock", "100001"]);
    story.end();
}

#[test]
fn every_outcome_of_the_ledger() {
    let mut story = Story::connected("outcomes");
    let names = [
        "Changed.pdf",
        "Unverified.pdf",
        "Gone.pdf",
        "Format.pdf",
        "Large.pdf",
        "Moved.pdf",
        "Malware.pdf",
        "Locked.pdf",
        "Labelled.pdf",
        "Denied.pdf",
        "Failed.pdf",
        "Held.pdf",
        "Renamed.pdf",
        "Same.pdf",
        "Same2.pdf",
        "Same3.pdf",
    ];
    import(&story, &names);
    story.quietly(&["sync"]);
    story.put("/Held.pdf", &pdf("once more"));
    story.quietly(&["sync"]);
    story.quietly(&["library", "rollback", "100012"]);

    for name in names
        .iter()
        .filter(|name| !name.starts_with("Same") && **name != "Renamed.pdf")
    {
        story.put(&format!("/{name}"), &pdf(&format!("{name}, again")));
    }
    story.put("/Large.pdf", &[b'%'; 2000]);
    story.sims(|sim| {
        sim.delete("/Gone.pdf");
        sim.rename("/Format.pdf", "Format.docx");
        sim.rename("/Renamed.pdf", "Another name.pdf");
        sim.mkdir("/Sub");
        sim.move_to("/Moved.pdf", "/Sub");
        sim.mark_malware("/Malware.pdf");
        sim.set_quirks(Quirks {
            irm: vec!["/Labelled.pdf".into()],
            ..Quirks::default()
        });
        for fault in [
            "no-hash:/Unverified.pdf",
            "locked:/Locked.pdf",
            "forbidden:/Denied.pdf",
            "gone:/Failed.pdf",
        ] {
            sim.fault(fault.parse::<Fault>().unwrap());
        }
    });
    story.says("plan", &["--policy", "max-file-bytes=1000", "sync", "--plan"]);
    story.says("sync", &["--policy", "max-file-bytes=1000", "sync"]);
    story.says("status", &["status"]);
    story.says("status_check", &["status", "--check"]);
    story.says("show_gone", &["library", "show", "100003"]);
    story.says("release_gone", &["library", "release", "100003"]);
    story.says("unlock_gone", &["library", "unlock", "100003"]);
    story.end();
}

#[test]
fn files_that_are_tried_again_for_some_seconds() {
    let mut story = Story::connected("retried");
    let names = ["Cut.pdf", "Hash.pdf", "Html.pdf", "Moving.pdf", "Error.pdf"];
    import(&story, &names);
    story.quietly(&["sync"]);
    for name in names {
        story.put(&format!("/{name}"), &pdf(&format!("{name}, again")));
    }
    let faults = [
        "short:/Cut.pdf",
        "wrong-hash:/Hash.pdf",
        "html-200:/Html.pdf",
        "etag-moves:/Moving.pdf",
        "server-error:/Error.pdf=500@content",
    ];
    story.sims(|sim| {
        for fault in faults {
            sim.fault(fault.parse::<Fault>().unwrap());
        }
    });
    story.says("sync", &["sync"]);
    story.says("status", &["status"]);
    story.says("release", &["library", "release", "100001"]);
    story.sims(Sim::clear_faults);
    story.says("healed", &["sync"]);
    story.end();
}

#[test]
fn runs_that_can_not_begin_or_are_not_whole() {
    let mut story = Story::connected("troubled");
    let names = [
        "A.pdf", "B.pdf", "C.pdf", "D.pdf", "E.pdf", "F.pdf", "G.pdf", "H.pdf", "I.pdf", "J.pdf", "K.pdf", "L.pdf",
    ];
    import(&story, &names);
    story.quietly(&["sync"]);

    story.sims(|sim| sim.fault(Fault::throttle(4000)));
    story.says("throttled", &["sync"]);
    story.says("status_check_throttled", &["status", "--check"]);
    story.sims(Sim::clear_faults);
    story.says("after_throttling", &["sync"]);
    story.put("/A.pdf", &pdf("A, once more"));
    story.sims(|sim| sim.fault("throttle:/A.pdf=4000@content".parse::<Fault>().unwrap()));
    story.says("one_file_throttled", &["sync"]);
    story.sims(Sim::clear_faults);
    story.sims(|sim| sim.fault("forbidden=@metadata".parse::<Fault>().unwrap()));
    story.says("access_lost", &["sync"]);
    story.says("status_access_lost", &["status"]);
    story.says("status_check_access_lost", &["status", "--check"]);
    story.sims(Sim::clear_faults);
    story.says("access_back", &["sync"]);
    let drive = story.sim().drive_id();
    for status in [423, 308, 404] {
        let quirks = || Quirks {
            drives: [(drive.clone(), status)].into(),
            ..Quirks::default()
        };
        story.sims(|sim| sim.set_quirks(quirks()));
        story.says(&format!("drive_answers_{status}"), &["sync"]);
    }
    story.sims(|sim| sim.set_quirks(Quirks::default()));
    story.quietly(&["sync"]);

    story.sims(|sim| {
        for name in names {
            sim.delete(&format!("/{name}"));
        }
    });
    story.says("too_many_gone", &["sync"]);
    story.says("status_too_many_gone", &["status"]);
    story.says("accept_gone", &["sync", "--accept-gone"]);
    story.sims(|sim| {
        for name in names {
            sim.restore(&format!("/{name}"));
        }
    });
    story.says("source_back", &["sync"]);

    story.sims(|sim| sim.fault(Fault::refuse(401, "invalid_client", 7_000_222)));
    story.at("2026-03-02T08:00:00Z");
    story.says("secret_over", &["sync"]);
    story.says("status_secret_over", &["status"]);
    story.says("status_check_secret_over", &["status", "--check"]);
    story.says("secret_over_again", &["sync"]);
    story.sims(Sim::clear_faults);
    story.quietly_given(&CONNECT, graph_sim::CLIENT_SECRET);
    story.says("connected_again", &["sync"]);
    story.end();
}
