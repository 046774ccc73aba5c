//! `scriptum contract`: what a script takes and gives.

use scriptum_contract::{Field, Value, json_schema, service_json};

use crate::{
    args::{Contract, Output, Part},
    exit::{Code, Failure},
    source,
};

pub(crate) fn main(args: &Contract, output: Output) -> Result<Code, Failure> {
    let source = source::read(&args.file)?;
    let compiled = super::compiled(&source)?;
    let contract = &compiled.contract;
    if output == Output::Table && args.json_schema.is_none() && std::env::var_os("SCRIPTUM_OUTPUT").is_some() {
        print_table(contract);
        return Ok(Code::Success);
    }
    let value = match args.json_schema {
        Some(part) => json_schema(contract, part.into()),
        None => service_json(contract),
    };
    println!("{}", pretty(&value)?);
    Ok(Code::Success)
}
