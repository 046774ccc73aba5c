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
    /// True for the kinds of nodes that are of this construct.
    fn is(kind: SyntaxKind) -> bool;

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
        self.0.span()
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
            fn is(kind: $crate::SyntaxKind) -> bool {
                matches!(kind, $($crate::SyntaxKind::$kind)|+)
            }

            fn cast(node: $crate::SyntaxNode) -> Option<$name> {
                <$name as $crate::ast::AstNode>::is(node.kind()).then_some($name(node))
            }

            fn syntax(&self) -> &$crate::SyntaxNode {
                &self.0
            }
        }
    };
}
use ast_node;

/// The range of a node without the trivia at its end; none stands at its beginning.
pub fn span_of(node: &SyntaxNode) -> Span {
    node.span_without_trivia()
}

/// The first child that is an `N`.
fn child<N: AstNode>(parent: &SyntaxNode) -> Option<N> {
    parent.child_of(N::is).and_then(N::cast)
}

/// The first child of this kind.
fn node(parent: &SyntaxNode, kind: SyntaxKind) -> Option<SyntaxNode> {
    parent.child_of(|other| other == kind)
}

/// The children that are an `N`, in the order of the text.
fn children<N: AstNode>(parent: &SyntaxNode) -> impl Iterator<Item = N> + use<N> {
    let mut left = parent.children();
    std::iter::from_fn(move || left.next_of(N::is).and_then(N::cast))
}

/// The tokens that stand directly in `parent`.
fn tokens(parent: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> + use<> {
    tokens_of(parent, |_| true)
}

/// The tokens of wanted kinds that stand directly in `parent`.
fn tokens_of<F: Fn(SyntaxKind) -> bool>(
    parent: &SyntaxNode,
    is_wanted: F,
) -> impl Iterator<Item = SyntaxToken> + use<F> {
    let mut left = parent.children_with_tokens();
    std::iter::from_fn(move || left.next_token_of(&is_wanted))
}

/// The first token of this kind that stands directly in `parent`.
fn token(parent: &SyntaxNode, kind: SyntaxKind) -> Option<SyntaxToken> {
    parent.token_of(|other| other == kind)
}

/// The names that stand directly in `parent`.
fn names(parent: &SyntaxNode) -> impl Iterator<Item = Name> + use<> {
    tokens_of(parent, |kind| kind == SyntaxKind::Ident).map(Name)
}

/// The first name that stands directly in `parent`.
fn name(parent: &SyntaxNode) -> Option<Name> {
    token(parent, SyntaxKind::Ident).map(Name)
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
        let is_between = |element: &SyntaxElement| {
            matches!(
                element.kind(),
                SyntaxKind::Comma | SyntaxKind::Whitespace | SyntaxKind::Comment
            )
        };
        parent
            .siblings_after()
            .take_while(is_between)
            .find_map(comment)
    };
    let comment = own.or_else(behind)?;
    let text = comment.text().trim_start_matches('-').trim();
    (!text.is_empty()).then(|| text.to_owned())
}
