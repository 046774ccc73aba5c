//! `scriptum ast`: the syntax tree of a script.

use scriptum_compiler::ast_json;
use scriptum_contract::Value;

use super::check;
use crate::{
    args::{Ast, Output},
    exit::{Code, Failure},
    out, source,
};

pub(crate) fn main(args: &Ast, output: Output) -> Result<Code, Failure> {
    let source = source::read(&args.file)?;
    if source.is_program() {
        let message = format!(
            "'{}' is a program, and only scripts have a tree",
            source.name
        );
        return Err(Failure::new(Code::InvalidArgument, message));
    }
    let parse = scriptum_syntax::parse(&source.text);
    let json = ast_json(&source.text);
    match output {
        Output::Table | Output::Wide | Output::Json => out::text(&json)?,
        Output::Yaml => {
            let tree = Value::from_json(&json).map_err(|error| {
                Failure::new(Code::Internal, format!("cannot write the tree: {error}"))
            })?;
            out::value(&tree, output)?;
        }
    }
    check::print_to_stderr(&source, &parse.diagnostics);
    Ok(if parse.has_errors() {
        Code::No
    } else {
        Code::Success
    })
}
