//! Sets of characters. ASCII is looked up in a table; for other characters the class is asked that
//! `regress` made of the same source.

use regress::{Flags, Regex};

use super::PatternError;

/// The characters that one place of a pattern takes.
#[derive(Debug, Clone)]
pub(super) struct Set {
    source: String,
    ignore_case: bool,
    /// One bit for each ASCII character.
    ascii: u128,
    others: Others,
}

/// The characters beyond ASCII.
#[derive(Debug, Clone)]
enum Others {
    Only(char),
    /// A class; boxed, as it is large.
    Class(Box<Regex>),
}

impl Set {
    /// The set that is written like this: one character, an escape or a class.
    pub(super) fn new(source: &str, ignore_case: bool) -> Result<Set, PatternError> {
        let flags = Flags {
            icase: ignore_case,
            unicode: true,
            no_opt: true,
            ..Flags::default()
        };
        let (ascii, others) = match lone(source) {
            Some(letter) if !ignore_case => (bit(letter), Others::Only(letter)),
            Some(_) | None => {
                let class = Regex::with_flags(source, flags)
                    .map_err(|error| PatternError::Syntax(error.text))?;
                (ascii_of(&class), Others::Class(Box::new(class)))
            }
        };
        Ok(Set {
            source: source.to_owned(),
            ignore_case,
            ascii,
            others,
        })
    }

    pub(super) fn is_written_as(&self, source: &str, ignore_case: bool) -> bool {
        self.source == source && self.ignore_case == ignore_case
    }

    pub(super) fn has(&self, letter: char) -> bool {
        if letter.is_ascii() {
            return self.ascii & bit(letter) != 0;
        }
        match &self.others {
            Others::Only(only) => *only == letter,
            Others::Class(class) => class.find(letter.encode_utf8(&mut [0; 4])).is_some(),
        }
    }
}

/// The character that stands for itself, if that is all there is.
fn lone(source: &str) -> Option<char> {
    let mut letters = source.chars();
    let letter = letters.next().filter(|letter| *letter != '.')?;
    letters.next().is_none().then_some(letter)
}

/// The bit of an ASCII character; none for others.
fn bit(letter: char) -> u128 {
    u128::from(letter.is_ascii()) << (u32::from(letter) & 127)
}

fn ascii_of(class: &Regex) -> u128 {
    let all: String = (0..=127_u8).map(char::from).collect();
    // Each character is one byte, so a place in the text is the character itself.
    class
        .find_iter(&all)
        .fold(0, |set, found| set | 1 << found.start())
}
