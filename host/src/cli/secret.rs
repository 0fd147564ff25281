//! A secret that comes in by standard input: piped, or typed by somebody. What is typed is not shown, and whatever ends the
//! typing, the terminal shows again afterwards what is typed.

use std::io::{IsTerminal, Read};

use clientpoint_engine::secrets::Secret;
use clientpoint_host::{Error, Result};

use super::terminal::Terminal;

/// The longest secret, in bytes.
const AT_MOST: u64 = 64 << 10;

/// Reads a secret: all that is piped in, or a line that is typed. `key` is what it is called in the plugin's form, `command`
/// where it is asked for.
///
/// # Errors
///
/// `Error::Settings` if there is none, or it can't be read.
pub async fn from_stdin(command: &str, key: &str, terminal: &Terminal) -> Result<Secret> {
    let read = if std::io::stdin().is_terminal() {
        typed(terminal).await
    } else {
        read(|text| std::io::stdin().lock().take(AT_MOST).read_to_string(text))
    };
    let secret = read.map_err(|error| {
        Error::Settings(format!(
            "the {} can't be read from standard input: {error}",
            key.replace('-', " ")
        ))
    })?;
    if secret.expose().is_empty() {
        return Err(Error::Settings(format!(
            "standard input holds no {}: pipe it in, as in `clientpoint-host {command} --{key}-stdin < secret.txt`",
            key.replace('-', " ")
        )));
    }
    Ok(secret)
}

fn read(from: impl FnOnce(&mut String) -> std::io::Result<usize>) -> std::io::Result<Secret> {
    let mut text = String::new();
    let read = from(&mut text);
    let secret = Secret::new(text.trim().to_string());
    zeroize::Zeroize::zeroize(&mut text);
    read.map(|_| secret)
}

#[cfg(unix)]
async fn typed(terminal: &Terminal) -> std::io::Result<Secret> {
    use std::io::BufRead;

    // Before anything is hidden: from here on Ctrl-C does not end the program by itself.
    let mut signals = super::interrupt::Signals::new()?;
    let hidden = unix::Hidden::begin()?;
    terminal.say("type or paste the secret (it is not shown), then press Enter:");
    terminal.flush();
    let reading = tokio::task::spawn_blocking(|| read(|text| std::io::stdin().lock().take(AT_MOST).read_line(text)));
    tokio::select! {
        typed = reading => {
            drop(hidden);
            typed.map_err(std::io::Error::other)?
        }
        status = signals.next() => {
            drop(hidden);
            terminal.say("given up: nothing was changed");
            terminal.flush();
            // Whoever still reads from the terminal would have to be waited for.
            std::process::exit(status);
        }
    }
}

#[cfg(not(unix))]
async fn typed(_: &Terminal) -> std::io::Result<Secret> {
    Err(std::io::Error::other(
        "what is typed here would be shown: put the secret into a file, and pipe that in",
    ))
}

#[cfg(unix)]
mod unix {
    use std::io;

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    /// A terminal that does not show what is typed, until this is dropped.
    pub struct Hidden(Termios);

    impl Hidden {
        pub fn begin() -> io::Result<Self> {
            let before = tcgetattr(io::stdin())?;
            let mut hidden = before.clone();
            hidden.local_modes.remove(LocalModes::ECHO);
            // The line break is shown, so that what follows begins a line.
            hidden.local_modes.insert(LocalModes::ECHONL);
            tcsetattr(io::stdin(), OptionalActions::Flush, &hidden)?;
            Ok(Self(before))
        }
    }

    impl Drop for Hidden {
        fn drop(&mut self) {
            // A terminal that has gone needs nothing any more.
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
        }
    }
}
