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
    lexer::{Problem, ProblemKind, Token},
};

/// The most findings of one text: nobody reads more, and each costs memory.
const DIAGNOSTICS_MAX: usize = 1_000;

/// The most spaces of other kinds that are mended at once.
pub(super) const SPACES_MENDED_MAX: usize = 10_000;

/// What has gone wrong so far.
#[derive(Debug, Default)]
pub(super) struct Errors {
    /// Where the rest of the line stopped to be understood, if it did.
    lost_from: Option<u32>,
    /// What was given up.
    unread: Vec<Span>,
    /// Braces that opened a block and whose partners are still to come.
    pub(super) braces_for_blocks: u32,
}

impl Errors {
    /// What was given up, in the order of the text.
    pub(super) fn unread(&mut self) -> Vec<Span> {
        let mut unread = std::mem::take(&mut self.unread);
        unread.sort_unstable();
        unread.dedup_by(|next, span| {
            let is_part = next.start <= span.end;
            if is_part {
                span.end = span.end.max(next.end);
            }
            is_part
        });
        unread
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
        let start = diagnostic.primary.span.start;
        if !self.is_lost() && !is_reported {
            self.report(diagnostic);
        }
        self.lose(start);
    }

    /// What follows from `start` on is not understood.
    fn lose(&mut self, start: u32) {
        self.errors.lost_from.get_or_insert(start);
    }

    /// Reports a mistake after which reading goes on as if nothing was wrong.
    pub(super) fn habit(&mut self, diagnostic: Diagnostic) {
        if !self.is_lost() {
            self.report(diagnostic);
        }
    }

    /// Says nothing more about this line: what is wrong with it is known.
    pub(super) fn give_up_line(&mut self) {
        self.lose(self.here().start);
    }

    /// The next line, or the next entry of a list: findings are worth reporting again.
    pub(super) fn found_again(&mut self) {
        if let Some(start) = self.errors.lost_from.take() {
            self.given_up(start);
        }
    }

    /// What stands between `start` and the current token was given up.
    #[cold]
    pub(super) fn given_up(&mut self, start: u32) {
        let next = self.tokens.get(self.pos);
        let end = next.map_or(self.text.len(), |token| token.span.start as usize);
        let end = u32::try_from(end).unwrap_or(u32::MAX);
        if start < end && self.errors.unread.len() < DIAGNOSTICS_MAX {
            self.errors.unread.push(Span::new(start, end));
        }
    }

    /// True when what stands here is not understood.
    pub(super) fn is_lost(&self) -> bool {
        self.errors.lost_from.is_some()
    }

    /// Reports that `what` should stand here.
    #[cold]
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
    #[inline]
    pub(super) fn expect(&mut self, kind: SyntaxKind, what: &str) -> bool {
        let is_there = self.eat(kind);
        if !is_there {
            self.expected(codes::EXPECTED_TOKEN, what);
        }
        is_there
    }

