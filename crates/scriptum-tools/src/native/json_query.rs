//! `json_query`: the parts of a value that a JSONPath query names.

use scriptum_contract::{Field, Type, Value};
use scriptum_engine::ToolError;

use super::{
    fields::text_of,
    tool::{Definition, Idempotence, Run, Work},
};
use crate::{jsonpath, limits::QUERY_CHARS_MAX};

pub(super) const TOOL: Definition = Definition {
    name: "json_query",
    doc: "Finds parts of a value with a JSONPath query (RFC 9535).",
    input,
    output,
    idempotence: Idempotence::Always,
    example: r#"do "Find cheap books" with json_query
  value = { books: [{ title: "Emma", price: 8 }, { title: "Ulysses", price: 12 }] }
  query = "$.books[?@.price < 10].title"
  -> cheap"#,
    notes: "\
The query language is that of RFC 9535:

| query | finds |
|---|---|
| `$.a.b`, `$['a b']` | a field |
| `$.list[0]`, `$.list[-1]`, `$.list[1:3]` | elements, counted from 0, from the end, or a range |
| `$.list[*]`, `$.*` | all elements, all fields |
| `$..price` | that field at any depth |
| `$.list[?@.price < 10 && @.stock]` | elements for which the condition holds |
| `$.list[?match(@.name, 'A.*')]` | functions: `length` `count` `value` `match` `search` |

Nothing found is an answer: `matches` is empty and `first` is null.

A query visits at most 10,000,000 values and returns at most 100,000.",
    errors: &[
        (
            "INVALID_QUERY",
            "the query is no JSONPath; the message says at which character",
        ),
        (
            "QUERY_TOO_EXPENSIVE",
            "the query visits or returns too many values",
        ),
    ],
    run: Run::Blocking(run),
};

fn input() -> Vec<Field> {
    vec![
        Field::required("value", Type::Any).doc("Where to search."),
        Field::required("query", text_of(1, QUERY_CHARS_MAX)).doc("A JSONPath query."),
    ]
}

fn output() -> Vec<Field> {
    vec![
        Field::required("matches", Type::list(Type::Any))
            .doc("What was found, in the order of the value."),
        Field::required("first", Type::Any).doc("The first of them; null when there is none."),
    ]
}

fn run(work: &Work<'_>) -> Result<Value, ToolError> {
    let text = work.args.text("query")?;
    let query = jsonpath::parse(text).map_err(|error| {
        ToolError::permanent("INVALID_QUERY", format!("'{text}' is no JSONPath: {error}"))
    })?;
    let null = Value::Null;
    let value = work.args.value("value").unwrap_or(&null);
    let matches = query.find(value, work.stop)?;
    let first = matches.first().copied().cloned().unwrap_or_default();
    Ok(Value::object([
        ("matches", Value::list(matches.into_iter().cloned())),
        ("first", first),
    ]))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, code};

    const STORE: &str = r#"{"books":[{"title":"Emma","price":8},{"title":"Ulysses","price":12}]}"#;

    #[tokio::test]
    async fn queries_find_parts() {
        let bench = Bench::new();
        for (query, expected) in [
            (
                "$.books[?@.price < 10].title",
                r#"{"matches":["Emma"],"first":"Emma"}"#,
            ),
            ("$..price", r#"{"matches":[8,12],"first":8}"#),
            ("$.none", r#"{"matches":[],"first":null}"#),
        ] {
            let args = format!(r#"{{"value":{STORE},"query":"{query}"}}"#);
            assert_eq!(
                bench.call("json_query", &args).await,
                Ok(expected.to_owned())
            );
        }
    }

    #[tokio::test]
    async fn errors_say_where_the_query_is_wrong() {
        let bench = Bench::new();
        let error = bench
            .error("json_query", r#"{"value":1,"query":"$.a[?@.b = 1]"}"#)
            .await;
        assert_eq!(
            error.to_string(),
            "INVALID_QUERY: '$.a[?@.b = 1]' is no JSONPath: at character 10: expected ',' or ']'; \
             equality is written =="
        );
    }

    #[tokio::test]
    async fn queries_that_visit_too_much_end_in_an_error() {
        let bench = Bench::new();
        let deep = format!("{}1{}", "[".repeat(90), "]".repeat(90));
        for (value, query) in [
            (deep.as_str(), "$..*..*..*..*..*..*..*..*"),
            (
                "[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]",
                &"[0,0]".repeat(24),
            ),
        ] {
            let query = query.strip_prefix('$').unwrap_or(query);
            let args = format!(r#"{{"value":{value},"query":"${query}"}}"#);
            let error = bench.error("json_query", &args).await;
            assert_eq!(code(&error), "QUERY_TOO_EXPENSIVE", "{error}");
        }
    }
}
