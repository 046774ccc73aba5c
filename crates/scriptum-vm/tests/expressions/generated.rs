//! Generated values, expressions and programs.

use std::sync::Arc;

use proptest::{collection::vec, option, prelude::*};
use scriptum_contract::{Contract, ToolName, ToolOrigin, Value};
use scriptum_vm::{
    builtins::{self, Takes},
    program::{
        BinaryOp, Body, Callee, Expr, Input, Node, NodeId, OnError, Op, Program, Section, Step,
        StepKind, TemplatePart, ToolImport, UnaryOp,
    },
};

use crate::kinds::{outer_kind, simple_kind};

/// Texts that a careless writer of YAML, JSON or messages would break.
const NASTY: &[&str] = &[
    "",
    "null",
    "~",
    "true",
    "yes",
    "off",
    "y",
    "N",
    "5",
    "-1",
    "0x1F",
    "0o7",
    "1_000",
    "1e3",
    ".5",
    ".inf",
    "NaN",
    "2026-01-31",
    "12:30:45",
    "-",
    "- a",
    "?",
    ":",
    "a: b",
    "a #b",
    "# c",
    "[",
    "]",
    "{x}",
    "a, b",
    "&a",
    "*a",
    "!t",
    "|",
    ">",
    "%",
    "@",
    "`",
    "'",
    "\"",
    "\\",
    "\\n",
    " a",
    "a ",
    "\n",
    "a\n",
    "\na",
    "a\nb",
    "a\n\n b\n",
    "a\r\nb",
    "\t",
    "a\tb",
    "\u{0}",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{2028}",
    "\u{feff}",
    "\u{fffd}",
    "é",
    "e\u{301}",
    "👍🏽",
    "<<",
    "=",
    "---",
    "...",
    "--- a",
    "$stored",
];

pub(crate) fn text() -> BoxedStrategy<String> {
    prop_oneof![
        3 => proptest::sample::select(NASTY).prop_map(str::to_owned),
        2 => "[a-z]{1,6}",
        1 => vec(any::<char>(), 0..40).prop_map(|chars| chars.into_iter().collect()),
        1 => "([a-z]{1,9}[ \n]){10,30}",
    ]
    .boxed()
}

pub(crate) fn shared() -> BoxedStrategy<Arc<str>> {
    text().prop_map(Arc::from).boxed()
}

fn scalar() -> BoxedStrategy<Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-3_i64..5).prop_map(Value::Int),
        any::<i64>().prop_map(Value::Int),
        prop_oneof![Just(0.5), Just(-0.0), Just(2.0), Just(1e300), Just(5e-324)]
            .prop_map(Value::Float),
        any::<f64>().prop_filter_map("finite", Value::float),
        text().prop_map(Value::from),
    ]
    .boxed()
}

pub(crate) fn value() -> BoxedStrategy<Value> {
    scalar()
        .prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..5).prop_map(Value::list),
                vec((shared(), inner), 0..4).prop_map(Value::object),
            ]
        })
        .boxed()
}

fn node_of(op: Op) -> Node {
    Node {
        at: NodeId::default(),
        op,
    }
}

const BINARY: [BinaryOp; 15] = [
    BinaryOp::Coalesce,
    BinaryOp::Or,
    BinaryOp::And,
    BinaryOp::Equal,
    BinaryOp::NotEqual,
    BinaryOp::Less,
    BinaryOp::LessEqual,
    BinaryOp::Greater,
    BinaryOp::GreaterEqual,
    BinaryOp::In,
    BinaryOp::Add,
    BinaryOp::Subtract,
    BinaryOp::Multiply,
    BinaryOp::Divide,
    BinaryOp::Remainder,
];

/// Names that scopes of the tests bind, and one that none does.
pub(crate) const NAMES: [&str; 4] = ["a", "b", "c", "unbound"];

fn name() -> BoxedStrategy<Arc<str>> {
    prop_oneof![
        4 => proptest::sample::select(&NAMES).prop_map(Arc::from),
        1 => proptest::sample::select(&["yes", "no", "on", "y", "item", "n1"]).prop_map(Arc::from),
    ]
    .boxed()
}

/// Any expression, most of which fail when they run.
pub(crate) fn node() -> BoxedStrategy<Node> {
    let leaf = prop_oneof![
        scalar().prop_map(Op::Literal),
        value().prop_map(Op::Literal),
        name().prop_map(Op::Name),
        name().prop_map(Op::Env),
        (option::of(shared()), scalar()).prop_map(|(of, value)| Op::Variant { of, value }),
    ];
    leaf.prop_map(node_of)
        .prop_recursive(5, 40, 4, |inner| {
            let boxed = || inner.clone().prop_map(Box::new);
            let part = prop_oneof![
                shared().prop_map(TemplatePart::Text),
                inner.clone().prop_map(TemplatePart::Expr)
            ];
            let key = prop_oneof![name(), shared()];
            let op = prop_oneof![
                vec(part, 0..4).prop_map(Op::Template),
                vec(inner.clone(), 0..4).prop_map(Op::List),
                vec((key.clone(), inner.clone()), 0..4).prop_map(|mut entries| {
                    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
                    entries.dedup_by(|(a, _), (b, _)| a == b);
                    Op::Object(entries)
                }),
                (boxed(), key, any::<bool>()).prop_map(|(of, name, safe)| Op::Field {
                    of,
                    name,
                    safe
                }),
                (boxed(), boxed(), any::<bool>()).prop_map(|(of, index, safe)| Op::Index {
                    of,
                    index,
                    safe
                }),
                (any::<bool>(), boxed()).prop_map(|(negate, of)| {
                    Op::Unary(
                        if negate {
                            UnaryOp::Negate
                        } else {
                            UnaryOp::Not
                        },
                        of,
                    )
                }),
                (proptest::sample::select(&BINARY), boxed(), boxed())
                    .prop_map(|(op, left, right)| Op::Binary(op, left, right)),
                (boxed(), boxed(), boxed()).prop_map(|(condition, yes, no)| Op::If {
                    condition,
                    yes,
                    no
                }),
                call(inner.clone()),
                call(inner.clone()),
                (vec(name(), 1..3), boxed()).prop_map(|(params, body)| Op::Lambda { params, body }),
            ];
            op.prop_map(node_of)
        })
        .boxed()
}

