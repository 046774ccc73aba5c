//! Waits: for a length of time, until a time, for an event.

use scriptum_contract::{Type, Value, check};
use scriptum_vm::program::{Expr, Goal, Op, Step, Wait};

use super::{Checker, body::StepEnd, steps::goes_on, target::Target};
use crate::codes;

impl<'p> Checker<'p> {
    pub(super) fn wait(&mut self, step: &'p Step, wait: &'p Wait) -> StepEnd {
        let value = match &wait.goal {
            Goal::Duration(pause) => {
                self.length(pause, "wait");
                None
            }
            Goal::Time(time) => {
                self.time(time);
                None
            }
            Goal::Event { name, timeout } => {
                let clause = "event";
                self.expect(&name.root, &Type::text(), Target::Count { clause });
                if let Some(timeout) = timeout {
                    self.length(timeout, "timeout");
                }
                Some(Type::Any)
            }
        };
        let Some(bind) = &wait.bind else {
            return StepEnd {
                falls_through: true,
                value,
            };
        };
        let value = value.unwrap_or(Type::Null);
        self.bind(bind, step.at, value.clone());
        goes_on(value)
    }

    /// A timestamp or a date. A condition here means that somebody wants to wait for it to come true.
    fn time(&mut self, time: &'p Expr) {
        let node = &time.root;
        let clause = "until";
        let target = Target::Count { clause };
        if let Op::Literal(Value::Text(_)) = &node.op {
            if !is_date(&node.op) {
                self.expect(node, &Type::Timestamp, target);
            }
            return;
        }
        let ty = self.infer(node);
        match ty.without_null() {
            Type::Boolean => self.report(codes::wait_for_condition(self.span(node.at))),
            Type::Date => self.assign(node, &ty, &Type::Date, target),
            Type::Text(_)
            | Type::Number(_)
            | Type::Integer(_)
            | Type::Object
            | Type::Binary
            | Type::Timestamp
            | Type::Any
            | Type::List(_)
            | Type::Enum(_)
            | Type::Shape(_)
            | Type::Null
            | Type::Optional(_)
            | Type::Never => self.assign(node, &ty, &Type::Timestamp, target),
        }
    }
}

fn is_date(op: &Op) -> bool {
    matches!(op, Op::Literal(value) if check(value, &Type::Date).is_empty())
}
