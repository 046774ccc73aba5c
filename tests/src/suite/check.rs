//! What a fixture's blocks should say, against what they say.

use std::{collections::BTreeMap, sync::Arc};

use scriptum_compiler::{Compiled, RenderOptions, compile, outline, render};
use scriptum_contract::{
    Contract, ContractPart, EnvField, ToolCatalog, ToolSignature, Value, json_schema, service_json,
};
use scriptum_syntax::{format, parse};
use scriptum_tools::read_tool_document;
use scriptum_vm::{play::Play, program};
use similar::TextDiff;

use crate::{
    both_ways,
    markdown::{Block, Section},
    mock::Mocks,
    outside::Outside,
    play::play,
    schema, text,
};

/// Blocks that are compared, and rewritten on request. All others are input.
const EXPECTED: &[&str] = &[
    "diagnostics",
    "bindings",
    "formatted",
    "contract",
    "schema",
    "ir",
    "violations",
    "events",
    "steps",
    "output",
];
const GIVEN: &[&str] = &[
    "scriptum", "input", "mock", "outside", "resume", "tools", "env", "beside",
];

/// The differences of a section, each as a diff; empty when all is as expected.
pub(crate) fn differences(section: &Section) -> Result<Vec<String>, String> {
    let actual = actual(section)?;
    let differing = actual
        .iter()
        .filter(|(block, actual)| block.content != *actual);
    Ok(differing
        .map(|(block, actual)| difference(block, actual))
        .collect())
}

/// What each expected block of a section should hold.
pub(crate) fn actual(section: &Section) -> Result<Vec<(Block, String)>, String> {
    for block in &section.blocks {
        let kind = block.kind.as_str();
        if !EXPECTED.contains(&kind) && !GIVEN.contains(&kind) {
            return Err(format!(
                "unknown block '{kind}'; known are {GIVEN:?} and {EXPECTED:?}"
            ));
        }
    }
    let script = section
        .block("scriptum")
        .ok_or("a test needs a scriptum block")?;
    let source = with_header(&script.content);
    let compiled = compile(&source, &catalog(section)?);
    let wants_diagnostics = section.block("diagnostics").is_some();
    if !wants_diagnostics && !compiled.diagnostics.is_empty() {
        return Err(format!(
            "unexpected diagnostics:\n{}",
            diagnostics(&source, &compiled)
        ));
    }
    check_format(&source)?;
    both_ways::check(&compiled, &catalog(section)?)?;
    schema::check(&source, &compiled)?;
    let mut run = None;
    let expected = section
        .blocks
        .iter()
        .filter(|block| EXPECTED.contains(&block.kind.as_str()));
    expected
        .map(|block| {
            Ok((
                block.clone(),
                content(block, section, &source, &compiled, &mut run)?,
            ))
        })
        .collect()
}

/// Formatting is done once: again, it changes nothing.
fn check_format(source: &str) -> Result<(), String> {
    let formatted = format(&parse(source));
    let again = format(&parse(&formatted));
    if again == formatted {
        Ok(())
    } else {
        Err(format!("formats to\n{formatted}\nand then to\n{again}"))
    }
}

fn content(
    block: &Block,
    section: &Section,
    source: &str,
    compiled: &Compiled,
    run: &mut Option<Play>,
) -> Result<String, String> {
    let contract = &compiled.contract;
    let text = match block.kind.as_str() {
        "diagnostics" => diagnostics(source, compiled),
        "bindings" => text::bindings(compiled.program.as_ref().ok_or("the script has errors")?),
        "formatted" => formatted(source, compiled)?,
        "contract" => json(&service_json(contract))?,
        "schema" => json(&json_schema(contract, ContractPart::Inputs))?,
        "ir" => program::to_yaml(compiled.program.as_ref().ok_or("the script has errors")?),
        "violations" => match contract.check_inputs(&input(section)?, false) {
            Ok(_) => "none\n".to_owned(),
            Err(violations) => text::violations(&violations),
        },
        kind => {
            let run = match run {
                Some(run) => run,
                None => run.insert(played(section, compiled)?),
            };
            match kind {
                "events" => text::events(run.entries(), &block.args),
                "steps" => text::steps(run.entries()),
                _ => run.output().map_or(Ok("none\n".to_owned()), json)?,
            }
        }
    };
    Ok(if text.ends_with('\n') {
        text
    } else {
        text + "\n"
    })
}

