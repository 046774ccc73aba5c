//! Recursive descent over logical lines. Always ends with a tree.
//!
//! The parser sees one logical line at a time: a physical line, or several where a closed bracket
//! continues it. [`Parser::kind`] answers [`SyntaxKind::LineEnd`] at its end, so no rule runs into the
//! next line by mistake. Between lines only the column counts ([`lines`]).
//!
//! Whatever does not fit goes into the tree as [`SyntaxKind::Unparsed`], with one diagnostic for one
//! mistake ([`errors`]); the next line of equal or smaller indentation is read as if nothing was wrong.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each rule asks for a few of two hundred kinds"
)]

mod assignments;
mod beside;
mod brackets;
mod builder;
mod clauses;
mod decide;
mod errors;
mod exprs;
mod fields;
mod file;
mod foreign;
mod foreign_exprs;
mod foreign_types;
mod foreign_values;
mod foreign_words;
mod groups;
mod heads;
mod lines;
mod loops;
mod mends;
mod steps;
mod tools;
mod types;

use crate::{
    Diagnostic, Parse, Span, SyntaxKind, codes, layout,
    lexer::{self, Lexed, Line, Problem, Token},
};
use builder::{Builder, Checkpoint};
use std::sync::Arc;

/// The largest text that has a tree: offsets are 32 bits wide.
const TEXT_BYTES_MAX: usize = u32::MAX as usize;

/// Reads a script. Never fails: what cannot be read is in the tree all the same, and reported.
///
/// The only text without its own tree is one of 4 GiB or more, which gets an empty tree and a
/// `text-too-large`.
pub fn parse(text: &str) -> Parse {
    if text.len() >= TEXT_BYTES_MAX {
        let too_large = Diagnostic::error(
            codes::TEXT_TOO_LARGE,
            "the text is too large to be a script",
            Span::empty(0),
        );
        return Parse {
            diagnostics: vec![too_large],
            ..parse("")
        };
    }
    let mut lexed = lexer::lex_lines(text);
    let layout = layout::check(text, &mut lexed);
    let problems = std::mem::take(&mut lexed.problems);
    let mut parser = Parser::new(text, lexed);
    parser.has_tabs = layout.is_some();
    parser.diagnostics.extend(layout);
    parser.problems(&problems);
    parser.parse_file();
    parser.finish()
}

