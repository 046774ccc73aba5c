//! From the source of a pattern to its structure. The source is valid by now, so nothing is judged
//! here: constructs are told apart, and character classes keep their source.

use std::ops::Range;

use super::{PatternError, set::Set};

/// A part of a pattern.
#[derive(Debug)]
pub(super) enum Node {
    /// One character of the set with this index.
    One(usize),
    /// `^`, of a line with the flag `m`.
    Start {
        of_line: bool,
    },
    /// `$`, of a line with the flag `m`.
    End {
        of_line: bool,
    },
    /// `\b` and `\B`; a word is made of the characters of the set.
    Boundary {
        word: usize,
        negative: bool,
    },
    /// A group that remembers what it matched.
    Capture {
        index: usize,
        body: Box<Node>,
    },
    /// What one of these groups matched.
    BackReference(Vec<usize>),
    /// A group named later or earlier; resolved when the whole pattern is read.
    NamedReference(String),
    /// `(?=…)` and its kin.
    Look {
        behind: bool,
        negative: bool,
        body: Box<Node>,
    },
    Sequence(Vec<Node>),
    Choice(Vec<Node>),
    Repeat(Box<Repeat>),
}

/// A repetition; `captures` are the groups inside, which each round forgets.
#[derive(Debug)]
pub(super) struct Repeat {
    pub(super) body: Node,
    pub(super) min: u32,
    pub(super) max: Option<u32>,
    pub(super) greedy: bool,
    pub(super) captures: Range<usize>,
}

/// A pattern and what its nodes refer to.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) root: Node,
    pub(super) sets: Vec<Set>,
    /// How many groups remember, and which of them have a name.
    pub(super) captures: usize,
    pub(super) names: Vec<(String, usize)>,
    pub(super) has_back_references: bool,
}

/// Flags that a group can switch: `(?i:…)`.
#[derive(Debug, Clone, Copy, Default)]
struct Flags {
    ignore_case: bool,
    multiline: bool,
    dot_all: bool,
}

pub(super) fn parse(source: &str) -> Result<Parsed, PatternError> {
    let mut parser = Parser {
        rest: source,
        flags: Flags::default(),
        parsed: Parsed {
            root: Node::Sequence(vec![]),
            sets: vec![],
            captures: 0,
            names: vec![],
            has_back_references: false,
        },
    };
    parser.parsed.root = parser.choice()?;
    Ok(parser.parsed)
}

struct Parser<'s> {
    rest: &'s str,
    flags: Flags,
    parsed: Parsed,
}

impl<'s> Parser<'s> {
    fn choice(&mut self) -> Result<Node, PatternError> {
        let mut branches = vec![self.sequence()?];
        while self.take("|") {
            branches.push(self.sequence()?);
        }
        Ok(match branches.len() {
            1 => branches.remove(0),
            _ => Node::Choice(branches),
        })
    }

    fn sequence(&mut self) -> Result<Node, PatternError> {
        let mut parts = Vec::new();
        while !self.rest.is_empty() && !self.rest.starts_with(['|', ')']) {
            let first_capture = self.parsed.captures;
            let part = self.part()?;
            parts.push(self.repeated(part, first_capture));
        }
        Ok(Node::Sequence(parts))
    }

    fn part(&mut self) -> Result<Node, PatternError> {
        let Some(first) = self.rest.chars().next() else {
            return Ok(Node::Sequence(vec![]));
        };
        match first {
            '^' => {
                self.skip(1);
                Ok(Node::Start {
                    of_line: self.flags.multiline,
                })
            }
            '$' => {
                self.skip(1);
                Ok(Node::End {
                    of_line: self.flags.multiline,
                })
            }
            '(' => self.group(),
            '\\' => self.escape(),
            '.' => {
                self.skip(1);
                let source = if self.flags.dot_all { "[^]" } else { "." };
                self.one(source)
            }
            '[' => {
                let source = self.split(class_length(self.rest));
                self.one(source)
            }
            _ => {
                let source = self.split(first.len_utf8());
                self.one(source)
            }
        }
    }

    fn group(&mut self) -> Result<Node, PatternError> {
        let looks = [
            ("(?=", false, false),
            ("(?!", false, true),
            ("(?<=", true, false),
            ("(?<!", true, true),
        ];
        for (opening, behind, negative) in looks {
            if self.take(opening) {
                let body = Box::new(self.body(self.flags)?);
                return Ok(Node::Look {
                    behind,
                    negative,
                    body,
                });
            }
        }
        if self.take("(?<") {
            let name = self.until('>')?;
            self.parsed.names.push((name, self.parsed.captures));
            return self.capture();
        }
        if self.take("(?") {
            let switches = self.until(':')?;
            let flags = switched(self.flags, &switches);
            return self.body(flags);
        }
        self.skip(1);
        self.capture()
    }

    fn capture(&mut self) -> Result<Node, PatternError> {
        let index = self.parsed.captures;
        self.parsed.captures += 1;
        let body = Box::new(self.body(self.flags)?);
        Ok(Node::Capture { index, body })
    }

    /// What stands up to the closing parenthesis.
    fn body(&mut self, flags: Flags) -> Result<Node, PatternError> {
        let outer = std::mem::replace(&mut self.flags, flags);
        let body = self.choice()?;
        self.flags = outer;
        self.skip(1);
        Ok(body)
    }

