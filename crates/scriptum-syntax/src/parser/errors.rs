//! Reporting: one diagnostic for one mistake.
//!
//! After a token that no rule expected, what follows on the line is not understood either, so further
//! findings there would be guesses. [`Parser::error`] is silent until the next line or the next entry
//! of a list; [`Parser::habit`] is for mistakes after which reading goes on as if nothing was wrong.

use super::{
    Parser,
    lines::{replace, suggest},
};
use crate::{
    Applicability, Code, Diagnostic, Edit, Fix, Span, SyntaxKind, codes, escape,
    lexer::{Problem, ProblemKind},
};

/// The most findings of one text: nobody reads more, and each costs memory.
const DIAGNOSTICS_MAX: usize = 1_000;

/// What has gone wrong so far.
#[derive(Debug, Default)]
pub(super) struct Errors {
    /// True when the rest of the line is not understood.
    is_lost: bool,
    /// Braces that opened a block and whose partners are still to come.
    pub(super) braces_for_blocks: u32,
}

impl Errors {
    pub(super) fn begin_line(&mut self) {
        self.is_lost = false;
    }
}

impl Parser<'_> {
    /// Adds a finding, up to the limit.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < DIAGNOSTICS_MAX {
            self.diagnostics.push(diagnostic);
        } else if self.diagnostics.len() == DIAGNOSTICS_MAX {
            let message = format!("more than {DIAGNOSTICS_MAX} findings; the others are not shown");
            self.diagnostics.push(Diagnostic::error(
                codes::TOO_MANY_ERRORS,
                message,
                diagnostic.primary.span,
            ));
        }
    }

    /// Reports a mistake after which the rest of the line is not understood.
    pub(super) fn error(&mut self, diagnostic: Diagnostic) {
        // The lexer has already said what is wrong with such a token.
        let is_reported = self.at(SyntaxKind::Error);
        if !self.errors.is_lost && !is_reported {
            self.report(diagnostic);
        }
        self.errors.is_lost = true;
    }

    /// Reports a mistake after which reading goes on as if nothing was wrong.
    pub(super) fn habit(&mut self, diagnostic: Diagnostic) {
        if !self.errors.is_lost {
            self.report(diagnostic);
        }
    }

    /// Says nothing more about this line: what is wrong with it is known.
    pub(super) fn give_up_line(&mut self) {
        self.errors.is_lost = true;
    }

    /// The next entry of a list: findings are worth reporting again.
    pub(super) fn found_again(&mut self) {
        self.errors.is_lost = false;
    }

    /// Says nothing while `read` reads.
    pub(super) fn is_lost(&self) -> bool {
        self.errors.is_lost
    }

    /// Reports that `what` should stand here.
    pub(super) fn expected(&mut self, code: Code, what: &str) {
        let diagnostic = self.expectation(code, what);
        self.error(diagnostic);
    }

    /// A diagnostic that `what` should stand here.
    pub(super) fn expectation(&self, code: Code, what: &str) -> Diagnostic {
        let found = self.found();
        Diagnostic::error(code, format!("expected {what}, found {found}"), self.here())
            .here(format!("expected {what}"))
    }

    /// Reports that something else should stand here.
    pub(super) fn unexpected(&mut self, expected: &str) {
        let is_closer = matches!(
            self.kind(),
            SyntaxKind::RightParen | SyntaxKind::RightBracket | SyntaxKind::RightBrace
        );
        let (found, here) = (self.found(), self.here());
        self.error(if is_closer {
            let message = format!("{found} closes no bracket");
            Diagnostic::error(codes::UNEXPECTED_CLOSER, message, here)
                .here("no bracket is open here")
        } else {
            let message = format!("unexpected {found}");
            Diagnostic::error(codes::UNEXPECTED_TOKEN, message, here).here(expected)
        });
    }

    /// What stands here, in words.
    pub(super) fn found(&self) -> String {
        let text = self.text_here();
        match self.kind() {
            SyntaxKind::LineEnd => "the end of the line".to_owned(),
            SyntaxKind::String | SyntaxKind::UnclosedString | SyntaxKind::StringOpen => {
                "a text".to_owned()
            }
            SyntaxKind::SingleQuoted => "a text in single quotes".to_owned(),
            SyntaxKind::SectionLine => "a section".to_owned(),
            SyntaxKind::InterpolationClose => "the end of the braces".to_owned(),
            _ => format!("`{text}`"),
        }
    }

    /// Takes `kind` into the tree or reports that `what` is missing.
    pub(super) fn expect(&mut self, kind: SyntaxKind, what: &str) -> bool {
        let is_there = self.eat(kind);
        if !is_there {
            self.expected(codes::EXPECTED_TOKEN, what);
        }
        is_there
    }

    /// Takes a name into the tree or reports that `what` is missing.
    pub(super) fn expect_name(&mut self, what: &str) -> bool {
        let is_there = self.eat_name();
        if !is_there {
            self.expected(codes::EXPECTED_NAME, what);
        }
        is_there
    }

    /// Takes the name of a new binding, or reports that `what` is missing. The words of expressions
    /// cannot name a value, because nothing could read it.
    pub(super) fn expect_binding(&mut self, what: &str) -> bool {
        if self.kind().is_reserved() {
            let (word, here) = (self.text_here(), self.here());
            self.habit(
                Diagnostic::error(
                    codes::EXPECTED_NAME,
                    format!("`{word}` cannot name a value"),
                    here,
                )
                .here("a word of expressions")
                .help("take another name"),
            );
        }
        self.expect_name(what)
    }

    /// Reports that something nests deeper than `max` levels, and does not read it.
    pub(super) fn too_deep(&mut self, what: &str, max: u32, at: Span) {
        let message = format!("{what} nest more than {max} levels deep");
        self.habit(
            Diagnostic::error(codes::NESTING_TOO_DEEP, message, at)
                .here("too deep from here")
                .help("give a part a name with `let`, or move it into a script of its own"),
        );
        self.give_up_line();
    }
}

