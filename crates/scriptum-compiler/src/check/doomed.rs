//! Calls that fail whenever they run, because of an argument that is written down.

use scriptum_contract::{Matcher, Type, Value, check};
use scriptum_vm::{
    builtins::Builtin,
    program::{BinaryOp, Node, Op, duration_ms},
};

use super::Checker;
use crate::codes::invalid_value;

impl Checker<'_> {
    /// Reports constants that a built-in never takes; the types of the arguments fit.
    pub(super) fn doomed_call(&mut self, builtin: &Builtin, args: &[Node], types: &[Type]) {
        let arg = |index: usize| args.get(index).and_then(constant);
        let (index, why, help) = match builtin.name {
            "range" if arg(2) == Some(&Value::Int(0)) => {
                (2, "the step of `range` must not be 0".to_owned(), "")
            }
            "matches" => match arg(1).and_then(not_a_pattern) {
                Some(why) => (1, why, "in a text a backslash is written twice"),
                None => return,
            },
            "to_number" | "to_integer" if args.len() == 1 => {
                match no_number(builtin, args, types) {
                    Some(why) => (0, why, ""),
                    None => return,
                }
            }
            "date_add" | "format_time" if arg(0).is_some_and(is_no_time) => (
                0,
                format!("`{}` takes a date or a timestamp", builtin.name),
                "write `\"2026-01-31\"`, `\"2026-01-31T09:30:00Z\"` or `now()`",
            ),
            "date_add" if arg(1).is_some_and(is_no_duration) => (
                1,
                "`date_add` takes a duration".to_owned(),
                "write `\"30s\"`, `\"1h30m\"` or `\"-2d\"`, or a number of milliseconds",
            ),
            "parse_json" if args.len() == 1 => match arg(0).and_then(not_json) {
                Some(why) => (0, why, "names and texts stand in double quotes in JSON"),
                None => return,
            },
            _ => return,
        };
        let span = args.get(index).map(|arg| self.span(arg.at));
        if let Some(span) = span {
            self.report(invalid_value::of_argument(why, span, help));
        }
    }

    /// Reports a division by a 0 that is written down.
    pub(super) fn doomed_division(&mut self, op: BinaryOp, right: &Node) {
        let is_zero = match constant(right) {
            Some(Value::Int(number)) => *number == 0,
            Some(Value::Float(number)) => *number == 0.0,
            Some(_) | None => false,
        };
        if is_zero && matches!(op, BinaryOp::Divide | BinaryOp::Remainder) {
            let span = self.span(right.at);
            let why = "nothing can be divided by 0".to_owned();
            self.report(invalid_value::of_argument(why, span, ""));
        }
    }
}

/// Why the first argument is surely no number.
fn no_number(builtin: &Builtin, args: &[Node], types: &[Type]) -> Option<String> {
    let name = builtin.name;
    if let Some(Value::Text(text)) = args.first().and_then(constant) {
        let spells_none = text.trim().parse::<f64>().is_err();
        return spells_none.then(|| format!("`{name}` takes a text that spells a number"));
    }
    let ty = types.first()?.without_null();
    let is_hopeless = matches!(
        ty,
        Type::List(_) | Type::Shape(_) | Type::Boolean | Type::Date | Type::Timestamp
    );
    is_hopeless.then(|| format!("`{name}` takes a number or a text, not a {ty}"))
}

/// The value of an argument that is written down.
fn constant(node: &Node) -> Option<&Value> {
    match &node.op {
        Op::Literal(value) => Some(value),
        Op::Variant { .. }
        | Op::Name(_)
        | Op::Env(_)
        | Op::Template(_)
        | Op::List(_)
        | Op::Object(_)
        | Op::Field { .. }
        | Op::Index { .. }
        | Op::Unary(..)
        | Op::Binary(..)
        | Op::If { .. }
        | Op::Call { .. }
        | Op::Lambda { .. } => None,
    }
}

fn not_a_pattern(value: &Value) -> Option<String> {
    let Value::Text(pattern) = value else {
        return None;
    };
    let error = Matcher::new(pattern).err()?;
    Some(format!("the pattern {pattern} does not compile: {error}"))
}

fn not_json(value: &Value) -> Option<String> {
    let Value::Text(text) = value else {
        return None;
    };
    let error = Value::from_json(text).err()?;
    Some(format!("this text is no JSON: {error}"))
}

fn is_no_time(value: &Value) -> bool {
    let is_one = |ty| check(value, &ty).is_empty();
    matches!(value, Value::Text(_)) && !is_one(Type::Date) && !is_one(Type::Timestamp)
}

fn is_no_duration(value: &Value) -> bool {
    let Value::Text(text) = value else {
        return false;
    };
    duration_ms(text.strip_prefix('-').unwrap_or(text)).is_none()
}
