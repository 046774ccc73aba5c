//! The file: header, declarations in their order, steps, and `on thread error`.

use super::{
    Parser,
    exprs::is_string,
    lines::{Upcoming, replace, suggest, with_fix},
    steps::{Holder, Siblings},
};
use crate::{Applicability, Diagnostic, Edit, Fix, Span, SyntaxKind, codes, nearest};

/// What to say when something stands out of order.
pub(super) const ORDER_HELP: &str = "the order is: script, description, version, enum, input, output, stream, \
                                     import tools, env, steps, on thread error";

/// The parts of a file in the order they must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Script,
    Version,
    Enum,
    Input,
    Output,
    Stream,
    Tools,
    Env,
    Steps,
    ThreadError,
}

impl Part {
    fn title(self) -> &'static str {
        match self {
            Part::Script => "`script`",
            Part::Version => "`version`",
            Part::Enum => "`enum`",
            Part::Input => "`input`",
            Part::Output => "`output`",
            Part::Stream => "`stream`",
            Part::Tools => "`import tools`",
            Part::Env => "`env`",
            Part::Steps => "the first step",
            Part::ThreadError => "`on thread error`",
        }
    }

    /// False for what may stand any number of times.
    fn stands_once(self) -> bool {
        !matches!(self, Part::Enum | Part::Steps)
    }
}

/// The parts that have been read, each with the place of its first word.
#[derive(Debug, Default)]
struct Parts {
    seen: Vec<(Part, Span)>,
    /// True once something after `on thread error` has been reported.
    end_reported: bool,
}

