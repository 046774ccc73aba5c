//! Single tokens outside strings: space, comments, words, numbers, punctuation.

use super::{Bracket, Lexer, ProblemKind, offset, prose::Prose, span};
use crate::SyntaxKind;

/// How far the partner of a typographic quote is looked for: farther than a line of a person.
const TYPOGRAPHIC_CHARS_MAX: usize = 1_000;

impl Lexer<'_> {
    /// Reads one token; one string may be several.
    pub(super) fn token(&mut self) {
        if self.prose == Prose::Reading && self.may_begin_prose() {
            if self.prose_line() {
                return;
            }
            self.prose = Prose::Over;
        }
        match self.byte(0) {
            b' ' | b'\t' | b'\n' | b'\r' => self.space(),
            b'-' if self.byte(1) == b'-' => self.comment(),
            b'#' => self.hashes(),
            b'/' if matches!(self.byte(1), b'/' | b'*') => self.slashes(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
            b'0'..=b'9' => self.number(),
            b'"' => self.string(),
            b'\'' | b'`' => self.foreign_quotes(),
            _ => self.punctuation(),
        }
    }

    /// True at the start of a line, at what is neither space nor a comment.
    fn may_begin_prose(&self) -> bool {
        let is_trivia = match self.byte(0) {
            b'#' => true,
            b'-' => self.byte(1) == b'-',
            b'/' => matches!(self.byte(1), b'/' | b'*'),
            first => is_space(first),
        };
        self.at_line_start && self.string_depth == 0 && !is_trivia
    }

    pub(super) fn skip_byte_order_mark(&mut self) {
        const MARK: char = '\u{feff}';
        if self.text.starts_with(MARK) {
            self.pos = MARK.len_utf8();
            self.line_start = self.pos;
            self.push(SyntaxKind::Whitespace, 0);
        }
    }

    fn space(&mut self) {
        let start = self.pos;
        let rest = self.bytes.get(start..).unwrap_or(&[]);
        let mut last_break = None;
        for (byte, pos) in rest.iter().zip(start..) {
            if !is_space(*byte) {
                break;
            }
            if *byte == b'\n' {
                last_break = Some(pos);
            }
            self.pos = pos + 1;
        }
        let Some(last_break) = last_break else {
            return self.push(SyntaxKind::Whitespace, start);
        };
        self.line_start = last_break + 1;
        self.at_line_start = true;
        self.header_line_is_over();
        self.push(SyntaxKind::LineBreak, start);
    }

    fn comment(&mut self) {
        let start = self.pos;
        self.skip_line();
        while self.text_from(start).ends_with(['\r', ' ', '\t']) {
            self.pos -= 1;
        }
        let before_header = self.lines.is_empty() && self.string_depth == 0;
        let is_annotation = is_annotation(self.text_from(start));
        if is_annotation && before_header {
            return self.push(SyntaxKind::Annotation, start);
        }
        if is_annotation {
            self.late_annotations.push(span(start, self.pos));
        }
        self.push(SyntaxKind::Comment, start);
    }

    /// `// to the end of the line` or `/* to the closing marks */`.
    fn slashes(&mut self) {
        let start = self.pos;
        if self.byte(1) == b'/' {
            self.skip_line();
        } else {
            self.skip_block_comment();
        }
        self.foreign_comment(start);
    }

    fn foreign_comment(&mut self, start: usize) {
        while self.text_from(start).ends_with(['\r', ' ', '\t']) {
            self.pos -= 1;
        }
        self.report(ProblemKind::ForeignComment, start);
        self.push(SyntaxKind::ForeignComment, start);
    }

    /// Moves behind `*/`, or to the end of the line where there is none.
    fn skip_block_comment(&mut self) {
        let rest = self.text.get(self.pos..).unwrap_or("");
        match rest.find("*/") {
            Some(index) => self.pos += index + 2,
            None => self.skip_line(),
        }
    }

    /// `### Title ###` on a line of its own, else a comment of another language.
    fn hashes(&mut self) {
        let start = self.pos;
        self.skip_line();
        let line = self.text_from(start);
        if !self.at_line_start || !line.starts_with("###") || self.string_depth > 0 {
            return self.foreign_comment(start);
        }
        self.prose = Prose::Over;
        let title = line.trim_start_matches('#');
        // Nothing but a comment may follow the closing marks.
        let closed = title.rfind("###").filter(|index| {
            let rest = title.get(index + 3..).unwrap_or("").trim();
            rest.is_empty() || rest.starts_with("--")
        });
        match closed {
            Some(index) => self.pos = start + (line.len() - title.len()) + index + 3,
            None => self.pos = start + line.trim_end().len(),
        }
        self.push(SyntaxKind::SectionLine, start);
        if closed.is_none() {
            self.report(ProblemKind::UnclosedSection, start);
        }
    }

    fn word(&mut self) {
        let start = self.pos;
        self.skip_word();
        if self.byte(0) >= 0x80 && self.skip_foreign_letters() {
            self.report(ProblemKind::ForeignName, start);
            return self.push(SyntaxKind::Error, start);
        }
        let mut kind = SyntaxKind::of_word(self.text_from(start));
        if kind == SyntaxKind::Ident && self.is_misspelt_script(start) {
            kind = SyntaxKind::ScriptKw;
            self.report(ProblemKind::MisspeltScript, start);
        }
        if kind == SyntaxKind::ScriptKw && self.at_line_start && self.string_depth == 0 {
            self.script_word();
        }
        self.push(kind, start);
    }

    pub(super) fn skip_word(&mut self) {
        let rest = self.bytes.get(self.pos..).unwrap_or(&[]);
        let len = rest.iter().position(|byte| !is_word_byte(*byte));
        self.pos += len.unwrap_or(rest.len());
    }

    /// Moves over the rest of a name that has letters outside A–Z; false if no such letter is here.
    fn skip_foreign_letters(&mut self) -> bool {
        let rest = self.text.get(self.pos..).unwrap_or("");
        let end = rest
            .find(|char: char| !char.is_alphanumeric() && char != '_')
            .unwrap_or(rest.len());
        self.pos += end;
        end > 0
    }

    fn number(&mut self) {
        let start = self.pos;
        let mut kind = SyntaxKind::Integer;
        self.skip_digits();
        if self.byte(0) == b'.' && self.byte(1).is_ascii_digit() {
            kind = SyntaxKind::Decimal;
            self.pos += 1;
            self.skip_digits();
        }
        let sign = usize::from(matches!(self.byte(1), b'+' | b'-'));
        if matches!(self.byte(0), b'e' | b'E') && self.byte(1 + sign).is_ascii_digit() {
            kind = SyntaxKind::Decimal;
            self.pos += 1 + sign;
            self.skip_digits();
        }
        let runs_on =
            is_word_byte(self.byte(0)) || (self.byte(0) == b'.' && self.byte(1).is_ascii_digit());
        if runs_on {
            kind = SyntaxKind::BadNumber;
            while is_word_byte(self.byte(0)) || (self.byte(0) == b'.' && is_word_byte(self.byte(1)))
            {
                self.pos += 1;
            }
        }
        self.push(kind, start);
    }

    fn skip_digits(&mut self) {
        while self.byte(0).is_ascii_digit() {
            self.pos += 1;
        }
    }

    fn punctuation(&mut self) {
        let start = self.pos;
        let (kind, len) = self.punctuation_here();
        if kind == SyntaxKind::Error {
            return self.unknown();
        }
        if is_bracket(kind) {
            self.brackets.push(Bracket {
                index: offset(self.tokens.len()),
                kind,
            });
        }
        self.pos += len;
        self.push(kind, start);
    }

    fn punctuation_here(&self) -> (SyntaxKind, usize) {
        let (second, third) = (self.byte(1), self.byte(2));
        match self.byte(0) {
            b'(' => (SyntaxKind::LeftParen, 1),
            b')' => (SyntaxKind::RightParen, 1),
            b'[' => (SyntaxKind::LeftBracket, 1),
            b']' => (SyntaxKind::RightBracket, 1),
            b'{' => (SyntaxKind::LeftBrace, 1),
            b'}' => (SyntaxKind::RightBrace, 1),
            b',' => (SyntaxKind::Comma, 1),
            b'.' => (SyntaxKind::Dot, 1),
            b'+' => (SyntaxKind::Plus, 1),
            b'*' => (SyntaxKind::Star, 1),
            b'/' => (SyntaxKind::Slash, 1),
            b'%' => (SyntaxKind::Percent, 1),
            b';' => (SyntaxKind::Semicolon, 1),
            b':' if second == b':' => (SyntaxKind::ColonColon, 2),
            b':' if second == b'=' => (SyntaxKind::ColonEquals, 2),
            b':' => (SyntaxKind::Colon, 1),
            b'=' if second == b'=' && third == b'=' => (SyntaxKind::TripleEqual, 3),
            b'=' if second == b'=' => (SyntaxKind::EqualEqual, 2),
            b'=' if second == b'>' => (SyntaxKind::FatArrow, 2),
            b'=' => (SyntaxKind::Equals, 1),
            b'!' if second == b'=' && third == b'=' => (SyntaxKind::NotDoubleEqual, 3),
            b'!' if second == b'=' => (SyntaxKind::NotEqual, 2),
            b'!' => (SyntaxKind::Bang, 1),
            b'<' if second == b'=' => (SyntaxKind::LessEqual, 2),
            b'<' => (SyntaxKind::Less, 1),
            b'>' if second == b'=' => (SyntaxKind::GreaterEqual, 2),
            b'>' => (SyntaxKind::Greater, 1),
            b'-' if second == b'>' && third == b'>' => (SyntaxKind::StreamArrow, 3),
            b'-' if second == b'>' => (SyntaxKind::Arrow, 2),
            b'-' => (SyntaxKind::Minus, 1),
            b'?' if second == b'?' => (SyntaxKind::QuestionQuestion, 2),
            b'?' if second == b'.' => (SyntaxKind::QuestionDot, 2),
            b'?' => (SyntaxKind::QuestionMark, 1),
            b'|' if second == b'|' => (SyntaxKind::OrOr, 2),
            b'|' => (SyntaxKind::Pipe, 1),
            b'&' if second == b'&' => (SyntaxKind::AndAnd, 2),
            _ => (SyntaxKind::Error, 1),
        }
    }

    /// A character that nothing begins with, or a whole name of foreign letters.
    fn unknown(&mut self) {
        let start = self.pos;
        let char = self
            .text
            .get(start..)
            .and_then(|rest| rest.chars().next())
            .unwrap_or(' ');
        self.pos += char.len_utf8();
        if is_foreign_space(char) {
            self.report(ProblemKind::ForeignSpace, start);
            return self.push(SyntaxKind::Whitespace, start);
        }
        if let Some(len) = self.typographic_text(char) {
            self.pos += len;
            self.report(ProblemKind::TypographicQuotes, start);
            return self.push(SyntaxKind::SingleQuoted, start);
        }
        if char.is_alphabetic() {
            self.skip_foreign_letters();
            self.report(ProblemKind::ForeignName, start);
        } else {
            self.report(ProblemKind::UnknownCharacter, start);
        }
        self.push(SyntaxKind::Error, start);
    }

    /// How long what follows a typographic quote is, up to its partner on the same line.
    fn typographic_text(&self, quote: char) -> Option<usize> {
        let closers: &[char] = match quote {
            '“' | '„' | '”' => &['“', '”', '"'],
            '«' => &['»'],
            '‘' | '‚' | '’' => &['‘', '’', '\''],
            _ => return None,
        };
        let rest = self.text.get(self.pos..)?;
        let near = rest.char_indices().take(TYPOGRAPHIC_CHARS_MAX);
        let mut line = near.take_while(|(_, char)| *char != '\n');
        let (end, closer) = line.find(|(_, char)| closers.contains(char))?;
        Some(end + closer.len_utf8())
    }

    /// `'text'` or `` `text` `` on one line, else a lone quote.
    fn foreign_quotes(&mut self) {
        let start = self.pos;
        let quote = self.byte(0);
        let rest = self.bytes.get(start + 1..).unwrap_or(&[]);
        let end = rest
            .iter()
            .position(|byte| *byte == quote || *byte == b'\n');
        match end {
            Some(end) if rest.get(end) == Some(&quote) => {
                self.pos = start + 1 + end + 1;
                self.report(ProblemKind::SingleQuotes, start);
                self.push(SyntaxKind::SingleQuoted, start);
            }
            Some(_) | None => self.unknown(),
        }
    }
}

/// True for spaces of other kinds and for characters that take no place.
fn is_foreign_space(char: char) -> bool {
    let is_invisible = matches!(
        char,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}'
    );
    is_invisible || (char.is_whitespace() && !char.is_ascii())
}

#[inline]
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// True for what comes in pairs.
fn is_bracket(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::LeftParen
            | SyntaxKind::RightParen
            | SyntaxKind::LeftBracket
            | SyntaxKind::RightBracket
            | SyntaxKind::LeftBrace
            | SyntaxKind::RightBrace
    )
}

/// True for the bytes of words, by byte: words are half of a script.
#[expect(
    clippy::indexing_slicing,
    reason = "computed while this is compiled, for bytes below 128"
)]
const WORD_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_';
        byte += 1;
    }
    table
};

#[inline]
pub(super) fn is_word_byte(byte: u8) -> bool {
    WORD_BYTES.get(usize::from(byte)).copied().unwrap_or(false)
}

/// True for `-- @name …`.
fn is_annotation(comment: &str) -> bool {
    let text = comment.trim_start_matches('-').trim_start();
    text.strip_prefix('@')
        .is_some_and(|name| name.starts_with(|char: char| char.is_ascii_alphabetic()))
}
