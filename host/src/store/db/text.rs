//! What a statement that was written for SQLite says to PostgreSQL.
//!
//! Both speak the same language where it matters (upserts, `RETURNING`, rows as values, partial indexes), so this changes
//! words: the places of values get their numbers, lists come in by another function, hints at the planner go, and what
//! SQLite takes as it comes is said in full. Texts in quotes stay as they are.

/// The tables whose keys are people's own words, or one row: two accounts may have the same, so the account is in the key.
pub(in crate::store) const KEYED_BY_ACCOUNT: [&str; 17] = [
    "applications",
    "asked_once",
    "company_tokens",
    "damaged",
    "identities",
    "identity",
    "let_go",
    "looking",
    "objects",
    "passwords",
    "prunes",
    "sealed_with",
    "settings",
    "strays",
    "switches",
    "told",
    "users",
];

/// The statement, in PostgreSQL's words.
pub(super) fn for_postgres(text: &str) -> String {
    let pieces = pieces(text);
    let mut given = Given {
        said: String::with_capacity(text.len() + 32),
        open: Vec::new(),
        opening: ("", ""),
        places: 0,
        has_fields: text.contains("->>"),
        into: None,
        rest: pieces.as_slice(),
    };
    while let Some((piece, rest)) = given.rest.split_first() {
        given.rest = rest;
        given.say(*piece);
    }
    given.said
}

/// A piece of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'t> {
    /// A word or a number.
    Word(&'t str),
    /// A text in quotes, with them.
    Quoted(&'t str),
    /// The place of a value: the next one, or the one with that number.
    Place(&'t str),
    /// All between.
    Other(&'t str),
}

fn pieces<'t>(text: &'t str) -> Vec<Piece<'t>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |sign: char| sign.is_alphanumeric() || sign == '_';
        let (end, piece): (usize, fn(&'t str) -> Piece<'t>) = match first {
            '\'' => (1 + until(rest.get(1..), |sign| sign == '\'') + 1, Piece::Quoted),
            '?' => (1 + until(rest.get(1..), |sign| !sign.is_ascii_digit()), Piece::Place),
            sign if is_word(sign) => (until(Some(rest), |sign| !is_word(sign)), Piece::Word),
            sign => (sign.len_utf8(), Piece::Other),
        };
        let (taken, left) = rest.split_at_checked(end).unwrap_or((rest, ""));
        pieces.push(piece(taken));
        rest = left;
    }
    pieces
}

/// How far it is to the first sign of that kind, or to the end.
fn until(text: Option<&str>, is_end: impl Fn(char) -> bool) -> usize {
    let text = text.unwrap_or_default();
    text.find(is_end).unwrap_or(text.len())
}

/// A statement that is being said in other words.
struct Given<'t> {
    said: String,
    /// What is said before and after the bracket that closes each one that is open.
    open: Vec<(&'static str, &'static str)>,
    /// The same for the next one that opens.
    opening: (&'static str, &'static str),
    /// The highest number of a place so far.
    places: usize,
    /// Whether the rows that come in have fields.
    has_fields: bool,
    /// The table that rows go into.
    into: Option<&'t str>,
    rest: &'t [Piece<'t>],
}

impl<'t> Given<'t> {
    fn say(&mut self, piece: Piece<'t>) {
        match piece {
            Piece::Word(word) => self.word(word),
            Piece::Quoted(text) => self.said.push_str(text),
            Piece::Place(place) => {
                let number = place.strip_prefix('?').and_then(|number| number.parse().ok());
                let number = number.unwrap_or(self.places + 1);
                self.places = self.places.max(number);
                self.said.push('$');
                self.said.push_str(&number.to_string());
            }
            Piece::Other("(") => {
                self.said.push('(');
                self.open.push(std::mem::take(&mut self.opening));
            }
            Piece::Other(")") => {
                let (before, after) = self.open.pop().unwrap_or_default();
                self.said.push_str(before);
                self.said.push(')');
                self.said.push_str(after);
            }
            Piece::Other(sign) => self.said.push_str(sign),
        }
    }

