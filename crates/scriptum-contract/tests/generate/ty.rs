//! Generators of sound types, and of values that fit a type.

use std::sync::Arc;

use proptest::{collection::vec, option, prelude::*, sample::select};
use scriptum_contract::{
    EnumBase, EnumDef, Field, List, Number, Pattern, Shape, Text, Type, Value, Variant,
};

use super::value::loaded_value;

/// Any type that a value can have, with rules that leave room.
pub(crate) fn ty() -> BoxedStrategy<Type> {
    let leaf = prop_oneof![
        select(vec![
            Type::Any,
            Type::Boolean,
            Type::Object,
            Type::Binary,
            Type::Date,
            Type::Timestamp,
            Type::Null,
        ]),
        text().prop_map(Type::Text),
        number().prop_map(Type::Number),
        number().prop_map(Type::Integer),
        select(enums()).prop_map(Type::Enum),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            list(inner.clone()).prop_map(|list| Type::List(Arc::new(list))),
            shape(inner.clone()).prop_map(|shape| Type::Shape(Arc::new(shape))),
            inner.prop_map(Type::optional),
        ]
    })
    .boxed()
}

fn text() -> impl Strategy<Value = Text> {
    let pattern = option::of(Just(Pattern("^[a-z]*$".into())));
    (option::of(0..3_u32), option::of(3..6_u32), pattern).prop_map(|(min, max, pattern)| Text {
        min_length: min,
        max_length: max,
        patterns: pattern.into_iter().collect(),
        ..Text::default()
    })
}

/// Bounds are multiples of 4 and at least 8 apart, so that a multiple of every step lies between.
fn number() -> impl Strategy<Value = Number> {
    let bounds = (option::of(-8..0_i32), option::of(2..8_i32));
    let step = option::of(select(vec![0.25, 0.5, 1.0, 2.0, 4.0]));
    (bounds, any::<[bool; 2]>(), step).prop_map(|((min, max), [above, below], multiple_of)| {
        Number {
            minimum: min.map(|min| f64::from(min * 4)),
            maximum: max.map(|max| f64::from(max * 4)),
            exclusive_minimum: above && min.is_some(),
            exclusive_maximum: below && max.is_some(),
            multiple_of,
        }
    })
}

fn enums() -> Vec<Arc<EnumDef>> {
    let def = |name: &str, base, values: &[Value]| {
        let variant = |value: &Value| Variant {
            value: value.clone(),
            doc: String::new(),
        };
        let variants = values.iter().map(variant).collect();
        Arc::new(EnumDef {
            name: name.into(),
            base,
            variants,
        })
    };
    vec![
        def("Mode", EnumBase::Text, &["fast".into(), "exact".into()]),
        def("Speed", EnumBase::Text, &["fast".into(), "slow".into()]),
        def(
            "Status",
            EnumBase::Integer,
            &[Value::Int(200), Value::Int(404)],
        ),
        def(
            "Rate",
            EnumBase::Number,
            &[Value::Float(0.5), Value::Int(200)],
        ),
    ]
}

fn list(item: impl Strategy<Value = Type>) -> impl Strategy<Value = List> {
    let sizes = (option::of(0..2_u32), option::of(2..5_u32));
    (item, sizes, any::<bool>()).prop_map(|(item, (min_items, max_items), unique)| List {
        item,
        // Unique elements cannot always be found for a minimum.
        min_items: min_items.filter(|_| !unique),
        max_items,
        unique,
    })
}

fn shape(inner: impl Strategy<Value = Type> + Clone + 'static) -> impl Strategy<Value = Shape> {
    let field = (inner, any::<bool>(), any::<bool>()).prop_flat_map(|(ty, required, defaulted)| {
        let default = if defaulted {
            value_of(&ty).prop_map(Some).boxed()
        } else {
            Just(None).boxed()
        };
        (Just(ty), Just(required), default)
    });
    (vec(field, 0..4), any::<bool>()).prop_map(|(fields, open)| Shape {
        fields: ["a", "b", "c", "d"]
            .into_iter()
            .zip(fields)
            .map(named)
            .collect(),
        open,
    })
}

fn named((name, (ty, required, default)): (&str, (Type, bool, Option<Value>))) -> Field {
    Field {
        default,
        required,
        ..Field::required(name, ty)
    }
}

