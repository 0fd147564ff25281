//! `library adopt`: going on with a database that is not the one of its folder, after reading what that means.

use clientpoint_host::Error;
use clientpoint_host::store::identity;
use serde_json::json;

use super::args::Arguments;
use super::{Output, build, tell_notices};

/// Tells what adopting would do, or does it.
pub async fn adopt(arguments: &Arguments, yes: bool) -> Result<Output, Vec<Error>> {
    let one = |error| vec![error];
    let standing = identity::look(&arguments.data).await.map_err(one)?;
    let stakes = standing.adoption().map_err(one)?;
    if stakes.is_empty() {
        return Ok(Output {
            json: json!({ "adopted": false, "stakes": stakes }),
            text: "the database and its folder belong together: there is nothing to adopt\n".into(),
            complete: true,
        });
    }
    let mut text: String = stakes.iter().map(|line| format!("{line}\n")).collect();
    if yes {
        if !standing.may_adopt(&arguments.user) {
            let user = arguments.user.clone();
            let what = "adopt a database";
            return Err(one(Error::Forbidden { user, what }));
        }
        let host = build(arguments).await.map_err(|error| error.problems)?;
        tell_notices(&host);
        host.close().await;
        text.push_str("done: the database is the one of this folder from now on\n");
    } else {
        text.push_str("nothing was changed: `clientpoint-host library adopt --yes` does it\n");
    }
    Ok(Output {
        json: json!({ "adopted": yes, "stakes": stakes }),
        text,
        complete: yes,
    })
}
