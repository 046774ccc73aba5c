//! Runs the cases of `cases/*.md`: a heading is a case, its blocks say what goes in and what comes
//! out. `UPDATE_EXPECT=1` writes what came out into the file, where the difference is reviewed.
//!
//! Blocks that go in: `schema` (the type, as JSON Schema), `value`, `coerce` (a value whose text is
//! converted first), `contract` (a contract as it is stored). Blocks that come out: `violations` (`POINTER REASON message`), `filled` (the
//! value with its defaults), `type` (the type in the words of the language), `written` (its schema), `service` (the
//! contract as the service sends it), `inputs outputs stream env` (the schemas of its parts).

#![allow(clippy::unwrap_used, reason = "what is wrong in a test ends it")]

use std::{fmt::Write, fs, path::Path};

use scriptum_contract::{
    Contract, ContractPart, Type, Value, check, check_fields, coerce, from_json_schema,
    json_schema, service_json, type_schema,
};

#[derive(Default)]
struct Case {
    ty: Option<Type>,
    value: Option<Value>,
    contract: Contract,
}

impl Case {
    fn ty(&self) -> &Type {
        self.ty.as_ref().expect("a schema block stands above")
    }

    fn value(&self) -> &Value {
        self.value.as_ref().expect("a value block stands above")
    }

    /// Takes a block in, or answers with what should stand in it.
    fn block(&mut self, kind: &str, content: &str) -> Option<String> {
        match kind {
            "schema" => self.ty = Some(from_json_schema(&read(content))),
            "value" => self.value = Some(read(content)),
            "coerce" => self.value = Some(coerce(&read(content), self.ty())),
            "violations" => return Some(violations(self.value(), self.ty())),
            "filled" => return Some(filled(self.value(), self.ty())),
            "type" => return Some(format!("{:#}\n", self.ty())),
            "written" => return Some(pretty(&type_schema(self.ty()))),
            "contract" => self.contract = serde_json::from_str(content).unwrap(),
            "service" => return Some(pretty(&service_json(&self.contract))),
            "inputs" => return Some(pretty(&json_schema(&self.contract, ContractPart::Inputs))),
            "outputs" => return Some(pretty(&json_schema(&self.contract, ContractPart::Outputs))),
            "stream" => return Some(pretty(&json_schema(&self.contract, ContractPart::Stream))),
            "env" => return Some(pretty(&json_schema(&self.contract, ContractPart::Env))),
            unknown => panic!("no block is called {unknown}"),
        }
        None
    }
}

fn read(json: &str) -> Value {
    Value::from_json(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

fn pretty(value: &Value) -> String {
    value.to_json_pretty().unwrap() + "\n"
}

fn violations(value: &Value, ty: &Type) -> String {
    check(value, ty)
        .iter()
        .fold(String::new(), |mut lines, it| {
            writeln!(
                lines,
                "{} {} {}",
                it.pointer,
                it.reason.as_str(),
                it.message
            )
            .unwrap();
            lines
        })
}

fn filled(value: &Value, ty: &Type) -> String {
    let shape = ty.as_shape().expect("defaults are those of a record");
    match check_fields(value, &shape.fields, shape.open) {
        Ok(filled) => filled.to_json().unwrap() + "\n",
        Err(violations) => panic!("{violations:?}"),
    }
}

/// The text of a file with every outgoing block as it should be.
fn rewritten(text: &str) -> String {
    let mut case = Case::default();
    let mut output = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        output.push_str(line);
        output.push('\n');
        if line.starts_with('#') {
            case = Case::default();
        }
        let Some(kind) = line.strip_prefix("```") else {
            continue;
        };
        let mut content = String::new();
        for line in lines.by_ref().take_while(|line| *line != "```") {
            content.push_str(line);
            content.push('\n');
        }
        output += &case.block(kind, &content).unwrap_or(content);
        output += "```\n";
    }
    output
}

#[test]
fn every_case_comes_out_as_it_is_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let expected = fs::read_to_string(&file).unwrap();
        let actual = rewritten(&expected);
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&file, actual).unwrap();
        } else {
            assert_eq!(actual, expected, "{}", file.display());
        }
    }
}
