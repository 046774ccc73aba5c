//! Expressions, by precedence climbing.
//!
//! Every rule answers the height of the tree it built, 0 when there was nothing to build. Height is
//! bounded as well as recursion, so that a chain of ten thousand `+` cannot make a tree that is too
//! deep for those who walk it.

use super::{
    Parser,
    lines::{replace, suggest},
};
use crate::{Diagnostic, Span, SyntaxKind, codes};

/// Levels of brackets, operators and calls in one expression: more than anyone can read, few enough
/// for every later pass to recurse.
const EXPR_DEPTH_MAX: u32 = 128;

/// The height of a built expression; 0 for none.
type Height = u32;

/// How tightly operators bind; a higher level binds tighter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Coalesce,
    Or,
    And,
    Not,
    Compare,
    Add,
    Multiply,
    Negate,
}

impl Level {
    const LOWEST: Level = Level::Coalesce;

    fn tighter(self) -> Level {
        match self {
            Level::Coalesce => Level::Or,
            Level::Or => Level::And,
            Level::And => Level::Not,
            Level::Not => Level::Compare,
            Level::Compare => Level::Add,
            Level::Add => Level::Multiply,
            Level::Multiply | Level::Negate => Level::Negate,
        }
    }

    pub(super) fn of(kind: SyntaxKind) -> Option<Level> {
        Some(match kind {
            SyntaxKind::QuestionQuestion => Level::Coalesce,
            SyntaxKind::OrKw | SyntaxKind::OrOr => Level::Or,
            SyntaxKind::AndKw | SyntaxKind::AndAnd => Level::And,
            SyntaxKind::EqualEqual
            | SyntaxKind::TripleEqual
            | SyntaxKind::NotEqual
            | SyntaxKind::NotDoubleEqual
            | SyntaxKind::Less
            | SyntaxKind::LessEqual
            | SyntaxKind::Greater
            | SyntaxKind::GreaterEqual
            | SyntaxKind::InKw => Level::Compare,
            SyntaxKind::Plus | SyntaxKind::Minus => Level::Add,
            SyntaxKind::Star | SyntaxKind::Slash | SyntaxKind::Percent => Level::Multiply,
            _ => return None,
        })
    }
}

