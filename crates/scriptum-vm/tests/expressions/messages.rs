//! What expressions refuse, in the words that the author of a script reads.

use crate::{
    support::{message, run},
    values::names,
};

const TABLE: &[(&str, &str)] = &[
    (
        "hits[0].titel",
        "cannot read 'titel' of hits[0]: the object has 'title', 'url', 'size'; did you mean 'title'?",
    ),
    (
        "report.missing",
        "cannot read 'missing' of report: the object has 'title', 'parts', 'sub'",
    ),
    ("{}.a", "cannot read 'a' of {…}: the object is empty"),
    (
        "nothing.x",
        "cannot read 'x' of nothing: it is null, not an object",
    ),
    (
        "topic.x",
        "cannot read 'x' of topic: it is the text \"moss\", not an object",
    ),
    (
        "hits.title",
        "cannot read 'title' of hits: it is a list of 2 elements, not an object",
    ),
    (
        "report.sub.deep.er",
        "cannot read 'er' of report.sub.deep: it is null, not an object",
    ),
    (
        "hits[2]",
        "cannot read element 2 of hits: the list has 2 elements",
    ),
    (
        "hits[-3]",
        "cannot read element -3 of hits: the list has 2 elements",
    ),
    ("[][0]", "cannot read element 0 of […]: the list is empty"),
    (
        "hits[\"a\"]",
        "cannot read an element of hits: its position must be an integer, this one is the text \"a\"",
    ),
    (
        "report[0]",
        "cannot read a field of report: its key must be a text, this one is 0",
    ),
    (
        "x[0]",
        "cannot read an element of x: it is 5, not a list or an object",
    ),
    (
        "1 + \"a\"",
        "cannot add 1 and the text \"a\": write them in one text, as in \"{a}{b}\"",
    ),
    (
        "1 + null",
        "cannot compute 1 + null: both sides must be numbers",
    ),
    (
        "[1] + 1",
        "cannot compute a list of 1 element + 1: both sides must be numbers",
    ),
    ("1 / 0", "cannot compute 1 / 0: division by zero"),
    ("1.5 % 0", "cannot compute 1.5 % 0: division by zero"),
    (
        "9223372036854775807 + 1",
        "cannot compute 9223372036854775807 + 1: the result does not fit into 64 bits",
    ),
    (
        "(-9223372036854775807 - 1) / -1",
        "cannot compute -9223372036854775808 / -1: the result does not fit into 64 bits",
    ),
    (
        "-(-9223372036854775807 - 1)",
        "cannot negate -9223372036854775808: the result does not fit into 64 bits",
    ),
    (
        "1e308 * 10",
        "cannot compute 1e308 * 10: the result is too large for a number",
    ),
    ("-topic", "cannot negate the text \"moss\": it is no number"),
    (
        "1 < \"a\"",
        "cannot compare 1 with the text \"a\": only two numbers or two texts have an order",
    ),
    (
        "null < 1",
        "cannot compare null with 1: only two numbers or two texts have an order",
    ),
    (
        "1 in 2",
        "cannot look for 1 in 2: it is no list, object or text",
    ),
    (
        "1 in \"1\"",
        "cannot look for 1 in a text: only a text can be part of it",
    ),
    (
        "1 in { a: 1 }",
        "cannot look for 1 in an object: its keys are texts",
    ),
    (
        "1 and true",
        "a condition must be true or false, this one is 1",
    ),
    (
        "if null then 1 else 2",
        "a condition must be true or false, this one is null",
    ),
    (
        "not \"x\"",
        "a condition must be true or false, this one is the text \"x\"",
    ),
    (
        "cuont([1])",
        "there is no function 'cuont'; did you mean 'count'?",
    ),
    ("frobnicate()", "there is no function 'frobnicate'"),
    ("count()", "cannot call count(list): 0 arguments were given"),
    (
        "slice([], 1, 2, 3)",
        "cannot call slice(value, start, [end]): 4 arguments were given",
    ),
    (
        "count(5)",
        "cannot call count(list): list must be a list or an object, not 5",
    ),
    (
        "slice(5, 1)",
        "cannot call slice(value, start, [end]): value must be a text or a list, not 5",
    ),
    (
        "map([1], 2)",
        "cannot call map(list, function): function must be a function of (item, index), not a value, as in x => x",
    ),
    (
        "count(x => x)",
        "cannot call count(list): list must be a list or an object, not a function",
    ),
    (
        "range(1.5)",
        "cannot call range(start, [end], [step]): start must be an integer, not 1.5",
    ),
    (
        "range(0, 5, 0)",
        "cannot compute range(start, [end], [step]): the step must not be 0",
    ),
    (
        "filter([1], n => n)",
        "a condition must be true or false, this one is 1",
    ),
    (
        "sum([1, \"2\"])",
        "cannot compute sum(list): element 1 is the text \"2\", not a number",
    ),
    (
        "sort_by([1, \"a\"], v => v)",
        "cannot sort by numbers and texts at once",
    ),
    (
        "sort_by([true], v => v)",
        "cannot sort by true: only numbers and texts have an order",
    ),
    (
        "sort_by([1], v => v, \"down\")",
        "cannot compute sort_by(list, function, [order]): order must be \"asc\" or \"desc\", not \"down\"",
    ),
    (
        "min([true])",
        "cannot compare true with true: only two numbers or two texts have an order",
    ),
    (
        "round(1e30)",
        "cannot compute round(number, [digits]): 1e30: the result does not fit into 64 bits",
    ),
    (
        "round(1.5, 99)",
        "cannot compute round(number, [digits]): digits must be between 0 and 15, not 99",
    ),
    (
        "replace(\"a\", \"\", \"b\")",
        "cannot compute replace(text, old, new): the text to replace is empty",
    ),
    (
        "matches(\"a\", \"(\")",
        "cannot compute matches(text, pattern): \"(\" is no pattern: unbalanced parenthesis",
    ),
    (
        "matches(join(map(range(40), n => \"a\")), \"^(a|a|aa)*(b)\\\\2$\")",
        "cannot compute matches(text, pattern): the pattern is \"^(a|a|aa)*(b)\\\\2$\", which takes too many steps for this text",
    ),
    (
        "parse_json(\"[1,\\n oops]\")",
        "cannot compute parse_json(text, [otherwise]): no JSON: line 2, column 2: expected a value",
    ),
    (
        "to_number(\"12a\")",
        "cannot compute to_number(value, [otherwise]): the text \"12a\" is no number",
    ),
    (
        "to_integer(2.5)",
        "cannot compute to_integer(value, [otherwise]): 2.5 has a fraction: use round, floor or ceil",
    ),
    (
        "to_integer(1e300)",
        "cannot compute to_integer(value, [otherwise]): 1e300 does not fit into 64 bits",
    ),
    (
        "base64_decode(\"/w==\")",
        "cannot compute base64_decode(text): the bytes are no text: byte 0 is not UTF-8",
    ),
    (
        "cosine_similarity([1], [1, 2])",
        "cannot compute cosine_similarity(a, b): the vectors have 1 and 2 elements",
    ),
    (
        "date_add(\"2026-01-31\", \"1h\")",
        "cannot compute date_add(time, duration): a date can only be moved by whole days",
    ),
    (
        "date_add(\"2026-01-31\", \"soon\")",
        "cannot compute date_add(time, duration): the text \"soon\" is no duration like 30s, 1h30m or -2d",
    ),
    (
        "date_add(\"9999-12-31\", \"1d\")",
        "cannot compute date_add(time, duration): the result is outside the years 0 to 9999",
    ),
    (
        "date_add(\"31.01.2026\", \"1d\")",
        "cannot compute date_add(time, duration): the text \"31.01.2026\" is neither a date like 2026-01-31 nor a timestamp like 2026-01-31T09:30:00Z",
    ),
    (
        "format_time(\"2026-01-31\", \"%H\")",
        "cannot compute format_time(time, pattern, [offset]): the pattern does not fit: …",
    ),
    (
        "format_time(now(), \"%H\", \"Mars\")",
        "cannot compute format_time(time, pattern, [offset]): \"Mars\" is no offset like +02:00",
    ),
];

