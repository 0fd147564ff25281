//! A library leaves its folder: what is in the way is told, and so is where it has gone.

use crate::{importing::pdf, story::Story};

/// The mark of a library that was moved.
fn mark(is_done: bool) -> String {
    format!(
        r#"{{"library":"0123456789abcdef0123456789abcdef","database":"db.example:5432/clientpoint","objects":"s3://bucket/clientpoint","at":"2026-03-02T05:00:00Z","is_done":{is_done}}}"#
    )
}

#[test]
fn a_library_that_leaves_its_folder() {
    let mut story = Story::connected("migrating");
    story.file("Plan.pdf", &pdf("a plan"));
    story.quietly(&["library", "add", "Plan.pdf"]);
    story.says("nowhere", &["migrate"]);
    let to = ["migrate", "--to-database-file", "database-url"];
    story.says("no_address", &to);
    story.folders(|folder| {
        let file = folder.join("database-url");
        std::fs::write(&file, "postgres://clientpoint:hunter2@127.0.0.1:1/clientpoint\n").unwrap();
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&file, private).unwrap();
    });
    story.says("unreachable", &to);
    story.says("no_library", &[&["--data", "nothing-here"], &to[..]].concat());
    story.quietly(&["library", "list"]);
    story.file("host.toml", b"[database]\nurl-file = \"database-url\"\n");
    story.says("not_moved_yet", &["--config", "host.toml", "library", "list"]);

    for (word, is_done) in [("unfinished", false), ("moved", true)] {
        story.file("clientpoint-data/moved.json", mark(is_done).as_bytes());
        story.says(word, &["library", "list"]);
        story.says(&format!("{word}_adopt"), &["library", "adopt"]);
    }
    story.says("elsewhere", &to);
    story.says("taken_back", &["library", "adopt", "--yes"]);
    story.quietly(&["library", "show", "100001"]);
    story.end();
}
