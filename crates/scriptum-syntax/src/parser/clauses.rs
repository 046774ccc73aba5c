//! Inputs, arrows, `returns` and `on …:` clauses.

use super::{Parser, lines::replace, steps::is_arrow};
use crate::{Diagnostic, Span, SyntaxKind, Verb, codes};

/// What is known of a step while it is read.
#[derive(Debug)]
pub(super) struct StepParts {
    pub(super) verb: Verb,
    /// The column of its verb.
    pub(super) column: u32,
    pub(super) verb_span: Span,
    /// Its arrow, if it has been read.
    pub(super) arrow: Option<Span>,
    /// Its `on error:`, `on pass:` and `on fail:`, if they have been read.
    on_error: Option<Span>,
    on_pass: Option<Span>,
    on_fail: Option<Span>,
    /// True once an input has been read.
    pub(super) has_inputs: bool,
}

impl StepParts {
    pub(super) fn new(verb: Verb, column: u32, verb_span: Span) -> StepParts {
        StepParts {
            verb,
            column,
            verb_span,
            arrow: None,
            on_error: None,
            on_pass: None,
            on_fail: None,
            has_inputs: false,
        }
    }

    /// False for steps that have no `name = value` lines.
    pub(super) fn takes_inputs(&self) -> bool {
        match self.verb {
            Verb::Do
            | Verb::Decide
            | Verb::Agent
            | Verb::Ask
            | Verb::Plan
            | Verb::Run
            | Verb::Emit
            | Verb::Yield
            | Verb::Send => true,
            Verb::Let
            | Verb::Each
            | Verb::Check
            | Verb::Together
            | Verb::Pipe
            | Verb::Repeat
            | Verb::Wait => false,
        }
    }
}

