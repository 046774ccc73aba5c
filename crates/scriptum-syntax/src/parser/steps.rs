//! Steps in a row, and the lines below a step that holds no steps.

use super::{
    Parser,
    clauses::StepParts,
    exprs::is_string,
    lines::{Upcoming, replace, suggest},
};
use crate::{Applicability, Diagnostic, Edit, Fix, Span, SyntaxKind, Verb, codes};

/// Levels of steps inside steps: deeper scripts are better cut in two.
const BLOCK_DEPTH_MAX: u32 = 64;

/// The columns that lines of one block may have.
#[derive(Debug, Default)]
pub(super) struct Siblings {
    /// The column of the first line.
    pub(super) column: Option<u32>,
    /// A wrong column that has been reported.
    reported: Option<u32>,
}

/// What holds the steps of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    /// A loop at this column: it competes with its last step for arrows.
    Loop(u32),
    /// A `together`: takes arrows at the column of its lanes.
    Together,
    /// A branch, a lane, the script, or the steps after an error.
    Other,
}

impl Parser<'_> {
    /// Reports a line that does not stand in the column of its siblings.
    pub(super) fn check_indentation(&mut self, siblings: &mut Siblings, line: Upcoming) {
        let column = *siblings.column.get_or_insert(line.column);
        if line.column == column || siblings.reported == Some(line.column) {
            return;
        }
        siblings.reported = Some(line.column);
        // With tabs, columns are a guess, and the tabs are reported.
        if self.has_tabs {
            return;
        }
        let first = self.upcoming_span();
        let indent = Span::new(first.start - line.column, first.start);
        let message = format!(
            "this line is indented by {}, its neighbors by {column}",
            spaces(line.column)
        );
        let help = if line.column > column {
            "indent it like the lines above, or under the step that it belongs to"
        } else {
            "lines of one block begin in one column"
        };
        self.found_again();
        self.report(
            Diagnostic::error(codes::BAD_INDENTATION, message, indent)
                .here("no level begins here")
                .fix(suggest(
                    "indent it like its neighbors",
                    indent,
                    &" ".repeat(column as usize),
                ))
                .help(help),
        );
    }

    /// Reads a block of steps indented more than `column`; answers the column of its steps.
    pub(super) fn parse_block(&mut self, column: u32, holder: Holder) -> Option<u32> {
        if self.block_depth >= BLOCK_DEPTH_MAX {
            let here = self.upcoming_span();
            self.too_deep("blocks", BLOCK_DEPTH_MAX, here);
            self.skip_deeper_lines(column);
            return None;
        }
        self.block_depth += 1;
        self.start(SyntaxKind::Block);
        let mut siblings = Siblings::default();
        while let Some(line) = self.upcoming().filter(|line| line.column > column) {
            // An arrow that no step took is left to the holder.
            if is_arrow(line.kind) && holder != Holder::Other {
                break;
            }
            self.check_indentation(&mut siblings, line);
            self.enter_line();
            if holder == Holder::Together && self.at_string() {
                self.parse_branch(SyntaxKind::Lane);
            } else {
                self.parse_item(holder);
            }
        }
        self.finish_node();
        self.block_depth -= 1;
        siblings.column
    }

    /// Reads the body of a step, or reports that it has none.
    pub(super) fn parse_body(&mut self, step: &StepParts, holder: Holder) -> Option<u32> {
        let has_body = self
            .upcoming()
            .is_some_and(|line| line.column > step.column && !is_arrow(line.kind));
        if has_body {
            return self.parse_block(step.column, holder);
        }
        let message = format!("`{}` has no steps", step.verb.word());
        self.habit(
            Diagnostic::error(codes::MISSING_BODY, message, step.verb_span)
                .here("nothing is indented below this")
                .help("indent the steps that belong to it below"),
        );
        None
    }

    /// Reads a step or a section; the line has been entered.
    pub(super) fn parse_item(&mut self, holder: Holder) {
        let kind = self.kind();
        if kind == SyntaxKind::SectionLine {
            self.start(SyntaxKind::Section);
            self.bump();
            self.finish_line();
            self.finish_node();
            return;
        }
        match Verb::of(kind).filter(|verb| *verb == Verb::Let || !self.at_assignment()) {
            Some(verb) => self.parse_step(verb, holder),
            None => self.parse_no_step(holder),
        }
    }

    /// True at `name =`, whatever the name.
    pub(super) fn at_assignment(&self) -> bool {
        matches!(self.nth(1), SyntaxKind::Equals | SyntaxKind::ColonEquals)
    }

    /// Reads a step whose verb is, or is meant to be, `verb`.
    pub(super) fn parse_step(&mut self, verb: Verb, holder: Holder) {
        let mut step = StepParts::new(verb, self.column(), self.here());
        self.start(node_of(verb));
        self.bump_as(verb.keyword());
        if self.at(SyntaxKind::Colon) && is_string(self.nth(1)) {
            self.skip_sign("the title of a step follows without a sign");
        }
        match verb {
            Verb::Do => self.parse_do(&mut step),
            Verb::Let => self.parse_let(),
            Verb::Wait => self.parse_wait(),
            Verb::Agent | Verb::Plan => self.parse_with(verb),
            Verb::Ask | Verb::Yield => self.parse_label(verb),
            Verb::Run => self.parse_run(&mut step),
            Verb::Emit => self.parse_optional_label(),
            Verb::Send => self.parse_send(),
            Verb::Each | Verb::Pipe => return self.parse_loop(step),
            Verb::Repeat => return self.parse_repeat(step),
            Verb::Together => return self.parse_together(step),
            Verb::Decide => return self.parse_decide(step),
            Verb::Check => return self.parse_check(step),
        }
        self.parse_head_end(&mut step);
        self.finish_line();
        self.parse_leaf_lines(&mut step);
        self.parse_lines_beside(&mut step);
        self.parse_own_arrow(&mut step, holder);
        self.finish_node();
    }

    /// Reads what the heads of all steps may end with: inputs in braces and an arrow.
    pub(super) fn parse_head_end(&mut self, step: &mut StepParts) {
        if self.at(SyntaxKind::LeftBrace) && step.takes_inputs() {
            step.has_inputs |= self.parse_inline_inputs();
        }
        if step.verb == Verb::Do && self.at(SyntaxKind::ReturnsKw) {
            self.parse_returns();
        }
        self.skip_to_arrow(step);
        if is_arrow(self.kind()) {
            self.parse_arrow(step);
        }
    }

    /// Reports what stands before the arrow and does not belong there. What the arrow binds is known
    /// all the same, so that nothing is said about the places that read it.
    fn skip_to_arrow(&mut self, step: &mut StepParts) {
        if self.at_line_end() || is_arrow(self.kind()) {
            return;
        }
        if step.takes_inputs() && self.kind().is_word() && self.at_assignment() {
            self.inputs_without_braces(step);
        }
        if step.verb == Verb::Emit && self.kind().is_word() && self.nth(1) == SyntaxKind::LineEnd {
            return self.emitted_name();
        }
        let rest = self.tokens.get(self.pos..self.end).unwrap_or(&[]);
        if is_arrow(self.kind()) || !rest.iter().any(|token| is_arrow(token.kind)) {
            return;
        }
        self.unexpected("the line should end before this");
        self.start(SyntaxKind::Unparsed);
        while !is_arrow(self.kind()) && !self.at_line_end() {
            self.bump();
        }
        self.finish_node();
    }

    /// `emit total`: a result has fields, each with a name.
    #[cold]
    fn emitted_name(&mut self) {
        let (here, name) = (self.here(), self.text_here());
        let fields = format!("{{ {name} = {name} }}");
        self.error(
            Diagnostic::error(
                codes::UNEXPECTED_TOKEN,
                "a result has fields, each with its name",
                here,
            )
            .here("a value without the name of its field")
            .help("write `{ name = value }`, or each field as `name = value` below")
            .fix(suggest(&format!("write `{fields}`"), here, &fields)),
        );
        self.skip_rest();
    }

    /// `do "…" with tool a = 1, b = 2`: inputs on the line of the step stand in braces.
    #[cold]
    fn inputs_without_braces(&mut self, step: &mut StepParts) {
        let here = self.here();
        let reported = self.diagnostics.len();
        let mut commas_missing = false;
        self.habit(
            Diagnostic::error(
                codes::UNEXPECTED_TOKEN,
                "inputs on the line of their step stand in braces",
                here,
            )
            .here("the line should end before this")
            .help("write the inputs below the step, or on its line in braces: `{ name = value }`"),
        );
        while self.kind().is_word() && self.at_assignment() {
            self.parse_input();
            step.has_inputs = true;
            let is_last = !self.eat(SyntaxKind::Comma);
            commas_missing |= is_last && self.kind().is_word();
        }
        let end = Span::empty(self.last_end());
        let ends = self.at_line_end() || is_arrow(self.kind());
        if commas_missing || !ends || self.is_lost() {
            return;
        }
        let braces = [(Span::empty(here.start), "{ "), (end, " }")];
        let edits = braces.map(|(span, text)| Edit {
            span,
            text: text.to_owned(),
        });
        if let Some(diagnostic) = self.diagnostics.get_mut(reported) {
            diagnostic.fix = Some(Fix {
                title: "put them in braces".to_owned(),
                edits: edits.into(),
                applicability: Applicability::Machine,
            });
        }
    }

    /// Reads the lines indented below a step that holds no steps.
    fn parse_leaf_lines(&mut self, step: &mut StepParts) {
        let mut siblings = Siblings::default();
        while let Some(line) = self.upcoming().filter(|line| line.column > step.column) {
            if !is_arrow(line.kind) {
                self.check_indentation(&mut siblings, line);
            }
            self.enter_line();
            self.parse_leaf_line(step);
        }
    }

    pub(super) fn parse_leaf_line(&mut self, step: &mut StepParts) {
        let kind = self.kind();
        if is_arrow(kind) {
            self.parse_arrow(step);
        } else if kind == SyntaxKind::OnKw && !self.at_assignment() {
            self.parse_on_error(step);
            if self.is_lost() {
                let column = self.column();
                self.finish_line();
                return self.skip_deeper_lines(column);
            }
        } else if kind == SyntaxKind::ReturnsKw && !self.at_assignment() && step.verb == Verb::Do {
            return self.parse_returns_line(step.column);
        } else if self.at_foreign_on_error() && step.verb.can_recover() {
            self.foreign_on_error(step);
        } else if kind.is_word() && self.at_input() {
            if !step.takes_inputs() {
                self.no_inputs(step);
            }
            self.parse_input();
            step.has_inputs = true;
        } else if self.at_input_without_sign(step) {
            self.input_without_sign(step);
        } else if Verb::of(kind).is_some() || kind == SyntaxKind::SectionLine {
            return self.parse_nested_step(step);
        } else if self.at_stray_brace() {
            self.bump_unparsed();
        } else if kind == SyntaxKind::Minus && self.nth(1).is_word() {
            self.skip_dash();
            return self.parse_leaf_line(step);
        } else {
            let diagnostic = self.expectation(codes::UNEXPECTED_TOKEN, "an input `name = value`");
            self.error(diagnostic.help(
                "inputs are written `name = value`; the next step begins in the column of the step above",
            ));
            self.skip_rest();
            let column = self.column();
            self.finish_line();
            return self.skip_deeper_lines(column);
        }
        self.finish_line();
    }

    /// True at `name "value"`, where no step is meant.
    fn at_input_without_sign(&self, step: &StepParts) -> bool {
        let next = self.nth(1);
        let is_value = is_string(next)
            || matches!(
                next,
                SyntaxKind::Integer
                    | SyntaxKind::Decimal
                    | SyntaxKind::TrueKw
                    | SyntaxKind::FalseKw
                    | SyntaxKind::NullKw
                    | SyntaxKind::LeftBracket
            );
        let kind = self.kind();
        step.takes_inputs() && kind.is_word() && Verb::of(kind).is_none() && is_value
    }

    #[cold]
    fn input_without_sign(&mut self, step: &mut StepParts) {
        let gap = Span::empty(self.here().end);
        self.habit(
            Diagnostic::error(
                codes::EXPECTED_TOKEN,
                "`=` is missing between an input and its value",
                gap,
            )
            .here("`=` belongs here")
            .fix(replace("add `=`", gap, " =")),
        );
        step.has_inputs = true;
        self.start(SyntaxKind::Input);
        self.expect_name("the name of an input");
        self.parse_expr();
        self.finish_node();
    }

    /// True at `name =`, and at `name:`, which is meant as the same.
    pub(super) fn at_input(&self) -> bool {
        matches!(
            self.nth(1),
            SyntaxKind::Equals | SyntaxKind::ColonEquals | SyntaxKind::Colon
        )
    }

    fn no_inputs(&mut self, step: &StepParts) {
        let here = self.here();
        let message = format!("`{}` has no inputs", step.verb.word());
        self.habit(
            Diagnostic::error(codes::BAD_INDENTATION, message, here)
                .here("indented below a step without inputs")
                .also(step.verb_span, "this step"),
        );
    }

    /// A step or section indented below a step that holds none: reported, then read.
    fn parse_nested_step(&mut self, step: &StepParts) {
        let here = self.here();
        let message = format!("`{}` holds no steps", step.verb.word());
        self.habit(
            Diagnostic::error(codes::NESTED_STEP, message, here)
                .here("indented below a step")
                .also(step.verb_span, "this step")
                .help("begin it in the column of the step above"),
        );
        self.start(SyntaxKind::Unparsed);
        if self.block_depth < BLOCK_DEPTH_MAX {
            self.block_depth += 1;
            self.parse_item(Holder::Other);
            self.block_depth -= 1;
        } else {
            let column = self.column();
            self.skip_rest();
            self.finish_line();
            self.skip_deeper_lines(column);
        }
        self.finish_node();
    }

    /// Reads the arrow in the verb's own column, if it belongs to this step and not to the loop.
    fn parse_own_arrow(&mut self, step: &mut StepParts, holder: Holder) {
        let is_candidate = self
            .upcoming()
            .is_some_and(|line| is_arrow(line.kind) && line.column == step.column);
        if !is_candidate || !step.verb.can_bind() || step.arrow.is_some() {
            return;
        }
        if let Holder::Loop(column) = holder
            && self.arrow_is_the_loops(step.column, column)
        {
            return;
        }
        self.enter_line();
        self.parse_arrow(step);
        self.finish_line();
    }

    /// After the last step of a loop, an arrow is the loop's, unless another one follows for the loop.
    fn arrow_is_the_loops(&self, body: u32, verb: u32) -> bool {
        let Some(next) = self.line_after(1) else {
            return true;
        };
        if is_arrow(next.kind) {
            return next.column != body && next.column != verb;
        }
        // A line that goes on with the body makes this step not the last.
        next.column < body
    }

    /// True at `}` alone on a line, if braces were reported that opened a block.
    pub(super) fn at_stray_brace(&mut self) -> bool {
        let is_one = self.at(SyntaxKind::RightBrace)
            && self.nth(1) == SyntaxKind::LineEnd
            && self.errors.braces_for_blocks > 0;
        if is_one {
            self.errors.braces_for_blocks -= 1;
        }
        is_one
    }
}

