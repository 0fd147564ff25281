//! What a database on a server says, in words: where that is, what is wrong there, and what can be done about it. Never who
//! comes in, and with which password.

use std::{fmt, sync::Arc};

use super::Error;
use crate::way_out::WayOut;

/// That a text has a NUL in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HasNul;

/// Something that a server, or the way to it, has said.
#[derive(Debug)]
pub(crate) struct ServerTrouble {
    place: Arc<str>,
    said: Said,
}

#[derive(Debug)]
enum Said {
    Error(sqlx::Error),
    /// That nothing can be written there, which was asked before anything was tried.
    OnlyReads,
    /// That somebody else of this program has waited for whoever writes there, for as long as that may take.
    Busy,
}

impl ServerTrouble {
    /// The error with the place of its server (`host:port/database`), where it is the server's or that of the way to it. What
    /// a statement alone is wrong about stays as it is.
    pub(crate) fn at(place: &Arc<str>, error: sqlx::Error) -> sqlx::Error {
        match error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Database(_) => sqlx::Error::Configuration(Box::new(Self {
                place: Arc::clone(place),
                said: Said::Error(error),
            })),
            other => other,
        }
    }

    /// That nothing can be written at this place.
    pub(crate) fn only_reads(place: &Arc<str>) -> sqlx::Error {
        sqlx::Error::Configuration(Box::new(Self {
            place: Arc::clone(place),
            said: Said::OnlyReads,
        }))
    }

    /// That somebody writes at this place for too long, and others of this program wait for that already.
    pub(crate) fn busy(place: &Arc<str>) -> sqlx::Error {
        sqlx::Error::Configuration(Box::new(Self {
            place: Arc::clone(place),
            said: Said::Busy,
        }))
    }

    /// The same in words.
    pub(super) fn told(&self) -> Error {
        let Self { place, said } = self;
        let said = match said {
            Said::Error(said) => said,
            Said::OnlyReads => return of_code(place, ONLY_READS, ""),
            Said::Busy => return of_code(place, LOCKED, ""),
        };
        match said {
            sqlx::Error::Database(said) => of_code(place, &said.code().unwrap_or_default(), said.message()),
            sqlx::Error::PoolTimedOut => away(
                place,
                "has no connection for this host in time: see that the server is there, and whether it has too much to do",
            ),
            sqlx::Error::PoolClosed => away(place, "is not asked any more, since this program ends"),
            other => away(
                place,
                &format!(
                    "can't be reached, or broke off in the middle ({other}): see that the server is there, {AGAIN}"
                ),
            ),
        }
    }
}

/// The code for a lock that somebody else has had for too long.
const LOCKED: &str = "55P03";

/// The code for what was to be written where nothing can be.
const ONLY_READS: &str = "25006";

/// The end of what is told of something that passes.
const AGAIN: &str = "and try again; what was under way was not done, unless its answer alone got lost";

/// That the server at this place has no room.
pub(crate) fn is_full(place: &str) -> Error {
    of_code(place, FULL, "")
}

/// The code of a server that has no room.
const FULL: &str = "53100";

/// What a code means, by <https://www.postgresql.org/docs/current/errcodes-appendix.html>. One that has no words of its own
/// is told in those of the server, `said`.
fn of_code(place: &str, code: &str, said: &str) -> Error {
    match code {
        LOCKED | "40P01" | "40001" => server(
            "database-busy",
            place,
            "is held by somebody else who writes: wait until that has ended, and try again",
        ),
        "57014" => server(
            "database-busy",
            place,
            "took too long over a question, which was given up: see whether its server has too much to do, and try again",
        ),
        "25P03" => away(
            place,
            &format!("ended a connection on which nothing went on for too long: see that this host has time to work, {AGAIN}"),
        ),
        "57P01" | "57P02" | "57P03" => away(
            place,
            &format!("is being stopped or started ({said}): wait until its server is there, {AGAIN}"),
        ),
        "53300" => away(
            place,
            "has no connection left: end programs that use it, or raise `max_connections` of its server, and try again",
        ),
        "53200" => away(place, "has no memory left: give its server more, and try again"),
        FULL => server(
            "database-full",
            place,
            "has a full disk: make room on its server, and try again; the library is as it was",
        ),
        ONLY_READS => server(
            "database-read-only",
            place,
            "can only be read now, as a standby can, so nothing was changed: name the server that takes writes, or wait until \
             this one does",
        )
        .with([WayOut::ShowSettings]),
        "28P01" | "28000" => server(
            "database-refused",
            place,
            "does not let this host in: its user or password is not right, or may not come from here",
        )
        .with([WayOut::ShowSettings]),
        "3D000" => server("database-refused", place, "is not there: make it, or name another one").with([WayOut::ShowSettings]),
        "42501" => server(
            "database-refused",
            place,
            &format!("does not allow this host what it needs ({said}): give its user the database"),
        ),
        // A text that no index takes; one with a NUL, as it is and as JSON has it.
        "54000" => Error::Settings(TOO_LONG.into()),
        "22021" | "22P05" => Error::Settings(HasNul.to_string()),
        code if code.starts_with("08") => away(
            place,
            &format!("broke off ({said}): see that the server is there, {AGAIN}"),
        ),
        "55000" => away(
            place,
            &format!("is not to be worked with just now ({said}): see to its server, {AGAIN}"),
        ),
        _ => Error::Storage(format!("the database at `{place}` says: {said}")),
    }
}

