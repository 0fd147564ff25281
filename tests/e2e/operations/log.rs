//! What the log says of them.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use end_to_end::WATCH;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

use super::*;

/// The log of this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn the_log_of_two_imports_side_by_side_tells_them_apart_and_names_nobody() {
    let (world, [of_ada, of_bea]) = two_at_work().await;
    world.sim.clear_faults();
    for path in ["/Ada.pdf", "/Bea.pdf"] {
        world.sim.fault(Fault::server_error(503).on(path).times(1));
    }
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_env_filter(EnvFilter::new(
            "plugin=debug,clientpoint_engine=debug,clientpoint_host=debug",
        ))
        .with_writer(log.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let (ada, bea) = (world.admin().await, world.host.session("bea").await.unwrap());
    let (wanted, of_bea) = ([of_ada], [of_bea]);
    let importing = async { tokio::join!(ada.import(&wanted), bea.import(&of_bea)) };
    tokio::select! {
        (one, other) = importing => drop((one.unwrap(), other.unwrap())),
        () = async { loop { world.clock.pass(|asked| asked != WATCH).await; } } => unreachable!(),
    }
    world.sim.put("/Ada.pdf", pdf("second").into());
    world.sim.fault(Fault::server_error(503).on("/Ada.pdf").times(1));
    tokio::select! {
        ledger = async { ada.sync(&SyncOptions::default(), &Stop::default()).await } => drop(ledger.unwrap()),
        () = async { loop { world.clock.pass(|asked| asked != WATCH).await; } } => unreachable!(),
    }
    drop(guard);

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let of_plugin: Vec<&str> = text.lines().filter(|line| line.contains(" plugin: ")).collect();
    for operation in seen(&ada).await {
        let connection = operation.connection.unwrap();
        let unique = connection.rsplit('-').next().unwrap();
        let span = format!("operation{{operation={} connection=\"user-{unique}\"}}:", operation.id);
        let own: Vec<&&str> = of_plugin.iter().filter(|line| line.contains(&span)).collect();
        assert!(!own.is_empty(), "{span} {text}");
        let run = format!("run{{run={}}}:", operation.run.unwrap_or_default());
        assert!(
            own.iter().all(|line| line.contains(&run) == operation.run.is_some()),
            "{own:#?}"
        );
    }
    assert!(
        of_plugin.iter().all(|line| line.contains("operation{operation=")),
        "{of_plugin:#?}"
    );
    assert!(!text.contains("admin") && !text.contains("bea-"), "{text}");
}
