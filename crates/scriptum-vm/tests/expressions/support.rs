//! A reader of expressions for tests: the grammar of the language, without recovery, layout or types.

use std::{cell::Cell, collections::BTreeMap, sync::Arc};

use scriptum_contract::{StoredValue, Value};
use scriptum_vm::{
    Timestamp,
    eval::{EvalError, Scope, eval},
    program::{BinaryOp, Node, NodeId, Op, TemplatePart, UnaryOp},
};

/// 2026-01-31T09:30:00Z, the time of all tests.
pub(crate) const NOW: Timestamp = Timestamp(1_769_851_800_000);

/// A scope of given names.
#[derive(Default)]
pub(crate) struct Names {
    pub(crate) bound: BTreeMap<String, Value>,
    pub(crate) env: BTreeMap<String, Value>,
    /// Content of stored values that were loaded, by hash.
    pub(crate) loaded: BTreeMap<String, Value>,
    pub(crate) counter: Cell<u64>,
}

impl Scope for Names {
    fn name(&self, name: &str) -> Option<Value> {
        self.bound.get(name).cloned()
    }

    fn env(&self, name: &str) -> Option<Value> {
        self.env.get(name).cloned()
    }

    fn load(&self, stored: &StoredValue) -> Option<Value> {
        self.loaded.get(&stored.hash.to_string()).cloned()
    }

    fn now(&self) -> Timestamp {
        NOW
    }

    fn fresh(&self) -> u64 {
        self.counter.set(self.counter.get() + 1);
        self.counter.get()
    }
}

/// The value of an expression over these names.
pub(crate) fn run(source: &str, scope: &Names) -> Result<Value, EvalError> {
    eval(&parse(source), scope)
}

/// The message of the error that the expression gives.
pub(crate) fn message(source: &str, scope: &Names) -> String {
    match run(source, scope) {
        Err(EvalError::Failed(error)) => error.to_string(),
        other => panic!("{source}: expected a failure, got {other:?}"),
    }
}

/// The tree of an expression.
pub(crate) fn parse(source: &str) -> Node {
    let mut reader = Reader { rest: source };
    let node = reader.expression();
    reader.space();
    assert!(
        reader.rest.is_empty(),
        "behind the expression: {}",
        reader.rest
    );
    node
}

struct Reader<'s> {
    rest: &'s str,
}

fn node(op: Op) -> Node {
    Node {
        at: NodeId::default(),
        op,
    }
}

fn boxed(node: Node) -> Box<Node> {
    Box::new(node)
}

/// Operators from the loosest, those of one line bind alike.
const LEVELS: [&[(&str, BinaryOp)]; 6] = [
    &[("??", BinaryOp::Coalesce)],
    &[("or ", BinaryOp::Or)],
    &[("and ", BinaryOp::And)],
    &[
        ("==", BinaryOp::Equal),
        ("!=", BinaryOp::NotEqual),
        ("<=", BinaryOp::LessEqual),
        (">=", BinaryOp::GreaterEqual),
        ("<", BinaryOp::Less),
        (">", BinaryOp::Greater),
        ("in ", BinaryOp::In),
    ],
    &[("+", BinaryOp::Add), ("-", BinaryOp::Subtract)],
    &[
        ("*", BinaryOp::Multiply),
        ("/", BinaryOp::Divide),
        ("%", BinaryOp::Remainder),
    ],
];
const NOT_LEVEL: usize = 3;

