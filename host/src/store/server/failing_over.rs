//! Several addresses of one database: ways to the server of the tests that break, and such as only read.

use sqlx::AssertSqlSafe;

use super::{
    proxy::Proxy,
    trial::{url_by, way_to, write, write_all},
    *,
};
use crate::store::{DEFAULT_ACCOUNT, db};

/// What makes an address one of a server that takes no writes.
const ONLY_READS: &str = "&options[default_transaction_read_only]=on";

/// What makes it one that takes them, whatever becomes of the database.
const WRITES: &str = "&options[default_transaction_read_only]=off";

/// A database with two ways to it.
struct Stage {
    near: Server,
    first: Proxy,
    second: Proxy,
    _data: tempfile::TempDir,
}

impl Stage {
    /// None where the tests run on SQLite.
    async fn set() -> Option<Self> {
        let data = tempfile::tempdir().unwrap();
        let near = trial::of_folder(data.path()).await?;
        Some(Self {
            first: way_to(&near).await,
            second: way_to(&near).await,
            near,
            _data: data,
        })
    }

    /// The database by both ways, each with something more in its address. Who comes in can be asked which it was.
    fn server(&self, first: &str, second: &str) -> Server {
        let ways = [("first", &self.first, first), ("second", &self.second, second)];
        let lines =
            ways.map(|(name, way, more)| format!("{}?options[clientpoint.way]={name}{more}", url_by(way, &self.near)));
        Server::of_lines(&Secret::new(lines.join("\n"))).unwrap()
    }

    /// Lets all who come in from now on only read, unless their address says otherwise.
    async fn only_reads(&self) {
        let patience = Duration::from_secs(10);
        let mut connection = self.near.connect_as("unit", DEFAULT_ACCOUNT, patience).await.unwrap();
        let database = self.near.addresses[0].get_database().unwrap();
        let only_reads = format!("ALTER DATABASE {database} SET default_transaction_read_only = on");
        sqlx::raw_sql(AssertSqlSafe(only_reads))
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
    }
}

/// The places of both addresses, for people.
fn places(server: &Server) -> [String; 2] {
    [0, 1].map(|at| finding::place(&server.addresses[at]))
}

async fn open(server: &Server) -> Result<Store> {
    server.open(DEFAULT_ACCOUNT, Duration::from_secs(20)).await
}

/// By which way the store asks.
async fn asked(store: &Store) -> Result<String> {
    let asked = db::query_as::<(String,)>("SELECT current_setting('clientpoint.way')");
    Ok(asked.fetch_one(store.pool()).await?.0)
}

fn addresses(store: &Store) -> &Addresses {
    match store.pool() {
        Pool::Post(post) => &post.addresses,
        Pool::Lite(_) => panic!("this test is about a server"),
    }
}

fn told(error: &Error, code: &str, place: &str) {
    let told = error.to_string();
    assert_eq!(error.code(), code, "{told}");
    assert!(told.contains(place) && !told.contains("hunter2"), "{told}");
}

#[tokio::test]
async fn a_library_is_opened_by_the_first_address_that_answers_and_each_is_named_where_none_does() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let server = stage.server("", "");
    assert_eq!(asked(&open(&server).await.unwrap()).await.unwrap(), "first");

    stage.first.open(false);

    let store = open(&server).await.unwrap();
    assert_eq!(asked(&store).await.unwrap(), "second");
    write_all(&store).await.unwrap();

    stage.second.open(false);

    let refused = open(&server).await.unwrap_err();
    let text = refused.to_string();
    for place in places(&server) {
        told(&refused, "database-away", &place);
        assert!(text.contains(&format!("`{place}` can't be reached")), "{text}");
    }
}

#[tokio::test]
async fn an_address_that_only_reads_is_passed_over_and_both_are_named_where_both_do() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let store = open(&stage.server(ONLY_READS, "")).await.unwrap();
    assert_eq!(asked(&store).await.unwrap(), "second");
    write_all(&store).await.unwrap();

    let server = stage.server(ONLY_READS, ONLY_READS);
    let refused = open(&server).await.unwrap_err();
    let text = refused.to_string();
    for place in places(&server) {
        told(&refused, "database-read-only", &place);
        assert!(text.contains(&format!("`{place}` can only be read now")), "{text}");
    }
    let patience = Duration::from_secs(10);
    let moving = server.connect_as("unit", DEFAULT_ACCOUNT, patience).await.unwrap_err();
    assert_eq!(moving.to_string(), text);
}