impl Parser<'_> {
    /// Reads `name = expr`.
    pub(super) fn parse_input(&mut self) {
        self.start(SyntaxKind::Input);
        let is_schema = self.text_here() == "schema";
        if !self.expect_name("the name of an input") {
            self.finish_node();
            return;
        }
        if self.parse_input_equals() {
            let outer = std::mem::replace(&mut self.in_schema, is_schema);
            self.parse_expr();
            self.in_schema = outer;
        }
        self.finish_node();
    }

    fn parse_input_equals(&mut self) -> bool {
        if self.at(SyntaxKind::Colon) {
            let here = self.here();
            self.habit(
                Diagnostic::error(
                    codes::COLON_IN_INPUT,
                    "inputs of a step are written with `=`",
                    here,
                )
                .here("`:` is for types and for the entries of an object")
                .fix(replace(
                    "use `=`",
                    here,
                    if self.follows_space() { "=" } else { " =" },
                )),
            );
            self.bump();
            return true;
        }
        if self.at(SyntaxKind::ColonEquals) {
            self.walrus();
            self.bump();
            return true;
        }
        self.expect(SyntaxKind::Equals, "`=` after the name of the input")
    }

    /// True when a space stands before the current token.
    pub(super) fn follows_space(&self) -> bool {
        self.last_end() < self.here().start
    }

    /// Reads `{ a = 1, b = 2 }`; false where the brace opens a block of steps.
    pub(super) fn parse_inline_inputs(&mut self) -> bool {
        if self.nth(1) == SyntaxKind::LineEnd && !self.next_line_continues_inputs() {
            return false;
        }
        self.start(SyntaxKind::InlineInputs);
        let group = self.open_group();
        self.parse_entries(group, |parser| parser.kind().is_word(), Self::parse_input);
        self.finish_node();
        true
    }

    /// False where a `{` at the end of the line opens a block of steps, as in other languages.
    fn next_line_continues_inputs(&self) -> bool {
        let after = self.tokens.get(self.end..).unwrap_or(&[]);
        let mut kinds = after
            .iter()
            .map(|token| token.kind)
            .filter(|kind| !kind.is_trivia());
        let first = kinds.next().unwrap_or(SyntaxKind::LineEnd);
        let second = kinds.next().unwrap_or(SyntaxKind::LineEnd);
        let is_input = first.is_word() && matches!(second, SyntaxKind::Equals | SyntaxKind::Colon);
        is_input || first == SyntaxKind::RightBrace
    }

    /// Reads `-> name` into the step it belongs to.
    pub(super) fn parse_arrow(&mut self, step: &mut StepParts) {
        let here = self.here();
        if !step.verb.can_bind() {
            let message = format!("`{}` has no result to bind", step.verb.word());
            self.habit(
                Diagnostic::error(codes::CANNOT_BIND, message, here)
                    .here("nothing to bind")
                    .also(step.verb_span, "this step"),
            );
        } else if let Some(first) = step.arrow {
            self.habit(
                Diagnostic::error(codes::DUPLICATE_ARROW, "a step has one arrow", here)
                    .here("a second arrow")
                    .also(first, "the first"),
            );
        }
        let is_extra = !step.verb.can_bind() || step.arrow.is_some();
        self.start(if is_extra {
            SyntaxKind::Unparsed
        } else {
            SyntaxKind::BindArrow
        });
        self.bump();
        self.expect_binding("the name to bind");
        self.finish_node();
        step.arrow.get_or_insert(here);
    }

    /// Reads an arrow that belongs to no step; the line has been entered.
    pub(super) fn parse_lost_arrow(&mut self) {
        let here = self.here();
        self.habit(
            Diagnostic::error(codes::MISPLACED_ARROW, "this arrow belongs to no step", here)
                .here("no step without an arrow begins in this column")
                .help("indent it below its step like the inputs, or below a loop in the column of the loop's steps"),
        );
        self.skip_rest();
        self.finish_line();
    }

    /// Reads the arrows after the body of a step that holds steps.
    pub(super) fn parse_holder_arrows(&mut self, step: &mut StepParts, body: Option<u32>) {
        while let Some(line) = self
            .upcoming()
            .filter(|line| is_arrow(line.kind) && line.column >= step.column)
        {
            let in_own_column =
                line.column == step.column || body.is_none_or(|body| body == line.column);
            if line.column == step.column && step.arrow.is_some() {
                // Perhaps one for the loop around.
                break;
            }
            self.enter_line();
            if in_own_column {
                self.parse_arrow(step);
                self.finish_line();
            } else {
                self.parse_lost_arrow();
            }
        }
    }

    /// Reads `returns { … }`.
    pub(super) fn parse_returns(&mut self) {
        self.start(SyntaxKind::Returns);
        self.bump();
        if self.at(SyntaxKind::LeftBrace) {
            self.parse_type();
        } else {
            self.expected(codes::EXPECTED_TOKEN, "`{ name: type, … }` after `returns`");
        }
        self.finish_node();
    }

    /// Reads `returns { … }`, or `returns` with indented fields, on a line of its own.
    pub(super) fn parse_returns_line(&mut self, step_column: u32) {
        if self.nth(1) != SyntaxKind::LineEnd {
            self.parse_returns();
            return self.finish_line();
        }
        let column = self.column();
        debug_assert!(
            column > step_column,
            "lines of a step are indented below it"
        );
        self.start(SyntaxKind::Returns);
        self.bump();
        self.finish_header_line();
        self.parse_fields(column);
        self.finish_node();
    }

    /// Reads a word and the value after it as a node of this kind.
    pub(super) fn parse_clause(&mut self, kind: SyntaxKind) {
        self.start(kind);
        self.bump();
        if self.at(SyntaxKind::Equals) || self.at(SyntaxKind::Colon) {
            self.skip_sign("the value follows without a sign");
        }
        if kind == SyntaxKind::UntilClause {
            self.parse_condition();
        } else {
            self.parse_expr();
        }
        self.finish_node();
    }

    /// Reads an `on …:` line below a step that is no check.
    pub(super) fn parse_on_error(&mut self, step: &mut StepParts) {
        let here = self.here();
        if matches!(self.nth(1), SyntaxKind::PassKw | SyntaxKind::FailKw) {
            let message = format!("`{}` has no `on pass:` or `on fail:`", step.verb.word());
            self.misplaced_clause(message, here, step);
            return self.skip_rest();
        }
        if !step.verb.can_recover() {
            let message = format!("`{}` has no `on error:`", step.verb.word());
            self.misplaced_clause(message, here, step);
        }
        self.once(here, step.on_error);
        step.on_error.get_or_insert(here);
        self.start(SyntaxKind::OnError);
        self.bump();
        if self.expect(SyntaxKind::ErrorKw, "`error:` after `on`") {
            self.expect_clause_colon();
            self.parse_error_action();
        } else {
            self.skip_rest();
        }
        self.finish_node();
    }

    fn misplaced_clause(&mut self, message: String, here: Span, step: &StepParts) {
        self.habit(
            Diagnostic::error(codes::MISPLACED_CLAUSE, message, here)
                .here("not a clause of this step")
                .also(step.verb_span, "this step"),
        );
    }

    fn once(&mut self, here: Span, first: Option<Span>) {
        if let Some(first) = first {
            self.habit(
                Diagnostic::error(
                    codes::DUPLICATE_CLAUSE,
                    "a step has one clause of a kind",
                    here,
                )
                .here("a second one")
                .also(first, "the first"),
            );
        }
    }

    fn expect_clause_colon(&mut self) {
        if self.eat(SyntaxKind::Colon) {
            return;
        }
        let gap = Span::empty(self.last_end());
        self.habit(
            Diagnostic::error(
                codes::EXPECTED_TOKEN,
                "a colon is missing before the action",
                gap,
            )
            .here("a colon belongs here")
            .fix(replace("add the colon", gap, ":")),
        );
    }

    fn parse_error_action(&mut self) {
        match self.kind() {
            SyntaxKind::RetryKw => self.parse_retry(),
            SyntaxKind::FallbackKw => self.parse_fallback(),
            SyntaxKind::IgnoreKw => self.parse_bare_action(SyntaxKind::IgnoreAction),
            _ => {
                let diagnostic =
                    self.expectation(codes::EXPECTED_TOKEN, "`retry`, `fallback` or `ignore`");
                self.error(diagnostic.help(
                    "write `on error: retry 3`, `on error: fallback tool { name = value }` or `on error: ignore`; \
                     without a clause the thread pauses",
                ));
                self.skip_rest();
            }
        }
    }

    fn parse_bare_action(&mut self, kind: SyntaxKind) {
        self.start(kind);
        self.bump();
        self.finish_node();
    }

    fn parse_retry(&mut self) {
        self.start(SyntaxKind::RetryAction);
        self.bump();
        if !self.at(SyntaxKind::EveryKw) && self.begins_expr() {
            self.parse_expr();
        }
        if self.text_here() == "times" {
            self.word_times();
        }
        if self.eat(SyntaxKind::EveryKw) {
            self.parse_expr();
        }
        self.finish_node();
    }

    /// `retry 3 times`: passes over the last word.
    fn word_times(&mut self) {
        let here = self.here();
        let gone = Span::new(self.last_end(), here.end);
        self.habit(
            Diagnostic::error(codes::UNEXPECTED_TOKEN, "unexpected `times`", here)
                .here("not needed")
                .fix(replace("remove the word", gone, "")),
        );
        self.bump_unparsed();
    }

    fn parse_fallback(&mut self) {
        self.start(SyntaxKind::FallbackAction);
        self.bump();
        if self.kind().is_word() {
            self.parse_tool_path();
        } else if self.at_string() {
            self.quoted_tool();
        } else {
            self.expected(codes::EXPECTED_NAME, "the name of a tool");
        }
        if self.at(SyntaxKind::LeftBrace) {
            self.parse_inline_inputs();
        }
        self.finish_node();
    }

    /// Reads `on pass:` or `on fail:` below a check.
    pub(super) fn parse_on_check(&mut self, step: &mut StepParts) {
        let here = self.here();
        let has_on = self.at(SyntaxKind::OnKw);
        let (kind, first) = match self.nth(usize::from(has_on)) {
            SyntaxKind::PassKw => (SyntaxKind::OnPass, &mut step.on_pass),
            SyntaxKind::FailKw => (SyntaxKind::OnFail, &mut step.on_fail),
            SyntaxKind::ErrorKw => return self.parse_on_error(step),
            _ => {
                self.bump_unparsed();
                self.expected(codes::EXPECTED_TOKEN, "`pass:` or `fail:` after `on`");
                return self.skip_rest();
            }
        };
        let earlier = *first;
        first.get_or_insert(here);
        self.once(here, earlier);
        self.start(kind);
        if has_on {
            self.bump();
        }
        self.bump();
        self.expect_clause_colon();
        self.parse_check_action();
        self.finish_node();
    }

    /// `fail: …` below a check, without its `on`.
    pub(super) fn clause_without_on(&mut self) {
        let gap = Span::empty(self.here().start);
        self.habit(
            Diagnostic::error(
                codes::EXPECTED_TOKEN,
                "`on` is missing at the front of the clause",
                gap,
            )
            .here("`on` belongs here")
            .fix(replace("add `on`", gap, "on ")),
        );
    }

    /// True at `on_error: retry`, `catch: ignore`: an `on error:` in other words.
    pub(super) fn at_foreign_on_error(&self) -> bool {
        const WORDS: &[&str] = &[
            "on_error",
            "onError",
            "onerror",
            "on_failure",
            "onFailure",
            "error",
            "catch",
            "except",
            "rescue",
            "on_fail",
        ];
        if self.nth(1) != SyntaxKind::Colon {
            return false;
        }
        let is_action = matches!(
            self.nth(2),
            SyntaxKind::RetryKw | SyntaxKind::FallbackKw | SyntaxKind::IgnoreKw
        );
        let is_word = WORDS.contains(&self.text_here());
        let is_sure = self.text_here() == "on_error";
        is_word && (is_action || is_sure)
    }

    /// Reads an `on error:` in other words.
    #[cold]
    pub(super) fn foreign_on_error(&mut self, step: &mut StepParts) {
        let (word, here) = (self.text_here(), self.here());
        let message = if word == "on_error" {
            "`on error` is written as two words".to_owned()
        } else {
            format!("what is done about an error stands behind `on error:`, not `{word}:`")
        };
        self.habit(
            Diagnostic::error(codes::MISPLACED_CLAUSE, message, here)
                .here("not a clause of the language")
                .fix(replace("write `on error`", here, "on error")),
        );
        self.once(here, step.on_error);
        step.on_error.get_or_insert(here);
        self.start(SyntaxKind::OnError);
        self.bump_unparsed();
        self.expect_clause_colon();
        self.parse_error_action();
        self.finish_node();
    }

    fn parse_check_action(&mut self) {
        match self.kind() {
            SyntaxKind::ContinueKw => self.parse_bare_action(SyntaxKind::ContinueAction),
            SyntaxKind::RetryKw => self.parse_retry(),
            SyntaxKind::GotoKw => {
                self.start(SyntaxKind::GotoAction);
                self.bump();
                self.parse_target();
                self.finish_node();
            }
            SyntaxKind::FailKw => {
                self.start(SyntaxKind::FailAction);
                self.bump();
                if self.begins_expr() {
                    self.parse_expr();
                }
                self.finish_node();
            }
            _ => {
                self.foreign_check_action();
                self.skip_rest();
            }
        }
    }

    /// `on fail: "message"`, `on fail: stop`, and whatever else is no action of a check.
    fn foreign_check_action(&mut self) {
        let here = self.here();
        let ours = match self.text_here() {
            "stop" | "abort" | "exit" | "error" | "raise" | "throw" | "end" | "break" => "fail",
            "skip" | "pass" | "ignore" | "next" | "ok" | "nothing" => "continue",
            _ => "",
        };
        let diagnostic = self.expectation(
            codes::EXPECTED_TOKEN,
            "`continue`, `goto`, `retry` or `fail`",
        );
        self.error(if self.at_string() {
            let gap = Span::empty(here.start);
            diagnostic.fix(replace("add `fail`", gap, "fail "))
        } else if ours.is_empty() {
            diagnostic.help(
                "write `continue`, `goto \"Section\"`, `retry 3` or `fail \"message\"`; other steps stand behind the check, \
                 or in a `decide`",
            )
        } else {
            diagnostic.fix(replace(&format!("use `{ours}`"), here, ours))
        });
    }

    /// Reads the quoted name of a branch or section.
    pub(super) fn parse_target(&mut self) {
        if self.at_string() {
            self.parse_string(SyntaxKind::Label);
        } else if self.kind().is_word() {
            let start = self.here();
            self.start(SyntaxKind::Unparsed);
            while self.kind().is_word() {
                self.bump();
            }
            self.finish_node();
            self.report_unquoted(Span::new(start.start, self.last_end()));
        } else {
            self.expected(codes::EXPECTED_VALUE, "the name of a branch in quotes");
        }
    }
}
