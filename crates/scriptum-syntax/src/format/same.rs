//! Whether two trees are the same but for space.

use crate::{SyntaxKind, tree::Tree};

/// True when both trees have the same nodes and words, and the same comments. A comment may hang on
/// another node, as space moves around it.
pub(super) fn is_same(one: &Tree, other: &Tree) -> bool {
    let (mut comments, mut other_comments) = (Vec::new(), Vec::new());
    words(one, &mut comments).eq(words(other, &mut other_comments)) && comments == other_comments
}

/// Everything but trivia; comments are put aside.
fn words<'t>(
    tree: &'t Tree,
    comments: &mut Vec<&'t str>,
) -> impl Iterator<Item = (SyntaxKind, &'t str)> {
    tree.elements().filter(|(kind, text)| {
        if kind.is_comment() {
            comments.push(text);
        }
        !kind.is_trivia()
    })
}
