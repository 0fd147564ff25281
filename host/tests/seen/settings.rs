//! What can be set, what is, and what is refused.

use crate::story::Story;

#[test]
fn settings_are_listed_kept_and_forgotten_and_each_says_where_it_comes_from() {
    let mut story = Story::connected("settings");
    story.quietly(&["users", "add", "mia", "--role", "member"]);
    story.says("set", &["settings", "set", "policy.max-file-bytes", "200 MiB"]);
    story.says("set_types", &["settings", "set", "policy.file-types", "PDF, .docx"]);
    story.says("inspect", &["inspect"]);
    story.says("status", &["status"]);
    story.says(
        "overruled",
        &[
            "--policy",
            "max-file-bytes=1 MiB",
            "settings",
            "set",
            "policy.max-file-bytes",
            "300 MiB",
        ],
    );
    story.says("unset", &["settings", "unset", "policy.max-file-bytes"]);
    story.says("unset_again", &["settings", "unset", "policy.max-file-bytes"]);
    story.says("mistyped", &["settings", "set", "policy.max-file-byte", "1"]);
    story.says("not_a_size", &["settings", "set", "policy.max-file-bytes", "much"]);
    story.says("too_many", &["settings", "set", "policy.max-files-per-import", "5000"]);
    story.says("not_a_word", &["settings", "set", "policy.subfolders", "some"]);
    story.says("not_to_be_kept", &["settings", "set", "plugin", "/tmp/other.wasm"]);
    story.says("not_test_mode", &["settings", "set", "test.api-url", "http://10.0.0.1"]);
    story.says(
        "as_member",
        &["--as", "mia", "settings", "set", "policy.max-file-bytes", "1"],
    );
    story.says("policy_word", &["--policy", "max-file-bytes", "inspect"]);
    story.says("policy_mistyped", &["--policy", "max-bytes=1", "inspect"]);
    story.file(
        "host.toml",
        b"[policy]\nmax-file-bytes = \"10 MiB\"\nmax-sheet-rows = 500\n",
    );
    story.says("by_file", &["--config", "host.toml", "inspect"]);
    story.file("wrong.toml", b"[policy]\nmax-file-byte = 1\n");
    story.says("file_mistyped", &["--config", "wrong.toml", "inspect"]);
    story.says("file_missing", &["--config", "nowhere.toml", "inspect"]);
    story.says("list", &["settings", "list"]);
    story.says("notify_nobody", &["notify", "test"]);
    story.end();
}
