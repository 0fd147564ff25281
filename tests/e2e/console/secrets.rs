//! What opens the console is kept by nobody but its person.

use super::stage::{PASSWORD, Stage};

#[tokio::test]
async fn what_opens_the_console_stands_nowhere_in_the_database() {
    let stage = Stage::new().await;
    let token = stage.host.invite("admin").await.unwrap();
    let browser = stage.logged_in("admin").await;
    let cookie = browser.cookie.clone().unwrap();
    let cookie = cookie.split_once('=').unwrap().1;
    stage.host.close().await;
    for entry in std::fs::read_dir(stage._data.path())
        .unwrap()
        .flatten()
        .filter(|entry| entry.path().is_file())
    {
        let bytes = std::fs::read(entry.path()).unwrap();
        for secret in [token.expose(), cookie, PASSWORD] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} stands in {}", entry.path().display());
        }
    }
}
