//! What holds between types and values, whatever they are.

mod generate;

use std::sync::Arc;

use proptest::prelude::*;
use scriptum_contract::{
    Assignable, EnumDef, Field, Flaw, List, Reason, Shape, Type, Value, Variant, assignable, check,
    check_fields, coerce, from_json_schema, type_schema,
};

fn type_and_value() -> impl Strategy<Value = (Type, Value)> {
    generate::ty().prop_flat_map(|ty| (Just(ty.clone()), generate::value_of(&ty)))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sound_types_have_no_flaws(ty in generate::ty()) {
        let made_equal = |flaw: &Flaw| {
            matches!(flaw, Flaw::Default(_, violations)
                if violations.iter().all(|it| it.reason == Reason::Unique))
        };
        prop_assert!(ty.flaws().iter().all(made_equal), "{:?}", ty.flaws());
    }

    #[test]
    fn a_value_of_a_type_fits_it((ty, value) in type_and_value()) {
        prop_assert_eq!(check(&value, &ty), [], "{:#}", ty);
    }

    #[test]
    fn checking_any_value_ends_with_an_answer(ty in generate::ty(), value in generate::value()) {
        for violation in check(&value, &ty) {
            prop_assert!(violation.pointer.is_empty() || violation.pointer.starts_with('/'));
            prop_assert!(!violation.message.is_empty() && !violation.message.contains('\n'));
        }
    }

    #[test]
    fn filling_defaults_gives_a_value_that_fits_and_lacks_nothing((ty, value) in type_and_value()) {
        let fields = [Field::required("it", ty.clone())];
        let given = Value::object([("it", value)]);
        match check_fields(&given, &fields, false) {
            Ok(filled) => {
                prop_assert_eq!(check(&filled, &Type::shape(fields.to_vec())), []);
                prop_assert_eq!(check_fields(&filled, &fields, false).unwrap(), filled);
            }
            // Elements that differ as given may be equal once their defaults are there.
            Err(violations) => {
                prop_assert!(violations.iter().all(|it| it.reason == Reason::Unique));
            }
        }
    }

    #[test]
    fn conversion_leaves_values_that_fit_alone((ty, value) in type_and_value()) {
        let fits_as_text = check(&coerce(&value, &ty), &ty);
        prop_assert_eq!(fits_as_text, []);
    }

    #[test]
    fn text_of_a_scalar_converts_back((ty, value) in type_and_value()) {
        if matches!(ty, Type::Number(_) | Type::Integer(_) | Type::Boolean) {
            let text = Value::from(value.to_json().unwrap());
            prop_assert_eq!(coerce(&text, &ty), value);
        }
    }

    #[test]
    fn a_type_is_assignable_to_itself(ty in generate::ty()) {
        prop_assert_eq!(assignable(&ty, &ty), Assignable::Yes);
    }

    #[test]
    fn values_of_an_assignable_type_fit((from, value) in type_and_value(), to in generate::ty()) {
        if assignable(&from, &to) == Assignable::Yes {
            prop_assert_eq!(check(&value, &to), [], "{:#} to {:#}", from, to);
        }
    }

    #[test]
    fn a_join_takes_the_values_of_both((a, value) in type_and_value(), b in generate::ty()) {
        for joined in [a.join(&b), b.join(&a)] {
            prop_assert_eq!(check(&value, &joined), [], "{:#} and {:#}", a, b);
            prop_assert_eq!(assignable(&a, &joined), Assignable::Yes, "{:#} to {:#}", a, joined);
        }
    }

    #[test]
    fn a_schema_reads_back_as_the_type_it_was_written_from(ty in generate::ty()) {
        let schema = type_schema(&ty);
        prop_assert_eq!(from_json_schema(&schema), as_schemas_know_it(&ty), "{}", schema.to_json().unwrap());
    }

    #[test]
    fn any_value_read_as_a_schema_gives_a_type(schema in generate::schema()) {
        let ty = from_json_schema(&schema);
        prop_assert_eq!(from_json_schema(&type_schema(&ty)), as_schemas_know_it(&ty));
    }
}

fn undocumented(variant: &Variant) -> Variant {
    Variant {
        value: variant.value.clone(),
        doc: String::new(),
    }
}

/// The type without what JSON Schema cannot say: `object` is `any` there, a field with a default is
/// not required, and the documentation of variants is one text.
fn as_schemas_know_it(ty: &Type) -> Type {
    let field = |field: &Field| Field {
        ty: as_schemas_know_it(&field.ty),
        required: field.is_needed(),
        ..field.clone()
    };
    match ty {
        Type::Object => Type::Any,
        Type::Enum(def) => Type::Enum(Arc::new(EnumDef {
            variants: def.variants.iter().map(undocumented).collect(),
            ..EnumDef::clone(def)
        })),
        Type::Optional(inner) => as_schemas_know_it(inner).optional(),
        Type::List(list) => Type::List(Arc::new(List {
            item: as_schemas_know_it(&list.item),
            ..List::clone(list)
        })),
        Type::Shape(shape) => Type::Shape(Arc::new(Shape {
            fields: shape.fields.iter().map(field).collect(),
            open: shape.open,
        })),
        Type::Any
        | Type::Text(_)
        | Type::Number(_)
        | Type::Integer(_)
        | Type::Boolean
        | Type::Binary
        | Type::Date
        | Type::Timestamp
        | Type::Null
        | Type::Never => ty.clone(),
    }
}
