//! The one way out of this program: whatever it says goes through here, a line at a time, with everything written down
//! that a terminal would obey. A line that can't be written keeps nobody from working: who has gone, or does not read,
//! misses it.

use std::{
    io::{self, IsTerminal, Write},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    time::{Duration, Instant},
};

use clientpoint_engine::text;
use clientpoint_host::rows::{self, Lists};
use indicatif::{MultiProgress, ProgressDrawTarget};

use super::show::Page;

/// The most lines that wait for whoever reads standard error.
const WAITING_AT_MOST: usize = 1_000;

/// How long to wait for a reader who is slow, before lines are left out; and at the end of the program.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often to look whether the reader has gone on.
const LOOK: Duration = Duration::from_millis(2);

/// What became of a command's result on standard output.
pub enum Shown {
    /// It is written; or whoever reads has closed the pipe, and wants no more.
    AsWanted,
    /// It could not be written.
    Not(io::Error),
}

/// Standard error as messages, log and bars share it, and standard output for results. Clones are the same.
#[derive(Clone)]
pub struct Terminal {
    screen: Arc<Mutex<Screen>>,
    is_terminal: bool,
    jobs: SyncSender<Job>,
    patience: Duration,
    /// Lines that were left out since the last one that was written.
    left_out: Arc<AtomicU64>,
    /// Whether nobody reads: then nobody waits for a reader either.
    stuck: Arc<AtomicBool>,
    is_for_programs: Arc<AtomicBool>,
    /// Why standard output takes no more.
    ended: Arc<Mutex<Option<io::Error>>>,
}

/// Where bars are drawn. Lines come between two drawings, never into one.
pub struct Screen {
    /// All bars.
    pub bars: MultiProgress,
    /// How many of them still move: they are drawn again after a line, under it.
    pub moving: usize,
}

enum Job {
    Line(String),
    /// Answered once everything before it is written.
    Flush(SyncSender<()>),
}

impl Terminal {
    /// This process's own.
    pub fn new() -> Self {
        let is_terminal = io::stderr().is_terminal();
        let bars = if is_terminal {
            MultiProgress::new()
        } else {
            MultiProgress::with_draw_target(ProgressDrawTarget::hidden())
        };
        Self::over(io::stderr(), bars, is_terminal, PATIENCE)
    }

    /// With a thread of its own that writes, so that a reader who stands still holds up nothing else.
    fn over(stderr: impl Write + Send + 'static, bars: MultiProgress, is_terminal: bool, patience: Duration) -> Self {
        let (jobs, waiting) = sync_channel(WAITING_AT_MOST);
        let screen = Arc::new(Mutex::new(Screen { bars, moving: 0 }));
        let terminal = Self {
            screen: screen.clone(),
            is_terminal,
            jobs,
            patience,
            left_out: Arc::default(),
            stuck: Arc::default(),
            is_for_programs: Arc::default(),
            ended: Arc::default(),
        };
        let left_out = terminal.left_out.clone();
        // Where no thread can be had, nobody reads the lines, which is no reason to stop either.
        let _ = std::thread::Builder::new()
            .name("stderr".into())
            .spawn(move || write_all(&waiting, stderr, &screen, &left_out));
        terminal
    }

    /// Whether people watch: standard error is a terminal.
    pub fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Where bars are drawn. No line is written as long as this is held.
    pub fn screen(&self) -> MutexGuard<'_, Screen> {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says one line on standard error.
    pub fn say(&self, line: impl AsRef<str>) {
        self.log(text::one_line(line.as_ref()).into_owned());
    }

