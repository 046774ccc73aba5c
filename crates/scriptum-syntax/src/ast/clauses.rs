//! The parts of steps: inputs, arrows, rules, clauses and their actions.

use super::{
    AstNode, Block, Expr, Field, Name, ShapeType, StringLiteral, ToolPath, ast_node, child,
    children, name, token,
};
use crate::{Span, SyntaxKind, SyntaxNode, SyntaxNodeChildren};

ast_node! {
    /// `name = expr`, on a line of its own or in braces.
    Input = Input
}

impl Input {
    /// What stands before `=`.
    pub fn name(&self) -> Option<Name> {
        name(&self.0)
    }

    /// What stands after `=`.
    pub fn value(&self) -> Option<Expr> {
        child(&self.0)
    }
}

ast_node! {
    /// `{ a = 1, b = 2 }`
    InlineInputs = InlineInputs
}

impl InlineInputs {
    /// The inputs, in the order of the text.
    pub fn inputs(&self) -> impl Iterator<Item = Input> + use<> {
        children(&self.0)
    }
}

ast_node! {
    /// `-> name` or `->> name`
    Arrow = BindArrow
}

impl Arrow {
    /// The name that is bound.
    pub fn name(&self) -> Option<Name> {
        name(&self.0)
    }

    /// True for `->>`.
    pub fn is_stream(&self) -> bool {
        token(&self.0, SyntaxKind::StreamArrow).is_some()
    }
}

ast_node! {
    /// `returns { total: number }`, or `returns` with indented fields.
    Returns = Returns
}

impl Returns {
    /// The declared fields, in the order of the text.
    pub fn fields(&self) -> impl Iterator<Item = Field> + use<> {
        let shape = child::<ShapeType>(&self.0).map(|shape| shape.syntax().clone());
        children(&shape.unwrap_or_else(|| self.0.clone()))
    }
}

ast_node! {
    /// `parallel n`, `sleep ms`, `batch n`, `max n`, `until expr` or `timeout "1h"` in the head of a step.
    LoopClause = ParallelClause | SleepClause | BatchClause | MaxClause | UntilClause | TimeoutClause
}

impl LoopClause {
    /// What stands after the word.
    pub fn value(&self) -> Option<Expr> {
        child(&self.0)
    }
}

/// The clause of this kind in the head of a step.
pub(super) fn clause(step: &SyntaxNode, kind: SyntaxKind) -> Option<LoopClause> {
    super::node(step, kind).and_then(LoopClause::cast)
}

ast_node! {
    /// `when condition -> "Branch"`
    WhenRule = WhenRule
}

impl WhenRule {
    /// The condition; a text criterion in a `decide … with llm`.
    pub fn condition(&self) -> Option<Expr> {
        child(&self.0)
    }

    /// The branch that is taken.
    pub fn target(&self) -> Option<StringLiteral> {
        label(&self.0)
    }
}

ast_node! {
    /// `otherwise -> "Branch"`
    OtherwiseRule = OtherwiseRule
}

impl OtherwiseRule {
    /// The branch that is taken.
    pub fn target(&self) -> Option<StringLiteral> {
        label(&self.0)
    }
}

ast_node! {
    /// `ask llm "question"` in a check.
    Question = Question
}

impl Question {
    /// What is asked.
    pub fn prompt(&self) -> Option<Expr> {
        child(&self.0)
    }

    /// Further inputs of the question, such as a model.
    pub fn inputs(&self) -> impl Iterator<Item = Input> + use<> {
        inputs(&self.0)
    }
}

ast_node! {
    /// `on error: action`
    OnError = OnError
}

/// What `on error:` does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ErrorAction {
    /// `retry 3 every "5s"`
    Retry(RetryAction),
    /// `fallback tool { k = v }`
    Fallback(FallbackAction),
    /// `ignore`
    Ignore(Span),
}

