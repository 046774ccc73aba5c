//! `scriptum graph`: the steps of a script as a picture.

use crate::{
    args::{Graph, GraphFormat},
    exit::{Code, Failure},
    out, source, tools,
};

pub(crate) fn main(args: &Graph) -> Result<Code, Failure> {
    let catalog = tools::catalog(&args.tools)?;
    let source = source::read(&args.file)?;
    let compiled = super::compiled(&source, &catalog)?;
    let program = compiled
        .program
        .expect("a compilation without errors has a program");
    let graph = scriptum_compiler::graph(&program);
    out::text(&match args.format {
        GraphFormat::Mermaid => graph.to_mermaid(),
        GraphFormat::Dot => graph.to_dot(),
        GraphFormat::Svg => graph.to_svg(),
    })?;
    Ok(Code::Success)
}
