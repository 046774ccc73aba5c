//! Cuts a text into tokens that, joined, are the text again. Never fails.
//!
//! One pass, no grammar. Three decisions that look like grammar are made here, because they decide
//! where tokens end: which lines of the description are prose ([`prose`]), where a string ends
//! ([`string`]), and whether a `{` in a string begins an expression ([`interpolation`]). The lexer also
//! notes where logical lines may begin, for the layout, and what is wrong inside single tokens.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each rule asks for a few of two hundred kinds"
)]

mod interpolation;
mod prose;
mod scan;
mod string;

use crate::{Span, SyntaxKind};

/// A token: what it is and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: SyntaxKind,
    /// Where it stands.
    pub span: Span,
}

/// Cuts `text`, shorter than 4 GiB, into tokens; each begins where the one before ends.
pub fn lex(text: &str) -> Vec<Token> {
    lex_lines(text).tokens
}

/// Tokens, the lines they form, and what is wrong inside them.
#[derive(Debug)]
pub(crate) struct Lexed {
    pub(crate) tokens: Vec<Token>,
    pub(crate) lines: Vec<Line>,
    pub(crate) brackets: Vec<Bracket>,
    /// Comments after the first line that begin like an annotation.
    pub(crate) late_annotations: Vec<Span>,
    pub(crate) problems: Vec<Problem>,
}

/// A line that begins with something other than trivia, outside strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line {
    /// The index of its first token that is not trivia.
    pub(crate) first: u32,
    /// Spaces of indentation.
    pub(crate) column: u32,
    /// True when a tab is among them.
    pub(crate) has_tab: bool,
}

/// A bracket of the language, not of an interpolation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bracket {
    /// The index of its token.
    pub(crate) index: u32,
    /// The kind of its token.
    pub(crate) kind: SyntaxKind,
}

/// Something wrong inside one token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) kind: ProblemKind,
    pub(crate) span: Span,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProblemKind {
    /// A character that nothing begins with.
    UnknownCharacter,
    /// A name with letters outside A–Z.
    ForeignName,
    /// A comment of another language.
    ForeignComment,
    /// A space that is none of the language's, or a character that is not seen at all.
    ForeignSpace,
    /// `'text'`
    SingleQuotes,
    /// `“text”`
    TypographicQuotes,
    /// `"text` whose closing quote stands on a later line.
    BrokenString,
    /// A string without its closing quote.
    UnclosedString,
    /// A backslash that begins no escape.
    UnknownEscape,
    /// A `{` in a string that begins no expression.
    LiteralBrace,
    /// `### Title` without the marks at its end.
    UnclosedSection,
    /// Nearly `script`.
    MisspeltScript,
    /// A line of the description that looks like a declared field.
    FieldInDescription,
    /// A line of the description that looks like a value with a name.
    ValueInDescription,
    /// A line of the description that looks like an import.
    ImportInDescription,
}

pub(crate) fn lex_lines(text: &str) -> Lexed {
    let mut lexer = Lexer::new(text);
    lexer.skip_byte_order_mark();
    while lexer.pos < text.len() {
        lexer.token();
    }
    Lexed {
        tokens: lexer.tokens,
        lines: lexer.lines,
        brackets: lexer.brackets,
        late_annotations: lexer.late_annotations,
        problems: lexer.problems,
    }
}

/// Bytes of source for each token, a little less than real scripts have: what is not used costs
/// nothing, and a list that is too short is copied.
const BYTES_PER_TOKEN: usize = 3;

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    /// Where the next token begins.
    pos: usize,
    tokens: Vec<Token>,
    lines: Vec<Line>,
    brackets: Vec<Bracket>,
    late_annotations: Vec<Span>,
    problems: Vec<Problem>,
    /// Where the current line begins.
    line_start: usize,
    /// True until the line has a token that is not trivia.
    at_line_start: bool,
    /// How many strings the lexer is inside of.
    string_depth: u32,
    prose: prose::Prose,
    /// True once a line of the description was reported to look like code.
    doubted: bool,
}

impl<'t> Lexer<'t> {
    fn new(text: &'t str) -> Lexer<'t> {
        Lexer {
            text,
            bytes: text.as_bytes(),
            pos: 0,
            tokens: Vec::with_capacity(text.len() / BYTES_PER_TOKEN),
            lines: Vec::new(),
            brackets: Vec::new(),
            late_annotations: Vec::new(),
            problems: Vec::new(),
            line_start: 0,
            at_line_start: true,
            string_depth: 0,
            prose: prose::Prose::BeforeHeader,
            doubted: false,
        }
    }

    /// The byte `ahead` bytes after the position, or 0 past the end.
    #[inline]
    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.pos + ahead).copied().unwrap_or(0)
    }

    /// The text from `start` up to the position.
    fn text_from(&self, start: usize) -> &'t str {
        self.text.get(start..self.pos).unwrap_or("")
    }

    /// Moves to the next line break or the end.
    fn skip_line(&mut self) {
        let rest = self.bytes.get(self.pos..).unwrap_or(&[]);
        self.pos += rest
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap_or(rest.len());
    }

    /// Adds the token that began at `start` and ends at the position.
    #[inline]
    fn push(&mut self, kind: SyntaxKind, start: usize) {
        if self.at_line_start && self.string_depth == 0 && !kind.is_trivia() {
            self.begin_line(start);
        }
        self.tokens.push(Token {
            kind,
            span: span(start, self.pos),
        });
    }

    #[inline(never)]
    fn begin_line(&mut self, start: usize) {
        let indent = self.bytes.get(self.line_start..start).unwrap_or(&[]);
        let mut bits = 0;
        let mut has_tab = false;
        for byte in indent {
            bits |= byte;
            has_tab |= *byte == b'\t';
        }
        let is_plain = bits.is_ascii();
        self.lines.push(Line {
            first: offset(self.tokens.len()),
            column: if is_plain {
                offset(indent.len())
            } else {
                self.seen_width(start)
            },
            has_tab: is_plain && has_tab,
        });
        self.at_line_start = false;
    }

    /// How wide an indentation looks that has spaces of other kinds in it.
    #[cold]
    fn seen_width(&self, start: usize) -> u32 {
        let indent = self.text.get(self.line_start..start).unwrap_or("");
        let seen = indent.chars().filter(|char| char.is_whitespace());
        offset(seen.count())
    }

    fn report(&mut self, kind: ProblemKind, start: usize) {
        self.problems.push(Problem {
            kind,
            span: span(start, self.pos),
        });
    }

    /// What has been produced so far, to come back to.
    fn mark(&self) -> Mark {
        Mark {
            pos: self.pos,
            tokens: self.tokens.len(),
            brackets: self.brackets.len(),
            problems: self.problems.len(),
        }
    }

    fn rewind(&mut self, mark: Mark) {
        self.pos = mark.pos;
        self.tokens.truncate(mark.tokens);
        self.brackets.truncate(mark.brackets);
        self.problems.truncate(mark.problems);
    }
}

#[derive(Clone, Copy)]
struct Mark {
    pos: usize,
    tokens: usize,
    brackets: usize,
    problems: usize,
}

fn span(start: usize, end: usize) -> Span {
    Span::new(offset(start), offset(end))
}

/// Offsets and indices fit because texts are shorter than 4 GiB.
fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
