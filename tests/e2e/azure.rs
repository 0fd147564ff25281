//! The bytes of a library lie on Azure, on an emulator of it at the address in `CLIENTPOINT_TEST_AZURE`: as on a store that
//! speaks as S3 does.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::Utc;
use clientpoint_host::{
    Host,
    host::{BuildError, HostBuilder},
    store::objects::Remote,
};
use end_to_end::{World, builder, by_path::ByPath, pdf, sync, whole::Whole};
use ring::hmac;

/// The account that every emulator has, with the key that everybody knows.
const ACCOUNT: &str = "devstoreaccount1";
const KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// A container of a story's own.
struct Container {
    emulator: String,
    name: String,
}

impl Container {
    /// Makes one that everybody may list, whatever key they have; none where no emulator runs.
    async fn made() -> Option<Self> {
        Self::with(&[("x-ms-blob-public-access", "container")]).await
    }

    /// Makes one that opens with the key alone; none where no emulator runs.
    async fn closed() -> Option<Self> {
        Self::with(&[]).await
    }

    async fn with(access: &[(&'static str, &str)]) -> Option<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let emulator = std::env::var("CLIENTPOINT_TEST_AZURE").ok()?;
        let name = format!(
            "library-{}-{}",
            std::process::id(),
            MADE.fetch_add(1, Ordering::Relaxed)
        );
        let now = Utc::now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let headers = [access, &[("x-ms-date", &now), ("x-ms-version", "2021-08-06")]].concat();
        let said: String = headers.iter().map(|(key, value)| format!("{key}:{value}\n")).collect();
        let signed = format!(
            "PUT{}{said}/{ACCOUNT}/{ACCOUNT}/{name}\nrestype:container",
            "\n".repeat(12)
        );
        let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(KEY).unwrap());
        let signature = STANDARD.encode(hmac::sign(&key, signed.as_bytes()));
        let container = Self { emulator, name };
        let mut request = client()
            .put(format!("{}?restype=container", container.url()))
            .header("content-length", 0)
            .header("authorization", format!("SharedKey {ACCOUNT}:{signature}"));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
        Some(container)
    }

    fn url(&self) -> String {
        format!("{}/{ACCOUNT}/{}", self.emulator, self.name)
    }

    /// The store as a host reaches it, with what it keeps below that prefix.
    fn remote(&self, prefix: &str) -> Remote {
        self.by(KEY, prefix)
    }

    fn by(&self, key: &str, prefix: &str) -> Remote {
        let variables = [
            ("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT.to_owned()),
            ("AZURE_STORAGE_ACCOUNT_KEY", key.to_owned()),
            ("AZURE_STORAGE_ENDPOINT", format!("{}/{ACCOUNT}", self.emulator)),
            ("AZURE_ALLOW_HTTP", "true".to_owned()),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value));
        Remote::at(&format!("az://{}/{prefix}", self.name), variables).unwrap()
    }

    /// How many objects lie below a prefix.
    async fn count(&self, prefix: &str) -> usize {
        let list = format!("{}?restype=container&comp=list&prefix={prefix}/objects/", self.url());
        let answer = client().get(list).send().await.unwrap();
        answer.text().await.unwrap().matches("<Name>").count()
    }
}

/// A client that goes there and nowhere else.
fn client() -> reqwest::Client {
    // A host installs it as well; whoever comes first has.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// The host of this folder anew, built otherwise.
async fn again(world: &World, change: impl FnOnce(HostBuilder) -> HostBuilder) -> Result<Host, BuildError> {
    change(builder(&world.sim, &world.clock, world.data.path()))
        .build()
        .await
}

fn code(refused: Result<Host, BuildError>) -> String {
    refused.err().unwrap().problems[0].code().to_owned()
}

async fn imported(world: &World, name: &str, bytes: &[u8]) -> String {
    let item = world.sim.put(name, bytes.to_vec().into());
    let outcome = world.import(&item).await;
    outcome.file.unwrap_or_else(|| panic!("{:?}", outcome.message)).id
}

#[tokio::test]
async fn files_of_any_size_come_in_are_read_and_follow_and_nothing_of_them_stays_in_the_folder() {
    let Some(azure) = Container::made().await else { return };
    let world = World::connected_with(|builder| builder.objects(azure.remote("one"))).await;
    for size in [0, 10, 700_000, 20_000_000] {
        let mut bytes = pdf("x");
        bytes.resize(bytes.len() + size, 7);
        let id = imported(&world, &format!("/{size}.pdf"), &bytes).await;
        assert!(world.bytes(&id).await == bytes, "{size}");
    }
    assert_eq!((azure.count("one").await, world.drafts()), (4, 0));
    assert!(!world.data.path().join("objects").exists());
    let id = imported(&world, "/A.pdf", &pdf("first")).await;
    world.sim.put("/A.pdf", pdf("second").into());
    assert_eq!(sync(&world).await.counts["updated"], 1);
    assert_eq!(world.bytes(&id).await, pdf("second"));
    let verification = world.admin().await.verify(&[]).await.unwrap();
    assert!(verification.is_clean(), "{verification:?}");
    assert_eq!(azure.count("one").await, 6);

    world.host.close().await;
    let host = again(&world, |builder| builder.objects(azure.remote("one")))
        .await
        .unwrap();
    let admin = host.session("admin").await.unwrap();
    assert_eq!(admin.library().await.unwrap().len(), 5);
    assert_eq!(admin.bytes_of(&id).await.unwrap(), pdf("second"));
}

#[tokio::test]
async fn a_place_on_azure_is_one_library_s_and_opens_with_the_right_key_alone() {
    let Some(azure) = Container::closed().await else { return };
    let far = World::connected_with(|builder| builder.objects(azure.remote("one"))).await;
    imported(&far, "/A.pdf", &pdf("a")).await;
    far.host.close().await;

    let moved = again(&far, |builder| builder.objects(azure.remote("two"))).await;
    assert_eq!(code(moved), "object-store-lost");
    let stranger = STANDARD.encode("another key");
    let refused = again(&far, |builder| builder.objects(azure.by(&stranger, "one"))).await;
    assert_eq!(code(refused), "object-store-refused");
    let other = tempfile::tempdir().unwrap();
    let taken = builder(&far.sim, &far.clock, other.path()).objects(azure.remote("one"));
    assert_eq!(code(taken.build().await), "foreign-objects");
}

#[tokio::test]
async fn a_file_that_is_removed_for_good_leaves_azure_a_month_later() {
    let Some(azure) = Container::made().await else { return };
    let world = World::connected_with(|builder| builder.objects(azure.remote("one"))).await;
    imported(&world, "/A.pdf", &pdf("a")).await;
    let gone = imported(&world, "/B.pdf", &pdf("b")).await;
    world.admin().await.remove_file_now(&gone).await.unwrap();
    world.host.close().await;
    for (days, count) in [(29, 2), (1, 1)] {
        world.clock.advance(Duration::from_secs(days * 24 * 60 * 60));
        let host = again(&world, |builder| builder.objects(azure.remote("one")))
            .await
            .unwrap();
        assert_eq!(azure.count("one").await, count, "{days}");
        host.close().await;
    }
}
