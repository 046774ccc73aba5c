//! Follows values of answers into built-in functions, and out of them.

use scriptum_contract::{Type, Value};
use scriptum_vm::{
    builtins::{self, Builtin, Kind, Takes},
    program::{Node, Op},
};

use super::{
    demand::{Null, plain},
    exprs::{Read, Walk},
    flow::Flow,
};
use crate::source_map::part_of;

/// Rounds in which what `reduce` carries on may still come from somewhere else.
const ROUNDS_MAX: usize = 3;

impl Walk<'_> {
    pub(super) fn call(&mut self, function: &str, args: &[Node]) -> Flow {
        let Some(builtin) = builtins::find(function) else {
            for arg in args {
                self.flow(arg);
            }
            return Flow::elsewhere();
        };
        let mut flows = Vec::with_capacity(args.len());
        for (index, arg) in args.iter().enumerate() {
            let is_only = args.len() == 1;
            let flow = self.argument(builtin, (index, is_only), arg, &flows);
            flows.push(flow);
        }
        self.result(function, args, flows)
    }

    /// Where the result comes from.
    fn result(&mut self, function: &str, args: &[Node], flows: Vec<Flow>) -> Flow {
        let mut flows = flows.into_iter();
        let first = flows.next().unwrap_or_default();
        match function {
            "filter" | "sort_by" | "slice" | "unique" => first,
            "find" | "first" | "last" => self.demands.element(&first, Null::InTheWay),
            "map" => Flow::list(flows.next().unwrap_or_default()),
            "reduce" => flows.fold(Flow::elsewhere(), Flow::or),
            "group_by" => Flow::list(Flow::object([
                ("key".into(), flows.next().unwrap_or_default()),
                ("items".into(), first),
            ])),
            "flatten" => {
                let lists = self.demands.element(&first, Null::InTheWay);
                Flow::list(self.demands.element(&lists, Null::InTheWay))
            }
            "sum" => self.demands.element(&first, Null::InTheWay).computed(),
            "abs" => first.computed(),
            "min" | "max" if args.len() == 1 => {
                self.demands.element(&first, Null::InTheWay).computed()
            }
            "min" | "max" => flows.fold(first.computed(), |all, flow| all.or(flow.computed())),
            "coalesce" => flows.fold(first.present(), |all, flow| all.or(flow.present())),
            "merge" => flows.fold(first, merged),
            "values" => {
                let fields = first.fields.iter();
                let values = fields.map(|(_, flow)| flow.clone());
                Flow::list(values.fold(Flow::elsewhere(), Flow::or))
            }
            "join" => {
                let items = self.demands.element(&first, Null::InTheWay);
                self.demands.show(&items);
                Flow::elsewhere()
            }
            "to_text" => {
                self.demands.show(&first);
                Flow::elsewhere()
            }
            "has" => {
                if let Some(Op::Literal(Value::Text(key))) = args.get(1).map(|key| &key.op) {
                    let field = self.demands.member(&first, key, Null::InTheWay);
                    self.demands.may_lack(&field);
                }
                Flow::elsewhere()
            }
            _ => Flow::elsewhere(),
        }
    }

    fn argument(
        &mut self,
        builtin: &Builtin,
        (index, is_only): (usize, bool),
        arg: &Node,
        before: &[Flow],
    ) -> Flow {
        let Some(param) = builtin.param(index) else {
            return self.flow(arg);
        };
        let ty = match (param.takes, builtin.name, index) {
            (Takes::Function(lambda), _, _) => {
                return self.function(builtin, lambda.result.map(Kind::ty), arg, before);
            }
            (Takes::Fallback, _, _) => return self.read(arg, Read::Safe),
            (_, "date_add" | "format_time", 0) => Some(Type::Timestamp),
            (_, "join", 0) => None,
            (_, "any" | "all", 0) if is_only => Some(Type::list(Type::Boolean)),
            (Takes::OneOf([kind]), _, _) => Some(kind.ty()),
            // What is largest is mostly a number; of texts the other uses tell.
            (Takes::OneOf([Kind::List, Kind::Number, ..]), _, _) if is_only => {
                Some(Type::list(Type::number()))
            }
            (Takes::OneOf([Kind::List, Kind::Number, ..]), _, _) => Some(Type::number()),
            // What is counted is a list.
            (Takes::OneOf([Kind::List, ..]), "count", _) => Some(Type::list(Type::Any)),
            // Where texts and lists are both welcome, only the other uses tell.
            (Takes::Any | Takes::OneOf(_) | Takes::Part, _, _) => None,
        };
        if builtin.name == "contains" && index == 1 {
            return self.part(arg, before);
        }
        match ty {
            Some(ty) => self.flow_into(arg, &ty),
            None => self.flow(arg),
        }
    }

    /// What a list is searched for is one of its elements; a text may be part of another text.
    fn part(&mut self, arg: &Node, before: &[Flow]) -> Flow {
        let part = self.flow(arg);
        let ty = plain(self.facts.ty(arg.at));
        let holder = before.first().cloned().unwrap_or_default();
        if !matches!(ty, Type::Text(_) | Type::Any | Type::Null | Type::Never) {
            let items = self.demands.element(&holder, Null::InTheWay);
            self.demands.want(&items, &ty, Null::InTheWay);
        }
        part
    }

    /// A function of the elements of the first argument; what its body gives.
    fn function(
        &mut self,
        builtin: &Builtin,
        result: Option<Type>,
        arg: &Node,
        before: &[Flow],
    ) -> Flow {
        let Op::Lambda { params, body } = &arg.op else {
            return self.flow(arg);
        };
        let list = before.first().cloned().unwrap_or_default();
        let items = self.demands.element(&list, Null::InTheWay);
        if builtin.name != "reduce" {
            self.bind(part_of(arg.at, 0), items);
            return match result {
                Some(ty) => self.flow_into(body, &ty),
                None => self.flow(body),
            };
        }
        // What `reduce` carries on comes before the element.
        let mut total = before.get(1).cloned().unwrap_or_default();
        if params.len() > 1 {
            self.bind(part_of(arg.at, 1), items);
        }
        for _ in 0..ROUNDS_MAX {
            self.bind(part_of(arg.at, 0), total.clone());
            let next = total.clone().or(self.total(body, arg));
            if next == total {
                break;
            }
            total = next;
        }
        total
    }

    /// The next total, whose type is that of the ones before.
    fn total(&mut self, body: &Node, arg: &Node) -> Flow {
        let ty = plain(self.facts.ty(part_of(arg.at, 0)));
        self.flow_into(body, &ty)
    }
}

/// Fields of both objects; those of the second count.
fn merged(first: Flow, second: Flow) -> Flow {
    let of_second = |name: &str| second.field(name).is_some();
    let kept = first.fields.iter();
    let kept = kept.filter(|(name, _)| !of_second(name));
    let fields = kept.chain(second.fields.iter()).cloned();
    let fields = Flow::object(fields.collect::<Vec<_>>());
    Flow::from(first.from)
        .or(Flow::from(second.from))
        .or(fields)
}
