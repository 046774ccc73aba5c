//! Lines of a step that stand in the column of its verb and not below it.
//!
//! A step is told from its inputs by the indentation alone, so this is the first thing that goes wrong
//! for people who come from languages without it. The lines are read as what they are meant to be and
//! reported once.

use super::{Parser, clauses::StepParts, steps::is_arrow};
use crate::{Applicability, Diagnostic, Edit, Fix, Span, SyntaxKind, Verb, codes};

impl Parser<'_> {
    /// Reads the inputs and clauses that stand beside their step.
    pub(super) fn parse_lines_beside(&mut self, step: &mut StepParts) {
        let takes_inputs = step.takes_inputs() && !step.has_inputs;
        if !self.at_line_beside(step, takes_inputs) {
            return;
        }
        let first = self.upcoming_span();
        let mut edits = Vec::new();
        let mut is_sure = false;
        while self.at_line_beside(step, takes_inputs) || self.at_arrow_beside(step) {
            let here = self.upcoming_span();
            is_sure |= self.upcoming().is_some_and(|line| is_clause(line.kind));
            edits.push(Edit {
                span: Span::empty(here.start),
                text: "  ".to_owned(),
            });
            self.enter_line();
            self.parse_leaf_line(step);
        }
        self.report_beside(step, first, edits, is_sure || needs_inputs(step.verb));
    }

    /// True when the next line is an input or a clause in the column of the verb.
    fn at_line_beside(&self, step: &StepParts, takes_inputs: bool) -> bool {
        let is_beside = |line: &super::lines::Upcoming| line.column == step.column;
        let Some(line) = self.upcoming().filter(is_beside) else {
            return false;
        };
        match line.kind {
            SyntaxKind::LetKw | SyntaxKind::OutputKw => false,
            SyntaxKind::OnKw if self.upcoming_nth(1) == SyntaxKind::ErrorKw => {
                let has_action = self.upcoming_nth(2) != SyntaxKind::LineEnd;
                step.verb.can_recover() && has_action
            }
            SyntaxKind::ReturnsKw => {
                step.verb == Verb::Do && self.upcoming_nth(1) == SyntaxKind::LeftBrace
            }
            kind if takes_inputs && kind.is_word() => match self.upcoming_nth(1) {
                SyntaxKind::Equals | SyntaxKind::ColonEquals => true,
                SyntaxKind::Colon => {
                    Verb::of(kind).is_none() && self.upcoming_nth(2) != SyntaxKind::LineEnd
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// True at an arrow among such lines: it is the step's, whatever stands around the step.
    fn at_arrow_beside(&self, step: &StepParts) -> bool {
        let is_arrow = |line: &super::lines::Upcoming| {
            is_arrow(line.kind) && line.column == step.column && step.arrow.is_none()
        };
        step.verb.can_bind() && self.upcoming().as_ref().is_some_and(is_arrow)
    }

    fn report_beside(&mut self, step: &StepParts, first: Span, edits: Vec<Edit>, is_sure: bool) {
        self.found_again();
        let word = step.verb.word();
        let (what, title) = match step.verb {
            _ if !step.has_inputs => ("clauses", "indent the clause"),
            Verb::Emit | Verb::Yield => ("fields", "indent the fields"),
            _ => ("inputs", "indent the inputs"),
        };
        let message = format!("the {what} of `{word}` are indented below it");
        let diagnostic = Diagnostic::error(codes::BAD_INDENTATION, message, first)
            .here("stands beside its step, not in it")
            .also(step.verb_span, "the step")
            .fix(Fix {
                title: title.to_owned(),
                edits,
                applicability: if is_sure {
                    Applicability::Machine
                } else {
                    Applicability::Maybe
                },
            });
        self.report(if is_sure {
            diagnostic
        } else {
            diagnostic.help("indent them; a value of its own is named with `let`")
        });
    }
}

/// True for what cannot be a line of its own.
fn is_clause(kind: SyntaxKind) -> bool {
    matches!(kind, SyntaxKind::OnKw | SyntaxKind::ReturnsKw)
}

/// True for steps that are nothing without inputs.
fn needs_inputs(verb: Verb) -> bool {
    matches!(
        verb,
        Verb::Agent | Verb::Ask | Verb::Plan | Verb::Yield | Verb::Send
    )
}
