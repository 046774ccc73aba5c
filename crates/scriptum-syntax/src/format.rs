//! Writes a script as everyone writes it: two spaces a level, one blank line between blocks, one space
//! between words, a step's arrow in the column of its inputs, a loop's in the column of its steps.
//!
//! Only space changes, and the place of arrows and branches on their line; every other character,
//! comments included, stays. Comments that stand below each other behind the words of their lines do
//! so afterwards, too. Line breaks inside brackets stay too: where to break a long line is the
//! author's choice. A script with errors is not touched, because its tree is a guess.

mod arrows;
mod comments;
mod pieces;
mod print;
mod same;
mod space;

use crate::{Parse, parse};

/// Spaces of one level of indentation.
const INDENT: usize = 2;

/// The text of `parse`, written canonically. Formatting the result again changes nothing, and it means
/// the same; a text with errors is given back as it is.
pub fn format(parse: &Parse) -> String {
    let text = parse.tree.text();
    if parse.has_errors() {
        return text.to_owned();
    }
    let formatted = print::print(&pieces::pieces(&parse.tree), text.len());
    let is_same = means_same(parse, &formatted);
    debug_assert!(
        is_same,
        "formatting keeps the meaning of\n{text}\nbut wrote\n{formatted}"
    );
    if is_same { formatted } else { text.to_owned() }
}

/// True when `formatted` has the tree of `before`, but for space.
fn means_same(before: &Parse, formatted: &str) -> bool {
    let again = parse(formatted);
    !again.has_errors() && same::is_same(&before.tree, &again.tree)
}
