//! Ctrl-C, answered at once: the first one asks to stop, the second one ends the program where it stands. What the host
//! does bears being ended anywhere.

use std::io;

use clientpoint_host::service::Stop;

use super::terminal::Terminal;

/// Asks to stop when somebody presses Ctrl-C, or the system asks this program to end. `how` tells what is waited for then.
pub fn stop_on_signal(terminal: &Terminal, how: &'static str) -> Stop {
    let stop = Stop::default();
    // A system without signals has no way to ask, and is no reason not to begin.
    if let Ok(signals) = Signals::new() {
        tokio::spawn(listen(signals, stop.clone(), terminal.clone(), how));
    }
    stop
}

async fn listen(mut signals: Signals, stop: Stop, terminal: Terminal, how: &'static str) {
    signals.next().await;
    terminal.say(format!("stopping: {how}; press Ctrl-C again to end at once"));
    stop.cancel();
    let status = signals.next().await;
    terminal.say("ended at once; what was done until now stays done");
    terminal.flush();
    std::process::exit(status);
}

/// Ctrl-C, and what the system sends a program that shall end.
#[cfg(unix)]
pub struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// From now on, they end the program no more.
    ///
    /// # Errors
    ///
    /// The system's.
    pub fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for the next one, and gives the status that a program ends with which it has ended.
    pub async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => 130,
            _ = self.terminate.recv() => 143,
        }
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
pub struct Signals(());

#[cfg(not(unix))]
impl Signals {
    /// From now on, it ends the program no more.
    pub fn new() -> io::Result<Self> {
        Ok(Signals(()))
    }

    /// Waits for the next one.
    pub async fn next(&mut self) -> i32 {
        // Where nobody can press it, nobody does.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        130
    }
}
