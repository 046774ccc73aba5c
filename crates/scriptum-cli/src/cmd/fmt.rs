//! `scriptum fmt`: scripts written as everyone writes them, in place.
//!
//! A script with syntax errors is left alone and reported, since the tree of it is a guess.

use std::{fmt::Write as _, path::Path};

use scriptum_compiler::Diagnostic;
use similar::{ChangeTag, TextDiff};

use super::check;
use crate::{
    args::Fmt,
    exit::{Code, Failure},
    out,
    rewrite::rewrite,
    source::{self, Source},
    ui::style,
};

/// Lines around a change that `--diff` shows.
const DIFF_CONTEXT: usize = 3;

/// What was found.
#[derive(Debug, Default)]
struct Count {
    scripts: usize,
    differing: usize,
    broken: usize,
}

/// What becomes of the canonical text.
#[derive(Debug, Clone, Copy)]
struct Wish {
    /// Names of files that differ.
    names: bool,
    /// Changes of files that differ.
    changes: bool,
    /// The text itself.
    text: bool,
}

impl Wish {
    fn of(args: &Fmt) -> Wish {
        Wish {
            names: args.check,
            changes: args.diff,
            text: args.stdout,
        }
    }

    /// True when files stay as they are.
    fn only_looks(self) -> bool {
        self.names || self.changes || self.text
    }
}

pub(crate) fn main(args: &Fmt, quiet: bool) -> Result<Code, Failure> {
    let wish = Wish::of(args);
    let mut count = Count::default();
    let missing = source::each_script(&args.paths, |path, source| {
        format_one(path, &source, wish, &mut count)
    })?;
    let is_filter = args.paths.iter().all(|path| path == Path::new("-"));
    if !quiet && !args.stdout && !is_filter && count.scripts > 0 {
        note!("{}", summary(&count, wish));
    }
    let refused = count.broken > 0 || (args.check && count.differing > 0);
    let judged = if refused { Code::No } else { Code::Success };
    Ok(missing.unwrap_or(judged))
}

fn format_one(path: &Path, source: &Source, wish: Wish, count: &mut Count) -> Result<(), Failure> {
    if source.is_program() {
        let message = format!(
            "'{}' is a program, and only scripts are formatted",
            source.name
        );
        return Err(Failure::new(Code::InvalidArgument, message));
    }
    count.scripts += 1;
    let parse = scriptum_syntax::parse(&source.text);
    if parse.has_errors() {
        count.broken += 1;
        report(source, parse.diagnostics);
        return Ok(());
    }
    let formatted = scriptum_syntax::format(&parse);
    let differs = formatted != source.text;
    count.differing += usize::from(differs);
    if wish.names && differs {
        out::line(&source.name)?;
    }
    if wish.changes && differs {
        out::text(&changes(source, &formatted))?;
    }
    let is_filter = path == Path::new("-") && !wish.names && !wish.changes;
    if wish.text || is_filter {
        out::text(&formatted)?;
    } else if differs && !wish.only_looks() {
        rewrite(path, &formatted)?;
    }
    Ok(())
}

/// Shows why a script is left alone: its errors, without the warnings beside them.
fn report(source: &Source, diagnostics: Vec<Diagnostic>) {
    let is_error = |it: &Diagnostic| it.severity == scriptum_compiler::Severity::Error;
    let errors: Vec<_> = diagnostics.into_iter().filter(is_error).collect();
    check::print_to_stderr(source, &errors);
}

/// The changes as a unified diff, which `patch` takes when it is not colored.
fn changes(source: &Source, formatted: &str) -> String {
    let diff = TextDiff::from_lines(source.text.as_str(), formatted);
    let color = out::shows_color();
    let mut text = String::new();
    let name = &source.name;
    let _ = writeln!(text, "--- {name}\n+++ {name}");
    for hunk in diff
        .unified_diff()
        .context_radius(DIFF_CONTEXT)
        .iter_hunks()
    {
        let header = hunk.header().to_string();
        text.push_str(&if color { style::dim(&header) } else { header });
        text.push('\n');
        for change in hunk.iter_changes() {
            text.push_str(&diff_line(change.tag(), change.value(), color));
        }
    }
    text
}

fn diff_line(tag: ChangeTag, value: &str, color: bool) -> String {
    let (sign, paint): (char, fn(&str) -> String) = match tag {
        ChangeTag::Equal => (' ', str::to_owned),
        ChangeTag::Delete => ('-', style::bad),
        ChangeTag::Insert => ('+', style::good),
    };
    let line = value.strip_suffix('\n');
    let end = if line.is_some() {
        "\n"
    } else {
        "\n\\ No newline at end of file\n"
    };
    let line = format!("{sign}{}", line.unwrap_or(value));
    let line = if color { paint(&line) } else { line };
    line + end
}

fn summary(count: &Count, wish: Wish) -> String {
    let plural = if count.scripts == 1 { "" } else { "s" };
    let changed = if wish.only_looks() {
        "would change"
    } else {
        "formatted"
    };
    let unchanged = count.scripts - count.differing - count.broken;
    let parts = [
        (count.differing, changed),
        (unchanged, "unchanged"),
        (count.broken, "left alone because of errors"),
    ];
    let parts = parts.iter().filter(|(number, _)| *number > 0);
    let parts: Vec<_> = parts
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    format!("{} script{plural}: {}", count.scripts, parts.join(", "))
}
