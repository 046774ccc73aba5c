//! `scriptum ast`: the syntax tree of a script.

use scriptum_compiler::ast_json;

use super::check;
use crate::{
    args::Ast,
    exit::{Code, Failure},
    out, source,
};

pub(crate) fn main(args: &Ast) -> Result<Code, Failure> {
    let source = source::read(&args.file)?;
    if source.is_program() {
        let message = format!(
            "'{}' is a program, and only scripts have a tree",
            source.name
        );
        return Err(Failure::new(Code::InvalidArgument, message));
    }
    let parse = scriptum_syntax::parse(&source.text);
    out::text(&ast_json(&source.text))?;
    check::print_to_stderr(&source, &parse.diagnostics);
    Ok(if parse.has_errors() {
        Code::No
    } else {
        Code::Success
    })
}
