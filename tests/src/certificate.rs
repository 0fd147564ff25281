//! Certificates for applications, made by `openssl`. Where there is none, stories that need one are skipped.

use std::{path::Path, process::Command};

use base64::{Engine, engine::general_purpose::STANDARD};

/// A certificate and its key.
#[derive(Clone, Debug)]
pub struct Made {
    /// Both, as one PEM text.
    pub pem: String,
    /// The certificate alone, in DER.
    pub der: Vec<u8>,
    /// The key alone, as PEM.
    pub key: String,
}

/// Makes one that is good since long ago, for so many days from today; says so where that is not possible. Stories are told
/// at other times than today.
pub fn made(key: &str, days: u32) -> Option<Made> {
    made_for(key, days, "story.example").map(|made| made.good_from(b"200101000000Z"))
}

impl Made {
    /// The same certificate, with another time at its beginning: `YYMMDDHHMMSSZ`. Its own signature over itself is wrong
    /// then, which is of no matter where a certificate counts for its key alone.
    pub fn good_from(mut self, time: &[u8; 13]) -> Self {
        // The first time in a certificate: its tag, its length, and thirteen letters.
        let begin = self.der.windows(2).position(|two| two == [0x17, 13]).unwrap() + 2;
        self.der[begin..begin + 13].copy_from_slice(time);
        let text = STANDARD.encode(&self.der);
        let lines: Vec<&str> = text
            .as_bytes()
            .chunks(64)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        self.pem = format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n{}",
            lines.join("\n"),
            self.key
        );
        self
    }
}

/// As [`made`], for the server of that name. Nobody vouches for it but itself.
pub fn made_for(key: &str, days: u32, server: &str) -> Option<Made> {
    let folder = tempfile::tempdir().unwrap();
    let options = format!(
        "req -x509 -newkey {key} -nodes -days {days} -subj /CN=story -addext subjectAltName=DNS:{server} -keyout key.pem \
         -out cert.pem"
    );
    if !openssl(folder.path(), &options) {
        println!("skipped: there is no program `openssl` to make a certificate with");
        return None;
    }
    assert!(openssl(folder.path(), "x509 -in cert.pem -outform DER -out cert.der"));
    let text = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    Some(Made {
        pem: text("cert.pem") + &text("key.pem"),
        der: std::fs::read(folder.path().join("cert.der")).unwrap(),
        key: text("key.pem"),
    })
}

/// A certificate for the server at that address of this machine, and that of the authority that vouches for it, as PEM.
pub fn vouched_for(address: &str) -> Option<(Made, String)> {
    let folder = tempfile::tempdir().unwrap();
    let authority = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem";
    if !openssl(folder.path(), authority) {
        println!("skipped: there is no program `openssl` to make a certificate with");
        return None;
    }
    std::fs::write(folder.path().join("names"), format!("subjectAltName=IP:{address}\n")).unwrap();
    for options in [
        "req -newkey rsa:2048 -nodes -subj /CN=story -keyout key.pem -out request.pem",
        "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out cert.pem",
        "x509 -in cert.pem -outform DER -out cert.der",
    ] {
        assert!(openssl(folder.path(), options));
    }
    let text = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let made = Made {
        pem: text("cert.pem") + &text("key.pem"),
        der: std::fs::read(folder.path().join("cert.der")).unwrap(),
        key: text("key.pem"),
    };
    Some((made, text("ca.pem")))
}

/// Puts a password on a key.
pub fn encrypted(key: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("key.pem"), key).unwrap();
    let options = "pkcs8 -topk8 -in key.pem -out locked.pem -passout pass:hush";
    assert!(openssl(folder.path(), options));
    std::fs::read_to_string(folder.path().join("locked.pem")).unwrap()
}

fn openssl(folder: &Path, options: &str) -> bool {
    let mut command = Command::new("openssl");
    let run = command.args(options.split(' ')).current_dir(folder).output();
    let Ok(output) = run else {
        return false;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    true
}
