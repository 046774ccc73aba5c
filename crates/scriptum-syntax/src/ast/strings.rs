//! The text of strings: escapes, literal braces, interpolation, and the margin of `"""` strings.
//!
//! In a `"""` string the line of the opening quotes and the line of the closing quotes count only if
//! something stands on them; the indentation that all other lines share is removed, and a line break
//! is `\n` however the file writes it.

use super::{AstNode, Expr, ast_node, child};
use crate::{Span, SyntaxElement, SyntaxKind, SyntaxToken, escape};

ast_node! {
    /// A string, as a value or as a title.
    StringLiteral = Label | StringExpr
}

/// A part of a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StringPiece {
    /// Text with its escapes resolved.
    Text(String),
    /// `{expr}`
    Interpolation(Interpolation),
    /// A `{` that begins no expression and so stands for itself.
    LiteralBrace(Span),
}

ast_node! {
    /// `{expr}` in a string.
    Interpolation = Interpolation
}

impl Interpolation {
    /// What is inserted.
    pub fn expr(&self) -> Option<Expr> {
        child(&self.0)
    }
}

impl StringLiteral {
    /// The parts, in the order of the text. Neighboring texts are joined.
    pub fn pieces(&self) -> Vec<StringPiece> {
        let mut raw: Vec<Raw> = self
            .0
            .children_with_tokens()
            .filter_map(raw_piece)
            .collect();
        let mut reader = Reader {
            margin: 0,
            pieces: Vec::with_capacity(raw.len()),
            text: String::new(),
        };
        if self.is_triple() {
            trim_quote_lines(&mut raw);
            reader.margin = margin(&raw);
        }
        for piece in raw {
            match piece {
                Raw::Text(text) => reader.read(&text),
                Raw::Interpolation(interpolation) => {
                    reader.push(StringPiece::Interpolation(interpolation));
                }
            }
        }
        reader.finish()
    }

    /// The text when nothing is interpolated.
    pub fn plain(&self) -> Option<String> {
        let mut plain = String::new();
        for piece in self.pieces() {
            match piece {
                StringPiece::Text(text) => plain.push_str(&text),
                StringPiece::LiteralBrace(_) => plain.push('{'),
                StringPiece::Interpolation(_) => return None,
            }
        }
        Some(plain)
    }

    /// True when something is interpolated.
    pub fn is_interpolated(&self) -> bool {
        self.0.children().next().is_some()
    }

    /// True for a string between `"""`.
    pub fn is_triple(&self) -> bool {
        self.0
            .first_token()
            .is_some_and(|token| token.text().starts_with(TRIPLE))
    }
}

/// The quotes of a string that spans lines.
const TRIPLE: &str = "\"\"\"";

/// A part of a string as written.
enum Raw {
    Text(RawText),
    Interpolation(Interpolation),
}

/// Text of a token, without quotes.
struct RawText {
    token: SyntaxToken,
    /// The part of the token's text that counts.
    from: usize,
    to: usize,
    /// True when the part begins a line.
    begins_line: bool,
}

impl RawText {
    fn as_str(&self) -> &str {
        self.token.text().get(self.from..self.to).unwrap_or("")
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "quotes and trivia hold no text"
)]
fn raw_piece(element: SyntaxElement) -> Option<Raw> {
    let token = match element {
        SyntaxElement::Node(node) => return Interpolation::cast(node).map(Raw::Interpolation),
        SyntaxElement::Token(token) => token,
    };
    let len = token.text().len();
    let quote = if token.text().starts_with(TRIPLE) {
        TRIPLE.len()
    } else {
        1
    };
    let (from, to) = match token.kind() {
        SyntaxKind::StringText => (0, len),
        SyntaxKind::String | SyntaxKind::SingleQuoted => (quote, len.saturating_sub(quote)),
        SyntaxKind::UnclosedString => (quote, len),
        _ => return None,
    };
    Some(Raw::Text(RawText {
        token,
        from,
        to,
        begins_line: false,
    }))
}

