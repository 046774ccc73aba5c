//! What the checker accepts and what it reports, by the codes it gives.

mod support;

use scriptum_compiler::{RenderOptions, compile, render};
use support::catalog;

const HEADER: &str = "\
script \"rules\"
enum Mode = Fast | Exact
enum Speed = Fast | Slow
input
  i : integer
  t : text
  ts : list<text>
  o : object
  mode : Mode
  maybe : list<integer>
output
  n : integer
import tools
  echo from native
  http_request from native
  grep from native
";

/// Steps below [`HEADER`], with the codes that they give.
const TABLE: &[(&str, &[&str])] = &[
    // The end of the script.
    ("", &["missing-emit"]),
    ("emit\n  n = 1\n", &[]),
    ("let x = 1\nemit\n  n = x\n", &[]),
    (
        "decide \"?\" with rules\n  when i > 1 -> \"A\"\n  otherwise -> \"B\"\n  \"A\":\n    emit\n      n = 1\n  \"B\":\n    emit\n      n = 2\n",
        &[],
    ),
    (
        "decide \"?\" with rules\n  when i > 1 -> \"A\"\n  \"A\":\n    emit\n      n = 1\n",
        &["missing-emit"],
    ),
    (
        "check \"?\" i > 1\n  on pass: fail \"no\"\n  on fail: fail \"no\"\n",
        &[],
    ),
    ("each t2 in ts\n  emit\n    n = 1\n", &["missing-emit"]),
    ("emit\n  n = 1\nlet x = 2\n", &["unreachable-step"]),
    (
        "emit\n  n = 1\nlet x = 2\nlet y = 3\n",
        &["unreachable-step"],
    ),
    // Sections that are jumped to are reached.
    (
        "check \"?\" i > 1\n  on fail: goto \"Small\"\nemit\n  n = 1\n### Small ###\nemit\n  n = 2\n",
        &[],
    ),
    (
        "emit\n  n = 1\n### Small ###\nemit\n  n = 2\n",
        &["unreachable-step"],
    ),
    // Fields of the result.
    ("emit\n  n = t\n", &["type-mismatch"]),
    ("emit\n  n = 1.5\n", &["type-mismatch"]),
    ("emit\n  n = null\n", &["type-mismatch"]),
    ("emit\n  n = 1\n  m = 2\n", &["unknown-output"]),
    ("emit\n  n = 1\n  n = 2\n", &["duplicate-name"]),
    ("emit\n  m = 2\n", &["missing-output", "unknown-output"]),
    ("emit\n", &["missing-output"]),
    // Names.
    ("let x = y\nemit\n  n = x\n", &["unknown-name"]),
    (
        "let x = y\nlet y = 1\nemit\n  n = y\n",
        &["used-before-definition"],
    ),
    ("let t = 1\nemit\n  n = t\n", &["shadowed-input"]),
    (
        "each i in ts\n  let x = i\nemit\n  n = 1\n",
        &["shadowed-input"],
    ),
    (
        "each x in ts\n  let y = x\nlet z = x\nemit\n  n = 1\n",
        &["unknown-name"],
    ),
    (
        "each x in ts\n  let y = x\n  -> ys\nlet z = y\nemit\n  n = 1\n",
        &["used-before-definition"],
    ),
    (
        "each x in ts\n  let y = x\nlet z = count(y)\nemit\n  n = z\n",
        &[],
    ),
    ("let c = 1\nlet c = c + 1\nemit\n  n = c\n", &[]),
    ("let c = \"a\"\nlet c = 1\nemit\n  n = c\n", &[]),
    (
        "let f = map(ts, x => x)\nlet g = x\nemit\n  n = 1\n",
        &["unknown-name"],
    ),
    ("let c = count\nemit\n  n = 1\n", &["unknown-name"]),
    ("let c = Mode\nemit\n  n = 1\n", &["unknown-name"]),
    ("let c = echo\nemit\n  n = 1\n", &["unknown-name"]),
    ("let c = error.message\nemit\n  n = 1\n", &["unknown-name"]),
    // Bound on some ways only.
    (
        "decide \"?\" with rules\n  when i > 1 -> \"A\"\n  \"A\":\n    let x = 1\nemit\n  n = x\n",
        &["maybe-unbound"],
    ),
    (
        "decide \"?\" with rules\n  when i > 1 -> \"A\"\n  \"A\":\n    let x = 1\nlet y = x\nemit\n  n = x\n",
        &["maybe-unbound"],
    ),
    (
        "decide \"?\" with rules\n  when i > 1 -> \"A\"\n  \"A\":\n    let x = 1\nemit\n  n = x ?? 0\n",
        &[],
    ),
    (
        "decide \"?\" with rules\n  when i > 1 -> \"A\"\n  \"A\":\n    let x = 1\nemit\n  n = if x == null then 0 else x\n",
        &[],
    ),
    (
        "let x = 0\ndecide \"?\" with rules\n  when i > 1 -> \"A\"\n  \"A\":\n    let x = 1\nemit\n  n = x\n",
        &[],
    ),
    (
        "let x = \"a\"\ndecide \"?\" with rules\n  when i > 1 -> \"A\"\n  otherwise -> \"B\"\n  \"A\":\n    let x = 1\n  \"B\":\n    let x = 2\nemit\n  n = x\n",
        &[],
    ),
    (
        "decide \"?\" with rules\n  when i > 1 -> \"A\"\n  otherwise -> \"B\"\n  \"A\":\n    let x = 1\n  \"B\":\n    emit\n      n = 0\nemit\n  n = x\n",
        &[],
    ),
    (
        "check \"?\" i > 1\n  on fail: goto \"End\"\nlet x = 1\n### End ###\nemit\n  n = x\n",
        &["maybe-unbound"],
    ),
    (
        "let x = 1\ncheck \"?\" i > 1\n  on fail: goto \"End\"\nlet y = 1\n### End ###\nemit\n  n = x\n",
        &[],
    ),
    (
        "### Top ###\nlet x = 1\ncheck \"?\" i > 1\n  on fail: goto \"Top\"\nemit\n  n = x\n",
        &[],
    ),
    (
        "check \"?\" i > 1\n  on fail: goto \"B\"\nlet x = 1\ndecide \"?\" with rules\n  when i > 5 -> \"A\"\n  otherwise -> \"B\"\n  \"A\":\n    let y = x\n  \"B\":\n    let y = x\nemit\n  n = y\n",
        &["maybe-unbound"],
    ),
    // Null.
    ("emit\n  n = first(maybe)\n", &["possibly-null"]),
    ("emit\n  n = first(maybe) ?? 0\n", &[]),
    (
        "let f = first(maybe)\ncheck \"?\" f != null\nemit\n  n = f\n",
        &[],
    ),
    (
        "let f = first(maybe)\ncheck \"?\" f == null\n  on pass: fail\n  on fail: continue\nemit\n  n = f\n",
        &[],
    ),
    (
        "let f = first(maybe)\ncheck \"?\" f != null\n  on fail: continue\nemit\n  n = f\n",
        &["possibly-null"],
    ),
    (
        "let f = first(maybe)\nemit\n  n = if f != null and f > 1 then f else 0\n",
        &[],
    ),
    (
        "let f = first(maybe)\nemit\n  n = if f == null or f < 1 then 0 else f\n",
        &[],
    ),
    (
        "let f = first(maybe)\nemit\n  n = if not (f == null) then f else 0\n",
        &[],
    ),
    (
        "let f = first(maybe)\nemit\n  n = f + 1\n",
        &["wrong-operand"],
    ),
    (
        "let f = first(maybe)\ndecide \"?\" with rules\n  when f == null -> \"A\"\n  when f > 3 -> \"B\"\n  otherwise -> \"C\"\n  \"A\":\n    let x = 0\n  \"B\":\n    let x = f\n  \"C\":\n    let x = f + 1\nemit\n  n = x\n",
        &[],
    ),
    (
        "do \"Get\" with http_request\n  url = t\n  -> page\nemit\n  n = len(page.content_type)\n",
        &["possibly-null"],
    ),
    (
        "do \"Get\" with http_request\n  url = t\n  -> page\ncheck \"?\" page?.content_type != null\nemit\n  n = len(page.content_type)\n",
        &[],
    ),
    (
        "do \"Get\" with http_request\n  url = t\n  on error: ignore\n  -> page\nemit\n  n = page.status\n",
        &["possibly-null"],
    ),
    (
        "do \"Get\" with http_request\n  url = t\n  on error: ignore\n  -> page\nemit\n  n = page?.status ?? 0\n",
        &[],
    ),
    (
        "do \"Get\" with http_request\n  url = t\n  on error: fallback http_request { url = \"x\" }\n  -> page\nemit\n  n = page.status\n",
        &[],
    ),
    ("each x in o.items ?? []\n  let y = x\nemit\n  n = 1\n", &[]),
    (
        "each x in o.items\n  let y = x\nemit\n  n = 1\n",
        &["bare-object-field"],
    ),
    ("let x = o[\"a\"]\nemit\n  n = 1\n", &["bare-object-field"]),
    (
        "let x = o.a?\nlet y = o.a.b?\nlet z = o?.a?.b\nemit\n  n = 1\n",
        &[],
    ),
    // Tools.
    ("do \"Say\" with echo\n  message = 1\nemit\n  n = 1\n", &[]),
    ("do \"Say\" with echo { message = t }\nemit\n  n = 1\n", &[]),
    ("do \"Say\" with echo\nemit\n  n = 1\n", &["missing-input"]),
    (
        "do \"Say\" with echo\n  mesage = t\nemit\n  n = 1\n",
        &["unknown-input"],
    ),
    (
        "do \"Say\" with echo\n  message = t\n  volume = 3\nemit\n  n = 1\n",
        &["unknown-input"],
    ),
    (
        "do \"Say\" with echo\n  message = t\n  message = t\nemit\n  n = 1\n",
        &["duplicate-name"],
    ),
    (
        "do \"Get\" with http_request\n  url = i\nemit\n  n = 1\n",
        &["type-mismatch"],
    ),
    (
        "do \"Get\" with file_read\n  path = t\n  -> f\nemit\n  n = f.size_bytes\n",
        &["tool-not-imported"],
    ),
    (
        "do \"Get\" with file_raed\n  path = t\n  -> f\nemit\n  n = f.size_bytes\n",
        &["unknown-tool"],
    ),
    (
        "do \"Get\" with grep\n  pattern = t\n  -> hits\neach hit in hits\n  let y = hit\nemit\n  n = 1\n",
        &["not-a-list"],
    ),
    (
        "do \"Get\" with grep\n  pattern = t\n  -> hits\neach hit in hits.matches\n  let y = hit.lin\nemit\n  n = 1\n",
        &["unknown-field"],
    ),
    (
        "do \"Get\" with grep\n  pattern = t\n  -> hits\nemit\n  n = hits.matches[0].line\n",
        &[],
    ),
    (
        "do \"Say {unknown}\" with echo\n  message = t\nemit\n  n = 1\n",
        &["unknown-name"],
    ),
    // Enums.
    ("emit\n  n = if mode == Exact then 1 else 2\n", &[]),
    ("emit\n  n = if mode == Fast then 1 else 2\n", &[]),
    ("emit\n  n = if mode == Mode.Fast then 1 else 2\n", &[]),
    ("emit\n  n = if mode == \"Fast\" then 1 else 2\n", &[]),
    (
        "emit\n  n = if mode == Slow then 1 else 2\n",
        &["unknown-variant"],
    ),
    (
        "emit\n  n = if mode == \"fast\" then 1 else 2\n",
        &["unknown-variant"],
    ),
    (
        "emit\n  n = if mode == Exakt then 1 else 2\n",
        &["unknown-variant"],
    ),
    (
        "emit\n  n = if mode == Mode.Exakt then 1 else 2\n",
        &["unknown-variant"],
    ),
    (
        "emit\n  n = if mode == 3 then 1 else 2\n",
        &["always-different"],
    ),
    // Conditions and operators.
    ("check \"?\" ts\nemit\n  n = 1\n", &["not-a-boolean"]),
    (
        "check \"?\" t and i\nemit\n  n = 1\n",
        &["not-a-boolean", "not-a-boolean"],
    ),
    ("emit\n  n = i + t\n", &["wrong-operand"]),
    ("emit\n  n = -t\n", &["wrong-operand"]),
    ("emit\n  n = if ts < ts then 1 else 2\n", &["wrong-operand"]),
    ("emit\n  n = if t in ts then 1 else 2\n", &[]),
    (
        "emit\n  n = if i in ts then 1 else 2\n",
        &["always-different"],
    ),
    ("emit\n  n = if i == null then 1 else 2\n", &[]),
    ("emit\n  n = ts[\"a\"]\n", &["not-indexable"]),
    ("emit\n  n = t[0]\n", &["not-indexable"]),
    ("emit\n  n = i.x\n", &["no-fields"]),
    // Functions.
    (
        "emit\n  n = count(map(ts, x => x + 1))\n",
        &["wrong-operand"],
    ),
    ("emit\n  n = count(map(ts, upper))\n", &["type-mismatch"]),
    (
        "emit\n  n = count(filter(ts, x => len(x)))\n",
        &["type-mismatch"],
    ),
    (
        "emit\n  n = count(map(ts, (x, y, z) => x))\n",
        &["argument-count"],
    ),
    ("emit\n  n = count(i)\n", &["type-mismatch"]),
    ("emit\n  n = count(ts, ts, ts)\n", &["argument-count"]),
    (
        "emit\n  n = reduce(maybe, (sum, x) => sum + x, 0)\n",
        &["misplaced-lambda"],
    ),
    ("emit\n  n = reduce(maybe, 0, (sum, x) => sum + x)\n", &[]),
    ("emit\n  n = env(PORT)\n", &["unknown-env"]),
    ("emit\n  n = env(t + t)\n", &["unknown-env"]),
    // Loops.
    (
        "each x in ts parallel 0\n  let y = x\nemit\n  n = 1\n",
        &["invalid-count"],
    ),
    ("each x in ts parallel i\n  let y = x\nemit\n  n = 1\n", &[]),
    (
        "each x in ts parallel t\n  let y = x\nemit\n  n = 1\n",
        &["type-mismatch"],
    ),
    (
        "each x in ts sleep \"5s\"\n  let y = x\nemit\n  n = 1\n",
        &[],
    ),
    (
        "each x in ts sleep \"soon\"\n  let y = x\nemit\n  n = 1\n",
        &["invalid-duration"],
    ),
    (
        "each x, x in ts\n  let y = x\nemit\n  n = 1\n",
        &["duplicate-name"],
    ),
    ("each x in i\n  let y = x\nemit\n  n = 1\n", &["not-a-list"]),
    (
        "each x in ts\n  emit\n    a = x\n  -> rows\nemit\n  n = len(rows[0].a)\n",
        &[],
    ),
    (
        "each x in ts\n  emit\n    a = x\n  -> rows\nemit\n  n = rows[0].b\n",
        &["unknown-field"],
    ),
    (
        "each x in ts\n  check \"?\" len(x) > 1\n    on fail: continue\n  let y = len(x)\n  -> ys\nemit\n  n = sum(ys)\n",
        &[],
    ),
    (
        "each x in ts\n  decide \"?\" with rules\n    when len(x) > 1 -> \"A\"\n    otherwise -> \"B\"\n    \"A\":\n      emit\n        v = 1\n    \"B\":\n      emit\n        v = 2\n  -> rows\nemit\n  n = rows[0].v\n",
        &[],
    ),
    // Jumps.
    (
        "check \"?\" i > 1\n  on fail: goto \"Nowhere\"\nemit\n  n = 1\n",
        &["unknown-label"],
    ),
    (
        "each x in ts\n  check \"?\" len(x) > 1\n    on fail: goto \"End\"\n### End ###\nemit\n  n = 1\n",
        &["jump-out-of-loop"],
    ),
    (
        "check \"?\" i > 1\n  on fail: goto \"In\"\neach x in ts\n  ### In ###\n  let y = x\nemit\n  n = 1\n",
        &["jump-into-scope"],
    ),
    (
        "check \"?\" i > 1\n  on fail: retry 2\nemit\n  n = 1\n",
        &["nothing-to-retry"],
    ),
    (
        "let x = 1\ncheck \"?\" i > 1\n  on fail: retry 2\nemit\n  n = 1\n",
        &[],
    ),
    // Branches.
    (
        "decide \"?\" with rules\n  when i > 1 -> \"A\"\n  otherwise -> \"B\"\n  \"A\":\n    let x = 1\nemit\n  n = 1\n",
        &["unknown-branch"],
    ),
    (
        "decide \"?\" with rules\n  when i > 1 -> \"A\"\n  \"A\":\n    let x = 1\n  \"B\":\n    let y = 1\nemit\n  n = 1\n",
        &["unused-branch"],
    ),
    (
        "decide \"?\" with rules\n  when i > 1 -> \"A\"\n  \"A\":\n    let x = 1\n  \"A\":\n    let y = 1\nemit\n  n = 1\n",
        &["duplicate-name"],
    ),
    (
        "decide \"?\" with rules\n  when i -> \"A\"\n  \"A\":\n    let x = 1\nemit\n  n = 1\n",
        &["not-a-boolean"],
    ),
    (
        "decide \"?\" with rules\n  when i > 1 -> \"A\"\n  otherwise -> \"B\"\n  \"A\":\n    let x = 1\n  \"B\":\n    let y = 2\n  -> r\nemit\n  n = r\n",
        &[],
    ),
    // One mistake is reported once.
    (
        "let a = nope.x.y + 1\nlet b = a * 2\nlet c = count(b)\ncheck \"?\" c\nemit\n  n = a\n",
        &["unknown-name", "not-a-boolean"],
    ),
    (
        "let a = upper(nope)\nlet b = a.x\nemit\n  n = b\n",
        &["unknown-name", "no-fields"],
    ),
    (
        "let a = nofun(nope)\nemit\n  n = a\n",
        &["unknown-function", "unknown-name"],
    ),
];

#[test]
fn steps_give_their_codes_and_nothing_else() {
    let mut faults = Vec::new();
    for (steps, expected) in TABLE {
        let text = format!("{HEADER}{steps}");
        let diagnostics = compile(&text, &catalog()).diagnostics;
        let codes: Vec<_> = diagnostics.iter().map(|it| it.code.0).collect();
        if codes != *expected {
            let shown = render(&diagnostics, "rules", &text, RenderOptions::new(false));
            faults.push(format!(
                "{steps}\nexpected {expected:?}, found {codes:?}\n{shown}"
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n=====\n"));
}
