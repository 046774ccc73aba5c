//! Writes a script as everyone writes it: two spaces a level, one blank line between blocks, one space
//! between words, a step's arrow in the column of its inputs, a loop's in the column of its steps.
//!
//! Only space changes, and the place of arrows and branches on their line; every other character,
//! comments included, stays. Line breaks inside brackets stay too: where to break a long line is the
//! author's choice. A script with errors is not touched, because its tree is a guess.

mod arrows;
mod pieces;
mod print;
mod space;

use crate::{Parse, SyntaxKind, SyntaxNode, parse};

/// Spaces of one level of indentation.
const INDENT: usize = 2;

/// The text of `parse`, written canonically. Formatting the result again changes nothing, and it means
/// the same; a text with errors is given back as it is.
pub fn format(parse: &Parse) -> String {
    let root = parse.syntax();
    if parse.has_errors() {
        return root.to_string();
    }
    let formatted = print::print(&pieces::pieces(&root));
    let is_same = means_same(&root, &formatted);
    debug_assert!(
        is_same,
        "formatting keeps the meaning of\n{root}\nbut wrote\n{formatted}"
    );
    if is_same { formatted } else { root.to_string() }
}

/// True when `formatted` has the tree of `root`, but for space.
fn means_same(root: &SyntaxNode, formatted: &str) -> bool {
    let again = parse(formatted);
    !again.has_errors()
        && is_same_tree(root, &again.syntax())
        && comments(root) == comments(&again.syntax())
}

fn is_same_tree(one: &SyntaxNode, other: &SyntaxNode) -> bool {
    essence(one).eq(essence(other))
}

/// Kinds and texts of everything but trivia.
fn essence(root: &SyntaxNode) -> impl Iterator<Item = (SyntaxKind, Option<String>)> {
    let elements = root
        .descendants_with_tokens()
        .filter(|element| !element.kind().is_trivia());
    elements.map(|element| {
        (
            element.kind(),
            element.into_token().map(|token| token.text().to_owned()),
        )
    })
}

fn comments(root: &SyntaxNode) -> Vec<String> {
    let tokens = root
        .descendants_with_tokens()
        .filter_map(rowan::NodeOrToken::into_token);
    tokens
        .filter(|token| token.kind().is_comment())
        .map(|token| token.text().to_owned())
        .collect()
}
