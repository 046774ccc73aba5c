//! Asks: their terms, and the type of what somebody answers.

use std::sync::{Arc, LazyLock};

use scriptum_contract::{
    Assignable, Field, Number, Shape, ToolName, ToolOrigin, ToolSignature, Type, Value, assignable,
};
use scriptum_vm::{
    limits::WRONG_ANSWERS_MAX,
    program::{Ask, Input, Op, Step},
};

use super::{Checker, body::StepEnd, steps::goes_on};
use crate::{codes, source_map::Part};

/// The inputs of every ask; what depends on the type of the answer is checked by itself.
static TERMS: LazyLock<ToolSignature> = LazyLock::new(|| {
    let count = Type::Integer(Number {
        minimum: Some(1.0),
        maximum: Some(f64::from(WRONG_ANSWERS_MAX)),
        ..Number::default()
    });
    let fields = vec![
        Field::required("prompt", Type::text()),
        Field::optional("type", Type::text()),
        Field::optional("options", Type::list(Type::Any)),
        Field::optional("default", Type::Any),
        Field::optional("timeout", Type::Any),
        Field::optional("max_retries", count),
    ];
    ToolSignature {
        name: ToolName::new("ask"),
        origin: ToolOrigin::Native,
        input: Some(Arc::new(Shape {
            fields,
            open: false,
        })),
        output: Type::Any,
        streaming: false,
        item: None,
        idempotent: false,
        doc: String::new(),
        example: String::new(),
    }
});

impl<'p> Checker<'p> {
    pub(super) fn ask(&mut self, step: &'p Step, ask: &'p Ask) -> StepEnd {
        let named = ask.inputs.iter();
        let named = named.map(|input| (&input.name, self.span(input.at)));
        self.duplicates("input", named.collect());
        if let Some(shape) = &TERMS.input {
            let mut fields = shape.fields.clone();
            for field in &mut fields {
                match &*field.name {
                    "options" => field.ty = Type::list(ask.answer.clone()),
                    "default" => field.ty = ask.answer.clone().optional(),
                    _ => {}
                }
            }
            let shape = Shape {
                fields,
                open: false,
            };
            let at = Part::Verb.of(step.at);
            self.inputs("ask", &TERMS, &shape, &ask.inputs, at);
        }
        if let Some(timeout) = input(ask, "timeout") {
            self.length(&timeout.value, "timeout");
        }
        self.default_is_option(ask);
        let result = Type::shape(vec![
            Field::required("value", self.answer_of(ask)),
            Field::required("provided_by", Type::text()),
            Field::required("provided_at", Type::Timestamp),
            Field::required("attempt", Type::integer()),
        ]);
        let value = self.on_error(step, ask.on_error.as_ref(), result);
        if let Some(bind) = &ask.bind {
            self.bind(bind, step.at, value.clone());
        }
        goes_on(value)
    }

    /// The type of the answer: as declared, else that of the options.
    fn answer_of(&mut self, ask: &'p Ask) -> Type {
        let options = input(ask, "options").filter(|_| ask.answer == Type::Any);
        let options = options.map(|options| self.facts.ty(options.value.root.at).clone());
        let item = options.and_then(|options| Some(options.as_list()?.item.clone()));
        item.unwrap_or_else(|| ask.answer.clone())
    }

    /// A default that can be seen to be none of the options.
    fn default_is_option(&mut self, ask: &'p Ask) {
        let (Some(default), Some(options)) = (input(ask, "default"), input(ask, "options")) else {
            return;
        };
        let Op::List(options) = &options.value.root.op else {
            return;
        };
        let options: Option<Vec<&Value>> =
            options.iter().map(|option| constant(&option.op)).collect();
        let (Some(given), Some(options)) = (constant(&default.value.root.op), options) else {
            return;
        };
        let ty = self.facts.ty(default.value.root.at);
        let fits = !matches!(assignable(ty, &ask.answer), Assignable::No(_));
        if fits && *given != Value::Null && !options.contains(&given) {
            let span = self.span(default.value.root.at);
            self.report(codes::invalid_value::no_option(given, &options, span));
        }
    }
}

fn constant(op: &Op) -> Option<&Value> {
    match op {
        Op::Literal(value) | Op::Variant { value, .. } => Some(value),
        Op::Name(_)
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

fn input<'p>(ask: &'p Ask, name: &str) -> Option<&'p Input> {
    ask.inputs.iter().find(|input| &*input.name == name)
}