    fn escape(&mut self) -> Result<Node, PatternError> {
        for (escape, negative) in [("\\b", false), ("\\B", true)] {
            if self.take(escape) {
                let word = self.set("\\w")?;
                return Ok(Node::Boundary { word, negative });
            }
        }
        if self.take("\\k<") {
            let name = self.until('>')?;
            return self.back_reference(Node::NamedReference(name));
        }
        let digits = self
            .rest
            .bytes()
            .skip(1)
            .take_while(u8::is_ascii_digit)
            .count();
        if digits > 0 && !self.rest.starts_with("\\0") {
            self.skip(1);
            let number: usize = self.split(digits).parse().unwrap_or(usize::MAX);
            return self.back_reference(Node::BackReference(vec![number - 1]));
        }
        let source = self.split(escape_length(self.rest));
        self.one(source)
    }

    fn back_reference(&mut self, node: Node) -> Result<Node, PatternError> {
        self.parsed.has_back_references = true;
        if self.flags.ignore_case {
            return Err(PatternError::Unsupported(
                "a back reference that ignores case",
            ));
        }
        Ok(node)
    }

    /// The part with the quantifier that follows it, if one does.
    fn repeated(&mut self, body: Node, first_capture: usize) -> Node {
        let (min, max) = match self.rest.chars().next() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => counts(self.rest),
            Some(_) | None => return body,
        };
        let length = if self.rest.starts_with('{') {
            self.rest.find('}').map_or(self.rest.len(), |at| at + 1)
        } else {
            1
        };
        self.skip(length);
        let greedy = !self.take("?");
        let captures = first_capture..self.parsed.captures;
        Node::Repeat(Box::new(Repeat {
            body,
            min,
            max,
            greedy,
            captures,
        }))
    }

    fn one(&mut self, source: &str) -> Result<Node, PatternError> {
        self.set(source).map(Node::One)
    }

    fn set(&mut self, source: &str) -> Result<usize, PatternError> {
        let ignore_case = self.flags.ignore_case;
        let is_same = |known: &Set| known.is_written_as(source, ignore_case);
        if let Some(known) = self.parsed.sets.iter().position(is_same) {
            return Ok(known);
        }
        self.parsed.sets.push(Set::new(source, ignore_case)?);
        Ok(self.parsed.sets.len() - 1)
    }

    /// Takes a name or flags up to a closing mark, which goes as well.
    fn until(&mut self, mark: char) -> Result<String, PatternError> {
        let length = self.rest.find(mark).unwrap_or(self.rest.len());
        let text = self.split(length);
        self.skip(mark.len_utf8());
        if text.contains('\\') {
            return Err(PatternError::Unsupported("an escape in a group's name"));
        }
        Ok(text.to_owned())
    }

    fn take(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn split(&mut self, length: usize) -> &'s str {
        let (start, rest) = self
            .rest
            .split_at_checked(length)
            .unwrap_or((self.rest, ""));
        self.rest = rest;
        start
    }

    fn skip(&mut self, length: usize) {
        self.split(length);
    }
}

fn switched(mut flags: Flags, switches: &str) -> Flags {
    let (on, off) = switches.split_once('-').unwrap_or((switches, ""));
    for (letters, value) in [(on, true), (off, false)] {
        for letter in letters.chars() {
            match letter {
                'i' => flags.ignore_case = value,
                'm' => flags.multiline = value,
                's' => flags.dot_all = value,
                _ => {}
            }
        }
    }
    flags
}

/// The counts of `{n}`, `{n,}` and `{n,m}`. One beyond 32 bits is as good as the largest.
fn counts(rest: &str) -> (u32, Option<u32>) {
    let inside = rest.get(1..).unwrap_or_default();
    let inside = inside.split_once('}').map_or(inside, |(inside, _)| inside);
    let count = |digits: &str| digits.parse().unwrap_or(u32::MAX);
    match inside.split_once(',') {
        None => (count(inside), Some(count(inside))),
        Some((min, "")) => (count(min), None),
        Some((min, max)) => (count(min), Some(count(max))),
    }
}

/// Length of the class that `rest` begins with.
fn class_length(rest: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ']' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Length of the escape that `rest` begins with.
fn escape_length(rest: &str) -> usize {
    let braced = || rest.find('}').map_or(rest.len(), |at| at + 1);
    let bytes = rest.as_bytes();
    match bytes.get(1) {
        Some(b'p' | b'P') => braced(),
        Some(b'u') if bytes.get(2) == Some(&b'{') => braced(),
        Some(b'u') if is_surrogate_pair(rest) => 12,
        Some(b'u') => 6,
        Some(b'x') => 4,
        Some(b'c') => 3,
        Some(_) | None => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
    }
}

/// Two escapes that are one character: `\uD83D\uDE00`.
fn is_surrogate_pair(rest: &str) -> bool {
    let unit = |at: usize| {
        let digits = rest.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        u32::from_str_radix(digits, 16).ok()
    };
    let is_in =
        |unit: Option<u32>, low: u32| unit.is_some_and(|it| (low..low + 0x400).contains(&it));
    is_in(unit(0), 0xD800) && is_in(unit(6), 0xDC00)
}
