//! `decide` with its rules and branches, and `check`.

use super::{
    Parser,
    clauses::StepParts,
    exprs::is_string,
    lines::{replace, suggest},
    steps::{Holder, Siblings, is_arrow},
};
use crate::{Diagnostic, Span, SyntaxKind, Verb, codes};

impl Parser<'_> {
    /// Reads the rest of a `decide`.
    pub(super) fn parse_decide(&mut self, mut step: StepParts) {
        self.parse_with(step.verb);
        self.parse_head_end(&mut step);
        self.finish_header_line();
        let mut siblings = Siblings::default();
        let mut has_branch = false;
        while let Some(line) = self.upcoming() {
            let in_verb_column = line.column == step.column;
            let is_branch = is_string(line.kind) && self.upcoming_is_branch_label();
            if is_arrow(line.kind) && line.column >= step.column {
                if in_verb_column && step.arrow.is_some() {
                    break;
                }
                // Before the first branch no other step can own an arrow.
                let body = siblings.column.filter(|_| has_branch);
                self.parse_holder_arrows(&mut step, body);
                continue;
            }
            if line.column < step.column || (in_verb_column && !is_branch) {
                break;
            }
            if !in_verb_column {
                self.check_indentation(&mut siblings, line);
            }
            has_branch |= is_branch;
            self.enter_line();
            self.parse_decide_line(&mut step);
        }
        self.finish_node();
    }

    fn parse_decide_line(&mut self, step: &mut StepParts) {
        let kind = self.kind();
        if kind == SyntaxKind::WhenKw && !self.at_assignment() {
            self.parse_when();
        } else if kind == SyntaxKind::OtherwiseKw && !self.at_assignment() {
            self.parse_otherwise();
        } else if self.at_branch_label() || self.at_lone_string() {
            return self.parse_branch(SyntaxKind::Branch);
        } else if self.at_foreign_when() {
            let message = format!(
                "a rule of a `decide` begins with `when`, not with `{}`",
                self.text_here()
            );
            self.mend_word(&message, "when");
            self.parse_when_rest();
        } else if self.at_foreign_otherwise() {
            self.foreign_otherwise();
        } else if kind == SyntaxKind::OnKw && !self.at_assignment() {
            self.parse_on_error(step);
        } else if kind.is_word() && self.at_assignment() {
            self.parse_input();
        } else if kind.is_word()
            && self.nth(1) == SyntaxKind::Colon
            && self.nth(2) == SyntaxKind::LineEnd
            && !self.is_foreign_otherwise()
        {
            return self.parse_unquoted_branch();
        } else if self.at_stray_brace() {
            self.bump_unparsed();
        } else if Verb::of(kind).is_some() || kind == SyntaxKind::SectionLine {
            return self.parse_step_in_decide(step);
        } else {
            let diagnostic = self.expectation(
                codes::UNEXPECTED_TOKEN,
                "`when`, `otherwise` or a branch `\"Name\":`",
            );
            self.error(diagnostic.help(
                "write `when condition -> \"Name\"` or `otherwise -> \"Name\"`, and below the rules `\"Name\":` with its steps",
            ));
            self.skip_rest();
            let column = self.column();
            self.finish_line();
            return self.skip_deeper_lines(column);
        }
        self.finish_line();
    }

    /// A step directly below a decide, outside its branches.
    fn parse_step_in_decide(&mut self, step: &StepParts) {
        let here = self.here();
        self.habit(
            Diagnostic::error(
                codes::NESTED_STEP,
                "the steps of a decide stand in its branches",
                here,
            )
            .here("in no branch")
            .also(step.verb_span, "this decide")
            .help("put it below the name of a branch: `\"Name\":`"),
        );
        self.start(SyntaxKind::Unparsed);
        self.parse_item(Holder::Other);
        self.finish_node();
    }

    fn parse_when(&mut self) {
        self.start(SyntaxKind::WhenRule);
        self.bump();
        self.parse_condition_and_target();
    }

    /// The rest of a rule whose first word was another one.
    fn parse_when_rest(&mut self) {
        self.start(SyntaxKind::WhenRule);
        self.parse_condition_and_target();
    }

    fn parse_condition_and_target(&mut self) {
        self.mend_single_equals();
        self.parse_expr();
        self.parse_rule_target();
        self.finish_node();
    }

    fn parse_otherwise(&mut self) {
        self.start(SyntaxKind::OtherwiseRule);
        self.bump();
        self.parse_rule_target();
        self.finish_node();
    }

    /// True at `if c -> "Name"`, `case c: "Name"`: a rule with the word of another language.
    fn at_foreign_when(&self) -> bool {
        let rest = self.tokens.get(self.pos..self.end).unwrap_or(&[]);
        matches!(self.text_here(), "if" | "elif" | "elsif" | "case" | "else")
            && rest.iter().any(|token| is_string(token.kind))
            && !self.at_foreign_otherwise()
    }

    /// True at `else -> "Name"`, `default: "Name"`.
    fn at_foreign_otherwise(&self) -> bool {
        let leads_on = is_arrow(self.nth(1))
            || is_string(self.nth(1))
            || (is_rule_sign(self.nth(1)) && is_string(self.nth(2)));
        leads_on && self.is_foreign_otherwise()
    }

    /// Reads `else -> "Name"` and `default: "Name"` as an `otherwise`.
    fn foreign_otherwise(&mut self) {
        let has_sign = is_rule_sign(self.nth(1));
        let (here, ours) = if has_sign {
            (self.here().cover(self.nth_span(1)), "otherwise ->")
        } else {
            (self.here(), "otherwise")
        };
        let message = format!(
            "the last rule of a `decide` is `otherwise`, not `{}`",
            self.text_here()
        );
        self.habit(
            Diagnostic::error(codes::UNEXPECTED_TOKEN, message, here)
                .here("a word of another language")
                .fix(replace(&format!("use `{ours}`"), here, ours)),
        );
        self.start(SyntaxKind::OtherwiseRule);
        self.bump_unparsed();
        if has_sign {
            self.bump_unparsed();
            self.parse_target();
        } else {
            self.parse_rule_target();
        }
        self.finish_node();
    }

    /// What other languages call the rule that counts when no other does.
    fn is_foreign_otherwise(&self) -> bool {
        matches!(self.text_here(), "else" | "default" | "_")
    }

    fn parse_rule_target(&mut self) {
        if is_rule_sign(self.kind()) && is_string(self.nth(1)) {
            let arrow = if self.follows_space() { "->" } else { " ->" };
            self.mend_word("the branch of a rule stands behind `->`", arrow);
            self.parse_target();
        } else if self.at_string() {
            let gap = Span::empty(self.here().start);
            self.habit(
                Diagnostic::error(
                    codes::EXPECTED_TOKEN,
                    "`->` is missing before the branch",
                    gap,
                )
                .here("`->` belongs here")
                .fix(replace("add `->`", gap, "-> ")),
            );
            self.parse_target();
        } else if self.expect(SyntaxKind::Arrow, "`->` and a branch") {
            self.parse_target();
        }
    }

    /// `when a = b`: a comparison with one sign, read as what it is meant to be.
    fn mend_single_equals(&mut self) {
        let Some(here) = self.equals_before_arrow() else {
            return;
        };
        let rest = self.tokens.get_mut(self.pos..self.end).unwrap_or(&mut []);
        if let Some(sign) = rest.iter_mut().find(|token| token.span == here) {
            sign.kind = SyntaxKind::EqualEqual;
        }
        self.habit(
            Diagnostic::error(
                codes::FOREIGN_OPERATOR,
                "values are compared with `==`",
                here,
            )
            .here("`=` gives a value to a name")
            .fix(replace("compare with `==`", here, "==")),
        );
    }

    /// Reads a condition that ends its line; `a = b` is a comparison with one sign.
    pub(super) fn parse_condition(&mut self) {
        let start = self.here().start;
        self.parse_expr();
        if !self.at(SyntaxKind::Equals) {
            return;
        }
        let here = self.here();
        self.error(
            Diagnostic::error(
                codes::FOREIGN_OPERATOR,
                "values are compared with `==`",
                here,
            )
            .here("`=` gives a value to a name")
            .fix(replace("compare with `==`", here, "==")),
        );
        self.skip_rest();
        self.given_up(start);
    }

    /// True at `"Name"` alone on its line.
    fn at_lone_string(&self) -> bool {
        self.at_string() && self.nth(1) == SyntaxKind::LineEnd
    }

    /// True at `"Name":`.
    pub(super) fn at_branch_label(&self) -> bool {
        if !self.at_string() {
            return false;
        }
        let rest = self.tokens.get(self.pos..self.end).unwrap_or(&[]);
        let last = rest.iter().rev().find(|token| !token.kind.is_trivia());
        last.is_some_and(|token| matches!(token.kind, SyntaxKind::Colon | SyntaxKind::LeftBrace))
            || self.nth(1) == SyntaxKind::Colon
    }

    /// True when the next line, which begins with a string, is `"Name":`.
    fn upcoming_is_branch_label(&self) -> bool {
        let line = self.upcoming_nth(1);
        line == SyntaxKind::Colon
            || (self
                .upcoming()
                .is_some_and(|line| line.kind == SyntaxKind::StringOpen))
    }

    /// Reads `"Name":` and its steps as a node of this kind.
    pub(super) fn parse_branch(&mut self, kind: SyntaxKind) {
        self.start(kind);
        self.parse_string(SyntaxKind::Label);
        self.parse_branch_rest();
    }

    fn parse_unquoted_branch(&mut self) {
        let here = self.here();
        self.start(SyntaxKind::Branch);
        self.bump_unparsed();
        self.report_unquoted(here);
        self.parse_branch_rest();
    }

    fn parse_branch_rest(&mut self) {
        let column = self.column();
        let verb_span = self.here();
        if self.at(SyntaxKind::LeftBrace) {
            self.finish_header_line();
        } else {
            self.expect_branch_colon();
            let is_block_brace =
                self.at(SyntaxKind::LeftBrace) && self.nth(1) == SyntaxKind::LineEnd;
            if is_block_brace {
                self.finish_header_line();
            } else {
                if self.one_line_branch() {
                    return self.finish_node();
                }
                self.finish_line();
            }
        }
        if self.upcoming().is_some_and(|line| line.column > column) {
            self.parse_block(column, Holder::Other);
        } else {
            self.habit(
                Diagnostic::error(codes::MISSING_BODY, "this branch has no steps", verb_span)
                    .here("nothing is indented below this")
                    .help("indent the steps that belong to it below"),
            );
        }
        self.finish_node();
    }

    fn expect_branch_colon(&mut self) {
        let gap = Span::empty(self.last_end());
        if self.at(SyntaxKind::LineEnd) {
            self.habit(
                Diagnostic::error(
                    codes::MISSING_COLON,
                    "a colon is missing after the name",
                    gap,
                )
                .here("a colon belongs here")
                .fix(replace("add the colon", gap, ":")),
            );
        } else {
            self.expect(SyntaxKind::Colon, "`:` after the name of the branch");
        }
    }

    /// `"Name": emit "Done"`: the steps of a branch stand below it. True if a step was read.
    fn one_line_branch(&mut self) -> bool {
        if self.at_line_end() {
            return false;
        }
        if Verb::of(self.kind()).is_none() {
            self.expected(
                codes::UNEXPECTED_TOKEN,
                "the steps of the branch on the next lines, indented",
            );
            self.skip_rest();
            return false;
        }
        let here = self.here();
        let indent = format!("\n{}", " ".repeat(self.column() as usize + 2));
        self.habit(
            Diagnostic::error(
                codes::UNEXPECTED_TOKEN,
                "the steps of a branch stand below its name",
                here,
            )
            .here("belongs on the next line, indented")
            .fix(suggest(
                "move it to a line of its own",
                Span::new(self.last_end(), here.start),
                &indent,
            )),
        );
        self.start(SyntaxKind::Block);
        self.parse_item(Holder::Other);
        self.finish_node();
        true
    }

    /// Reads the rest of a `check`.
    pub(super) fn parse_check(&mut self, mut step: StepParts) {
        if self.at_string() && self.string_is_label() {
            self.parse_string(SyntaxKind::Label);
            if self.at(SyntaxKind::Colon) && self.nth(1) != SyntaxKind::LineEnd {
                self.skip_sign("the condition follows without a sign");
            }
        }
        self.condition_of_if();
        let mut tests = self.begins_expr();
        if tests {
            self.parse_condition();
        }
        if self.at(SyntaxKind::ElseKw) {
            self.action_beside_condition();
        }
        let end = Span::empty(self.last_end());
        if is_arrow(self.kind()) {
            self.parse_arrow(&mut step);
        }
        self.finish_header_line();
        let mut siblings = Siblings::default();
        while let Some(line) = self.upcoming().filter(|line| line.column > step.column) {
            tests |= line.kind == SyntaxKind::AskKw;
            self.check_indentation(&mut siblings, line);
            self.enter_line();
            self.parse_check_line(&mut step);
        }
        if !tests {
            self.habit(
                Diagnostic::error(codes::EXPECTED_VALUE, "this check tests nothing", end)
                    .here("the condition belongs here")
                    .also(step.verb_span, "this check")
                    .help("write a condition here, or `ask llm \"question\"` below"),
            );
        }
        self.finish_node();
    }

    /// `check if c`: the condition stands without a word before it.
    fn condition_of_if(&mut self) {
        let rest = self.tokens.get(self.pos..self.end).unwrap_or(&[]);
        let is_choice = rest.iter().any(|token| token.kind == SyntaxKind::ThenKw);
        if !self.at(SyntaxKind::IfKw) || is_choice {
            return;
        }
        let here = self.here();
        let gone = Span::new(here.start, self.nth_span(1).start);
        self.habit(
            Diagnostic::error(
                codes::UNEXPECTED_TOKEN,
                "the condition of a `check` stands without `if`",
                here,
            )
            .here("not needed")
            .fix(replace("remove `if`", gone, "")),
        );
        self.bump_unparsed();
    }

    /// `check c else fail "x"`: what is done then stands below.
    fn action_beside_condition(&mut self) {
        let here = self.here();
        self.error(
            Diagnostic::error(
                codes::UNEXPECTED_TOKEN,
                "what is done when a check fails stands below it",
                here,
            )
            .here("the line should end before this")
            .help("write `on fail: fail \"message\"` on a line below, indented"),
        );
        self.skip_rest();
    }

    /// A string after `check` is its title, unless an operator makes it part of the condition.
    fn string_is_label(&self) -> bool {
        let next = match self.kind() {
            SyntaxKind::StringOpen => return true,
            _ => self.nth(1),
        };

        next == SyntaxKind::NotKw
            || next == SyntaxKind::Minus
            || crate::ast::binary_op(next).is_none()
    }

    fn parse_check_line(&mut self, step: &mut StepParts) {
        let kind = self.kind();
        if kind == SyntaxKind::AskKw && !self.at_assignment() {
            return self.parse_question();
        }
        if kind == SyntaxKind::OnKw {
            self.parse_on_check(step);
        } else if matches!(kind, SyntaxKind::PassKw | SyntaxKind::FailKw)
            && self.nth(1) == SyntaxKind::Colon
        {
            self.clause_without_on();
            self.parse_on_check(step);
        } else if is_arrow(kind) {
            self.parse_arrow(step);
        } else if self.at_stray_brace() {
            self.bump_unparsed();
        } else {
            self.expected(
                codes::UNEXPECTED_TOKEN,
                "`on pass:`, `on fail:` or `ask llm \"question\"`",
            );
            self.skip_rest();
            let column = self.column();
            self.finish_line();
            return self.skip_deeper_lines(column);
        }
        self.finish_line();
    }

    /// Reads `ask llm "question"` and the inputs below it.
    fn parse_question(&mut self) {
        let column = self.column();
        self.start(SyntaxKind::Question);
        self.bump();
        if !self.at_string() {
            self.expect_name("`llm` and a question in quotes");
        }
        self.parse_expr();
        if self.at(SyntaxKind::LeftBrace) {
            self.parse_inline_inputs();
        }
        self.finish_line();
        let mut siblings = Siblings::default();
        while let Some(line) = self.upcoming().filter(|line| line.column > column) {
            self.check_indentation(&mut siblings, line);
            self.enter_line();
            self.parse_input();
            self.finish_line();
        }
        self.finish_node();
    }
}

/// What stands for the arrow of a rule in other languages.
fn is_rule_sign(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::Colon | SyntaxKind::FatArrow | SyntaxKind::ThenKw
    )
}