    fn word(&mut self, word: &'t str) {
        match word {
            // Sums of numbers are of a wider kind there.
            "sum" => self.call("sum", "", "::bigint"),
            "json_each" if self.has_fields => self.call("json_array_elements", "::json", ""),
            "json_each" => self.call("json_array_elements_text", "::json", ""),
            "json_array" => self.call("json_build_array", "", "::text"),
            "json_group_array" => self.call("coalesce(json_agg", "", "::text, '[]')"),
            "INTEGER" => self.said.push_str("bigint"),
            "user" => self.said.push_str("\"user\""),
            "x" => match self.rest.split_first() {
                Some((Piece::Quoted(digits), rest)) => {
                    self.rest = rest;
                    self.said
                        .push_str(&format!("'\\x{}'::bytea", digits.trim_matches('\'')));
                }
                _ => self.said.push('x'),
            },
            "SELECT" if matches!(self.rest, [Piece::Other(" "), Piece::Word("1"), ..]) => {
                self.skip(2);
                self.said.push_str("SELECT 1::bigint");
            }
            "INTO" => {
                self.into = match self.rest {
                    [_, Piece::Word(table), ..] => Some(table),
                    _ => None,
                };
                self.said.push_str(word);
            }
            "CONFLICT" if self.into.is_some_and(|table| KEYED_BY_ACCOUNT.contains(&table)) => {
                self.said.push_str(word);
                if matches!(self.rest, [_, Piece::Other("("), ..]) {
                    self.skip(2);
                    self.said.push_str(" (account_id, ");
                    self.open.push(("", ""));
                }
            }
            // Hints at SQLite's planner: `INDEXED BY name `, and the order of a join.
            "INDEXED" => {
                self.skip(4);
                if self.said.ends_with(' ') && !matches!(self.rest.first(), Some(Piece::Other(")"))) {
                    self.said.pop();
                }
            }
            "CROSS" => self.skip(1),
            // Names are in order without regard to the case of ASCII letters.
            "COLLATE" => {
                self.skip(2);
                let said = self.said.trim_end();
                let start = said.rfind(|sign: char| !(sign.is_alphanumeric() || "._$".contains(sign)));
                let start = start.map_or(0, |start| start + 1);
                self.said.truncate(said.len());
                // A column has its collation; a value has the database's, which may know more letters.
                if self.said.get(start..).is_some_and(|operand| operand.starts_with('$')) {
                    self.said.push_str(" COLLATE \"C\"");
                }
                self.said.insert_str(start, "lower(");
                self.said.push(')');
            }
            // A pattern with stars and brackets, as a regular expression.
            "GLOB" => {
                self.said.push_str("~ clientpoint.glob(");
                if let [_, pattern, rest @ ..] = self.rest {
                    self.rest = rest;
                    self.say(*pattern);
                }
                self.said.push(')');
            }
            word => self.said.push_str(word),
        }
    }

    /// Calls that function in the place of another one; `before` and `after` go around the bracket that closes the call.
    fn call(&mut self, name: &str, before: &'static str, after: &'static str) {
        self.said.push_str(name);
        self.opening = (before, after);
    }

    fn skip(&mut self, pieces: usize) {
        self.rest = self.rest.get(pieces..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::for_postgres;

    #[test]
    fn values_get_numbers_and_texts_stay_as_they_are() {
        for (lite, post) in [
            (
                "SELECT id FROM files WHERE id = ? AND name = ?",
                "SELECT id FROM files WHERE id = $1 AND name = $2",
            ),
            ("SELECT ?2, ?, '?', ?1", "SELECT $2, $3, '?', $1"),
            (
                "SELECT 'it''s', mode FROM t WHERE user = 'user'",
                "SELECT 'it''s', mode FROM t WHERE \"user\" = 'user'",
            ),
            (
                "SELECT 1 FROM t WHERE x <> x''",
                "SELECT 1::bigint FROM t WHERE x <> '\\x'::bytea",
            ),
        ] {
            assert_eq!(for_postgres(lite), post);
        }
    }

    #[test]
    fn lists_hints_and_sums_are_said_in_other_words() {
        for (lite, post) in [
            (
                "SELECT id FROM f WHERE id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))",
                "SELECT id FROM f WHERE id IN (SELECT CAST(value AS bigint) FROM json_array_elements_text($1::json))",
            ),
            (
                "SELECT w.value ->> 'item' FROM json_each(?3) w",
                "SELECT w.value ->> 'item' FROM json_array_elements($3::json) w",
            ),
            (
                "SELECT coalesce(sum(r.size), 0) FROM bin b INDEXED BY bin_waiting CROSS JOIN r ON r.f = b.f",
                "SELECT coalesce(sum(r.size)::bigint, 0) FROM bin b  JOIN r ON r.f = b.f",
            ),
            ("ORDER BY f.name COLLATE NOCASE, f.id", "ORDER BY lower(f.name), f.id"),
            ("f.name > ? COLLATE NOCASE", "f.name > lower($1 COLLATE \"C\")"),
            (
                "SELECT (SELECT json_group_array(x.n) FROM x)",
                "SELECT (SELECT coalesce(json_agg(x.n)::text, '[]') FROM x)",
            ),
        ] {
            assert_eq!(for_postgres(lite).replace("  ", " "), post.replace("  ", " "));
        }
    }

    #[test]
    fn a_key_of_people_s_own_words_is_one_account_s() {
        assert_eq!(
            for_postgres(
                "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
            ),
            "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (account_id, key) DO UPDATE SET value = excluded.value"
        );
        assert_eq!(
            for_postgres("INSERT INTO grants (c) VALUES (?) ON CONFLICT (c) DO NOTHING"),
            "INSERT INTO grants (c) VALUES ($1) ON CONFLICT (c) DO NOTHING"
        );
    }
}
