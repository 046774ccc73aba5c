//! Diagnostics as JSON, one object a line.

use scriptum_syntax::{Applicability, Diagnostic, Severity, Span};
use serde::Serialize;

use super::{Extent, Lines, WIDTH_DEFAULT, sorted};

/// Diagnostics as JSON objects, one a line, in the order of the text. Lines and columns begin at 1,
/// columns count characters, ends are exclusive.
pub fn render_json(diagnostics: &[Diagnostic], file: &str, source: &str) -> String {
    let lines = Lines::new(file, source, WIDTH_DEFAULT);
    let mut text = String::new();
    for diagnostic in sorted(diagnostics) {
        let json = serde_json::to_string(&lines.json(diagnostic));
        text.push_str(&json.expect("a diagnostic is made of texts and numbers"));
        text.push('\n');
    }
    text
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonDiagnostic<'d> {
    #[serde(flatten)]
    place: JsonPlace<'d>,
    severity: &'static str,
    code: &'static str,
    message: &'d str,
    #[serde(skip_serializing_if = "str::is_empty")]
    label: &'d str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'d str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<JsonLabel<'d>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<JsonFix<'d>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonPlace<'d> {
    file: &'d str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct JsonLabel<'d> {
    #[serde(flatten)]
    place: JsonPlace<'d>,
    message: &'d str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonFix<'d> {
    title: &'d str,
    machine_applicable: bool,
    edits: Vec<JsonEdit<'d>>,
}

#[derive(Serialize)]
struct JsonEdit<'d> {
    #[serde(flatten)]
    place: JsonPlace<'d>,
    text: &'d str,
}

impl Lines<'_> {
    fn json<'d>(&'d self, diagnostic: &'d Diagnostic) -> JsonDiagnostic<'d> {
        let related = diagnostic.labels.iter().map(|label| JsonLabel {
            place: self.place(label.span),
            message: &label.text,
        });
        let fix = diagnostic.fix.as_ref().map(|fix| JsonFix {
            title: &fix.title,
            machine_applicable: fix.applicability == Applicability::Machine,
            edits: fix.edits.iter().map(|edit| self.json_edit(edit)).collect(),
        });
        JsonDiagnostic {
            place: self.place(diagnostic.primary.span),
            severity: match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            code: diagnostic.code.0,
            message: &diagnostic.message,
            label: &diagnostic.primary.text,
            hint: diagnostic.help.as_deref(),
            related: related.collect(),
            fix,
        }
    }

    fn json_edit<'d>(&'d self, edit: &'d scriptum_syntax::Edit) -> JsonEdit<'d> {
        JsonEdit {
            place: self.place(edit.span),
            text: &edit.text,
        }
    }

    fn place(&self, span: Span) -> JsonPlace<'_> {
        let Extent { start, end } = self.extent(span);
        JsonPlace {
            file: self.file,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}