/// What to say about a token that is wrong in itself.
pub(super) fn diagnose(text: &str, problem: Problem) -> Diagnostic {
    let span = problem.span;
    let found = span.of(text);
    match problem.kind {
        ProblemKind::UnknownCharacter => unknown_character(found, span),
        ProblemKind::ForeignName => Diagnostic::error(
            codes::FOREIGN_NAME,
            format!("`{found}` is not a name"),
            span,
        )
        .here("not only letters A–Z, digits and underscores")
        .help("names are made of the letters A–Z and a–z, digits and underscores"),
        ProblemKind::ForeignComment => foreign_comment(found, span),
        ProblemKind::SingleQuotes => single_quotes(found, span),
        ProblemKind::UnclosedString => unclosed_string(text, span),
        ProblemKind::UnknownEscape => unknown_escape(found, span),
        ProblemKind::LiteralBrace => {
            let brace = Span::new(span.start, span.start + 1);
            let message = "this brace begins no expression, so it stays in the text as it is";
            let fix = Fix {
                title: "double the brace".to_owned(),
                edits: vec![Edit {
                    span: brace,
                    text: "{{".to_owned(),
                }],
                applicability: Applicability::Maybe,
            };
            Diagnostic::warning(codes::LITERAL_BRACE, message, brace)
                .here("taken as text")
                .help("write `{{` and `}}` for braces of the text, `{name}` to insert a value")
                .fix(fix)
        }
        ProblemKind::MisspeltScript => Diagnostic::error(
            codes::UNKNOWN_BLOCK,
            format!("a script does not begin with `{found}`"),
            span,
        )
        .here("not a word of the language")
        .help("did you mean `script`?")
        .fix(replace("replace with `script`", span, "script")),
        ProblemKind::UnclosedSection => {
            let end = Span::empty(span.end);
            Diagnostic::error(
                codes::UNCLOSED_SECTION,
                "a section line ends as it begins",
                span,
            )
            .here("`###` is missing at the end")
            .fix(replace("add the marks", end, " ###"))
        }
    }
}

