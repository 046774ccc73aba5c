//! A typed view of the tree: one struct a construct, with accessors named after its parts.
//!
//! A struct is a tree node and nothing more, so making one costs nothing and holds no copy of the
//! text. Every part may be missing, because the text may be broken: an accessor answers `None` where
//! the parser has already reported what is missing. Nothing here reports anything.
//!
//! The source text of a part is `part.span().of(text)`.

mod clauses;
mod exprs;
mod fields;
mod file;
mod steps;
mod strings;

pub use clauses::{
    Arrow, CheckAction, CheckClause, ErrorAction, FallbackAction, GotoAction, InlineInputs, Input,
    LoopClause, OnError, OtherwiseRule, Question, RetryAction, Returns, WhenRule,
};
pub(crate) use exprs::binary_op;
pub use exprs::{
    BinaryExpr, BinaryOp, CallExpr, Expr, FieldExpr, IfExpr, IndexExpr, LambdaExpr, ListExpr,
    Literal, LiteralExpr, NameExpr, Number, ObjectEntry, ObjectExpr, ObjectKey, OptionalExpr,
    ParenExpr, TypeExpr, UnaryExpr, UnaryOp,
};
pub use fields::{Constraint, Field, ListType, NamedType, ShapeType, Type};
pub use file::{
    Annotation, Description, EnumDecl, EnumVariant, EnvBlock, EnvEntry, FieldBlock, ScriptHeader,
    SourceFile, ThreadErrorBlock, ToolImport, ToolPath, ToolSource, ToolsBlock, VariantValue,
    VersionDecl,
};
pub use steps::{
    AgentStep, AskStep, Block, Branch, CheckStep, DecideStep, DoStep, EachStep, EmitStep, Item,
    Lane, LetStep, PipeStep, PlanStep, RepeatStep, RunStep, RunTarget, Section, SendStep, Step,
    StepNode, TogetherMember, TogetherStep, WaitForm, WaitStep, YieldStep,
};
pub use strings::{Interpolation, StringLiteral, StringPiece};

use crate::{Span, SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};

/// A construct of the language as a view of its tree node.
pub trait AstNode: Sized {
    /// The view of `node`, if the node is of this construct.
    fn cast(node: SyntaxNode) -> Option<Self>;

    /// The node itself.
    fn syntax(&self) -> &SyntaxNode;

    /// Where it stands, without a comment that trails it.
    fn span(&self) -> Span {
        span_of(self.syntax())
    }
}

/// A name as it stands in the text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name(SyntaxToken);

impl Name {
    /// The name.
    pub fn text(&self) -> &str {
        self.0.text()
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        token_span(&self.0)
    }

    /// The token itself.
    pub fn token(&self) -> &SyntaxToken {
        &self.0
    }
}

/// Declares a view of one kind of node.
macro_rules! ast_node {
    ($(#[$doc:meta])* $name:ident = $($kind:ident)|+) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name($crate::SyntaxNode);

        impl $crate::ast::AstNode for $name {
            fn cast(node: $crate::SyntaxNode) -> Option<$name> {
                matches!(node.kind(), $($crate::SyntaxKind::$kind)|+).then_some($name(node))
            }

            fn syntax(&self) -> &$crate::SyntaxNode {
                &self.0
            }
        }
    };
}
use ast_node;

/// The range of a token.
pub(crate) fn token_span(token: &SyntaxToken) -> Span {
    let range = token.text_range();
    Span::new(range.start().into(), range.end().into())
}

/// The range of a node without the trivia at its end; none stands at its beginning.
pub fn span_of(node: &SyntaxNode) -> Span {
    let range = node.text_range();
    let start = u32::from(range.start());
    let mut end = u32::from(range.end());
    let mut green = node.green();
    'deeper: loop {
        for child in green.children().rev() {
            match child {
                rowan::NodeOrToken::Token(token) => {
                    let kind = SyntaxKind::from_raw(token.kind().0)
                        .expect("every tree is made of our own kinds");
                    if !kind.is_trivia() {
                        break 'deeper;
                    }
                    end -= u32::from(token.text_len());
                }
                rowan::NodeOrToken::Node(node) => {
                    green = node;
                    continue 'deeper;
                }
            }
        }
        break;
    }
    Span::new(start, end.max(start))
}

/// The first child that is an `N`.
fn child<N: AstNode>(parent: &SyntaxNode) -> Option<N> {
    parent.children().find_map(N::cast)
}

/// The children that are an `N`, in the order of the text.
fn children<N: AstNode>(parent: &SyntaxNode) -> impl Iterator<Item = N> + use<N> {
    parent.children().filter_map(N::cast)
}

/// The tokens that stand directly in `parent`.
fn tokens(parent: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> + use<> {
    parent
        .children_with_tokens()
        .filter_map(rowan::NodeOrToken::into_token)
}

/// The first token of this kind that stands directly in `parent`.
fn token(parent: &SyntaxNode, kind: SyntaxKind) -> Option<SyntaxToken> {
    tokens(parent).find(|token| token.kind() == kind)
}

/// The names that stand directly in `parent`.
fn names(parent: &SyntaxNode) -> impl Iterator<Item = Name> + use<> {
    tokens(parent)
        .filter(|token| token.kind() == SyntaxKind::Ident)
        .map(Name)
}

/// The first name that stands directly in `parent`.
fn name(parent: &SyntaxNode) -> Option<Name> {
    names(parent).next()
}

fn comment(element: SyntaxElement) -> Option<SyntaxToken> {
    element
        .into_token()
        .filter(|token| token.kind() == SyntaxKind::Comment)
}

/// The text of the comment that documents `parent`: the one at the end of its own first line.
fn doc(parent: &SyntaxNode) -> Option<String> {
    let in_line = |element: &SyntaxElement| element.kind() != SyntaxKind::LineBreak;
    let own = parent
        .children_with_tokens()
        .take_while(in_line)
        .find_map(comment);
    // Inside braces the comment stands behind the comma, and the comma behind the node.
    let behind = || {
        parent
            .parent()
            .filter(|around| around.kind() == SyntaxKind::ShapeType)?;
        let first = parent.next_sibling_or_token();
        let siblings = std::iter::successors(first, SyntaxElement::next_sibling_or_token);
        let is_between = |element: &SyntaxElement| {
            matches!(
                element.kind(),
                SyntaxKind::Comma | SyntaxKind::Whitespace | SyntaxKind::Comment
            )
        };
        siblings.take_while(is_between).find_map(comment)
    };
    let comment = own.or_else(behind)?;
    let text = comment.text().trim_start_matches('-').trim();
    (!text.is_empty()).then(|| text.to_owned())
}
