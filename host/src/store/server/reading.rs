//! Reading the addresses of a database: one a line, all of the same database.

use clientpoint_engine::secrets::Secret;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// How many addresses a database has at most.
const AT_MOST: usize = 8;

/// The addresses that a text has, one a line, in their order. Lines with nothing in them are none.
///
/// # Errors
///
/// What is wrong, as the end of a sentence, with the number of the line where there are several; never an address.
pub(super) fn addresses(text: &Secret) -> Result<Vec<PgConnectOptions>, String> {
    let lines = || {
        text.expose()
            .lines()
            .map(str::trim)
            .zip(1..)
            .filter(|(line, _)| !line.is_empty())
    };
    let count = lines().count();
    if AT_MOST < count {
        return Err(format!("has {count} addresses, and may have {AT_MOST}"));
    }
    let mut read: Vec<PgConnectOptions> = Vec::new();
    for (line, number) in lines() {
        let options = address(line).map_err(|why| match count {
            1 => why.to_owned(),
            _ => format!("{why} in line {number}"),
        })?;
        if read
            .first()
            .is_some_and(|first| first.get_database() != options.get_database())
        {
            return Err(format!(
                "has an address of another database in line {number}, and all have to be of the same one"
            ));
        }
        read.push(options);
    }
    Ok(read)
}

/// The database at this address. On another machine its certificate has to be right, unless the address says otherwise
/// (`sslmode`).
///
/// # Errors
///
/// What is wrong with it, as the end of a sentence; never the address itself.
pub(super) fn address(text: &str) -> Result<PgConnectOptions, &'static str> {
    if !(text.starts_with("postgres://") || text.starts_with("postgresql://")) {
        return Err("has no address of a PostgreSQL database");
    }
    let options: PgConnectOptions = text.parse().map_err(|_| "has an address that can't be read")?;
    if options.get_database().is_none_or(str::is_empty) {
        return Err("has an address that names no database");
    }
    let is_near = options.get_socket().is_some()
        || matches!(options.get_host(), "localhost" | "127.0.0.1" | "::1" | "[::1]")
        || options.get_host().starts_with('/');
    Ok(if is_near || text.contains("sslmode=") {
        options
    } else {
        options.ssl_mode(PgSslMode::VerifyFull)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::db::addresses::finding::places;

    fn read(text: &str) -> Result<Vec<PgConnectOptions>, String> {
        addresses(&Secret::new(text.to_owned()))
    }

    #[test]
    fn an_address_is_refused_in_words_that_do_not_repeat_it() {
        for (url, why) in [
            ("mysql://u:hunter2@h/d", "no address of a PostgreSQL"),
            ("postgres://u:hunter2@h:port/d", "can't be read"),
            ("postgres://u:hunter2@h/", "names no database"),
        ] {
            let said = read(url).unwrap_err();
            assert!(said.contains(why) && !said.contains("hunter2"), "{said}");
            assert!(!said.contains("line"), "there is one alone: {said}");
        }
        let server = read("postgres://ada:hunter2@db.example:6000/library").unwrap();
        assert_eq!(places(&server), "db.example:6000/library");
    }

    #[test]
    fn several_addresses_are_read_in_their_order_and_lines_with_nothing_in_them_are_none() {
        let text = "postgres://ada:hunter2@one/library\r\n\n  postgresql://ada@two:6000/library \n \n";
        assert_eq!(places(&read(text).unwrap()), "one:5432/library, two:6000/library");
        let eight = "postgres://ada@db/library\n".repeat(AT_MOST);
        assert_eq!(read(&eight).unwrap().len(), AT_MOST);
    }

    #[test]
    fn of_several_the_line_is_named_that_is_wrong_and_nothing_that_stands_in_it() {
        let good = "postgres://ada:hunter2@one/library";
        for (lines, why) in [
            ("mysql://u:hunter2@h/d", "no address of a PostgreSQL database in line 3"),
            ("postgres://u:hunter2@h:port/library", "can't be read in line 3"),
            ("postgres://u:hunter2@h/", "names no database in line 3"),
            ("postgres://u:hunter2@h/another", "another database in line 3"),
            (
                "# hunter2 is what it was",
                "no address of a PostgreSQL database in line 3",
            ),
        ] {
            let said = read(&format!("{good}\n\n{lines}\n{good}")).unwrap_err();
            assert!(said.contains(why), "{said}");
            for hidden in ["hunter2", "library", "another/", "//"] {
                assert!(!said.contains(hidden), "{said}");
            }
        }
        let many = read(&format!("{good}\n").repeat(AT_MOST + 1)).unwrap_err();
        assert!(many.contains("has 9 addresses, and may have 8"), "{many}");
    }

    #[test]
    fn on_another_machine_the_certificate_has_to_be_right_unless_the_address_says_otherwise() {
        let mode = |url| address(url).unwrap().get_ssl_mode();
        assert!(matches!(mode("postgres://u@db.example/l"), PgSslMode::VerifyFull));
        assert!(matches!(
            mode("postgres://u@db.example/l?sslmode=require"),
            PgSslMode::Require
        ));
        assert!(matches!(mode("postgres://u@127.0.0.1/l"), PgSslMode::Prefer));
    }
}
