//! Tabs in the indentation: refused, not guessed. The columns of the other lines are the lexer's.

use crate::{
    Applicability, Diagnostic, Edit, Fix, Span, codes,
    lexer::{Lexed, Line},
};

/// How many spaces stand for a tab where no line of the file tells.
const TAB_SPACES: u32 = 2;
/// The most spaces that stand for a tab: more is no indentation that a person chose.
const TAB_SPACES_MAX: u32 = 8;

/// Reports tabs in the indentation, once for the whole text, and sets the columns of such lines to
/// what they would be with spaces, so that the rest of the text is still read.
pub(crate) fn check(text: &str, lexed: &mut Lexed) -> Option<Diagnostic> {
    if !lexed.lines.iter().any(|line| line.has_tab) {
        return None;
    }
    let width = indent_width(&lexed.lines);
    let mut edits = Vec::new();
    let mut is_mixed = false;
    for line in lexed.lines.iter_mut().filter(|line| line.has_tab) {
        let Some(first) = lexed.tokens.get(line.first as usize) else {
            continue;
        };
        let span = Span::new(first.span.start - line.column, first.span.start);
        let indent = span.of(text);
        let tabs = u32::try_from(indent.matches('\t').count()).unwrap_or(u32::MAX);
        is_mixed |= indent.contains(' ');
        line.column = line.column - tabs + tabs.saturating_mul(width);
        edits.push(Edit {
            span,
            text: " ".repeat(line.column as usize),
        });
    }
    let others = edits.len().saturating_sub(1);
    let span = edits.first()?.span;
    Some(diagnose(span, others, is_mixed).fix(Fix {
        title: format!("replace each tab by {width} spaces"),
        edits,
        applicability: if is_mixed {
            Applicability::Maybe
        } else {
            Applicability::Machine
        },
    }))
}

fn diagnose(span: Span, others: usize, is_mixed: bool) -> Diagnostic {
    let (code, message) = if is_mixed {
        (
            codes::MIXED_INDENTATION,
            "tabs and spaces are mixed in the indentation",
        )
    } else {
        (
            codes::TAB_INDENTATION,
            "lines are indented with spaces, not with tabs",
        )
    };
    let here = match others {
        0 => "this line begins with a tab".to_owned(),
        1 => "this line and one other begin with a tab".to_owned(),
        _ => format!("this line and {others} others begin with a tab"),
    };
    Diagnostic::error(code, message, span)
        .here(here)
        .help("a tab has no width of its own, so which lines belong together would be a guess")
}

/// The smallest indentation that the lines without tabs use.
fn indent_width(lines: &[Line]) -> u32 {
    let indents = lines
        .iter()
        .filter(|line| !line.has_tab && line.column > 0)
        .map(|line| line.column);
    indents.min().unwrap_or(TAB_SPACES).min(TAB_SPACES_MAX)
}
