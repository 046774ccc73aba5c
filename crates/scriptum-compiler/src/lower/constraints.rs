//! Constraints: clauses behind a type. What a clause means is the contract's; here its arguments are
//! read.

use scriptum_contract::{Argument, ClauseError, Constraint, Domain, Type, Value};
use scriptum_syntax::ast::{self, AstNode, StringPiece};

use super::{Lower, constant::negative};
use crate::codes;

impl Lower<'_> {
    /// Adds one clause to a type, or reports why it cannot be added.
    pub(super) fn constrain(&mut self, ty: &mut Type, written: &ast::Constraint) {
        let Some(name) = written.name() else {
            return;
        };
        let Some(clause) = Constraint::find(name.text()) else {
            let nearest = self.suggest.nearest(name.text(), names_for(ty));
            let unknown = codes::unknown_constraint(name.text(), name.span(), nearest, ty);
            return self.report(unknown);
        };
        if matches!(ty, Type::Any) {
            // Either everything is allowed, or the type was wrong and has been reported.
            return;
        }
        let reported = self.diagnostics.len();
        let arguments = written.arguments().map(|argument| self.argument(&argument));
        let Some(arguments) = arguments.collect::<Option<Vec<_>>>() else {
            if self.diagnostics.len() > reported {
                // The argument itself was reported.
                return;
            }
            return self.report(codes::constraint_arguments::not_constant(
                clause,
                written.span(),
            ));
        };
        match clause.apply(ty, &arguments) {
            Ok(constrained) => *ty = constrained,
            Err(error) => self.report_clause(clause, &error, written),
        }
    }

    fn report_clause(
        &mut self,
        clause: &'static Constraint,
        error: &ClauseError,
        written: &ast::Constraint,
    ) {
        let span = written.span();
        let diagnostic = match error {
            ClauseError::WrongType { ty, .. } => codes::misplaced_constraint(clause, ty, span),
            ClauseError::Arity { .. } | ClauseError::Argument { .. } | ClauseError::Repeated(_) => {
                codes::constraint_arguments(clause, error, span)
            }
            ClauseError::Flaw(flaw) => codes::unusable_constraint(flaw, span),
        };
        self.report(diagnostic);
    }

    /// The value of an argument: a number, or a text in which braces are repetitions and never
    /// interpolations.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "every other expression is no argument of a clause"
    )]
    fn argument(&mut self, expr: &ast::Expr) -> Option<Value> {
        match expr {
            ast::Expr::Literal(literal) => self.literal(literal.value()?, expr),
            ast::Expr::Unary(unary) => match unary.operand()? {
                ast::Expr::Literal(literal) => negative(literal.value()?),
                _ => None,
            },
            ast::Expr::String(literal) => {
                let mut text = String::new();
                for piece in literal.pieces() {
                    match piece {
                        StringPiece::Text(piece) => text.push_str(&piece),
                        StringPiece::LiteralBrace(_) => text.push('{'),
                        StringPiece::Interpolation(piece) => {
                            text.push_str(piece.span().of(self.text));
                        }
                    }
                }
                Some(Value::from(text))
            }
            _ => None,
        }
    }
}

/// The clauses that fit a type; all of them for a type that fits none.
fn names_for(ty: &Type) -> Vec<&'static str> {
    let fits = |clause: &&Constraint| domain(ty).is_none_or(|domain| clause.applies_to == domain);
    let clauses = Constraint::ALL.iter().filter(fits);
    clauses.map(|clause| clause.name).collect()
}

/// Which clauses a type takes.
pub(crate) fn domain(ty: &Type) -> Option<Domain> {
    match ty {
        Type::Text(_) => Some(Domain::Text),
        Type::Number(_) | Type::Integer(_) => Some(Domain::Number),
        Type::List(_) => Some(Domain::List),
        Type::Any
        | Type::Boolean
        | Type::Object
        | Type::Binary
        | Type::Date
        | Type::Timestamp
        | Type::Enum(_)
        | Type::Shape(_)
        | Type::Null
        | Type::Optional(_)
        | Type::Never => None,
    }
}

/// How a clause is written: `range(min, max)`, `unique`.
pub(crate) fn usage(clause: &Constraint) -> String {
    let parameters = clause
        .parameters
        .iter()
        .map(|parameter| match parameter.takes {
            Argument::Number | Argument::Count => parameter.name.to_owned(),
            Argument::Pattern => format!("\"{}\"", parameter.name),
        });
    let parameters: Vec<String> = parameters.collect();
    if parameters.is_empty() {
        return clause.name.to_owned();
    }
    format!("{}({})", clause.name, parameters.join(", "))
}
