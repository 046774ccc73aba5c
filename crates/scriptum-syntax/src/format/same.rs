//! Whether two trees are the same but for space.

use rowan::{Children, GreenNode, NodeOrToken};

use crate::SyntaxKind;

/// True when both trees have the same nodes and words, and the same comments. A comment may hang on
/// another node, as space moves around it.
pub(super) fn is_same(one: &GreenNode, other: &GreenNode) -> bool {
    let (mut comments, mut other_comments) = (Vec::new(), Vec::new());
    words(one, &mut comments).eq(words(other, &mut other_comments)) && comments == other_comments
}

/// Everything but trivia; comments are put aside.
fn words<'t>(
    tree: &'t GreenNode,
    comments: &mut Vec<&'t str>,
) -> impl Iterator<Item = (SyntaxKind, &'t str)> {
    elements(tree).filter(|(kind, text)| {
        if kind.is_comment() {
            comments.push(text);
        }
        !kind.is_trivia()
    })
}

/// The text of a tree.
pub(super) fn text(tree: &GreenNode) -> String {
    let mut text = String::with_capacity(usize::from(tree.text_len()));
    text.extend(elements(tree).map(|(_, text)| text));
    text
}

/// Kinds of nodes, and kinds and texts of tokens, in the order of the text.
fn elements(tree: &GreenNode) -> impl Iterator<Item = (SyntaxKind, &str)> {
    let mut open: Vec<Children<'_>> = vec![tree.children()];
    std::iter::from_fn(move || {
        loop {
            match open.last_mut()?.next() {
                Some(NodeOrToken::Node(node)) => {
                    open.push(node.children());
                    return Some((kind(node.kind()), ""));
                }
                Some(NodeOrToken::Token(token)) => return Some((kind(token.kind()), token.text())),
                None => _ = open.pop(),
            }
        }
    })
}

/// The kind of an element of the tree.
pub(super) fn kind(raw: rowan::SyntaxKind) -> SyntaxKind {
    SyntaxKind::from_raw(raw.0).expect("a tree has only kinds of this language")
}
