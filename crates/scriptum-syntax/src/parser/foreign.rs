//! Lines that begin no step: misspelt verbs, statements of other languages, clauses without a step.

use super::{
    Parser,
    assignments::PATH_TOKENS_MAX,
    exprs::is_string,
    foreign_words::FOREIGN_STATEMENTS,
    lines::{replace, suggest},
    steps::{Holder, is_arrow},
};
use crate::{Diagnostic, Span, SyntaxKind, Verb, codes, nearest};

/// Words that continue an `if`, whose mistake has been reported with it.
const ELSE_WORDS: &[&str] = &["else", "elif", "elsif", "catch", "except", "finally"];

impl Parser<'_> {
    /// Reads a line that begins no step, and what is indented below it.
    pub(super) fn parse_no_step(&mut self, holder: Holder) {
        let kind = self.kind();
        if is_arrow(kind) {
            return self.parse_lost_arrow();
        }
        if self.at_stray_brace() {
            self.bump_unparsed();
            return self.finish_line();
        }
        if kind == SyntaxKind::Error {
            return self.skip_statement();
        }
        if kind == SyntaxKind::Minus && self.nth(1).is_word() {
            self.skip_dash();
            return self.parse_item(holder);
        }
        if !kind.is_word() {
            return self.parse_no_word();
        }
        let word = self.text_here();
        if kind == SyntaxKind::OutputKw && self.at_output_assignment() {
            return self.output_assignment();
        }
        if self.begins_foreign_let() {
            return self.foreign_let();
        }
        if self.at_assignment() && kind != SyntaxKind::EnumKw {
            return self.missing_let();
        }
        if let Some(operator) = self.compound_operator(1) {
            return self.compound_assignment(operator);
        }
        if self.at_part_assignment() {
            return self.part_assignment();
        }
        if self.begins_foreign_import() {
            return self.foreign_import();
        }
        if self.begins_tool_call() {
            return self.foreign_do(holder);
        }
        if self.begins_call() {
            return self.call_without_step();
        }
        if let Some((_, help)) = FOREIGN_STATEMENTS
            .iter()
            .find(|(foreign, _)| *foreign == word)
        {
            return self.foreign_statement(help);
        }
        if is_clause_word(kind) {
            return self.clause_without_step();
        }
        if self.begins_declaration() {
            return self.parse_misplaced_declaration();
        }
        match nearest::verb(word).filter(|_| kind == SyntaxKind::Ident) {
            Some(verb) => self.misspelt_verb(verb, holder),
            None => self.unknown_verb(),
        }
    }

    /// Takes the line and everything indented below it into the tree without reading it.
    fn skip_statement(&mut self) {
        let column = self.column();
        self.give_up_line();
        self.skip_rest();
        self.finish_line();
        self.skip_deeper_lines(column);
    }

    fn parse_no_word(&mut self) {
        if self.at_branch_label() {
            let here = self.here();
            self.error(
                Diagnostic::error(codes::MISPLACED_CLAUSE, "this branch stands below no `decide`", here)
                    .here("a branch without its decide")
                    .help("indent it below its `decide`, or put it in the decide's column right after its rules"),
            );
            return self.skip_statement();
        }
        let (found, here) = (self.found(), self.here());
        self.error(
            Diagnostic::error(
                codes::UNKNOWN_VERB,
                format!("no step begins with {found}"),
                here,
            )
            .here("a step begins with a verb")
            .help(known_verbs()),
        );
        self.skip_statement();
    }

    fn unknown_verb(&mut self) {
        let (word, here) = (self.text_here(), self.here());
        self.error(
            Diagnostic::error(
                codes::UNKNOWN_VERB,
                format!("no step begins with `{word}`"),
                here,
            )
            .here("not a verb")
            .help(known_verbs()),
        );
        self.skip_statement();
    }

    fn misspelt_verb(&mut self, verb: Verb, holder: Holder) {
        let (word, here, meant) = (self.text_here(), self.here(), verb.word());
        self.habit(
            Diagnostic::error(
                codes::UNKNOWN_VERB,
                format!("no step begins with `{word}`"),
                here,
            )
            .here("not a verb")
            .help(format!("did you mean `{meant}`?"))
            .fix(replace(&format!("replace with `{meant}`"), here, meant)),
        );
        self.parse_step(verb, holder);
    }

    /// True at `output = …`, `output.x = …` and `output x = …`.
    fn at_output_assignment(&self) -> bool {
        let rest = self.tokens.get(self.pos..self.end).unwrap_or(&[]);
        let mut kinds = rest
            .iter()
            .map(|token| token.kind)
            .filter(|kind| !kind.is_trivia())
            .skip(1);
        let next = kinds.find(|kind| !kind.is_word() && *kind != SyntaxKind::Dot);
        matches!(next, Some(SyntaxKind::Equals | SyntaxKind::ColonEquals))
    }

    fn output_assignment(&mut self) {
        let here = self.here();
        self.error(
            Diagnostic::error(
                codes::OUTPUT_ASSIGNMENT,
                "the result of a script is given by `emit`",
                here,
            )
            .here("`output` only declares the fields of the result")
            .help("write `emit \"Done\"`, and below it each field as `name = value`"),
        );
        self.skip_statement();
    }

    /// Where a token of this line stands; behind the last of them, the place right behind it.
    pub(super) fn nth_span(&self, ahead: usize) -> Span {
        let rest = self.tokens.get(self.pos..self.end).unwrap_or(&[]);
        let mut place = Span::empty(self.last_end());
        let tokens = rest.iter().filter(|token| !token.kind.is_trivia());
        for (index, token) in tokens.enumerate() {
            if index == ahead {
                return token.span;
            }
            place = Span::empty(token.span.end);
        }
        place
    }

    /// `if`, `for`, `while` and their kin. The steps below are read, to find what is wrong in them.
    fn foreign_statement(&mut self, help: &str) {
        let (word, here) = (self.text_here(), self.here());
        self.error(
            Diagnostic::error(
                codes::FOREIGN_STATEMENT,
                format!("there is no `{word}` statement"),
                here,
            )
            .here("a statement of another language")
            .help(help),
        );
        let column = self.column();
        self.start(SyntaxKind::ForeignStep);
        self.parse_foreign_part(column);
        while self.at_else_line(column) {
            self.enter_line();
            self.give_up_line();
            self.parse_foreign_part(column);
        }
        self.finish_node();
    }

    fn parse_foreign_part(&mut self, column: u32) {
        let opens_block = self.tokens.get(..self.end).unwrap_or(&[]).iter().rev();
        let last = opens_block
            .map(|token| token.kind)
            .find(|kind| !kind.is_trivia());
        if last == Some(SyntaxKind::LeftBrace) {
            self.errors.braces_for_blocks += 1;
        }
        self.skip_rest();
        self.finish_line();
        if self.upcoming().is_some_and(|line| line.column > column) {
            self.parse_block(column, Holder::Other);
        }
    }

    /// True when the next line goes on with an `if`: `else`, `elif`, `} else {`.
    fn at_else_line(&self, column: u32) -> bool {
        let Some(line) = self.upcoming().filter(|line| line.column == column) else {
            return false;
        };
        let word = usize::from(line.kind == SyntaxKind::RightBrace);
        let kind = self.upcoming_nth(word);
        kind.is_word() && ELSE_WORDS.contains(&self.upcoming_text(word))
    }

    fn upcoming_text(&self, index: usize) -> &str {
        let tokens = self.tokens.get(self.pos..).unwrap_or(&[]);
        let mut tokens = tokens.iter().filter(|token| !token.kind.is_trivia());
        tokens
            .nth(index)
            .map_or("", |token| token.span.of(self.text))
    }

    /// True at `call "Look up" with tool`: a `do` under another name.
    fn begins_tool_call(&self) -> bool {
        self.kind() == SyntaxKind::Ident
            && is_string(self.nth(1))
            && self.nth(2) == SyntaxKind::WithKw
            && nearest::verb(self.text_here()).is_none()
    }

    fn foreign_do(&mut self, holder: Holder) {
        let (word, here) = (self.text_here(), self.here());
        self.habit(
            Diagnostic::error(
                codes::UNKNOWN_VERB,
                format!("no step begins with `{word}`"),
                here,
            )
            .here("not a verb")
            .help("a tool is called by `do`, a model that uses tools by `agent`")
            .fix(suggest("use `do`", here, "do")),
        );
        self.parse_step(Verb::Do, holder);
    }

    /// True at `name(…)` and `name.name(…)`: the call of a function as a statement.
    fn begins_call(&self) -> bool {
        let mut ahead = 1;
        while ahead < PATH_TOKENS_MAX
            && self.nth(ahead) == SyntaxKind::Dot
            && self.nth(ahead + 1).is_word()
        {
            ahead += 2;
        }
        let first = self.nth_span(0);
        let is_conditional = matches!(
            self.text_here(),
            "if" | "for" | "foreach" | "while" | "switch" | "match" | "elif" | "unless" | "return"
        );
        self.nth(ahead) == SyntaxKind::LeftParen
            && !is_conditional
            && first.start < self.nth_span(ahead).start
    }

    /// A call whose result nobody takes: computing does nothing else, so something else was meant.
    fn call_without_step(&mut self) {
        let here = self.here();
        let is_method = self.nth(1) == SyntaxKind::Dot;
        let function = if is_method { self.nth_span(2) } else { here };
        let function = function.of(self.text);
        let diagnostic = Diagnostic::error(
            codes::UNKNOWN_VERB,
            "a step begins with a verb, not with a call",
            here,
        )
        .here("not a verb");
        let diagnostic = match function {
            "print" | "println" | "log" | "info" | "debug" | "warn" | "puts" | "printf" => {
                diagnostic.help("tell the watchers something with `yield \"Title\"` and fields below it")
            }
            "push" | "append" | "add" | "insert" | "extend" if is_method => {
                let list = here.of(self.text);
                diagnostic.help(format!(
                    "values do not change; name a new one: `let {list} = {list} + [item]`"
                ))
            }
            "sleep" | "delay" | "setTimeout" => diagnostic.help("wait with `wait \"5s\"`"),
            "exit" | "quit" => {
                diagnostic.help("end with `emit`, or with a `check` and `on fail: fail \"message\"`")
            }
            "input" | "prompt" | "readline" => {
                diagnostic.help("ask a person with `ask \"Title\"` and `prompt = \"…\"` below it")
            }
            _ if is_method => diagnostic.help(
                "values have no methods; name what a function gives: `let name = function(value)`",
            ),
            _ => diagnostic.help(format!(
                "call a tool with `do \"…\" with {function}`, or name what a function gives: `let name = {function}(…)`"
            )),
        };
        self.error(diagnostic);
        let column = self.column();
        self.skip_rest();
        self.finish_line();
        self.skip_deeper_lines(column);
    }

    /// True at `import x`, `from x import y`, `use x`.
    pub(super) fn begins_foreign_import(&self) -> bool {
        let next = self.nth(1);
        if self.at(SyntaxKind::ImportKw) {
            return next != SyntaxKind::ToolsKw && !self.at_assignment();
        }
        let is_import =
            self.at(SyntaxKind::FromKw) || matches!(self.text_here(), "use" | "require");
        is_import && next.is_word()
    }

    pub(super) fn foreign_import(&mut self) {
        let here = self.here();
        self.error(
            Diagnostic::error(codes::FOREIGN_IMPORT, "tools are imported in a block `import tools`", here)
                .here("not an import of the language")
                .help("write `import tools`, and below it `name from native` or `name from mcp(\"server\")`"),
        );
        self.skip_statement();
    }

    /// `when`, `otherwise`, `on error:` and their kin outside their step.
    fn clause_without_step(&mut self) {
        let (word, here) = (self.text_here(), self.here());
        if self.at(SyntaxKind::OnKw) && self.nth(1) == SyntaxKind::ThreadKw {
            self.error(
                Diagnostic::error(
                    codes::MISPLACED_BLOCK,
                    "`on thread error` stands inside a step",
                    here,
                )
                .here("not a step")
                .help("it is the last block of the script, in the column of the first steps"),
            );
            return self.skip_statement();
        }
        if self.begins_last_resort() {
            return self.last_resort();
        }
        let help = match self.kind() {
            SyntaxKind::OnKw => "indent it below the step that it belongs to",
            SyntaxKind::ReturnsKw => "indent it below the `do` that it belongs to",
            _ => "indent it below its `decide`",
        };
        self.error(
            Diagnostic::error(
                codes::MISPLACED_CLAUSE,
                format!("`{word}` belongs to a step"),
                here,
            )
            .here("stands below no step")
            .help(help),
        );
        self.skip_statement();
    }

    /// True at `on error` and `on failure` alone on a line, with a block below.
    fn begins_last_resort(&self) -> bool {
        let word = self.nth_span(1).of(self.text);
        let ends = matches!(self.nth(2), SyntaxKind::LineEnd | SyntaxKind::Colon)
            && (self.nth(2) == SyntaxKind::LineEnd || self.nth(3) == SyntaxKind::LineEnd);
        let is_deeper = self
            .next_column()
            .is_some_and(|column| column > self.column());
        self.at(SyntaxKind::OnKw)
            && ends
            && is_deeper
            && matches!(
                word,
                "error" | "failure" | "exception" | "thread_error" | "script"
            )
    }

    /// What catches the errors of the whole script, under another name.
    fn last_resort(&mut self) {
        let here = self.here().cover(self.nth_span(1));
        self.error(
            Diagnostic::error(
                codes::MISPLACED_CLAUSE,
                format!("`{}` belongs to a step", here.of(self.text)),
                here,
            )
            .here("stands below no step")
            .help(
                "what catches the errors of the whole script is its last block, `on thread error`",
            )
            .fix(suggest("write `on thread error`", here, "on thread error")),
        );
        self.skip_statement();
    }

    /// True at a word that begins a declaration block.
    pub(super) fn begins_declaration(&self) -> bool {
        let ends_as_header = |ahead| {
            let habit = matches!(self.nth(ahead), SyntaxKind::Colon | SyntaxKind::LeftBrace);
            self.nth(ahead) == SyntaxKind::LineEnd
                || (habit && self.nth(ahead + 1) == SyntaxKind::LineEnd)
        };
        match self.kind() {
            SyntaxKind::ScriptKw | SyntaxKind::VersionKw => true,
            SyntaxKind::EnumKw => self.nth(1).is_word() || self.at_assignment(),
            SyntaxKind::InputKw | SyntaxKind::OutputKw | SyntaxKind::StreamKw => {
                ends_as_header(1) || self.at_field_on_header()
            }
            SyntaxKind::ToolsKw | SyntaxKind::EnvKw => ends_as_header(1),
            SyntaxKind::ImportKw => self.nth(1) == SyntaxKind::ToolsKw,
            _ => false,
        }
    }

    /// True at `input name : type`.
    pub(super) fn at_field_on_header(&self) -> bool {
        self.nth(1).is_word() && self.nth(2) == SyntaxKind::Colon
    }

    /// A declaration inside a block of steps.
    fn parse_misplaced_declaration(&mut self) {
        let (word, here) = (self.text_here(), self.here());
        self.error(
            Diagnostic::error(
                codes::MISPLACED_BLOCK,
                format!("`{word}` stands inside a step"),
                here,
            )
            .here("not a step")
            .help(super::file::ORDER_HELP),
        );
        self.skip_statement();
    }

    /// Takes the rest of the line as a text whose quotes are missing, and reports them.
    pub(super) fn quote_rest(&mut self, what: &str) {
        let start = self.here();
        self.start(SyntaxKind::Unparsed);
        while !self.at_line_end() {
            self.bump();
        }
        self.finish_node();
        let span = Span::new(start.start, self.last_end());
        let text = span.of(self.text);
        let diagnostic = Diagnostic::error(
            codes::UNQUOTED_LABEL,
            format!("{what} stands in quotes"),
            span,
        )
        .here("quotes are missing");
        self.habit(diagnostic.fix(suggest("add quotes", span, &format!("\"{text}\""))));
    }
}

fn is_clause_word(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::WhenKw | SyntaxKind::OtherwiseKw | SyntaxKind::OnKw | SyntaxKind::ReturnsKw
    )
}

fn known_verbs() -> String {
    let words: Vec<&str> = Verb::ALL.iter().map(|verb| verb.word()).collect();
    format!("the verbs are {}", words.join(", "))
}
