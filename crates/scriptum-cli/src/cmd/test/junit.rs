//! The results in the XML of `JUnit`, which build servers read.

use std::fmt::Write as _;

use super::report::{Report, Verdict};

/// The document for all reports, file by file.
pub(crate) fn document<'r>(reports: impl IntoIterator<Item = &'r Report>) -> String {
    let mut suites: Vec<(&str, Vec<&Report>)> = Vec::new();
    for report in reports {
        match suites.last_mut() {
            Some((file, of)) if *file == report.file => of.push(report),
            Some(_) | None => suites.push((&report.file, vec![report])),
        }
    }
    let all = || suites.iter().flat_map(|(_, of)| of.iter().copied());
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(xml, "<testsuites {}>", counts(all()));
    for (file, reports) in &suites {
        let counts = counts(reports.iter().copied());
        let _ = writeln!(xml, "  <testsuite name=\"{}\" {counts}>", escaped(file));
        for report in reports {
            case(report, &mut xml);
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn counts<'r>(reports: impl Iterator<Item = &'r Report> + Clone) -> String {
    let tests = reports.clone().count();
    let failures = reports.clone().filter(|it| it.is_failed()).count();
    let seconds: f64 = reports.map(|it| it.took.as_secs_f64()).sum();
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" time=\"{seconds:.6}\"")
}

fn case(report: &Report, xml: &mut String) {
    let _ = write!(
        xml,
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\" time=\"{:.6}\"",
        escaped(&report.script),
        escaped(&report.name),
        escaped(&report.file),
        report.line,
        report.took.as_secs_f64()
    );
    match &report.verdict {
        Verdict::Passed | Verdict::Updated => xml.push_str("/>\n"),
        Verdict::Failed(failure) => {
            let message = failure.first().map_or("", |line| line.text.as_str());
            let text: Vec<_> = failure.iter().map(|line| line.text.as_str()).collect();
            let _ = writeln!(
                xml,
                ">\n      <failure message=\"{}\">{}</failure>\n    </testcase>",
                escaped(message),
                escaped(&text.join("\n"))
            );
        }
    }
}

/// A text in XML; characters that XML cannot have at all are shown as what they are not.
fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\n' | '\t' => xml.push(char),
            char if char.is_control() || matches!(char, '\u{fffe}' | '\u{ffff}') => {
                xml.push('\u{fffd}');
            }
            char => xml.push(char),
        }
    }
    xml
}
