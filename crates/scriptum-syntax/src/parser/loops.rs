//! `each`, `pipe`, `repeat` and `together`: steps that hold steps.

use super::{
    Parser,
    clauses::StepParts,
    lines::{replace, with_fix},
    steps::{Holder, is_arrow},
};
use crate::{Applicability, Diagnostic, Edit, Fix, Span, SyntaxKind, Verb, codes};

impl Parser<'_> {
    /// Reads the rest of an `each` or `pipe`.
    pub(super) fn parse_loop(&mut self, step: StepParts) {
        self.parse_optional_label();
        if self.nth(1) == SyntaxKind::AsKw && self.nth(2).is_word() {
            self.list_as_item(step.verb);
        } else if self.at(SyntaxKind::LeftParen) {
            self.items_in_parentheses();
        } else if self.expect_binding("a name for the item") {
            if step.verb == Verb::Each && self.eat(SyntaxKind::Comma) {
                self.expect_binding("a name for the index");
            }
            if self.at(SyntaxKind::Comma) {
                self.index_of_pipe();
            }
            self.parse_source(step.verb);
        }
        self.parse_loop_clauses(&step);
        self.parse_loop_body(step);
    }

    /// `each list as item`: the item stands in front. Read without its list.
    fn list_as_item(&mut self, verb: Verb) {
        let (list, item) = (self.here(), self.nth_span(2));
        let (word, source) = match verb {
            Verb::Pipe => ("pipe", "from"),
            _ => ("each", "in"),
        };
        let [list_text, item_text] = [list, item].map(|span| span.of(self.text));
        let written = format!("{item_text} {source} {list_text}");
        let message = format!("the item of a loop stands in front: `{word} {written}`");
        self.error(
            Diagnostic::error(codes::EXPECTED_TOKEN, message, list.cover(item))
                .here("the other way round")
                .fix(replace("turn it round", list.cover(item), &written)),
        );
        self.start(SyntaxKind::Unparsed);
        self.bump();
        self.bump();
        self.bump();
        self.finish_node();
        self.found_again();
    }

    /// `each (item, index) in list`: the names stand without parentheses.
    fn items_in_parentheses(&mut self) {
        let open = self.here();
        let close = self.brackets.partner(self.pos);
        let close = close
            .and_then(|close| self.tokens.get(close))
            .map(|token| token.span);
        let diagnostic = Diagnostic::error(
            codes::UNEXPECTED_TOKEN,
            "the names of a loop stand without parentheses",
            open,
        )
        .here("not needed");
        let fix = close.map(|close| Fix {
            title: "remove the parentheses".to_owned(),
            edits: vec![
                Edit {
                    span: open,
                    text: String::new(),
                },
                Edit {
                    span: close,
                    text: String::new(),
                },
            ],
            applicability: Applicability::Machine,
        });
        self.error(with_fix(diagnostic, fix));
        self.skip_rest();
    }

    /// Reports and passes over the `, i` that only an `each` has.
    fn index_of_pipe(&mut self) {
        let here = self.here();
        self.habit(
            Diagnostic::error(
                codes::UNEXPECTED_TOKEN,
                "`pipe` does not count its items",
                here,
            )
            .here("nothing gives the position")
            .help("only `each` does: `each item, index in list`"),
        );
        self.bump_unparsed();
        if self.at(SyntaxKind::Ident) {
            self.bump_unparsed();
        }
    }

    fn parse_source(&mut self, verb: Verb) {
        let (here, is_pipe) = (self.here(), verb == Verb::Pipe);
        let (word, wanted) = if is_pipe {
            ("from", "`from` and a list or a stream")
        } else {
            ("in", "`in` and a list")
        };
        match self.kind() {
            SyntaxKind::InKw | SyntaxKind::FromKw => self.bump(),
            SyntaxKind::Ident if self.text_here() == "of" => {
                self.habit(
                    Diagnostic::error(
                        codes::EACH_OF,
                        format!("the list of a loop stands after `{word}`"),
                        here,
                    )
                    .here(format!("`{word}` belongs here"))
                    .fix(replace(&format!("use `{word}`"), here, word)),
                );
                self.bump_unparsed();
            }
            _ => {
                self.expected(codes::EXPECTED_TOKEN, wanted);
                return;
            }
        }
        self.parse_expr();
    }

    /// Reads the rest of a `repeat`.
    pub(super) fn parse_repeat(&mut self, step: StepParts) {
        self.parse_optional_label();
        let ends = matches!(
            self.kind(),
            SyntaxKind::LineEnd | SyntaxKind::Colon | SyntaxKind::LeftBrace
        );
        if self.at(SyntaxKind::Integer) {
            self.count_without_max();
        } else if self.text_here() == "while" {
            self.repeat_while();
        } else if ends || self.at(SyntaxKind::SleepKw) {
            let gap = Span::empty(self.last_end());
            self.habit(
                Diagnostic::error(
                    codes::EXPECTED_TOKEN,
                    "nothing says when this `repeat` ends",
                    gap,
                )
                .here("`max` or `until` belongs here")
                .help("write `repeat until condition`, `repeat max 10`, or both"),
            );
        }
        self.parse_loop_clauses(&step);
        self.parse_loop_body(step);
    }

    /// `repeat 3 times`: the number stands behind `max`.
    fn count_without_max(&mut self) {
        let here = self.here();
        let is_followed = self.nth(1).is_word() && clause_of(self.nth(1)).is_none();
        let span = if is_followed {
            here.cover(self.nth_span(1))
        } else {
            here
        };
        let written = format!("max {}", here.of(self.text));
        self.habit(
            Diagnostic::error(
                codes::EXPECTED_TOKEN,
                "how often a `repeat` runs stands behind `max`",
                span,
            )
            .here("`max` belongs before this")
            .fix(replace(&format!("write `{written}`"), span, &written)),
        );
        self.start(SyntaxKind::MaxClause);
        self.parse_expr();
        self.finish_node();
        if is_followed {
            self.bump_unparsed();
        }
    }

    /// `repeat while c`: a repeat says when it ends, not when it goes on.
    fn repeat_while(&mut self) {
        let here = self.here();
        self.error(
            Diagnostic::error(
                codes::EXPECTED_TOKEN,
                "a `repeat` says when it ends, not when it goes on",
                here,
            )
            .here("`until` belongs here")
            .help("write the opposite: `repeat until not (condition)`"),
        );
        self.skip_rest();
    }

    fn parse_loop_clauses(&mut self, step: &StepParts) {
        while let Some(kind) = clause_of(self.kind()) {
            if !has_clause(step.verb, kind) {
                let (here, word) = (self.here(), self.text_here());
                let message = format!("`{}` has no `{word}`", step.verb.word());
                self.habit(
                    Diagnostic::error(codes::MISPLACED_CLAUSE, message, here)
                        .here("not a clause of this step")
                        .also(step.verb_span, "this step"),
                );
            }
            self.parse_clause(kind);
        }
    }

    fn parse_loop_body(&mut self, mut step: StepParts) {
        if is_arrow(self.kind()) {
            self.parse_arrow(&mut step);
        }
        self.finish_header_line();
        let holder = Holder::Loop(step.column);
        let body = self.parse_body(&step, holder);
        self.parse_holder_end(step, body, holder);
    }

    /// Reads the rest of a `together`.
    pub(super) fn parse_together(&mut self, mut step: StepParts) {
        self.parse_optional_label();
        if is_arrow(self.kind()) {
            self.parse_arrow(&mut step);
        }
        self.finish_header_line();
        let body = self.parse_body(&step, Holder::Together);
        self.parse_holder_end(step, body, Holder::Together);
    }

    /// Reads the arrows of a step that holds steps, and reports steps that come too late.
    fn parse_holder_end(&mut self, mut step: StepParts, body: Option<u32>, holder: Holder) {
        self.parse_holder_arrows(&mut step, body);
        while self
            .upcoming()
            .is_some_and(|line| line.column > step.column)
        {
            let here = self.upcoming_span();
            let message = format!("steps of `{}` stand before its arrow", step.verb.word());
            let diagnostic =
                Diagnostic::error(codes::STEP_AFTER_ARROW, message, here).here("after the arrow");
            self.report(match step.arrow {
                Some(arrow) => {
                    diagnostic.also(arrow, format!("the arrow of the `{}`", step.verb.word()))
                }
                None => diagnostic,
            });
            self.start(SyntaxKind::Unparsed);
            self.parse_block(step.column, holder);
            self.finish_node();
            self.parse_holder_arrows(&mut step, body);
        }
        self.finish_node();
    }
}