#[test]
fn failures_say_what_is_there_and_what_to_do() {
    let names = names();
    for (source, expected) in TABLE {
        let found = message(source, &names);
        let expected = format!("EXPRESSION_FAILED: {expected}");
        // Behind `…` are the words of a library.
        match expected.strip_suffix('…') {
            Some(start) => assert!(found.starts_with(start), "{source}: {found}"),
            None => assert_eq!(found, expected, "{source}"),
        }
    }
}

#[test]
fn limits_are_errors_with_a_name() {
    let table = [
        (
            "reduce(range(60), \"abcdefgh\", (t, n) => t + t)",
            "the text would be longer than 16 MiB",
        ),
        (
            "range(100000000000)",
            "the list would have more than 1000000 elements",
        ),
        (
            "reduce(range(40), [1], (l, n) => l + l)",
            "the list would have more than 1000000 elements",
        ),
        (
            "reduce(range(1000), [], (l, n) => [l])",
            "the value would be nested more than 100 levels deep",
        ),
        (
            "reduce(range(40), [1], (l, n) => [l, l])",
            "the expression takes more than 10000000 steps: split it, or work on less at once",
        ),
        (
            "map([join(map(range(1000), n => 1000000000), \",\")], t => map(range(9000), n => t))",
            "the value would be larger than 64 MiB",
        ),
        (
            "count(map(range(30000), a => count(map(range(30000), b => a))))",
            "the expression takes more than 10000000 steps: split it, or work on less at once",
        ),
        (
            "replace(join(map(range(100000), n => \"a\")), \"a\", join(map(range(1000), n => \"b\")))",
            "the text would be longer than 16 MiB",
        ),
    ];
    for (source, expected) in table {
        assert_eq!(
            message(source, &names()),
            format!("LIMIT_EXCEEDED: {expected}"),
            "{source}"
        );
    }
}

