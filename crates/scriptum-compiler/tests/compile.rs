//! What `compile` promises, shown on whole scripts.

mod support;

use scriptum_compiler::compile;
use scriptum_vm::program::StepKind;
use support::catalog;

/// The codes of all diagnostics, in the order of the text.
fn codes(text: &str) -> Vec<&'static str> {
    let diagnostics = compile(text, &catalog()).diagnostics;
    diagnostics.iter().map(|it| it.code.0).collect()
}

#[test]
fn a_script_becomes_a_program_with_a_contract_and_pins() {
    let text = "\
script \"Greeting\"
input
  name : text
output
  greeting : text
import tools
  echo from native
let message = \"Hello {name}\"
do \"Say\" with echo
  message = message
  -> reply
emit \"Done\"
  greeting = to_text(reply.message)
";
    let compiled = compile(text, &catalog());
    assert_eq!(compiled.diagnostics, []);
    let program = compiled.program.unwrap();
    let verbs: Vec<_> = program
        .body
        .steps
        .iter()
        .map(|step| step.kind.primitive())
        .collect();
    assert_eq!(verbs, ["let", "execute", "emit"]);
    assert_eq!(
        program
            .body
            .steps
            .iter()
            .map(|step| step.line)
            .collect::<Vec<_>>(),
        [8, 9, 12]
    );
    assert_eq!(&*compiled.contract.inputs[0].name, "name");
    let pins: Vec<_> = compiled
        .tool_pins
        .iter()
        .map(|pin| pin.name.to_string())
        .collect();
    assert_eq!(pins, ["echo"]);
    let StepKind::Let(binding) = &program.body.steps[0].kind else {
        panic!("the first step is a let");
    };
    let ty = compiled.tables.facts.ty(binding.value.root.at);
    assert_eq!(ty.to_string(), "text");
}

#[test]
fn an_error_leaves_no_program_and_a_warning_does() {
    let with_error = compile("script \"x\"\nlet a = b\n", &catalog());
    assert!(with_error.program.is_none());
    let with_warning = compile("script \"x\"\ninput\n  a : text\nlet a = 1\n", &catalog());
    assert_eq!(with_warning.diagnostics.len(), 1);
    assert!(with_warning.program.is_some());
}

#[test]
fn independent_errors_are_all_found_and_nothing_follows_from_them() {
    let text = "\
script \"x\"
let a = one_unknown
let b = a.field + 1
let c = count(two_unknown)
do \"Go\" with no_such_tool
  x = c
  -> d
let e = d.anything
emit
";
    assert_eq!(
        codes(text),
        ["unknown-name", "unknown-name", "unknown-tool"]
    );
}
