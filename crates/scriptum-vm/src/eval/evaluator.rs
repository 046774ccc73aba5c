//! Walks the tree of an expression.

use std::sync::Arc;

use scriptum_contract::Value;

use super::{Arithmetic, EvalError, Scope, failed, limit, truth};
use crate::{
    Timestamp, builtins,
    limits::{
        EVAL_STEPS_MAX, EXPRESSION_DEPTH_MAX, LIST_ITEMS_MAX, TEXT_BYTES_MAX, TEXT_BYTES_PER_STEP,
    },
    program::{BinaryOp, Node, Op, TemplatePart, UnaryOp},
};

/// Elements that take about as long to copy as one node takes to evaluate.
const ITEMS_PER_STEP: usize = 8;

/// Levels that a built-in may add to what its arguments have: `group_by` makes a list of objects of lists.
const NESTING_OF_CALL: usize = 3;

/// One evaluation under way.
pub(crate) struct Evaluator<'e> {
    pub(super) scope: &'e dyn Scope,
    /// Parameters of the lambdas around the current node, innermost last.
    locals: Vec<(&'e str, Value)>,
    steps_left: u64,
    depth: u32,
    /// True when a list or object was made, so that the result may be deeper than what was read.
    built: bool,
}

/// A lambda given to a built-in.
#[derive(Clone, Copy)]
pub(crate) struct Function<'e> {
    /// Parameter names.
    pub(crate) params: &'e [Arc<str>],
    /// The result.
    pub(crate) body: &'e Node,
}

