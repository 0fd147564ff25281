//! A mail server and a webhook of the tests' own.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use end_to_end::certificate::Made;
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{PrivateKeyDer, pem::PemObject},
};

/// How a server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// As it should.
    Well,
    /// It takes the connection, and says nothing.
    Hangs,
    /// It refuses.
    Refuses,
    /// A webhook that names another address.
    Redirects,
    /// A mail server that says it can do TLS, and goes on in the clear.
    OffersTls,
    /// A mail server that goes on encrypted once it is asked to.
    Upgrades,
    /// A mail server that is encrypted from the first byte on.
    Encrypts,
}

/// A server on the loopback address.
#[derive(Clone)]
pub struct Server {
    pub port: u16,
    manner: Arc<Mutex<Manner>>,
    /// By what it encrypts.
    tls: Arc<Mutex<Option<Arc<ServerConfig>>>>,
    /// What has arrived.
    pub got: Arc<Mutex<Vec<String>>>,
    /// All that a mail server has heard, as it came.
    heard: Arc<Mutex<Vec<u8>>>,
    /// How often somebody came.
    pub calls: Arc<AtomicUsize>,
}

impl Server {
    fn start(answer: fn(&Self, TcpStream) -> std::io::Result<()>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            manner: Arc::new(Mutex::new(Manner::Well)),
            tls: Arc::default(),
            got: Arc::default(),
            heard: Arc::default(),
            calls: Arc::default(),
        };
        let own = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                own.calls.fetch_add(1, Ordering::SeqCst);
                let own = own.clone();
                std::thread::spawn(move || answer(&own, stream));
            }
        });
        server
    }

    /// One that takes mail, as RFC 5321 has it.
    pub fn mail() -> Self {
        Self::start(Self::take_mail)
    }

    /// One that takes requests.
    pub fn webhook() -> Self {
        Self::start(Self::take_request)
    }

    pub fn behaves(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    /// It is the server whose certificate that is.
    pub fn encrypts_by(&self, made: &Made) {
        let key = PrivateKeyDer::from_pem_slice(made.key.as_bytes()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.der.clone().into()], key)
            .unwrap();
        *self.tls.lock().unwrap() = Some(Arc::new(config));
    }

    pub fn got(&self) -> Vec<String> {
        self.got.lock().unwrap().clone()
    }

    pub fn heard(&self) -> Vec<u8> {
        self.heard.lock().unwrap().clone()
    }

    fn manner(&self) -> Manner {
        *self.manner.lock().unwrap()
    }

    fn take_mail(&self, stream: TcpStream) -> std::io::Result<()> {
        if self.manner() == Manner::Hangs {
            // Until the other end has had enough.
            return BufReader::new(stream).read_to_string(&mut String::new()).map(drop);
        }
        if self.manner() == Manner::Encrypts {
            let stream = self.encrypted(stream);
            return self.talk(stream, true).map(drop);
        }
        match self.talk(stream, true)? {
            Some(stream) => self.talk(self.encrypted(stream), false).map(drop),
            None => Ok(()),
        }
    }

    fn encrypted(&self, stream: TcpStream) -> StreamOwned<ServerConnection, TcpStream> {
        let config = self.tls.lock().unwrap().clone().unwrap();
        StreamOwned::new(ServerConnection::new(config).unwrap(), stream)
    }

    /// Takes mail to the end of the talk, or until it is to go on encrypted.
    fn talk<S: Read + Write>(&self, stream: S, greets: bool) -> std::io::Result<Option<S>> {
        let mut lines = BufReader::new(stream);
        let mut raw = Vec::new();
        if greets {
            lines.get_mut().write_all(b"220 mail.test ESMTP\r\n")?;
        }
        loop {
            raw.clear();
            if lines.read_until(b'\n', &mut raw)? == 0 {
                return Ok(None);
            }
            self.heard.lock().unwrap().extend(&raw);
            let mut line = String::from_utf8_lossy(&raw).into_owned();
            let word = line.split_whitespace().next().unwrap_or_default().to_uppercase();
            let offers_tls = greets && matches!(self.manner(), Manner::OffersTls | Manner::Upgrades);
            let answer = match word.as_str() {
                "EHLO" if offers_tls => "250-mail.test\r\n250-STARTTLS\r\n250 AUTH PLAIN",
                "STARTTLS" if self.manner() == Manner::Upgrades => {
                    lines.get_mut().write_all(b"220 go ahead\r\n")?;
                    return Ok(Some(lines.into_inner()));
                }
                "STARTTLS" => "220 go ahead",
                "EHLO" => "250-mail.test\r\n250-8BITMIME\r\n250 AUTH PLAIN",
                "AUTH" if line.contains("AHdhdGNoAGEtcGFzc3dvcmQ=") => "235 welcome",
                "AUTH" => "535 wrong",
                "MAIL" if self.manner() == Manner::Refuses => "451 try again later",
                "MAIL" | "RCPT" => "250 ok",
                "DATA" => {
                    lines.get_mut().write_all(b"354 go on\r\n")?;
                    let mut mail = String::new();
                    loop {
                        line.clear();
                        lines.read_line(&mut line)?;
                        if line == ".\r\n" {
                            break;
                        }
                        mail.push_str(&line);
                    }
                    self.got.lock().unwrap().push(mail);
                    "250 taken"
                }
                "QUIT" => "221 bye",
                _ => "250 ok",
            };
            lines.get_mut().write_all(format!("{answer}\r\n").as_bytes())?;
        }
    }

    fn take_request(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut words = stream.try_clone()?;
        let mut lines = BufReader::new(stream);
        let (mut line, mut length) = (String::new(), 0);
        let mut head = String::new();
        loop {
            line.clear();
            lines.read_line(&mut line)?;
            if let Some(bytes) = line.to_lowercase().strip_prefix("content-length:") {
                length = bytes.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        lines.read_exact(&mut body)?;
        let answer = match self.manner() {
            Manner::Hangs => return lines.read_to_string(&mut line).map(drop),
            Manner::Refuses => "HTTP/1.1 500 Oh\r\n".to_owned(),
            Manner::Redirects => format!(
                "HTTP/1.1 307 There\r\nlocation: http://127.0.0.1:{}/other\r\n",
                self.port
            ),
            Manner::Well | Manner::OffersTls | Manner::Upgrades | Manner::Encrypts => {
                self.got.lock().unwrap().push(String::from_utf8(body).unwrap());
                "HTTP/1.1 200 OK\r\n".to_owned()
            }
        };
        words.write_all(format!("{answer}content-length: 0\r\nconnection: close\r\n\r\n").as_bytes())
    }
}
