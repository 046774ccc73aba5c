//! How a test ended, and the lines that say so.

use std::time::Duration;

use scriptum_contract::Value;
use similar::{ChangeTag, TextDiff};

use super::{ended::Ended, judge::Mismatch, world::GaveUp};
use crate::ui::style;

/// How a test ended.
#[derive(Debug)]
pub(crate) struct Report {
    /// The test file.
    pub(crate) file: String,
    /// Line of the test in it, from 1.
    pub(crate) line: usize,
    pub(crate) script: String,
    pub(crate) name: String,
    pub(crate) verdict: Verdict,
    pub(crate) took: Duration,
}

/// What became of it.
#[derive(Debug)]
pub(crate) enum Verdict {
    Passed,
    /// It expects now what came of it.
    Updated,
    /// These lines say why.
    Failed(Vec<Line>),
}

/// A line of a failure.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) kind: LineKind,
    pub(crate) text: String,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineKind {
    /// Says something.
    Said,
    /// Is expected and did not come.
    Expected,
    /// Came and is not expected.
    Actual,
}

impl Report {
    pub(crate) fn is_failed(&self) -> bool {
        match self.verdict {
            Verdict::Failed(_) => true,
            Verdict::Passed | Verdict::Updated => false,
        }
    }

    /// One line, and a block behind it for a failure.
    pub(crate) fn shown(&self) -> String {
        let name = format!("{}: {}", self.file, self.name);
        match &self.verdict {
            Verdict::Passed => format!("{}      {name}", style::good("ok")),
            Verdict::Updated => format!("{} {name}", style::wait("updated")),
            Verdict::Failed(lines) => {
                let mut text = format!(
                    "{}    {}:{}: {}",
                    style::bad("FAIL"),
                    self.file,
                    self.line,
                    self.name
                );
                for line in lines {
                    let shown = match line.kind {
                        LineKind::Said => line.text.clone(),
                        LineKind::Expected => style::bad(&line.text),
                        LineKind::Actual => style::good(&line.text),
                    };
                    text.push_str("\n        ");
                    text.push_str(&shown);
                }
                text
            }
        }
    }

    /// The report as an object.
    pub(crate) fn value(&self) -> Value {
        let (verdict, lines) = match &self.verdict {
            Verdict::Passed => ("passed", None),
            Verdict::Updated => ("updated", None),
            Verdict::Failed(lines) => ("failed", Some(lines)),
        };
        let lines = lines.map(|lines| {
            let lines: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
            ("failure", Value::text(&lines.join("\n")))
        });
        let line = i64::try_from(self.line).unwrap_or(i64::MAX);
        let parts = [
            ("file", Value::text(&self.file)),
            ("line", Value::Int(line)),
            ("script", Value::text(&self.script)),
            ("name", Value::text(&self.name)),
            ("verdict", Value::text(verdict)),
        ];
        Value::object(parts.into_iter().chain(lines))
    }
}

/// The lines of a test that could not be played to its end.
pub(crate) fn given_up(gave_up: &GaveUp) -> Vec<Line> {
    let help = gave_up.help.iter().map(String::as_str);
    std::iter::once(gave_up.message.as_str())
        .chain(help)
        .map(said)
        .collect()
}

/// The lines of a test that came out otherwise.
pub(crate) fn differing(
    mismatches: &[Mismatch<'_>],
    ended: &Ended,
    line_of: &dyn Fn(usize) -> usize,
) -> Vec<Line> {
    let mut lines = Vec::new();
    for mismatch in mismatches {
        let part = &mismatch.part;
        let place = mismatch.node.map_or_else(String::new, |node| {
            format!(", line {}", line_of(node.at.start))
        });
        lines.push(said(&format!("{part} differs{place}")));
        let expected = json(Some(&mismatch.expected));
        let actual = json(mismatch.actual.as_ref());
        lines.extend(diff(&expected, &actual));
    }
    let why = ended
        .why
        .as_ref()
        .filter(|_| mismatches.iter().any(tells_of_end));
    lines.extend(why.map(|why| said(&format!("the thread is {}: {why}", ended.outcome.name()))));
    lines
}

/// The line of a test of which nothing is expected.
pub(crate) fn nothing_expected() -> Vec<Line> {
    vec![
        said("nothing is expected of this test"),
        said("write 'expect', or let `scriptum test --update` write it"),
    ]
}

fn tells_of_end(mismatch: &Mismatch<'_>) -> bool {
    mismatch.part == "status" || mismatch.actual.is_none()
}

fn said(text: &str) -> Line {
    Line {
        kind: LineKind::Said,
        text: text.to_owned(),
    }
}

fn json(value: Option<&Value>) -> String {
    let json = value.map_or(Ok("nothing".to_owned()), Value::to_json_pretty);
    json.unwrap_or_else(|error| error.to_string())
        .trim_end()
        .to_owned()
        + "\n"
}

/// Lines around a difference that are shown.
const CONTEXT_LINES: usize = 2;

fn diff(expected: &str, actual: &str) -> Vec<Line> {
    let diff = TextDiff::from_lines(expected, actual);
    let mut lines = Vec::new();
    for (at, group) in diff.grouped_ops(CONTEXT_LINES).iter().enumerate() {
        if at > 0 {
            lines.push(said("  …"));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (kind, sign) = match change.tag() {
                ChangeTag::Equal => (LineKind::Said, ' '),
                ChangeTag::Delete => (LineKind::Expected, '-'),
                ChangeTag::Insert => (LineKind::Actual, '+'),
            };
            let text = format!("  {sign} {}", change.value().trim_end());
            lines.push(Line { kind, text });
        }
    }
    lines
}
