//! The same trouble, met by a command, on a page and by a program: one code, one fact, one way out.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
};

use serde_json::Value;

use crate::stage::{Stage, line_with, signal};

const PASSWORD: &str = "correct horse battery";

/// The program as it serves its console, and somebody who is logged in.
struct Serving {
    child: Child,
    origin: String,
    cookie: String,
    token: String,
}

/// Something that can't be done.
struct Trouble {
    command: &'static [&'static str],
    /// The address of the page that tries it, and what its form says.
    page: (&'static str, &'static str),
    /// The address of the API, and the body.
    api: (&'static str, &'static str),
    code: &'static str,
    /// The word of the way out, and where its button leads.
    way_out: Option<(&'static str, &'static str)>,
}

const TROUBLES: [Trouble; 5] = [
    Trouble {
        command: &["library", "move", "999999", "Workspace/Sales"],
        page: ("/files/999999/move", "place=Workspace/Sales"),
        api: ("/api/files/999999/move", r#"{"place": "Workspace/Sales"}"#),
        code: "not-found",
        way_out: Some(("show-files", "/files")),
    },
    Trouble {
        command: &["library", "release", "100001"],
        page: ("/files/100001/release", ""),
        api: ("/api/files/100001/release", "{}"),
        code: "wrong-settings",
        way_out: None,
    },
    Trouble {
        command: &["library", "rollback", "100001"],
        page: ("/files/100001/roll-back", ""),
        api: ("/api/files/100001/roll-back", "{}"),
        code: "wrong-settings",
        way_out: None,
    },
    Trouble {
        command: &["sync"],
        page: ("/sync/now", ""),
        api: ("/api/syncs", "{}"),
        code: "not-connected",
        way_out: Some(("connect", "/integrations/connect")),
    },
    Trouble {
        command: &["onedrive", "import", "ABC"],
        page: ("/files/add", "pick=ABC/Plan.pdf"),
        api: ("/api/imports", r#"{"items": ["ABC"]}"#),
        code: "not-connected",
        way_out: Some(("connect", "/integrations/connect")),
    },
];

impl Serving {
    async fn begin(stage: &Stage) -> Self {
        let token = stage.json(&["users", "tokens", "make", "admin", "--label", "faces"])["secret"].clone();
        let mut command = stage.command(&["serve", "--listen", "localhost:0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let origin = line_with(&mut said, "the console is at ");
        let origin = origin.trim().rsplit(' ').next().unwrap().to_owned();
        // What it says from then on is read, so that it never waits for us.
        std::thread::spawn(move || said.lines().for_each(drop));
        let mut told = BufReader::new(child.stdout.take().unwrap());
        let link = line_with(&mut told, "/claim?token=");
        let (_, invitation) = link.trim().split_once("token=").unwrap();
        let form = format!("token={invitation}&password={}", PASSWORD.replace(' ', "+"));
        let client = clientpoint_engine::egress::client(true).unwrap();
        let claim = client
            .post(format!("{origin}/claim"))
            .header("sec-fetch-site", "same-origin");
        let claim = claim
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let claimed = claim.send().await.unwrap();
        let cookie = claimed.headers()["set-cookie"]
            .to_str()
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        Self {
            child,
            origin,
            cookie,
            token: token.as_str().unwrap().to_owned(),
        }
    }

    /// What a page says after its form was sent.
    async fn page(&self, (path, form): (&str, &str)) -> String {
        let client = clientpoint_engine::egress::client(true).unwrap();
        let request = client
            .post(format!("{}{path}", self.origin))
            .header("cookie", &self.cookie);
        let request = request.header("sec-fetch-site", "same-origin").body(form.to_owned());
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.send().await.unwrap().text().await.unwrap()
    }

    /// What the API says.
    async fn api(&self, (path, body): (&str, &str)) -> Value {
        let client = clientpoint_engine::egress::client(true).unwrap();
        let request = client.post(format!("{}{path}", self.origin)).header("if-match", "*");
        let request = request.header("authorization", format!("Bearer {}", self.token));
        let request = request.header("content-type", "application/json").body(body.to_owned());
        serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        signal(&self.child, "-INT");
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn the_same_trouble_has_one_code_one_fact_and_one_way_out_wherever_it_is_met() {
    let Some(stage) = Stage::set().await else { return };
    std::fs::write(stage.folder.path().join("Own.pdf"), b"%PDF-1").unwrap();
    let own = stage.folder.path().join("Own.pdf");
    stage.json(&["library", "add", own.to_str().unwrap()]);
    let serving = Serving::begin(&stage).await;
    for trouble in TROUBLES {
        let command = stage.json(trouble.command)["error"].clone();
        let api = serving.api(trouble.api).await;
        let page = serving.page(trouble.page).await;
        let about = trouble.command.join(" ");
        assert_eq!(command["code"], trouble.code, "{about}: {command}");
        assert_eq!(api["code"], trouble.code, "{about}: {api}");
        assert!(
            page.contains(&format!("<code>{}</code>", trouble.code)),
            "{about}: {page}"
        );

        // A command tells the way out with the fact; the others have it beside.
        let fact = api["detail"].as_str().unwrap();
        assert!(
            command["message"].as_str().unwrap().starts_with(fact),
            "{about}: {command}"
        );
        let end = fact.rsplit(['`', ' ']).find(|word| !word.is_empty()).unwrap();
        assert!(page.contains(end), "{about}: {page}");

        let first = command["ways_out"][0]["do"].as_str();
        assert_eq!(first, trouble.way_out.map(|(word, _)| word), "{about}: {command}");
        assert_eq!(api["wayOut"].as_str(), first, "{about}: {api}");
        if let Some((_, address)) = trouble.way_out {
            assert_eq!(api["waysOut"], command["ways_out"], "{about}");
            assert!(
                page.contains(&format!("class=\"btn\" href=\"{address}\"")),
                "{about}: {page}"
            );
        }
    }
}
