//! The type that the checker gives to expressions, in the words of the language.

mod support;

use scriptum_compiler::compile;
use scriptum_vm::program::StepKind;
use support::catalog;

const HEADER: &str = "\
script \"types\"
enum Mode = Fast | Exact
enum Level = 1 | 2
input
  i : integer
  n : number
  t : text
  b : boolean
  d : date
  o : object
  a : any
  mode : Mode
  level : Level
  is : list<integer>
  ts : list<text>
  rows : list<object>
    id : integer
    name : text
    note : text = \"\"
import tools
  http_request from native
env
  PORT : integer = 80
do \"Get\" with http_request
  url = t
  -> page
do \"Maybe\" with http_request
  url = t
  on error: ignore
  -> maybe
";

/// Expressions with their types.
const TABLE: &[(&str, &str)] = &[
    // Literals and names.
    ("1", "integer"),
    ("-1", "integer"),
    ("1.5", "number"),
    ("\"a\"", "text"),
    ("\"a {i}\"", "text"),
    ("true", "boolean"),
    ("null", "null"),
    ("PORT", "integer"),
    ("env(PORT)", "integer"),
    ("Fast", "Mode"),
    ("Mode.Exact", "Mode"),
    ("[1, 2]", "list<integer>"),
    ("[1, 2.5]", "list<number>"),
    ("[1, null]", "list<integer or null>"),
    ("[1, \"a\"]", "list<any>"),
    ("[]", "list<nothing>"),
    ("{ a: 1, b: [t] }", "{ a: integer, b: list<text> }"),
    // Fields and elements.
    ("rows[0]", "{ id: integer, name: text, note?: text }"),
    ("rows[0].name", "text"),
    ("rows[-1].note", "text"),
    (
        "rows?[0]",
        "{ id: integer, name: text, note?: text } or null",
    ),
    ("rows?[0]?.id", "integer or null"),
    ("o?.x", "any"),
    ("o.x ?? 1", "any"),
    ("a.x.y[0]", "any"),
    ("page.status", "integer"),
    ("page?.content_type", "text or null"),
    ("page.content_type ?? \"\"", "text"),
    ("maybe?.status", "integer or null"),
    ("maybe?.status ?? 0", "integer"),
    ("page[\"status\"]", "integer"),
    // Operators.
    ("i + 1", "integer"),
    ("i + n", "number"),
    ("i / 2", "number"),
    ("i % 2", "integer"),
    ("t + t", "text"),
    ("is + [1]", "list<integer>"),
    ("is + ts", "list<any>"),
    ("a + 1", "any"),
    ("-n", "number"),
    ("i < n", "boolean"),
    ("d < d", "boolean"),
    ("mode == Fast", "boolean"),
    ("level == 2", "boolean"),
    ("1 in is", "boolean"),
    ("\"a\" in t", "boolean"),
    ("not b and i > 1", "boolean"),
    ("first(is) ?? 0", "integer"),
    ("if b then 1 else 2.5", "number"),
    ("if b then 1 else null", "integer or null"),
    ("if first(ts) != null then len(t) else 0", "integer"),
    // Functions.
    ("count(is)", "integer"),
    ("map(is, x => x * 2)", "list<integer>"),
    ("map(rows, r => r.name)", "list<text>"),
    (
        "map(rows, (r, index) => { at: index, id: r.id })",
        "list<{ at: integer, id: integer }>",
    ),
    (
        "filter(rows, r => r.id > 1)",
        "list<{ id: integer, name: text, note?: text }>",
    ),
    ("first(ts)", "text or null"),
    ("reduce(is, 0, (sum, x) => sum + x)", "integer"),
    ("reduce(is, 0, (sum, x) => sum + x * 0.5)", "number"),
    ("sort_by(rows, r => r.name)[0].id", "integer"),
    ("upper(t)", "text"),
    ("len(t)", "integer"),
    ("split(t, \",\")", "list<text>"),
    ("to_integer(t)", "integer"),
    ("keys(o)", "list<text>"),
    ("coalesce(first(is), 0)", "integer"),
    ("range(3)", "list<integer>"),
];

#[test]
fn expressions_have_types() {
    let mut faults = Vec::new();
    for (expression, expected) in TABLE {
        let text = format!("{HEADER}let value = {expression}\n");
        let compiled = compile(&text, &catalog());
        let Some(program) = compiled.program else {
            let first = &compiled.diagnostics[0];
            faults.push(format!("{expression}: [{}] {}", first.code, first.message));
            continue;
        };
        let step = program.body.steps.last().unwrap();
        let StepKind::Let(binding) = &step.kind else {
            panic!("the last step is a let");
        };
        let ty = compiled.tables.facts.ty(binding.value.root.at).to_string();
        if ty != *expected {
            faults.push(format!("{expression}: expected {expected}, found {ty}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