fn played(section: &Section, compiled: &Compiled) -> Result<Play, String> {
    let program = compiled.program.clone().ok_or("the script has errors")?;
    let mocks = Mocks::parse(section.block("mock").map_or("", |block| &block.content))?;
    let outside = Outside::parse(section.block("outside").map_or("", |block| &block.content))?;
    let input = compiled.contract.check_inputs(&input(section)?, false);
    let input = input.map_err(|violations| text::violations(&violations))?;
    let env = environment(section, &compiled.contract)?;
    let resumes = section
        .all("resume")
        .flat_map(|block| block.content.lines());
    let pins = compiled
        .tool_pins
        .iter()
        .map(|pin| ToolSignature::clone(pin));
    let pins = ToolCatalog::new(pins);
    play(program, pins, input, env, mocks, outside, resumes)
}

/// The declared variables, from lines `KEY=VALUE` and defaults.
fn environment(
    section: &Section,
    contract: &Contract,
) -> Result<BTreeMap<Arc<str>, Value>, String> {
    let text = section.block("env").map_or("", |block| &block.content);
    let given: BTreeMap<&str, &str> = text.lines().filter_map(|it| it.split_once('=')).collect();
    let read = |env: &EnvField| {
        let value = env.read(given.get(&*env.key).copied());
        let value = value.map_err(|violations| text::violations(&violations))?;
        Ok((Arc::clone(&env.field.name), value))
    };
    contract.env.iter().map(read).collect()
}

/// The script as the formatter writes it; it must mean the same and stay as it is.
fn formatted(source: &str, compiled: &Compiled) -> Result<String, String> {
    let formatted = format(&parse(source));
    if format(&parse(&formatted)) != formatted {
        return Err(format!("formatting again changes\n{formatted}"));
    }
    let before = compiled.program.as_ref().ok_or("the script has errors")?;
    let after = compile(&formatted, &ToolCatalog::new(scriptum_tools::signatures()));
    let after = after.program.ok_or("the formatted script has errors")?;
    if text::bindings(before) != text::bindings(&after) {
        return Err(format!(
            "formatting gives arrows to other steps\n{formatted}"
        ));
    }
    Ok(formatted)
}

fn input(section: &Section) -> Result<Value, String> {
    let text = section.block("input").map_or("{}", |block| &block.content);
    Value::from_json(text).map_err(|error| format!("the input block is no JSON: {error}"))
}

fn diagnostics(source: &str, compiled: &Compiled) -> String {
    match compiled.diagnostics.as_slice() {
        [] => "none\n".to_owned(),
        some => render(some, "test.scriptum", source, RenderOptions::new(false)),
    }
}

/// A fixture about a step need not say which script it is in.
pub(crate) fn with_header(script: &str) -> String {
    let has_header = script.lines().any(|line| line.starts_with("script"));
    if has_header {
        script.to_owned()
    } else {
        format!("script \"test\"\n{script}")
    }
}

/// The native tools, those of the documents in the section's `tools` blocks, and the scripts of its `beside`
/// blocks.
pub(crate) fn catalog(section: &Section) -> Result<ToolCatalog, String> {
    let mut signatures = scriptum_tools::signatures();
    for block in section.all("tools") {
        let document = read_tool_document(&block.content);
        let document = document.map_err(|faults| format!("no tool document: {faults:?}"))?;
        signatures.extend(document.signature().cloned());
    }
    let catalog = ToolCatalog::new(signatures);
    let beside = section.all("beside").map(|block| {
        let contract = outline(&with_header(&block.content), &catalog).contract;
        (Arc::from(&*block.args), contract)
    });
    let beside: Vec<_> = beside.collect();
    Ok(if beside.is_empty() {
        catalog
    } else {
        catalog.with_scripts(beside)
    })
}

fn json(value: &Value) -> Result<String, String> {
    value.to_json_pretty().map_err(|error| error.to_string())
}

fn difference(block: &Block, actual: &str) -> String {
    let diff = TextDiff::from_lines(block.content.as_str(), actual);
    let diff = diff
        .unified_diff()
        .context_radius(3)
        .header("expected", "actual")
        .to_string();
    format!("block '{}' differs:\n{diff}", block.kind)
}
