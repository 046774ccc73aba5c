//! The description: which lines after `script "…"` are prose and which are the language again.
//!
//! Prose may begin with any word, so a line is code only if it begins as code must go on:
//! `version "…"`, `enum Name =`, a lone `input`, a verb with what a verb needs next.

use super::{Lexer, ProblemKind, Token};
use crate::{SyntaxKind, Verb};

/// Where the lexer stands with regard to the description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prose {
    /// No `script` yet.
    BeforeHeader,
    /// On the line of `script`.
    OnHeaderLine,
    /// After it, before the first line of code.
    Reading,
    /// After the first line of code.
    Over,
}

/// What other languages call the first word of a script.
const HEADER_WORDS: &[&str] = &[
    "title", "name", "workflow", "program", "task", "flow", "pipeline",
];

/// How many tokens of a line decide what it is.
const TOKENS_THAT_DECIDE: usize = 12;

impl Lexer<'_> {
    /// A line begins with `script`: is it the header?
    pub(super) fn script_word(&mut self) {
        let rest = self
            .text
            .get(self.pos..)
            .unwrap_or("")
            .trim_start_matches([' ', '\t']);
        let is_header = rest.starts_with(['"', '“'])
            || (self.lines.is_empty() && !rest.starts_with(['=', ':']));
        if self.prose == Prose::BeforeHeader && is_header {
            self.prose = Prose::OnHeaderLine;
        }
    }

    /// True when the word from `start` on is the first of the text and nearly `script`, with a title
    /// behind it: without the header, the description would be read as steps.
    pub(super) fn is_misspelt_script(&self, start: usize) -> bool {
        let is_first =
            self.lines.is_empty() && self.at_line_start && self.prose == Prose::BeforeHeader;
        is_first
            && self
                .text
                .get(self.pos..)
                .unwrap_or("")
                .trim_start_matches([' ', '\t', ':', '='])
                .starts_with('"')
            && (crate::nearest::word(self.text_from(start), &["script"]).is_some()
                || HEADER_WORDS.contains(&self.text_from(start)))
    }

    pub(super) fn header_line_is_over(&mut self) {
        if self.prose == Prose::OnHeaderLine && self.string_depth == 0 {
            self.prose = Prose::Reading;
        }
    }

    /// Reads a line of prose; false, with nothing read, if the line is code.
    pub(super) fn prose_line(&mut self) -> bool {
        let start = self.pos;
        self.skip_line();
        let line = self.text_from(start);
        let rest = self.text.get(self.pos..).unwrap_or("");
        let (next, indent) = next_line(rest);
        let block = if indent > start - self.line_start {
            next
        } else {
            ""
        };
        let tokens = first_tokens(line);
        let begin = Start {
            line,
            tokens: &tokens,
            block,
        };
        if begin.is_code() {
            self.pos = start;
            return false;
        }
        let doubt = begin.doubt().filter(|_| !self.doubted);
        let prose = line.split_once(" --").map_or(line, |(prose, _)| prose);
        // Only what the lexer takes for space: anything else is part of the prose.
        let prose = prose.trim_end_matches([' ', '\t', '\r']);
        self.pos = start + prose.len();
        if let Some(doubt) = doubt {
            self.doubted = true;
            self.report(doubt, start);
        }
        self.push(SyntaxKind::Prose, start);
        true
    }
}

/// The next line with something on it, and its indentation in bytes.
fn next_line(text: &str) -> (&str, usize) {
    let line = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("");
    let text = line.trim_start();
    (text, line.len() - text.len())
}

/// True when a line after the header is a declaration, a section or a step. `block` is the next line
/// if it is indented more.
fn is_code(line: &str, block: &str) -> bool {
    let tokens = first_tokens(line);
    Start {
        line,
        tokens: &tokens,
        block,
    }
    .is_code()
}

/// The tokens that decide what a line is, without trivia.
fn first_tokens(line: &str) -> Vec<Token> {
    let mut lexer = Lexer::new(line);
    lexer.prose = Prose::Over;
    lexer.tokens = Vec::with_capacity(TOKENS_THAT_DECIDE);
    while lexer.pos < line.len() && lexer.tokens.len() < TOKENS_THAT_DECIDE {
        lexer.token();
    }
    lexer.tokens.retain(|token| !token.kind.is_trivia());
    lexer.tokens
}

/// The first tokens of a line.
struct Start<'t> {
    line: &'t str,
    tokens: &'t [Token],
    /// The first line indented below it, if there is one.
    block: &'t str,
}

