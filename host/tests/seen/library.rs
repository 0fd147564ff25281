//! The library, its users, the disk below it and its folder: what needs no connection.

use std::path::Path;

use graph_sim::{CLIENT_ID, CLIENT_SECRET};

use crate::{importing::pdf, story::Story};

/// What a list of all files by File ID goes on by behind the first one.
const AFTER_100001: &str = "tZp2mj58h_IxMDAwMDE";

#[test]
fn files_by_hand() {
    let mut story = Story::begin("library");
    story.says("list_empty", &["library", "list"]);
    story.file("Plan.pdf", &pdf("a plan"));
    story.file("Offer.docx", b"PK\x03\x04 an offer");
    story.says("add", &["library", "add", "Plan.pdf"]);
    story.says(
        "add_to_a_place",
        &["library", "add", "Offer.docx", "--place", "Workspace/Sales/2026"],
    );
    story.says("add_nothing", &["library", "add", "Nowhere.pdf"]);
    story.says(
        "add_to_a_wrong_place",
        &["library", "add", "Plan.pdf", "--place", "Nowhere"],
    );
    story.says("list", &["library", "list"]);
    story.says("list_first", &["library", "list", "--limit", "1"]);
    story.says("list_on", &["library", "list", "--limit", "1", "--after", AFTER_100001]);
    story.says(
        "list_on_in_another_order",
        &["library", "list", "--sort", "name", "--after", AFTER_100001],
    );
    story.says("list_by_name", &["library", "list", "--sort", "name"]);
    story.says("list_by_change", &["library", "list", "--sort", "changed"]);
    story.says(
        "list_of_a_place",
        &["library", "list", "--place", "Workspace/Sales/2026"],
    );
    story.says("list_of_a_search", &["library", "list", "--search", "PLAN"]);
    story.says(
        "list_of_none",
        &["library", "list", "--state", "held", "--search", "plan"],
    );
    story.says("list_too_many", &["library", "list", "--limit", "1001"]);
    story.says("list_in_a_wrong_state", &["library", "list", "--state", "asleep"]);
    story.says("list_in_a_wrong_order", &["library", "list", "--sort", "size"]);
    story.says("show", &["library", "show", "100001"]);
    story.says("show_nothing", &["library", "show", "100999"]);
    story.says("move", &["library", "move", "100001", "Division/North"]);
    story.says("move_nothing", &["library", "move", "100999", "Company Wide"]);
    story.says("workspaces", &["library", "workspaces"]);

    story.says("places_none", &["places", "100001"]);
    story.says("place", &["place", "100001", "--clientpoint", "Fabrikam"]);
    story.says("place_in_a_template", &["place", "100001", "--template", "Welcome"]);
    story.says("place_nothing", &["place", "100999", "--template", "Welcome"]);
    story.says("place_nowhere", &["place", "100001"]);
    story.says("places", &["places", "100001"]);
    story.file("Plan 2.pdf", &pdf("another plan"));
    story.says("replace", &["library", "replace", "100001", "Plan 2.pdf"]);
    story.says(
        "replace_by_another_kind",
        &["library", "replace", "100001", "Offer.docx"],
    );
    story.says("revisions", &["library", "revisions", "100001"]);
    story.says("revisions_first", &["library", "revisions", "100001", "--limit", "1"]);
    story.says("revisions_of_nothing", &["library", "revisions", "100999"]);
    story.says(
        "read_a_revision",
        &["library", "read", "100001", "--revision", "1", "-o", "first.pdf"],
    );
    story.says(
        "read_no_revision",
        &["library", "read", "100001", "--revision", "7", "-o", "seventh.pdf"],
    );
    story.says(
        "rollback_to_a_revision",
        &[
            "library",
            "rollback",
            "100001",
            "--to",
            "1",
            "--why",
            "the prices were wrong",
        ],
    );
    story.says(
        "rollback_to_what_it_has",
        &["library", "rollback", "100001", "--to", "1"],
    );
    story.says("revisions_with_one_put_back", &["library", "revisions", "100001"]);
    story.says("rename", &["library", "rename", "100001", "Plan 2026.pdf"]);
    story.says("rename_to_another_kind", &["library", "rename", "100001", "Plan.docx"]);
    story.quietly(&["library", "rename", "100001", "Plan.pdf"]);
    story.says(
        "move_several",
        &["library", "move", "100001", "100002", "Workspace/Sales"],
    );
    story.says(
        "move_several_and_nothing",
        &["library", "move", "100001", "100999", "Company Wide"],
    );
    story.says("remove_what_is_shown", &["library", "remove", "100001"]);
    story.says("unplace", &["unplace", "100001", "--clientpoint", "Fabrikam"]);
    story.says(
        "unplace_what_is_not",
        &["unplace", "100001", "--clientpoint", "Fabrikam"],
    );
    story.quietly(&["unplace", "100001", "--template", "Welcome"]);

    story.says("read", &["library", "read", "100001", "-o", "copy.pdf"]);
    story.says("read_onto_something", &["library", "read", "100001", "-o", "copy.pdf"]);
    story.says("read_nothing", &["library", "read", "100999", "-o", "nothing.pdf"]);
    story.says("export", &["library", "export", "list.xlsx"]);
    story.says("export_onto_something", &["library", "export", "list.xlsx"]);
    story.says("export_template", &["library", "export", "--template", "form.xlsx"]);
    story.says("export_of_another_kind", &["library", "export", "list.pdf"]);
    story.says("keep_clientpoints", &["library", "keep-clientpoints"]);
    story.says("keep_clientpoints_on", &["library", "keep-clientpoints", "on"]);
    story.says(
        "keep_clientpoints_of_a_file",
        &["library", "keep-clientpoints", "on", "--file", "100002"],
    );
    story.says("keep_clientpoints_wrong", &["library", "keep-clientpoints", "perhaps"]);

    story.says("bin_empty", &["library", "bin"]);
    story.says("remove", &["library", "remove", "100002"]);
    story.says("bin", &["library", "bin"]);
    story.says("list_of_the_bin", &["library", "list", "--bin"]);
    story.says("show_removed", &["library", "show", "100002"]);
    story.says("remove_again", &["library", "remove", "100002"]);
    story.says("restore", &["library", "restore", "100002"]);
    story.says("restore_again", &["library", "restore", "100002"]);
    story.says("restore_nothing", &["library", "restore", "100999"]);
    story.quietly(&["library", "remove", "100002"]);
    for (name, words) in [
        ("rollback_by_hand", ["library", "rollback", "100001"]),
        ("release_by_hand", ["library", "release", "100001"]),
        ("unlock_by_hand", ["library", "unlock", "100001"]),
    ] {
        story.says(name, &words);
    }
    story.quietly(&["library", "add", "Plan 2.pdf"]);
    story.says("remove_now", &["library", "remove", "100003", "--now"]);
    story.says(
        "remove_now_for_good",
        &["library", "remove", "100003", "--now", "--yes"],
    );
    story.says("remove_now_again", &["library", "remove", "100003", "--now", "--yes"]);
    story.says("follow_unconnected", &["library", "follow", "100001", "Plan.pdf"]);

    story.says("prune_plan", &["prune", "--plan"]);
    story.says("trash", &["trash", "list"]);
    story.at("2026-04-15T05:00:00Z");
    story.says("bin_after_30_days", &["library", "bin"]);
    story.says("restore_too_late", &["library", "restore", "100002"]);
    story.says("trash_later", &["trash", "list"]);
    story.says("trash_empty", &["trash", "empty"]);
    story.says("trash_after", &["trash", "list"]);
    story.says("prune_nothing", &["prune", "--yes"]);
    story.quietly(&["settings", "set", "keep.revisions-at-least", "1"]);
    story.quietly(&["settings", "set", "keep.revision-days", "1"]);
    story.says("prune_plan_of_some", &["prune", "--plan"]);
    story.says("prune_only_told", &["prune"]);
    story.says("prune_plan_and_yes", &["prune", "--plan", "--yes"]);
    story.says("prune", &["prune", "--yes"]);
    story.says("prune_again", &["prune", "--yes"]);
    story.end();
}

