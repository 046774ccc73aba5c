//! Expressions.

use super::{
    AstNode, Name, StringLiteral, Type, ast_node, child, children, name, names, node, token, tokens,
};
use crate::{Span, SyntaxKind, SyntaxNode, SyntaxToken};

/// Any expression.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Expr {
    /// `3`, `true`, `null`
    Literal(LiteralExpr),
    /// `"text {expr}"`
    String(StringLiteral),
    /// `topic`
    Name(NameExpr),
    /// `a.b`, `a?.b`
    Field(FieldExpr),
    /// `a[0]`, `a?[0]`
    Index(IndexExpr),
    /// `a.b?`
    Optional(OptionalExpr),
    /// `f(x)`
    Call(CallExpr),
    /// `x => expr`
    Lambda(LambdaExpr),
    /// `[a, b]`
    List(ListExpr),
    /// `{ a: 1 }`
    Object(ObjectExpr),
    /// `(a)`
    Paren(ParenExpr),
    /// `-a`, `not a`
    Unary(UnaryExpr),
    /// `a + b`
    Binary(BinaryExpr),
    /// `if c then a else b`
    If(IfExpr),
    /// `list<text>` as a value, in a `schema`
    Type(TypeExpr),
}

impl AstNode for Expr {
    fn is(kind: SyntaxKind) -> bool {
        kind.is_expr()
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "most kinds are not expressions"
    )]
    fn cast(node: SyntaxNode) -> Option<Expr> {
        Some(match node.kind() {
            SyntaxKind::LiteralExpr => Expr::Literal(LiteralExpr(node)),
            SyntaxKind::StringExpr => Expr::String(StringLiteral::cast(node)?),
            SyntaxKind::NameExpr => Expr::Name(NameExpr(node)),
            SyntaxKind::FieldExpr => Expr::Field(FieldExpr(node)),
            SyntaxKind::IndexExpr => Expr::Index(IndexExpr(node)),
            SyntaxKind::OptionalExpr => Expr::Optional(OptionalExpr(node)),
            SyntaxKind::CallExpr => Expr::Call(CallExpr(node)),
            SyntaxKind::LambdaExpr => Expr::Lambda(LambdaExpr(node)),
            SyntaxKind::ListExpr => Expr::List(ListExpr(node)),
            SyntaxKind::ObjectExpr => Expr::Object(ObjectExpr(node)),
            SyntaxKind::ParenExpr => Expr::Paren(ParenExpr(node)),
            SyntaxKind::UnaryExpr => Expr::Unary(UnaryExpr(node)),
            SyntaxKind::BinaryExpr => Expr::Binary(BinaryExpr(node)),
            SyntaxKind::IfExpr => Expr::If(IfExpr(node)),
            SyntaxKind::TypeExpr => Expr::Type(TypeExpr(node)),
            _ => return None,
        })
    }

    fn syntax(&self) -> &SyntaxNode {
        match self {
            Expr::Literal(expr) => expr.syntax(),
            Expr::String(expr) => expr.syntax(),
            Expr::Name(expr) => expr.syntax(),
            Expr::Field(expr) => expr.syntax(),
            Expr::Index(expr) => expr.syntax(),
            Expr::Optional(expr) => expr.syntax(),
            Expr::Call(expr) => expr.syntax(),
            Expr::Lambda(expr) => expr.syntax(),
            Expr::List(expr) => expr.syntax(),
            Expr::Object(expr) => expr.syntax(),
            Expr::Paren(expr) => expr.syntax(),
            Expr::Unary(expr) => expr.syntax(),
            Expr::Binary(expr) => expr.syntax(),
            Expr::If(expr) => expr.syntax(),
            Expr::Type(expr) => expr.syntax(),
        }
    }
}

ast_node! {
    /// A number, `true`, `false` or `null`.
    LiteralExpr = LiteralExpr
}

/// The value of a literal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Literal {
    /// A number without sign.
    Number(Number),
    /// `true` or `false`
    Boolean(bool),
    /// `null`
    Null,
}

/// The value of a number token; signs are operators.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// Digits alone. Up to 2⁶⁴ − 1, so that the least signed integer can be written with a minus.
    Integer(u64),
    /// With a fraction or an exponent; always finite.
    Decimal(f64),
    /// Too large for either, or not a number at all.
    OutOfRange,
}

impl LiteralExpr {
    /// The value.
    pub fn value(&self) -> Option<Literal> {
        tokens(&self.0).find_map(|token| literal(&token))
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "every other token is no literal"
)]
fn literal(token: &SyntaxToken) -> Option<Literal> {
    match token.kind() {
        SyntaxKind::TrueKw => Some(Literal::Boolean(true)),
        SyntaxKind::FalseKw => Some(Literal::Boolean(false)),
        SyntaxKind::NullKw => Some(Literal::Null),
        _ => number(token).map(Literal::Number),
    }
}

