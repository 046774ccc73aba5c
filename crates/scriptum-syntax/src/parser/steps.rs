//! Steps in a row, their heads, and the lines below a step that holds no steps.

use super::{
    Parser,
    clauses::StepParts,
    exprs::is_string,
    lines::{Upcoming, replace, suggest},
};
use crate::{Diagnostic, Span, SyntaxKind, Verb, codes};

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
            if holder == Holder::Together && self.at_branch_label() {
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
        match verb {
            Verb::Do => self.parse_do(&mut step),
            Verb::Let => self.parse_let(),
            Verb::Wait => self.parse_wait(),
            Verb::Agent | Verb::Plan => self.parse_with(),
            Verb::Ask | Verb::Yield => self.parse_label(),
            Verb::Run => self.parse_run(),
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
        self.parse_own_arrow(&mut step, holder);
        self.finish_node();
    }

    /// Reads what the heads of all steps may end with: inputs in braces and an arrow.
    pub(super) fn parse_head_end(&mut self, step: &mut StepParts) {
        if self.at(SyntaxKind::LeftBrace) && step.takes_inputs() {
            self.parse_inline_inputs();
        }
        if step.verb == Verb::Do && self.at(SyntaxKind::ReturnsKw) {
            self.parse_returns();
        }
        if is_arrow(self.kind()) {
            self.parse_arrow(step);
        }
    }

    fn parse_do(&mut self, step: &mut StepParts) {
        self.parse_with();
        if self.at(SyntaxKind::LeftBrace) {
            self.parse_inline_inputs();
        }
        if self.at(SyntaxKind::ReturnsKw) {
            self.parse_returns();
        }
        debug_assert_eq!(step.verb, Verb::Do, "the head of a do");
    }

    fn parse_let(&mut self) {
        if !self.expect_binding("a name") {
            return self.skip_rest();
        }
        if self.at(SyntaxKind::ColonEquals) {
            self.walrus();
            self.bump();
        } else if !self.expect(SyntaxKind::Equals, "`=` after the name") {
            return self.skip_rest();
        }
        self.parse_let_value();
    }

    /// Reads the value of a `let`, where people also write a step.
    pub(super) fn parse_let_value(&mut self) {
        if Verb::of(self.kind()).is_none() || !is_string(self.nth(1)) {
            self.parse_expr();
            return;
        }
        let here = self.here();
        self.error(
            Diagnostic::error(codes::EXPECTED_VALUE, "a step is no value", here)
                .here("a step begins here")
                .help("put the step on a line of its own, and below it `-> name` for its result"),
        );
        self.skip_rest();
    }

    /// Reads `"Label" with name`.
    pub(super) fn parse_with(&mut self) {
        self.parse_label();
        if !self.at(SyntaxKind::WithKw) && self.at_tool_without_with() {
            let here = self.here();
            self.habit(
                Diagnostic::error(
                    codes::EXPECTED_TOKEN,
                    "`with` is missing before the tool",
                    here,
                )
                .here("`with` belongs before this")
                .fix(replace("add `with`", Span::empty(here.start), "with ")),
            );
        } else if !self.expect(SyntaxKind::WithKw, "`with` and what does the work") {
            return;
        }
        if self.kind().is_word() {
            self.parse_tool_path();
            self.called_tool();
        } else if self.at_string() {
            self.quoted_tool();
        } else {
            self.expected(codes::EXPECTED_NAME, "the name of a tool");
        }
    }

    /// `with tool(a, b)`: inputs have names and stand in braces.
    fn called_tool(&mut self) {
        if !self.at(SyntaxKind::LeftParen) {
            return;
        }
        let here = self.here();
        self.error(
            Diagnostic::error(
                codes::UNEXPECTED_TOKEN,
                "a tool is not called with parentheses",
                here,
            )
            .here("not the inputs of a step")
            .help("write the inputs below as `name = value`, or here as `{ name = value }`"),
        );
        if let Some(close) = self.brackets.partner(self.pos) {
            self.extend_line_over(close);
        }
        self.skip_rest();
    }

    fn at_tool_without_with(&self) -> bool {
        let next = self.nth(1);
        let ends = matches!(
            next,
            SyntaxKind::LineEnd | SyntaxKind::LeftBrace | SyntaxKind::ColonColon
        );
        self.kind().is_word() && ends
    }

    /// `with "tool"`: names of tools stand without quotes.
    fn quoted_tool(&mut self) {
        let (here, text) = (self.here(), self.text_here());
        let name = text.trim_matches('"');
        let is_path = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_:".contains(&byte));
        let diagnostic = Diagnostic::error(
            codes::EXPECTED_NAME,
            "the name of a tool stands without quotes",
            here,
        )
        .here("a text, not a name");
        self.habit(if is_path {
            diagnostic.fix(replace("remove the quotes", here, name))
        } else {
            diagnostic
        });
        self.start(SyntaxKind::Unparsed);
        self.parse_string(SyntaxKind::Label);
        self.finish_node();
    }

    fn parse_send(&mut self) {
        self.parse_label();
        if self.expect(SyntaxKind::ViaKw, "`via` and the channel") {
            self.parse_quoted_word("the channel");
        }
    }

    /// Reads a text in quotes, or reports a word without them.
    pub(super) fn parse_quoted_word(&mut self, what: &str) {
        if self.at_string() {
            self.parse_string(SyntaxKind::Label);
        } else if self.kind().is_word() {
            let (here, word) = (self.here(), self.text_here());
            self.habit(
                Diagnostic::error(
                    codes::UNQUOTED_LABEL,
                    format!("{what} stands in quotes"),
                    here,
                )
                .here("quotes are missing")
                .fix(replace("add quotes", here, &format!("\"{word}\""))),
            );
            self.bump_unparsed();
        } else {
            let what = format!("{what} in quotes");
            self.expected(codes::EXPECTED_VALUE, &what);
        }
    }

    fn parse_run(&mut self) {
        if self.at_string() {
            self.parse_string(SyntaxKind::Label);
        } else if !self.expect_name("the name of a script or of a plan") {
            return;
        }
        while self.kind().is_word() && self.at_assignment() {
            self.parse_input();
            if self.at(SyntaxKind::Comma) && self.nth(1) != SyntaxKind::LineEnd {
                self.bump();
            }
        }
    }

    fn parse_wait(&mut self) {
        match self.kind() {
            SyntaxKind::UntilKw => self.parse_clause(SyntaxKind::UntilClause),
            SyntaxKind::ForKw => {
                self.bump();
                if self.at(SyntaxKind::EventKw) && is_string(self.nth(1)) {
                    self.parse_clause(SyntaxKind::EventClause);
                    if self.at(SyntaxKind::TimeoutKw) {
                        self.parse_clause(SyntaxKind::TimeoutClause);
                    }
                } else {
                    self.parse_expr();
                }
            }
            _ => {
                self.parse_expr();
            }
        }
    }

    /// Reads the title of a step, or reports that it is missing.
    pub(super) fn parse_label(&mut self) {
        if self.at_string() {
            self.parse_string(SyntaxKind::Label);
        } else if self.at_unquoted_label() {
            self.parse_unquoted_label();
        } else {
            let gap = Span::empty(self.last_end());
            self.habit(
                Diagnostic::error(codes::MISSING_LABEL, "a step has a title in quotes", gap)
                    .here("the title is missing")
                    .help("say in a few words what the step is for: \"Look up the weather\""),
            );
            let goes_on = matches!(
                self.kind(),
                SyntaxKind::WithKw
                    | SyntaxKind::ViaKw
                    | SyntaxKind::LeftBrace
                    | SyntaxKind::Arrow
                    | SyntaxKind::StreamArrow
            );
            if !goes_on {
                self.give_up_line();
            }
        }
    }

    pub(super) fn parse_optional_label(&mut self) {
        if self.at_string() {
            self.parse_string(SyntaxKind::Label);
        }
    }

    /// True at words with `with` or `via` behind them.
    fn at_unquoted_label(&self) -> bool {
        let is_end = |kind| matches!(kind, SyntaxKind::WithKw | SyntaxKind::ViaKw);
        let rest = self.tokens.get(self.pos..self.end).unwrap_or(&[]);
        let mut kinds = rest
            .iter()
            .map(|token| token.kind)
            .filter(|kind| !kind.is_trivia());
        self.kind().is_word()
            && !is_end(self.kind())
            && kinds
                .find(|kind| is_end(*kind) || !kind.is_word())
                .is_some_and(is_end)
    }

    fn parse_unquoted_label(&mut self) {
        let start = self.here();
        self.start(SyntaxKind::Unparsed);
        while !self.at(SyntaxKind::WithKw) && !self.at(SyntaxKind::ViaKw) && !self.at_line_end() {
            self.bump();
        }
        self.finish_node();
        let span = Span::new(start.start, self.last_end());
        self.report_unquoted(span);
    }

    pub(super) fn report_unquoted(&mut self, span: Span) {
        let title = span.of(self.text);
        let fix = replace("add quotes", span, &format!("\"{title}\""));
        self.habit(
            Diagnostic::error(codes::UNQUOTED_LABEL, "titles stand in quotes", span)
                .here("quotes are missing")
                .fix(fix),
        );
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

    fn parse_leaf_line(&mut self, step: &mut StepParts) {
        let kind = self.kind();
        if is_arrow(kind) {
            self.parse_arrow(step);
        } else if kind == SyntaxKind::OnKw && !self.at_assignment() {
            self.parse_on_error(step);
        } else if kind == SyntaxKind::ReturnsKw && !self.at_assignment() && step.verb == Verb::Do {
            return self.parse_returns_line(step.column);
        } else if kind.is_word() && self.at_input() {
            if !step.takes_inputs() {
                self.no_inputs(step);
            }
            self.parse_input();
        } else if Verb::of(kind).is_some() || kind == SyntaxKind::SectionLine {
            return self.parse_nested_step(step);
        } else if self.at_stray_brace() {
            self.bump_unparsed();
        } else {
            self.expected(codes::UNEXPECTED_TOKEN, "an input `name = value`");
            self.skip_rest();
            let column = self.column();
            self.finish_line();
            return self.skip_deeper_lines(column);
        }
        self.finish_line();
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
