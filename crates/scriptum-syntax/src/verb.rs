//! The verbs: the words that begin steps, and what steps of each verb may have.

use crate::SyntaxKind;

/// The word that begins a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// Calls a tool.
    Do,
    /// Names a value.
    Let,
    /// Runs a body for each item of a list.
    Each,
    /// Takes one of several branches.
    Decide,
    /// Tests a condition.
    Check,
    /// Runs lanes at once.
    Together,
    /// Runs a body for each item of a stream.
    Pipe,
    /// Runs a body until something holds.
    Repeat,
    /// Waits for a time or an event.
    Wait,
    /// Lets a model think and use tools.
    Agent,
    /// Asks a person.
    Ask,
    /// Lets a model write a script.
    Plan,
    /// Runs another script.
    Run,
    /// Ends a scope with a result.
    Emit,
    /// Tells the watchers something.
    Yield,
    /// Sends a message through a channel.
    Send,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Verb; 16] = [
        Verb::Do,
        Verb::Let,
        Verb::Each,
        Verb::Decide,
        Verb::Check,
        Verb::Together,
        Verb::Pipe,
        Verb::Repeat,
        Verb::Wait,
        Verb::Agent,
        Verb::Ask,
        Verb::Plan,
        Verb::Run,
        Verb::Emit,
        Verb::Yield,
        Verb::Send,
    ];

    /// The word itself.
    pub fn word(self) -> &'static str {
        match self {
            Verb::Do => "do",
            Verb::Let => "let",
            Verb::Each => "each",
            Verb::Decide => "decide",
            Verb::Check => "check",
            Verb::Together => "together",
            Verb::Pipe => "pipe",
            Verb::Repeat => "repeat",
            Verb::Wait => "wait",
            Verb::Agent => "agent",
            Verb::Ask => "ask",
            Verb::Plan => "plan",
            Verb::Run => "run",
            Verb::Emit => "emit",
            Verb::Yield => "yield",
            Verb::Send => "send",
        }
    }

    /// The verb that a keyword is.
    pub fn of(kind: SyntaxKind) -> Option<Verb> {
        let index = (kind as usize).checked_sub(SyntaxKind::DoKw as usize)?;
        Verb::ALL.get(index).copied()
    }

    /// The keyword of the verb.
    pub fn keyword(self) -> SyntaxKind {
        SyntaxKind::of_word(self.word())
    }

    /// True when a step of this verb may have an arrow.
    pub fn can_bind(self) -> bool {
        match self {
            Verb::Let | Verb::Emit | Verb::Yield | Verb::Send | Verb::Check => false,
            Verb::Do
            | Verb::Each
            | Verb::Decide
            | Verb::Together
            | Verb::Pipe
            | Verb::Repeat
            | Verb::Wait
            | Verb::Agent
            | Verb::Ask
            | Verb::Plan
            | Verb::Run => true,
        }
    }

    /// True when a step of this verb may have an `on error:` clause.
    pub fn can_recover(self) -> bool {
        match self {
            Verb::Do | Verb::Agent | Verb::Plan | Verb::Run | Verb::Ask => true,
            Verb::Let
            | Verb::Each
            | Verb::Decide
            | Verb::Check
            | Verb::Together
            | Verb::Pipe
            | Verb::Repeat
            | Verb::Wait
            | Verb::Emit
            | Verb::Yield
            | Verb::Send => false,
        }
    }

    /// True for `each`, `pipe` and `repeat`, whose body runs many times.
    pub fn is_loop(self) -> bool {
        matches!(self, Verb::Each | Verb::Pipe | Verb::Repeat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_and_their_keywords_stand_in_one_order() {
        for verb in Verb::ALL {
            assert_eq!(Verb::of(verb.keyword()), Some(verb));
        }
        assert_eq!(Verb::of(SyntaxKind::WithKw), None);
        assert_eq!(Verb::of(SyntaxKind::Ident), None);
    }
}
