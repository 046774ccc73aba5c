//! Which functions may be given a secret: those that pass it on without looking at what it is.

use scriptum_contract::Type;

use super::Builtin;

/// Functions that pass on whatever they are given, be it in another form.
const PASS_ON_ANY: &[&str] = &["coalesce", "env", "to_json", "to_text", "type_of"];
/// Functions that give a secret back as a text in another form, which is made when it is opened.
const PASS_ON_TEXTS: &[&str] = &["base64_encode"];
/// Functions that pass on the parts of lists and objects.
const PASS_ON_PARTS: &[&str] = &[
    "all", "any", "count", "filter", "find", "first", "flatten", "group_by", "has", "keys", "last",
    "len", "map", "merge", "range", "reduce", "slice", "sort_by", "values",
];

impl Builtin {
    /// True when an argument of this type is a secret, or holds one, that the function would have to
    /// look into. Such a call fails.
    pub fn looks_into(&self, argument: &Type) -> bool {
        let is_among = |names: &[&str]| names.contains(&self.name);
        let may_have_it = if is_text(argument) {
            is_among(PASS_ON_TEXTS)
        } else {
            is_among(PASS_ON_PARTS)
        };
        argument.is_secret() && !is_among(PASS_ON_ANY) && !may_have_it
    }

    /// True when a secret may stand where the row asks for a text.
    pub(super) fn codes_secrets(&self) -> bool {
        PASS_ON_TEXTS.contains(&self.name)
    }
}

fn is_text(ty: &Type) -> bool {
    matches!(ty.without_null(), Type::Text(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::{ALL, find};

    #[test]
    fn the_names_are_those_of_the_table() {
        for name in [PASS_ON_ANY, PASS_ON_TEXTS, PASS_ON_PARTS].concat() {
            assert!(find(name).is_some(), "{name}");
        }
    }

    #[test]
    fn what_computes_with_texts_takes_no_secret() {
        let secret = Type::text().secret();
        let may: Vec<_> = ALL
            .iter()
            .filter(|builtin| !builtin.looks_into(&secret))
            .map(|builtin| builtin.name)
            .collect();
        assert_eq!(
            may,
            [
                "base64_encode",
                "coalesce",
                "env",
                "to_json",
                "to_text",
                "type_of"
            ]
        );
    }
}
