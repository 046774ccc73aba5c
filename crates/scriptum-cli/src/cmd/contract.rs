//! `scriptum contract`: what a script takes and gives.

use scriptum_contract::{ContractPart, EnvField, Field, Value, json_schema, service_json};

use crate::{
    args::{Contract, Output, Part},
    exit::{Code, Failure},
    out, source, tools,
};

pub(crate) fn main(args: &Contract, output: Option<Output>) -> Result<Code, Failure> {
    let source = source::read(&args.file)?;
    let compiled = super::compiled(&source, &tools::catalog(&args.tools)?)?;
    let contract = &compiled.contract;
    let value = match (args.json_schema, output) {
        (Some(part), _) => json_schema(contract, part.into()),
        (None, Some(Output::Table | Output::Wide)) => return table(contract),
        (None, Some(Output::Json | Output::Yaml) | None) => service_json(contract),
    };
    out::value(&value, output.unwrap_or(Output::Json))?;
    Ok(Code::Success)
}

impl From<Part> for ContractPart {
    fn from(part: Part) -> ContractPart {
        match part {
            Part::Inputs => ContractPart::Inputs,
            Part::Outputs => ContractPart::Outputs,
            Part::Stream => ContractPart::Stream,
            Part::Env => ContractPart::Env,
        }
    }
}

/// Fields, types with their rules, defaults, a row each.
fn table(contract: &scriptum_contract::Contract) -> Result<Code, Failure> {
    let head = ["PART", "FIELD", "TYPE", "DEFAULT", "DESCRIPTION"];
    let mut rows = vec![head.map(str::to_owned)];
    let stream = contract.stream.as_deref().unwrap_or_default();
    let parts = [
        ("input", &contract.inputs[..]),
        ("output", &contract.outputs),
        ("stream", stream),
    ];
    for (part, fields) in parts {
        let fields = fields.iter();
        rows.extend(fields.map(|field| row(part, field, format!("{:#}", field.ty))));
    }
    for EnvField { field, secret, .. } in &contract.env {
        let ty = if *secret {
            "secret".to_owned()
        } else {
            format!("{:#}", field.ty)
        };
        rows.push(row("env", field, ty));
    }
    for line in out::columns(&rows) {
        out::line(line.trim_end())?;
    }
    Ok(Code::Success)
}

fn row(part: &str, field: &Field, ty: String) -> [String; 5] {
    let default = field.default.as_ref().map(Value::to_json);
    let default = default.and_then(Result::ok).unwrap_or_default();
    let (name, doc) = (field.name.to_string(), field.doc.clone());
    [part.to_owned(), name, ty, default, doc]
}