fn clause_of(kind: SyntaxKind) -> Option<SyntaxKind> {
    match kind {
        SyntaxKind::ParallelKw => Some(SyntaxKind::ParallelClause),
        SyntaxKind::SleepKw => Some(SyntaxKind::SleepClause),
        SyntaxKind::BatchKw => Some(SyntaxKind::BatchClause),
        SyntaxKind::MaxKw => Some(SyntaxKind::MaxClause),
        SyntaxKind::UntilKw => Some(SyntaxKind::UntilClause),
        _ => None,
    }
}

fn has_clause(verb: Verb, clause: SyntaxKind) -> bool {
    let clauses: &[SyntaxKind] = match verb {
        Verb::Each => &[SyntaxKind::ParallelClause, SyntaxKind::SleepClause],
        Verb::Pipe => &[SyntaxKind::ParallelClause, SyntaxKind::BatchClause],
        Verb::Repeat => &[
            SyntaxKind::MaxClause,
            SyntaxKind::UntilClause,
            SyntaxKind::SleepClause,
        ],
        Verb::Do
        | Verb::Let
        | Verb::Decide
        | Verb::Check
        | Verb::Together
        | Verb::Wait
        | Verb::Agent
        | Verb::Ask
        | Verb::Plan
        | Verb::Run
        | Verb::Emit
        | Verb::Yield
        | Verb::Send => &[],
    };
    clauses.contains(&clause)
}
