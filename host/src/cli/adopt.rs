//! `library adopt`: going on with a database that is not the one of its folder, after reading what that means.

use clientpoint_host::{Error, store::identity};
use serde_json::json;

use super::{
    args::Arguments,
    deployment::Deployment,
    opening::{build, tell_notices},
    output::Output,
    show::Page,
    terminal::Terminal,
};

/// Tells what adopting would do, or does it.
pub async fn adopt(
    arguments: &Arguments,
    deployment: &Deployment,
    yes: bool,
    terminal: &Terminal,
) -> Result<Output, Vec<Error>> {
    let one = |error| vec![error];
    let standing = identity::look(&deployment.data).await.map_err(one)?;
    let stakes = standing.adoption().map_err(one)?;
    if stakes.is_empty() {
        let text = Page::of("the database and its folder belong together: there is nothing to adopt");
        return Ok(Output::done(json!({ "adopted": false, "stakes": stakes }), text));
    }
    let mut text = Page::default();
    stakes.iter().for_each(|line| text.line(line));
    if yes {
        if !standing.may_adopt(&arguments.user) {
            let user = arguments.user.clone();
            let what = "adopt a database";
            return Err(one(Error::Forbidden { user, what }));
        }
        let host = build(arguments, deployment, terminal)
            .await
            .map_err(|error| error.problems)?;
        tell_notices(&host, terminal);
        host.close().await;
        text.line("done: the database is the one of this folder from now on");
    } else {
        text.line("nothing was changed: `clientpoint-host library adopt --yes` does it");
    }
    Ok(Output::done(json!({ "adopted": yes, "stakes": stakes }), text).unless(yes))
}