fn unknown_character(found: &str, span: Span) -> Diagnostic {
    let char = found.chars().next().unwrap_or(' ');
    let diagnostic = |message: String| Diagnostic::error(codes::UNKNOWN_CHARACTER, message, span);
    match char {
        '“' | '”' | '„' | '«' | '»' => {
            diagnostic(format!("`{char}` is not a quote of the language"))
                .here("a typographic quote")
                .help("texts stand between plain quotes: \"…\"")
                .fix(suggest("use a plain quote", span, "\""))
        }
        '‘' | '’' | '\'' | '`' => diagnostic(format!("`{char}` means nothing here"))
            .help("texts stand between double quotes: \"…\""),
        '–' | '—' => diagnostic(format!("`{char}` is a dash, not a minus"))
            .here("a typographic dash")
            .fix(suggest("use a plain minus", span, "-")),
        _ if char.is_whitespace() => diagnostic("a space of another kind".to_owned())
            .here(format!("the character U+{:04X}", u32::from(char)))
            .fix(replace("use a plain space", span, " ")),
        _ if char.is_control() => {
            diagnostic(format!("the control character U+{:04X}", u32::from(char)))
        }
        _ => diagnostic(format!("`{char}` means nothing here")),
    }
}

fn foreign_comment(found: &str, span: Span) -> Diagnostic {
    let mark = if found.starts_with("/*") {
        None
    } else if found.starts_with("//") {
        Some(2)
    } else {
        u32::try_from(found.len() - found.trim_start_matches('#').len()).ok()
    };
    let diagnostic = Diagnostic::error(codes::FOREIGN_COMMENT, "comments begin with `--`", span)
        .here("a comment of another language");
    match mark {
        Some(len) => {
            let mark = Span::new(span.start, span.start + len);
            diagnostic.fix(replace("use `--`", mark, "--"))
        }
        None => diagnostic.help("there are no block comments: begin each line with `--`"),
    }
}

fn single_quotes(found: &str, span: Span) -> Diagnostic {
    let inner = found.get(1..found.len().saturating_sub(1)).unwrap_or("");
    let diagnostic = Diagnostic::error(
        codes::SINGLE_QUOTES,
        "texts stand between double quotes",
        span,
    )
    .here("single quotes have no meaning");
    if inner.contains(['"', '\\', '{']) {
        return diagnostic.help("write \"…\"");
    }
    diagnostic.fix(replace("use double quotes", span, &format!("\"{inner}\"")))
}

fn unclosed_string(text: &str, span: Span) -> Diagnostic {
    let found = span.of(text);
    let quotes = if found.starts_with("\"\"\"") {
        "\"\"\""
    } else {
        "\""
    };
    let first_line = found.lines().next().unwrap_or("").trim_end();
    let len = u32::try_from(first_line.len()).unwrap_or(0);
    let shown = Span::new(span.start, span.start + len);
    let diagnostic = Diagnostic::error(
        codes::UNCLOSED_STRING,
        "a text without its closing quote",
        shown,
    )
    .here(format!("begins here and is never closed by {quotes}"));
    if quotes.len() == 1 {
        let end = Span::empty(span.start + len);
        diagnostic
            .help(
                "a text ends on its line; one over several lines stands between \"\"\" and \"\"\"",
            )
            .fix(suggest("close it at the end of the line", end, "\""))
    } else {
        diagnostic.help("close it with \"\"\"")
    }
}

fn unknown_escape(found: &str, span: Span) -> Diagnostic {
    let message = format!("`{found}` is no escape");
    let slash = Span::new(span.start, span.start + 1);
    let known = "the escapes are \\n \\t \\r \\\" \\\\ \\{ \\} and \\uXXXX";
    let diagnostic = Diagnostic::error(codes::UNKNOWN_ESCAPE, message, span)
        .here("not an escape")
        .help(known);
    debug_assert!(
        escape::decode(found).char.is_none(),
        "only bad escapes are reported"
    );
    if found.starts_with("\\u") {
        return diagnostic;
    }
    diagnostic.fix(replace("double the backslash", slash, "\\\\"))
}
