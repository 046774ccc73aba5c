//! `scriptum explain`: the page of a diagnostic, or of a failure at run time.

use std::fmt::Write as _;

use scriptum_compiler::codes;

use crate::{
    args::Explain,
    exit::{Code, Failure},
    out,
};

pub(crate) fn main(args: &Explain) -> Result<Code, Failure> {
    if args.list {
        let mut list = String::new();
        for entry in codes::ALL.iter() {
            let _ = writeln!(list, "{:<28} {}", entry.code, entry.title);
        }
        list.push('\n');
        for entry in codes::RUN_TIME {
            let title = lower_case(entry.title());
            let _ = writeln!(list, "{:<28} {title}", entry.code);
        }
        out::text(&list)?;
        return Ok(Code::Success);
    }
    let name = args.code.as_deref().unwrap_or_default();
    match codes::explain(name) {
        Some(page) => {
            out::line(page.trim_end())?;
            Ok(Code::Success)
        }
        None => Err(unknown(name)),
    }
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
