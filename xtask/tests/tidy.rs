//! The repository keeps its own rules, and the rules bite.

use std::path::Path;

use xtask::tidy;

#[test]
fn the_repository_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let faults: Vec<String> = tidy::check(root)
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn wrong_arrows_are_reported() {
    let cases = [
        ("scriptum-vm", "scriptum-syntax", Some("A2")),
        ("scriptum-contract", "scriptum-vm", Some("A2")),
        ("scriptum-vm", "tokio", Some("A1")),
        ("scriptum-engine", "rusqlite", Some("A2")),
        ("scriptum-engine", "tokio", None),
        ("scriptum-compiler", "scriptum-vm", None),
    ];
    for (from, to, expected) in cases {
        let rule = tidy::check_arrow(from, to).map(|fault| fault.rule);
        assert_eq!(rule, expected, "{from} -> {to}");
    }
}

#[test]
fn banned_words_are_reported_where_they_are_banned() {
    let cases = [
        (
            "scriptum-vm",
            "let t = std::time::SystemTime::now();",
            Some("A1"),
        ),
        ("scriptum-vm", "// SystemTime is banned", None),
        ("scriptum-vm", "use std::collections::HashMap;", Some("A7")),
        ("scriptum-engine", "use std::collections::HashMap;", None),
        (
            "scriptum-store",
            "let now = SystemTime::now();",
            Some("A13"),
        ),
        (
            "scriptum-engine",
            "const SQL: &str = \"SELECT id\";",
            Some("A14"),
        ),
        ("scriptum-store", "const SQL: &str = \"SELECT id\";", None),
        ("scriptum-engine", "println!();", Some("A14")),
        ("scriptum-cli", "println!();", None),
        ("scriptum-tools", "regress::Regex::new(p)", Some("A15")),
        (
            "scriptum-vm",
            "#[cfg(test)]\nmod tests { use std::fs; }",
            None,
        ),
    ];
    for (crate_name, text, expected) in cases {
        let faults = tidy::check_text(crate_name, "src/x.rs", text);
        assert_eq!(
            faults.first().map(|fault| fault.rule),
            expected,
            "{crate_name}: {text}"
        );
    }
}
