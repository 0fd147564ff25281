//! Hosts as an operator starts them: the program that ships, each with a data folder of its own.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use sqlx::{Connection, PgConnection};

use super::{
    cost,
    data::{self, Data},
};

/// Those that are at work.
pub struct Hosts {
    pub running: Vec<Child>,
    /// What those needed that have ended.
    ended: Duration,
}

/// The program, which lies beside this one.
pub fn program() -> PathBuf {
    std::env::current_exe().unwrap().with_file_name("clientpoint-host")
}

/// What every command of a host begins with.
pub fn words(folder: &Path, source: &str, at: Option<&str>) -> Vec<String> {
    let mut words = vec![
        "--data".to_owned(),
        folder.display().to_string(),
        "--config".into(),
        data::settings_of(folder).display().to_string(),
        "--plugin".into(),
        end_to_end::component().display().to_string(),
        "--insecure-endpoints".into(),
        "--graph-url".into(),
        source.into(),
        "--login-url".into(),
        source.into(),
    ];
    words.extend(at.into_iter().flat_map(|at| ["--at".to_owned(), at.to_owned()]));
    words
}

impl Hosts {
    /// Starts so many, with their clocks at that time.
    pub fn start(data: &Data, count: usize, at: &str) -> Self {
        let urls = vec![data.url.clone(); count];
        Self::start_with(data, &urls, at)
    }

    /// Starts one for each of these addresses of the database.
    pub fn start_with(data: &Data, urls: &[String], at: &str) -> Self {
        let start = |(number, url): (usize, &String)| {
            let folder = data.host(number, url);
            Self::one(&folder, &data.source, at)
        };
        Self {
            running: urls.iter().enumerate().map(start).collect(),
            ended: Duration::ZERO,
        }
    }

    fn one(folder: &Path, source: &str, at: &str) -> Child {
        let log = File::options()
            .append(true)
            .create(true)
            .open(folder.with_extension("log"))
            .unwrap();
        Command::new(program())
            .args(words(folder, source, Some(at)))
            .args([
                "--log",
                "warn",
                "serve",
                "--no-console",
                "--roles",
                "timer,worker",
                "--at-once",
                "32",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap()
    }

    /// What they needed of the processor.
    pub fn cpu(&self) -> Duration {
        self.ended + self.running.iter().map(|host| cost::of(host.id())).sum::<Duration>()
    }

    /// Waits until every connection has had its run of that day. `meanwhile` hears how many have, again and again.
    pub async fn wait<F: Future<Output = ()>>(
        &mut self,
        data: &Data,
        day: &str,
        at_most: Duration,
        mut meanwhile: impl FnMut(Progress) -> F,
    ) {
        let begun = Instant::now();
        loop {
            // The database may be gone for a moment.
            if let Ok(mut connection) = PgConnection::connect(&data.url).await
                && let Ok(progress) = Progress::of(&mut connection, day).await
            {
                if progress.done == progress.all {
                    return;
                }
                meanwhile(progress).await;
                let _ = connection.close().await;
            }
            assert!(
                begun.elapsed() < at_most,
                "the night does not end: look into {}",
                data.folder.path().display()
            );
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// Ends them as an operator does.
    pub async fn end(mut self) {
        for host in &self.running {
            signal(host.id(), "TERM");
        }
        for host in &mut self.running {
            host.wait().unwrap();
        }
    }
}

impl Drop for Hosts {
    fn drop(&mut self) {
        for host in &mut self.running {
            let _ = host.kill();
            let _ = host.wait();
        }
    }
}

/// How far a night is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    pub done: i64,
    pub all: i64,
}

impl Progress {
    async fn of(connection: &mut PgConnection, day: &str) -> sqlx::Result<Self> {
        let (done, all) = sqlx::query_as(
            "SELECT (SELECT count(*) FROM clientpoint.runs WHERE due = $1 AND state <> 'running'), \
                 (SELECT count(*) FROM clientpoint.connections)",
        )
        .bind(day)
        .fetch_one(connection)
        .await?;
        Ok(Self { done, all })
    }
}

/// Sends a signal to a process.
pub fn signal(process: u32, signal: &str) {
    let sent = Command::new("kill")
        .arg(format!("-{signal}"))
        .arg(process.to_string())
        .status();
    assert!(sent.unwrap().success());
}
