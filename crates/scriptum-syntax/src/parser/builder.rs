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
    tokens: Tokens,
    leaves: Leaves,
}

impl<'t> Builder<'t> {
    pub(super) fn new(text: &'t str) -> Builder<'t> {
        Builder {
            text,
            open: Vec::new(),
            elements: Vec::new(),
            tokens: Tokens::new(),
            leaves: Leaves::new(),
        }
    }

    pub(super) fn token(&mut self, token: Token) {
        self.token_as(token.kind, token.span);
    }

    pub(super) fn token_as(&mut self, kind: SyntaxKind, span: Span) {
        let token = self.tokens.get(kind, self.text, span);
        self.elements.push(NodeOrToken::Token(token));
    }

    /// Adds a node that holds one token.
    pub(super) fn leaf(&mut self, node: SyntaxKind, kind: SyntaxKind, span: Span) {
        let leaf = self
            .leaves
            .get(node, kind, self.text, span, &mut self.tokens);
        self.elements.push(NodeOrToken::Node(leaf));
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

/// What was made before, so that what is equal and short shares its memory: most spaces, marks and
/// words of a script are among the last thousand different ones. The newer takes the older's slot.
struct Shared<T> {
    slots: Vec<Slot<T>>,
}

#[derive(Clone)]
struct Slot<T> {
    /// Of a text of up to [`EXACT_BYTES_MAX`] bytes everything, of a longer one a hash.
    key: u64,
    made: Option<T>,
}

/// A power of two; small enough for both tables to stay in the cache of the processor core.
const SLOTS: usize = 1024;
/// Texts whose key tells them apart without a look at the token.
const EXACT_BYTES_MAX: usize = 6;
/// Longer tokens are texts and comments, which hardly repeat.
const SHARED_BYTES_MAX: usize = 24;

impl<T: Clone> Shared<T> {
    fn new() -> Shared<T> {
        let empty = Slot { key: 0, made: None };
        Shared {
            slots: vec![empty; SLOTS],
        }
    }

    /// What was made for `key` before, if that is really what is wanted, else a new one.
    #[inline]
    fn get(&mut self, key: u64, is_wanted: impl Fn(&T) -> bool, make: impl FnOnce() -> T) -> T {
        let Some(slot) = self.slots.get_mut(slot_of(key)) else {
            return make();
        };
        if slot.key == key
            && let Some(made) = &slot.made
            && is_wanted(made)
        {
            return made.clone();
        }
        slot.key = key;
        slot.made.insert(make()).clone()
    }
}

struct Tokens(Shared<GreenToken>);

impl Tokens {
    fn new() -> Tokens {
        Tokens(Shared::new())
    }

    /// The token at `span` of `text`.
    fn get(&mut self, kind: SyntaxKind, text: &str, span: Span) -> GreenToken {
        let raw = rowan::SyntaxKind(kind as u16);
        let make = || GreenToken::new(raw, span.of(text));
        if span.len() as usize > SHARED_BYTES_MAX {
            return make();
        }
        let is_wanted = |token: &GreenToken| {
            span.len() as usize <= EXACT_BYTES_MAX
                || (token.kind() == raw && token.text() == span.of(text))
        };
        self.0.get(key_of(kind, text, span), is_wanted, make)
    }
}

/// Nodes that hold one token, which are a third of all nodes: names, numbers, texts.
struct Leaves(Shared<GreenNode>);

impl Leaves {
    fn new() -> Leaves {
        Leaves(Shared::new())
    }

    /// The node that holds the token at `span` of `text`.
    fn get(
        &mut self,
        node: SyntaxKind,
        kind: SyntaxKind,
        text: &str,
        span: Span,
        tokens: &mut Tokens,
    ) -> GreenNode {
        let raw = rowan::SyntaxKind(node as u16);
        let mut make = || GreenNode::new(raw, [NodeOrToken::Token(tokens.get(kind, text, span))]);
        if span.len() as usize > SHARED_BYTES_MAX {
            return make();
        }
        let is_wanted = |leaf: &GreenNode| {
            leaf.kind() == raw
                && (span.len() as usize <= EXACT_BYTES_MAX || holds(leaf, kind, span.of(text)))
        };
        self.0.get(key_of(kind, text, span), is_wanted, make)
    }
}

/// True when the first child of `leaf` is this token.
fn holds(leaf: &GreenNode, kind: SyntaxKind, text: &str) -> bool {
    let token = leaf.children().next().and_then(NodeOrToken::into_token);
    token.is_some_and(|token| token.kind().0 == kind as u16 && token.text() == text)
}

/// Mixes bits well enough to spread tokens over slots.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Kind, length and bytes of a short text; kind, length and a hash of the bytes of a longer one.
#[inline]
fn key_of(kind: SyntaxKind, text: &str, span: Span) -> u64 {
    let (text, start, end) = (text.as_bytes(), span.start as usize, span.end as usize);
    let len = end - start;
    let head = (kind as u64) << 56 | (len as u64) << 48;
    let first = word_at(text, start);
    if len <= EXACT_BYTES_MAX {
        return head | (first & ((1 << (8 * len)) - 1));
    }
    // Overlapping words cover the whole text, whatever its length.
    let last = if len < 8 {
        first & ((1 << (8 * len)) - 1)
    } else {
        word_at(text, end - 8)
    };
    let middle = if len <= 16 {
        0
    } else {
        word_at(text, start + 8)
    };
    let first = if len < 8 { 0 } else { first };
    let hash = (first ^ last.rotate_left(23)).wrapping_mul(MULTIPLIER)
        ^ middle.wrapping_mul(MULTIPLIER).rotate_left(31);
    head ^ (hash >> 16)
}

#[inline]
fn slot_of(key: u64) -> usize {
    usize::try_from(key.wrapping_mul(MULTIPLIER) >> 40).unwrap_or(0) % SLOTS
}

/// The eight bytes from `at` on; past the end of the text, zeros.
#[inline]
fn word_at(text: &[u8], at: usize) -> u64 {
    let rest = text.get(at..).unwrap_or(&[]);
    if let Some(word) = rest.first_chunk::<8>() {
        return u64::from_le_bytes(*word);
    }
    let mut word = [0; 8];
    for (to, from) in word.iter_mut().zip(rest) {
        *to = *from;
    }
    u64::from_le_bytes(word)
}
