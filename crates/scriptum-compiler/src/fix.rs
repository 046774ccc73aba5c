//! Makes the edits that surely mend a script.

use scriptum_syntax::{Applicability, Diagnostic, Edit, Fix};

/// A text after its certain fixes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// The text.
    pub text: String,
    /// How many fixes were made.
    pub count: usize,
}

/// Makes every machine-applicable fix of `diagnostics`, which are those of `source`.
///
/// Of fixes that touch the same place the first is made; compile the result and fix again for the rest.
pub fn apply_fixes(source: &str, diagnostics: &[Diagnostic]) -> Fixed {
    let fixes = diagnostics
        .iter()
        .filter_map(|diagnostic| diagnostic.fix.as_ref());
    let mut fixes: Vec<&Fix> = fixes
        .filter(|fix| fix.applicability == Applicability::Machine)
        .collect();
    fixes.sort_by_key(|fix| first_place(fix));
    let mut edits: Vec<&Edit> = Vec::new();
    let mut count = 0;
    for fix in fixes {
        let fits = fix.edits.iter().all(|edit| fits(edit, source, &edits));
        if fits && !fix.edits.is_empty() {
            edits.extend(&fix.edits);
            edits.sort_by_key(|edit| edit.span);
            count += 1;
        }
    }
    Fixed {
        text: edited(source, &edits),
        count,
    }
}

fn first_place(fix: &Fix) -> u32 {
    let starts = fix.edits.iter().map(|edit| edit.span.start);
    starts.min().unwrap_or(u32::MAX)
}

/// True when an edit lies in the text, between its characters, and apart from all others.
fn fits(edit: &Edit, source: &str, made: &[&Edit]) -> bool {
    let (start, end) = (edit.span.start as usize, edit.span.end as usize);
    let is_there = source.get(start..end).is_some();
    // Edits are in order and fixes come in order, so only the last ones can be in the way; a fix has
    // few edits.
    let after = made.partition_point(|other| other.span.end < edit.span.start);
    let overlaps = made.get(after..).unwrap_or_default().iter().any(|other| {
        let same_place = other.span == edit.span;
        same_place || (other.span.start < edit.span.end && edit.span.start < other.span.end)
    });
    is_there && !overlaps
}

fn edited(source: &str, edits: &[&Edit]) -> String {
    let mut text = String::with_capacity(source.len());
    let mut at = 0;
    for edit in edits {
        text.push_str(source.get(at..edit.span.start as usize).unwrap_or(""));
        text.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    text.push_str(source.get(at..).unwrap_or(""));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use scriptum_syntax::{Code, Span};

    fn fix(applicability: Applicability, edits: &[(u32, u32, &str)]) -> Diagnostic {
        let edits = edits.iter().map(|(start, end, text)| Edit {
            span: Span::new(*start, *end),
            text: (*text).to_owned(),
        });
        Diagnostic::error(Code("test"), "test", Span::empty(0)).fix(Fix {
            title: String::new(),
            edits: edits.collect(),
            applicability,
        })
    }

    #[test]
    fn certain_fixes_are_made_and_those_in_the_way_are_left() {
        use Applicability::{Machine, Maybe};
        let table: [(&[Diagnostic], &str, usize); 6] = [
            (&[], "abcdef", 0),
            (
                &[fix(Machine, &[(1, 2, "X")]), fix(Maybe, &[(3, 4, "Y")])],
                "aXcdef",
                1,
            ),
            (
                &[
                    fix(Machine, &[(4, 5, "")]),
                    fix(Machine, &[(0, 0, "<"), (2, 2, ">")]),
                ],
                "<ab>cdf",
                2,
            ),
            (
                &[fix(Machine, &[(1, 4, "X")]), fix(Machine, &[(3, 5, "Y")])],
                "aXef",
                1,
            ),
            (
                &[fix(Machine, &[(2, 2, "X")]), fix(Machine, &[(2, 2, "Y")])],
                "abXcdef",
                1,
            ),
            (&[fix(Machine, &[(5, 99, "X")])], "abcdef", 0),
        ];
        for (diagnostics, text, count) in table {
            let fixed = apply_fixes("abcdef", diagnostics);
            assert_eq!((fixed.text.as_str(), fixed.count), (text, count));
        }
    }
}
