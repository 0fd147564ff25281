//! Users, what Members may not, and words that can't be right.

use crate::{importing::pdf, story::Story};

#[test]
fn a_folder_has_one_account_and_says_what_more_take() {
    let mut story = Story::begin("accounts");
    story.says("list", &["accounts", "list"]);
    story.says("add", &["accounts", "add", "acme"]);
    story.says("add_with_a_wrong_id", &["accounts", "add", "Acme Ltd"]);
    story.says("work_in_one_that_is_not_there", &["--account", "acme", "users", "list"]);
    story.end();
}

#[test]
fn users_and_what_members_may() {
    let mut story = Story::begin("users");
    story.says("list", &["users", "list"]);
    story.says("add", &["users", "add", "mia", "--role", "member"]);
    story.says("add_administrator", &["users", "add", "max", "--role", "administrator"]);
    story.says("add_again", &["users", "add", "mia", "--role", "member"]);
    story.says("add_without_a_role", &["users", "add", "moe"]);
    story.says("add_with_a_wrong_name", &["users", "add", "a\nb", "--role", "member"]);
    story.says("list_of_three", &["users", "list"]);
    story.says("link", &["users", "link", "mia"]);
    story.says("link_of_nobody", &["users", "link", "zoe"]);
    story.says("tokens_none", &["users", "tokens", "list"]);
    story.says(
        "token_made",
        &["users", "tokens", "make", "mia", "--label", "nightly report"],
    );
    story.says(
        "token_until",
        &[
            "users",
            "tokens",
            "make",
            "admin",
            "--label",
            "CI",
            "--ends",
            "2026-03-31",
            "--role",
            "member",
        ],
    );
    story.says(
        "token_too_long",
        &[
            "users",
            "tokens",
            "make",
            "admin",
            "--label",
            "CI",
            "--ends",
            "2028-01-01",
        ],
    );
    story.says(
        "token_of_more",
        &[
            "users",
            "tokens",
            "make",
            "mia",
            "--label",
            "CI",
            "--role",
            "administrator",
        ],
    );
    story.says("token_of_nobody", &["users", "tokens", "make", "zoe", "--label", "CI"]);
    story.says("tokens", &["users", "tokens", "list"]);
    story.says("token_ended", &["users", "tokens", "end", "1"]);
    story.says("token_ended_again", &["users", "tokens", "end", "1"]);
    story.says("tokens_of_one", &["users", "tokens", "list", "--of", "admin"]);
    story.says("role", &["users", "role", "mia", "administrator"]);
    story.says("role_of_less", &["users", "role", "mia", "member"]);
    story.says("role_of_nobody", &["users", "role", "zoe", "member"]);
    story.says("remove_asks_first", &["users", "remove", "max"]);
    story.says("remove", &["users", "remove", "max", "--yes"]);
    story.says("remove_again", &["users", "remove", "max", "--yes"]);
    story.says("remove_the_last", &["users", "remove", "admin", "--yes"]);
    story.says(
        "remove_with_a_wrong_heir",
        &["users", "remove", "mia", "--take-over", "organization", "--yes"],
    );
    story.says("list_of_two", &["users", "list"]);
    story.says("nobody", &["--as", "nobody", "library", "list"]);
    story.file("a.csv", b"File ID,Sharepoint File Path\n100001,A.pdf\n");
    story.file("a.pdf", &pdf("a"));
    let forbidden: [(&str, &[&str]); 37] = [
        ("users_list", &["users", "list"]),
        ("users_add", &["users", "add", "eve", "--role", "administrator"]),
        ("users_role", &["users", "role", "mia", "administrator"]),
        ("users_remove", &["users", "remove", "admin", "--yes"]),
        ("users_link", &["users", "link", "admin"]),
        (
            "users_tokens_make",
            &["users", "tokens", "make", "mia", "--label", "CI"],
        ),
        ("users_tokens_list", &["users", "tokens", "list"]),
        ("users_tokens_end", &["users", "tokens", "end", "2"]),
        (
            "connect",
            &["connect", "user", "--client-id", "5e1f7a2c-0000-4000-8000-000000c11e47"],
        ),
        ("application_show", &["application", "show"]),
        ("application_set", &["application", "set", "--of", "admin"]),
        ("application_forget", &["application", "forget"]),
        ("disconnect", &["disconnect"]),
        ("drives_list", &["drives", "list"]),
        ("drives_select", &["drives", "select", "b!x"]),
        ("onedrive_list", &["onedrive", "list"]),
        ("onedrive_import", &["onedrive", "import", "A.pdf"]),
        ("associate", &["associate", "a.csv"]),
        ("associate_undo", &["associate", "undo", "1"]),
        ("sync", &["sync"]),
        ("sync_plan", &["sync", "--plan"]),
        ("serve", &["serve", "--once"]),
        ("runs_list", &["runs", "list"]),
        ("runs_show", &["runs", "show", "1"]),
        ("status", &["status"]),
        ("inspect", &["inspect"]),
        ("trash_list", &["trash", "list"]),
        ("trash_empty", &["trash", "empty"]),
        ("backup", &["backup", "backup"]),
        ("prune", &["prune", "--plan"]),
        ("secrets_rotate", &["secrets", "rotate"]),
        ("secrets_forget", &["secrets", "forget"]),
        ("library_list", &["library", "list"]),
        ("library_verify", &["library", "verify"]),
        ("library_rollback", &["library", "rollback", "100001"]),
        ("library_export", &["library", "export", "list.xlsx"]),
        ("library_add", &["library", "add", "a.pdf"]),
    ];
    for (name, words) in forbidden {
        story.says(&format!("member_{name}"), &[&["--as", "mia"], words].concat());
    }
    story.end();
}

#[test]
fn wrong_words() {
    let mut story = Story::begin("wrong_words");
    story.says("no_command", &[]);
    story.says("unknown_command", &["library", "shout"]);
    story.says("unknown_option", &["library", "list", "--all"]);
    story.says("missing_item", &["onedrive", "import"]);
    story.says("no_plugin", &["--plugin", "nowhere.wasm", "inspect"]);
    story.file("not.wasm", b"no component");
    story.says("no_component", &["--plugin", "not.wasm", "inspect"]);
    story.says(
        "everything_at_once",
        &["--policy", "a=b", "--plugin", "nowhere.wasm", "inspect"],
    );
    story.says("associate_nothing", &["associate"]);
    story.says("version", &["--version"]);
    story.end();
}
