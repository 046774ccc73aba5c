//! Types, constraints and defaults in the notations of other languages.

use super::{
    Parser,
    exprs::is_string,
    lines::{replace, with_fix},
};
use crate::{Diagnostic, Span, SyntaxKind, codes};

/// What types of lists are called elsewhere.
const FOREIGN_LISTS: &[&str] = &[
    "array", "Array", "List", "Vec", "vector", "set", "Set", "seq", "Iterable", "Sequence",
];

impl Parser<'_> {
    /// True at `Array<`, which is a list here.
    pub(super) fn is_foreign_list(&self) -> bool {
        FOREIGN_LISTS.contains(&self.text_here())
    }

    /// `map<text, text>`, `Optional<text>`: only lists have a type in angle brackets.
    pub(super) fn foreign_generic(&mut self) {
        let (here, word) = (self.here(), self.text_here());
        let help = match word {
            "Optional" | "optional" | "Option" | "Maybe" | "Nullable" => {
                "what need not be given has a default: `name : text = null`"
            }
            _ => "an object is declared as `object`, with its fields indented below it",
        };
        self.error(
            Diagnostic::error(
                codes::UNEXPECTED_TOKEN,
                format!("only `list` has a type in angle brackets, not `{word}`"),
                here,
            )
            .here("not a type of the language")
            .help(help),
        );
        self.skip_rest();
    }

    /// Something that is no type stands where one must.
    pub(super) fn no_type(&mut self) {
        let diagnostic = self.expectation(codes::MISSING_TYPE, "a type");
        let inner = self.text_here().trim_matches(['"', '\'']);
        let is_word = !inner.is_empty() && inner.bytes().all(|byte| byte.is_ascii_lowercase());
        let is_choice = self.nth(1) == SyntaxKind::Pipe;
        self.error(if self.at_string() && is_choice {
            diagnostic.help(CHOICE_HELP)
        } else if self.at_string() && is_word {
            diagnostic.fix(replace("remove the quotes", self.here(), inner))
        } else if is_string(self.kind()) || self.at_line_end() {
            diagnostic.help(
                "the types are text, number, integer, boolean, date, timestamp, binary, object, any, list<…> and the declared enums",
            )
        } else {
            diagnostic
        });
    }

    /// `text | null`, `integer(1, 10)`, `integer > 3`, `text "what it is"` behind a type.
    pub(super) fn foreign_type_end(&mut self, start: u32) {
        let here = self.here();
        let (message, help) = match self.kind() {
            SyntaxKind::Pipe => return self.union_type(),
            SyntaxKind::LeftParen => (
                "a type has no parentheses",
                "a constraint stands behind the type: `name : integer range(1, 10)`; a choice of words is an `enum`",
            ),
            SyntaxKind::Greater
            | SyntaxKind::GreaterEqual
            | SyntaxKind::Less
            | SyntaxKind::LessEqual
                if self.type_depth == 1 =>
            {
                if self.token_before() == Some(SyntaxKind::Greater) || self.eats_greater() {
                    return;
                }
                (
                    "a bound is written in words",
                    "write `min(n)`, `max(n)`, `exclusive_min(n)`, `exclusive_max(n)` or `range(min, max)`",
                )
            }
            kind if is_string(kind) => return self.text_behind_type(),
            _ => return,
        };
        self.error(
            Diagnostic::error(codes::UNEXPECTED_TOKEN, message, here)
                .here("not a part of a type")
                .help(help),
        );
        self.skip_rest();
        // The type in front is no more sure than what it stands with.
        self.given_up(start);
    }

    /// True where `>` may end a list or `>=` its end and a default.
    fn eats_greater(&self) -> bool {
        !matches!(
            self.nth(1),
            SyntaxKind::Integer | SyntaxKind::Decimal | SyntaxKind::Minus
        ) || self.at(SyntaxKind::Less)
    }

    /// `text | null` and `text | number`.
    fn union_type(&mut self) {
        let here = self.here();
        let is_null = matches!(
            self.nth_span(1).of(self.text),
            "null" | "None" | "nil" | "undefined"
        );
        let diagnostic = Diagnostic::error(codes::UNEXPECTED_TOKEN, "a field has one type", here)
            .here("a second type");
        self.error(if is_null && self.nth(2) == SyntaxKind::LineEnd {
            diagnostic
                .help("what need not be given has a default: `name : text = null`")
                .fix(replace(
                    "default to null",
                    here.cover(self.nth_span(1)),
                    "= null",
                ))
        } else {
            diagnostic.help(CHOICE_HELP)
        });
        self.skip_rest();
    }

    /// `text "what it is"`: documentation is a comment.
    fn text_behind_type(&mut self) {
        let here = self.here();
        let inner = self.text_here().trim_matches('"');
        let is_last = self.nth(1) == SyntaxKind::LineEnd && self.at(SyntaxKind::String);
        let fix = is_last.then(|| replace("make it a comment", here, &format!("-- {inner}")));
        let diagnostic = Diagnostic::error(
            codes::UNEXPECTED_TOKEN,
            "a text behind a type means nothing",
            here,
        )
        .here("neither a default nor documentation")
        .help("a default stands behind `=`, documentation behind `--`");
        self.error(with_fix(diagnostic, fix));
        self.skip_rest();
    }

    /// `text default "x"`: a default stands behind `=`.
    pub(super) fn default_word(&mut self) {
        let here = self.here();
        let next = self.nth(1);
        let is_sign = matches!(next, SyntaxKind::Colon | SyntaxKind::Equals);
        let span = if is_sign {
            here.cover(self.nth_span(1))
        } else {
            here
        };
        let diagnostic =
            Diagnostic::error(codes::UNEXPECTED_TOKEN, "a default stands behind `=`", span)
                .here("`=` belongs here");
        self.error(if next == SyntaxKind::LeftParen {
            diagnostic.help("write `name : type = default`")
        } else {
            diagnostic.fix(replace("use `=`", span, "="))
        });
        self.skip_rest();
    }

    /// True at `range 1 10`, `min: 1` and `pattern ^a`: values of a constraint without parentheses.
    pub(super) fn at_bare_values(&self) -> bool {
        matches!(
            self.nth(1),
            SyntaxKind::Integer | SyntaxKind::Decimal | SyntaxKind::String | SyntaxKind::Colon
        )
    }

    pub(super) fn bare_constraint(&mut self) {
        let (here, word) = (self.here(), self.text_here());
        let rest = self.tokens.get(self.pos..self.end).unwrap_or(&[]);
        let values: Vec<&str> = rest
            .iter()
            .skip(1)
            .filter(|token| !token.kind.is_trivia() && token.kind != SyntaxKind::Colon)
            .take_while(|token| {
                matches!(
                    token.kind,
                    SyntaxKind::Integer | SyntaxKind::Decimal | SyntaxKind::String
                )
            })
            .map(|token| token.span.of(self.text))
            .collect();
        let written = format!("{word}({})", values.join(", "));
        let taken = values.len() + 1 + usize::from(self.nth(1) == SyntaxKind::Colon);
        let is_whole = !values.is_empty() && self.nth(taken) == SyntaxKind::LineEnd;
        let last = self.nth_span(taken.saturating_sub(1));
        let fix =
            is_whole.then(|| replace(&format!("write `{written}`"), here.cover(last), &written));
        let diagnostic = Diagnostic::error(
            codes::UNEXPECTED_TOKEN,
            "the values of a constraint stand in parentheses",
            here.cover(self.nth_span(1)),
        )
        .here("a constraint without parentheses")
        .help("write `range(1, 10)`, `min(1)`, `pattern(\"…\")`");
        self.error(with_fix(diagnostic, fix));
        self.skip_rest();
    }

    /// `pattern(/a+/)` and `pattern(^a)`: a pattern stands in quotes.
    pub(super) fn bare_pattern(&mut self) {
        if self.nth(2) == SyntaxKind::Error {
            // The character has been reported, with the quotes that it needs.
            self.give_up_line();
            return self.skip_rest();
        }
        let here = Span::new(self.nth_span(1).end, self.nth_span(2).end);
        self.error(
            Diagnostic::error(codes::EXPECTED_VALUE, "a pattern stands in quotes", here)
                .here("a pattern without quotes")
                .help("write `pattern(\"^[a-z]+$\")`; a backslash is written twice"),
        );
        self.skip_rest();
    }
}

/// What to write in the place of a union of words.
const CHOICE_HELP: &str = "a choice of words is declared as `enum Name = A | B` before the inputs, and used as `name : Name`";
