//! What stands between a host and its PostgreSQL: it can keep them apart, and lose an answer.
//!
//! It reads what goes through by <https://www.postgresql.org/docs/current/protocol-message-formats.html>, and so lets nobody
//! encrypt. The host's own tests have this file as well.

use std::{
    collections::BTreeMap,
    io, mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, BufWriter},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// How a client asks whether it may encrypt.
const MAY_ENCRYPT: [u8; 4] = [0x04, 0xd2, 0x16, 0x2f];

/// What becomes of whoever goes by a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It leads to the server.
    Whole,
    /// Whoever comes is sent away.
    Broken,
    /// Nothing gets through, and nobody is told.
    Silent,
}

/// A way to the database, until it is dropped.
pub struct Proxy {
    /// Where it listens.
    pub address: String,
    state: watch::Sender<State>,
    losing: Losing,
    serving: JoinHandle<()>,
}

/// A part of the statement whose answer is to be lost.
type Losing = Arc<Mutex<Option<String>>>;

/// What a connection has said so far.
#[derive(Default)]
struct Said {
    /// The texts of its statements, by their names.
    statements: BTreeMap<Vec<u8>, String>,
    /// Whether the answer to what it does now is to be lost.
    is_unlucky: bool,
}

/// What goes through: its kind, which the first of a connection has not, and the rest.
struct Message {
    kind: Option<u8>,
    body: Vec<u8>,
}

impl Proxy {
    /// To that address.
    pub async fn to(address: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = listener.local_addr().unwrap().to_string();
        let (state, now) = watch::channel(State::Whole);
        let losing = Losing::default();
        let (address, losing_here) = (address.to_owned(), losing.clone());
        let serving = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (address, losing, mut now) = (address.clone(), losing_here.clone(), now.clone());
                tokio::spawn(async move {
                    let mut near = near;
                    tokio::select! {
                        biased;
                        _ = now.wait_for(|now| *now != State::Whole) => {}
                        // Who hangs up in the middle has their reasons.
                        _ = carry(&mut near, &address, &losing) => return,
                    }
                    let _ = now.wait_for(|now| *now != State::Silent).await;
                });
            }
        });
        Self {
            address: own,
            state,
            losing,
            serving,
        }
    }

    /// Lets through, or hangs up on whoever is there or comes.
    pub fn open(&self, is_open: bool) {
        let state = if is_open { State::Whole } else { State::Broken };
        self.state.send_replace(state);
    }

    /// Lets nothing through, and tells nobody.
    pub fn be_silent(&self) {
        self.state.send_replace(State::Silent);
    }

    /// Loses the next answer to what makes a statement last that has this in it: the statement is carried out, as is all of
    /// its transaction, and the connection breaks before anybody hears of it.
    pub fn lose(&self, part: &str) {
        *locked(&self.losing) = Some(part.to_owned());
    }

    /// Whether nothing is to be lost any more.
    pub fn has_lost(&self) -> bool {
        locked(&self.losing).is_none()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Said {
    /// Hears what a client says, and whether that is what has no luck.
    fn hear(&mut self, message: &Message, losing: &Mutex<Option<String>>) {
        let mut texts = message.body.split(|byte| *byte == 0);
        let mut text = || texts.next().unwrap_or_default();
        let statement = match message.kind {
            // A statement, with its name before it.
            Some(b'P') => {
                let name = text().to_vec();
                self.statements
                    .insert(name, String::from_utf8_lossy(text()).into_owned());
                return;
            }
            // That it is carried out, with the name of its answer before its own.
            Some(b'B') => {
                text();
                self.statements.get(text()).cloned()
            }
            // Several statements without values.
            Some(b'Q') => Some(String::from_utf8_lossy(text()).into_owned()),
            _ => None,
        };
        let mut losing = locked(losing);
        let is_it = |part: &String| statement.is_some_and(|statement| statement.contains(part));
        if losing.as_ref().is_some_and(is_it) {
            *losing = None;
            self.is_unlucky = true;
        }
    }
}

impl Message {
    async fn read(from: &mut (impl AsyncRead + Unpin), has_kind: bool) -> io::Result<Self> {
        let kind = match has_kind {
            true => Some(from.read_u8().await?),
            false => None,
        };
        let length = from.read_u32().await?.saturating_sub(4);
        let mut body = vec![0; length.try_into().unwrap()];
        from.read_exact(&mut body).await?;
        Ok(Self { kind, body })
    }

    async fn write(&self, to: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        if let Some(kind) = self.kind {
            to.write_u8(kind).await?;
        }
        to.write_u32(u32::try_from(self.body.len()).unwrap() + 4).await?;
        to.write_all(&self.body).await
    }

    /// Whether it says that something is done which was not given up.
    fn is_done(&self) -> bool {
        self.kind == Some(b'C') && !self.body.starts_with(b"ROLLBACK")
    }
}

/// Carries what goes through until one of the two hangs up, or an answer is lost.
async fn carry(near: &mut TcpStream, address: &str, losing: &Mutex<Option<String>>) -> io::Result<()> {
    let mut far = TcpStream::connect(address).await?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let mut first = Message::read(near, false).await?;
    while first.body == MAY_ENCRYPT {
        near.write_all(b"N").await?;
        first = Message::read(near, false).await?;
    }
    first.write(&mut far).await?;
    let said = Mutex::new(Said::default());
    let ((near_says, near_hears), (far_says, far_hears)) = (near.split(), far.split());
    tokio::select! {
        ended = questions(near_says, far_hears, &said, losing) => ended,
        ended = answers(far_says, near_hears, &said) => ended,
    }
}

async fn questions(
    from: impl AsyncRead + Unpin,
    to: impl AsyncWrite + Unpin,
    said: &Mutex<Said>,
    losing: &Mutex<Option<String>>,
) -> io::Result<()> {
    let (mut from, mut to) = (BufReader::new(from), BufWriter::new(to));
    loop {
        let message = Message::read(&mut from, true).await?;
        locked(said).hear(&message, losing);
        message.write(&mut to).await?;
        if from.buffer().is_empty() {
            to.flush().await?;
        }
    }
}

/// Carries answers until one is lost.
async fn answers(from: impl AsyncRead + Unpin, to: impl AsyncWrite + Unpin, said: &Mutex<Said>) -> io::Result<()> {
    let (mut from, mut to) = (BufReader::new(from), BufWriter::new(to));
    let mut held = Vec::new();
    loop {
        let message = Message::read(&mut from, true).await?;
        let is_ready = message.kind == Some(b'Z');
        // What comes after a transaction, done or given up.
        let is_over = is_ready && message.body == b"I";
        held.push(message);
        if is_over && mem::take(&mut locked(said).is_unlucky) && held.iter().any(Message::is_done) {
            return Ok(());
        }
        if is_ready || !locked(said).is_unlucky {
            for message in held.drain(..) {
                message.write(&mut to).await?;
            }
        }
        if from.buffer().is_empty() {
            to.flush().await?;
        }
    }
}

fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