impl<'e> Evaluator<'e> {
    pub(crate) fn new(scope: &'e dyn Scope) -> Evaluator<'e> {
        Evaluator {
            scope,
            locals: Vec::new(),
            steps_left: EVAL_STEPS_MAX,
            depth: 0,
            built: false,
        }
    }

    /// The value of a node.
    pub(crate) fn value(&mut self, node: &'e Node) -> Result<Value, EvalError> {
        self.charge(1)?;
        if self.depth == EXPRESSION_DEPTH_MAX {
            return Err(limit(format!(
                "the expression is nested more than {EXPRESSION_DEPTH_MAX} levels deep"
            )));
        }
        self.depth += 1;
        let value = self.op(node);
        self.depth -= 1;
        value
    }

    /// The value of a function for these arguments; names beyond the arguments are null, arguments
    /// beyond the names are dropped.
    pub(crate) fn apply(
        &mut self,
        function: Function<'e>,
        arguments: impl IntoIterator<Item = Value>,
    ) -> Result<Value, EvalError> {
        let outside = self.locals.len();
        let mut arguments = arguments.into_iter();
        for param in function.params {
            self.locals
                .push((param, arguments.next().unwrap_or_default()));
        }
        let value = self.value(function.body);
        self.locals.truncate(outside);
        value
    }

    /// Checks a result against the limits that hold between evaluations.
    pub(crate) fn finished(&mut self, value: Value) -> Result<Value, EvalError> {
        if self.built {
            self.check_size(&value)?;
        }
        Ok(value)
    }

    /// Takes steps from the budget.
    pub(crate) fn charge(&mut self, steps: usize) -> Result<(), EvalError> {
        match self.steps_left.checked_sub(steps as u64) {
            Some(left) => {
                self.steps_left = left;
                Ok(())
            }
            None => Err(limit(format!(
                "the expression takes more than {EVAL_STEPS_MAX} steps: split it, or work on less at once"
            ))),
        }
    }

    /// Takes the steps for walking over that much text.
    pub(crate) fn charge_text(&mut self, size_bytes: usize) -> Result<(), EvalError> {
        self.charge(size_bytes / TEXT_BYTES_PER_STEP)
    }

    /// A text that an operation made.
    pub(crate) fn text(&mut self, text: String) -> Result<Value, EvalError> {
        self.check_text(text.len())?;
        Ok(Value::from(text))
    }

    /// Takes the steps for a text that is going to be made, and refuses it beyond the limit.
    pub(crate) fn check_text(&mut self, size_bytes: usize) -> Result<(), EvalError> {
        self.charge_text(size_bytes)?;
        check_length(size_bytes)
    }

    /// A list that an operation made.
    pub(crate) fn list(&mut self, items: Vec<Value>) -> Result<Value, EvalError> {
        self.check_items(items.len())?;
        self.built = true;
        Ok(Value::List(items.into()))
    }

    /// Refuses lists and objects beyond the limit, before they are made.
    pub(crate) fn check_items(&mut self, items: usize) -> Result<(), EvalError> {
        self.charge(items / ITEMS_PER_STEP)?;
        if items <= LIST_ITEMS_MAX {
            return Ok(());
        }
        Err(limit(format!(
            "the list would have more than {LIST_ITEMS_MAX} elements"
        )))
    }

    /// An object that an operation made.
    pub(crate) fn object(&mut self, entries: Vec<(Arc<str>, Value)>) -> Result<Value, EvalError> {
        self.check_items(entries.len())?;
        self.built = true;
        Ok(Value::object(entries))
    }

    /// The time of the turn.
    pub(crate) fn now(&self) -> Timestamp {
        self.scope.now()
    }

    /// A number that no other call gets.
    pub(crate) fn fresh(&self) -> u64 {
        self.scope.fresh()
    }

    /// An environment variable.
    pub(crate) fn env(&self, name: &str) -> Value {
        self.scope.env(name).unwrap_or_default()
    }

    fn op(&mut self, node: &'e Node) -> Result<Value, EvalError> {
        match &node.op {
            Op::Literal(value) | Op::Variant { value, .. } => Ok(value.clone()),
            Op::Name(name) => Ok(self.name(name)),
            Op::Env(name) => Ok(self.env(name)),
            Op::Template(parts) => self.template(parts),
            Op::List(items) => {
                let items = self.values(items.iter())?;
                self.list(items)
            }
            Op::Object(entries) => {
                let values = self.values(entries.iter().map(|(_, value)| value))?;
                let keys = entries.iter().map(|(key, _)| Arc::clone(key));
                self.object(keys.zip(values).collect())
            }
            Op::Field { of, name, safe } => {
                let value = self.value(of)?;
                self.field(of, &value, name, *safe)
            }
            Op::Index { of, index, safe } => {
                let (value, index) = self.pair(of, index)?;
                self.index(of, &value, &index, *safe)
            }
            Op::Unary(UnaryOp::Not, of) => Ok(Value::Bool(!self.condition(of)?)),
            Op::Unary(UnaryOp::Negate, of) => {
                let value = self.value(of)?;
                self.negate(&value)
            }
            Op::Binary(op, left, right) => self.binary(*op, left, right),
            Op::If { condition, yes, no } => {
                let branch = if self.condition(condition)? { yes } else { no };
                self.value(branch)
            }
            Op::Call { function, args } => builtins::call(self, function, args),
            Op::Lambda { .. } => Err(failed(
                "a function (x => …) can only be an argument of a built-in",
            )),
        }
    }

    fn name(&self, name: &str) -> Value {
        let local = self.locals.iter().rev().find(|(local, _)| *local == name);
        match local {
            Some((_, value)) => value.clone(),
            None => self.scope.name(name).unwrap_or_default(),
        }
    }

    fn condition(&mut self, node: &'e Node) -> Result<bool, EvalError> {
        let value = self.value(node)?;
        let value = self.open(&value)?;
        truth(&value)
    }

    fn binary(
        &mut self,
        op: BinaryOp,
        left: &'e Node,
        right: &'e Node,
    ) -> Result<Value, EvalError> {
        let arithmetic = match op {
            BinaryOp::Coalesce => {
                let value = self.value_or_null(left)?;
                let absent = matches!(value, Value::Null);
                return if absent { self.value(right) } else { Ok(value) };
            }
            BinaryOp::Or => {
                return Ok(Value::Bool(self.condition(left)? || self.condition(right)?));
            }
            BinaryOp::And => {
                return Ok(Value::Bool(self.condition(left)? && self.condition(right)?));
            }
            BinaryOp::Equal => {
                return self.test(left, right, Evaluator::equal);
            }
            BinaryOp::NotEqual => {
                return self.test(left, right, |me, a, b| Ok(!me.equal(a, b)?));
            }
            BinaryOp::Less => {
                return self.test(left, right, |me, a, b| Ok(me.order(a, b)?.is_lt()));
            }
            BinaryOp::LessEqual => {
                return self.test(left, right, |me, a, b| Ok(me.order(a, b)?.is_le()));
            }
            BinaryOp::Greater => {
                return self.test(left, right, |me, a, b| Ok(me.order(a, b)?.is_gt()));
            }
            BinaryOp::GreaterEqual => {
                return self.test(left, right, |me, a, b| Ok(me.order(a, b)?.is_ge()));
            }
            BinaryOp::In => {
                return self.test(left, right, |me, item, container| me.holds(container, item));
            }
            BinaryOp::Add => {
                let (left, right) = self.pair(left, right)?;
                return self.add(&left, &right);
            }
            BinaryOp::Subtract => Arithmetic::Subtract,
            BinaryOp::Multiply => Arithmetic::Multiply,
            BinaryOp::Divide => Arithmetic::Divide,
            BinaryOp::Remainder => Arithmetic::Remainder,
        };
        let (left, right) = self.pair(left, right)?;
        self.arithmetic(arithmetic, &left, &right)
    }

    fn test(
        &mut self,
        left: &'e Node,
        right: &'e Node,
        holds: impl FnOnce(&mut Self, &Value, &Value) -> Result<bool, EvalError>,
    ) -> Result<Value, EvalError> {
        let (left, right) = self.pair(left, right)?;
        holds(self, &left, &right).map(Value::Bool)
    }

    fn pair(&mut self, left: &'e Node, right: &'e Node) -> Result<(Value, Value), EvalError> {
        let (left, right) = (self.value(left), self.value(right));
        both(left, right)
    }

    /// The values of several nodes; asks for what all of them need at once.
    fn values(&mut self, nodes: impl Iterator<Item = &'e Node>) -> Result<Vec<Value>, EvalError> {
        let mut values = Vec::with_capacity(nodes.size_hint().0);
        let mut needs = Vec::new();
        for node in nodes {
            match self.value(node) {
                Ok(value) => values.push(value),
                Err(EvalError::Need(more)) => needs.extend(more),
                Err(error) if needs.is_empty() => return Err(error),
                // What failed is met again, if it still fails, once the needs are there.
                Err(EvalError::Failed(_)) => break,
            }
        }
        if needs.is_empty() {
            Ok(values)
        } else {
            Err(EvalError::Need(needs))
        }
    }

    fn template(&mut self, parts: &'e [TemplatePart]) -> Result<Value, EvalError> {
        let nodes = parts.iter().filter_map(|part| match part {
            TemplatePart::Text(_) => None,
            TemplatePart::Expr(node) => Some(node),
        });
        let values = self.values(nodes)?;
        self.open_all(&values)?;
        let mut values = values.into_iter();
        let mut text = String::new();
        for part in parts {
            match part {
                TemplatePart::Text(part) => text.push_str(part),
                TemplatePart::Expr(_) => {
                    let value = values
                        .next()
                        .expect("each expression of the text has a value");
                    self.push_text(&mut text, &value)?;
                }
            }
        }
        self.text(text)
    }
}

/// Refuses texts beyond the limit.
pub(super) fn check_length(size_bytes: usize) -> Result<(), EvalError> {
    if size_bytes <= TEXT_BYTES_MAX {
        return Ok(());
    }
    Err(limit(format!(
        "the text would be longer than {} MiB",
        TEXT_BYTES_MAX >> 20
    )))
}

/// Levels that the value of a node may have beyond those of the values that it reads, at most.
pub(crate) fn nesting(node: &Node) -> usize {
    match &node.op {
        Op::Literal(_)
        | Op::Variant { .. }
        | Op::Name(_)
        | Op::Env(_)
        | Op::Template(_)
        | Op::Unary(..) => 0,
        Op::List(items) => 1 + deepest(items.iter()),
        Op::Object(entries) => 1 + deepest(entries.iter().map(|(_, value)| value)),
        Op::Field { of, .. } | Op::Index { of, .. } => nesting(of),
        Op::Binary(_, left, right) => nesting(left).max(nesting(right)),
        Op::If { yes, no, .. } => nesting(yes).max(nesting(no)),
        Op::Call { args, .. } => NESTING_OF_CALL + args.iter().map(nesting).sum::<usize>(),
        Op::Lambda { body, .. } => nesting(body),
    }
}

fn deepest<'n>(nodes: impl Iterator<Item = &'n Node>) -> usize {
    nodes.map(nesting).max().unwrap_or(0)
}

/// Both results, or all that both of them need, or the first failure.
pub(super) fn both(
    left: Result<Value, EvalError>,
    right: Result<Value, EvalError>,
) -> Result<(Value, Value), EvalError> {
    match (left, right) {
        (Ok(left), Ok(right)) => Ok((left, right)),
        (Err(EvalError::Need(mut left)), Err(EvalError::Need(right))) => {
            left.extend(right);
            Err(EvalError::Need(left))
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}
