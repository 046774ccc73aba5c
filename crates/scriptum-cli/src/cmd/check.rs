//! `scriptum check`: all that is wrong with scripts, and the edits that mend it.

use std::{
    fmt::Write as _,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use anstream::AutoStream;
use scriptum_compiler::{
    Diagnostic, RenderOptions, Sarif, Severity, apply_fixes, compile, render, render_github,
    render_json,
};
use scriptum_contract::{ToolCatalog, Value};

use crate::{
    args::{Check, Form},
    beside,
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

/// How to look at scripts, and what was seen.
struct Look<'a> {
    fix: bool,
    form: Form,
    catalog: &'a ToolCatalog,
    count: Count,
    /// True when a script was shown before, and the next one keeps its distance.
    has_shown: bool,
    sarif: Sarif,
}

pub(crate) fn main(args: &Check, form: Form, quiet: bool) -> Result<Code, Failure> {
    let catalog = tools::catalog(&args.tools)?;
    let mut look = Look {
        fix: args.fix,
        form,
        catalog: &catalog,
        count: Count::default(),
        has_shown: false,
        sarif: Sarif::default(),
    };
    let missing = source::each_script(&args.paths, |path, source| look.check(path, source))?;
    let count = look.count;
    if form == Form::Sarif {
        out::text(&look.sarif.finish(env!("CARGO_PKG_VERSION")))?;
    }
    let denied = args.deny_warnings && count.warnings > 0;
    if !quiet && count.scripts > 0 {
        let denied = if denied {
            ", and warnings are denied"
        } else {
            ""
        };
        note!("{}{denied}", summary(&count));
    }
    let refused = count.errors > 0 || denied;
    let judged = if refused { Code::No } else { Code::Success };
    Ok(missing.unwrap_or(judged))
}

impl Look<'_> {
    fn check(&mut self, path: &Path, mut source: Source) -> Result<(), Failure> {
        let mut diagnostics = source.compile(self.catalog).diagnostics;
        // There are no edits for programs: fixes mend scripts.
        let fix = self.fix && !source.is_program();
        if fix {
            let catalog = beside::known(&source, self.catalog);
            let fixed = mended(&source.text, diagnostics, &catalog);
            if path == Path::new("-") {
                out::text(&fixed.text)?;
            } else if fixed.text != source.text {
                rewrite(path, &fixed.text)?;
            }
            self.count.fixed += fixed.count;
            source.text = fixed.text;
            diagnostics = fixed.diagnostics;
        }
        self.count.scripts += 1;
        self.count.errors += of_severity(&diagnostics, Severity::Error);
        self.count.warnings += of_severity(&diagnostics, Severity::Warning);
        if fix && path == Path::new("-") {
            // The mended script is the result.
            print_to_stderr(&source, &diagnostics);
            return Ok(());
        }
        self.print(&source, &diagnostics)
    }

    fn print(&mut self, source: &Source, diagnostics: &[Diagnostic]) -> Result<(), Failure> {
        let Source { name, text, .. } = source;
        match self.form {
            _ if diagnostics.is_empty() => Ok(()),
            Form::Table | Form::Wide => {
                let gap = if std::mem::replace(&mut self.has_shown, true) {
                    "\n"
                } else {
                    ""
                };
                let text = rendered(source, diagnostics, out::shows_color());
                out::text(&format!("{gap}{text}"))
            }
            Form::Json => out::text(&render_json(diagnostics, name, text)),
            Form::Yaml => out::text(&yaml(&render_json(diagnostics, name, text))?),
            Form::Github => out::text(&render_github(diagnostics, name, text)),
            Form::Sarif => {
                self.sarif.add(diagnostics, name, text);
                Ok(())
            }
        }
    }
}

/// Objects, one a line, as documents of YAML.
fn yaml(lines: &str) -> Result<String, Failure> {
    let mut text = String::new();
    for line in lines.lines() {
        let value = Value::from_json(line).map_err(|error| error.to_string());
        let document = value
            .and_then(|value| serde_saphyr::to_string(&value).map_err(|error| error.to_string()));
        let document = document.map_err(|error| {
            Failure::new(
                Code::Internal,
                format!("cannot write a diagnostic: {error}"),
            )
        })?;
        let _ = writeln!(text, "---\n{}", document.trim_end());
    }
    Ok(text)
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

fn rendered(source: &Source, diagnostics: &[Diagnostic], color: bool) -> String {
    let options = RenderOptions::new(color);
    render(diagnostics, &source.name, &source.text, options)
}

/// Shows diagnostics of a script that another command compiled.
pub(crate) fn print_to_stderr(source: &Source, diagnostics: &[Diagnostic]) {
    print_of(&source.name, &source.text, diagnostics);
}

/// Shows diagnostics of a text of whatever kind.
pub(crate) fn print_of(name: &str, text: &str, diagnostics: &[Diagnostic]) {
    if let Some(shown) = noted(name, text, diagnostics) {
        note_block(&shown);
    }
}

/// Shows what is wrong with a file, apart from what is wrong with the one before.
fn note_block(text: &str) {
    static IS_NEXT: AtomicBool = AtomicBool::new(false);
    let is_next = IS_NEXT.swap(true, Ordering::Relaxed);
    let gap = if is_next && !out::notes_are_json() {
        "\n"
    } else {
        ""
    };
    note!("{gap}{text}");
}

/// The same as a text for stderr; `None` without any.
pub(crate) fn noted(name: &str, text: &str, diagnostics: &[Diagnostic]) -> Option<String> {
    if diagnostics.is_empty() {
        return None;
    }
    let shown = if out::notes_are_json() {
        render_json(diagnostics, name, text)
    } else {
        let stderr = AutoStream::auto(std::io::stderr());
        let color = stderr.current_choice() != anstream::ColorChoice::Never;
        render(diagnostics, name, text, RenderOptions::new(color))
    };
    Some(shown.trim_end().to_owned())
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