/// Drops the lines of the quotes when only spaces stand on them.
fn trim_quote_lines(raw: &mut [Raw]) {
    if let Some(Raw::Text(first)) = raw.first_mut()
        && let Some((line, _)) = first.as_str().split_once('\n')
        && line.trim().is_empty()
    {
        first.from += line.len() + 1;
        first.begins_line = true;
    }
    if let Some(Raw::Text(last)) = raw.last_mut() {
        let text = last.as_str();
        match text.rsplit_once('\n') {
            Some((rest, line)) if line.trim().is_empty() => {
                last.to = last.from + rest.strip_suffix('\r').unwrap_or(rest).len();
            }
            None if last.begins_line && text.trim().is_empty() => last.to = last.from,
            Some(_) | None => {}
        }
    }
}

/// The indentation, in bytes, that all lines with something on them share.
fn margin(raw: &[Raw]) -> usize {
    let mut margin = None;
    for (index, piece) in raw.iter().enumerate() {
        let Raw::Text(text) = piece else { continue };
        let is_last = index + 1 == raw.len();
        let mut lines = text.as_str().split('\n').peekable();
        let mut begins_line = text.begins_line;
        while let Some(line) = lines.next() {
            let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
            let only_spaces = line.trim().is_empty();
            // Spaces before an interpolation are the indentation of a line with something on it.
            let counts = !only_spaces || (lines.peek().is_none() && !is_last);
            if begins_line && counts {
                margin = Some(margin.map_or(indent, |margin: usize| margin.min(indent)));
            }
            begins_line = true;
        }
    }
    margin.unwrap_or(0)
}

/// True for bytes that may not stand for themselves.
fn is_special(byte: u8) -> bool {
    matches!(byte, b'\\' | b'{' | b'}' | b'\r' | b'\n')
}

/// Turns text as written into pieces.
struct Reader {
    /// Bytes of indentation to leave out on each line.
    margin: usize,
    pieces: Vec<StringPiece>,
    /// Text read since the last piece.
    text: String,
}

impl Reader {
    fn push(&mut self, piece: StringPiece) {
        if !self.text.is_empty() {
            self.pieces
                .push(StringPiece::Text(std::mem::take(&mut self.text)));
        }
        self.pieces.push(piece);
    }

    fn finish(mut self) -> Vec<StringPiece> {
        if !self.text.is_empty() {
            self.pieces.push(StringPiece::Text(self.text));
        }
        self.pieces
    }

    fn read(&mut self, raw: &RawText) {
        let text = raw.as_str();
        let mut rest = text;
        if raw.begins_line {
            rest = self.without_margin(rest);
        }
        while let Some(index) = rest.bytes().position(is_special) {
            let (plain, special) = rest.split_at(index);
            self.text.push_str(plain);
            let at = raw.from + text.len() - special.len();
            let len = self.read_special(special, &raw.token, at);
            rest = special.get(len..).unwrap_or("");
            if special.starts_with('\n') || special.starts_with("\r\n") {
                rest = self.without_margin(rest);
            }
        }
        self.text.push_str(rest);
    }

    /// Reads the special character at the start of `special` and answers how many bytes it takes.
    fn read_special(&mut self, special: &str, token: &SyntaxToken, at: usize) -> usize {
        if special.starts_with('\\') {
            let escape = escape::decode(special);
            match escape.char {
                Some(char) => self.text.push(char),
                // A bad escape has been reported; the text goes on as written.
                None => self.text.push_str(special.get(..escape.len).unwrap_or("")),
            }
            return escape.len;
        }
        if special.starts_with("{{") || special.starts_with("}}") {
            self.text.push_str(special.get(..1).unwrap_or(""));
            return 2;
        }
        if special.starts_with('{') {
            let start =
                token.span().start + u32::try_from(at).expect("a token is shorter than 4 GiB");
            self.push(StringPiece::LiteralBrace(Span::new(start, start + 1)));
            return 1;
        }
        if special.starts_with("\r\n") {
            self.text.push('\n');
            return 2;
        }
        self.text.push_str(special.get(..1).unwrap_or(""));
        1
    }

    fn without_margin<'t>(&self, line: &'t str) -> &'t str {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        line.get(indent.min(self.margin)..).unwrap_or("")
    }
}
