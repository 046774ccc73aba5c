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
        let token = self
            .cache
            .token(kind, self.text, span.start as usize, span.end as usize);
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
    slots: Vec<Slot>,
}

#[derive(Clone)]
struct Slot {
    /// Of a text of up to [`EXACT_BYTES_MAX`] bytes everything, of a longer one a hash.
    key: u64,
    token: Option<GreenToken>,
}

/// A power of two; small enough to stay in the processor's own cache.
const SLOTS: usize = 2048;
/// Texts whose key tells them apart without a look at the token.
const EXACT_BYTES_MAX: usize = 6;
/// Longer tokens are texts and comments, which hardly repeat.
const SHARED_BYTES_MAX: usize = 24;

impl Cache {
    fn new() -> Cache {
        Cache {
            slots: vec![
                Slot {
                    key: 0,
                    token: None
                };
                SLOTS
            ],
        }
    }

    /// The token at `start..end` of `text`.
    fn token(&mut self, kind: SyntaxKind, text: &str, start: usize, end: usize) -> GreenToken {
        let raw = rowan::SyntaxKind(kind as u16);
        let part = text.get(start..end).unwrap_or("");
        if part.len() > SHARED_BYTES_MAX {
            return GreenToken::new(raw, part);
        }
        let key = key_of(kind, text.as_bytes(), start, end);
        let Some(slot) = self.slots.get_mut(slot_of(key)) else {
            return GreenToken::new(raw, part);
        };
        if slot.key == key
            && let Some(token) = &slot.token
            && (part.len() <= EXACT_BYTES_MAX || (token.kind() == raw && token.text() == part))
        {
            return token.clone();
        }
        slot.key = key;
        slot.token.insert(GreenToken::new(raw, part)).clone()
    }
}

/// Mixes bits well enough to spread tokens over slots.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Kind, length and bytes of a short text; kind, length and a hash of the bytes of a longer one.
#[inline]
fn key_of(kind: SyntaxKind, text: &[u8], start: usize, end: usize) -> u64 {
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
