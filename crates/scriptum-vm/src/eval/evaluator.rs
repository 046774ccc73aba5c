//! Walks the tree of an expression.

use std::sync::Arc;

use scriptum_contract::{Matcher, PatternError, Value};

use super::{Arithmetic, Needs, Scope, Stop, failed, is_true, limit, render::Pieces};
use crate::{
    Timestamp, builtins,
    limits::{
        EVAL_STEPS_MAX, EXPRESSION_DEPTH_MAX, LIST_ITEMS_MAX, TEXT_BYTES_MAX, TEXT_BYTES_PER_STEP,
    },
    program::{BinaryOp, Node, Op, TemplatePart, UnaryOp},
};

/// Elements that take about as long to copy as one node takes to evaluate.
const ITEMS_PER_STEP: usize = 8;

/// Compiled patterns that an evaluation keeps.
const MATCHERS_KEPT: usize = 8;

/// Levels that a built-in may add to what its arguments have: `group_by` makes a list of objects of lists.
const NESTING_OF_CALL: usize = 3;

/// One evaluation under way.
pub(crate) struct Evaluator<'e> {
    pub(super) scope: &'e dyn Scope,
    /// Parameters of the lambdas around the current node, innermost last.
    locals: Vec<(&'e str, Value)>,
    steps_left: u64,
    depth: u32,
    /// The patterns that were used last, compiled.
    matchers: Vec<(Arc<str>, Arc<Matcher>)>,
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
            matchers: Vec::new(),
            built: false,
        }
    }

    /// The value of a node.
    pub(crate) fn value(&mut self, node: &'e Node) -> Result<Value, Stop> {
        self.enter()?;
        let value = self.op(node);
        self.leave();
        value
    }

    /// Goes one level down in the expression.
    pub(super) fn enter(&mut self) -> Result<(), Stop> {
        self.charge(1)?;
        if self.depth == EXPRESSION_DEPTH_MAX {
            return Err(limit(format!(
                "the expression is nested more than {EXPRESSION_DEPTH_MAX} levels deep"
            )));
        }
        self.depth += 1;
        Ok(())
    }

    /// Goes up again.
    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// The value of a function for these arguments; names beyond the arguments are null, arguments
    /// beyond the names are dropped.
    pub(crate) fn apply(
        &mut self,
        function: Function<'e>,
        arguments: impl IntoIterator<Item = Value>,
    ) -> Result<Value, Stop> {
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
    pub(crate) fn finished(&mut self, value: Value) -> Result<Value, Stop> {
        if self.built {
            self.check_size(&value)?;
        }
        Ok(value)
    }

    /// Takes steps from the budget.
    pub(crate) fn charge(&mut self, steps: usize) -> Result<(), Stop> {
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
    pub(crate) fn charge_text(&mut self, size_bytes: usize) -> Result<(), Stop> {
        self.charge(size_bytes / TEXT_BYTES_PER_STEP)
    }

    /// A text that an operation made.
    pub(crate) fn text(&mut self, text: String) -> Result<Value, Stop> {
        self.check_text(text.len())?;
        Ok(Value::from(text))
    }

    /// Takes the steps for a text that is going to be made, and refuses it beyond the limit.
    pub(crate) fn check_text(&mut self, size_bytes: usize) -> Result<(), Stop> {
        self.charge_text(size_bytes)?;
        check_length(size_bytes)
    }

    /// A list that an operation made.
    pub(crate) fn list(&mut self, items: Vec<Value>) -> Result<Value, Stop> {
        self.check_items(items.len())?;
        self.built = true;
        Ok(Value::List(items.into()))
    }

    /// Refuses lists and objects beyond the limit, before they are made.
    pub(crate) fn check_items(&mut self, items: usize) -> Result<(), Stop> {
        self.charge(items / ITEMS_PER_STEP)?;
        if items <= LIST_ITEMS_MAX {
            return Ok(());
        }
        Err(limit(format!(
            "the list would have more than {LIST_ITEMS_MAX} elements"
        )))
    }

    /// An object that an operation made.
    pub(crate) fn object(&mut self, entries: Vec<(Arc<str>, Value)>) -> Result<Value, Stop> {
        self.check_items(entries.len())?;
        self.built = true;
        Ok(Value::object(entries))
    }

    /// The compiled pattern; a loop that uses a few of them compiles each once.
    pub(crate) fn matcher(&mut self, pattern: &Arc<str>) -> Result<Arc<Matcher>, PatternError> {
        if let Some((_, matcher)) = self.matchers.iter().find(|(known, _)| known == pattern) {
            return Ok(Arc::clone(matcher));
        }
        let matcher = Arc::new(Matcher::new(pattern)?);
        if self.matchers.len() == MATCHERS_KEPT {
            self.matchers.remove(0);
        }
        self.matchers
            .push((Arc::clone(pattern), Arc::clone(&matcher)));
        Ok(matcher)
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

    /// The arms are calls, so that a level of an expression takes little of the stack.
    pub(super) fn op(&mut self, node: &'e Node) -> Result<Value, Stop> {
        match &node.op {
            Op::Literal(value) | Op::Variant { value, .. } => Ok(value.clone()),
            Op::Name(name) => Ok(self.name(name)),
            Op::Env(name) => Ok(self.env(name)),
            Op::Template(parts) => self.template(parts),
            Op::List(items) => self.list_of(items),
            Op::Object(entries) => self.object_of(entries),
            Op::Field { of, name, safe } => self.field_of(of, name, *safe),
            Op::Index { of, index, safe } => self.element_of(of, index, *safe),
            Op::Unary(op, of) => self.unary(*op, of),
            Op::Binary(op, left, right) => self.binary(*op, left, right),
            Op::If { condition, yes, no } => self.choice(condition, yes, no),
            Op::Call { function, args } => builtins::call(self, function, args),
            Op::Lambda { .. } => Err(failed(
                "a function (x => …) can only be an argument of a built-in",
            )),
        }
    }

    fn list_of(&mut self, items: &'e [Node]) -> Result<Value, Stop> {
        let items = self.values(items.iter())?;
        self.list(items)
    }

    fn object_of(&mut self, entries: &'e [(Arc<str>, Node)]) -> Result<Value, Stop> {
        let values = self.values(entries.iter().map(|(_, value)| value))?;
        let keys = entries.iter().map(|(key, _)| Arc::clone(key));
        self.object(keys.zip(values).collect())
    }

    fn field_of(&mut self, of: &'e Node, name: &str, safe: bool) -> Result<Value, Stop> {
        let value = self.value(of)?;
        self.field(of, &value, name, safe)
    }

    fn element_of(&mut self, of: &'e Node, index: &'e Node, safe: bool) -> Result<Value, Stop> {
        let (value, index) = self.pair(of, index)?;
        self.index(of, &value, &index, safe)
    }

    fn unary(&mut self, op: UnaryOp, of: &'e Node) -> Result<Value, Stop> {
        match op {
            UnaryOp::Not => self.condition(of).map(|holds| Value::Bool(!holds)),
            UnaryOp::Negate => {
                let value = self.value(of)?;
                self.negate(&value)
            }
        }
    }

    fn choice(&mut self, condition: &'e Node, yes: &'e Node, no: &'e Node) -> Result<Value, Stop> {
        let branch = if self.condition(condition)? { yes } else { no };
        self.value(branch)
    }

    fn name(&self, name: &str) -> Value {
        let local = self.locals.iter().rev().find(|(local, _)| *local == name);
        match local {
            Some((_, value)) => value.clone(),
            None => self.scope.name(name).unwrap_or_default(),
        }
    }

    fn condition(&mut self, node: &'e Node) -> Result<bool, Stop> {
        let value = self.value(node)?;
        is_true(&*self.opened(&value)?)
    }

    fn binary(&mut self, op: BinaryOp, left: &'e Node, right: &'e Node) -> Result<Value, Stop> {
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
        holds: impl FnOnce(&mut Self, &Value, &Value) -> Result<bool, Stop>,
    ) -> Result<Value, Stop> {
        let (left, right) = self.pair(left, right)?;
        holds(self, &left, &right).map(Value::Bool)
    }

    fn pair(&mut self, left: &'e Node, right: &'e Node) -> Result<(Value, Value), Stop> {
        let (left, right) = (self.value(left), self.value(right));
        both(left, right)
    }

    /// The values of several nodes; asks for what all of them need at once.
    fn values(&mut self, nodes: impl Iterator<Item = &'e Node>) -> Result<Vec<Value>, Stop> {
        let mut values = Vec::with_capacity(nodes.size_hint().0);
        let mut needs = Needs::default();
        for node in nodes {
            let value = self.value(node);
            values.extend(needs.value(value)?);
        }
        needs.end()?;
        Ok(values)
    }

    fn template(&mut self, parts: &'e [TemplatePart]) -> Result<Value, Stop> {
        let nodes = parts.iter().filter_map(|part| match part {
            TemplatePart::Text(_) => None,
            TemplatePart::Expr(node) => Some(node),
        });
        let values = self.values(nodes)?;
        self.open_all(&values)?;
        let mut values = values.into_iter();
        let mut pieces = Pieces::default();
        for part in parts {
            match part {
                TemplatePart::Text(part) => pieces.text.push_str(part),
                TemplatePart::Expr(_) => {
                    let value = values
                        .next()
                        .expect("each expression of the text has a value");
                    self.push_piece(&mut pieces, &value)?;
                }
            }
        }
        self.pieces(pieces)
    }
}

/// Refuses texts beyond the limit.
pub(super) fn check_length(size_bytes: usize) -> Result<(), Stop> {
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
pub(super) fn both<T>(left: Result<T, Stop>, right: Result<T, Stop>) -> Result<(T, T), Stop> {
    match (left, right) {
        (Ok(left), Ok(right)) => Ok((left, right)),
        (left, right) => {
            let mut needs = Needs::default();
            needs.value(left)?;
            needs.value(right)?;
            Err(needs.stop())
        }
    }
}
