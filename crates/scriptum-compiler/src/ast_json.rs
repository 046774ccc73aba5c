//! The syntax tree as JSON, for tools that want to read scripts and not compile them.
//!
//! Everything that was written is there but space: names, punctuation and comments, each with its place.
//! `docs/ast.md` describes the form, `docs/schemas/ast.schema.json` is its schema. A tree is written
//! element by element and not by recursion, because scripts with errors may nest deeper than a stack.

use std::fmt::Write as _;

use scriptum_syntax::{
    Span, SyntaxKind, SyntaxNode, WalkEvent,
    ast::{AstNode as _, span_of},
    parse,
};

/// Number of the form that this build writes.
pub const AST_VERSION: u32 = 1;

/// Levels that are shown by indentation; deeper ones stand in one column.
const INDENTED_LEVELS_MAX: usize = 40;

/// The tree of a script as JSON. A script with errors has one, too; what could not be read is in nodes
/// of the type `unparsed`.
pub fn ast_json(text: &str) -> String {
    let root = parse(text).tree();
    let mut writer = Writer {
        out: format!("{{\"ast\":{AST_VERSION},\"root\":"),
        cursor: Cursor::new(text),
        level: 0,
        is_first: true,
    };
    for event in root.syntax().walk() {
        match event {
            WalkEvent::Enter(node) => writer.open(&node),
            WalkEvent::Leave(_) => writer.close(),
            WalkEvent::Token(token) => {
                if shows(token.kind()) {
                    writer.token(token.kind(), token.span(), token.text());
                }
            }
        }
    }
    writer.out.push_str("}\n");
    writer.out
}

/// The name that a kind has in the JSON; `None` for what is not there: space, and kinds that no tree has.
pub fn ast_type(kind: SyntaxKind) -> Option<String> {
    if !shows(kind) || kind == SyntaxKind::LineEnd {
        return None;
    }
    if kind.is_keyword() {
        return Some("word".to_owned());
    }
    let mut name = String::new();
    for char in format!("{kind:?}").chars() {
        if char.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(char.to_ascii_lowercase());
    }
    Some(name)
}

fn shows(kind: SyntaxKind) -> bool {
    !matches!(kind, SyntaxKind::Whitespace | SyntaxKind::LineBreak)
}

struct Writer<'t> {
    out: String,
    cursor: Cursor<'t>,
    level: usize,
    /// True before the first child of a node.
    is_first: bool,
}

impl Writer<'_> {
    fn open(&mut self, node: &SyntaxNode) {
        self.element(node.kind(), span_of(node));
        self.out.push_str(",\"children\":[");
        self.level += 1;
        self.is_first = true;
    }

    fn close(&mut self) {
        self.level -= 1;
        self.out.push_str("]}");
        self.is_first = false;
    }

    fn token(&mut self, kind: SyntaxKind, span: Span, text: &str) {
        self.element(kind, span);
        let text = serde_json::to_string(text).expect("a text can be written as JSON");
        let _ = write!(self.out, ",\"text\":{text}}}");
    }

    fn element(&mut self, kind: SyntaxKind, span: Span) {
        if !self.is_first {
            self.out.push(',');
        }
        self.is_first = false;
        if self.level > 0 {
            self.out.push('\n');
            let spaces = 2 * self.level.min(INDENTED_LEVELS_MAX);
            self.out.extend(std::iter::repeat_n(' ', spaces));
        }
        let name = ast_type(kind).unwrap_or_default();
        let (line, column) = self.cursor.at(span.start);
        let (start, end) = (span.start, span.end);
        let _ = write!(
            self.out,
            "{{\"type\":\"{name}\",\"span\":{{\"start\":{start},\"end\":{end},\"line\":{line},\"column\":{column}}}"
        );
    }
}

/// Lines and columns of places that come in order: each character is counted once.
struct Cursor<'t> {
    text: &'t str,
    offset: u32,
    line: u32,
    column: u32,
}

impl Cursor<'_> {
    fn new(text: &str) -> Cursor<'_> {
        Cursor {
            text,
            offset: 0,
            line: 1,
            column: 1,
        }
    }

    fn at(&mut self, offset: u32) -> (u32, u32) {
        if offset > self.offset {
            for char in Span::new(self.offset, offset).of(self.text).chars() {
                if char == '\n' {
                    self.line += 1;
                    self.column = 1;
                } else {
                    self.column += 1;
                }
            }
            self.offset = offset;
        }
        (self.line, self.column)
    }
}
