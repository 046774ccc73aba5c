//! Values of other languages: texts with a letter in front, functions and lists in other notations,
//! choices behind their value, dates and numbers without quotes or digits.
//!
//! Each is reported with what it is here, and passed over or read as that.

use super::{
    Parser,
    exprs::is_string,
    lines::{replace, suggest, with_fix},
};
use crate::{Applicability, Diagnostic, Edit, Fix, Span, SyntaxKind, codes};

impl Parser<'_> {
    /// True at the `f` of `f"text"`.
    pub(super) fn at_text_prefix(&self) -> bool {
        self.at(SyntaxKind::Ident)
            && is_string(self.kind_at(self.pos + 1))
            && matches!(
                self.text_here(),
                "f" | "F" | "r" | "R" | "b" | "u" | "rb" | "fr" | "rf"
            )
    }

    /// Reports and passes over the `f` of `f"text"`.
    #[cold]
    pub(super) fn text_prefix(&mut self) {
        let (here, letter) = (self.here(), self.text_here());
        self.habit(
            Diagnostic::error(
                codes::UNEXPECTED_TOKEN,
                format!("a text has no `{letter}` in front"),
                here,
            )
            .here("not needed")
            .help("every text inserts values: `\"{name}\"`")
            .fix(replace(&format!("remove the `{letter}`"), here, "")),
        );
        self.bump_unparsed();
    }

    /// True at a date without quotes, which would be a subtraction.
    pub(super) fn at_bare_date(&self) -> bool {
        /// Digits of a year, of a month and of a day, with the signs between them.
        const PARTS: [(SyntaxKind, u32); 5] = [
            (SyntaxKind::Integer, 4),
            (SyntaxKind::Minus, 1),
            (SyntaxKind::Integer, 2),
            (SyntaxKind::Minus, 1),
            (SyntaxKind::Integer, 2),
        ];
        // Four digits are rare enough for this to be asked first.
        let year = self
            .tokens
            .get(self.pos)
            .map_or(Span::empty(0), |it| it.span);
        year.end - year.start == 4
            && PARTS.iter().enumerate().all(|(ahead, (kind, len))| {
                let token = self.tokens.get(self.pos + ahead);
                token.is_some_and(|token| {
                    token.kind == *kind && token.span.end - token.span.start == *len
                })
            })
    }

    /// `2024-01-31`: dates stand in quotes.
    #[cold]
    pub(super) fn bare_date(&mut self) {
        let date = self.here().cover(self.nth_span(4));
        let text = date.of(self.text);
        self.error(
            Diagnostic::error(
                codes::MALFORMED_NUMBER,
                format!("the date `{text}` stands in quotes"),
                date,
            )
            .here("without quotes these are three numbers, subtracted")
            .fix(replace("add quotes", date, &format!("\"{text}\""))),
        );
        self.skip_rest();
    }

    /// `+3`: numbers have no plus in front.
    #[cold]
    pub(super) fn unary_plus(&mut self) {
        let here = self.here();
        self.habit(
            Diagnostic::error(
                codes::FOREIGN_OPERATOR,
                "a number has no plus in front",
                here,
            )
            .here("not needed")
            .fix(replace("remove the plus", here, "")),
        );
        self.bump_unparsed();
    }

    /// `1..10` at its first point, with the number before it.
    fn range_of_points(&mut self) {
        let before = self.tokens.get(..self.pos).unwrap_or(&[]);
        let first = before.last().map_or(self.here(), |token| token.span);
        let last = self.nth_span(2);
        let [from, to] = [first, last].map(|span| span.of(self.text).trim_start_matches('.'));
        let to = to.parse::<u32>().map_or(0, |last| last.saturating_add(1));
        let written = format!("range({from}, {to})");
        self.error(
            Diagnostic::error(
                codes::FOREIGN_OPERATOR,
                "numbers in a row are given by `range`",
                first.cover(last),
            )
            .here("not an operator of the language")
            .help("`range(start, end)` goes up to, and not including, its end")
            .fix(suggest(
                &format!("write `{written}`"),
                first.cover(last),
                &written,
            )),
        );
        self.skip_rest();
    }

    /// `5.` at its point: a digit is missing.
    #[cold]
    pub(super) fn trailing_point(&mut self) {
        if self.nth(1) == SyntaxKind::Dot && self.nth(2) == SyntaxKind::Integer {
            return self.range_of_points();
        }
        let here = self.here();
        self.habit(
            Diagnostic::error(
                codes::MALFORMED_NUMBER,
                "a number does not end with a point",
                here,
            )
            .here("a digit is missing behind the point")
            .fix(replace("remove the point", here, "")),
        );
        self.bump_unparsed();
    }

    /// True at a name that begins a function of other languages: `lambda x: …`, `function(x) { … }`.
    pub(super) fn at_foreign_function(&mut self) -> bool {
        match self.text_here() {
            "lambda" => self.nth(1) != SyntaxKind::LeftParen,
            "function" | "fn" | "func" | "fun" => self.at_function_with_body(),
            _ => false,
        }
    }

    /// True at `fn(x) {`, `fn(x) =>`: a call has no body.
    fn at_function_with_body(&mut self) -> bool {
        if self.nth(1) != SyntaxKind::LeftParen {
            return false;
        }
        let open = self.nth_span(1).start;
        let open = self.tokens.partition_point(|token| token.span.start < open);
        self.brackets.partner(open).is_some_and(|close| {
            matches!(
                self.kind_after(close),
                SyntaxKind::LeftBrace | SyntaxKind::FatArrow | SyntaxKind::Arrow
            )
        })
    }

    /// Reports a function in another notation and passes over what is left of it.
    #[cold]
    pub(super) fn foreign_function(&mut self) {
        let here = self.here();
        let fix = self.lambda_fix();
        let diagnostic = Diagnostic::error(
            codes::FOREIGN_OPERATOR,
            "a function is written `item => value`",
            here,
        )
        .here("a function of another language")
        .help("write the parameter, `=>` and the value: `x => x + 1`, `(x, i) => x + i`");
        self.error(with_fix(diagnostic, fix));
        self.skip_value();
    }

    /// `lambda x: …` and `|x| …` as `x => …`, where there is one parameter.
    fn lambda_fix(&self) -> Option<Fix> {
        let (first, name, last) = (self.here(), self.nth_span(1), self.nth_span(2));
        let closes = match self.kind() {
            SyntaxKind::Pipe => SyntaxKind::Pipe,
            SyntaxKind::Ident if self.text_here() == "lambda" => SyntaxKind::Colon,
            _ => return None,
        };
        if !self.nth(1).is_word() || self.nth(2) != closes {
            return None;
        }
        let edit = |span: Span, text: &str| Edit {
            span,
            text: text.to_owned(),
        };
        Some(Fix {
            title: "use `=>`".to_owned(),
            edits: vec![
                edit(Span::new(first.start, name.start), ""),
                edit(Span::new(name.end, last.end), " =>"),
            ],
            applicability: Applicability::Machine,
        })
    }

    /// Takes everything up to the next comma or the end of the bracket without reading it.
    fn skip_value(&mut self) {
        self.start(SyntaxKind::Unparsed);
        while !self.at_line_end()
            && self.pos < self.group_end
            && !(self.at(SyntaxKind::Comma) && self.group_end != usize::MAX)
        {
            self.bump_with_partner();
        }
        self.finish_node();
    }

    /// `[f(x) for x in xs if c]` at its `for`: reported, and passed over.
    #[cold]
    pub(super) fn comprehension(&mut self, first: usize) {
        let (here, value) = (self.here(), self.span_from(first));
        let fix = self.comprehension_fix(value);
        let diagnostic = Diagnostic::error(
            codes::FOREIGN_STATEMENT,
            "a list is made of another with `map`",
            here,
        )
        .here("a loop of another language")
        .help("write `map(list, item => value)`, and `filter(list, item => condition)` to leave some out");
        self.error(with_fix(diagnostic, fix));
        self.skip_rest();
    }

    /// `[value for x in xs if c]` as `map(filter(xs, x => c), x => value)`.
    fn comprehension_fix(&self, value: Span) -> Option<Fix> {
        let open = self.text.get(..value.start as usize)?;
        let open = u32::try_from(open.trim_end().len()).ok()?.checked_sub(1)?;
        let close = self.tokens.get(self.group_end)?.span;
        let (item, of) = (self.nth_span(1), self.nth_span(2));
        if !self.nth(1).is_word() || self.nth(2) != SyntaxKind::InKw {
            return None;
        }
        let rest = self.tokens.get(self.pos..self.group_end)?;
        let condition = rest.iter().find(|token| token.kind == SyntaxKind::IfKw);
        let list_end = condition.map_or(close.start, |token| token.span.start);
        let list = Span::new(of.end, list_end).of(self.text).trim();
        let (item, value) = (item.of(self.text), value.of(self.text).trim());
        let list = match condition {
            Some(condition) => {
                let condition = Span::new(condition.span.end, close.start);
                let condition = condition.of(self.text).trim();
                format!("filter({list}, {item} => {condition})")
            }
            None => list.to_owned(),
        };
        let text = if value == item {
            list
        } else {
            format!("map({list}, {item} => {value})")
        };
        let whole = Span::new(open, close.end);
        Some(Fix {
            applicability: Applicability::Maybe,
            ..replace("use `map`", whole, &text)
        })
    }

    /// What was read from a token on.
    fn span_from(&self, first: usize) -> Span {
        let token = self.tokens.get(first);
        let start = token.map_or(self.last_end(), |token| token.span.start);
        Span::new(start, self.last_end())
    }

    /// `a if c else b` at its `if`: the condition stands in front.
    #[cold]
    pub(super) fn choice_behind_value(&mut self, first: usize) {
        let (here, value) = (self.here(), self.span_from(first));
        let fix = self.choice_fix(value);
        let diagnostic = Diagnostic::error(
            codes::TERNARY,
            "a choice is written `if c then a else b`",
            here,
        )
        .here("the condition stands in front")
        .help("write `if condition then value else other`");
        self.error(with_fix(diagnostic, fix));
        self.skip_rest();
    }

    fn choice_fix(&self, value: Span) -> Option<Fix> {
        if self.group_end != usize::MAX {
            // Where the other value ends is a guess.
            return None;
        }
        let rest = self.tokens.get(self.pos..self.end)?;
        let last = rest.iter().rev().find(|token| !token.kind.is_trivia())?;
        let words: Vec<_> = rest
            .iter()
            .filter(|it| it.kind == SyntaxKind::ElseKw)
            .collect();
        let [word] = words.as_slice() else {
            return None;
        };
        let condition = Span::new(self.here().end, word.span.start);
        let other = Span::new(word.span.end, last.span.end);
        let [condition, first, other] =
            [condition, value, other].map(|span| span.of(self.text).trim());
        let text = format!("if {condition} then {first} else {other}");
        let whole = Span::new(value.start, last.span.end);
        Some(replace("put the condition in front", whole, &text))
    }
}
