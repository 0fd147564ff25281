//! The simulator as a process of its own.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use clientpoint_engine::test_endpoints::InsecureEndpoints;
use clientpoint_host::{Host, service::Given};
use serde_json::{Value, json};

/// A running simulator; it ends with this.
pub struct Simulator {
    process: Child,
    client: reqwest::Client,
    said: Value,
    /// The origin of Graph.
    pub graph: String,
    /// The origin of the sign-in service.
    pub login: String,
    /// The main drive.
    pub drive: String,
}

impl Simulator {
    /// Starts the program beside this one.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// As [`Simulator::start`], with more arguments.
    pub fn with(arguments: &[&str]) -> Self {
        let program = std::env::current_exe().unwrap().with_file_name("graph-sim");
        let mut process = Command::new(&program)
            .arg("--json")
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let text = |key: &str| said[key].as_str().unwrap().to_string();
        Self {
            process,
            client: clientpoint_engine::egress::client(true).unwrap(),
            graph: text("graph"),
            login: text("login"),
            drive: text("drive"),
            said,
        }
    }

    /// A host on a folder, connected to the main drive.
    pub async fn host(&self, component: &Path, data: &Path) -> Host {
        let host = Host::builder(data)
            .component(component)
            .insecure_endpoints(InsecureEndpoints {
                api: self.graph.clone(),
                login: self.login.clone(),
            })
            .build()
            .await
            .unwrap();
        let admin = host.session("admin").await.unwrap();
        admin.connect_organization(self.credentials()).await.unwrap();
        admin.select_drive(&self.drive, false).await.unwrap();
        host
    }

    /// What an Administrator fills in.
    fn credentials(&self) -> Given {
        let said = |key: &str| self.said[key].as_str().unwrap();
        end_to_end::given([
            ("tenant", said("tenant")),
            ("client-id", said("clientId")),
            ("client-secret", said("clientSecret")),
        ])
    }

    /// Makes a file of bytes that are made up on the way, and gives its id.
    pub async fn put(&self, path: &str, size: u64, seed: u64) -> String {
        let file = json!({ "path": path, "generated": { "size": size, "seed": seed } });
        let answer = self
            .client
            .post(format!("{}/_sim/put", self.graph))
            .json(&file)
            .send()
            .await
            .unwrap();
        let answer: Value = answer.error_for_status().unwrap().json().await.unwrap();
        answer["id"].as_str().unwrap().to_string()
    }

    /// How many requests it has had so far.
    pub async fn requests(&self) -> usize {
        let answer = self
            .client
            .get(format!("{}/_sim/stats", self.graph))
            .send()
            .await
            .unwrap();
        let answer: Value = answer.error_for_status().unwrap().json().await.unwrap();
        let counts = answer["requests"].as_object().unwrap().values();
        counts
            .map(|count| usize::try_from(count.as_u64().unwrap()).unwrap())
            .sum()
    }

    /// All files in the root of the main drive, by name, as drive items.
    pub async fn list(&self) -> Vec<Value> {
        let token = self.token().await;
        let mut next = Some(format!(
            "{}/v1.0/drives/{}/root/delta?$top=5000",
            self.graph, self.drive
        ));
        let mut items = Vec::new();
        while let Some(page) = next {
            let answer = self.client.get(page).bearer_auth(&token).send().await.unwrap();
            let answer: Value = answer.error_for_status().unwrap().json().await.unwrap();
            let page = answer["value"].as_array().unwrap();
            items.extend(page.iter().filter(|item| item.get("file").is_some()).cloned());
            next = answer["@odata.nextLink"].as_str().map(str::to_string);
        }
        items.sort_by_key(|item| item["name"].as_str().unwrap().to_string());
        items
    }

    /// Where a file's bytes are asked for, which redirects to where they are.
    pub fn content(&self, item: &str) -> String {
        format!("{}/v1.0/drives/{}/items/{item}/content", self.graph, self.drive)
    }

    /// A configuration of rclone in which the main drive is called `od:`.
    pub fn rclone_config(&self) -> String {
        let said = |key: &str| self.said[key].as_str().unwrap();
        let (graph, login, tenant) = (&self.graph, &self.login, said("tenant"));
        format!(
            "[od]\ntype = onedrive\ndrive_id = {}\ndrive_type = business\nclient_id = {}\nclient_secret = {}\n\
             tenant = {tenant}\nclient_credentials = true\ntenant_url = {graph}/_api\n\
             token_url = {login}/{tenant}/oauth2/v2.0/token\n",
            self.drive,
            said("clientId"),
            said("clientSecret"),
        )
    }

    /// The address that a file's bytes can be had from.
    pub async fn address(&self, item: &str) -> String {
        let content = self.content(item);
        let token = self.token().await;
        let answer = self.client.get(content).bearer_auth(token).send().await.unwrap();
        answer.headers()["location"].to_str().unwrap().to_string()
    }

    /// The application's own token.
    pub async fn token(&self) -> String {
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", "https://graph.microsoft.com/.default"),
            ("client_id", self.said["clientId"].as_str().unwrap()),
            ("client_secret", self.said["clientSecret"].as_str().unwrap()),
        ];
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let answer = self
            .client
            .post(format!(
                "{}/{}/oauth2/v2.0/token",
                self.login,
                self.said["tenant"].as_str().unwrap()
            ))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await
            .unwrap();
        let token: Value = answer.json().await.unwrap();
        token["access_token"].as_str().unwrap().to_string()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