impl Parser<'_> {
    pub(super) fn parse_file(&mut self) {
        self.builder.start(SyntaxKind::SourceFile, 0);
        self.check_header();
        let mut parts = Parts::default();
        let mut siblings = Siblings::default();
        while let Some(line) = self.upcoming() {
            if line.kind == SyntaxKind::Prose {
                self.parse_description();
                continue;
            }
            self.check_indentation(&mut siblings, line);
            self.enter_line();
            if self.at_stray_brace() {
                self.bump_unparsed();
                self.finish_line();
            } else {
                self.parse_part(&mut parts, line.column);
            }
        }
        self.pos = self.tokens.len();
        self.build_trivia();
        self.builder.finish(self.unbuilt);
        self.check_annotations();
    }

    /// Reports a text that never says `script "Title"`.
    fn check_header(&mut self) {
        let is_header = |line: Upcoming| line.kind == SyntaxKind::ScriptKw;
        let has_header = (0..self.lines.len())
            .filter_map(|ahead| self.line_after(ahead))
            .any(is_header);
        if has_header {
            return;
        }
        let first = self
            .upcoming()
            .map_or(Span::empty(0), |_| self.upcoming_span());
        let start = Span::empty(first.start);
        self.report(
            Diagnostic::error(
                codes::MISSING_HEADER,
                "a script begins with its title",
                first,
            )
            .here("expected `script \"Title\"` before this")
            .help("write `script \"What it does\"` on the first line")
            .fix(suggest("add a title", start, "script \"Untitled\"\n")),
        );
    }

    fn parse_description(&mut self) {
        self.start(SyntaxKind::Description);
        while self
            .upcoming()
            .is_some_and(|line| line.kind == SyntaxKind::Prose)
        {
            self.enter_line();
            self.bump();
            self.finish_line();
        }
        self.finish_node();
    }

    fn parse_part(&mut self, parts: &mut Parts, column: u32) {
        if self.begins_foreign_import() {
            return self.foreign_import();
        }
        self.mend_misspelt_word();
        let part = self.part_here();
        self.check_order(parts, part);
        match part {
            Part::Script => self.parse_script(),
            Part::Version => self.parse_version(),
            Part::Enum => self.parse_enum(),
            Part::Input => self.parse_field_block(SyntaxKind::InputBlock),
            Part::Output => self.parse_field_block(SyntaxKind::OutputBlock),
            Part::Stream => self.parse_field_block(SyntaxKind::StreamBlock),
            Part::Tools => self.parse_tools(),
            Part::Env => self.parse_env(),
            Part::Steps => self.parse_item(Holder::Other),
            Part::ThreadError => self.parse_thread_error(column),
        }
    }

    /// Reports a block whose name is misspelt, and reads it as what it is meant to be.
    fn mend_misspelt_word(&mut self) {
        let Some(meant) = self.misspelt_block() else {
            return;
        };
        let (word, here) = (self.text_here(), self.here());
        self.report(
            Diagnostic::error(
                codes::UNKNOWN_BLOCK,
                format!("there is no block `{word}`"),
                here,
            )
            .here("not a block")
            .help(format!("did you mean `{meant}`?"))
            .fix(replace(&format!("replace with `{meant}`"), here, meant)),
        );
        self.mend(SyntaxKind::of_word(meant));
    }

    fn misspelt_block(&self) -> Option<&'static str> {
        if self.kind() != SyntaxKind::Ident {
            return None;
        }
        let holds_lines = self
            .next_column()
            .is_some_and(|column| column > self.column());
        let words: &[&str] = if self.nth(1) == SyntaxKind::LineEnd && holds_lines {
            &["input", "output", "stream", "tools", "env"]
        } else if is_string(self.nth(1)) && self.nth(2) == SyntaxKind::LineEnd {
            &["version"]
        } else if self.nth(1).is_word() && self.nth(2) == SyntaxKind::Equals {
            &["enum"]
        } else if self.nth(1) == SyntaxKind::ToolsKw {
            &["import"]
        } else {
            return None;
        };
        nearest::word(self.text_here(), words)
    }

    fn part_here(&self) -> Part {
        if self.at(SyntaxKind::OnKw) && self.nth(1) == SyntaxKind::ThreadKw {
            return Part::ThreadError;
        }
        let is_let =
            self.at_assignment() && !self.at_version_assignment() && !self.at(SyntaxKind::EnumKw);
        if is_let || !self.begins_declaration() {
            return Part::Steps;
        }
        match self.kind() {
            SyntaxKind::ScriptKw => Part::Script,
            SyntaxKind::VersionKw => Part::Version,
            SyntaxKind::EnumKw => Part::Enum,
            SyntaxKind::InputKw => Part::Input,
            SyntaxKind::OutputKw => Part::Output,
            SyntaxKind::StreamKw => Part::Stream,
            SyntaxKind::ImportKw | SyntaxKind::ToolsKw => Part::Tools,
            SyntaxKind::EnvKw => Part::Env,
            _ => Part::Steps,
        }
    }

    fn at_version_assignment(&self) -> bool {
        self.at(SyntaxKind::VersionKw) && is_string(self.nth(2))
    }

    fn check_order(&mut self, parts: &mut Parts, part: Part) {
        let here = self.here();
        let first = parts
            .seen
            .iter()
            .find(|(seen, _)| *seen == part)
            .map(|(_, span)| *span);
        let later = parts
            .seen
            .iter()
            .copied()
            .filter(|(seen, _)| *seen > part)
            .min();
        match (first, later) {
            (Some(first), _) if part.stands_once() => {
                let message = format!("a script has one {}", part.title());
                self.report(
                    Diagnostic::error(codes::DUPLICATE_BLOCK, message, here)
                        .here("a second one")
                        .also(first, "the first"),
                );
            }
            (_, Some((Part::ThreadError, span))) => {
                if std::mem::replace(&mut parts.end_reported, true) {
                    return;
                }
                self.report(
                    Diagnostic::error(
                        codes::MISPLACED_BLOCK,
                        "`on thread error` is the last block of a script",
                        span,
                    )
                    .here("stands before the end")
                    .also(here, "this comes after it")
                    .help(ORDER_HELP),
                );
            }
            (Some(_), _) | (None, None) => {}
            (None, Some((later, span))) => {
                let message = format!("{} stands after {}", part.title(), later.title());
                self.report(
                    Diagnostic::error(codes::MISPLACED_BLOCK, message, here)
                        .here(format!("must stand before {}", later.title()))
                        .also(span, format!("{} begins here", later.title()))
                        .help(ORDER_HELP),
                );
            }
        }
        if first.is_none() {
            parts.seen.push((part, here));
        }
    }

    fn parse_script(&mut self) {
        self.start(SyntaxKind::ScriptHeader);
        self.bump();
        if matches!(self.kind(), SyntaxKind::Equals | SyntaxKind::Colon) && is_string(self.nth(1)) {
            self.skip_sign("the title follows without a sign");
        }
        if self.at_string() {
            self.parse_string(SyntaxKind::Label);
        } else if self.at_line_end() {
            self.expected(codes::MISSING_LABEL, "the title of the script in quotes");
        } else {
            self.quote_rest("the title");
        }
        self.finish_header_line();
        self.finish_node();
    }

    fn parse_version(&mut self) {
        self.start(SyntaxKind::VersionDecl);
        self.bump();
        if matches!(self.kind(), SyntaxKind::Equals | SyntaxKind::Colon) {
            let here = self.here();
            self.habit(
                Diagnostic::error(
                    codes::VERSION_SYNTAX,
                    "the version follows without a sign",
                    here,
                )
                .here("not needed")
                .fix(replace(
                    "remove the sign",
                    Span::new(self.last_end(), here.end),
                    "",
                )),
            );
            self.bump();
        }
        if self.at_string() {
            self.parse_string(SyntaxKind::Label);
        } else if self.at_line_end() {
            self.expected(codes::VERSION_SYNTAX, "the version in quotes");
        } else {
            self.unquoted_version();
        }
        self.finish_line();
        self.finish_node();
    }

    fn unquoted_version(&mut self) {
        let (here, text) = (self.here(), self.text_here());
        self.habit(
            Diagnostic::error(codes::VERSION_SYNTAX, "the version stands in quotes", here)
                .here("quotes are missing")
                .fix(replace("add quotes", here, &format!("\"{text}\""))),
        );
        self.bump_unparsed();
    }

    fn parse_field_block(&mut self, kind: SyntaxKind) {
        let column = self.column();
        let word = self.text_here();
        let field_here = self.at_field_on_header();
        self.start(kind);
        self.bump();
        if field_here {
            let here = self.here();
            let message = format!("the fields of `{word}` stand on lines of their own");
            let indent = format!("\n{}", " ".repeat(column as usize + 2));
            self.habit(
                Diagnostic::error(codes::UNEXPECTED_TOKEN, message, here)
                    .here("belongs on the next line, indented")
                    .fix(replace(
                        "move it to a line of its own",
                        Span::new(self.last_end(), here.start),
                        &indent,
                    )),
            );
            self.start(SyntaxKind::Field);
            self.parse_field_head();
            self.finish_line();
            self.finish_node();
        } else {
            self.finish_header_line();
        }
        if !field_here && self.at_unindented_field(column) {
            self.parse_unindented_fields(word, column);
        } else {
            self.parse_fields(column);
        }
        self.finish_node();
    }

    /// True when the next line is `name : type` in this column, where no step looks like it.
    fn at_unindented_field(&self, column: u32) -> bool {
        let is_beside = |line: Upcoming| line.column == column && line.kind.is_word();
        self.upcoming().is_some_and(is_beside)
            && self.upcoming_nth(1) == SyntaxKind::Colon
            && self.upcoming_nth(2) != SyntaxKind::LineEnd
    }

    /// Reads fields that stand in the column of their block, and reports them once.
    fn parse_unindented_fields(&mut self, word: &str, column: u32) {
        let first = self.upcoming_span();
        let mut edits = Vec::new();
        while self.at_unindented_field(column) {
            edits.push(Edit {
                span: Span::empty(self.upcoming_span().start),
                text: "  ".to_owned(),
            });
            self.enter_line();
            self.parse_field_line(column);
        }
        self.found_again();
        let message = format!("the fields of `{word}` are indented below it");
        self.report(
            Diagnostic::error(codes::BAD_INDENTATION, message, first)
                .here("stands beside its block, not in it")
                .fix(Fix {
                    title: "indent the fields".to_owned(),
                    edits,
                    applicability: Applicability::Maybe,
                }),
        );
    }

    fn parse_thread_error(&mut self, column: u32) {
        let on = self.here();
        self.start(SyntaxKind::ThreadErrorBlock);
        self.bump();
        self.bump();
        self.expect(SyntaxKind::ErrorKw, "`error` after `on thread`");
        self.finish_header_line();
        if self.upcoming().is_some_and(|line| line.column > column) {
            self.parse_block(column, Holder::Other);
        } else {
            self.habit(
                Diagnostic::error(codes::MISSING_BODY, "`on thread error` has no steps", on)
                    .here("nothing is indented below this")
                    .help("indent the steps that belong to it below"),
            );
        }
        self.finish_node();
    }

    /// Warns of annotations that stand after `script`, where they are mere comments.
    fn check_annotations(&mut self) {
        let first = self.lines.first().map_or(0, |line| line.first as usize);
        for span in std::mem::take(&mut self.late_annotations) {
            let text = span.of(self.text).trim_start_matches('-').trim_start();
            let is_known =
                text.starts_with("@accepts_content_type") || text.starts_with("@accepts_extension");
            if !is_known {
                continue;
            }
            let message = "an annotation after `script` has no effect";
            let diagnostic = Diagnostic::warning(codes::MISPLACED_ANNOTATION, message, span)
                .here("a mere comment here")
                .help("move it before `script`");
            let fix = self.annotation_fix(span, first);
            self.report(with_fix(diagnostic, fix));
        }
    }
}
