//! Objects that somebody has just looked at and seen to be whole, however many: what goes beyond a little memory lies in a
//! file without a name, which goes with whoever has made it.

use std::io::{Read, Seek, SeekFrom, Write};

use tempfile::{SpooledTempFile, spooled_tempfile};

use super::objects::Object;
use crate::{Error, Result, rows::IN_MEMORY};

/// How long a name is: 64 hexadecimal digits.
const NAME: usize = 64;

/// The names of objects, in rising order, one after the other.
pub struct Seen {
    names: SpooledTempFile,
    last: Option<String>,
    count: u64,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            names: spooled_tempfile(IN_MEMORY),
            last: None,
            count: 0,
        }
    }
}

impl Seen {
    /// Adds an object, whose name is behind those that are there.
    ///
    /// # Errors
    ///
    /// `Error::Storage` for a name out of its turn; the disk's.
    pub fn push(&mut self, object: &Object) -> Result<()> {
        let name = &object.sha256;
        if name.len() != NAME || self.last.as_ref().is_some_and(|last| name <= last) {
            return Err(Error::Storage(format!("the object `{name}` is seen out of its turn")));
        }
        self.names.seek(SeekFrom::End(0))?;
        self.names.write_all(name.as_bytes())?;
        self.last = Some(name.clone());
        self.count += 1;
        Ok(())
    }

    /// Whether the object of that name is among them.
    ///
    /// # Errors
    ///
    /// The disk's.
    pub fn contains(&mut self, name: &str) -> Result<bool> {
        let (mut from, mut to) = (0, self.count);
        while from < to {
            let middle = from + (to - from) / 2;
            let there = self.at(middle)?;
            match there.as_slice().cmp(name.as_bytes()) {
                std::cmp::Ordering::Equal => return Ok(true),
                std::cmp::Ordering::Less => from = middle + 1,
                std::cmp::Ordering::Greater => to = middle,
            }
        }
        Ok(false)
    }

    fn at(&mut self, place: u64) -> Result<[u8; NAME]> {
        let mut name = [0; NAME];
        self.names.seek(SeekFrom::Start(place * NAME as u64))?;
        self.names.read_exact(&mut name)?;
        Ok(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(number: usize) -> Object {
        Object {
            sha256: format!("{number:064x}"),
            size: 3,
        }
    }

    #[test]
    fn of_more_than_memory_holds_exactly_those_that_were_seen_are_found() {
        let mut seen = Seen::default();
        let many = 2 * IN_MEMORY / NAME;
        for number in (0..many).step_by(2) {
            seen.push(&object(number)).unwrap();
        }
        for number in [0, 1, 2, 3, many / 2, many / 2 + 1, many - 2, many - 1, many] {
            let is_there = number % 2 == 0 && number < many;
            assert_eq!(seen.contains(&object(number).sha256).unwrap(), is_there, "{number}");
        }
        assert!(!Seen::default().contains(&object(0).sha256).unwrap());
    }

    #[test]
    fn a_name_out_of_its_turn_is_refused_since_it_could_not_be_found_again() {
        let mut seen = Seen::default();
        seen.push(&object(2)).unwrap();
        for number in [1, 2] {
            assert!(seen.push(&object(number)).is_err());
        }
    }
}
