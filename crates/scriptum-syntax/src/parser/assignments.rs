//! Values that are named as in other languages: without `let`, with a type, with `+=`.
//!
//! All of them are read as the `let` that was meant, so that the name is known to the lines below.

use super::{
    Parser,
    lines::{replace, with_fix},
};
use crate::{Applicability, Diagnostic, Edit, Fix, Span, SyntaxKind, codes};

/// Words that declare a variable in other languages.
const FOREIGN_LETS: &[&str] = &["var", "const", "val", "set", "auto", "local", "final", "my"];

/// How far the end of `a.b.c` is looked for, in tokens: more than anyone writes.
pub(super) const PATH_TOKENS_MAX: usize = 32;

/// The operator of `x += 1` or `x++`.
#[derive(Debug, Clone, Copy)]
pub(super) struct CompoundOperator {
    /// Both signs.
    span: Span,
    /// False for `++`, which names no value.
    has_value: bool,
}

impl Parser<'_> {
    /// True at `const x`, `var x`.
    pub(super) fn begins_foreign_let(&self) -> bool {
        FOREIGN_LETS.contains(&self.text_here()) && self.nth(1).is_word()
    }

    /// `x = 1` and `x := 1`: read as a `let`.
    pub(super) fn missing_let(&mut self) {
        let here = self.here();
        let operator = self.nth_span(1);
        self.habit(
            Diagnostic::error(codes::MISSING_LET, "a value is named with `let`", here)
                .here("`let` is missing")
                .fix(Fix {
                    title: "add `let`".to_owned(),
                    edits: vec![
                        Edit {
                            span: Span::empty(here.start),
                            text: "let ".to_owned(),
                        },
                        Edit {
                            span: operator,
                            text: "=".to_owned(),
                        },
                    ],
                    applicability: Applicability::Machine,
                }),
        );
        self.parse_let_without_verb();
    }

    pub(super) fn foreign_let(&mut self) {
        let (word, here) = (self.text_here(), self.here());
        let message = format!("a value is named with `let`, not with `{word}`");
        self.habit(
            Diagnostic::error(codes::MISSING_LET, message, here)
                .here("a word of another language")
                .fix(replace("use `let`", here, "let")),
        );
        self.start(SyntaxKind::LetStep);
        self.bump_as(SyntaxKind::LetKw);
        self.parse_let_rest();
    }

    fn parse_let_without_verb(&mut self) {
        self.start(SyntaxKind::LetStep);
        self.parse_let_rest();
    }

    fn parse_let_rest(&mut self) {
        let column = self.column();
        self.expect_binding("a name");
        if !self.eat(SyntaxKind::ColonEquals) {
            self.expect(SyntaxKind::Equals, "`=` after the name");
        }
        self.parse_let_value();
        self.finish_line();
        self.finish_node();
        self.skip_deeper_lines(column);
    }

    /// The operator of `x += 1` or `x++`, whose first sign stands `ahead` tokens after the current one.
    pub(super) fn compound_operator(&self, ahead: usize) -> Option<CompoundOperator> {
        let first = self.nth(ahead);
        let is_operator = matches!(
            first,
            SyntaxKind::Plus
                | SyntaxKind::Minus
                | SyntaxKind::Star
                | SyntaxKind::Slash
                | SyntaxKind::Percent
        );
        if !is_operator {
            return None;
        }
        let second = self.nth(ahead + 1);
        let (left, right) = (self.nth_span(ahead), self.nth_span(ahead + 1));
        let has_value = second == SyntaxKind::Equals;
        let counts = second == SyntaxKind::Plus
            && first == SyntaxKind::Plus
            && self.nth(ahead + 2) == SyntaxKind::LineEnd;
        (left.end == right.start && (has_value || counts)).then(|| CompoundOperator {
            span: left.cover(right),
            has_value,
        })
    }

    /// `x += 1` without a `let` before it.
    pub(super) fn compound_assignment(&mut self, operator: CompoundOperator) {
        let start = Span::empty(self.here().start);
        self.start(SyntaxKind::LetStep);
        let column = self.column();
        let name = self.here();
        self.expect_binding("a name");
        self.compound_value(operator, name, Some(start));
        self.finish_line();
        self.finish_node();
        self.skip_deeper_lines(column);
    }

    /// Reads the operator and the value behind it; `let_at` is where a `let` is missing, if it is.
    #[cold]
    pub(super) fn compound_value(
        &mut self,
        operator: CompoundOperator,
        name: Span,
        let_at: Option<Span>,
    ) {
        let fix = self.compound_fix(operator, name, let_at);
        let (name, signs) = (name.of(self.text), operator.span.of(self.text));
        let sign = signs.get(..1).unwrap_or(signs);
        let message = if operator.has_value {
            format!("`{name} {signs} …` is written `let {name} = {name} {sign} …`")
        } else {
            format!("`{name}{signs}` is written `let {name} = {name} {sign} 1`")
        };
        let diagnostic = Diagnostic::error(codes::FOREIGN_OPERATOR, message, operator.span)
            .here("not an operator of the language");
        self.habit(diagnostic.fix(fix));
        self.bump_unparsed();
        self.bump_unparsed();
        if operator.has_value {
            self.parse_let_value();
        }
    }

    fn compound_fix(&self, operator: CompoundOperator, name: Span, let_at: Option<Span>) -> Fix {
        let signs = operator.span.of(self.text);
        let sign = signs.get(..1).unwrap_or(signs);
        let insert = |at: Span, text: &str| Edit {
            span: at,
            text: text.to_owned(),
        };
        let name = name.of(self.text);
        let mut edits: Vec<Edit> = let_at.map(|at| insert(at, "let ")).into_iter().collect();
        if !operator.has_value {
            edits.push(insert(operator.span, &format!(" = {name} {sign} 1")));
        } else if self.nth(3) == SyntaxKind::LineEnd {
            edits.push(insert(operator.span, &format!("= {name} {sign}")));
        } else {
            // What is more than one word stays together.
            let first = self.nth_span(2).start;
            let rest = self.tokens.get(self.pos..self.end).unwrap_or(&[]).iter();
            let mut rest = rest.rev().filter(|token| !token.kind.is_trivia());
            let last = rest.next().map_or(first, |token| token.span.end);
            edits.push(insert(operator.span, &format!("= {name} {sign}")));
            edits.push(insert(Span::empty(first), "("));
            edits.push(insert(Span::empty(last), ")"));
        }
        Fix {
            title: "write the operation out".to_owned(),
            edits,
            applicability: Applicability::Machine,
        }
    }

    /// `let a, b = …`, `let [a, b] = …`, `let a.b = …`: a `let` names one value.
    #[cold]
    pub(super) fn many_names(&mut self) {
        let (found, here) = (self.found(), self.here());
        let is_part = matches!(self.kind(), SyntaxKind::Dot | SyntaxKind::LeftBracket)
            && self.token_before() != Some(SyntaxKind::LetKw);
        let message = format!("a `let` names one value; unexpected {found}");
        let diagnostic =
            Diagnostic::error(codes::EXPECTED_TOKEN, message, here).here("expected `name = value`");
        self.error(diagnostic.help(if is_part {
            "values do not change; make a new one: `let new = merge(object, { field: value })`"
        } else {
            "write one `let` for each name: `let first = pair[0]`"
        }));
        self.skip_rest();
    }

    /// `object.field = 1`, `list[0] = 1`: values do not change.
    pub(super) fn part_assignment(&mut self) {
        let here = self.here();
        let name = here.of(self.text);
        let is_field = self.nth(1) == SyntaxKind::Dot;
        let help = if is_field {
            let field = self.nth_span(2).of(self.text);
            format!("make a new one: `let {name} = merge({name}, {{ {field}: value }})`")
        } else {
            format!(
                "make a new one: `let {name} = map({name}, (x, i) => if i == 0 then value else x)`"
            )
        };
        self.error(
            Diagnostic::error(
                codes::MISSING_LET,
                "a part of a value cannot be set: values do not change",
                here,
            )
            .here("this value")
            .help(help),
        );
        let column = self.column();
        self.skip_rest();
        self.finish_line();
        self.skip_deeper_lines(column);
    }

    /// True at `a.b = …` and `a[0] = …`.
    pub(super) fn at_part_assignment(&self) -> bool {
        let mut ahead = 1;
        while ahead < PATH_TOKENS_MAX {
            match self.nth(ahead) {
                SyntaxKind::Dot if self.nth(ahead + 1).is_word() => ahead += 2,
                SyntaxKind::LeftBracket if self.nth(ahead + 2) == SyntaxKind::RightBracket => {
                    ahead += 3;
                }
                SyntaxKind::Equals => return ahead > 1,
                _ => return false,
            }
        }
        false
    }

    /// `let x: type = …`: the type of a value follows from the value.
    #[cold]
    pub(super) fn type_of_let(&mut self) {
        let colon = self.here();
        let start = self.last_end();
        self.start(SyntaxKind::Unparsed);
        while !self.at_line_end() && !self.at(SyntaxKind::Equals) {
            self.bump();
        }
        self.finish_node();
        let written = Span::new(start, self.last_end());
        if !self.at(SyntaxKind::Equals) {
            self.error(
                Diagnostic::error(
                    codes::EXPECTED_VALUE,
                    "a `let` names a value, and here is none",
                    written,
                )
                .here("a type, and no value behind it")
                .help("write `let name = value`; a value that comes from outside is declared below `input`"),
            );
            return;
        }
        let fix = Some(replace("remove the type", written, ""));
        let diagnostic = Diagnostic::error(
            codes::UNEXPECTED_TOKEN,
            "a `let` has no type: it follows from the value",
            Span::new(colon.start, written.end),
        )
        .here("not needed");
        self.habit(with_fix(diagnostic, fix));
    }
}
