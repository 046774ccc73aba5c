//! The result of parsing.

use crate::{Diagnostic, Severity, Span, SyntaxNode, ast, ast::AstNode, tree::Tree};
use std::sync::Arc;

/// The tree of a text, and what is wrong with the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parse {
    /// The tree; its root is a [`SyntaxKind::SourceFile`](crate::SyntaxKind::SourceFile).
    pub(crate) tree: Arc<Tree>,
    /// What is wrong, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// The parts of the text that were given up, in the order of the text. What else is said about them,
    /// or about something around them, is a guess.
    pub unread: Vec<Span>,
    /// Names that seem to be bound in what was given up.
    pub unread_names: Vec<Span>,
}

impl Parse {
    /// The root of the tree.
    pub fn syntax(&self) -> SyntaxNode {
        SyntaxNode::root(Arc::clone(&self.tree))
    }

    /// The typed view of the tree.
    pub fn tree(&self) -> ast::SourceFile {
        ast::SourceFile::cast(self.syntax()).expect("the root of every tree is a source file")
    }

    /// True when something is an error and not merely a warning.
    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}
