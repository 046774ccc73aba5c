//! What expressions compute: one line an expression, its value behind it.

use scriptum_contract::Value;

use crate::support::{Names, run};

/// Names that the tables read.
pub(crate) fn names() -> Names {
    let bind = |source: &str| run(source, &Names::default()).expect(source);
    let bound = [
        (
            "hits",
            r#"[{ title: "A", url: "u1", size: 3 }, { title: "B", url: "u2", size: 1 }]"#,
        ),
        (
            "report",
            r#"{ title: "T", parts: [1, 2, 3], sub: { deep: null } }"#,
        ),
        ("topic", r#""moss""#),
        ("x", "5"),
        ("half", "0.5"),
        ("nothing", "null"),
    ];
    Names {
        bound: bound
            .map(|(name, source)| (name.to_owned(), bind(source)))
            .into(),
        env: [
            ("REGION".to_owned(), Value::text("eu")),
            ("LIMIT".to_owned(), Value::Int(7)),
        ]
        .into(),
        ..Names::default()
    }
}

const TABLE: &[(&str, &str)] = &[
    // Precedence.
    ("1 + 2 * 3", "7"),
    ("(1 + 2) * 3", "9"),
    ("-2 * -3", "6"),
    ("10 - 4 - 3", "3"),
    ("2 < 3 and not 3 < 2", "true"),
    ("nothing ?? 1 + 1", "2"),
    ("if x > 3 then \"big\" else \"small\"", "\"big\""),
    // Integers and numbers.
    ("7 / 2", "3.5"),
    ("6 / 2", "3"),
    ("type_of(6 / 2)", "\"integer\""),
    ("type_of(7 / 2)", "\"number\""),
    ("-7 % 3", "-1"),
    ("7 % -3", "1"),
    ("7.5 % 2", "1.5"),
    ("-9223372036854775807 - 1", "-9223372036854775807 - 1"),
    ("(-9223372036854775807 - 1) % -1", "0"),
    ("9007199254740993 == 9007199254740992.0", "false"),
    ("9007199254740993 > 9007199254740992.0", "true"),
    ("1 == 1.0", "true"),
    ("1 + half", "1.5"),
    ("2 * half", "1.0"),
    ("0.0 == -0.0", "true"),
    // Texts and lists.
    ("\"a\" + \"b\"", "\"ab\""),
    ("[1] + [\"b\"]", "[1, \"b\"]"),
    ("\"Z\" < \"a\"", "true"),
    ("\"2026-01-31\" < \"2026-02-01\"", "true"),
    ("\"ä\" > \"z\"", "true"),
    // Equality.
    ("{ a: 1, b: 2 } == { b: 2.0, a: 1 }", "true"),
    ("[1, [2]] == [1, [3]]", "false"),
    ("null == false", "false"),
    ("\"1\" == 1", "false"),
    // Membership.
    ("2 in [1, 2.0]", "true"),
    ("\"title\" in report", "true"),
    ("\"os\" in topic", "true"),
    ("not (9 in [1])", "true"),
    // Booleans evaluate only what they need.
    ("false and nothing.x", "false"),
    ("true or nothing.x", "true"),
    ("if true then 1 else nothing.x", "1"),
    // Access.
    ("hits[0].title", "\"A\""),
    ("hits[-1].url", "\"u2\""),
    ("report[\"title\"]", "\"T\""),
    ("nothing?.x", "null"),
    ("report.other?", "null"),
    ("report?.other", "null"),
    ("hits?[9]", "null"),
    ("nothing?[0]", "null"),
    ("topic?.length", "null"),
    ("report.other ?? \"no\"", "\"no\""),
    ("report.sub.deep.deeper.still ?? 1", "1"),
    ("hits[7].title ?? \"none\"", "\"none\""),
    ("report.sub.deep ?? 2", "2"),
    ("false ?? true", "false"),
    ("unbound", "null"),
    ("env(LIMIT) + 1", "8"),
    ("env(OTHER)", "null"),
    // Interpolation.
    ("\"{topic}: {x} {half} {nothing}.\"", "\"moss: 5 0.5 .\""),
    (
        "\"{[1, 2.5, null, topic]}\"",
        "\"[1,2.5,null,\\\"moss\\\"]\"",
    ),
    ("\"{{ a: true }}\"", "\"\\{\\\"a\\\":true}\""),
    (
        "\"{1e21} {1234567890123456} {12345678901234567890} {1e-7} {-0.0} {1.0}\"",
        "\"1e21 1234567890123456 1.2345678901234567e19 1e-7 0 1\"",
    ),
    // Functions of a function.
    ("map(hits, h => h.size)", "[3, 1]"),
    (
        "map([\"a\", \"b\"], (t, i) => \"{i}{t}\")",
        "[\"0a\", \"1b\"]",
    ),
    (
        "map([1, 2], a => map([10, 20], b => a * b))",
        "[[10, 20], [20, 40]]",
    ),
    ("map([1], x => x) + [x]", "[1, 5]"),
    ("filter(hits, h => h.size > 1)[0].title", "\"A\""),
    ("find([1, 2], n => n > 5)", "null"),
    ("any([])", "false"),
    ("all([])", "true"),
    ("any([false, true])", "true"),
    ("all([1, 2], n => n > 1)", "false"),
    ("reduce([1, 2, 3], 0, (sum, n, i) => sum + n * i)", "8"),
    ("reduce([], 7, (sum, n) => sum + n)", "7"),
    ("sort_by([3, 1, 2], n => n)", "[1, 2, 3]"),
    ("sort_by([3, 1, 2], n => n, \"desc\")", "[3, 2, 1]"),
    (
        "sort_by([\"b\", null, \"a\"], t => t)",
        "[\"a\", \"b\", null]",
    ),
    (
        "sort_by([\"b\", null, \"a\"], t => t, \"desc\")",
        "[\"b\", \"a\", null]",
    ),
    (
        "sort_by([\"x1\", \"y0\", \"z1\"], t => to_number(slice(t, 1)))",
        "[\"y0\", \"x1\", \"z1\"]",
    ),
    (
        "sort_by([1, 0.5, 9007199254740993, 9007199254740992.0], n => n)",
        "[0.5, 1, 9007199254740992.0, 9007199254740993]",
    ),
    (
        "map(group_by([\"b1\", \"a1\", \"b2\"], t => slice(t, 0, 1)), g => g.key)",
        "[\"b\", \"a\"]",
    ),
    (
        "count(group_by([1, 1.0, { a: 1, b: 2 }, { b: 2, a: 1 }], v => v))",
        "2",
    ),
    // Lists.
    ("count({ a: 1 })", "1"),
    ("first([])", "null"),
    ("last([1, null])", "null"),
    ("slice(\"naïve\", 2, 4)", "\"ïv\""),
    ("slice(\"naïve\", -2)", "\"ve\""),
    ("slice([1, 2, 3], 1, 99)", "[2, 3]"),
    ("slice([1, 2, 3], 2, 1)", "[]"),
    ("slice([1, 2, 3], -99, null)", "[1, 2, 3]"),
    ("range(3)", "[0, 1, 2]"),
    ("range(-1)", "[]"),
    ("range(1, 4)", "[1, 2, 3]"),
    ("range(5, 0, -2)", "[5, 3, 1]"),
    ("range(4, 0, -2)", "[4, 2]"),
    ("range(0, 5, -1)", "[]"),
    (
        "range(9223372036854775806, 9223372036854775807, 5)",
        "[9223372036854775806]",
    ),
    ("flatten([1, [2, [3]], []])", "[1, 2, [3]]"),
    (
        "unique([[1], [1.0], { a: 1 }, null, null, \"1\"])",
        "[[1], { a: 1 }, null, \"1\"]",
    ),
    ("sum([])", "0"),
    ("sum([1, 2.5])", "3.5"),
    ("avg([])", "null"),
    ("avg([1, 3])", "2"),
    ("min([])", "null"),
    ("min(3, 2.5, 7)", "2.5"),
    ("max([\"a\", \"c\", \"b\"])", "\"c\""),
    ("min(4)", "4"),
    ("max([1, 1.0])", "1"),
    ("contains([{ a: 1 }], { a: 1.0 })", "true"),
    ("contains({ a: 1 }, \"b\")", "false"),
    // Numbers.
    ("round(2.5)", "3"),
    ("round(-2.5)", "-3"),
    ("round(7)", "7"),
    ("round(1234.5678, 2)", "1234.57"),
    ("round(1e300, 2)", "1e300"),
    ("type_of(round(2.5))", "\"integer\""),
    ("floor(2.9)", "2"),
    ("ceil(-2.9)", "-2"),
    ("abs(-2.5)", "2.5"),
    ("round(cosine_similarity([1, 2], [2, 4]), 12)", "1.0"),
    ("cosine_similarity([1, 0], [-2, 0])", "-1.0"),
    ("cosine_similarity([0, 0], [1, 1])", "0.0"),
    ("cosine_similarity([1e200, 0], [1e200, 0])", "1.0"),
    // Texts.
    ("len(\"👍🏽\")", "2"),
    ("len([1])", "1"),
    ("len({})", "0"),
    ("upper(\"ß\")", "\"SS\""),
    ("lower(\"İ\") == \"i̇\"", "true"),
    ("trim(\"\\n a \\t\")", "\"a\""),
    ("split(\"\", \",\")", "[\"\"]"),
    ("split(\"añb\", \"\")", "[\"a\", \"ñ\", \"b\"]"),
    ("join([])", "\"\""),
    ("join([null, true, [1]], \"/\")", "\"/true/[1]\""),
    ("replace(\"aaa\", \"aa\", \"b\")", "\"ba\""),
    ("matches(\"straße\", \"^\\\\p\\{L}+$\")", "true"),
    ("matches(\"xay\", \"a\")", "true"),
    ("matches(\"👍\", \"^.$\")", "true"),
    (
        "matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"^(a*)*c$\")",
        "false",
    ),
    // Objects.
    ("keys({ b: 1, a: 2 })", "[\"b\", \"a\"]"),
    ("merge({ a: 1 })", "{ a: 1 }"),
    (
        "merge({ a: 1 }, {}, { c: 3, a: null })",
        "{ a: null, c: 3 }",
    ),
    ("has({ a: null }, \"a\")", "true"),
    (
        "coalesce(nothing.x.y, report.other, report.title, nothing.z)",
        "\"T\"",
    ),
    ("coalesce(null)", "null"),
    (
        "map([null, true, 1, 1.5, \"t\", [], {}], v => type_of(v))",
        "[\"null\", \"boolean\", \"integer\", \"number\", \"text\", \"list\", \"object\"]",
    ),
    // Conversions.
    ("to_text(null)", "\"\""),
    ("to_number(\"007\")", "7"),
    ("to_number(\"-1.50\")", "-1.5"),
    (
        "to_number(\"18446744073709551616\")",
        "18446744073709551616",
    ),
    ("to_number(\"inf\", null)", "null"),
    ("to_number(\"0x10\", -1)", "-1"),
    ("to_number(\"\", \"none\")", "\"none\""),
    ("to_integer(3.0)", "3"),
    ("to_integer(\"3.5\", 0)", "0"),
    ("to_json(\"ä\\\"\\n\")", "\"\\\"ä\\\\\\\"\\\\n\\\"\""),
    ("parse_json(\"\\{\\\"a\\\": [1, 2.0]}\")", "{ a: [1, 2.0] }"),
    ("parse_json(\"nope\", [])", "[]"),
    ("base64_decode(base64_encode(\"\"))", "\"\""),
    (
        "sha256(\"\")",
        "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"",
    ),
    // Times.
    ("date_add(\"2026-01-31\", \"-31d\")", "\"2025-12-31\""),
    (
        "date_add(\"2026-01-31T23:30:00+02:00\", \"1h30m\")",
        "\"2026-01-31T23:00:00.000Z\"",
    ),
    (
        "date_add(\"2026-01-31T23:30:00.000000001Z\", 1)",
        "\"2026-01-31T23:30:00.001000001Z\"",
    ),
    ("date_add(now(), -1000)", "\"2026-01-31T09:29:59.000Z\""),
    ("format_time(\"2026-01-31\", \"%j %A\")", "\"031 Saturday\""),
    (
        "format_time(\"2026-01-31T09:30:05Z\", \"%H:%M:%S %z\", \"-05:30\")",
        "\"04:00:05 -0530\"",
    ),
    (
        "matches(uuid(), \"^[0-9a-f]\\{8}-[0-9a-f]\\{4}-4[0-9a-f]\\{3}-[89ab][0-9a-f]\\{3}-[0-9a-f]\\{12}$\")",
        "true",
    ),
    ("uuid() == uuid()", "false"),
];

#[test]
fn expressions_have_their_values() {
    let names = names();
    for (source, expected) in TABLE {
        let value = run(source, &names);
        let expected = run(expected, &names).unwrap();
        assert_eq!(value.as_ref(), Ok(&expected), "{source}");
        // Equality is blind for the difference between 1 and 1.0, which the author sees in JSON.
        let json = value.unwrap().to_json().unwrap();
        assert_eq!(json, expected.to_json().unwrap(), "{source}");
    }
}
