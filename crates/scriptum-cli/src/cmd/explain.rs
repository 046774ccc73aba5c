//! `scriptum explain`: the page of a diagnostic, or of a failure at run time.

mod paragraphs;

use std::fmt::Write as _;

use scriptum_compiler::codes;
use scriptum_contract::Value;

use crate::{
    args::{Explain, Output},
    exit::{Code, Failure},
    out,
};

pub(crate) fn main(args: &Explain, output: Output) -> Result<Code, Failure> {
    match (args.code.as_deref(), output) {
        (Some(name), _) if !args.list => page(name, output),
        (_, Output::Json | Output::Yaml) => {
            let compile_time = codes::ALL.iter().map(|it| entry(it.code.0, it.title));
            let run_time = codes::RUN_TIME.iter().map(|it| entry(it.code, it.title()));
            let codes = Value::list(compile_time.chain(run_time));
            out::value(&Value::object([("codes", codes)]), output)?;
            Ok(Code::Success)
        }
        (_, Output::Table | Output::Wide) => {
            out::text(&list())?;
            Ok(Code::Success)
        }
    }
}

fn entry(code: &str, title: &str) -> Value {
    Value::object([("code", code.into()), ("title", title.into())])
}

fn list() -> String {
    let mut list = String::new();
    for entry in codes::ALL.iter() {
        let _ = writeln!(list, "{:<28} {}", entry.code, entry.title);
    }
    list.push('\n');
    for entry in codes::RUN_TIME {
        let title = lower_case(entry.title());
        let _ = writeln!(list, "{:<28} {title}", entry.code);
    }
    list
}

fn page(name: &str, output: Output) -> Result<Code, Failure> {
    let page = codes::explain(name).ok_or_else(|| unknown(name))?;
    match output {
        Output::Table | Output::Wide => out::text(&paragraphs::wrapped(page))?,
        Output::Json | Output::Yaml => {
            let page = [("code", name.into()), ("page", page.into())];
            out::value(&Value::object(page), output)?;
        }
    }
    Ok(Code::Success)
}

/// A sentence in the middle of a line.
fn lower_case(sentence: &str) -> String {
    let mut chars = sentence.chars();
    let first = chars.next().into_iter().flat_map(char::to_lowercase);
    first.chain(chars).collect()
}

fn unknown(name: &str) -> Failure {
    let failure = Failure::new(Code::NotFound, format!("unknown code '{name}'"));
    match codes::nearest(name) {
        Some(nearest) => failure.help(format!("did you mean '{nearest}'?")),
        None => failure.help("`scriptum explain --list` shows all codes"),
    }
}