impl Reader<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, token: &str) -> bool {
        self.space();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) {
        assert!(self.take(token), "expected {token} before {}", self.rest);
    }

    fn name(&mut self) -> Option<Arc<str>> {
        self.space();
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        self.rest = rest;
        Some(name.into())
    }

    fn expression(&mut self) -> Node {
        if self.take("if ") {
            let condition = boxed(self.expression());
            self.expect("then ");
            let yes = boxed(self.expression());
            self.expect("else ");
            let no = boxed(self.expression());
            return node(Op::If { condition, yes, no });
        }
        self.level(0)
    }

    fn level(&mut self, level: usize) -> Node {
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        if level == NOT_LEVEL && self.take("not ") {
            return node(Op::Unary(UnaryOp::Not, boxed(self.level(level))));
        }
        let mut left = self.level(level + 1);
        while let Some((_, op)) = operators.iter().find(|(token, _)| self.take(token)) {
            let right = self.level(level + 1);
            left = node(Op::Binary(*op, boxed(left), boxed(right)));
        }
        left
    }

    fn unary(&mut self) -> Node {
        if self.take("-") {
            return node(Op::Unary(UnaryOp::Negate, boxed(self.unary())));
        }
        let mut of = self.primary();
        loop {
            if self.take("?.") {
                of = self.field(of, true);
            } else if self.take(".") {
                of = self.field(of, false);
            } else if self.take("?[") {
                of = self.index(of, true);
            } else if self.rest.starts_with('[') && self.take("[") {
                of = self.index(of, false);
            } else {
                return of;
            }
        }
    }

    fn field(&mut self, of: Node, safe: bool) -> Node {
        let name = self.name().expect("a field name");
        let operator = ["??", "?.", "?["]
            .iter()
            .any(|next| self.rest.starts_with(next));
        let safe = safe || (!operator && self.rest.starts_with('?') && self.take("?"));
        node(Op::Field {
            of: boxed(of),
            name,
            safe,
        })
    }

    fn index(&mut self, of: Node, safe: bool) -> Node {
        let index = boxed(self.expression());
        self.expect("]");
        node(Op::Index {
            of: boxed(of),
            index,
            safe,
        })
    }

    fn primary(&mut self) -> Node {
        self.space();
        if self.take("(") {
            let inner = self.expression();
            self.expect(")");
            return inner;
        }
        if self.take("[") {
            return node(Op::List(self.until("]", Reader::expression)));
        }
        if self.take("{") {
            return node(Op::Object(self.until("}", Reader::entry)));
        }
        if self.take("\"") {
            return self.text();
        }
        match self.name() {
            Some(name) => self.named(name),
            None => self.number(),
        }
    }

    fn until<T>(&mut self, end: &str, mut part: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut parts = Vec::new();
        while !self.take(end) {
            parts.push(part(self));
            self.take(",");
        }
        parts
    }

    fn entry(&mut self) -> (Arc<str>, Node) {
        let key = if self.take("\"") {
            let Op::Literal(key) = self.text().op else {
                panic!("a key before {}", self.rest);
            };
            key.as_text().expect("a key").into()
        } else {
            self.name().expect("a key")
        };
        self.expect(":");
        (key, self.expression())
    }

    fn named(&mut self, name: Arc<str>) -> Node {
        match &*name {
            "true" => return node(Op::Literal(Value::Bool(true))),
            "false" => return node(Op::Literal(Value::Bool(false))),
            "null" => return node(Op::Literal(Value::Null)),
            _ => {}
        }
        if !self.take("(") {
            return node(Op::Name(name));
        }
        if &*name == "env" {
            let name = self.name().expect("the name of a variable");
            self.expect(")");
            return node(Op::Env(name));
        }
        node(Op::Call {
            function: name,
            args: self.until(")", Reader::argument),
        })
    }

    fn argument(&mut self) -> Node {
        self.space();
        let before = self.rest;
        let params = if self.take("(") {
            self.params()
        } else {
            self.name().map(|name| vec![name])
        };
        if let Some(params) = params
            && self.take("=>")
        {
            let body = boxed(self.expression());
            return node(Op::Lambda { params, body });
        }
        self.rest = before;
        self.expression()
    }

    fn params(&mut self) -> Option<Vec<Arc<str>>> {
        let mut params = vec![self.name()?];
        while self.take(",") {
            params.push(self.name()?);
        }
        self.take(")").then_some(params)
    }

    fn number(&mut self) -> Node {
        let mut end = 0;
        for (at, c) in self.rest.char_indices() {
            let sign = "+-".contains(c) && self.rest[..at].ends_with(['e', 'E']);
            if !(c.is_ascii_digit() || c == '.' || (at > 0 && "eE".contains(c)) || sign) {
                break;
            }
            end = at + c.len_utf8();
        }
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        let value = match digits.parse() {
            Ok(int) => Value::Int(int),
            Err(_) => Value::Float(digits.parse().expect(digits)),
        };
        node(Op::Literal(value))
    }

    /// The rest of a text, behind its opening quote.
    fn text(&mut self) -> Node {
        let mut parts = Vec::new();
        let mut text = String::new();
        loop {
            let c = self.rest.chars().next().expect("the end of the text");
            self.rest = &self.rest[c.len_utf8()..];
            match c {
                '"' => break,
                '\\' => {
                    let escaped = self.rest.chars().next().expect("an escaped character");
                    self.rest = &self.rest[escaped.len_utf8()..];
                    text.push(match escaped {
                        'n' => '\n',
                        't' => '\t',
                        other => other,
                    });
                }
                '{' => {
                    parts.extend(piece(&mut text));
                    parts.push(TemplatePart::Expr(self.expression()));
                    self.expect("}");
                }
                other => text.push(other),
            }
        }
        if parts.is_empty() {
            return node(Op::Literal(Value::from(text)));
        }
        parts.extend(piece(&mut text));
        node(Op::Template(parts))
    }
}

/// The text so far, if there is any.
fn piece(text: &mut String) -> Option<TemplatePart> {
    let text = std::mem::take(text);
    (!text.is_empty()).then(|| TemplatePart::Text(text.into()))
}
