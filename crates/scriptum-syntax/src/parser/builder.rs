//! Builds the green tree from the leaves up.
//!
//! Finished elements wait in one list until the node around them is finished and takes the tail of
//! the list as its children. So a node can also be begun after its first children were read, which is
//! how operators get their left operand.

use crate::{Span, SyntaxKind, lexer::Token};
use rowan::{GreenNode, GreenToken, NodeOrToken};

/// A place in the list of elements where a node may begin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Checkpoint(usize);

pub(super) struct Builder<'t> {
    text: &'t str,
    /// The nodes that are not finished, with the place of their first child.
    open: Vec<(SyntaxKind, usize)>,
    elements: Vec<NodeOrToken<GreenNode, GreenToken>>,
    cache: Cache,
}

impl<'t> Builder<'t> {
    pub(super) fn new(text: &'t str) -> Builder<'t> {
        Builder {
            text,
            open: Vec::new(),
            elements: Vec::new(),
            cache: Cache::new(),
        }
    }

    pub(super) fn token(&mut self, token: Token) {
        self.token_as(token.kind, token.span);
    }

    pub(super) fn token_as(&mut self, kind: SyntaxKind, span: Span) {
        let token = self.cache.token(kind, span.of(self.text));
        self.elements.push(NodeOrToken::Token(token));
    }

    pub(super) fn start(&mut self, kind: SyntaxKind) {
        self.open.push((kind, self.elements.len()));
    }

    pub(super) fn checkpoint(&self) -> Checkpoint {
        Checkpoint(self.elements.len())
    }

    pub(super) fn start_at(&mut self, checkpoint: Checkpoint, kind: SyntaxKind) {
        debug_assert!(
            checkpoint.0 <= self.elements.len(),
            "a node begins before what it holds"
        );
        self.open.push((kind, checkpoint.0));
    }

    pub(super) fn finish(&mut self) {
        let (kind, first) = self.open.pop().expect("every finished node was begun");
        let node = GreenNode::new(rowan::SyntaxKind(kind as u16), self.elements.drain(first..));
        self.elements.push(NodeOrToken::Node(node));
    }

    /// The finished root.
    pub(super) fn root(mut self) -> GreenNode {
        debug_assert!(self.open.is_empty(), "every node was finished");
        let root = self.elements.pop().and_then(NodeOrToken::into_node);
        root.expect("the file is the last node to be finished")
    }
}

/// Tokens made before, so that equal short tokens share their memory: most spaces, marks and words
/// of a script are among the last few thousand different ones. A newer token takes an older one's slot.
struct Cache {
    slots: Vec<Option<GreenToken>>,
}

/// A power of two; small enough to stay in the processor's own cache.
const SLOTS: usize = 2048;
/// Longer tokens are texts and comments, which hardly repeat.
const SHARED_BYTES_MAX: usize = 24;

impl Cache {
    fn new() -> Cache {
        Cache {
            slots: vec![None; SLOTS],
        }
    }

    fn token(&mut self, kind: SyntaxKind, text: &str) -> GreenToken {
        let raw = rowan::SyntaxKind(kind as u16);
        if text.len() > SHARED_BYTES_MAX {
            return GreenToken::new(raw, text);
        }
        let Some(slot) = self.slots.get_mut(slot_of(kind, text)) else {
            return GreenToken::new(raw, text);
        };
        if let Some(token) = slot
            && token.kind() == raw
            && token.text() == text
        {
            return token.clone();
        }
        slot.insert(GreenToken::new(raw, text)).clone()
    }
}

/// The slot of a token: a hash of its kind and text.
fn slot_of(kind: SyntaxKind, text: &str) -> usize {
    const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = (kind as u64) << 8 | text.len() as u64;
    for chunk in text.as_bytes().chunks(8) {
        let mut word = [0; 8];
        for (to, from) in word.iter_mut().zip(chunk) {
            *to = *from;
        }
        hash = (hash.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(MULTIPLIER);
    }
    usize::try_from(hash >> 40).unwrap_or(0) % SLOTS
}
