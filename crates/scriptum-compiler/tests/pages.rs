//! Every code has a page, the wrong script on it gives the code, and the right one gives nothing.

mod support;

use scriptum_compiler::{Compiled, Diagnostic, apply_fixes, codes, compile, compile_yaml, limits};
use scriptum_syntax::Applicability;
use support::catalog;

/// A script on a page, or a program as YAML; a missing header means that it does not matter.
fn script(page: &str, heading: &str) -> Option<String> {
    let (_, behind) = page.split_once(&format!("\n{heading}:\n\n```"))?;
    let (language, behind) = behind.split_once('\n')?;
    let (script, _) = behind.split_once("\n```")?;
    ["scriptum", "yaml"]
        .contains(&language)
        .then(|| format!("{script}\n"))
}

fn compiled(text: &str) -> Compiled {
    if text.starts_with("ir:") {
        compile_yaml(text, &catalog())
    } else {
        compile(text, &catalog())
    }
}

fn found(text: &str) -> Vec<&'static str> {
    let diagnostics = compiled(text).diagnostics;
    diagnostics.iter().map(|it| it.code.0).collect()
}

/// The code is about the first line, or its page shows whole scripts for another reason.
fn is_whole(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("script"))
}

fn with_header(text: &str, code: &str) -> String {
    if is_whole(text) || text.starts_with("ir:") || code == "missing-header" {
        return text.to_owned();
    }
    format!("script \"Example\"\n{text}")
}

/// Scripts that meet a limit are made, not shown.
fn made(code: &str) -> Option<String> {
    let lines = |line: &str, count: usize| format!("script \"x\"\n{}", line.repeat(count));
    match code {
        "script-too-large" => Some("x".repeat(limits::SCRIPT_BYTES_MAX + 1)),
        "too-many-diagnostics" => Some(lines(
            "let a = nothing_has_this_name\n",
            limits::DIAGNOSTICS_MAX + 2,
        )),
        "nesting-too-deep" => Some(format!(
            "script \"x\"\nlet a = {}1{}\n",
            "[".repeat(10_000),
            "]".repeat(10_000)
        )),
        "expression-too-deep" => Some(lines(&format!("let a = 1{}\n", " + 1".repeat(10_000)), 1)),
        "steps-too-deep" => {
            let depths = 0..70;
            let each = depths.map(|depth| format!("{}each x{depth} in [1]\n", " ".repeat(depth)));
            Some(format!(
                "script \"x\"\n{}{}let a = 1\n",
                each.collect::<String>(),
                " ".repeat(70)
            ))
        }
        _ => None,
    }
}

/// Codes whose wrong script cannot be written down or made in a test.
const WITHOUT_WRONG_SCRIPT: &[&str] = &["text-too-large", "too-many-errors"];

/// Codes whose right script would be any script.
const WITHOUT_RIGHT_SCRIPT: &[&str] =
    &["text-too-large", "too-many-diagnostics", "too-many-errors"];

#[test]
fn pages_show_what_their_code_is_about() {
    let mut faults = Vec::new();
    for entry in codes::ALL.iter() {
        let code = entry.code.0;
        if !entry.page.starts_with(&format!("# {code}\n\n")) || entry.page.lines().count() < 5 {
            faults.push(format!("{code}: no page"));
            continue;
        }
        let wrong = script(entry.page, "Wrong").or_else(|| made(code));
        match wrong {
            Some(wrong) => {
                let found = found(&with_header(&wrong, code));
                if !found.contains(&code) {
                    faults.push(format!("{code}: the wrong script gives {found:?}"));
                }
                if found.iter().any(|it| *it != code) && made(code).is_none() {
                    faults.push(format!("{code}: the wrong script gives more: {found:?}"));
                }
            }
            None if WITHOUT_WRONG_SCRIPT.contains(&code) => {}
            None => faults.push(format!("{code}: no wrong script")),
        }
        match script(entry.page, "Right") {
            Some(right) => {
                let found = found(&with_header(&right, code));
                if !found.is_empty() {
                    faults.push(format!("{code}: the right script gives {found:?}"));
                }
            }
            None if WITHOUT_RIGHT_SCRIPT.contains(&code) => {}
            None => faults.push(format!("{code}: no right script")),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn severity_and_code_of_a_finding_are_those_of_its_entry() {
    for entry in codes::ALL.iter() {
        let Some(wrong) = script(entry.page, "Wrong") else {
            continue;
        };
        let wrong = with_header(&wrong, entry.code.0);
        for diagnostic in compiled(&wrong).diagnostics {
            if diagnostic.code == entry.code {
                assert_eq!(diagnostic.severity, entry.severity, "{}", entry.code);
            }
        }
    }
}

#[test]
fn codes_are_found_by_name() {
    assert!(
        codes::explain("unknown-name")
            .unwrap()
            .contains("# unknown-name")
    );
    assert_eq!(codes::explain("no-such-code"), None);
    assert_eq!(codes::nearest("unknwon-name"), Some("unknown-name"));
}

/// Codes with a fix that is certain: what `scriptum check --fix` mends without being asked again.
const CERTAIN_FIXES_MIN: usize = 30;

#[test]
fn fixes_of_the_wrong_scripts_mend_them() {
    let (mut faults, mut certain) = (Vec::new(), 0);
    for entry in codes::ALL.iter() {
        let code = entry.code;
        let Some(wrong) = script(entry.page, "Wrong") else {
            continue;
        };
        let wrong = with_header(&wrong, code.0);
        let diagnostics = compile(&wrong, &catalog()).diagnostics;
        let own = diagnostics.iter().filter(|it| it.code == code);
        let with_fix: Vec<_> = own.filter(|it| it.fix.is_some()).collect();
        let is_certain = |it: &&&Diagnostic| {
            let fix = it.fix.as_ref();
            fix.is_some_and(|fix| fix.applicability == Applicability::Machine)
        };
        certain += usize::from(with_fix.iter().any(|it| is_certain(&it)));
        for diagnostic in with_fix {
            let mended = apply_fixes(&wrong, &[as_certain(diagnostic)]);
            let times = |text: &str| found(text).iter().filter(|it| **it == code.0).count();
            if mended.count != 1 || times(&mended.text) >= times(&wrong) {
                faults.push(format!(
                    "{code}: still there after the fix:\n{}",
                    mended.text
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(certain >= CERTAIN_FIXES_MIN, "{certain} codes have one");
}

/// The diagnostic as if its fix were certain, so that guesses are tried too.
fn as_certain(diagnostic: &Diagnostic) -> Diagnostic {
    let mut diagnostic = diagnostic.clone();
    if let Some(fix) = &mut diagnostic.fix {
        fix.applicability = Applicability::Machine;
    }
    diagnostic
}

/// The pages about failures at run time are fixtures of the suite; here only their form is judged.
#[test]
fn failures_at_run_time_have_pages() {
    for entry in codes::RUN_TIME {
        let code = entry.code;
        assert!(entry.page.starts_with(&format!("# {code}\n\n")), "{code}");
        assert!(entry.title().starts_with(char::is_uppercase), "{code}");
        assert_eq!(codes::explain(code), Some(entry.page));
    }
    assert!(
        codes::RUN_TIME
            .windows(2)
            .all(|pair| pair[0].code < pair[1].code)
    );
    assert_eq!(codes::nearest("CHEK_FAILED"), Some("CHECK_FAILED"));
}