    /// Says a line of the log, in which everything that a terminal would obey is written down already.
    pub fn log(&self, line: String) {
        if !self.put(Job::Line(line)) {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether colours are seen: by people, who have not said that they want none.
    pub fn is_coloured(&self) -> bool {
        self.is_terminal && std::env::var_os("NO_COLOR").is_none_or(|said| said.is_empty())
    }

    /// Says a page on standard error.
    pub fn say_all(&self, page: &Page) {
        page.lines().for_each(|line| self.say(&line));
    }

    /// Says what went wrong.
    pub fn error(&self, error: impl std::fmt::Display) {
        self.say(format!("error: {error}"));
    }

    /// Writes a result for people to standard output.
    pub fn show(&self, page: &Page) -> Shown {
        let width = width();
        self.result(|stdout| {
            page.lines_within(width)
                .try_for_each(|line| stdout.write_all(format!("{line}\n").as_bytes()))
        })
    }

    /// Writes a result for programs to standard output: one JSON document, with these long lists in it.
    pub fn show_json(&self, document: &serde_json::Value, lists: &mut Lists) -> Shown {
        self.result(|stdout| {
            rows::write(document, lists, &mut |piece| {
                stdout.write_all(text::json(piece).as_bytes())
            })?;
            stdout.write_all(b"\n")
        })
    }

    /// Writes bytes to standard output as they are. False if nothing more can be written there.
    pub fn write(&self, bytes: &[u8]) -> bool {
        let _ = self.result(|stdout| stdout.write_all(bytes));
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// What can't be written once is not tried again: a part of a result with a hole in it is none.
    fn result(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Shown {
        // What was said before shall be read before.
        self.flush();
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        if ended.is_none() {
            let mut stdout = io::BufWriter::new(io::stdout().lock());
            *ended = write(&mut stdout).and_then(|()| stdout.flush()).err();
        }
        let failed = ended.as_ref().filter(|error| error.kind() != io::ErrorKind::BrokenPipe);
        failed.map_or(Shown::AsWanted, |error| {
            Shown::Not(io::Error::new(error.kind(), error.to_string()))
        })
    }

    /// From now on, results are for programs.
    pub fn for_programs(&self) {
        self.is_for_programs.store(true, Ordering::Relaxed);
    }

    /// Whether results are for programs.
    pub fn is_for_programs(&self) -> bool {
        self.is_for_programs.load(Ordering::Relaxed)
    }

    /// Waits until everything that was said is written, or nobody reads it.
    pub fn flush(&self) {
        let (done, written) = sync_channel(1);
        if self.put(Job::Flush(done)) {
            // Whoever does not read has had the time.
            let _ = written.recv_timeout(PATIENCE);
        }
    }

    /// False if there is no room for it, and nobody makes some.
    fn put(&self, mut job: Job) -> bool {
        let until = Instant::now() + self.patience;
        loop {
            match self.jobs.try_send(job) {
                Ok(()) => {
                    self.stuck.store(false, Ordering::Relaxed);
                    return true;
                }
                Err(TrySendError::Full(back)) => {
                    if self.stuck.load(Ordering::Relaxed) || until <= Instant::now() {
                        self.stuck.store(true, Ordering::Relaxed);
                        return false;
                    }
                    job = back;
                    std::thread::sleep(LOOK);
                }
                Err(TrySendError::Disconnected(_)) => return false,
            }
        }
    }
}

/// How many columns standard output has, where it is a terminal.
#[cfg(unix)]
fn width() -> Option<usize> {
    let stdout = io::stdout();
    let size = stdout
        .is_terminal()
        .then(|| rustix::termios::tcgetwinsize(&stdout).ok());
    size.flatten()
        .map(|size| size.ws_col.into())
        .filter(|columns| 0 < *columns)
}

#[cfg(not(unix))]
fn width() -> Option<usize> {
    None
}

fn write_all(waiting: &Receiver<Job>, mut stderr: impl Write, screen: &Mutex<Screen>, left_out: &AtomicU64) {
    let mut write = |line: &str| {
        let screen = screen.lock().unwrap_or_else(PoisonError::into_inner);
        if 0 < screen.moving {
            // Nobody is left who could be told that it can't be written; `suspend` would panic over it.
            let _ = screen.bars.clear();
        }
        let _ = stderr.write_all(format!("{line}\n").as_bytes());
    };
    while let Ok(job) = waiting.recv() {
        match job {
            Job::Line(line) => write(&line),
            // Who asked may have stopped waiting.
            Job::Flush(done) => _ = done.try_send(()),
        }
        let count = left_out.swap(0, Ordering::Relaxed);
        if 0 < count {
            write(&format!(
                "… {count} lines were left out here, since nobody read them in time"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(stderr: impl Write + Send + 'static) -> Terminal {
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
        Terminal::over(stderr, bars, false, Duration::ZERO)
    }

    /// Reads nothing before the lock is given back.
    #[derive(Clone, Default)]
    struct Reader(Arc<Mutex<Vec<u8>>>);

    impl Write for Reader {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn whatever_is_said_is_one_line_that_commands_no_terminal() {
        let reader = Reader::default();
        let terminal = over(reader.clone());
        terminal.error("no file `a\nerror: forged\u{1b}[2J\u{202e}`");
        terminal.flush();
        let said = String::from_utf8(reader.0.lock().unwrap().clone()).unwrap();
        let lines = ["error: no file `a\\nerror: forged\\u{1b}[2J\\u{202e}`"];
        assert_eq!(said.lines().collect::<Vec<_>>(), lines);
    }

    #[test]
    fn a_reader_who_has_gone_is_missed_by_nobody() {
        let terminal = over(Gone);
        for _ in 0..WAITING_AT_MOST * 3 {
            terminal.say("still at work");
        }
        terminal.flush();
    }

    #[test]
    fn a_reader_who_stands_still_holds_up_nobody_and_is_told_what_was_missed() {
        let reader = Reader::default();
        let terminal = over(reader.clone());
        let standing = reader.0.lock().unwrap();
        for _ in 0..WAITING_AT_MOST + 101 {
            terminal.say("still at work");
        }
        drop(standing);
        let said = || String::from_utf8(reader.0.lock().unwrap().clone()).unwrap();
        while !said().contains("lines were left out") {
            terminal.flush();
        }
        // One line more may have been in the hands of the thread that writes.
        assert!(
            said().contains("… 100 lines") || said().contains("… 101 lines"),
            "{}",
            said()
        );
    }
}
