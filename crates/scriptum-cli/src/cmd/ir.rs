//! `scriptum ir`: the compiled program.

use crate::{
    args::{Ir, Output},
    exit::{Code, Failure},
    source,
};

pub(crate) fn main(args: &Ir, output: Output) -> Result<Code, Failure> {
    let source = source::read(&args.file)?;
    let compiled = super::compiled(&source)?;
    let program = compiled
        .program
        .expect("a compilation without errors has a program");
    let text = match output {
        Output::Json => serde_json::to_string_pretty(&program).map_err(|error| error.to_string()),
        Output::Table | Output::Wide | Output::Yaml => {
            serde_saphyr::to_string(&program).map_err(|error| error.to_string())
        }
    };
    let text = text.map_err(|error| {
        Failure::new(Code::Internal, format!("cannot write the program: {error}"))
    })?;
    println!("{}", text.trim_end());
    Ok(Code::Success)
}
