//! Lists that are too long to be held: their rows lie in a file without a name, which goes with whoever has made it. And JSON
//! documents with such lists in them.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Result as IoResult, Seek, SeekFrom, Write},
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tempfile::{SpooledTempFile, spooled_tempfile};

use crate::{Error, Result};

/// How much lies in memory before it goes into a file, in bytes.
pub(crate) const IN_MEMORY: usize = 1 << 20;

/// Rows, one after the other. They are written first, and read as often as is wanted.
pub struct Rows {
    lines: SpooledTempFile,
    count: u64,
}

/// The long lists of a document, each by the place at which it stands in it: `/plan/rows`. The document has an empty list
/// there.
pub type Lists = BTreeMap<String, Rows>;

impl Default for Rows {
    fn default() -> Self {
        Self {
            lines: spooled_tempfile(IN_MEMORY),
            count: 0,
        }
    }
}

impl Rows {
    /// Adds a row.
    ///
    /// # Errors
    ///
    /// The disk's.
    pub fn push(&mut self, row: &impl Serialize) -> Result<()> {
        let mut line = serde_json::to_vec(row).map_err(|error| Error::Storage(error.to_string()))?;
        line.push(b'\n');
        self.lines.write_all(&line)?;
        self.count += 1;
        Ok(())
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Reads them from the first to the last.
    ///
    /// # Errors
    ///
    /// The disk's, also of each row.
    pub fn read<T: DeserializeOwned>(&mut self) -> Result<impl Iterator<Item = Result<T>>> {
        self.lines.seek(SeekFrom::Start(0))?;
        let lines = BufReader::new(&mut self.lines).lines();
        Ok(lines.map(|line| serde_json::from_str(&line?).map_err(|error| Error::Storage(error.to_string()))))
    }
}

/// Writes a document as `{:#}` writes it, with its long lists in their places, piece by piece.
///
/// # Errors
///
/// Those of `put`, and the disk's.
pub fn write(document: &Value, lists: &mut Lists, put: &mut impl FnMut(&str) -> IoResult<()>) -> IoResult<()> {
    Writing { lists, put }.value(document, "", 0)
}

struct Writing<'w, P> {
    lists: &'w mut Lists,
    put: &'w mut P,
}

impl<P: FnMut(&str) -> IoResult<()>> Writing<'_, P> {
    fn value(&mut self, value: &Value, place: &str, depth: usize) -> IoResult<()> {
        if self.lists.contains_key(place) {
            return self.list(place, depth);
        }
        let below = format!("{place}/");
        let has_lists = self.lists.keys().any(|list| list.starts_with(&below));
        match value {
            Value::Object(members) if has_lists => {
                let members = members.iter().map(|(key, member)| (key.clone(), Some(key), member));
                self.members(members, (place, depth), ["{", "}"])
            }
            Value::Array(all) if has_lists => {
                let members = all
                    .iter()
                    .enumerate()
                    .map(|(number, member)| (number.to_string(), None, member));
                self.members(members, (place, depth), ["[", "]"])
            }
            other => (self.put)(&inside(other, depth)),
        }
    }

    fn members<'m>(
        &mut self,
        members: impl Iterator<Item = (String, Option<&'m String>, &'m Value)>,
        (place, depth): (&str, usize),
        [open, close]: [&str; 2],
    ) -> IoResult<()> {
        let mut mark = open;
        for (step, key, member) in members {
            let key = key
                .map(|key| format!("{}: ", Value::from(key.as_str())))
                .unwrap_or_default();
            (self.put)(&format!("{mark}\n{}{key}", indent(depth + 1)))?;
            self.value(member, &format!("{place}/{step}"), depth + 1)?;
            mark = ",";
        }
        (self.put)(&format!("\n{}{close}", indent(depth)))
    }

    fn list(&mut self, place: &str, depth: usize) -> IoResult<()> {
        let Some(rows) = self.lists.get_mut(place).filter(|rows| 0 < rows.count()) else {
            return (self.put)("[]");
        };
        let mut mark = "[";
        for row in rows.read::<Value>().map_err(of_disk)? {
            let row = inside(&row.map_err(of_disk)?, depth + 1);
            (self.put)(&format!("{mark}\n{}{row}", indent(depth + 1)))?;
            mark = ",";
        }
        (self.put)(&format!("\n{}]", indent(depth)))
    }
}

/// A value that stands that deep in a document. A line break is never in a string of JSON.
fn inside(value: &Value, depth: usize) -> String {
    format!("{value:#}").replace('\n', &format!("\n{}", indent(depth)))
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth)
}

fn of_disk(error: Error) -> std::io::Error {
    std::io::Error::other(error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(document: &Value, mut lists: Lists) -> String {
        let mut text = String::new();
        write(document, &mut lists, &mut |piece| {
            text.push_str(piece);
            Ok(())
        })
        .unwrap();
        text
    }

    fn rows(all: &[Value]) -> Rows {
        let mut rows = Rows::default();
        all.iter().for_each(|row| rows.push(row).unwrap());
        rows
    }

    #[test]
    fn a_document_with_long_lists_reads_as_one_that_has_all_its_rows_in_memory() {
        let line = json!({ "name": "a\n\"b\"", "more": [1, { "x": {} }], "none": [] });
        let of = |lines: Value, first: Value, last: Value| json!({ "runs": [{ "lines": first, "id": 1 }, { "error": {} }, { "lines": last }], "sum": { "lines": lines, "z": 1 } });
        let all = [line.clone(), json!("text"), json!([])];
        let lists = || {
            let lists = [
                ("/sum/lines", rows(&all)),
                ("/runs/0/lines", rows(&[])),
                ("/runs/2/lines", rows(&all[..1])),
            ];
            lists.map(|(place, rows)| (place.to_owned(), rows)).into()
        };
        let whole = of(json!(all), json!([]), json!([line]));
        let empty = of(json!([]), json!([]), json!([]));
        assert_eq!(written(&empty, lists()), format!("{whole:#}"));
        assert_eq!(written(&whole, Lists::new()), format!("{whole:#}"));
    }

    #[test]
    fn rows_beyond_what_memory_holds_are_read_as_they_were_written() {
        let mut rows = Rows::default();
        for number in 0..IN_MEMORY / 10 {
            rows.push(&format!("row {number}")).unwrap();
        }
        for _ in 0..2 {
            let read: Vec<String> = rows.read().unwrap().map(Result::unwrap).collect();
            assert_eq!(read.len() as u64, rows.count());
            assert_eq!(read[read.len() - 1], format!("row {}", read.len() - 1));
        }
    }
}
