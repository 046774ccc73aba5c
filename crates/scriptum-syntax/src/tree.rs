//! The tree as rowan sees it: our kinds as numbers.

use crate::SyntaxKind;

/// Ties our kinds to rowan's trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scriptum {}

impl rowan::Language for Scriptum {
    type Kind = SyntaxKind;

    fn kind_from_raw(raw: rowan::SyntaxKind) -> SyntaxKind {
        SyntaxKind::from_raw(raw.0).expect("every tree is made of our own kinds")
    }

    fn kind_to_raw(kind: SyntaxKind) -> rowan::SyntaxKind {
        rowan::SyntaxKind(kind as u16)
    }
}

/// A step of a walk over a tree.
pub use rowan::WalkEvent;

/// A node of the lossless tree.
pub type SyntaxNode = rowan::SyntaxNode<Scriptum>;
/// A token of the lossless tree.
pub type SyntaxToken = rowan::SyntaxToken<Scriptum>;
/// A node or token of the lossless tree.
pub type SyntaxElement = rowan::SyntaxElement<Scriptum>;
