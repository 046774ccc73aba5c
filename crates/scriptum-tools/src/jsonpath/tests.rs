//! Queries with what they find, and texts that are no queries.

use scriptum_contract::Value;
use tokio_util::sync::CancellationToken;

use super::parse;
use crate::stop::Stop;

const STORE: &str = r#"{
  "store": {
    "book": [
      {"category": "reference", "author": "Nigel Rees", "price": 8.95},
      {"category": "fiction", "author": "Evelyn Waugh", "price": 12.99},
      {"category": "fiction", "author": "Herman Melville", "isbn": "0-553", "price": 8.99},
      {"category": "fiction", "author": "J. R. R. Tolkien", "isbn": "0-395", "price": 22.99}
    ],
    "bicycle": {"color": "red", "price": 399}
  }
}"#;

fn found(json: &str, query: &str) -> String {
    let value = Value::from_json(json).unwrap();
    let stop = Stop::new(CancellationToken::new());
    let query = parse(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    let found = query.find(&value, &stop).unwrap();
    Value::list(found.into_iter().cloned()).to_json().unwrap()
}

#[test]
fn the_bookstore_of_the_standard() {
    for (query, expected) in [
        (
            "$.store.book[*].author",
            r#"["Nigel Rees","Evelyn Waugh","Herman Melville","J. R. R. Tolkien"]"#,
        ),
        ("$..price", "[8.95,12.99,8.99,22.99,399]"),
        ("$..book[2].author", r#"["Herman Melville"]"#),
        ("$..book[2].publisher", "[]"),
        ("$..book[-1].author", r#"["J. R. R. Tolkien"]"#),
        ("$..book[0,1].price", "[8.95,12.99]"),
        ("$..book[:2].price", "[8.95,12.99]"),
        ("$..book[?@.isbn].price", "[8.99,22.99]"),
        ("$..book[?@.price<10].price", "[8.95,8.99]"),
        (
            "$.store.book[?@.price < $.store.bicycle.price && !@.isbn].price",
            "[8.95,12.99]",
        ),
        ("$.store.bicycle.*", r#"["red",399]"#),
        ("$['store']['bicycle'][\"color\"]", r#"["red"]"#),
    ] {
        assert_eq!(found(STORE, query), expected, "{query}");
    }
}

#[test]
fn selectors() {
    let list = "[0,1,2,3,4,5,6]";
    for (json, query, expected) in [
        ("5", "$", "[5]"),
        (list, "$[1]", "[1]"),
        (list, "$[-2]", "[5]"),
        (list, "$[7]", "[]"),
        (list, "$[-8]", "[]"),
        (list, "$[1:3]", "[1,2]"),
        (list, "$[5:]", "[5,6]"),
        (list, "$[1:5:2]", "[1,3]"),
        (list, "$[5:1:-2]", "[5,3]"),
        (list, "$[::-1]", "[6,5,4,3,2,1,0]"),
        (list, "$[-2:]", "[5,6]"),
        (list, "$[:-5]", "[0,1]"),
        (list, "$[0:3:0]", "[]"),
        (list, "$[ 0 , 0 , 1:2 ]", "[0,0,1]"),
        (list, "$[9007199254740991]", "[]"),
        (list, "$[0:9007199254740991:9007199254740991]", "[0]"),
        (list, "$.a", "[]"),
        (r#"{"a":1,"b":2}"#, "$[0]", "[]"),
        (r#"{"a":1,"b":2}"#, "$[0:1]", "[]"),
        (r#"{"j j":{"k.k":3}}"#, "$['j j']['k.k']", "[3]"),
        (
            r#"{"'":1,"☺":2,"a\"b":3}"#,
            r#"$['\'', "\u263a", '\u0061"b']"#,
            "[1,2,3]",
        ),
        (r#"{"𝄞":1}"#, r#"$["\uD834\uDD1E"]"#, "[1]"),
        (r#"{"☺":1}"#, "$.☺", "[1]"),
        (
            r#"{"o":{"j":1,"k":2},"a":[5,3,[{"j":4},{"k":6}]]}"#,
            "$..*",
            r#"[{"j":1,"k":2},[5,3,[{"j":4},{"k":6}]],1,2,5,3,[{"j":4},{"k":6}],{"j":4},{"k":6},4,6]"#,
        ),
        (
            r#"{"o":{"j":1,"k":2},"a":[5,3,[{"j":4},{"k":6}]]}"#,
            "$..[0]",
            r#"[5,{"j":4}]"#,
        ),
        (r#"{"a":[{"b":1}]}"#, "$ .a\n[ 0 ] .b", "[1]"),
    ] {
        assert_eq!(found(json, query), expected, "{json} {query}");
    }
}

#[test]
fn filters() {
    let mixed = r#"[1,1.0,"1",true,null,[1],{"a":1},{"a":null},{"b":"x"}]"#;
    for (json, query, expected) in [
        (mixed, "$[?@ == 1]", "[1,1.0]"),
        (mixed, "$[?@ == '1']", r#"["1"]"#),
        (mixed, "$[?@ == null]", "[null]"),
        (mixed, "$[?@ == true]", "[true]"),
        (mixed, "$[?@.a]", r#"[{"a":1},{"a":null}]"#),
        (mixed, "$[?@.a == null]", r#"[{"a":null}]"#),
        (
            mixed,
            "$[?@.a == @.missing]",
            r#"[1,1.0,"1",true,null,[1],{"b":"x"}]"#,
        ),
        (mixed, "$[?@ < 2]", "[1,1.0]"),
        (mixed, "$[?@ <= '1']", r#"["1"]"#),
        (mixed, "$[?@ <= null]", "[null]"),
        (
            mixed,
            "$[?@.a != 1 && (@.a || @.b)]",
            r#"[{"a":null},{"b":"x"}]"#,
        ),
        (mixed, "$[?!(@.a || @.b) && @[0] == 1]", "[[1]]"),
        (mixed, "$[?@ == 1e0 || @ == -0]", "[1,1.0]"),
        (
            mixed,
            "$[?length(@) == 1]",
            r#"["1",[1],{"a":1},{"a":null},{"b":"x"}]"#,
        ),
        (
            mixed,
            "$[?count(@.*) == 1]",
            r#"[[1],{"a":1},{"a":null},{"b":"x"}]"#,
        ),
        (mixed, "$[?value(@..b) == 'x']", r#"[{"b":"x"}]"#),
        (
            r#"["ab","aXb","a\nb","xab"]"#,
            "$[?match(@, 'a.?b')]",
            r#"["ab","aXb"]"#,
        ),
        (
            r#"["ab","aXb","a\nb","xab"]"#,
            "$[?search(@, 'a.?b')]",
            r#"["ab","aXb","xab"]"#,
        ),
        (
            r#"[["ab","a."],["ba","a."]]"#,
            "$[?match(@[0], @[1])]",
            r#"[["ab","a."]]"#,
        ),
        (r#"["a"]"#, "$[?match(@, '(')]", "[]"),
        (
            r#"[{"a":[1,{"b":2}]},{"a":[1,{"b":3}]}]"#,
            "$[?@.a == $[1].a].a[1].b",
            "[3]",
        ),
        (
            r#"[{"a":[1,2]},{"a":[3]}]"#,
            "$[?@.a[?@ > 2]]",
            r#"[{"a":[3]}]"#,
        ),
    ] {
        assert_eq!(found(json, query), expected, "{query}");
    }
}

#[test]
fn texts_that_are_no_queries() {
    let deep = format!("$[?{}@{}]", "(".repeat(10_000), ")".repeat(10_000));
    let deep_filters = format!("${}", "[?@".repeat(10_000));
    for (query, expected) in [
        ("", "at character 1: a query begins with $"),
        ("a", "at character 1: a query begins with $"),
        (" $", "at character 1: a query begins with $"),
        ("$ ", "at character 2: expected . or [ or the end"),
        (
            "$.",
            "at character 3: expected a name or *; other names go into ['…']",
        ),
        (
            "$.1",
            "at character 3: expected a name or *; other names go into ['…']",
        ),
        ("$.a-b", "at character 4: expected . or [ or the end"),
        (
            "$...a",
            "at character 4: expected a name or *; other names go into ['…']",
        ),
        (
            "$[]",
            "at character 3: expected a name in quotes, an index, a slice, * or ?",
        ),
        (
            "$[a]",
            "at character 3: expected a name in quotes, an index, a slice, * or ?",
        ),
        ("$[1", "at character 4: expected ',' or ']'"),
        (
            "$[01]",
            "at character 3: an index is a whole number without leading zeros, at most 9007199254740991",
        ),
        (
            "$[-0]",
            "at character 3: an index is a whole number without leading zeros, at most 9007199254740991",
        ),
        (
            "$[9007199254740992]",
            "at character 3: an index is a whole number without leading zeros, at most 9007199254740991",
        ),
        ("$['a", "at character 5: the text is not closed"),
        ("$['\\x']", "at character 5: unknown escape"),
        ("$['\\\"']", "at character 5: unknown escape"),
        ("$['\\ud800']", "at character 10: half of a surrogate pair"),
        (
            "$['\\u00zz']",
            "at character 6: expected four hexadecimal digits",
        ),
        (
            "$['a\nb']",
            "at character 5: a control character is written \\u and four digits",
        ),
        (
            "$[?1]",
            "at character 4: a value is no condition; compare it with something",
        ),
        (
            "$[?length(@)]",
            "at character 4: a value is no condition; compare it with something",
        ),
        (
            "$[?@.* == 1]",
            "at character 4: only a path to a single value can be compared; see value() and count()",
        ),
        (
            "$[?@.a = 1]",
            "at character 8: expected ',' or ']'; equality is written ==",
        ),
        ("$[?@ == 01]", "at character 9: this is no number"),
        ("$[?@ == 1.]", "at character 9: this is no number"),
        (
            "$[?match(@,'a') == true]",
            "at character 4: a condition cannot be compared",
        ),
        (
            "$[?len(@) == 1]",
            "at character 4: unknown function; there are length, count, value, match, search",
        ),
        (
            "$[?count(1) == 1]",
            "at character 10: expected a path: @ or $",
        ),
        (
            "$[?length(@.*) == 1]",
            "at character 11: only a path to a single value can be compared; see value() and count()",
        ),
        (
            "$[?count (@) == 1]",
            "at character 4: expected @, $, a literal or a function",
        ),
        ("$[?(@.a]", "at character 8: expected ')'"),
        (
            "$[?@.a &&]",
            "at character 10: expected @, $, a literal or a function",
        ),
        (
            "$[?é]",
            "at character 4: expected @, $, a literal or a function",
        ),
        (&deep, "at character 36: nests deeper than 32 levels"),
        (
            &deep_filters,
            "at character 52: nests deeper than 32 levels",
        ),
    ] {
        let error = parse(query).map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), expected, "{query:.80}");
    }
}

#[test]
fn a_query_stops_when_nobody_waits() {
    let token = CancellationToken::new();
    let stop = Stop::new(token.clone());
    token.cancel();
    let value = Value::list((0..10_000).map(Value::Int));
    let ended = parse("$[*]").unwrap().find(&value, &stop);
    assert_eq!(&*ended.unwrap_err().code, "CANCELLED");
}