#[test]
fn damage_and_what_mends_it() {
    let mut story = Story::begin("damage");
    story.file("Plan.pdf", &pdf("a plan"));
    story.quietly(&["library", "add", "Plan.pdf"]);
    story.says("verify", &["library", "verify"]);
    story.says("verify_one", &["library", "verify", "100001"]);
    story.says("verify_nothing", &["library", "verify", "100999"]);
    let damage = |bytes: Option<Vec<u8>>| {
        move |folder: &Path| {
            let object = the_object(folder);
            let mut permissions = std::fs::metadata(&object).unwrap().permissions();
            #[allow(clippy::permissions_set_readonly_false, reason = "a test's own file")]
            permissions.set_readonly(false);
            std::fs::set_permissions(&object, permissions).unwrap();
            match &bytes {
                Some(bytes) => std::fs::write(&object, bytes).unwrap(),
                None => std::fs::remove_file(&object).unwrap(),
            }
        }
    };
    for (name, bytes) in [
        ("changed", Some(pdf("a plaN"))),
        ("cut_short", Some(b"%PDF".to_vec())),
        ("too_long", Some(pdf("a plan, and more"))),
        ("empty", Some(Vec::new())),
    ] {
        story.folders(damage(bytes));
        story.says(&format!("verify_{name}"), &["library", "verify"]);
    }
    story.says("read", &["library", "read", "100001", "-o", "copy.pdf"]);
    story.says("show", &["library", "show", "100001"]);
    story.says("list", &["library", "list"]);
    story.says("status", &["status"]);
    story.folders(damage(None));
    story.says("verify_missing", &["library", "verify"]);
    story.quietly(&["library", "replace", "100001", "Plan.pdf"]);
    story.says("verify_mended", &["library", "verify"]);
    story.end();
}