const TOO_LONG: &str =
    "a text that was given is too long for something to be found by: give a shorter one; nothing was changed";

fn away(place: &str, what: &str) -> Error {
    server("database-away", place, what)
}

fn server(code: &'static str, place: &str, what: &str) -> Error {
    Error::Server {
        code,
        message: format!("the database at `{place}` {what}"),
    }
}

impl fmt::Display for HasNul {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text that was given has a NUL in it, which is no letter: give it without; nothing was changed")
    }
}

impl fmt::Display for ServerTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.told())
    }
}

impl std::error::Error for HasNul {}

impl std::error::Error for ServerTrouble {}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    const PLACE: &str = "db.example:5432/library";

    #[test]
    fn what_a_server_says_names_it_and_the_way_out() {
        for (said, code, words) in [
            ("55P03", "database-busy", "try again"),
            ("40P01", "database-busy", "wait until that has ended"),
            ("40001", "database-busy", "somebody else who writes"),
            ("57014", "database-busy", "took too long"),
            ("25P03", "database-away", "nothing went on"),
            ("57P01", "database-away", "stopped or started"),
            ("57P03", "database-away", "wait until its server is there"),
            ("53300", "database-away", "max_connections"),
            ("53200", "database-away", "memory"),
            ("53100", "database-full", "make room on its server"),
            ("25006", "database-read-only", "the server that takes writes"),
            ("28P01", "database-refused", "user or password"),
            ("3D000", "database-refused", "make it"),
            ("42501", "database-refused", "give its user the database"),
            ("08006", "database-away", "see that the server is there"),
            ("55000", "database-away", "see to its server"),
            ("XX000", "storage", "what it says"),
        ] {
            let error = of_code(PLACE, said, "what it says");
            let told = error.to_string();
            assert_eq!(error.code(), code, "{said}");
            assert!(told.contains(PLACE) && told.contains(words), "{said}: {told}");
        }
    }

    #[test]
    fn a_way_that_breaks_is_no_disk_that_does() {
        let reset = || io::Error::from(io::ErrorKind::ConnectionReset);
        for (error, words) in [
            (sqlx::Error::Io(reset()), "broke off in the middle (error communicating"),
            (
                sqlx::Error::Io(io::Error::from_raw_os_error(5)),
                "see that the server is there",
            ),
            (sqlx::Error::Tls("handshake".into()), "can't be reached"),
            (sqlx::Error::Protocol("odd".into()), "broke off"),
            (sqlx::Error::PoolTimedOut, "no connection for this host"),
            (sqlx::Error::WorkerCrashed, "broke off"),
        ] {
            let error = Error::from(ServerTrouble::at(&PLACE.into(), error));
            let told = error.to_string();
            assert_eq!(error.code(), "database-away");
            assert!(told.contains(PLACE) && told.contains(words), "{told}");
            assert!(!told.contains("disk"), "{told}");
        }
    }

    #[test]
    fn a_server_that_was_found_to_be_a_standby_is_told_like_one_that_says_so() {
        let asked = Error::from(ServerTrouble::only_reads(&PLACE.into()));
        let said = of_code(PLACE, "25006", "cannot execute INSERT in a read-only transaction");
        assert_eq!(asked.code(), "database-read-only");
        assert_eq!(asked.to_string(), said.to_string());
    }

    #[test]
    fn what_was_given_wrongly_is_refused_and_nothing_is_wrong_with_the_server() {
        for (code, words) in [("54000", "too long"), ("22021", "a NUL"), ("22P05", "a NUL")] {
            let error = of_code(PLACE, code, "what it says");
            assert!(error.is_usage() && error.to_string().contains(words), "{error}");
        }
        let error = Error::from(sqlx::Error::Encode(Box::new(HasNul)));
        assert!(error.is_usage() && error.to_string().contains("a NUL"), "{error}");
        let told = of_code(PLACE, "23505", "twice").to_string();
        assert_eq!(told, format!("storage: the database at `{PLACE}` says: twice"));
    }
}