/// The value of `token`, if it is a number.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "every other token is no number"
)]
pub(super) fn number(token: &SyntaxToken) -> Option<Number> {
    match token.kind() {
        SyntaxKind::Integer => Some(
            token
                .text()
                .parse()
                .map_or(Number::OutOfRange, Number::Integer),
        ),
        SyntaxKind::Decimal => {
            let value = token
                .text()
                .parse::<f64>()
                .ok()
                .filter(|value| value.is_finite());
            Some(value.map_or(Number::OutOfRange, Number::Decimal))
        }
        SyntaxKind::BadNumber => Some(Number::OutOfRange),
        _ => None,
    }
}

ast_node! {
    /// A bare name.
    NameExpr = NameExpr
}

impl NameExpr {
    /// The name.
    pub fn name(&self) -> Option<Name> {
        name(&self.0)
    }
}

ast_node! {
    /// `a.b` or `a?.b`
    FieldExpr = FieldExpr
}

impl FieldExpr {
    /// What the field is read from.
    pub fn base(&self) -> Option<Expr> {
        child(&self.0)
    }

    /// The field.
    pub fn field(&self) -> Option<Name> {
        name(&self.0)
    }

    /// True for `?.`.
    pub fn is_null_safe(&self) -> bool {
        token(&self.0, SyntaxKind::QuestionDot).is_some()
    }
}

ast_node! {
    /// `a[0]` or `a?[0]`
    IndexExpr = IndexExpr
}

impl IndexExpr {
    /// What is indexed.
    pub fn base(&self) -> Option<Expr> {
        child(&self.0)
    }

    /// The index.
    pub fn index(&self) -> Option<Expr> {
        let open = token(&self.0, SyntaxKind::LeftBracket)?.span().end;
        children::<Expr>(&self.0).find(|expr| open <= expr.syntax().span().start)
    }

    /// True for `?[`.
    pub fn is_null_safe(&self) -> bool {
        token(&self.0, SyntaxKind::QuestionMark).is_some()
    }
}

ast_node! {
    /// `a?`
    OptionalExpr = OptionalExpr
}

impl OptionalExpr {
    /// What may be missing.
    pub fn base(&self) -> Option<Expr> {
        child(&self.0)
    }
}

ast_node! {
    /// `f(x, y)`
    CallExpr = CallExpr
}

impl CallExpr {
    /// What is called; a name in every correct program.
    pub fn callee(&self) -> Option<Expr> {
        child(&self.0)
    }

    /// The name of the function, when a bare name is called.
    pub fn function(&self) -> Option<Name> {
        match self.callee()? {
            Expr::Name(callee) => callee.name(),
            Expr::Literal(_)
            | Expr::String(_)
            | Expr::Field(_)
            | Expr::Index(_)
            | Expr::Optional(_)
            | Expr::Call(_)
            | Expr::Lambda(_)
            | Expr::List(_)
            | Expr::Object(_)
            | Expr::Paren(_)
            | Expr::Unary(_)
            | Expr::Binary(_)
            | Expr::If(_)
            | Expr::Type(_) => None,
        }
    }

    /// The arguments, in the order of the text.
    pub fn arguments(&self) -> impl Iterator<Item = Expr> + use<> {
        let list = node(&self.0, SyntaxKind::ArgumentList);
        list.into_iter()
            .flat_map(|list| list.children())
            .filter_map(Expr::cast)
    }

    /// The parentheses and what they hold.
    pub fn arguments_span(&self) -> Option<Span> {
        let list = node(&self.0, SyntaxKind::ArgumentList)?;
        Some(super::span_of(&list))
    }
}

ast_node! {
    /// `x => expr` or `(x, i) => expr`
    LambdaExpr = LambdaExpr
}

impl LambdaExpr {
    /// The parameters, in the order of the text.
    pub fn parameters(&self) -> impl Iterator<Item = Name> + use<> {
        let list = node(&self.0, SyntaxKind::ParameterList);
        list.into_iter().flat_map(|list| names(&list))
    }

    /// What the lambda computes.
    pub fn body(&self) -> Option<Expr> {
        child(&self.0)
    }
}

ast_node! {
    /// `[a, b]`
    ListExpr = ListExpr
}

impl ListExpr {
    /// The elements, in the order of the text.
    pub fn elements(&self) -> impl Iterator<Item = Expr> + use<> {
        children(&self.0)
    }
}

ast_node! {
    /// `{ key: value, "any key": value }`
    ObjectExpr = ObjectExpr
}

impl ObjectExpr {
    /// The entries, in the order of the text.
    pub fn entries(&self) -> impl Iterator<Item = ObjectEntry> + use<> {
        children(&self.0)
    }
}

ast_node! {
    /// `key: value`
    ObjectEntry = ObjectEntry
}

/// The key of an object entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ObjectKey {
    /// `key`
    Word(Name),
    /// `"any key"`
    Text(StringLiteral),
}

impl ObjectEntry {
    /// The key.
    pub fn key(&self) -> Option<ObjectKey> {
        match name(&self.0) {
            Some(word) => Some(ObjectKey::Word(word)),
            None => super::clauses::label(&self.0).map(ObjectKey::Text),
        }
    }

