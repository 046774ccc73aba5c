//! The table of built-in functions: each row's example, and what holds for all rows.

use crate::support::{Names, run};
use scriptum_contract::{Assignable, Type, Value, check};
use scriptum_vm::builtins::{self, Builtin, Example, Param, Presence, Takes};

fn scope() -> Names {
    Names {
        env: [("REGION".to_owned(), Value::text("eu"))].into(),
        ..Names::default()
    }
}

#[test]
fn every_example_has_its_value() {
    for builtin in builtins::ALL {
        let example = builtin.example;
        let value = run(example.call, &scope());
        let expected = run(example.value, &scope());
        assert_eq!(value, expected, "{}", example.call);
        assert!(value.is_ok(), "{}: {value:?}", example.call);
        assert!(
            example.call.contains(&format!("{}(", builtin.name)),
            "{} shows itself",
            builtin.name
        );
    }
}

/// The reference page, made of the table.
fn page() -> String {
    let mut page = String::from(
        "# Built-in functions\n\nArguments are given by position; those in brackets may be left out, and `…` stands for any \
         number of them. A function that a list is given to gets each element, and its position if it names it. A value of the wrong kind \
         is an error. All functions are pure; `now()` and `uuid()` are recorded, so that a replay sees the same.\n",
    );
    let row = |builtin: &Builtin| {
        let param = |param: &Param| format!("- `{}`: {}\n", param.name, param.takes);
        let params: String = builtin.params.iter().map(param).collect();
        let Builtin {
            name, doc, example, ..
        } = builtin;
        let signature = builtin.signature();
        let list = if params.is_empty() {
            params
        } else {
            format!("\n{params}")
        };
        let Example { call, value } = example;
        format!("\n## {name}\n\n`{signature}`\n\n{doc}\n{list}\n`{call}` is `{value}`\n")
    };
    page.extend(builtins::ALL.iter().map(row));
    page
}

#[test]
fn the_reference_page_is_what_the_table_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/functions.md");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let written = std::fs::File::create(path)
            .and_then(|mut file| std::io::Write::write_all(&mut file, page().as_bytes()));
        written.expect("the page can be written");
    }
    let found = std::fs::read_to_string(path).expect("the page is there");
    assert_eq!(
        found,
        page(),
        "run with UPDATE_EXPECT=1 to rewrite the page"
    );
}

#[test]
fn rows_are_well_formed() {
    for pair in builtins::ALL.windows(2) {
        assert!(pair[0].name < pair[1].name, "{} is in order", pair[1].name);
    }
    for builtin in builtins::ALL {
        let name = builtin.name;
        assert!(builtin.doc.ends_with('.'), "{name}: the doc is a sentence");
        let mut optional = false;
        for (at, param) in builtin.params.iter().enumerate() {
            optional |= param.presence != Presence::Required;
            let required = param.presence == Presence::Required;
            assert!(!(optional && required), "{name}: required ones come first");
            let last = at + 1 == builtin.params.len();
            let repeated = param.presence == Presence::Repeated;
            assert!(!repeated || last, "{name}: only the last one is repeated");
        }
        assert_eq!(builtins::find(name).map(|found| found.name), Some(name));
    }
    assert!(builtins::find("coun").is_none());
}

/// A value of each kind, and its type.
fn samples() -> Vec<(&'static str, Type)> {
    vec![
        ("null", Type::Null),
        ("true", Type::Boolean),
        ("7", Type::integer()),
        ("-2.5", Type::number()),
        ("\"2026-01-31\"", Type::text()),
        ("[]", Type::list(Type::Never)),
        ("[1, 2, 3]", Type::list(Type::integer())),
        ("[\"a\", \"b\"]", Type::list(Type::text())),
        ("[[1], [2.5]]", Type::list(Type::list(Type::number()))),
        (
            "{ a: 1, b: \"x\" }",
            Type::shape(vec![
                scriptum_contract::Field::required("a", Type::integer()),
                scriptum_contract::Field::required("b", Type::text()),
            ]),
        ),
    ]
}

/// Calls each function with every combination of the samples, up to its first three parameters.
#[test]
fn results_have_the_type_that_the_rule_says() {
    let mut computed = 0;
    for builtin in builtins::ALL.iter().filter(|builtin| builtin.name != "env") {
        let most = builtin.args_max().unwrap_or(2).min(3);
        for count in builtin.args_min()..=most {
            let samples = samples();
            for choice in 0..samples.len().pow(u32::try_from(count).unwrap()) {
                let mut rest = choice;
                let mut args = Vec::new();
                let mut types = Vec::new();
                let mut accepted = true;
                for at in 0..count {
                    let param = builtin.param(at).unwrap();
                    let (source, ty) = &samples[rest % samples.len()];
                    rest /= samples.len();
                    if let Takes::Function(lambda) = param.takes {
                        // The function gives this sample for every element.
                        accepted &= !matches!(param.takes.accepts(ty), Assignable::No(_));
                        args.push(format!("{} => {source}", lambda.names[0]));
                    } else {
                        accepted &= !matches!(param.takes.accepts(ty), Assignable::No(_));
                        args.push((*source).to_owned());
                    }
                    types.push(ty.clone());
                }
                let call = format!("{}({})", builtin.name, args.join(", "));
                let result = run(&call, &Names::default());
                if !accepted {
                    continue;
                }
                if let Ok(value) = result {
                    computed += 1;
                    let ty = (builtin.result)(&types);
                    assert_eq!(check(&value, &ty), [], "{call} = {value:?} is no {ty}");
                }
            }
        }
    }
    assert!(computed > 1000, "{computed} calls had a value");
}
