//! Turns text into a lossless tree and reports what is wrong with it.
//!
//! The crate knows the shape of the language and nothing of its meaning: no types, no tools, no
//! contract, no disk. Parsing never fails: the result is always a tree whose tokens joined are the
//! text, byte for byte, plus diagnostics.
//!
//! Start reading at [`diagnostic`] (what a finding is) and [`span`] (where it is).

pub mod ast;
pub mod codes;
pub mod diagnostic;
mod escape;
mod kind;
mod layout;
mod lexer;
mod nearest;
mod parse;
mod parser;
pub mod span;
mod tree;

pub use diagnostic::{Applicability, Code, Diagnostic, Edit, Fix, Label, Severity};
pub use kind::{SyntaxKind, Verb};
pub use lexer::{Token, lex};
pub use parse::Parse;
pub use parser::parse;
pub use span::{LineIndex, Place, Span};
pub use tree::{Scriptum, SyntaxElement, SyntaxNode, SyntaxToken};
