//! An object store that speaks as S3 does, in the process of the story.

use std::{net::SocketAddr, path::PathBuf};

use clientpoint_host::store::objects::Remote;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// The one who may come in.
const KEY: &str = "story";
const SECRET: &str = "not a secret: it opens a store that ends with its story";

/// The bucket that there is.
const BUCKET: &str = "library";

/// A store that runs until it is dropped.
pub struct ObjectStore {
    folder: TempDir,
    address: SocketAddr,
    /// Whether it answers; else it hangs up on whoever calls.
    answers: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl ObjectStore {
    /// Starts one with an empty bucket.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let mut service = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let service = service.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (answers, answering) = watch::channel(true);
        let serving = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (service, mut answering) = (service.clone(), answering.clone());
                tokio::spawn(async move {
                    let builder = Builder::new(TokioExecutor::new());
                    tokio::select! {
                        biased;
                        _ = answering.wait_for(|answers| !answers) => {}
                        // A client that goes away in the middle is its own affair.
                        _ = builder.serve_connection(TokioIo::new(socket), service) => {}
                    }
                });
            }
        });
        Self {
            folder,
            address,
            answers,
            serving,
        }
    }

    /// The store as a host reaches it, with what it keeps below that prefix.
    pub fn remote(&self, prefix: &str) -> Remote {
        self.by(SECRET, prefix)
    }

    /// As [`ObjectStore::remote`], for a host with another secret.
    pub fn stranger(&self, prefix: &str) -> Remote {
        self.by("another secret", prefix)
    }

    fn by(&self, secret: &str, prefix: &str) -> Remote {
        Remote::at(&self.url(prefix), self.variables_with(secret)).unwrap()
    }

    /// Its address with a prefix, as a setting has it.
    pub fn url(&self, prefix: &str) -> String {
        format!("s3://{BUCKET}/{prefix}")
    }

    /// The variables of the environment with which a program comes in.
    pub fn variables(&self) -> [(String, String); 5] {
        self.variables_with(SECRET)
    }

    fn variables_with(&self, secret: &str) -> [(String, String); 5] {
        let variables = [
            ("AWS_ENDPOINT", format!("http://{}", self.address)),
            ("AWS_ALLOW_HTTP", "true".into()),
            ("AWS_REGION", "us-east-1".into()),
            ("AWS_ACCESS_KEY_ID", KEY.into()),
            ("AWS_SECRET_ACCESS_KEY", secret.into()),
        ];
        variables.map(|(name, value)| (name.to_owned(), value))
    }

    /// Lets it answer, or hang up on whoever calls.
    pub fn answer(&self, answers: bool) {
        self.answers.send_replace(answers);
    }

    /// Where the bytes of an object below a prefix are.
    pub fn place(&self, prefix: &str, sha256: &str) -> PathBuf {
        self.objects(prefix).join(sha256.split_at(2).0).join(sha256)
    }

    fn objects(&self, prefix: &str) -> PathBuf {
        self.folder.path().join(BUCKET).join(prefix).join("objects")
    }

    /// How many objects lie below a prefix.
    pub fn count(&self, prefix: &str) -> usize {
        let Ok(shards) = std::fs::read_dir(self.objects(prefix)) else {
            return 0;
        };
        shards
            .map(|shard| std::fs::read_dir(shard.unwrap().path()).unwrap().count())
            .sum()
    }

    /// Puts other bytes in the place of every object below a prefix.
    pub fn spoil(&self, prefix: &str) {
        for shard in std::fs::read_dir(self.objects(prefix)).unwrap() {
            for object in std::fs::read_dir(shard.unwrap().path()).unwrap() {
                let path = object.unwrap().path();
                let mut bytes = std::fs::read(&path).unwrap();
                bytes.iter_mut().for_each(|byte| *byte ^= 1);
                std::fs::write(path, bytes).unwrap();
            }
        }
    }
}

impl Drop for ObjectStore {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
