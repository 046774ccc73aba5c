//! The SARIF log is what the format demands: the properties that it requires, with their types, and the
//! ranges and references that it restricts. Every diagnostic of the pages is in it.

use scriptum_compiler::{Diagnostic, Sarif, codes, compile};
use serde_json::Value;

mod support;

/// Scripts of the pages by name.
fn files() -> Vec<(String, String)> {
    let wrong = |entry: &codes::Entry| {
        let (_, behind) = entry.page.split_once("\nWrong:\n\n```scriptum\n")?;
        let (script, _) = behind.split_once("```")?;
        Some((
            format!("./pages/{}.scriptum", entry.code.0),
            script.to_owned(),
        ))
    };
    codes::ALL.iter().filter_map(wrong).collect()
}

fn log(files: &[(String, String)]) -> (Value, usize) {
    let mut sarif = Sarif::default();
    let mut count = 0;
    for (name, text) in files {
        let diagnostics: Vec<Diagnostic> = compile(text, &support::catalog()).diagnostics;
        count += diagnostics.len();
        sarif.add(&diagnostics, name, text);
    }
    let log = serde_json::from_str(&sarif.finish("1.2.3"));
    (log.expect("the log is JSON"), count)
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("{pointer} is no text in {value}"))
}

fn list<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    let found = value.pointer(pointer).and_then(Value::as_array);
    found.unwrap_or_else(|| panic!("{pointer} is no list in {value}"))
}

/// Lines and columns begin at 1, and the end is not before the start.
fn check_region(region: &Value) {
    let number = |key: &str| {
        region[key]
            .as_u64()
            .unwrap_or_else(|| panic!("{key}: {region}"))
    };
    let start = (number("startLine"), number("startColumn"));
    let end = (number("endLine"), number("endColumn"));
    assert!(start >= (1, 1) && start <= end, "{region}");
}

fn check_location(location: &Value) {
    let uri = text(location, "/physicalLocation/artifactLocation/uri");
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte);
    assert!(uri.bytes().all(is_fine) && !uri.starts_with("./"), "{uri}");
    let region = location.pointer("/physicalLocation/region");
    check_region(region.expect("a location has a region"));
    if let Some(message) = location.get("message") {
        assert!(!text(message, "/text").is_empty());
    }
}

#[test]
fn the_log_has_what_sarif_demands() {
    let (log, count) = log(&files());
    assert_eq!(text(&log, "/version"), "2.1.0");
    assert_eq!(
        text(&log, "/$schema"),
        "https://json.schemastore.org/sarif-2.1.0.json"
    );
    let [run] = list(&log, "/runs") else {
        panic!("one run");
    };
    assert_eq!(text(run, "/tool/driver/name"), "scriptum");
    assert_eq!(text(run, "/tool/driver/version"), "1.2.3");
    assert_eq!(text(run, "/columnKind"), "unicodeCodePoints");
    let rules = list(run, "/tool/driver/rules");
    let mut ids: Vec<&str> = rules.iter().map(|rule| text(rule, "/id")).collect();
    for rule in rules {
        assert!(!text(rule, "/shortDescription/text").is_empty());
        assert!(!text(rule, "/help/text").is_empty());
        assert!(["error", "warning"].contains(&text(rule, "/defaultConfiguration/level")));
    }
    let results = list(run, "/results");
    assert_eq!(results.len(), count);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(text(result, "/ruleId"), ids[index]);
        assert!(["error", "warning"].contains(&text(result, "/level")));
        assert!(!text(result, "/message/text").is_empty());
        assert_eq!(list(result, "/locations").len(), 1);
        list(result, "/locations").iter().for_each(check_location);
        for fix in result
            .get("fixes")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            assert!(!text(fix, "/description/text").is_empty());
            for change in list(fix, "/artifactChanges") {
                text(change, "/artifactLocation/uri");
                for replacement in list(change, "/replacements") {
                    check_region(&replacement["deletedRegion"]);
                    text(replacement, "/insertedContent/text");
                }
            }
        }
        let related = result.get("relatedLocations").and_then(Value::as_array);
        related.into_iter().flatten().for_each(check_location);
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), rules.len(), "each rule is there once");
    assert!(rules.len() > 50, "the pages show most codes");
}

#[test]
fn a_log_without_findings_is_whole() {
    let (log, _) = log(&[]);
    assert!(list(&log, "/runs/0/results").is_empty());
    assert!(list(&log, "/runs/0/tool/driver/rules").is_empty());
}