impl Start<'_> {
    fn kind(&self, index: usize) -> SyntaxKind {
        self.tokens
            .get(index)
            .map_or(SyntaxKind::LineEnd, |token| token.kind)
    }

    fn text(&self, index: usize) -> &str {
        self.tokens
            .get(index)
            .map_or("", |token| token.span.of(self.line))
    }

    fn is_string(&self, index: usize) -> bool {
        matches!(
            self.kind(index),
            SyntaxKind::String
                | SyntaxKind::UnclosedString
                | SyntaxKind::StringOpen
                | SyntaxKind::SingleQuoted
        )
    }

    fn ends(&self, index: usize) -> bool {
        self.kind(index) == SyntaxKind::LineEnd
    }

    /// Nothing more, or the habits of other languages at the end of a header: `:` and `{`.
    fn ends_as_header(&self, index: usize) -> bool {
        let habit = matches!(self.kind(index), SyntaxKind::Colon | SyntaxKind::LeftBrace);
        self.ends(index) || (habit && self.ends(index + 1))
    }

    fn is_code(&self) -> bool {
        match self.kind(0) {
            SyntaxKind::SectionLine => true,
            SyntaxKind::VersionKw => {
                let habit = matches!(self.kind(1), SyntaxKind::Equals | SyntaxKind::Colon);
                self.is_string(1)
                    || (habit && self.is_string(2))
                    || (self.is_number(1) && self.ends(2))
            }
            SyntaxKind::EnumKw => {
                let goes_on = matches!(
                    self.kind(2),
                    SyntaxKind::Equals
                        | SyntaxKind::Colon
                        | SyntaxKind::ColonEquals
                        | SyntaxKind::LeftBrace
                );
                self.kind(1).is_word() && (goes_on || self.ends(2))
            }
            SyntaxKind::InputKw
            | SyntaxKind::OutputKw
            | SyntaxKind::StreamKw
            | SyntaxKind::ToolsKw
            | SyntaxKind::EnvKw => self.ends_as_header(1),
            SyntaxKind::ImportKw if self.kind(1) == SyntaxKind::ToolsKw => self.ends_as_header(2),
            SyntaxKind::ImportKw => {
                let from = matches!(self.kind(3), SyntaxKind::NativeKw | SyntaxKind::McpKw);
                self.kind(2) == SyntaxKind::FromKw && from
            }
            SyntaxKind::OnKw => {
                self.kind(1) == SyntaxKind::ThreadKw
                    && self.kind(2) == SyntaxKind::ErrorKw
                    && self.ends_as_header(3)
            }
            kind => match Verb::of(kind) {
                Some(verb) => self.is_step(verb) || self.holds_inputs(),
                None => {
                    self.is_misspelt_step()
                        || self.is_misspelt_block()
                        || self.is_foreign_statement()
                }
            },
        }
    }

    /// What a line of the description may have been meant as instead. Prose begins with any word, so
    /// only what prose hardly ever looks like counts.
    fn doubt(&self) -> Option<ProblemKind> {
        if self.is_import() {
            return Some(ProblemKind::ImportInDescription);
        }
        let declares = matches!(self.text(0), "const" | "var" | "let" | "val")
            && self.kind(1).is_word()
            && self.kind(2) == SyntaxKind::Equals;
        let begins_small = self
            .text(0)
            .starts_with(|char: char| char.is_ascii_lowercase());
        if declares || (begins_small && self.kind(0).is_word() && self.is_value(1)) {
            return Some(ProblemKind::ValueInDescription);
        }
        let is_field = begins_small
            && self.kind(0).is_word()
            && self.kind(1) == SyntaxKind::Colon
            && self.is_declared_type(2);
        is_field.then_some(ProblemKind::FieldInDescription)
    }

    /// `= value` from a token on.
    fn is_value(&self, index: usize) -> bool {
        let is_text = self.is_string(index + 1) || self.kind(index + 1).is_word();
        let is_whole = (is_text || self.is_number(index + 1)) && self.ends(index + 2);
        let opens = matches!(
            self.kind(index + 1),
            SyntaxKind::LeftBracket | SyntaxKind::LeftBrace
        );
        self.kind(index) == SyntaxKind::Equals && (is_whole || opens)
    }

    /// The name of a type, and then the end, a default, brackets or a constraint.
    fn is_declared_type(&self, index: usize) -> bool {
        const TYPES: &[&str] = &[
            "text",
            "string",
            "str",
            "number",
            "float",
            "integer",
            "int",
            "boolean",
            "bool",
            "object",
            "list",
            "array",
            "date",
            "timestamp",
            "datetime",
            "binary",
            "any",
        ];
        let goes_on = matches!(
            self.kind(index + 1),
            SyntaxKind::LineEnd
                | SyntaxKind::Equals
                | SyntaxKind::LeftBracket
                | SyntaxKind::Less
                | SyntaxKind::QuestionMark
        );
        let is_constrained =
            self.kind(index + 1).is_word() && self.kind(index + 2) == SyntaxKind::LeftParen;
        TYPES.contains(&self.text(index)) && (goes_on || is_constrained)
    }

    /// `from x import y`, `import x from "y"`, `import { x } from "y"`.
    fn is_import(&self) -> bool {
        match self.kind(0) {
            SyntaxKind::FromKw => self.kind(1).is_word() && self.kind(2) == SyntaxKind::ImportKw,
            SyntaxKind::ImportKw => {
                let is_module = self.kind(1).is_word() && self.ends(2);
                let from = self.kind(2) == SyntaxKind::FromKw && self.is_string(3);
                is_module || from || self.kind(1) == SyntaxKind::LeftBrace
            }
            _ => false,
        }
    }

    fn is_number(&self, index: usize) -> bool {
        matches!(
            self.kind(index),
            SyntaxKind::Integer | SyntaxKind::Decimal | SyntaxKind::BadNumber
        )
    }

    fn is_step(&self, verb: Verb) -> bool {
        match verb {
            Verb::Do
            | Verb::Decide
            | Verb::Check
            | Verb::Agent
            | Verb::Ask
            | Verb::Plan
            | Verb::Yield
            | Verb::Send => self.is_string(1),
            Verb::Let => {
                let assigns = matches!(
                    self.kind(2),
                    SyntaxKind::Equals | SyntaxKind::ColonEquals | SyntaxKind::Colon
                );
                self.kind(1).is_word() && assigns
            }
            Verb::Each | Verb::Pipe => self.is_string(1) || self.begins_loop(),
            Verb::Together => self.is_string(1) || self.ends_as_header(1),
            Verb::Emit => {
                self.is_string(1) || self.ends(1) || self.kind(1) == SyntaxKind::LeftBrace
            }
            Verb::Repeat => {
                let clause = matches!(
                    self.kind(1),
                    SyntaxKind::MaxKw | SyntaxKind::UntilKw | SyntaxKind::SleepKw
                );
                self.is_string(1) || (clause && !self.ends(2))
            }
            Verb::Wait if self.kind(1) == SyntaxKind::ForKw => {
                let is_time = self.is_number(2) && self.ends(3);
                self.is_string(2) || self.kind(2) == SyntaxKind::EventKw || is_time
            }
            Verb::Wait => {
                let is_time = self.is_number(1) && self.ends(2);
                self.is_string(1) || self.kind(1) == SyntaxKind::UntilKw || is_time
            }
            Verb::Run => {
                let ends = self.ends(2) || self.kind(2) == SyntaxKind::LeftBrace;
                let inputs = self.kind(2).is_word() && self.kind(3) == SyntaxKind::Equals;
                self.is_string(1) || (self.kind(1).is_word() && (ends || inputs))
            }
        }
    }

    /// `each item in`, `each item, index in`; with `of`, which prose has too, only before a block.
    fn begins_loop(&self) -> bool {
        if !self.kind(1).is_word() {
            return false;
        }
        let source = if self.kind(2) == SyntaxKind::Comma {
            4
        } else {
            2
        };
        match self.kind(source) {
            SyntaxKind::InKw | SyntaxKind::FromKw => !self.ends(source + 1),
            SyntaxKind::Ident => self.text(source) == "of" && !self.block.is_empty(),
            _ => false,
        }
    }

    /// True when the line below is an input or an arrow: then this one is a step, complete or not.
    fn holds_inputs(&self) -> bool {
        let tokens = first_tokens(self.block);
        let block = Start {
            line: self.block,
            tokens: &tokens,
            block: "",
        };
        let is_input = block.kind(0).is_word() && block.kind(1) == SyntaxKind::Equals;
        is_input || matches!(block.kind(0), SyntaxKind::Arrow | SyntaxKind::StreamArrow)
    }

    /// `inputs` alone, with something indented below it.
    fn is_misspelt_block(&self) -> bool {
        let words = &["input", "output", "stream", "tools", "env"];
        self.kind(0) == SyntaxKind::Ident
            && self.ends(1)
            && self.block.contains(':')
            && crate::nearest::word(self.text(0), words).is_some()
    }

    /// `if x {`, or `while x` with a step indented below it.
    fn is_foreign_statement(&self) -> bool {
        let is_statement = matches!(
            self.text(0),
            "if" | "for" | "foreach" | "while" | "try" | "switch"
        );
        is_statement
            && (self.line.trim_end().ends_with('{')
                || (!self.block.is_empty() && is_code(self.block, "")))
    }

    /// `emitt "Done"`: nearly a verb, then a title, then what follows a title.
    fn is_misspelt_step(&self) -> bool {
        let goes_on =
            self.ends(2) || matches!(self.kind(2), SyntaxKind::WithKw | SyntaxKind::ViaKw);
        self.kind(0) == SyntaxKind::Ident
            && self.is_string(1)
            && goes_on
            && crate::nearest::verb(self.text(0)).is_some()
    }
}
