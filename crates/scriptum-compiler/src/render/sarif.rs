//! Diagnostics as a SARIF 2.1.0 log, which code scanners and editors read.

use std::collections::BTreeMap;

use scriptum_syntax::{Diagnostic, Fix, Severity, Span};
use serde_json::{Value, json};

use super::{Extent, Lines, WIDTH_DEFAULT, clean, sorted};
use crate::codes;

/// A log of one run over several files.
#[derive(Debug, Default)]
pub struct Sarif {
    results: Vec<Value>,
    /// The codes that were found, with their places in the list of rules.
    rules: BTreeMap<&'static str, usize>,
}

impl Sarif {
    /// Adds what is wrong with a file.
    pub fn add(&mut self, diagnostics: &[Diagnostic], file: &str, source: &str) {
        let lines = Lines::new(file, source, WIDTH_DEFAULT);
        for diagnostic in sorted(diagnostics) {
            let next = self.rules.len();
            let rule = *self.rules.entry(diagnostic.code.0).or_insert(next);
            self.results.push(lines.result(diagnostic, rule));
        }
    }

    /// The log; `version` is that of the command.
    pub fn finish(self, version: &str) -> String {
        let mut codes: Vec<_> = self.rules.into_iter().collect();
        codes.sort_by_key(|(_, index)| *index);
        let rules: Vec<Value> = codes.iter().map(|(code, _)| rule(code)).collect();
        let log = json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": { "name": "scriptum", "version": version, "rules": rules } },
                "columnKind": "unicodeCodePoints",
                "results": self.results,
            }],
        });
        format!("{log:#}\n")
    }
}

fn rule(code: &str) -> Value {
    let entry = codes::ALL.iter().find(|entry| entry.code.0 == code);
    let Some(entry) = entry else {
        return json!({ "id": code });
    };
    json!({
        "id": code,
        "shortDescription": { "text": entry.title },
        "help": { "text": entry.page, "markdown": entry.page },
        "defaultConfiguration": { "level": level(entry.severity) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

impl Lines<'_> {
    fn result(&self, diagnostic: &Diagnostic, rule: usize) -> Value {
        let text = match &diagnostic.help {
            Some(help) => format!("{}\nhelp: {help}", diagnostic.message),
            None => diagnostic.message.clone(),
        };
        let primary = self.location(diagnostic.primary.span, &diagnostic.primary.text);
        let labels = diagnostic.labels.iter();
        let related: Vec<Value> = labels
            .map(|label| self.location(label.span, &label.text))
            .collect();
        let fixes: Vec<Value> = diagnostic.fix.iter().map(|fix| self.fix(fix)).collect();
        json!({
            "ruleId": diagnostic.code.0,
            "ruleIndex": rule,
            "level": level(diagnostic.severity),
            "message": { "text": text },
            "locations": [primary],
            "relatedLocations": related,
            "fixes": fixes,
        })
    }

    fn location(&self, span: Span, text: &str) -> Value {
        let physical = json!({
            "artifactLocation": { "uri": uri(self.file) },
            "region": self.region(span),
        });
        if text.is_empty() {
            return json!({ "physicalLocation": physical });
        }
        json!({ "physicalLocation": physical, "message": { "text": text } })
    }

    fn region(&self, span: Span) -> Value {
        let Extent { start, end } = self.extent(span);
        json!({
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        })
    }

    fn fix(&self, fix: &Fix) -> Value {
        let replacement = |edit: &scriptum_syntax::Edit| {
            json!({
                "deletedRegion": self.region(edit.span),
                "insertedContent": { "text": edit.text },
            })
        };
        let replacements: Vec<Value> = fix.edits.iter().map(replacement).collect();
        json!({
            "description": { "text": fix.title },
            "artifactChanges": [{
                "artifactLocation": { "uri": uri(self.file) },
                "replacements": replacements,
            }],
        })
    }
}

/// The name of a file as a URI reference: relative to the current folder unless it begins with `/`.
fn uri(file: &str) -> String {
    use std::fmt::Write as _;
    let mut uri = String::new();
    if file.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in clean(file).bytes() {
        match byte {
            b'\\' if cfg!(windows) => uri.push('/'),
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_become_references() {
        let table = [
            ("a.scriptum", "a.scriptum"),
            ("./a/b c.scriptum", "a/b%20c.scriptum"),
            ("/tmp/é.scriptum", "file:///tmp/%C3%A9.scriptum"),
            ("a:b#c?.scriptum", "a%3Ab%23c%3F.scriptum"),
            ("<stdin>", "%3Cstdin%3E"),
        ];
        for (file, expected) in table {
            assert_eq!(uri(file), expected);
        }
    }
}
