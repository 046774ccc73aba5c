//! `each`, `pipe`, `repeat` and `together`: steps that hold steps.

use super::{
    Parser,
    clauses::StepParts,
    lines::replace,
    steps::{Holder, is_arrow},
};
use crate::{Diagnostic, Span, SyntaxKind, Verb, codes};

impl Parser<'_> {
    /// Reads the rest of an `each` or `pipe`.
    pub(super) fn parse_loop(&mut self, step: StepParts) {
        self.parse_optional_label();
        if self.expect_binding("a name for the item") {
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
        if ends || self.at(SyntaxKind::SleepKw) {
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
