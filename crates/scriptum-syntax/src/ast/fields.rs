//! Fields and their types.

use super::{AstNode, Expr, Name, ast_node, child, children, doc, name, token};
use crate::{SyntaxKind, SyntaxNode};

ast_node! {
    /// `name : type constraints = default -- documentation`, with its child fields.
    Field = Field
}

impl Field {
    /// The field's name.
    pub fn name(&self) -> Option<Name> {
        name(&self.0)
    }

    /// The type.
    pub fn ty(&self) -> Option<Type> {
        child(&self.0)
    }

    /// The constraints after the type, in the order of the text.
    pub fn constraints(&self) -> impl Iterator<Item = Constraint> + use<> {
        children(&self.0)
    }

    /// The default; a field without one is required.
    pub fn default(&self) -> Option<Expr> {
        child(&self.0)
    }

    /// The trailing comment.
    pub fn doc(&self) -> Option<String> {
        doc(&self.0)
    }

    /// The indented fields below: the shape of an `object` or of the elements of a `list<object>`.
    pub fn children(&self) -> impl Iterator<Item = Field> + use<> {
        children(&self.0)
    }
}

ast_node! {
    /// `range(0, 1)`, `pattern("…")`, `unique`
    Constraint = Constraint
}

impl Constraint {
    /// The clause's name.
    pub fn name(&self) -> Option<Name> {
        name(&self.0)
    }

    /// What stands between the parentheses.
    pub fn arguments(&self) -> impl Iterator<Item = Expr> + use<> {
        children(&self.0)
    }

    /// False for a bare word such as `unique`.
    pub fn has_parens(&self) -> bool {
        token(&self.0, SyntaxKind::LeftParen).is_some()
    }
}

/// A type as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// `text`, `Mode`, or a bare `list`
    Named(NamedType),
    /// `list<T>`
    List(ListType),
    /// `{ a: text }`
    Shape(ShapeType),
}

impl AstNode for Type {
    fn is(kind: SyntaxKind) -> bool {
        NamedType::is(kind) || ListType::is(kind) || ShapeType::is(kind)
    }

    fn cast(node: SyntaxNode) -> Option<Type> {
        let kind = node.kind();
        if kind == SyntaxKind::NamedType {
            NamedType::cast(node).map(Type::Named)
        } else if kind == SyntaxKind::ListType {
            ListType::cast(node).map(Type::List)
        } else {
            ShapeType::cast(node).map(Type::Shape)
        }
    }

    fn syntax(&self) -> &SyntaxNode {
        match self {
            Type::Named(ty) => ty.syntax(),
            Type::List(ty) => ty.syntax(),
            Type::Shape(ty) => ty.syntax(),
        }
    }
}

ast_node! {
    /// `text`, `Mode`, or a bare `list`
    NamedType = NamedType
}

impl NamedType {
    /// The type's name.
    pub fn name(&self) -> Option<Name> {
        name(&self.0)
    }
}

ast_node! {
    /// `list<T constraints>`
    ListType = ListType
}

impl ListType {
    /// The type of the elements.
    pub fn element(&self) -> Option<Type> {
        child(&self.0)
    }

    /// The constraints on the elements.
    pub fn constraints(&self) -> impl Iterator<Item = Constraint> + use<> {
        children(&self.0)
    }
}

ast_node! {
    /// `{ a: text, b: number }`
    ShapeType = ShapeType
}

impl ShapeType {
    /// The fields, in the order of the text.
    pub fn fields(&self) -> impl Iterator<Item = Field> + use<> {
        children(&self.0)
    }
}