#[test]
fn long_texts_and_many_keys_are_shortened() {
    let long = format!("\"{}\"", "x".repeat(500));
    let found = message(&format!("{long}.a"), &names());
    assert!(found.len() < 200, "{found}");
    let entries: Vec<String> = (0..200).map(|n| format!("key{n}: {n}")).collect();
    let found = message(&format!("{{ {} }}.kex7", entries.join(", ")), &names());
    assert!(
        found.ends_with("'key7' and 192 more; did you mean 'key7'?"),
        "{found}"
    );
}

#[test]
fn deep_values_are_compared_and_written_within_the_limit() {
    let lists = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    let names = names();
    for (source, expected) in [
        (format!("{0} == {0}", lists(120)), Ok("true")),
        (format!("{} == {}", lists(120), lists(119)), Ok("false")),
        (
            format!("count(group_by([{0}, {0}], v => v))", lists(90)),
            Ok("1"),
        ),
        (format!("len(to_json({}))", lists(100)), Ok("201")),
        (format!("to_json({})", lists(101)), Err(())),
        (lists(101), Err(())),
        (format!("flatten({})", lists(102)), Err(())),
        (format!("flatten({})", lists(101)), Ok(lists(100).as_str())),
    ] {
        match expected {
            Ok(value) => assert_eq!(run(&source, &names), run(value, &names), "{source}"),
            Err(()) => assert_eq!(
                message(&source, &names),
                "LIMIT_EXCEEDED: the value would be nested more than 100 levels deep",
                "{source}"
            ),
        }
    }
}

#[test]
fn depth_beyond_the_limit_is_an_error_and_below_it_is_not() {
    let nested = |levels: usize| format!("{}1{}", "-(".repeat(levels), ")".repeat(levels));
    assert!(run(&nested(120), &names()).is_ok());
    let deep = "nested more than 128 levels deep";
    assert!(message(&nested(130), &names()).contains(deep));
    let chain = |levels: usize| format!("report{} ?? 1", ".x".repeat(levels));
    assert!(run(&chain(120), &names()).is_ok());
    assert!(message(&chain(130), &names()).contains(deep));
}
