//! How a state looks.

/// How a state looks: a shape and a colour beside the word, never colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tone {
    /// A person must do something.
    Bad,
    /// It is tried again by itself.
    Wait,
    /// As it should be.
    Good,
    /// Nothing to say of it.
    Off,
}

impl Tone {
    /// Its class in the stylesheet.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Good => "st ok",
            Self::Wait => "st wait",
            Self::Bad => "st bad",
            Self::Off => "st off",
        }
    }
}
