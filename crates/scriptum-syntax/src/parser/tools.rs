//! `import tools` and `env`.

use super::{Parser, lines::replace, steps::Siblings};
use crate::{Diagnostic, SyntaxKind, codes};

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
                self.parse_tool_path();
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
                _ => break,
            }
        }
        self.finish_line();
        self.finish_node();
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
            _ => self.expected(codes::EXPECTED_TOKEN, "`native` or `mcp(\"server\")`"),
        }
    }

    fn parse_server(&mut self) {
        if !self.at(SyntaxKind::LeftParen) {
            self.expected(codes::EXPECTED_TOKEN, "`(\"server\")` after `mcp`");
            return;
        }
        let group = self.open_group();
        self.parse_quoted_word("the name of the server");
        self.close_group(group);
    }

    /// Reads `name` or `ns::ns::name`.
    pub(super) fn parse_tool_path(&mut self) {
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
            self.bump();
            if !self.expect_name("the next part of the tool's name") {
                break;
            }
        }
        self.finish_node();
    }

    fn at_dotted_path(&self) -> bool {
        self.at(SyntaxKind::Dot) && self.nth(1).is_word()
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
            self.expected(
                codes::EXPECTED_TOKEN,
                "`from \"KEY\"`, `= default` or `: type`",
            );
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
                _ => break,
            }
        }
        self.finish_line();
        self.finish_node();
    }
}
