//! Long work: whose it is, how far, and what came of it.

use graph_sim::Seed;

use crate::story::Story;

#[test]
fn operations() {
    let mut story = Story::connected_with("operations", Seed::Demo);
    story.says("none_yet", &["operations", "list"]);
    story.quietly(&["onedrive", "import", "Logo.png"]);
    story.quietly(&["sync"]);
    story.says("a_plan_that_nobody_has_made", &["sync", "--apply", "0123456789abcdef"]);
    story.says("list", &["operations", "list"]);
    story.says("a_part", &["operations", "list", "--kind", "import", "--limit", "1"]);
    story.says("none_like_that", &["operations", "list", "--state", "interrupted"]);
    story.says("an_import", &["operations", "show", "1"]);
    story.says("a_sync", &["operations", "show", "2"]);
    story.says("a_failure", &["operations", "show", "3"]);
    story.says("no_such_one", &["operations", "show", "77"]);
    story.says("stop_what_has_ended", &["operations", "stop", "1"]);
    story.quietly(&["users", "add", "mia", "--role", "member"]);
    story.says("what_a_member_sees", &["--as", "mia", "operations", "list"]);
    story.says(
        "what_a_member_does_not_see",
        &["--as", "mia", "operations", "show", "1"],
    );
    story.end();
}