impl Parser<'_> {
    /// Reads an expression, or reports that one is missing.
    pub(super) fn parse_expr(&mut self) -> bool {
        self.parse_level(Level::LOWEST) > 0
    }

    /// True where an expression begins.
    pub(super) fn begins_expr(&self) -> bool {
        let kind = self.kind();
        if kind.is_word() {
            return !kind.is_reserved() || is_reserved_operand(kind);
        }
        self.at_string()
            || matches!(
                kind,
                SyntaxKind::Integer
                    | SyntaxKind::Decimal
                    | SyntaxKind::BadNumber
                    | SyntaxKind::LeftParen
                    | SyntaxKind::LeftBracket
                    | SyntaxKind::LeftBrace
                    | SyntaxKind::Minus
                    | SyntaxKind::Bang
            )
    }

    pub(super) fn at_string(&self) -> bool {
        is_string(self.kind())
    }

    fn parse_level(&mut self, level: Level) -> Height {
        if self.expr_depth >= EXPR_DEPTH_MAX {
            self.expr_too_deep();
            return 0;
        }
        self.expr_depth += 1;
        let height = self.parse_operators(level);
        self.expr_depth -= 1;
        height
    }

    fn expr_too_deep(&mut self) {
        let here = self.here();
        self.too_deep("expressions", EXPR_DEPTH_MAX, here);
        self.skip_rest();
    }

    fn parse_operators(&mut self, level: Level) -> Height {
        let checkpoint = self.checkpoint();
        let first = self.pos;
        let mut height = self.parse_operand();
        let mut last_level = None;
        while height > 0 {
            self.foreign_word_operator();
            let kind = self.kind();
            let Some(op_level) = Level::of(kind).filter(|op_level| *op_level >= level) else {
                if kind == SyntaxKind::IfKw && level == Level::LOWEST {
                    self.choice_behind_value(first);
                }
                break;
            };
            if op_level == Level::Compare && last_level == Some(Level::Compare) {
                self.chained_comparison();
            }
            self.foreign_operator();
            self.start_at(checkpoint, SyntaxKind::BinaryExpr);
            self.bump();
            let right = self.parse_level(op_level.tighter());
            self.finish_node();
            height = self.grown(height.max(right));
            last_level = Some(op_level);
            if right == 0 {
                break;
            }
        }
        height
    }

    /// The height of a node around one of this height; reports and gives up where that is too high.
    fn grown(&mut self, height: Height) -> Height {
        if height >= EXPR_DEPTH_MAX {
            self.expr_too_deep();
        }
        height + 1
    }

    fn parse_operand(&mut self) -> Height {
        let checkpoint = self.checkpoint();
        let mut height = self.parse_primary();
        while height > 0 {
            match self.kind() {
                SyntaxKind::Dot if self.at_trailing_point() => {
                    self.trailing_point();
                    continue;
                }
                SyntaxKind::Dot | SyntaxKind::QuestionDot => {
                    self.start_at(checkpoint, SyntaxKind::FieldExpr);
                    self.bump();
                    self.expect_field_name();
                }
                SyntaxKind::QuestionMark if self.at_ternary() => {
                    self.ternary();
                    return height;
                }
                SyntaxKind::QuestionMark if self.nth(1) == SyntaxKind::LeftBracket => {
                    self.start_at(checkpoint, SyntaxKind::IndexExpr);
                    self.bump();
                    self.parse_index();
                }
                SyntaxKind::QuestionMark => {
                    self.start_at(checkpoint, SyntaxKind::OptionalExpr);
                    self.bump();
                }
                SyntaxKind::LeftBracket => {
                    self.start_at(checkpoint, SyntaxKind::IndexExpr);
                    self.parse_index();
                }
                SyntaxKind::LeftParen => {
                    self.start_at(checkpoint, SyntaxKind::CallExpr);
                    self.parse_arguments();
                }
                _ => break,
            }
            self.finish_node();
            height = self.grown(height);
        }
        height
    }

    /// True at the point of `5.`.
    fn at_trailing_point(&self) -> bool {
        let before = self.pos.checked_sub(1).map(|index| self.kind_at(index));
        before == Some(SyntaxKind::Integer) && !self.nth(1).is_word()
    }

    fn expect_field_name(&mut self) {
        if self.at(SyntaxKind::Integer) {
            let here = self.here();
            let index = self.text_here();
            let dot = Span::new(here.start - 1, here.end);
            self.error(
                Diagnostic::error(
                    codes::EXPECTED_NAME,
                    "elements of a list are read in brackets",
                    here,
                )
                .here("not a field name")
                .fix(suggest("use brackets", dot, &format!("[{index}]"))),
            );
            self.bump_unparsed();
            return;
        }
        self.expect_name("a field name");
    }

    fn parse_index(&mut self) {
        let group = self.open_group();
        self.parse_expr();
        self.close_group(group);
    }

    fn parse_arguments(&mut self) {
        self.start(SyntaxKind::ArgumentList);
        let group = self.open_group();
        self.parse_entries(group, Self::begins_expr, |parser| {
            parser.parse_expr();
        });
        self.finish_node();
    }

    fn parse_primary(&mut self) -> Height {
        match self.kind() {
            SyntaxKind::Integer if self.at_bare_date() => {
                self.bare_date();
                0
            }
            SyntaxKind::Integer
            | SyntaxKind::Decimal
            | SyntaxKind::TrueKw
            | SyntaxKind::FalseKw
            | SyntaxKind::NullKw => self.parse_literal(),
            SyntaxKind::BadNumber => {
                self.malformed_number();
                self.parse_literal()
            }
            SyntaxKind::LeftParen => self.parse_parens(),
            SyntaxKind::LeftBracket => self.parse_list(),
            SyntaxKind::LeftBrace => self.parse_object(),
            SyntaxKind::Minus => self.parse_unary(Level::Negate),
            SyntaxKind::NotKw => self.parse_unary(Level::Not),
            SyntaxKind::Bang => {
                self.foreign_operator();
                self.parse_unary(Level::Negate)
            }
            SyntaxKind::IfKw => self.parse_if(),
            SyntaxKind::Plus => {
                while self.at(SyntaxKind::Plus) {
                    self.unary_plus();
                }
                self.parse_level(Level::Negate)
            }
            _ if self.at_string() => {
                self.parse_string(SyntaxKind::StringExpr);
                1
            }
            kind if kind.is_word() && !kind.is_reserved() => self.parse_name(),
            SyntaxKind::Pipe | SyntaxKind::OrOr => {
                self.foreign_function();
                0
            }
            _ => {
                self.expected_value();
                0
            }
        }
    }

    fn expected_value(&mut self) {
        if self.at(SyntaxKind::Dot) && self.nth(1) == SyntaxKind::Integer {
            let here = self.here();
            self.error(
                Diagnostic::error(
                    codes::MALFORMED_NUMBER,
                    "a number begins with a digit",
                    here,
                )
                .here("a digit is missing before the point")
                .fix(replace("add a zero", Span::empty(here.start), "0")),
            );
            return;
        }
        let help = match (self.token_before(), self.kind()) {
            (Some(SyntaxKind::Percent), SyntaxKind::LineEnd) => {
                "`%` is the remainder of a division; ten percent are `0.1`"
            }
            (Some(SyntaxKind::Star), SyntaxKind::Star) => {
                "there is no operator for powers: multiply, as in `x * x`"
            }
            (Some(SyntaxKind::Less), SyntaxKind::Greater) => "write `!=`",
            _ => return self.expected(codes::EXPECTED_VALUE, "a value"),
        };
        let diagnostic = self.expectation(codes::EXPECTED_VALUE, "a value");
        self.error(diagnostic.help(help));
    }

    fn parse_literal(&mut self) -> Height {
        self.bump_leaf(SyntaxKind::LiteralExpr, self.kind());
        1
    }

    fn parse_name(&mut self) -> Height {
        let next = self.nth(1);
        if self.leads_to_body(next) {
            return self.parse_lambda();
        }
        // Asked only where something stands behind the name that hardly ever does.
        if matches!(
            next,
            SyntaxKind::LeftParen
                | SyntaxKind::Colon
                | SyntaxKind::String
                | SyntaxKind::StringOpen
                | SyntaxKind::SingleQuoted
                | SyntaxKind::Ident
        ) && let Some(height) = self.parse_foreign_name()
        {
            return height;
        }
        if self.in_schema && self.at_schema_type() {
            self.start(SyntaxKind::TypeExpr);
            self.parse_type();
            self.parse_constraints();
            self.finish_node();
            return 1;
        }
        self.bump_leaf(SyntaxKind::NameExpr, SyntaxKind::Ident);
        1
    }

    /// Reads what begins with a name in other languages only: `f"text"`, `lambda x: …`.
    #[inline(never)]
    fn parse_foreign_name(&mut self) -> Option<Height> {
        if self.at_text_prefix() {
            self.text_prefix();
            return Some(self.parse_primary());
        }
        if self.at_foreign_function() {
            self.foreign_function();
            return Some(0);
        }
        None
    }

    /// In a schema a lone word is a type, and so is one with `<` or a constraint behind it.
    fn at_schema_type(&self) -> bool {
        let next = self.nth(1);
        let is_lone = matches!(
            next,
            SyntaxKind::Comma | SyntaxKind::RightBrace | SyntaxKind::RightBracket
        );
        let is_list = self.at(SyntaxKind::ListKw) && next == SyntaxKind::Less;
        is_lone || is_list || next == SyntaxKind::LineEnd || (next.is_word() && !next.is_reserved())
    }

    fn parse_unary(&mut self, level: Level) -> Height {
        self.start(SyntaxKind::UnaryExpr);
        self.bump();
        let operand = self.parse_level(level);
        self.finish_node();
        self.grown(operand)
    }

    fn parse_if(&mut self) -> Height {
        self.start(SyntaxKind::IfExpr);
        self.bump();
        let mut height = self.parse_level(Level::LOWEST);
        if self.at(SyntaxKind::Equals) {
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
        }
        if self.expect_part_of_if(SyntaxKind::ThenKw, "`then`") {
            height = height.max(self.parse_level(Level::LOWEST));
            if self.expect_part_of_if(SyntaxKind::ElseKw, "`else`") {
                height = height.max(self.parse_level(Level::LOWEST));
            }
        }
        self.finish_node();
        self.grown(height)
    }

    fn expect_part_of_if(&mut self, word: SyntaxKind, what: &str) -> bool {
        let is_there = self.eat(word);
        if !is_there {
            let diagnostic = self.expectation(codes::EXPECTED_TOKEN, what);
            self.error(
                diagnostic.help("a choice has both values: `if condition then value else other`"),
            );
        }
        is_there
    }

    fn parse_parens(&mut self) -> Height {
        let close = self.brackets.partner(self.pos);
        if close.is_some_and(|close| self.leads_to_body(self.kind_after(close))) {
            return self.parse_lambda();
        }
        self.start(SyntaxKind::ParenExpr);
        let group = self.open_group();
        let height = self.parse_level(Level::LOWEST);
        self.close_group(group);
        self.finish_node();
        self.grown(height)
    }

    /// The kind of the token after the one at `index`, whatever line it is on.
    pub(super) fn kind_after(&self, index: usize) -> SyntaxKind {
        let rest = self.tokens.get(index + 1..).unwrap_or(&[]);
        let next = rest.iter().find(|token| !token.kind.is_trivia());
        next.map_or(SyntaxKind::LineEnd, |token| token.kind)
    }

    /// True for `=>`, and within brackets, where no step has its arrow, for the `->` of other languages.
    fn leads_to_body(&self, next: SyntaxKind) -> bool {
        let in_brackets = self.group_end != usize::MAX;
        next == SyntaxKind::FatArrow || (in_brackets && next == SyntaxKind::Arrow)
    }

    fn parse_lambda(&mut self) -> Height {
        self.start(SyntaxKind::LambdaExpr);
        self.start(SyntaxKind::ParameterList);
        if self.at(SyntaxKind::LeftParen) {
            let group = self.open_group();
            self.parse_entries(
                group,
                |parser| parser.kind().is_word(),
                |parser| {
                    parser.expect_binding("a parameter name");
                },
            );
        } else {
            self.bump_as(SyntaxKind::Ident);
        }
        self.finish_node();
        self.foreign_lambda_arrow();
        self.expect(SyntaxKind::FatArrow, "`=>`");
        let body = self.parse_level(Level::LOWEST);
        self.finish_node();
        self.grown(body)
    }

    fn parse_list(&mut self) -> Height {
        self.start(SyntaxKind::ListExpr);
        let group = self.open_group();
        self.parse_entries(group, Self::begins_expr, |parser| {
            let first = parser.pos;
            parser.parse_expr();
            if parser.at(SyntaxKind::ForKw) {
                parser.comprehension(first);
            }
        });
        self.finish_node();
        1
    }

    fn parse_object(&mut self) -> Height {
        self.start(SyntaxKind::ObjectExpr);
        let group = self.open_group();
        self.parse_entries(
            group,
            |parser| parser.kind().is_word() || parser.at_string(),
            Self::parse_object_entry,
        );
        self.finish_node();
        1
    }

    fn parse_object_entry(&mut self) {
        self.start(SyntaxKind::ObjectEntry);
        if self.at_string() {
            self.parse_string(SyntaxKind::Label);
        } else if !self.expect_name("a key") {
            self.finish_node();
            return;
        }
        if self.at(SyntaxKind::Equals) {
            let here = self.here();
            self.habit(
                Diagnostic::error(
                    codes::EQUALS_IN_OBJECT,
                    "entries of an object are written with `:`",
                    here,
                )
                .here("`=` is for the inputs of a step")
                .fix(replace("use `:`", here, ":")),
            );
            self.bump();
            self.parse_expr();
        } else if self.expect(SyntaxKind::Colon, "`:` after the key") {
            self.parse_expr();
        }
        self.finish_node();
    }

    /// Reads a string as a node of this kind.
    pub(super) fn parse_string(&mut self, kind: SyntaxKind) {
        let token = self.kind();
        if !matches!(token, SyntaxKind::StringOpen | SyntaxKind::UnclosedString) {
            return self.bump_leaf(kind, token);
        }
        self.start(kind);
        if token == SyntaxKind::StringOpen {
            self.parse_interpolated();
        } else {
            self.bump();
            self.give_up_line();
        }
        self.finish_node();
    }

    fn parse_interpolated(&mut self) {
        self.bump();
        loop {
            match self.kind() {
                SyntaxKind::StringText => self.bump(),
                SyntaxKind::InterpolationOpen => self.parse_interpolation(),
                SyntaxKind::StringClose => return self.bump(),
                // The closing quote is missing, which has been reported.
                _ => return self.give_up_line(),
            }
        }
    }

    fn parse_interpolation(&mut self) {
        self.start(SyntaxKind::Interpolation);
        self.bump();
        let in_schema = std::mem::replace(&mut self.in_schema, false);
        self.parse_expr();
        self.in_schema = in_schema;
        if !self.at(SyntaxKind::InterpolationClose) {
            self.unexpected("expected `}` after the value");
            self.skip_interpolation();
        }
        self.eat(SyntaxKind::InterpolationClose);
        self.finish_node();
    }

    /// Takes what is left of an interpolation into the tree without reading it.
    fn skip_interpolation(&mut self) {
        let mut depth = 0u32;
        self.start(SyntaxKind::Unparsed);
        while !self.at_line_end() {
            match self.kind() {
                SyntaxKind::InterpolationOpen => depth += 1,
                SyntaxKind::InterpolationClose if depth == 0 => break,
                SyntaxKind::InterpolationClose => depth -= 1,
                _ => {}
            }
            self.bump();
        }
        self.finish_node();
    }
}

pub(super) fn is_string(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::String
            | SyntaxKind::UnclosedString
            | SyntaxKind::StringOpen
            | SyntaxKind::SingleQuoted
    )
}

fn is_reserved_operand(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::IfKw
            | SyntaxKind::NotKw
            | SyntaxKind::TrueKw
            | SyntaxKind::FalseKw
            | SyntaxKind::NullKw
    )
}
