//! Reads a JSONPath query. One function a production of the grammar in RFC 9535.

use std::fmt;

use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use scriptum_contract::Value;

use super::{
    Comparison, Condition, Operand, Origin, Path, Query, Segment, Selector, TextMatch, TextPattern,
};
use crate::limits::{PATTERN_MEMORY_BYTES_MAX, QUERY_DEPTH_MAX};

/// Indexes beyond are not exact in every implementation, so the standard excludes them.
const INDEX_MAX: i64 = (1 << 53) - 1;

/// Why a text is no query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QueryError {
    /// Which character, from 1.
    at: usize,
    message: String,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at character {}: {}", self.at, self.message)
    }
}

type Parsed<T> = Result<T, QueryError>;

pub(crate) fn parse(text: &str) -> Parsed<Query> {
    let mut parser = Parser {
        text,
        at: 0,
        depth: 0,
    };
    if !parser.eat("$") {
        return Err(parser.error("a query begins with $"));
    }
    let segments = parser.segments()?;
    if parser.peek().is_some() {
        return Err(parser.error("expected . or [ or the end"));
    }
    Ok(Query { segments })
}

struct Parser<'a> {
    text: &'a str,
    /// In bytes.
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn expect(&mut self, token: &str) -> Parsed<()> {
        if self.eat(token) {
            Ok(())
        } else {
            Err(self.error(&format!("expected '{token}'")))
        }
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c| !accept(c)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn blank(&mut self) {
        self.take_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
    }

    fn error(&self, message: &str) -> QueryError {
        let before = self.text.get(..self.at).unwrap_or_default();
        QueryError {
            at: before.chars().count() + 1,
            message: message.to_owned(),
        }
    }

    /// Runs a production that may contain itself.
    fn nested<T>(&mut self, production: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == QUERY_DEPTH_MAX {
            return Err(self.error(&format!("nests deeper than {QUERY_DEPTH_MAX} levels")));
        }
        self.depth += 1;
        let parsed = production(self);
        self.depth -= 1;
        parsed
    }

    fn segments(&mut self) -> Parsed<Vec<Segment>> {
        let mut segments = Vec::new();
        loop {
            let before = self.at;
            self.blank();
            if self.eat("..") {
                let selectors = match self.peek() {
                    Some('[') => self.bracketed()?,
                    Some(_) | None => vec![self.shorthand()?],
                };
                segments.push(Segment {
                    descendants: true,
                    selectors,
                });
            } else if self.eat(".") {
                segments.push(Segment {
                    descendants: false,
                    selectors: vec![self.shorthand()?],
                });
            } else if self.peek() == Some('[') {
                segments.push(Segment {
                    descendants: false,
                    selectors: self.bracketed()?,
                });
            } else {
                self.at = before;
                return Ok(segments);
            }
        }
    }

    /// What stands behind a dot.
    fn shorthand(&mut self) -> Parsed<Selector> {
        if self.eat("*") {
            return Ok(Selector::Wildcard);
        }
        let is_first = |c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii();
        match self.peek() {
            Some(c) if is_first(c) => {
                let name = self.take_while(|c| is_first(c) || c.is_ascii_digit());
                Ok(Selector::Name(name.into()))
            }
            Some(_) | None => Err(self.error("expected a name or *; other names go into ['…']")),
        }
    }

    fn bracketed(&mut self) -> Parsed<Vec<Selector>> {
        self.expect("[")?;
        let mut selectors = Vec::new();
        loop {
            self.blank();
            selectors.push(self.selector()?);
            self.blank();
            if self.eat("]") {
                return Ok(selectors);
            }
            if !self.eat(",") {
                let hint = if self.peek() == Some('=') {
                    "; equality is written =="
                } else {
                    ""
                };
                return Err(self.error(&format!("expected ',' or ']'{hint}")));
            }
        }
    }

    fn selector(&mut self) -> Parsed<Selector> {
        match self.peek() {
            Some('*') => {
                self.at += 1;
                Ok(Selector::Wildcard)
            }
            Some('?') => {
                self.at += 1;
                self.blank();
                Ok(Selector::Filter(self.nested(Self::any_of)?))
            }
            Some('\'' | '"') => Ok(Selector::Name(self.string()?.into())),
            Some(':' | '-' | '0'..='9') => self.index_or_slice(),
            Some(_) | None => {
                Err(self.error("expected a name in quotes, an index, a slice, * or ?"))
            }
        }
    }

    fn index_or_slice(&mut self) -> Parsed<Selector> {
        let start = self.optional_integer()?;
        let before = self.at;
        self.blank();
        if !self.eat(":") {
            self.at = before;
            return start
                .map(Selector::Index)
                .ok_or_else(|| self.error("expected an index"));
        }
        self.blank();
        let end = self.optional_integer()?;
        let before = self.at;
        self.blank();
        let step = if self.eat(":") {
            self.blank();
            self.optional_integer()?
        } else {
            self.at = before;
            None
        };
        Ok(Selector::Slice {
            start,
            end,
            step: step.unwrap_or(1),
        })
    }

    fn optional_integer(&mut self) -> Parsed<Option<i64>> {
        if !matches!(self.peek(), Some('-' | '0'..='9')) {
            return Ok(None);
        }
        let from = self.at;
        let wrong = |parser: &Self| QueryError {
            message: format!(
                "an index is a whole number without leading zeros, at most {INDEX_MAX}"
            ),
            ..Parser {
                at: from,
                ..*parser
            }
            .error("")
        };
        self.eat("-");
        let digits = self.take_while(|c| c.is_ascii_digit());
        let text = self.text.get(from..self.at).unwrap_or_default();
        let padded = digits.len() > 1 && digits.starts_with('0');
        match text.parse::<i64>() {
            Ok(number) if !padded && text != "-0" && number.abs() <= INDEX_MAX => Ok(Some(number)),
            Ok(_) | Err(_) => Err(wrong(self)),
        }
    }

    fn string(&mut self) -> Parsed<String> {
        let quote = self.peek().unwrap_or('"');
        self.at += quote.len_utf8();
        let mut string = String::new();
        loop {
            let Some(c) = self.peek() else {
                return Err(self.error("the text is not closed"));
            };
            match c {
                c if c == quote => {
                    self.at += 1;
                    return Ok(string);
                }
                '\\' => {
                    self.at += 1;
                    string.push(self.escape(quote)?);
                }
                c if c < ' ' => {
                    return Err(self.error("a control character is written \\u and four digits"));
                }
                c => {
                    self.at += c.len_utf8();
                    string.push(c);
                }
            }
        }
    }

    fn escape(&mut self, quote: char) -> Parsed<char> {
        let c = self.peek().unwrap_or_default();
        let plain = match c {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '/' | '\\' => c,
            'u' => {
                self.at += 1;
                return self.unicode_escape();
            }
            c if c == quote => c,
            _ => return Err(self.error("unknown escape")),
        };
        self.at += 1;
        Ok(plain)
    }

    fn unicode_escape(&mut self) -> Parsed<char> {
        let high = self.four_digits()?;
        let unpaired = "half of a surrogate pair";
        match high {
            0xD800..=0xDBFF => {
                if !self.eat("\\u") {
                    return Err(self.error(unpaired));
                }
                let low = self.four_digits()?;
                if !(0xDC00..=0xDFFF).contains(&low) {
                    return Err(self.error(unpaired));
                }
                let scalar = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                char::from_u32(scalar).ok_or_else(|| self.error(unpaired))
            }
            _ => char::from_u32(high).ok_or_else(|| self.error(unpaired)),
        }
    }

    fn four_digits(&mut self) -> Parsed<u32> {
        let digits = self
            .rest()
            .get(..4)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let Some(digits) = digits else {
            return Err(self.error("expected four hexadecimal digits"));
        };
        self.at += 4;
        u32::from_str_radix(digits, 16).map_err(|_| self.error("expected four hexadecimal digits"))
    }

    fn any_of(&mut self) -> Parsed<Condition> {
        let mut conditions = vec![self.all_of()?];
        while self.operator("||") {
            conditions.push(self.all_of()?);
        }
        Ok(only_or(conditions, Condition::Any))
    }

    fn all_of(&mut self) -> Parsed<Condition> {
        let mut conditions = vec![self.condition()?];
        while self.operator("&&") {
            conditions.push(self.condition()?);
        }
        Ok(only_or(conditions, Condition::All))
    }

    /// Eats an operator with the blanks around it, or nothing.
    fn operator(&mut self, token: &str) -> bool {
        let before = self.at;
        self.blank();
        if self.eat(token) {
            self.blank();
            return true;
        }
        self.at = before;
        false
    }

    fn condition(&mut self) -> Parsed<Condition> {
        let negated = self.eat("!");
        if negated {
            self.blank();
        }
        let condition = if self.eat("(") {
            self.blank();
            let inner = self.nested(Self::any_of)?;
            self.blank();
            self.expect(")")?;
            inner
        } else {
            self.test_or_comparison(negated)?
        };
        Ok(if negated {
            Condition::Not(Box::new(condition))
        } else {
            condition
        })
    }

    fn test_or_comparison(&mut self, negated: bool) -> Parsed<Condition> {
        let from = self.at;
        let term = self.term()?;
        let comparison = if negated { None } else { self.comparison() };
        if let Some(comparison) = comparison {
            let left = self.operand_of(term, from)?;
            let from = self.at;
            let right = self.term()?;
            let right = self.operand_of(right, from)?;
            return Ok(Condition::Compare {
                left,
                comparison,
                right,
            });
        }
        match term {
            Term::Path(path) => Ok(Condition::Exists(path)),
            Term::Condition(condition) => Ok(condition),
            Term::Operand(_) => {
                self.at = from;
                Err(self.error("a value is no condition; compare it with something"))
            }
        }
    }

    fn comparison(&mut self) -> Option<Comparison> {
        const OPERATORS: [(&str, Comparison); 6] = [
            ("==", Comparison::Equal),
            ("!=", Comparison::NotEqual),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        OPERATORS
            .iter()
            .find_map(|(token, comparison)| self.operator(token).then_some(*comparison))
    }

    fn operand_of(&mut self, term: Term, from: usize) -> Parsed<Operand> {
        match term {
            Term::Operand(operand) => Ok(operand),
            Term::Path(path) if path.is_singular() => Ok(Operand::Path(path)),
            Term::Path(_) => {
                self.at = from;
                Err(self.error(
                    "only a path to a single value can be compared; see value() and count()",
                ))
            }
            Term::Condition(_) => {
                self.at = from;
                Err(self.error("a condition cannot be compared"))
            }
        }
    }

    fn term(&mut self) -> Parsed<Term> {
        match self.peek() {
            Some('@') => Ok(Term::Path(self.path(Origin::Current)?)),
            Some('$') => Ok(Term::Path(self.path(Origin::Root)?)),
            Some('\'' | '"') => Ok(Term::Operand(Operand::Literal(self.string()?.into()))),
            Some('-' | '0'..='9') => Ok(Term::Operand(Operand::Literal(self.number()?))),
            Some(_) => self.word(),
            None => Err(self.error("expected a condition")),
        }
    }

    fn path(&mut self, from: Origin) -> Parsed<Path> {
        self.at += 1;
        let segments = self.nested(Self::segments)?;
        Ok(Path { from, segments })
    }

    fn number(&mut self) -> Parsed<Value> {
        let from = self.at;
        self.eat("-");
        let whole = self.take_while(|c| c.is_ascii_digit());
        let mut complete = !whole.is_empty() && (whole == "0" || !whole.starts_with('0'));
        if self.eat(".") {
            complete &= !self.take_while(|c| c.is_ascii_digit()).is_empty();
        }
        if self.eat("e") || self.eat("E") {
            if !self.eat("-") {
                self.eat("+");
            }
            complete &= !self.take_while(|c| c.is_ascii_digit()).is_empty();
        }
        let text = self.text.get(from..self.at).unwrap_or_default();
        let number = match text.parse::<i64>() {
            Ok(number) => Some(Value::Int(number)),
            Err(_) => text.parse().ok().and_then(Value::float),
        };
        match number {
            Some(number) if complete => Ok(number),
            Some(_) | None => {
                self.at = from;
                Err(self.error("this is no number"))
            }
        }
    }

    /// `true`, `false`, `null` or a function.
    fn word(&mut self) -> Parsed<Term> {
        let from = self.at;
        let word = self.take_while(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if self.eat("(") {
            let function = self.nested(|parser| parser.function(word, from))?;
            self.blank();
            self.expect(")")?;
            return Ok(function);
        }
        let literal = match word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            _ => {
                self.at = from;
                return Err(self.error("expected @, $, a literal or a function"));
            }
        };
        Ok(Term::Operand(Operand::Literal(literal)))
    }

    fn function(&mut self, name: &str, from: usize) -> Parsed<Term> {
        match name {
            "length" => {
                let value = self.value_argument()?;
                Ok(Term::Operand(Operand::Length(Box::new(value))))
            }
            "count" => Ok(Term::Operand(Operand::Count(self.path_argument()?))),
            "value" => Ok(Term::Operand(Operand::Only(self.path_argument()?))),
            "match" => self.text_match(true),
            "search" => self.text_match(false),
            _ => {
                self.at = from;
                Err(self.error("unknown function; there are length, count, value, match, search"))
            }
        }
    }

    fn text_match(&mut self, whole: bool) -> Parsed<Term> {
        let text = self.value_argument()?;
        self.blank();
        self.expect(",")?;
        let pattern = match self.value_argument()? {
            Operand::Literal(pattern) => {
                TextPattern::Fixed(pattern.as_text().and_then(|text| compile(text, whole)))
            }
            operand @ (Operand::Path(_)
            | Operand::Length(_)
            | Operand::Count(_)
            | Operand::Only(_)) => TextPattern::Computed(operand),
        };
        Ok(Term::Condition(Condition::Matches(Box::new(TextMatch {
            text,
            pattern,
            whole,
        }))))
    }

    fn value_argument(&mut self) -> Parsed<Operand> {
        self.blank();
        let from = self.at;
        let term = self.term()?;
        self.operand_of(term, from)
    }

    fn path_argument(&mut self) -> Parsed<Path> {
        self.blank();
        let from = self.at;
        match self.term()? {
            Term::Path(path) => Ok(path),
            Term::Operand(_) | Term::Condition(_) => {
                self.at = from;
                Err(self.error("expected a path: @ or $"))
            }
        }
    }
}

/// What stands alone or beside a comparison.
enum Term {
    Path(Path),
    Operand(Operand),
    Condition(Condition),
}

fn only_or(mut conditions: Vec<Condition>, combine: fn(Vec<Condition>) -> Condition) -> Condition {
    match conditions.pop() {
        Some(only) if conditions.is_empty() => only,
        Some(last) => {
            conditions.push(last);
            combine(conditions)
        }
        None => combine(conditions),
    }
}

/// An expression as RFC 9485 means it: a dot is neither line feed nor carriage return. `None` when it
/// is no expression.
pub(super) fn compile(pattern: &str, whole: bool) -> Option<RegexMatcher> {
    let pattern = if whole {
        format!(r"\A(?R:{pattern})\z")
    } else {
        format!("(?R:{pattern})")
    };
    RegexMatcherBuilder::new()
        .size_limit(PATTERN_MEMORY_BYTES_MAX)
        .dfa_size_limit(PATTERN_MEMORY_BYTES_MAX)
        .build(&pattern)
        .ok()
}
