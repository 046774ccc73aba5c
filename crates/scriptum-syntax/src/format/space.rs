//! Where a space stands between two words of a line.

use super::pieces::Word;
use crate::SyntaxKind;

/// True when a space stands between two neighbors of a line.
pub(super) fn stands_between(left: &Word<'_>, right: &Word<'_>) -> bool {
    if are_one_mark_together(left.kind, right.kind) {
        return true;
    }
    if left.kind == SyntaxKind::LeftBrace && right.kind == SyntaxKind::RightBrace {
        return false;
    }
    !binds_right(left) && !binds_left(right)
}

/// True for marks that would be read as another mark without the space: `- -` as a comment, `? .` as `?.`.
fn are_one_mark_together(left: SyntaxKind, right: SyntaxKind) -> bool {
    let is_comment = left == SyntaxKind::Minus && right == SyntaxKind::Minus;
    let is_operator = left == SyntaxKind::QuestionMark
        && matches!(right, SyntaxKind::Dot | SyntaxKind::QuestionMark);
    is_comment || is_operator
}

/// True for words that what follows is written next to.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "every other word stands apart"
)]
fn binds_right(word: &Word<'_>) -> bool {
    match word.kind {
        SyntaxKind::LeftParen
        | SyntaxKind::LeftBracket
        | SyntaxKind::Dot
        | SyntaxKind::QuestionDot
        | SyntaxKind::ColonColon => true,
        SyntaxKind::Less => word.parent == SyntaxKind::ListType,
        SyntaxKind::Minus => matches!(word.parent, SyntaxKind::UnaryExpr | SyntaxKind::EnumVariant),
        _ => false,
    }
}

/// True for words that are written next to what precedes them.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "every other word stands apart"
)]
fn binds_left(word: &Word<'_>) -> bool {
    match word.kind {
        SyntaxKind::RightParen
        | SyntaxKind::RightBracket
        | SyntaxKind::Comma
        | SyntaxKind::Dot
        | SyntaxKind::QuestionDot
        | SyntaxKind::ColonColon
        | SyntaxKind::QuestionMark => true,
        SyntaxKind::Less | SyntaxKind::Greater => word.parent == SyntaxKind::ListType,
        SyntaxKind::LeftParen => {
            let is_call = matches!(word.parent, SyntaxKind::Constraint | SyntaxKind::ToolSource);
            is_call || word.parent == SyntaxKind::ArgumentList
        }
        SyntaxKind::LeftBracket => word.parent == SyntaxKind::IndexExpr,
        SyntaxKind::Colon => match word.parent {
            SyntaxKind::Field => word.grandparent == SyntaxKind::ShapeType,
            SyntaxKind::EnumDecl | SyntaxKind::EnvEntry => false,
            _ => true,
        },
        _ => false,
    }
}
