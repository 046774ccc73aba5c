//! What holds between types and values, whatever they are.

mod generate;

use proptest::prelude::*;
use scriptum_contract::{
    Assignable, Field, Flaw, Reason, Type, Value, assignable, check, check_fields, coerce,
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
}
