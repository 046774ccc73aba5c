//! Decides whether `{…}` in a string is an expression, one token at a time.
//!
//! A `{` may be an interpolation or plain text such as JSON, and where the string ends depends on
//! which. The answer is found by feeding tokens to a small automaton that knows which token may follow
//! which; it says no at the first that cannot, so plain text is given up after a word or two. It is no
//! parser: what it lets through is parsed, and reported, like any other expression.

use crate::SyntaxKind;

/// How deep brackets may nest in one interpolation; deeper is taken for text.
const DEPTH_MAX: usize = 32;

/// What the tokens read so far allow next.
pub(super) struct Shape {
    state: State,
    open: Vec<Open>,
    /// Tokens read so far, and whether all of them were numbers.
    only_numbers: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// An operand must come.
    Operand,
    /// An operand must come, or the bracket just opened closes again.
    OperandOrClose,
    /// A field name must come.
    FieldName,
    /// An object key must come, or the brace closes.
    Key,
    /// The colon of an object entry must come.
    KeyColon,
    /// An operand has come.
    Operator,
    /// A bare name or a closing parenthesis has come: also a lambda may begin.
    OperatorOrLambda,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Paren,
    Bracket,
    Brace,
    IfCondition,
    IfThen,
}

/// What the automaton says about a token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// So far an expression.
    GoOn,
    /// The token is the `}` that ends the interpolation.
    Closed,
    /// Not an expression.
    No,
}

impl Shape {
    pub(super) fn new() -> Shape {
        Shape {
            state: State::Operand,
            open: Vec::new(),
            only_numbers: true,
        }
    }

    /// Judges the next token that is not trivia; a nested string is one [`SyntaxKind::String`].
    pub(super) fn feed(&mut self, kind: SyntaxKind) -> Verdict {
        if kind == SyntaxKind::RightBrace && self.open.is_empty() {
            return self.close();
        }
        self.only_numbers &= kind == SyntaxKind::Integer;
        let next = match self.state {
            State::Operand => self.operand(kind),
            State::OperandOrClose => self.closer(kind).or_else(|| self.operand(kind)),
            State::FieldName => kind.is_word().then_some(State::Operator),
            State::Key => self.key(kind),
            State::KeyColon => (kind == SyntaxKind::Colon).then_some(State::Operand),
            State::OperatorOrLambda if kind == SyntaxKind::FatArrow => Some(State::Operand),
            State::Operator | State::OperatorOrLambda => self.operator(kind),
        };
        match next {
            Some(state) if self.open.len() <= DEPTH_MAX => {
                self.state = state;
                Verdict::GoOn
            }
            Some(_) | None => Verdict::No,
        }
    }

    /// `{4}` alone is no use as an expression, and every regular expression writes it.
    fn close(&self) -> Verdict {
        let complete = matches!(self.state, State::Operator | State::OperatorOrLambda);
        if complete && !self.only_numbers {
            Verdict::Closed
        } else {
            Verdict::No
        }
    }

    fn operand(&mut self, kind: SyntaxKind) -> Option<State> {
        match kind {
            SyntaxKind::Integer
            | SyntaxKind::Decimal
            | SyntaxKind::String
            | SyntaxKind::SingleQuoted
            | SyntaxKind::TrueKw
            | SyntaxKind::FalseKw
            | SyntaxKind::NullKw => Some(State::Operator),
            SyntaxKind::Minus | SyntaxKind::NotKw | SyntaxKind::Bang => Some(State::Operand),
            SyntaxKind::LeftParen => Some(self.enter(Open::Paren, State::Operand)),
            SyntaxKind::LeftBracket => Some(self.enter(Open::Bracket, State::OperandOrClose)),
            SyntaxKind::LeftBrace => Some(self.enter(Open::Brace, State::Key)),
            SyntaxKind::IfKw => Some(self.enter(Open::IfCondition, State::Operand)),
            _ => (kind.is_word() && !kind.is_reserved()).then_some(State::OperatorOrLambda),
        }
    }

    fn operator(&mut self, kind: SyntaxKind) -> Option<State> {
        match kind {
            SyntaxKind::Dot | SyntaxKind::QuestionDot => Some(State::FieldName),
            SyntaxKind::QuestionMark => Some(State::Operator),
            SyntaxKind::LeftParen => Some(self.enter(Open::Paren, State::OperandOrClose)),
            SyntaxKind::LeftBracket => Some(self.enter(Open::Bracket, State::Operand)),
            SyntaxKind::Comma => self.comma(),
            SyntaxKind::ThenKw => {
                self.replace(Open::IfCondition, Some(Open::IfThen), State::Operand)
            }
            SyntaxKind::ElseKw => self.replace(Open::IfThen, None, State::Operand),
            _ if crate::ast::binary_op(kind).is_some() => Some(State::Operand),
            _ => self.closer(kind),
        }
    }

    fn key(&mut self, kind: SyntaxKind) -> Option<State> {
        if kind == SyntaxKind::RightBrace {
            return self.closer(kind);
        }
        (kind.is_word() || kind == SyntaxKind::String).then_some(State::KeyColon)
    }

    fn comma(&self) -> Option<State> {
        match self.open.last()? {
            Open::Paren | Open::Bracket => Some(State::OperandOrClose),
            Open::Brace => Some(State::Key),
            Open::IfCondition | Open::IfThen => None,
        }
    }

    fn closer(&mut self, kind: SyntaxKind) -> Option<State> {
        match kind {
            SyntaxKind::RightParen => self.replace(Open::Paren, None, State::OperatorOrLambda),
            SyntaxKind::RightBracket => self.replace(Open::Bracket, None, State::Operator),
            SyntaxKind::RightBrace => self.replace(Open::Brace, None, State::Operator),
            _ => None,
        }
    }

    fn enter(&mut self, open: Open, state: State) -> State {
        self.open.push(open);
        state
    }

    /// Leaves `open`, which must be the innermost one, and enters another.
    fn replace(&mut self, open: Open, by: Option<Open>, state: State) -> Option<State> {
        if self.open.last() != Some(&open) {
            return None;
        }
        self.open.pop();
        self.open.extend(by);
        Some(state)
    }
}
