//! Builds the list of nodes, each in front of those inside it.
//!
//! The tokens are in their list already, so a node is nothing but a range of them: the builder is told
//! how many tokens have been taken when a node begins and when it ends. A node can also be begun after
//! its first children were read, which is how operators get their left operand: it is put in front of
//! them then, which moves what was read since, a few nodes most of the time.

use crate::{
    Span, SyntaxKind,
    lexer::Token,
    tree::{Node, Tree},
};

/// A place in the list of nodes where another may begin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Checkpoint {
    node: usize,
    /// How many tokens were taken.
    taken: u32,
}

/// Bytes of source for each node, a little less than real scripts have: what is not used costs
/// nothing, and a list that is too short is copied.
const BYTES_PER_NODE: usize = 8;

#[derive(Debug)]
pub(super) struct Builder {
    nodes: Vec<Node>,
    /// The numbers of the nodes that are not finished, outermost first.
    open: Vec<usize>,
    /// Tokens that were cut off the front of others, each with the number of the rest.
    cuts: Vec<(usize, Token)>,
}

impl Builder {
    pub(super) fn new(text: &str) -> Builder {
        Builder {
            nodes: Vec::with_capacity(text.len() / BYTES_PER_NODE),
            open: Vec::new(),
            cuts: Vec::new(),
        }
    }

    /// Begins a node behind `taken` tokens of the lexer.
    #[inline]
    pub(super) fn start(&mut self, kind: SyntaxKind, taken: usize) {
        let node = self.node(kind, taken);
        self.open.push(self.nodes.len());
        self.nodes.push(node);
    }

    /// Adds a node that holds the one token behind `taken` tokens of the lexer.
    #[inline]
    pub(super) fn leaf(&mut self, kind: SyntaxKind, taken: usize) {
        let mut node = self.node(kind, taken);
        node.end = node.first + 1;
        self.nodes.push(node);
    }

    /// A node without children or tokens.
    #[inline]
    fn node(&self, kind: SyntaxKind, taken: usize) -> Node {
        let first = self.number(taken);
        let parent = self.open.last().copied().unwrap_or(self.nodes.len());
        Node {
            kind,
            up: number(self.nodes.len() - parent),
            size: 1,
            first,
            end: first,
        }
    }

    /// The number that the token behind `taken` tokens of the lexer has in the tree.
    #[inline]
    fn number(&self, taken: usize) -> u32 {
        number(taken + self.cuts.len())
    }

    #[inline]
    pub(super) fn checkpoint(&self, taken: usize) -> Checkpoint {
        Checkpoint {
            node: self.nodes.len(),
            taken: self.number(taken),
        }
    }

    /// Begins a node at a checkpoint: what was finished since is inside it.
    pub(super) fn start_at(&mut self, checkpoint: Checkpoint, kind: SyntaxKind) {
        let parent = self.open.last().copied().unwrap_or(checkpoint.node);
        debug_assert!(
            parent <= checkpoint.node && checkpoint.node <= self.nodes.len(),
            "a node begins before what it holds, and in the node that is not finished"
        );
        let node = Node {
            kind,
            up: number(checkpoint.node - parent),
            size: 1,
            first: checkpoint.taken,
            end: checkpoint.taken,
        };
        self.nodes.insert(checkpoint.node, node);
        self.open.push(checkpoint.node);
        let mut child = checkpoint.node + 1;
        while let Some(node) = self.nodes.get_mut(child) {
            node.up = number(child - checkpoint.node);
            child += node.size as usize;
        }
    }

    /// Ends the innermost node behind `taken` tokens of the lexer.
    #[inline]
    pub(super) fn finish(&mut self, taken: usize) {
        let end = self.number(taken);
        let open = self.open.pop().expect("every finished node was begun");
        let size = number(self.nodes.len() - open);
        if let Some(node) = self.nodes.get_mut(open) {
            node.size = size;
            node.end = end;
        }
    }

    /// Cuts the first byte off `token`, which has this number with the lexer, and takes it as another.
    pub(super) fn cut(&mut self, number: usize, token: &mut Token, kind: SyntaxKind) {
        let Span { start, end } = token.span;
        let span = Span::new(start, start + 1);
        self.cuts.push((number, Token { kind, span }));
        token.span = Span::new(start + 1, end);
    }

    /// The finished tree of `text`, with the tokens of the lexer.
    pub(super) fn tree(self, text: &str, tokens: Vec<Token>) -> Tree {
        debug_assert!(self.open.is_empty(), "every node was finished");
        Tree::new(text, with_cuts(tokens, &self.cuts), self.nodes)
    }
}

/// The tokens of the lexer, each behind what was cut off its front.
fn with_cuts(tokens: Vec<Token>, cuts: &[(usize, Token)]) -> Vec<Token> {
    if cuts.is_empty() {
        return tokens;
    }
    let mut all = Vec::with_capacity(tokens.len() + cuts.len());
    let mut from = 0;
    for (rest, cut) in cuts {
        all.extend_from_slice(tokens.get(from..*rest).unwrap_or(&[]));
        all.push(*cut);
        from = *rest;
    }
    all.extend_from_slice(tokens.get(from..).unwrap_or(&[]));
    all
}

/// Numbers fit because there are no more tokens than bytes, and texts are shorter than 4 GiB.
#[inline]
fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
