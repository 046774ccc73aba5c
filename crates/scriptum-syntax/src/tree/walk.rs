//! Ways through a tree: over the children of a node, and over everything in it.

use super::{Children, Element, SyntaxElement, SyntaxNode, SyntaxToken, Tree};
use crate::SyntaxKind;
use std::sync::Arc;

/// The nodes directly in a node, in the order of the text.
#[derive(Debug, Clone)]
pub struct SyntaxNodeChildren {
    tree: Arc<Tree>,
    left: Children,
}

impl SyntaxNodeChildren {
    pub(super) fn of(parent: &SyntaxNode) -> SyntaxNodeChildren {
        SyntaxNodeChildren {
            tree: Arc::clone(&parent.tree),
            left: parent.tree.children(parent.node),
        }
    }

    /// The next node of a kind that is wanted; those before it are never made.
    #[inline]
    pub(crate) fn next_of(&mut self, is_wanted: impl Fn(SyntaxKind) -> bool) -> Option<SyntaxNode> {
        let node = self.left.next_node_of(&self.tree, is_wanted)?;
        Some(SyntaxNode::of(&self.tree, node))
    }
}

impl Iterator for SyntaxNodeChildren {
    type Item = SyntaxNode;

    fn next(&mut self) -> Option<SyntaxNode> {
        self.next_of(|_| true)
    }
}

/// The nodes and tokens directly in a node, in the order of the text.
#[derive(Debug, Clone)]
pub struct SyntaxElementChildren {
    tree: Arc<Tree>,
    left: Children,
}

impl SyntaxElementChildren {
    pub(super) fn of(parent: &SyntaxNode) -> SyntaxElementChildren {
        SyntaxElementChildren {
            tree: Arc::clone(&parent.tree),
            left: parent.tree.children(parent.node),
        }
    }

    pub(super) fn after(node: &SyntaxNode) -> SyntaxElementChildren {
        SyntaxElementChildren {
            tree: Arc::clone(&node.tree),
            left: node.tree.siblings_after(node.node),
        }
    }

    /// The next token of a kind that is wanted; what stands before it is never made.
    #[inline]
    pub(crate) fn next_token_of(
        &mut self,
        is_wanted: impl Fn(SyntaxKind) -> bool,
    ) -> Option<SyntaxToken> {
        let token = self.left.next_token_of(&self.tree, is_wanted)?;
        Some(SyntaxToken::of(&self.tree, token))
    }
}

impl Iterator for SyntaxElementChildren {
    type Item = SyntaxElement;

    fn next(&mut self) -> Option<SyntaxElement> {
        let element = self.left.next(&self.tree)?;
        Some(SyntaxElement::of(&self.tree, element))
    }
}

/// A step of a walk over a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WalkEvent {
    /// A node begins.
    Enter(SyntaxNode),
    /// A token of the node that was entered last and not left.
    Token(SyntaxToken),
    /// A node ends.
    Leave(SyntaxNode),
}

/// A walk over a node and everything in it, in the order of the text. It does not recurse, so that
/// deep trees take no stack.
#[derive(Debug)]
pub struct Walk {
    tree: Arc<Tree>,
    /// The node to begin with.
    first: Option<u32>,
    /// The nodes that were entered and not left, outermost first.
    open: Vec<(u32, Children)>,
}

impl Walk {
    pub(super) fn over(node: &SyntaxNode) -> Walk {
        Walk {
            tree: Arc::clone(&node.tree),
            first: Some(node.node),
            open: Vec::new(),
        }
    }

    fn enter(&mut self, node: u32) -> WalkEvent {
        self.open.push((node, self.tree.children(node)));
        WalkEvent::Enter(SyntaxNode::of(&self.tree, node))
    }
}

impl Iterator for Walk {
    type Item = WalkEvent;

    fn next(&mut self) -> Option<WalkEvent> {
        if let Some(first) = self.first.take() {
            return Some(self.enter(first));
        }
        let (node, children) = self.open.last_mut()?;
        let node = *node;
        Some(match children.next(&self.tree) {
            Some(Element::Node(child)) => self.enter(child),
            Some(Element::Token(token)) => WalkEvent::Token(SyntaxToken::of(&self.tree, token)),
            None => {
                self.open.pop();
                WalkEvent::Leave(SyntaxNode::of(&self.tree, node))
            }
        })
    }
}