#[tokio::test]
async fn where_the_address_in_use_breaks_one_error_is_told_and_all_accounts_go_on_by_the_next_until_that_breaks() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let server = stage.server("", "");
    let [first, second] = places(&server);
    let store = open(&server).await.unwrap();
    let acme = store.of("acme");
    for store in [&store, &acme] {
        assert_eq!(asked(store).await.unwrap(), "first");
    }
    let mut transaction = store.write().await.unwrap();
    write(&mut transaction).await.unwrap();

    stage.first.open(false);

    told(&write(&mut transaction).await.unwrap_err(), "database-away", &first);
    assert_eq!(addresses(&store).moved(&first).await, second);
    // What a transaction says later is still of the way on which it began.
    told(&write(&mut transaction).await.unwrap_err(), "database-away", &first);
    drop(transaction);
    let half: Vec<(String,)> = db::query_as("SELECT name FROM switches")
        .fetch_all(store.pool())
        .await
        .unwrap();
    assert_eq!(half, [], "half of it was done");
    write_all(&store).await.unwrap();

    stage.first.open(true);

    for _ in 0..CONNECTIONS {
        for store in [&store, &acme] {
            assert_eq!(asked(store).await.unwrap(), "second", "it went back for no reason");
        }
    }

    stage.second.open(false);

    // Whether this is told, or waits for the other address, is a matter of which comes first.
    let _ = asked(&store).await;
    assert_eq!(addresses(&store).moved(&second).await, first);
    for store in [&store, &acme] {
        assert_eq!(asked(store).await.unwrap(), "first");
    }
    write_all(&store).await.unwrap();
}

#[tokio::test]
async fn a_server_that_goes_without_a_word_is_not_waited_for_once_another_one_is_in_use() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let server = stage.server("", "");
    let [first, second] = places(&server);
    let store = server.open(DEFAULT_ACCOUNT, Duration::from_millis(50)).await.unwrap();
    assert_eq!(asked(&store).await.unwrap(), "first");
    let mut transaction = store.write().await.unwrap();

    stage.first.be_silent();

    // Who comes for a connection finds out, and may be in time for the other server.
    let (written, _) = tokio::join!(write(&mut transaction), asked(&store));
    told(&written.unwrap_err(), "database-away", &first);
    assert_eq!(addresses(&store).moved(&first).await, second);
    drop(transaction);
    for _ in 0..CONNECTIONS {
        assert_eq!(asked(&store).await.unwrap(), "second");
    }
}

#[tokio::test]
async fn a_server_that_takes_no_writes_any_more_is_left_and_so_is_what_is_connected_to_it() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let server = stage.server("", WRITES);
    let [first, second] = places(&server);
    let store = open(&server).await.unwrap();
    assert_eq!(asked(&store).await.unwrap(), "first");
    let mut transaction = store.write().await.unwrap();

    stage.only_reads().await;
    db::query("SET LOCAL transaction_read_only = on")
        .execute(&mut *transaction)
        .await
        .unwrap();

    let refused = write(&mut transaction).await.unwrap_err();
    told(&refused, "database-read-only", &first);
    drop(transaction);
    assert_eq!(addresses(&store).moved(&first).await, second);
    for _ in 0..CONNECTIONS {
        assert_eq!(asked(&store).await.unwrap(), "second");
    }
    write_all(&store).await.unwrap();
}

#[tokio::test]
async fn a_database_with_another_library_is_never_taken_for_the_one_that_is_away() {
    let (Some(stage), Some(other)) = (Stage::set().await, Stage::set().await) else {
        return;
    };
    let (ours, theirs) = (stage.server("", ""), other.server("", ""));
    drop(open(&theirs).await.unwrap());
    let server = Server {
        addresses: vec![ours.addresses[0].clone(), theirs.addresses[1].clone()],
    };
    let [first, second] = places(&server);
    let store = open(&server).await.unwrap();
    assert_eq!(asked(&store).await.unwrap(), "first");

    stage.first.open(false);

    told(&asked(&store).await.unwrap_err(), "database-away", &first);
    addresses(&store).lost().await;
    let away = asked(&store).await.unwrap_err().to_string();
    assert!(!away.contains(&second), "{away}");

    stage.first.open(true);

    assert_eq!(asked(&store).await.unwrap(), "first");
    write_all(&store).await.unwrap();
}

#[test]
fn addresses_that_have_come_or_gone_since_are_still_those_of_the_same_database() {
    let of = |lines: &str| Server::of_lines(&Secret::new(lines.to_owned())).unwrap();
    let one = of("postgres://ada@one/library");
    let both = of("postgres://ada@two/library\npostgres://ada@one/library");
    assert_eq!(both.place(), "two:5432/library, one:5432/library");
    assert!(both.is_at(&one.place()) && one.is_at(&both.place()) && one.is_at(&one.place()));
    assert!(!one.is_at("two:5432/library") && !one.is_at("one:5432/another"));
}