impl OnError {
    /// What it does.
    pub fn action(&self) -> Option<ErrorAction> {
        self.0.children().find_map(|node| {
            let kind = node.kind();
            if kind == SyntaxKind::IgnoreAction {
                return Some(ErrorAction::Ignore(super::span_of(&node)));
            }
            if kind == SyntaxKind::RetryAction {
                return RetryAction::cast(node).map(ErrorAction::Retry);
            }
            FallbackAction::cast(node).map(ErrorAction::Fallback)
        })
    }
}

ast_node! {
    /// `retry N every "5s"`
    RetryAction = RetryAction
}

impl RetryAction {
    /// How often; `None` means the default.
    pub fn count(&self) -> Option<Expr> {
        let every = token(&self.0, SyntaxKind::EveryKw).map(|every| every.span().start);
        children::<Expr>(&self.0)
            .find(|expr| every.is_none_or(|every| expr.syntax().span().end <= every))
    }

    /// The fixed pause between tries.
    pub fn every(&self) -> Option<Expr> {
        let every = token(&self.0, SyntaxKind::EveryKw)?.span().end;
        children::<Expr>(&self.0).find(|expr| every <= expr.syntax().span().start)
    }
}

ast_node! {
    /// `fallback tool { k = v }`
    FallbackAction = FallbackAction
}

impl FallbackAction {
    /// The tool that runs instead.
    pub fn tool(&self) -> Option<ToolPath> {
        child(&self.0)
    }

    /// Its inputs.
    pub fn inputs(&self) -> impl Iterator<Item = Input> + use<> {
        inputs(&self.0)
    }
}

ast_node! {
    /// `on pass: action` or `on fail: action`
    CheckClause = OnPass | OnFail
}

/// What `on pass:` or `on fail:` does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CheckAction {
    /// `continue`
    Continue(Span),
    /// `goto "Label"`
    Goto(GotoAction),
    /// `retry 3`
    Retry(RetryAction),
    /// `fail "message"`
    Fail {
        /// The whole action.
        span: Span,
        /// The message, if any.
        message: Option<Expr>,
    },
}

impl CheckClause {
    /// What it does.
    pub fn action(&self) -> Option<CheckAction> {
        self.0.children().find_map(|node| {
            let kind = node.kind();
            if kind == SyntaxKind::ContinueAction {
                return Some(CheckAction::Continue(super::span_of(&node)));
            }
            if kind == SyntaxKind::FailAction {
                return Some(CheckAction::Fail {
                    span: super::span_of(&node),
                    message: child(&node),
                });
            }
            if kind == SyntaxKind::RetryAction {
                return RetryAction::cast(node).map(CheckAction::Retry);
            }
            GotoAction::cast(node).map(CheckAction::Goto)
        })
    }
}

ast_node! {
    /// `goto "Label"`
    GotoAction = GotoAction
}

impl GotoAction {
    /// The section or branch to continue at.
    pub fn target(&self) -> Option<StringLiteral> {
        label(&self.0)
    }
}

/// The string that names or titles `node`.
pub(super) fn label(node: &SyntaxNode) -> Option<StringLiteral> {
    super::node(node, SyntaxKind::Label).and_then(StringLiteral::cast)
}

/// The inputs of `node`, those in braces and those on lines of their own, in the order of the text.
pub(super) fn inputs(node: &SyntaxNode) -> impl Iterator<Item = Input> + use<> {
    node.children().flat_map(|child| {
        if child.kind() == SyntaxKind::InlineInputs {
            Inputs::Many(child.children())
        } else {
            Inputs::One(Input::cast(child))
        }
    })
}

/// The inputs that one child of a step holds.
enum Inputs {
    One(Option<Input>),
    Many(SyntaxNodeChildren),
}

impl Iterator for Inputs {
    type Item = Input;

    fn next(&mut self) -> Option<Input> {
        match self {
            Inputs::One(input) => input.take(),
            Inputs::Many(nodes) => nodes.find_map(Input::cast),
        }
    }
}

/// The steps indented below `node`.
pub(super) fn body(node: &SyntaxNode) -> Option<Block> {
    child(node)
}
