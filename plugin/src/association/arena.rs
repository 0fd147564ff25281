//! A great many small things in little memory, which grows by a page at a time: nothing is ever copied to make room.

/// Things of one size, by their numbers.
pub(super) struct Paged<T> {
    pages: Vec<Vec<T>>,
}

/// Things a page.
const PAGE: usize = 4096;

impl<T> Paged<T> {
    pub(super) const fn new() -> Self {
        Self { pages: Vec::new() }
    }

    /// The number of the thing; none if there is no number left.
    pub(super) fn push(&mut self, thing: T) -> Option<u32> {
        let number = u32::try_from(self.len()).ok()?;
        if self.pages.last().is_none_or(|page| page.len() == PAGE) {
            self.pages.push(Vec::with_capacity(PAGE));
        }
        self.pages.last_mut()?.push(thing);
        Some(number)
    }

    pub(super) fn get(&self, number: u32) -> Option<&T> {
        let number = number as usize;
        self.pages.get(number / PAGE)?.get(number % PAGE)
    }

    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        let number = number as usize;
        self.pages.get_mut(number / PAGE)?.get_mut(number % PAGE)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.pages.iter().flatten()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.pages
            .last()
            .map_or(0, |last| (self.pages.len() - 1) * PAGE + last.len())
    }
}

/// Texts, one behind the other.
pub(super) struct Texts {
    pages: Vec<String>,
}

/// Where a text is.
#[derive(Clone, Copy)]
pub(super) struct Text {
    /// From the beginning of the first page.
    from: u32,
    length: u16,
}

/// Bytes a page.
const TEXT_PAGE: usize = 256 * 1024;
/// The longest text, in bytes. Nothing that tells an item has a longer one.
const LONGEST: usize = 16 * 1024;

impl Texts {
    pub(super) const fn new() -> Self {
        Self { pages: Vec::new() }
    }

    /// None if the text is too long to be any of an item's.
    pub(super) fn push(&mut self, text: &str) -> Option<Text> {
        if text.len() > LONGEST {
            return None;
        }
        let has_room = |page: &String| page.len() + text.len() <= TEXT_PAGE;
        if !self.pages.last().is_some_and(has_room) {
            self.pages.push(String::with_capacity(TEXT_PAGE));
        }
        let pages_before = self.pages.len() - 1;
        let last = self.pages.last_mut()?;
        let place = Text {
            from: u32::try_from(pages_before * TEXT_PAGE + last.len()).ok()?,
            length: u16::try_from(text.len()).ok()?,
        };
        last.push_str(text);
        Some(place)
    }

    pub(super) fn get(&self, text: Text) -> &str {
        let (page, from) = (text.from as usize / TEXT_PAGE, text.from as usize % TEXT_PAGE);
        self.pages
            .get(page)
            .and_then(|page| page.get(from..from + usize::from(text.length)))
            .unwrap_or_default()
    }

    /// The memory that they take, in bytes.
    pub(super) fn size(&self) -> usize {
        self.pages.len() * TEXT_PAGE
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn things_keep_their_numbers_across_pages() {
        let mut all = Paged::new();
        for thing in 0..10_000_u32 {
            assert_eq!(all.push(thing), Some(thing));
        }
        *all.get_mut(5000).unwrap() = 7;
        assert_eq!(
            (all.get(4095), all.get(5000), all.get(10_000)),
            (Some(&4095), Some(&7), None)
        );
        assert_eq!((all.len(), all.iter().count()), (10_000, 10_000));
    }

    #[test]
    fn texts_are_found_again_and_those_without_end_are_not_taken() {
        let mut texts = Texts::new();
        let long = "é".repeat(LONGEST / 2);
        let places: Vec<Text> = (0..40).map(|_| texts.push(&long).unwrap()).collect();
        let empty = texts.push("").unwrap();
        assert!(places.iter().all(|place| texts.get(*place) == long));
        assert_eq!(texts.get(empty), "");
        assert!(texts.push(&"x".repeat(LONGEST + 1)).is_none());
        assert_eq!(texts.size(), 3 * TEXT_PAGE);
    }
}