/// A call of a built-in with as many arguments as it takes, lambdas where it takes them.
fn call(inner: BoxedStrategy<Node>) -> BoxedStrategy<Op> {
    let args = vec((inner, vec(name(), 1..4)), 4);
    (0..builtins::ALL.len(), 0..4_usize, args)
        .prop_map(|(row, more, args)| {
            let builtin = builtins::ALL.get(row).expect("a row of the table");
            let most = builtin.args_max().unwrap_or(4);
            let count = (builtin.args_min() + more).min(most);
            let arg = |(at, (node, params)): (usize, (Node, Vec<Arc<str>>))| match builtin
                .param(at)
                .expect("within the count")
                .takes
            {
                Takes::Function(_) => node_of(Op::Lambda {
                    params,
                    body: Box::new(node),
                }),
                Takes::Any | Takes::Fallback | Takes::OneOf(_) | Takes::Part => node,
            };
            Op::Call {
                function: builtin.name.into(),
                args: args.into_iter().take(count).enumerate().map(arg).collect(),
            }
        })
        .boxed()
}

pub(crate) fn expr() -> BoxedStrategy<Expr> {
    (shared(), node())
        .prop_map(|(source, root)| Expr { source, root })
        .boxed()
}

pub(crate) fn inputs() -> BoxedStrategy<Vec<Input>> {
    vec((shared(), expr()), 0..3)
        .prop_map(|mut inputs| {
            inputs.sort_by(|(a, _), (b, _)| a.cmp(b));
            inputs.dedup_by(|(a, _), (b, _)| a == b);
            let input = |(name, value)| Input {
                at: NodeId::default(),
                name,
                value,
            };
            inputs.into_iter().map(input).collect()
        })
        .boxed()
}

pub(crate) fn callee() -> BoxedStrategy<Callee> {
    let origin = prop_oneof![
        Just(ToolOrigin::Native),
        Just(ToolOrigin::Cloud),
        shared().prop_map(ToolOrigin::Mcp)
    ];
    (shared(), text(), origin)
        .prop_map(|(local, name, origin)| Callee {
            local,
            name: ToolName::new(&name),
            origin,
        })
        .boxed()
}

pub(crate) fn on_error() -> BoxedStrategy<OnError> {
    prop_oneof![
        (any::<u32>(), option::of(0..=(1_u64 << 53)))
            .prop_map(|(max, every_ms)| OnError::Retry { max, every_ms }),
        (callee(), inputs()).prop_map(|(callee, inputs)| OnError::Fallback { callee, inputs }),
        Just(OnError::Ignore),
    ]
    .boxed()
}

fn step(kind: BoxedStrategy<StepKind>) -> BoxedStrategy<Step> {
    (0..100_000_u32, option::of(expr()), kind)
        .prop_map(|(line, label, kind)| Step {
            at: NodeId::default(),
            line,
            label,
            kind,
        })
        .boxed()
}

fn body(steps: BoxedStrategy<Step>) -> BoxedStrategy<Body> {
    let sections = vec((shared(), 0..4_u32), 0..3);
    (vec(steps, 0..3), sections)
        .prop_map(|(steps, sections)| {
            let most = u32::try_from(steps.len()).expect("few");
            let mut sections: Vec<Section> = sections
                .into_iter()
                .map(|(title, before)| Section {
                    title,
                    before: before.min(most),
                })
                .collect();
            sections.sort_by_key(|section| section.before);
            Body { steps, sections }
        })
        .boxed()
}

fn any_body() -> BoxedStrategy<Body> {
    let steps = step(simple_kind()).prop_recursive(2, 8, 3, |inner| step(outer_kind(&body(inner))));
    body(steps.boxed())
}

pub(crate) fn program() -> BoxedStrategy<Program> {
    let tools = vec(callee(), 0..3);
    let header = (shared(), shared(), option::of(shared()));
    (header, tools, any_body(), option::of(any_body()))
        .prop_map(
            |((title, description, version), tools, body, on_thread_error)| Program {
                ir: 1,
                title,
                description,
                version,
                contract: Contract::default(),
                tools: tools
                    .into_iter()
                    .map(|callee| ToolImport {
                        local: callee.local,
                        name: callee.name,
                        origin: callee.origin,
                    })
                    .collect(),
                body,
                on_thread_error,
            },
        )
        .boxed()
}
