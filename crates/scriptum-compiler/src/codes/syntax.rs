//! The pages of the codes that reading a text gives. The codes themselves, their severity and their
//! titles are those of the syntax.

use scriptum_syntax::codes::CodeEntry;

use super::{Entry, page};

/// The entry of a code of the syntax.
pub(super) fn entry(code: &CodeEntry) -> Entry {
    let mut pages = PAGES.iter();
    let page = pages.find(|(slug, _)| *slug == code.code.0);
    Entry {
        code: code.code,
        severity: code.severity,
        title: code.title,
        page: page.map_or("", |(_, page)| page),
    }
}

/// Pages by code.
const PAGES: &[(&str, &str)] = &[
    page!("bad-indentation"),
    page!("braces-for-block"),
    page!("cannot-bind"),
    page!("chained-comparison"),
    page!("code-in-description"),
    page!("colon-after-header"),
    page!("colon-in-input"),
    page!("duplicate-arrow"),
    page!("duplicate-block"),
    page!("duplicate-clause"),
    page!("each-of"),
    page!("equals-in-field"),
    page!("equals-in-object"),
    page!("expected-name"),
    page!("expected-token"),
    page!("expected-value"),
    page!("foreign-comment"),
    page!("foreign-import"),
    page!("foreign-name"),
    page!("foreign-operator"),
    page!("foreign-statement"),
    page!("literal-brace"),
    page!("malformed-enum"),
    page!("malformed-number"),
    page!("misplaced-annotation"),
    page!("misplaced-arrow"),
    page!("misplaced-block"),
    page!("misplaced-clause"),
    page!("missing-body"),
    page!("missing-colon"),
    page!("missing-comma"),
    page!("missing-header"),
    page!("missing-label"),
    page!("missing-let"),
    page!("missing-type"),
    page!("mixed-indentation"),
    page!("nested-step"),
    page!("nesting-too-deep"),
    page!("output-assignment"),
    page!("semicolon"),
    page!("single-quotes"),
    page!("step-after-arrow"),
    page!("tab-indentation"),
    page!("ternary"),
    page!("text-too-large"),
    page!("too-many-errors"),
    page!("trailing-comma"),
    page!("unclosed-bracket"),
    page!("unclosed-section"),
    page!("unclosed-string"),
    page!("unexpected-closer"),
    page!("unexpected-token"),
    page!("unknown-block"),
    page!("unknown-character"),
    page!("unknown-escape"),
    page!("unknown-verb"),
    page!("unquoted-label"),
    page!("version-syntax"),
    page!("walrus"),
];
