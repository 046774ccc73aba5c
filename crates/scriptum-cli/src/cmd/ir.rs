//! `scriptum ir`: the compiled program.

use scriptum_vm::program;

use crate::{
    args::{Ir, Output},
    exit::{Code, Failure},
    out, source, tools,
};

pub(crate) fn main(args: &Ir, output: Output) -> Result<Code, Failure> {
    let source = source::read(&args.file)?;
    let compiled = super::compiled(&source, &tools::catalog(&args.tools)?)?;
    let script = compiled
        .program
        .expect("a compilation without errors has a program");
    let text = match output {
        Output::Json => program::to_json(&script),
        Output::Table | Output::Wide | Output::Yaml => program::to_yaml(&script),
    };
    out::line(text.trim_end())?;
    Ok(Code::Success)
}
