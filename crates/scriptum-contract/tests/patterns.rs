//! Patterns match as ECMA-262 says, and always end.

use proptest::{collection::vec, prelude::*, sample::select};
use scriptum_contract::{Matcher, PatternError, TooHard};

fn reference(pattern: &str, text: &str) -> Option<bool> {
    let pattern = regress::Regex::with_flags(pattern, "u").ok()?;
    Some(pattern.find(text).is_some())
}

/// A pattern of most constructs; a few of them are no patterns at all.
fn pattern() -> impl Strategy<Value = String> {
    let leaf = select(vec![
        "a",
        "b",
        "ä",
        "k",
        "\\.",
        ".",
        "[ab]",
        "[^a]",
        "[^]",
        "[]",
        "\\w",
        "\\W",
        "\\d",
        "\\s",
        "\\p{L}",
        "\\P{Lu}",
        "\\u{e4}",
        "\\u0061",
        "\\x62",
        "\\uD83D\\uDE42",
        "[\\]\\-a]",
        "^",
        "$",
        "\\b",
        "\\B",
        "\\1",
        "\\2",
        "\\k<n>",
        "(?<n>a)",
        "(?<n>[ab]+)",
        "-",
        "/",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 4, |inner| {
        let several = vec(inner.clone(), 0..4).prop_map(|parts| parts.concat());
        let quantifier = select(vec![
            "*", "+", "?", "{2}", "{1,}", "{0,2}", "{1,3}", "*?", "+?", "??", "{0}", "{0,2}?",
        ]);
        let opening = select(vec![
            "(", "(", "(?:", "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?i:", "(?s-i:", "(?m:",
        ]);
        let grouped = (opening, several.clone()).prop_map(|(open, body)| format!("{open}{body})"));
        prop_oneof![
            several.clone(),
            (grouped.clone(), quantifier).prop_map(|(body, times)| body + times),
            grouped,
            (several.clone(), several).prop_map(|(a, b)| format!("(?:{a}|{b})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn matching_agrees_with_the_reference(pattern in pattern(), text in "[abkAKäÄ \n🙂_1.-]{0,8}") {
        match (Matcher::new(&pattern), reference(&pattern, &text)) {
            (Ok(matcher), Some(expected)) => {
                prop_assert_eq!(matcher.is_match(&text), Ok(expected), "{} on {:?}", pattern, text);
            }
            (Err(PatternError::Unsupported(_)), Some(_)) | (Err(PatternError::Syntax(_)), None) => {}
            (ours, reference) => prop_assert!(false, "{pattern}: {ours:?}, reference {reference:?}"),
        }
    }
}

#[test]
fn patterns_that_take_others_exponential_time_end_at_once() {
    let text = "a".repeat(100_000) + "!";
    for pattern in [
        "^(a+)+$",
        "^(a|a)*$",
        "(a*)*b",
        "^(?:a?){50}a{50}$",
        "(x+x+)+y",
        "(?:a+a+)+$",
    ] {
        assert_eq!(
            Matcher::new(pattern).unwrap().is_match(&text),
            Ok(false),
            "{pattern}"
        );
    }
}

#[test]
fn what_would_take_too_long_is_given_up() {
    let text = "a".repeat(5_000) + "!";
    let nested = Matcher::new("^(a+)+\\1$").unwrap();
    assert_eq!(nested.is_match(&text), Err(TooHard));
    let long = "a".repeat(60_000_000);
    assert_eq!(
        Matcher::new("^[a-z]+$").unwrap().is_match(&long),
        Err(TooHard)
    );
    assert_eq!(Matcher::new("a").unwrap().is_match(&long), Ok(true));
}

#[test]
fn patterns_that_are_too_large_are_refused() {
    let error = |pattern: &str| Matcher::new(pattern).unwrap_err();
    assert_eq!(error(&"a".repeat(5_000)), PatternError::TooLong);
    assert_eq!(error("((a{1000}){1000}){1000}"), PatternError::TooLarge);
    assert_eq!(error("a{99999999999}"), PatternError::TooLarge);
    assert_eq!(
        Matcher::new("(?:){99999999999}a").unwrap().is_match("a"),
        Ok(true)
    );
    assert_eq!(
        error("(?i:(a)\\1)"),
        PatternError::Unsupported("a back reference that ignores case")
    );
    for (pattern, reason) in [
        ("(a", "unbalanced parenthesis"),
        ("a**", ""),
        ("\\p{Nope}", ""),
        ("[b-a]", ""),
    ] {
        let PatternError::Syntax(message) = error(pattern) else {
            panic!("{pattern}")
        };
        assert!(
            message.starts_with(reason) && !message.is_empty(),
            "{pattern}: {message}"
        );
    }
    let deep = "(".repeat(2_000) + &")".repeat(2_000);
    assert!(matches!(error(&deep), PatternError::Syntax(_)));
}
