//! The heads of steps: what stands on the line of the verb.

use super::{
    Parser,
    clauses::StepParts,
    exprs::is_string,
    lines::{replace, suggest},
    steps::is_arrow,
};
use crate::{Diagnostic, Span, SyntaxKind, Verb, codes};

impl Parser<'_> {
    pub(super) fn parse_do(&mut self, step: &mut StepParts) {
        self.parse_with(step.verb);
        if self.at(SyntaxKind::LeftBrace) {
            step.has_inputs |= self.parse_inline_inputs();
        }
        if self.at(SyntaxKind::ReturnsKw) {
            self.parse_returns();
        }
        debug_assert_eq!(step.verb, Verb::Do, "the head of a do");
    }

    pub(super) fn parse_let(&mut self) {
        let name = self.here();
        if matches!(
            self.kind(),
            SyntaxKind::LeftBracket | SyntaxKind::LeftBrace | SyntaxKind::LeftParen
        ) {
            return self.many_names();
        }
        if !self.expect_binding("a name") {
            return self.skip_rest();
        }
        if matches!(
            self.kind(),
            SyntaxKind::Comma | SyntaxKind::Dot | SyntaxKind::LeftBracket
        ) {
            return self.many_names();
        }
        if self.at(SyntaxKind::Colon) {
            self.type_of_let();
            if self.is_lost() {
                return;
            }
        }
        if let Some(operator) = self.compound_operator(0) {
            return self.compound_value(operator, name, None);
        }
        if self.at(SyntaxKind::ColonEquals) {
            self.walrus();
            self.bump();
        } else if self.at(SyntaxKind::EqualEqual) {
            self.double_equals();
            self.bump_unparsed();
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
    pub(super) fn parse_with(&mut self, verb: Verb) {
        self.parse_label(verb);
        if self.at_line_end() && !self.is_lost() {
            return self.missing_with(verb);
        }
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

    /// A head that ends with its title.
    fn missing_with(&mut self, verb: Verb) {
        let gap = Span::empty(self.last_end());
        let (does, help) = match verb {
            Verb::Decide => (
                "rules",
                "write `with rules` and below it `when condition -> \"Branch\"`, or `with llm` to let a model choose",
            ),
            Verb::Agent | Verb::Plan => ("llm", "write `with llm`"),
            _ => ("", "name the tool that does the work: `do \"…\" with tool`"),
        };
        let message = format!(
            "`with` is missing: what does the work of this `{}`",
            verb.word()
        );
        let diagnostic = Diagnostic::error(codes::EXPECTED_TOKEN, message, gap)
            .here("`with` belongs here")
            .help(help);
        self.error(if does.is_empty() {
            diagnostic
        } else {
            let with = format!(" with {does}");
            diagnostic.fix(suggest(&format!("add `{}`", with.trim()), gap, &with))
        });
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
    pub(super) fn quoted_tool(&mut self) {
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

    pub(super) fn parse_send(&mut self) {
        self.parse_label(Verb::Send);
        if self.at(SyntaxKind::Ident)
            && matches!(
                self.text_here(),
                "to" | "on" | "over" | "by" | "through" | "using"
            )
        {
            self.mend_word("the channel of a `send` stands behind `via`", "via");
            self.parse_quoted_word("the channel");
        } else if self.expect(SyntaxKind::ViaKw, "`via` and the channel") {
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

    pub(super) fn parse_run(&mut self, step: &mut StepParts) {
        let target = if self.nth(1) == SyntaxKind::WithKw {
            2
        } else {
            1
        };
        let has_title = target == 2 && self.at_string() && self.names_target(target);
        if has_title {
            self.title_of_run();
        }
        if self.at_string() {
            self.parse_string(SyntaxKind::Label);
        } else if !self.expect_name("the name of a script or of a plan") {
            return;
        }
        while self.kind().is_word() && self.at_assignment() {
            self.parse_input();
            step.has_inputs = true;
            if self.at(SyntaxKind::Comma) && self.nth(1) != SyntaxKind::LineEnd {
                self.bump();
            }
        }
    }

    /// True when a name or a text stands `ahead` tokens after the current one.
    fn names_target(&self, ahead: usize) -> bool {
        let kind = self.nth(ahead);
        kind.is_word() || is_string(kind)
    }

    /// `run "Title" with script`: a `run` has no title.
    fn title_of_run(&mut self) {
        let title = self.here();
        self.start(SyntaxKind::Unparsed);
        self.bump();
        let with = self.here();
        self.bump();
        self.finish_node();
        let gone = Span::new(title.start, self.here().start);
        self.habit(
            Diagnostic::error(
                codes::UNEXPECTED_TOKEN,
                "a `run` has no title, only the script that it runs",
                title.cover(with),
            )
            .here("not needed")
            .help("write `run name`, and the inputs below as `name = value`")
            .fix(replace("remove the title", gone, "")),
        );
    }

    pub(super) fn parse_wait(&mut self) {
        match self.kind() {
            SyntaxKind::UntilKw => self.parse_clause(SyntaxKind::UntilClause),
            SyntaxKind::ForKw => {
                self.bump();
                if self.at(SyntaxKind::EventKw)
                    && self.nth(1).is_word()
                    && self.nth(1) != SyntaxKind::TimeoutKw
                {
                    self.event_without_quotes();
                } else if self.at(SyntaxKind::EventKw) && is_string(self.nth(1)) {
                    self.parse_clause(SyntaxKind::EventClause);
                    if self.at(SyntaxKind::TimeoutKw) {
                        self.parse_clause(SyntaxKind::TimeoutClause);
                    }
                } else if self.at_string()
                    && (self.nth(1) == SyntaxKind::TimeoutKw || is_arrow(self.nth(1)))
                {
                    self.event_without_word();
                } else {
                    self.parse_duration();
                }
            }
            _ => self.parse_duration(),
        }
    }

    /// `wait for event name`: the name stands in quotes.
    fn event_without_quotes(&mut self) {
        self.start(SyntaxKind::EventClause);
        self.bump();
        self.parse_quoted_word("the name of the event");
        self.finish_node();
        if self.at(SyntaxKind::TimeoutKw) {
            self.parse_clause(SyntaxKind::TimeoutClause);
        }
    }

    /// `wait for "name" -> data`: only events have data and time-outs.
    fn event_without_word(&mut self) {
        let gap = Span::empty(self.here().start);
        self.habit(
            Diagnostic::error(
                codes::EXPECTED_TOKEN,
                "`event` is missing before its name",
                gap,
            )
            .here("`event` belongs here")
            .fix(replace("add `event`", gap, "event ")),
        );
        self.start(SyntaxKind::EventClause);
        self.parse_expr();
        self.finish_node();
        if self.at(SyntaxKind::TimeoutKw) {
            self.parse_clause(SyntaxKind::TimeoutClause);
        }
    }

    /// Reads how long to wait, or reports `2 days` and `2 d`.
    fn parse_duration(&mut self) {
        let is_number = matches!(self.kind(), SyntaxKind::Integer | SyntaxKind::Decimal);
        self.parse_expr();
        if is_number && self.kind().is_word() {
            let (found, here) = (self.found(), self.here());
            self.error(
                Diagnostic::error(codes::UNEXPECTED_TOKEN, format!("unexpected {found}"), here)
                    .here("no part of a number")
                    .help("a duration is a text, such as \"30s\", \"5m\", \"2h\" or \"1h30m\""),
            );
        }
    }

    /// Reads the title of a step, or reports that it is missing.
    pub(super) fn parse_label(&mut self, verb: Verb) {
        if self.at_string() {
            self.parse_string(SyntaxKind::Label);
        } else if self.at_unquoted_label() {
            self.parse_unquoted_label();
        } else {
            let gap = Span::empty(self.last_end());
            self.habit(
                Diagnostic::error(codes::MISSING_LABEL, "a step has a title in quotes", gap)
                    .here("the title is missing")
                    .help(format!(
                        "say in a few words what the step is for: `{}`",
                        head_example(verb)
                    )),
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
}

/// How the head of a step is written.
fn head_example(verb: Verb) -> &'static str {
    match verb {
        Verb::Decide => "decide \"Which way?\" with rules",
        Verb::Agent => "agent \"Research\" with llm",
        Verb::Plan => "plan \"Find a way\" with llm",
        Verb::Ask => "ask \"Go on?\"",
        Verb::Yield => "yield \"Progress\"",
        Verb::Send => "send \"Report\" via \"email\"",
        Verb::Do
        | Verb::Let
        | Verb::Each
        | Verb::Check
        | Verb::Together
        | Verb::Pipe
        | Verb::Repeat
        | Verb::Wait
        | Verb::Run
        | Verb::Emit => "do \"Look up the weather\" with web_search",
    }
}