struct Parser<'t> {
    text: &'t str,
    /// Owned because they become the tokens of the tree, where a word that is a name is one.
    tokens: Vec<Token>,
    lines: Vec<Line>,
    late_annotations: Vec<Span>,
    /// The current token, never trivia.
    pos: usize,
    /// The first token behind the current logical line.
    end: usize,
    /// The current line; between lines, the next one.
    line: usize,
    /// The first token that is not yet taken into the tree.
    unbuilt: usize,
    /// The closing bracket of the innermost closed bracket around the current token.
    group_end: usize,
    brackets: brackets::Brackets,
    builder: Builder,
    diagnostics: Vec<Diagnostic>,
    errors: errors::Errors,
    /// True when columns are a guess because tabs are among the indentation.
    has_tabs: bool,
    /// True inside the value of a `schema`, where types stand for values.
    in_schema: bool,
    /// How deep expressions nest here.
    expr_depth: u32,
    /// How deep types nest here.
    type_depth: u32,
    /// How deep blocks nest here.
    block_depth: u32,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, lexed: Lexed) -> Parser<'t> {
        let brackets = brackets::Brackets::of(&lexed);
        let mut parser = Parser {
            text,
            tokens: lexed.tokens,
            lines: lexed.lines,
            late_annotations: lexed.late_annotations,
            pos: 0,
            end: 0,
            line: 0,
            unbuilt: 0,
            group_end: usize::MAX,
            brackets,
            builder: Builder::new(text),
            diagnostics: Vec::new(),
            errors: errors::Errors::default(),
            has_tabs: false,
            in_schema: false,
            expr_depth: 0,
            type_depth: 0,
            block_depth: 0,
        };
        parser.skip_trivia();
        parser.end = parser.pos;
        parser
    }

    fn problems(&mut self, problems: &[Problem]) {
        let is_space = |problem: &&Problem| problem.kind == lexer::ProblemKind::ForeignSpace;
        let first = problems.iter().find(is_space).copied();
        for problem in problems.iter().filter(|problem| !is_space(problem)) {
            let diagnostic = errors::diagnose(self.text, *problem);
            self.report(diagnostic);
        }
        if let Some(first) = first {
            // What they are as indentation is a guess, as with tabs.
            self.has_tabs = true;
            let all = problems.iter().filter(is_space);
            let all: Vec<Problem> = all.take(errors::SPACES_MENDED_MAX).copied().collect();
            let diagnostic = errors::foreign_spaces(self.text, first, &all);
            self.report(diagnostic);
        }
    }

    fn finish(mut self) -> Parse {
        // A stable order that does not depend on which pass found what.
        self.diagnostics
            .sort_by_key(|diagnostic| diagnostic.primary.span.start);
        self.found_again();
        let unread = self.errors.unread();
        let unread_names = errors::names_bound_in(&unread, &self.tokens);
        errors::forget_quotes(&mut self.diagnostics, &unread);
        Parse {
            tree: Arc::new(self.builder.tree(self.text, self.tokens)),
            diagnostics: self.diagnostics,
            unread,
            unread_names,
        }
    }

    // Looking.

    /// The kind of the current token, or [`SyntaxKind::LineEnd`].
    #[inline]
    fn kind(&self) -> SyntaxKind {
        if self.pos < self.end {
            self.kind_at(self.pos)
        } else {
            SyntaxKind::LineEnd
        }
    }

    fn at(&self, kind: SyntaxKind) -> bool {
        self.kind() == kind
    }

    fn at_line_end(&self) -> bool {
        self.pos >= self.end
    }

    /// The kind of the token `ahead` tokens after the current one.
    fn nth(&self, ahead: usize) -> SyntaxKind {
        // A plain loop, because chained iterators are not inlined here, and this is asked all the time.
        let mut left = ahead;
        for token in self.tokens.get(self.pos..self.end).unwrap_or(&[]) {
            if token.kind.is_trivia() {
                continue;
            }
            if left == 0 {
                return token.kind;
            }
            left -= 1;
        }
        SyntaxKind::LineEnd
    }

    fn kind_at(&self, index: usize) -> SyntaxKind {
        self.tokens
            .get(index)
            .map_or(SyntaxKind::LineEnd, |token| token.kind)
    }

    /// Where the current token stands; at the end of the line, the place right behind its last token.
    fn here(&self) -> Span {
        match self.tokens.get(self.pos) {
            Some(token) if !self.at_line_end() => token.span,
            Some(_) | None => Span::empty(self.last_end()),
        }
    }

    /// Where the token that was read last ends.
    fn last_end(&self) -> u32 {
        let read = self.tokens.get(..self.unbuilt).unwrap_or(&[]);
        read.iter()
            .rev()
            .find(|token| !token.kind.is_trivia())
            .map_or(0, |token| token.span.end)
    }

    /// The text of the current token.
    fn text_here(&self) -> &'t str {
        if self.at_line_end() {
            ""
        } else {
            self.here().of(self.text)
        }
    }

    // Moving.

    /// Takes the current token into the tree.
    #[inline]
    fn bump(&mut self) {
        if self.pos < self.tokens.len() {
            self.pos += 1;
            self.unbuilt = self.pos;
            self.skip_trivia();
        }
    }

    /// Takes the current token into the tree as another kind.
    fn bump_as(&mut self, kind: SyntaxKind) {
        self.mend(kind);
        self.bump();
    }

    /// Takes the current token into the tree, as another kind, as the only child of a node.
    fn bump_leaf(&mut self, node: SyntaxKind, kind: SyntaxKind) {
        if self.pos < self.tokens.len() {
            self.mend(kind);
            self.builder.leaf(node, self.pos);
            self.bump();
        }
    }

    /// Makes the current token one of another kind.
    fn mend(&mut self, kind: SyntaxKind) {
        if let Some(token) = self.tokens.get_mut(self.pos) {
            token.kind = kind;
        }
    }

    /// Takes the current token if it is of this kind.
    fn eat(&mut self, kind: SyntaxKind) -> bool {
        let is_there = self.at(kind);
        if is_there {
            self.bump();
        }
        is_there
    }

    /// Takes a word as a name.
    fn eat_name(&mut self) -> bool {
        let is_there = self.kind().is_word();
        if is_there {
            self.bump_as(SyntaxKind::Ident);
        }
        is_there
    }

    #[inline]
    fn skip_trivia(&mut self) {
        while self
            .tokens
            .get(self.pos)
            .is_some_and(|token| token.kind.is_trivia())
        {
            self.pos += 1;
        }
    }

    /// Takes the trivia before the current token into the tree.
    #[inline]
    fn build_trivia(&mut self) {
        self.unbuilt = self.pos;
    }

    // Building.

    /// Begins a node; trivia before it stays outside.
    fn start(&mut self, kind: SyntaxKind) {
        self.build_trivia();
        self.builder.start(kind, self.unbuilt);
    }

    fn checkpoint(&mut self) -> Checkpoint {
        self.build_trivia();
        self.builder.checkpoint(self.unbuilt)
    }

    fn start_at(&mut self, checkpoint: Checkpoint, kind: SyntaxKind) {
        self.builder.start_at(checkpoint, kind);
    }

    fn finish_node(&mut self) {
        self.builder.finish(self.unbuilt);
    }
}