/// A value that fits the type.
pub(crate) fn value_of(ty: &Type) -> BoxedStrategy<Value> {
    match ty {
        Type::Any | Type::Object => loaded_value().boxed(),
        Type::Text(rules) => text_of(rules),
        Type::Number(rules) => prop_oneof![whole_of(rules), fraction_of(rules)].boxed(),
        Type::Integer(rules) => whole_of(rules),
        Type::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        Type::Binary => select(vec!["", "aGk=", "AAAA"])
            .prop_map(Value::from)
            .boxed(),
        Type::Date => select(vec!["2026-01-31", "2024-02-29"])
            .prop_map(Value::from)
            .boxed(),
        Type::Timestamp => select(vec!["2026-01-31T09:30:00Z", "1999-12-31T23:59:59.5+01:00"])
            .prop_map(Value::from)
            .boxed(),
        Type::List(list) => list_of(list),
        Type::Enum(def) => {
            let values: Vec<_> = def.variants.iter().map(|it| it.value.clone()).collect();
            select(values).boxed()
        }
        Type::Shape(shape) => shape_of(shape),
        Type::Null | Type::Never => Just(Value::Null).boxed(),
        Type::Optional(inner) => prop_oneof![Just(Value::Null), value_of(inner)].boxed(),
    }
}

fn text_of(rules: &Text) -> BoxedStrategy<Value> {
    let min = rules.min_length.unwrap_or(0);
    let max = rules.max_length.unwrap_or(8);
    let class = if rules.patterns.is_empty() {
        "[a-zäß🙂\\n ]"
    } else {
        "[a-z]"
    };
    let form = format!("{class}{{{min},{max}}}");
    let text = proptest::string::string_regex(&form).expect("the form is a pattern");
    text.prop_map(Value::from).boxed()
}

/// Multiples of 4 strictly between the bounds.
fn whole_of(rules: &Number) -> BoxedStrategy<Value> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the generated bounds are small"
    )]
    let [low, high] = [
        rules.minimum.unwrap_or(-400.0),
        rules.maximum.unwrap_or(400.0),
    ]
    .map(|it| it as i64 / 4);
    (low + 1..high, any::<bool>())
        .prop_map(|(quarter, int)| {
            if int {
                Value::Int(quarter * 4)
            } else {
                #[expect(clippy::cast_precision_loss, reason = "the number is small")]
                Value::Float((quarter * 4) as f64)
            }
        })
        .boxed()
}

fn fraction_of(rules: &Number) -> BoxedStrategy<Value> {
    if rules.multiple_of.is_some() {
        return whole_of(rules);
    }
    let low = rules.minimum.unwrap_or(-1e9);
    let high = rules.maximum.unwrap_or(1e9);
    let inside = move |number: &f64| low < *number && *number < high;
    (low..high)
        .prop_filter("between the bounds", inside)
        .prop_map(Value::Float)
        .boxed()
}

fn list_of(list: &List) -> BoxedStrategy<Value> {
    let min = list.min_items.unwrap_or(0) as usize;
    let max = list.max_items.unwrap_or(4) as usize;
    let unique = list.unique;
    vec(value_of(&list.item), min..=max)
        .prop_map(move |items| {
            let mut kept: Vec<Value> = Vec::new();
            for item in items {
                if !unique || !kept.contains(&item) {
                    kept.push(item);
                }
            }
            Value::list(kept)
        })
        .boxed()
}

fn shape_of(shape: &Shape) -> BoxedStrategy<Value> {
    let entry = |field: &Field| {
        let name = Arc::clone(&field.name);
        let value = value_of(&field.ty);
        let present = if field.is_needed() {
            Just(true).boxed()
        } else {
            any::<bool>().boxed()
        };
        (present, value)
            .prop_map(move |(present, value)| present.then(|| (Arc::clone(&name), value)))
    };
    let entries: Vec<_> = shape.fields.iter().map(entry).collect();
    let open = shape.open;
    (entries, option::of(loaded_value()))
        .prop_map(move |(entries, further)| {
            let further = further
                .filter(|_| open)
                .map(|value| (Arc::from("further"), value));
            Value::object(entries.into_iter().flatten().chain(further))
        })
        .boxed()
}
