//! Backups: made, looked at, refused, and restored.

use graph_sim::CLIENT_SECRET;

use crate::{importing::pdf, story::Story};

#[test]
fn backups_and_what_is_restored_from_them() {
    let mut story = Story::connected("backups");
    story.file("Plan.pdf", &pdf("a plan"));
    story.file("Offer.pdf", &pdf("an offer"));
    story.quietly(&["library", "add", "Plan.pdf"]);
    story.says("status_before", &["status"]);
    story.says("first", &["backup", "backup"]);
    story.quietly(&["library", "add", "Offer.pdf"]);
    story.says("next", &["backup", "backup", "--with-key", "--keep", "1"]);
    story.says("status", &["status"]);
    story.says("verify", &["backup", "--verify", "backup"]);
    story.says("inside", &["backup", "clientpoint-data/backup"]);
    story.says("verify_nothing", &["backup", "--verify", "clientpoint-data"]);
    story.says("restore_into_something", &["restore", "backup", "--without-secrets"]);
    story.says("restore_without_a_word", &["--data", "house", "restore", "backup"]);
    let key = "clientpoint-data/secret.key";
    story.says(
        "restore_no_copy",
        &["--data", "house", "restore", "backup", "--key", key, "--copy", "9"],
    );
    story.says("restore", &["--data", "house", "restore", "backup", "--key", key]);
    story.quietly(&["--data", "house", "library", "verify"]);
    story.says(
        "restore_without_secrets",
        &["--data", "other-house", "restore", "backup", "--without-secrets"],
    );
    story.says("status_without_secrets", &["--data", "other-house", "status"]);
    story.quietly_given(&crate::story::CONNECT, CLIENT_SECRET);

    story.folders(|folder| {
        for shard in std::fs::read_dir(folder.join("backup/objects")).unwrap() {
            for object in std::fs::read_dir(shard.unwrap().path()).unwrap() {
                std::fs::write(object.unwrap().path(), b"%PDF-other").unwrap();
            }
        }
        std::fs::write(folder.join("house/unfinished-restore"), b"x").unwrap();
    });
    story.says("verify_damaged", &["backup", "--verify", "backup"]);
    story.says("unfinished", &["--data", "house", "library", "list"]);
    story.says(
        "restore_damaged",
        &["--data", "house", "restore", "backup", "--without-secrets"],
    );
    story.says("operations", &["operations", "list", "--kind", "backup"]);
    story.end();
}
