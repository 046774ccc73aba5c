//! `scriptum check`: all that is wrong with scripts, and the edits that mend it.

use std::{fmt::Write as _, path::Path};

use anstream::AutoStream;
use scriptum_compiler::{
    Diagnostic, RenderOptions, Severity, apply_fixes, compile, render, render_json,
};
use scriptum_contract::ToolCatalog;

use crate::{
    args::{Check, Output},
    exit::{Code, Failure},
    out,
    rewrite::rewrite,
    source::{self, Source},
    tools,
};

/// Fixes can make room for further ones; more rounds than this would run in circles.
const FIX_ROUNDS_MAX: u32 = 10;

/// What a run found.
#[derive(Debug, Default)]
struct Count {
    scripts: usize,
    errors: usize,
    warnings: usize,
    fixed: usize,
}

pub(crate) fn main(args: &Check, output: Output) -> Result<Code, Failure> {
    let catalog = tools::catalog(&args.tools)?;
    let mut count = Count::default();
    for path in &args.paths {
        for script in source::scripts_at(path)? {
            check_one(&script, args.fix, output, &catalog, &mut count)?;
        }
    }
    if count.scripts == 0 {
        return Err(source::none_found());
    }
    note!("{}", summary(&count));
    let refused = count.errors > 0 || (args.deny_warnings && count.warnings > 0);
    Ok(if refused { Code::No } else { Code::Success })
}

fn check_one(
    path: &Path,
    fix: bool,
    output: Output,
    catalog: &ToolCatalog,
    count: &mut Count,
) -> Result<(), Failure> {
    let mut source = source::read(path)?;
    let mut diagnostics = source.compile(catalog).diagnostics;
    // There are no edits for programs: fixes mend scripts.
    if fix && !source.is_program() {
        let fixed = mended(&source.text, diagnostics, catalog);
        if path == Path::new("-") {
            out::text(&fixed.text)?;
        } else if fixed.text != source.text {
            rewrite(path, &fixed.text)?;
        }
        count.fixed += fixed.count;
        source.text = fixed.text;
        diagnostics = fixed.diagnostics;
    }
    count.scripts += 1;
    count.errors += of_severity(&diagnostics, Severity::Error);
    count.warnings += of_severity(&diagnostics, Severity::Warning);
    print(&source, &diagnostics, output)
}

/// A text after all certain fixes, and what is still wrong with it.
struct Mended {
    text: String,
    diagnostics: Vec<Diagnostic>,
    count: usize,
}

fn mended(text: &str, diagnostics: Vec<Diagnostic>, catalog: &ToolCatalog) -> Mended {
    let mut state = Mended {
        text: text.to_owned(),
        diagnostics,
        count: 0,
    };
    for _ in 0..FIX_ROUNDS_MAX {
        let fixed = apply_fixes(&state.text, &state.diagnostics);
        if fixed.text == state.text {
            break;
        }
        state.count += fixed.count;
        state.diagnostics = compile(&fixed.text, catalog).diagnostics;
        state.text = fixed.text;
    }
    state
}

fn print(source: &Source, diagnostics: &[Diagnostic], output: Output) -> Result<(), Failure> {
    match output {
        _ if diagnostics.is_empty() => Ok(()),
        Output::Json | Output::Yaml => {
            out::text(&render_json(diagnostics, &source.name, &source.text))
        }
        Output::Table | Output::Wide => {
            out::text(&rendered(source, diagnostics, out::shows_color()))
        }
    }
}

fn rendered(source: &Source, diagnostics: &[Diagnostic], color: bool) -> String {
    let options = RenderOptions::new(color);
    render(diagnostics, &source.name, &source.text, options)
}

/// Shows diagnostics of a script that another command compiled.
pub(crate) fn print_to_stderr(source: &Source, diagnostics: &[Diagnostic]) {
    if diagnostics.is_empty() {
        return;
    }
    let stderr = AutoStream::auto(std::io::stderr());
    let color = stderr.current_choice() != anstream::ColorChoice::Never;
    note!("{}", rendered(source, diagnostics, color).trim_end());
}

fn of_severity(diagnostics: &[Diagnostic], severity: Severity) -> usize {
    diagnostics
        .iter()
        .filter(|it| it.severity == severity)
        .count()
}

fn summary(count: &Count) -> String {
    let counted = |number: usize, word: &str| {
        let plural = if number == 1 { "" } else { "s" };
        format!("{number} {word}{plural}")
    };
    let mut text = format!("checked {}", counted(count.scripts, "script"));
    if count.fixed > 0 {
        let _ = write!(text, ", made {}", counted(count.fixed, "edit"));
    }
    match (count.errors, count.warnings) {
        (0, 0) => text.push_str(": nothing to report"),
        (errors, warnings) => {
            let found = [(errors, "error"), (warnings, "warning")];
            let found = found.iter().filter(|(number, _)| *number > 0);
            let found: Vec<_> = found.map(|(number, word)| counted(*number, word)).collect();
            let _ = write!(text, ": {}", found.join(", "));
        }
    }
    text
}
