//! Expressions: a tree, with the source text beside it for people.

use std::sync::Arc;

use scriptum_contract::Value;

/// Names a node in side tables of the compiler (spans, types). Numbers are unique in a program that
/// the compiler made; programs read from storage carry zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct NodeId(pub u32);

/// An expression as written, and as parsed.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// Source text.
    pub source: Arc<str>,
    /// The tree.
    pub root: Node,
}

/// One node of an expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Names the node in side tables; not part of the document.
    pub at: NodeId,
    /// What it computes.
    pub op: Op,
}

/// What a node computes.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// A constant.
    Literal(Value),
    /// A variant of an enum: its wire value.
    Variant {
        /// The enum, when the author named it; the checker finds it otherwise.
        of: Option<Arc<str>>,
        /// The wire value.
        value: Value,
    },
    /// A binding, an input or an environment variable, innermost scope first; null when the branch
    /// that would have bound it did not run.
    Name(Arc<str>),
    /// `env(NAME)`.
    Env(Arc<str>),
    /// Text with interpolations.
    Template(Vec<TemplatePart>),
    /// `[a, b]`.
    List(Vec<Node>),
    /// `{ key: value }`.
    Object(Vec<(Arc<str>, Node)>),
    /// `of.name`, or `of?.name` when `safe`.
    Field {
        /// The object.
        of: Box<Node>,
        /// The key.
        name: Arc<str>,
        /// Null instead of an error when the object is null or lacks the key.
        safe: bool,
    },
    /// `of[index]`, or `of?[index]` when `safe`; a negative index counts from the end.
    Index {
        /// The list or object.
        of: Box<Node>,
        /// The position or key.
        index: Box<Node>,
        /// Null instead of an error when there is no such element.
        safe: bool,
    },
    /// `-x`, `not x`.
    Unary(UnaryOp, Box<Node>),
    /// `a + b` and the like; `and`, `or` and `??` evaluate the right side only when they need it.
    Binary(BinaryOp, Box<Node>, Box<Node>),
    /// `if condition then yes else no`.
    If {
        /// A boolean.
        condition: Box<Node>,
        /// When true.
        yes: Box<Node>,
        /// When false.
        no: Box<Node>,
    },
    /// `function(arguments)` of a built-in.
    Call {
        /// Name of the built-in.
        function: Arc<str>,
        /// Arguments.
        args: Vec<Node>,
    },
    /// `x => body`, `(x, i) => body`: only as an argument of a call.
    Lambda {
        /// Parameter names.
        params: Vec<Arc<str>>,
        /// The result.
        body: Box<Node>,
    },
}

/// A piece of interpolated text.
#[derive(Debug, Clone, PartialEq)]
pub enum TemplatePart {
    /// Stays as it is.
    Text(Arc<str>),
    /// Is computed and inserted.
    Expr(Node),
}

/// Operators with one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-`
    Negate,
    /// `not`
    Not,
}

/// Operators with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    /// `??`
    Coalesce,
    /// `or`
    Or,
    /// `and`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `in`
    In,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
}
