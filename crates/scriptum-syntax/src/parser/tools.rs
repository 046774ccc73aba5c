//! `import tools` and `env`.

use super::{
    Parser,
    lines::{replace, suggest},
    steps::Siblings,
};
use crate::{Diagnostic, SyntaxKind, codes, nearest};

impl Parser<'_> {
    /// Reads `import tools` or `tools` and its entries.
    pub(super) fn parse_tools(&mut self) {
        self.parse_entry_block(SyntaxKind::ToolsBlock, Self::parse_import);
    }

    /// Reads `env` and its entries.
    pub(super) fn parse_env(&mut self) {
        self.parse_entry_block(SyntaxKind::EnvBlock, Self::parse_env_entry);
    }

    fn parse_entry_block(&mut self, kind: SyntaxKind, parse_entry: fn(&mut Self)) {
        let column = self.column();
        self.start(kind);
        while self.kind().is_keyword() {
            self.bump();
        }
        self.finish_header_line();
        let mut siblings = Siblings::default();
        while let Some(line) = self.upcoming().filter(|line| line.column > column) {
            self.check_indentation(&mut siblings, line);
            self.enter_line();
            if self.at_stray_brace() {
                self.bump_unparsed();
                self.finish_line();
            } else {
                parse_entry(self);
            }
        }
        self.finish_node();
    }

    fn parse_import(&mut self) {
        self.skip_dash();
        self.start(SyntaxKind::ToolImport);
        if !self.eat(SyntaxKind::Star) {
            if self.kind().is_word() {
                if self.begins_import_of_source() {
                    self.import_of_source();
                } else {
                    self.parse_tool_path();
                }
            } else {
                self.expected(codes::EXPECTED_NAME, "the name of a tool");
                self.skip_rest();
            }
        }
        loop {
            match self.kind() {
                SyntaxKind::FromKw => {
                    self.bump();
                    self.parse_tool_source();
                }
                SyntaxKind::AsKw => {
                    self.bump();
                    self.expect_name("a local name");
                }
                SyntaxKind::Comma => {
                    self.several_tools();
                    break;
                }
                _ => break,
            }
        }
        self.finish_line();
        self.finish_node();
    }

    /// True at `from native import tool`.
    fn begins_import_of_source(&self) -> bool {
        self.at(SyntaxKind::FromKw) && self.nth(2) == SyntaxKind::ImportKw
    }

    /// `from native import tool`: the tool stands in front.
    fn import_of_source(&mut self) {
        let here = self.here();
        let (source, tool) = (self.nth_span(1), self.nth_span(3));
        let whole = here.cover(tool);
        let written = format!("{} from {}", tool.of(self.text), source.of(self.text));
        self.error(
            Diagnostic::error(
                codes::FOREIGN_IMPORT,
                "the tool stands in front: `name from native`",
                whole,
            )
            .here("the other way round")
            .fix(replace(&format!("write `{written}`"), whole, &written)),
        );
        self.skip_rest();
    }

    /// `a, b from native`: each tool stands on a line of its own.
    fn several_tools(&mut self) {
        let here = self.here();
        self.error(
            Diagnostic::error(
                codes::FOREIGN_IMPORT,
                "each tool stands on a line of its own",
                here,
            )
            .here("a second tool")
            .help(
                "write `name from native` once for each tool, or `* from native` for all of them",
            ),
        );
        self.skip_rest();
    }

    fn parse_tool_source(&mut self) {
        match self.kind() {
            SyntaxKind::NativeKw => {
                self.start(SyntaxKind::ToolSource);
                self.bump();
                self.finish_node();
            }
            SyntaxKind::McpKw => {
                self.start(SyntaxKind::ToolSource);
                self.bump();
                self.parse_server();
                self.finish_node();
            }
            _ => self.foreign_source(),
        }
    }

    /// `from "native"`, `from natve`, `from server`.
    fn foreign_source(&mut self) {
        let here = self.here();
        let word = self.text_here().trim_matches(['"', '\'']);
        let diagnostic = self.expectation(codes::EXPECTED_TOKEN, "`native` or `mcp(\"server\")`");
        let is_native = nearest::word(word, &["native"]).is_some();
        let is_name = !word.is_empty() && (self.at_string() || self.kind().is_word());
        self.error(if is_native {
            diagnostic.fix(replace("write `native`", here, "native"))
        } else if is_name {
            let server = format!("mcp(\"{word}\")");
            diagnostic
                .help(format!("a server is named as `{server}`"))
                .fix(suggest(&format!("write `{server}`"), here, &server))
        } else {
            diagnostic
        });
        self.skip_rest();
    }

    fn parse_server(&mut self) {
        if !self.at(SyntaxKind::LeftParen) {
            let (here, word) = (self.here(), self.text_here());
            let diagnostic = self.expectation(codes::EXPECTED_TOKEN, "`(\"server\")` after `mcp`");
            self.error(if self.at_string() {
                let written = format!("({word})");
                diagnostic.fix(replace("add parentheses", here, &written))
            } else {
                diagnostic
            });
            return self.skip_rest();
        }
        let group = self.open_group();
        self.parse_quoted_word("the name of the server");
        self.close_group(group);
    }

    /// Reads `name` or `ns::ns::name`.
    pub(super) fn parse_tool_path(&mut self) {
        let start = self.here().start;
        self.start(SyntaxKind::ToolPath);
        self.bump_as(SyntaxKind::Ident);
        while self.at(SyntaxKind::ColonColon) || self.at_dotted_path() {
            if self.at(SyntaxKind::Dot) {
                let here = self.here();
                self.habit(
                    Diagnostic::error(
                        codes::UNEXPECTED_TOKEN,
                        "the parts of a tool's name are joined by `::`",
                        here,
                    )
                    .here("`::` belongs here")
                    .fix(replace("use `::`", here, "::")),
                );
            }
            let is_foreign = self.at(SyntaxKind::Dot);
            self.bump();
            if is_foreign {
                // Whether there is such a tool is asked when its name is one.
                self.given_up(start);
            }
            if !self.expect_name("the next part of the tool's name") {
                break;
            }
        }
        self.finish_node();
    }

    fn at_dotted_path(&self) -> bool {
        self.at(SyntaxKind::Dot) && self.nth(1).is_word()
    }

    /// A lone name: its key is the name itself, which is said with its type.
    fn env_without_key(&mut self) {
        let gap = self.here();
        let diagnostic = self.expectation(
            codes::EXPECTED_TOKEN,
            "`from \"KEY\"`, `= default` or `: type`",
        );
        self.error(diagnostic.fix(suggest("add a type", gap, " : text")));
    }

    fn parse_env_entry(&mut self) {
        self.skip_dash();
        self.start(SyntaxKind::EnvEntry);
        if !self.expect_name("the name of an environment variable") {
            self.skip_rest();
            self.finish_line();
            self.finish_node();
            return;
        }
        if self.at_line_end() {
            self.env_without_key();
        }
        loop {
            match self.kind() {
                SyntaxKind::Colon => {
                    self.bump();
                    if self.parse_type() {
                        self.parse_constraints();
                    }
                }
                SyntaxKind::FromKw => {
                    self.bump();
                    self.parse_quoted_word("the key");
                }
                SyntaxKind::Equals | SyntaxKind::ColonEquals => self.parse_default(),
                _ if self.text_here() == "default" => self.default_word(),
                _ => break,
            }
        }
        self.finish_line();
        self.finish_node();
    }
}