    /// Takes a name into the tree or reports that `what` is missing.
    #[inline]
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

/// The names that seem to be bound in what was given up: `let name`, `-> name`, `as name`, `name =`,
/// `for (name, name) in`.
pub(super) fn names_bound_in(unread: &[Span], tokens: &[Token]) -> Vec<Span> {
    let mut names = Vec::new();
    for span in unread {
        let first = tokens.partition_point(|token| token.span.start < span.start);
        let inside = tokens.get(first..).unwrap_or(&[]).iter();
        let mut words = Vec::new();
        let mut follows_binder = false;
        for token in inside.take_while(|token| token.span.start < span.end) {
            match token.kind {
                SyntaxKind::LineBreak => words.clear(),
                // `a, b = …`, `for (a, b) in …`: what stands in front on the line.
                SyntaxKind::Equals | SyntaxKind::ColonEquals | SyntaxKind::InKw => {
                    names.append(&mut words);
                }
                kind if kind.is_word() && follows_binder => names.push(token.span),
                kind if kind.is_word() => words.push(token.span),
                _ => {}
            }
            if !token.kind.is_trivia() {
                follows_binder = matches!(
                    token.kind,
                    SyntaxKind::LetKw
                        | SyntaxKind::Arrow
                        | SyntaxKind::StreamArrow
                        | SyntaxKind::AsKw
                );
            }
        }
    }
    names
}

/// Drops what is said about single quotes in parts that were given up: something else is wrong there.
pub(super) fn forget_quotes(diagnostics: &mut Vec<Diagnostic>, unread: &[Span]) {
    if unread.is_empty() {
        return;
    }
    diagnostics.retain(|it| {
        let start = it.primary.span.start;
        let before = unread.partition_point(|unread| unread.end <= start);
        let is_unread = unread
            .get(before)
            .is_some_and(|unread| unread.start <= start);
        it.code != codes::SINGLE_QUOTES || !is_unread
    });
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
        ProblemKind::ForeignSpace => foreign_space(found, span),
        ProblemKind::SingleQuotes => single_quotes(found, span),
        ProblemKind::TypographicQuotes => typographic_quotes(found, span),
        ProblemKind::BrokenString => broken_string(text, span),
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
        ProblemKind::FieldInDescription => in_description(
            span,
            "looks like a declared field",
            "fields stand indented below `input`, `output` or `stream`",
        ),
        ProblemKind::ValueInDescription => in_description(
            span,
            "looks like a value with a name",
            "name a value by a step: `let name = value`",
        ),
        ProblemKind::ImportInDescription => in_description(
            span,
            "looks like an import",
            "write `import tools`, and below it `name from native` or `name from mcp(\"server\")`",
        ),
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

fn in_description(span: Span, here: &str, help: &str) -> Diagnostic {
    let message = "this line is read as a part of the description";
    Diagnostic::warning(codes::CODE_IN_DESCRIPTION, message, span)
        .here(here)
        .help(help)
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
        '$' => diagnostic("names have no `$` in front".to_owned())
            .here("not needed")
            .fix(replace("remove the `$`", span, "")),
        '&' => diagnostic("`&` is no operator".to_owned()).help("conditions are joined by `and`"),
        '^' => diagnostic("`^` means nothing here".to_owned())
            .help("there is no operator for powers; the pattern of a text stands in quotes"),
        '\\' => diagnostic("`\\` means nothing here".to_owned())
            .help("a line goes on by itself inside parentheses, brackets and braces"),
        '@' => diagnostic("`@` means nothing here".to_owned())
            .help("annotations stand in comments before `script`: `-- @tags …`"),
        _ if char.is_control() => {
            diagnostic(format!("the control character U+{:04X}", u32::from(char)))
                .help("remove it; a line break is written `\\n` in a text")
        }
        _ => match plain_form(char) {
            Some(plain) => diagnostic(format!("`{char}` is written `{plain}`"))
                .here("not a sign of the language")
                .fix(replace(&format!("write `{plain}`"), span, &plain)),
            None => diagnostic(format!("`{char}` means nothing here")),
        },
    }
}

/// The sign of the language that is meant by one from elsewhere.
fn plain_form(char: char) -> Option<String> {
    let sign = match char {
        '−' | '‐' | '‑' => "-",
        '×' | '·' | '∗' => "*",
        '÷' | '∕' => "/",
        '≠' => "!=",
        '≤' | '⩽' => "<=",
        '≥' | '⩾' => ">=",
        '→' | '⟶' => "->",
        '⇒' | '⟹' => "=>",
        '≡' => "==",
        '∧' => "and",
        '∨' => "or",
        '¬' => "not ",
        '、' => ",",
        '\u{ff01}'..='\u{ff5e}' => {
            // The wide forms stand in the order of the plain ones.
            let plain = char::from_u32(u32::from(char) - 0xfee0)?;
            return Some(plain.to_string());
        }
        _ => return None,
    };
    Some(sign.to_owned())
}

fn foreign_space(found: &str, span: Span) -> Diagnostic {
    let char = found.chars().next().unwrap_or(' ');
    let number = u32::from(char);
    let diagnostic = |message: &str| Diagnostic::error(codes::UNKNOWN_CHARACTER, message, span);
    if char.is_whitespace() {
        diagnostic("a space of another kind")
            .here(format!("the character U+{number:04X}"))
            .fix(replace("use a plain space", span, " "))
    } else {
        diagnostic("a character that is not seen")
            .here(format!("the character U+{number:04X} stands here"))
            .fix(replace("remove it", span, ""))
    }
}

/// All spaces of other kinds in a text: they come together, by copying from elsewhere.
pub(super) fn foreign_spaces(text: &str, first: Problem, all: &[Problem]) -> Diagnostic {
    let diagnostic = foreign_space(first.span.of(text), first.span);
    if all.len() == 1 {
        return diagnostic;
    }
    let fixes = all.iter().filter_map(|problem| {
        let alone = foreign_space(problem.span.of(text), problem.span);
        alone.fix
    });
    let edits = fixes.flat_map(|fix| fix.edits).collect();
    diagnostic
        .help(format!(
            "there are {} of this kind in the script",
            all.len()
        ))
        .fix(Fix {
            title: "replace all of them".to_owned(),
            edits,
            applicability: Applicability::Machine,
        })
}

fn typographic_quotes(found: &str, span: Span) -> Diagnostic {
    let mut inner = found.chars();
    inner.next();
    inner.next_back();
    let inner = inner.as_str();
    let diagnostic = Diagnostic::error(
        codes::UNKNOWN_CHARACTER,
        "texts stand between plain double quotes",
        span,
    )
    .here("typographic quotes");
    if inner.contains(['"', '\\']) {
        return diagnostic.help("write \"…\"");
    }
    diagnostic.fix(replace("use plain quotes", span, &format!("\"{inner}\"")))
}

/// A text of several lines between single quotes of the one-line form.
fn broken_string(text: &str, span: Span) -> Diagnostic {
    let found = span.of(text);
    let len = found.lines().next().unwrap_or("").trim_end().len();
    let shown = Span::new(span.start, span.start + u32::try_from(len).unwrap_or(0));
    let edit = |at: u32| Edit {
        span: Span::new(at, at + 1),
        text: "\"\"\"".to_owned(),
    };
    Diagnostic::error(
        codes::UNCLOSED_STRING,
        "a text between \" and \" ends on its line",
        shown,
    )
    .here("goes on below")
    .help("a text over several lines stands between \"\"\" and \"\"\"")
    .fix(Fix {
        title: "use triple quotes".to_owned(),
        edits: vec![edit(span.start), edit(span.end - 1)],
        applicability: Applicability::Maybe,
    })
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
    let is_backtick = found.starts_with('`');
    let diagnostic = Diagnostic::error(
        codes::SINGLE_QUOTES,
        "texts stand between double quotes",
        span,
    )
    .here(if is_backtick {
        "backticks have no meaning"
    } else {
        "single quotes have no meaning"
    });
    if is_backtick && !inner.contains(['"', '\\', '\n']) {
        let text = inner.replace("${", "{");
        let diagnostic = if inner.contains("${") {
            diagnostic.help("values are inserted without a dollar sign: `\"{name}\"`")
        } else {
            diagnostic
        };
        return diagnostic.fix(replace("use double quotes", span, &format!("\"{text}\"")));
    }
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