    /// The value.
    pub fn value(&self) -> Option<Expr> {
        child(&self.0)
    }
}

ast_node! {
    /// `(a)`
    ParenExpr = ParenExpr
}

impl ParenExpr {
    /// What stands between the parentheses.
    pub fn inner(&self) -> Option<Expr> {
        child(&self.0)
    }
}

ast_node! {
    /// `-a` or `not a`
    UnaryExpr = UnaryExpr
}

/// An operator before one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-`
    Negate,
    /// `not`
    Not,
}

impl UnaryExpr {
    /// The operator.
    pub fn op(&self) -> Option<UnaryOp> {
        tokens(&self.0).find_map(|token| unary_op(token.kind()))
    }

    /// The operand.
    pub fn operand(&self) -> Option<Expr> {
        child(&self.0)
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "every other token is no unary operator"
)]
fn unary_op(kind: SyntaxKind) -> Option<UnaryOp> {
    match kind {
        SyntaxKind::Minus => Some(UnaryOp::Negate),
        SyntaxKind::NotKw | SyntaxKind::Bang => Some(UnaryOp::Not),
        _ => None,
    }
}

ast_node! {
    /// `a + b`
    BinaryExpr = BinaryExpr
}

/// An operator between two operands.
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

impl BinaryExpr {
    /// The left operand.
    pub fn left(&self) -> Option<Expr> {
        let (_, op) = self.op_token()?;
        child::<Expr>(&self.0).filter(|expr| expr.syntax().span().end <= op.span().start)
    }

    /// The operator.
    pub fn op(&self) -> Option<BinaryOp> {
        self.op_token().map(|(op, _)| op)
    }

    /// Where the operator stands.
    pub fn op_span(&self) -> Option<Span> {
        self.op_token().map(|(_, token)| token.span())
    }

    /// The right operand.
    pub fn right(&self) -> Option<Expr> {
        let (_, op) = self.op_token()?;
        children::<Expr>(&self.0).find(|expr| op.span().end <= expr.syntax().span().start)
    }

    fn op_token(&self) -> Option<(BinaryOp, SyntaxToken)> {
        let token = self.0.token_of(|kind| binary_op(kind).is_some())?;
        Some((binary_op(token.kind())?, token))
    }
}

/// The operator that a token is; those of other languages count as what they mean there.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "every other token is no binary operator"
)]
pub(crate) fn binary_op(kind: SyntaxKind) -> Option<BinaryOp> {
    Some(match kind {
        SyntaxKind::QuestionQuestion => BinaryOp::Coalesce,
        SyntaxKind::OrKw | SyntaxKind::OrOr => BinaryOp::Or,
        SyntaxKind::AndKw | SyntaxKind::AndAnd => BinaryOp::And,
        SyntaxKind::EqualEqual | SyntaxKind::TripleEqual => BinaryOp::Equal,
        SyntaxKind::NotEqual | SyntaxKind::NotDoubleEqual => BinaryOp::NotEqual,
        SyntaxKind::Less => BinaryOp::Less,
        SyntaxKind::LessEqual => BinaryOp::LessEqual,
        SyntaxKind::Greater => BinaryOp::Greater,
        SyntaxKind::GreaterEqual => BinaryOp::GreaterEqual,
        SyntaxKind::InKw => BinaryOp::In,
        SyntaxKind::Plus => BinaryOp::Add,
        SyntaxKind::Minus => BinaryOp::Subtract,
        SyntaxKind::Star => BinaryOp::Multiply,
        SyntaxKind::Slash => BinaryOp::Divide,
        SyntaxKind::Percent => BinaryOp::Remainder,
        _ => return None,
    })
}

ast_node! {
    /// `if c then a else b`
    IfExpr = IfExpr
}

impl IfExpr {
    /// What is tested.
    pub fn condition(&self) -> Option<Expr> {
        self.after(SyntaxKind::IfKw)
    }

    /// The value when it holds.
    pub fn then_value(&self) -> Option<Expr> {
        self.after(SyntaxKind::ThenKw)
    }

    /// The value when it does not.
    pub fn else_value(&self) -> Option<Expr> {
        self.after(SyntaxKind::ElseKw)
    }

    /// The expression that directly follows a word.
    fn after(&self, word: SyntaxKind) -> Option<Expr> {
        let mut rest = self
            .0
            .children_with_tokens()
            .skip_while(|element| element.kind() != word)
            .skip(1);
        let next = rest.find(|element| !element.kind().is_trivia())?;
        Expr::cast(next.into_node()?)
    }
}

ast_node! {
    /// A type in the place of a value, in a `schema`.
    TypeExpr = TypeExpr
}

impl TypeExpr {
    /// The type.
    pub fn ty(&self) -> Option<Type> {
        child(&self.0)
    }

    /// The constraints after the type.
    pub fn constraints(&self) -> impl Iterator<Item = super::Constraint> + use<> {
        children(&self.0)
    }
}
