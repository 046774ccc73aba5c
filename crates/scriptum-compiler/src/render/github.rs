//! Diagnostics as workflow commands: GitHub shows them beside the lines of a change.

use std::fmt::Write as _;

use scriptum_syntax::{Diagnostic, Severity};

use super::{Extent, Lines, WIDTH_DEFAULT, clean, sorted};

/// Diagnostics as `::error file=…,line=…::message`, one a line, in the order of the text.
pub fn render_github(diagnostics: &[Diagnostic], file: &str, source: &str) -> String {
    let lines = Lines::new(file, source, WIDTH_DEFAULT);
    let mut text = String::new();
    for diagnostic in sorted(diagnostics) {
        lines.command(diagnostic, &mut text);
    }
    text
}

impl Lines<'_> {
    fn command(&self, diagnostic: &Diagnostic, text: &mut String) {
        let word = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let file = property(clean(self.file));
        let Extent { start, end } = self.extent(diagnostic.primary.span);
        let _ = write!(text, "::{word} file={file},line={}", start.line);
        let _ = write!(text, ",endLine={}", end.line);
        // Columns are understood within one line only.
        if start.line == end.line {
            let _ = write!(text, ",col={},endColumn={}", start.column, end.column);
        }
        let title = property(diagnostic.code.0);
        let _ = writeln!(text, ",title={title}::{}", data(&said(diagnostic)));
    }
}

/// The message, and below it what to do.
fn said(diagnostic: &Diagnostic) -> String {
    let help = diagnostic.help.as_deref();
    let title = diagnostic.fix.as_ref().map(|fix| fix.title.as_str());
    match help.or(title) {
        Some(help) => format!("{}\nhelp: {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    }
}

/// What stands behind the second `::`.
fn data(text: &str) -> String {
    let text = text.replace('%', "%25");
    text.replace('\r', "%0D").replace('\n', "%0A")
}

/// What stands between commas before it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use scriptum_syntax::{Code, Span};

    #[test]
    fn what_means_something_to_the_runner_is_escaped() {
        let at = Span::new(4, 6);
        let diagnostic = Diagnostic::warning(Code("odd-name"), "100%, or: not\nat all", at);
        let diagnostic = diagnostic.help("leave it");
        let text = render_github(&[diagnostic], "./a,b:c%.scriptum", "one\ntwo\n");
        assert_eq!(
            text,
            "::warning file=a%2Cb%3Ac%25.scriptum,line=2,endLine=2,col=1,endColumn=3,\
             title=odd-name::100%25, or: not%0Aat all%0Ahelp: leave it\n"
        );
    }

    #[test]
    fn columns_of_several_lines_are_left_out() {
        let diagnostic = Diagnostic::error(Code("odd-name"), "odd", Span::new(1, 5));
        let text = render_github(&[diagnostic], "a", "one\ntwo\n");
        assert_eq!(
            text,
            "::error file=a,line=1,endLine=2,title=odd-name::odd\n"
        );
    }
}
