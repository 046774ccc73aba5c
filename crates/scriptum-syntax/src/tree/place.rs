//! Nodes and tokens as values: a place in a tree, and the tree.

use super::{
    Element, ROOT, Tree,
    walk::{SyntaxElementChildren, SyntaxNodeChildren, Walk},
};
use crate::{Span, SyntaxKind};
use std::{fmt, hash, sync::Arc};

/// A node of the lossless tree. Two are equal when they are the same node of the same tree.
#[derive(Clone)]
pub struct SyntaxNode {
    pub(super) tree: Arc<Tree>,
    pub(super) node: u32,
}

impl SyntaxNode {
    /// The root of a tree.
    pub(crate) fn root(tree: Arc<Tree>) -> SyntaxNode {
        SyntaxNode { tree, node: ROOT }
    }

    /// The node of this number.
    pub(crate) fn of(tree: &Arc<Tree>, node: u32) -> SyntaxNode {
        SyntaxNode {
            tree: Arc::clone(tree),
            node,
        }
    }

    /// What it is.
    pub fn kind(&self) -> SyntaxKind {
        self.tree.node(self.node).kind
    }

    /// Where it stands, with the space and comments inside it.
    pub fn span(&self) -> Span {
        self.tree.span(self.node)
    }

    /// Where it stands, without the space and comments at its end.
    pub(crate) fn span_without_trivia(&self) -> Span {
        self.tree.span_without_trivia(self.node)
    }

    /// Its text, with the space and comments inside it.
    pub fn text(&self) -> &str {
        self.span().of(self.tree.text())
    }

    /// The node it stands in; `None` for the root.
    pub fn parent(&self) -> Option<SyntaxNode> {
        let parent = self.tree.parent(self.node)?;
        Some(SyntaxNode::of(&self.tree, parent))
    }

    /// The nodes directly in it, in the order of the text.
    pub fn children(&self) -> SyntaxNodeChildren {
        SyntaxNodeChildren::of(self)
    }

    /// The nodes and tokens directly in it, in the order of the text.
    pub fn children_with_tokens(&self) -> SyntaxElementChildren {
        SyntaxElementChildren::of(self)
    }

    /// The first node directly in it that is of a wanted kind; no other is made.
    pub(crate) fn child_of(&self, is_wanted: impl Fn(SyntaxKind) -> bool) -> Option<SyntaxNode> {
        let mut left = self.tree.children(self.node);
        let child = left.next_node_of(&self.tree, is_wanted)?;
        Some(SyntaxNode::of(&self.tree, child))
    }

    /// The first token directly in it that is of a wanted kind; no other is made.
    pub(crate) fn token_of(&self, is_wanted: impl Fn(SyntaxKind) -> bool) -> Option<SyntaxToken> {
        let mut left = self.tree.children(self.node);
        let token = left.next_token_of(&self.tree, is_wanted)?;
        Some(SyntaxToken::of(&self.tree, token))
    }

    /// The nodes and tokens behind it in its parent, in the order of the text.
    pub(crate) fn siblings_after(&self) -> SyntaxElementChildren {
        SyntaxElementChildren::after(self)
    }

    /// The first token in it, however deep.
    pub fn first_token(&self) -> Option<SyntaxToken> {
        let node = self.tree.node(self.node);
        (node.first < node.end).then(|| SyntaxToken::of(&self.tree, node.first))
    }

    /// Itself and every node in it, however deep, each before those in it.
    pub fn descendants(&self) -> impl Iterator<Item = SyntaxNode> + use<> {
        let tree = Arc::clone(&self.tree);
        let end = self.node + tree.node(self.node).size;
        (self.node..end).map(move |node| SyntaxNode::of(&tree, node))
    }

    /// A walk over itself and everything in it.
    pub fn walk(&self) -> Walk {
        Walk::over(self)
    }
}

impl PartialEq for SyntaxNode {
    fn eq(&self, other: &SyntaxNode) -> bool {
        self.node == other.node && Arc::ptr_eq(&self.tree, &other.tree)
    }
}

impl Eq for SyntaxNode {}

impl hash::Hash for SyntaxNode {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.node.hash(state);
        Arc::as_ptr(&self.tree).hash(state);
    }
}

impl fmt::Debug for SyntaxNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}@{:?}", self.kind(), self.span())
    }
}

impl fmt::Display for SyntaxNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// A token of the lossless tree. Two are equal when they are the same token of the same tree.
#[derive(Clone)]
pub struct SyntaxToken {
    tree: Arc<Tree>,
    token: u32,
}

impl SyntaxToken {
    /// The token of this number.
    pub(super) fn of(tree: &Arc<Tree>, token: u32) -> SyntaxToken {
        SyntaxToken {
            tree: Arc::clone(tree),
            token,
        }
    }

    /// What it is.
    pub fn kind(&self) -> SyntaxKind {
        self.tree.token(self.token).kind
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        self.tree.token(self.token).span
    }

    /// Its text.
    pub fn text(&self) -> &str {
        self.tree.token_text(self.token)
    }
}

impl PartialEq for SyntaxToken {
    fn eq(&self, other: &SyntaxToken) -> bool {
        self.token == other.token && Arc::ptr_eq(&self.tree, &other.tree)
    }
}

impl Eq for SyntaxToken {}

impl hash::Hash for SyntaxToken {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.token.hash(state);
        Arc::as_ptr(&self.tree).hash(state);
    }
}

impl fmt::Debug for SyntaxToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}@{:?} {:?}", self.kind(), self.span(), self.text())
    }
}

impl fmt::Display for SyntaxToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// A node or token of the lossless tree.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SyntaxElement {
    /// A node.
    Node(SyntaxNode),
    /// A token.
    Token(SyntaxToken),
}

impl SyntaxElement {
    /// The element of this number.
    pub(super) fn of(tree: &Arc<Tree>, element: Element) -> SyntaxElement {
        match element {
            Element::Node(node) => SyntaxElement::Node(SyntaxNode::of(tree, node)),
            Element::Token(token) => SyntaxElement::Token(SyntaxToken::of(tree, token)),
        }
    }

    /// What it is.
    pub fn kind(&self) -> SyntaxKind {
        match self {
            SyntaxElement::Node(node) => node.kind(),
            SyntaxElement::Token(token) => token.kind(),
        }
    }

    /// Where it stands, with the space and comments inside it.
    pub fn span(&self) -> Span {
        match self {
            SyntaxElement::Node(node) => node.span(),
            SyntaxElement::Token(token) => token.span(),
        }
    }

    /// The node, if it is one.
    pub fn into_node(self) -> Option<SyntaxNode> {
        match self {
            SyntaxElement::Node(node) => Some(node),
            SyntaxElement::Token(_) => None,
        }
    }

    /// The token, if it is one.
    pub fn into_token(self) -> Option<SyntaxToken> {
        match self {
            SyntaxElement::Node(_) => None,
            SyntaxElement::Token(token) => Some(token),
        }
    }
}
