//! The lossless tree: the tokens of a text, and above them the nodes, each in front of those inside it.
//!
//! A tree is three lists. No node or token is allocated for itself: a node knows which tokens and how
//! many nodes stand in it, so its first child is the entry behind it and its next sibling the entry
//! behind those. The tokens are the lexer's own list. So parsing only appends, a walk reads memory in
//! its order, and a tree is let go of at once.
//!
//! [`SyntaxNode`] and [`SyntaxToken`] are places in a tree, for those who walk it from outside of this
//! crate; [`Children`] walks by number. A tree never changes.

mod place;
mod walk;

pub use place::{SyntaxElement, SyntaxNode, SyntaxToken};
pub use walk::{SyntaxElementChildren, SyntaxNodeChildren, Walk, WalkEvent};

use crate::{Span, SyntaxKind, lexer::Token};

/// The number of the root.
pub(crate) const ROOT: u32 = 0;

/// A node; numbers of nodes and tokens are places in the lists of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) kind: SyntaxKind,
    /// How many nodes before it its parent stands; 0 for the root.
    pub(crate) up: u32,
    /// How many nodes it is, those inside it included.
    pub(crate) size: u32,
    /// Its first token.
    pub(crate) first: u32,
    /// The token behind its last one; its first, when it holds none.
    pub(crate) end: u32,
}

/// The tokens and nodes of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tree {
    text: Box<str>,
    /// Each begins where the one before ends; together they are the text.
    tokens: Vec<Token>,
    /// Each before the nodes inside it; the first is the root, which holds all tokens.
    nodes: Vec<Node>,
}

impl Tree {
    /// The tree of `text`, whose tokens are `tokens`.
    pub(crate) fn new(text: &str, tokens: Vec<Token>, nodes: Vec<Node>) -> Tree {
        debug_assert!(
            nodes.first().is_some_and(|root| root.first == 0
                && root.end as usize == tokens.len()
                && root.size as usize == nodes.len()),
            "the root holds everything"
        );
        Tree {
            text: text.into(),
            tokens,
            nodes,
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    #[inline]
    pub(crate) fn node(&self, node: u32) -> &Node {
        let node = self.nodes.get(node as usize);
        node.expect("a number of a node comes from its tree")
    }

    #[inline]
    pub(crate) fn token(&self, token: u32) -> Token {
        let token = self.tokens.get(token as usize);
        *token.expect("a number of a token comes from its tree")
    }

    /// The text of a token.
    #[inline]
    pub(crate) fn token_text(&self, token: u32) -> &str {
        self.token(token).span.of(&self.text)
    }

    /// Where a node stands, with the space and comments inside it.
    pub(crate) fn span(&self, node: u32) -> Span {
        let node = self.node(node);
        self.span_of_tokens(node.first, node.end)
    }

    /// Where a node stands, without the space and comments at its end; none stand at its beginning.
    pub(crate) fn span_without_trivia(&self, node: u32) -> Span {
        let node = self.node(node);
        let tokens = self.tokens.get(node.first as usize..node.end as usize);
        let trivia = tokens
            .unwrap_or(&[])
            .iter()
            .rev()
            .take_while(|token| token.kind.is_trivia());
        let trivia = u32::try_from(trivia.count()).unwrap_or(0);
        self.span_of_tokens(node.first, node.end - trivia)
    }

    /// From the start of token `first` up to the start of token `end`.
    fn span_of_tokens(&self, first: u32, end: u32) -> Span {
        let last = end
            .checked_sub(1)
            .and_then(|last| self.tokens.get(last as usize));
        let end = last.map_or(0, |last| last.span.end);
        let first = self.tokens.get(first as usize);
        // A node without tokens stands where the token before it ends.
        Span::new(first.map_or(end, |first| first.span.start.min(end)), end)
    }

    /// The parent of a node.
    pub(crate) fn parent(&self, node: u32) -> Option<u32> {
        let up = self.node(node).up;
        (up > 0).then(|| node - up)
    }

    /// The direct children of a node.
    pub(crate) fn children(&self, node: u32) -> Children {
        let range = *self.node(node);
        Children {
            node: node + 1,
            node_end: node + range.size,
            token: range.first,
            token_end: range.end,
        }
    }

    /// What stands behind a node in its parent.
    pub(crate) fn siblings_after(&self, node: u32) -> Children {
        let range = *self.node(node);
        let around = self.parent(node).map_or(range, |parent| *self.node(parent));
        let start = node - range.up;
        Children {
            node: node + range.size,
            node_end: start + around.size,
            token: range.end,
            token_end: around.end,
        }
    }

    /// Kinds of nodes, and kinds and texts of tokens, in the order of the text.
    pub(crate) fn elements(&self) -> impl Iterator<Item = (SyntaxKind, &str)> {
        let (mut nodes, mut tokens) = (self.nodes.iter().peekable(), self.tokens.iter());
        let mut token = 0;
        std::iter::from_fn(move || {
            if let Some(node) = nodes.next_if(|node| node.first == token) {
                return Some((node.kind, ""));
            }
            token += 1;
            let token = tokens.next()?;
            Some((token.kind, token.span.of(&self.text)))
        })
    }
}

/// A node or token, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Element {
    Node(u32),
    Token(u32),
}

/// What is left of the direct children of a node: the numbers of its next child and its next token, if
/// there are any, and of those behind the last ones.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Children {
    node: u32,
    node_end: u32,
    token: u32,
    token_end: u32,
}

impl Children {
    /// The next child; `tree` is the one that these are children in.
    #[inline]
    pub(crate) fn next(&mut self, tree: &Tree) -> Option<Element> {
        if self.node < self.node_end {
            let node = tree.node(self.node);
            if node.first == self.token {
                let number = self.node;
                self.node += node.size;
                self.token = node.end;
                return Some(Element::Node(number));
            }
        }
        if self.token == self.token_end {
            return None;
        }
        self.token += 1;
        Some(Element::Token(self.token - 1))
    }

    /// The next child that is a node of a wanted kind.
    #[inline]
    pub(crate) fn next_node_of(
        &mut self,
        tree: &Tree,
        is_wanted: impl Fn(SyntaxKind) -> bool,
    ) -> Option<u32> {
        while self.node < self.node_end {
            let number = self.node;
            let node = tree.node(number);
            self.node += node.size;
            self.token = node.end;
            if is_wanted(node.kind) {
                return Some(number);
            }
        }
        None
    }

    /// The next child that is a token of a wanted kind.
    #[inline]
    pub(crate) fn next_token_of(
        &mut self,
        tree: &Tree,
        is_wanted: impl Fn(SyntaxKind) -> bool,
    ) -> Option<u32> {
        loop {
            match self.next(tree)? {
                Element::Token(token) if is_wanted(tree.token(token).kind) => return Some(token),
                Element::Token(_) | Element::Node(_) => {}
            }
        }
    }
}