/// The one object that the folder has.
fn the_object(folder: &Path) -> std::path::PathBuf {
    let objects = folder.join("clientpoint-data/objects");
    let prefixes = std::fs::read_dir(objects).unwrap().map(|entry| entry.unwrap().path());
    let mut all = prefixes
        .filter(|path| path.is_dir())
        .flat_map(|prefix| std::fs::read_dir(prefix).unwrap());
    all.next().unwrap().unwrap().path()
}

#[test]
fn keys_and_databases_that_are_not_the_folder_s() {
    let mut story = Story::connected("folder");
    story.file("Plan.pdf", &pdf("a plan"));
    story.quietly(&["library", "add", "Plan.pdf"]);
    story.says("adopt_nothing", &["library", "adopt"]);
    story.says("forget_nothing", &["secrets", "forget"]);
    let application = ["application", "set", "--client-id", CLIENT_ID, "--client-secret-stdin"];
    story.quietly_given(&application, CLIENT_SECRET);
    story.says("next_key", &["secrets", "next"]);
    story.says("rotate", &["secrets", "rotate"]);

    story.folders(|folder| {
        std::fs::rename(folder.join("clientpoint-data/secret.key"), folder.join("kept.key")).unwrap()
    });
    story.says("key_lost", &["library", "list"]);
    story.says("forget", &["secrets", "forget"]);
    story.says("after_forgetting", &["status"]);

    story.folders(|folder| {
        let data = folder.join("clientpoint-data");
        let names = std::fs::read_dir(&data)
            .unwrap()
            .map(|entry| entry.unwrap().file_name());
        for name in names.filter(|name| name.to_string_lossy().contains(".db")) {
            std::fs::rename(data.join(&name), folder.join(&name)).unwrap();
        }
    });
    story.says("database_lost", &["library", "list"]);
    story.says("adopt", &["library", "adopt"]);
    story.says("adopt_by_a_stranger", &["--as", "mia", "library", "adopt", "--yes"]);
    story.says("adopt_yes", &["library", "adopt", "--yes"]);
    story.says("adopted", &["library", "list"]);
    story.end();
}
