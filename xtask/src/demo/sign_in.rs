//! The two other ways to connect: an Administrator's own sign-in, and the company's certificate.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{
    http::Request,
    json::text,
    sim::Sim,
    story::{Answer, Story},
};
use crate::{run, say};

/// A person picks an account in the browser; some of them can't be connected.
pub fn own_sign_in(story: &mut Story, sim: &Sim) -> Result<()> {
    let answer = story.run(&["users", "add", "ada", "--role", "administrator"])?;
    story.check("there is another Administrator, ada", answer.status == 0, &answer.json)?;
    for (person, code) in [("personal", "account-refused"), ("declines", "declined")] {
        let (answer, page) = signed_in(story, sim, person)?;
        let told = answer.status == 1 && answer.refusal() == code && page.contains("Not connected");
        story.check(
            &format!("nothing is connected: {}", text(&answer.json, "/error/message")),
            told,
            &answer.json,
        )?;
    }
    let (answer, page) = signed_in(story, sim, "member")?;
    story.check(
        "the browser shows: You can close this window",
        page.contains("You can close this window"),
        &json!(page),
    )?;
    let name = text(&answer.json, "/connection/account/name").to_owned();
    story.check(&format!("connected as {name}"), answer.status == 0, &answer.json)?;
    let own = text(&answer.json, "/connection/drive/id") == sim.drive;
    story.check("the drive is the person's own OneDrive", own, &answer.json)?;
    let answer = story.run(&["--as", "ada", "onedrive", "list"])?;
    let listed = answer.status == 0 && !answer.list("entries").is_empty();
    story.check("what is in it can be browsed", listed, &Value::Null)?;

    sim.change("revoke", &json!({"person": "member"}))?;
    say::note("(in Microsoft 365: an administrator ends all sessions of this person; the time passes)");
    let later = an_hour_later(story.today())?;
    let answer = story.run(&["--as", "ada", "--at", &later, "onedrive", "list"])?;
    let told = answer.refusal() == "needs-reconnect";
    story.check(
        "the connection says that it needs its person, and since when",
        told,
        &answer.json,
    )?;
    let answer = story.run(&["--as", "ada", "disconnect", "user"])?;
    story.check(
        "ada gives the sign-in up; the company's goes on",
        answer.status == 0,
        &answer.json,
    )
}

/// The company again, with a certificate in the place of the secret.
pub fn certificate(story: &mut Story, sim: &Sim) -> Result<()> {
    let folder = story.folder().join("certificate");
    fs::create_dir_all(&folder)?;
    let openssl = |arguments: &str| {
        let mut command = Command::new("openssl");
        command.args(arguments.split(' ')).current_dir(&folder);
        run::output(&mut command)
    };
    let made = openssl("req -x509 -newkey rsa:2048 -nodes -days 180 -subj /CN=demo -keyout key.pem -out cert.pem");
    if made.is_err() {
        say::note("(left out: there is no program `openssl` to make a certificate with)");
        return Ok(());
    }
    let alone = fs::read_to_string(folder.join("cert.pem"))?;
    fs::write(
        folder.join("both.pem"),
        alone.clone() + &fs::read_to_string(folder.join("key.pem"))?,
    )?;
    let base64: String = alone.lines().filter(|line| !line.contains("-----")).collect();

    let file = folder.join("both.pem").to_string_lossy().into_owned();
    let tenant = [
        "connect",
        "organization",
        "--tenant",
        &sim.tenant,
        "--client-id",
        &sim.client_id,
    ];
    let command = [tenant.as_slice(), &["--certificate", &file]].concat();
    let answer = story.run(&command)?;
    let refused = answer.status == 1 && answer.refusal() == "wrong-settings";
    story.check(
        "a certificate that nobody has uploaded is refused",
        refused,
        &answer.json,
    )?;

    sim.change("certificates", &json!({ "base64": base64 }))?;
    say::note("(the certificate is uploaded to the application, without its key)");
    let answer = story.run(&command)?;
    story.check(
        "the uploaded one connects, and no secret was needed",
        answer.status == 0,
        &answer.json,
    )?;
    story.check(
        "the drive is still the same",
        text(&answer.json, "/connection/drive/id") == sim.drive,
        &answer.json,
    )?;
    let answer = story.show(&["status"])?;
    let days = answer.json.pointer("/expires/days_left").and_then(Value::as_i64);
    story.check(
        "status counts the days until it ends",
        days.is_some_and(|days| days > 0),
        &answer.json,
    )
}

/// Some hours after that morning: the access token is over by then.
fn an_hour_later(morning: &str) -> Result<String> {
    let (day, _) = morning.split_once('T').context("the story has come to no morning")?;
    Ok(format!("{day}T07:30:00Z"))
}

/// Runs `connect user`, follows the address that it shows as a person would, and gives what came of it, and the page
/// that the browser shows at the end.
fn signed_in(story: &Story, sim: &Sim, person: &str) -> Result<(Answer, String)> {
    let words = [
        "--as",
        "ada",
        "connect",
        "user",
        "--client-id",
        &sim.client_id,
        "--client-secret-stdin",
    ];
    let mut program = story.begin_with_secret(&[words.as_slice(), &["--no-browser"]].concat(), &sim.client_secret)?;
    let messages = program.stderr.take().context("the host says nothing")?;
    let mut lines = BufReader::new(messages).lines();
    let address = lines
        .by_ref()
        .map_while(Result::ok)
        .find(|line| line.contains("/authorize?"));
    let address = address.context("the host shows no address to sign in at")?;
    say::note(&format!("(in the browser: {person} is picked)"));
    let back = Request::get(&format!("{}&_sim_user={person}", address.trim())).send()?;
    let page = Request::get(back.header("location")).send()?;
    let rest = std::thread::spawn(move || lines.map_while(Result::ok).count());
    let mut output = Vec::new();
    let stdout = program.stdout.take().context("the host answers nothing")?;
    stdout.take(1 << 20).read_to_end(&mut output)?;
    let status = program.wait()?.code().unwrap_or(-1);
    ensure!(rest.join().is_ok(), "the host's messages were lost");
    let json = serde_json::from_slice(&output).context("with --json came something else")?;
    Ok((
        Answer { status, json },
        String::from_utf8_lossy(&page.body).into_owned(),
    ))
}

impl Story {
    /// Starts a command with a secret on its standard input, to be read and waited for by the caller.
    fn begin_with_secret(&self, arguments: &[&str], secret: &str) -> Result<std::process::Child> {
        let mut command = self.command(arguments);
        command.arg("--json").stdin(self.file_with(secret)?);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().context("the host can't be started")
    }
}