pub(super) fn is_arrow(kind: SyntaxKind) -> bool {
    matches!(kind, SyntaxKind::Arrow | SyntaxKind::StreamArrow)
}

fn spaces(count: u32) -> String {
    match count {
        0 => "no space".to_owned(),
        1 => "1 space".to_owned(),
        _ => format!("{count} spaces"),
    }
}

fn node_of(verb: Verb) -> SyntaxKind {
    match verb {
        Verb::Do => SyntaxKind::DoStep,
        Verb::Let => SyntaxKind::LetStep,
        Verb::Each => SyntaxKind::EachStep,
        Verb::Decide => SyntaxKind::DecideStep,
        Verb::Check => SyntaxKind::CheckStep,
        Verb::Together => SyntaxKind::TogetherStep,
        Verb::Pipe => SyntaxKind::PipeStep,
        Verb::Repeat => SyntaxKind::RepeatStep,
        Verb::Wait => SyntaxKind::WaitStep,
        Verb::Agent => SyntaxKind::AgentStep,
        Verb::Ask => SyntaxKind::AskStep,
        Verb::Plan => SyntaxKind::PlanStep,
        Verb::Run => SyntaxKind::RunStep,
        Verb::Emit => SyntaxKind::EmitStep,
        Verb::Yield => SyntaxKind::YieldStep,
        Verb::Send => SyntaxKind::SendStep,
    }
}
