//! Turns text into a lossless tree and reports what is wrong with it.
//!
//! The crate knows the shape of the language and nothing of its meaning: no types, no tools, no
//! contract, no disk. Parsing never fails: the result is always a tree whose tokens joined are the
//! text, byte for byte, plus diagnostics.
//!
//! What this crate leaves to others: whether names, types and tools exist, whether values fit, and how
//! diagnostics look on a terminal.
//!
//! Start reading at [`parse`], then [`ast`] (the tree as the later stages see it) and [`SyntaxKind`]
//! (what it is made of). `lexer` cuts the text into tokens and lines, `parser` builds the tree.
//!
//! ```
//! use scriptum_syntax::ast::{Step, StepNode};
//!
//! let text = "script \"Greeting\"\ndo \"Greet\" with echo\n  message = \"hello\"\n  -> reply\n";
//! let parse = scriptum_syntax::parse(text);
//! assert!(parse.diagnostics.is_empty());
//! assert_eq!(parse.syntax().to_string(), text);
//!
//! let step = parse.tree().body().steps().next().unwrap();
//! let Step::Do(step) = step else { panic!("the script begins with a do") };
//! assert_eq!(step.label().unwrap().plain().unwrap(), "Greet");
//! assert_eq!(step.tool().unwrap().text(), "echo");
//! assert_eq!(step.arrow().unwrap().name().unwrap().text(), "reply");
//! ```

pub mod ast;
pub mod codes;
pub mod diagnostic;
mod escape;
mod format;
mod kind;
mod layout;
mod lexer;
mod nearest;
mod parse;
mod parser;
pub mod span;
mod tree;
mod verb;

pub use diagnostic::{Applicability, Code, Diagnostic, Edit, Fix, Label, Severity};
pub use format::format;
pub use kind::SyntaxKind;
pub use lexer::{Token, lex};
pub use parse::Parse;
pub use parser::parse;
pub use span::{LineIndex, Place, Span};
pub use tree::{
    SyntaxElement, SyntaxElementChildren, SyntaxNode, SyntaxNodeChildren, SyntaxToken, Walk,
    WalkEvent,
};
pub use verb::Verb;
