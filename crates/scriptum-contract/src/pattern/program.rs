//! From the structure of a pattern to a flat program: what to do at each place, and where to go on.

use super::{
    PatternError,
    parse::{Node, Parsed, Repeat},
    set::Set,
};
use crate::limits::PATTERN_OPS_MAX;

/// One thing to do. Places in the program are indices; without a jump the next op follows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Op {
    /// Takes a character of the set, to the left when reading backward.
    One {
        set: u32,
        backward: bool,
    },
    /// Tries one place, and the other if that fails.
    Split {
        first: u32,
        second: u32,
    },
    Jump(u32),
    Start {
        of_line: bool,
    },
    End {
        of_line: bool,
    },
    Boundary {
        word: u32,
        negative: bool,
    },
    /// Runs the ops that follow, up to a `Done`, from here and on their own; then goes to `next`.
    Look {
        negative: bool,
        next: u32,
    },
    /// The pattern, or the lookaround, matches.
    Done,
    /// Remembers the place in the text.
    Save(u32),
    /// Forgets the places from one to the other.
    Forget {
        from: u32,
        to: u32,
    },
    /// Fails unless the place in the text has moved since it was saved.
    Moved(u32),
    /// Takes what a group matched; `groups` is an index into the lists of groups.
    BackReference {
        groups: u32,
        backward: bool,
    },
}

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) ops: Vec<Op>,
    pub(super) sets: Vec<Set>,
    /// Lists of groups that a back reference means; of several at most one has matched.
    pub(super) groups: Vec<Vec<usize>>,
    /// Places to remember: two for each group, then one for each repetition. None in a pattern
    /// without back references, whose search depends on nothing that was before.
    pub(super) slots: usize,
    /// True when a match can only begin where the text does.
    pub(super) anchored: bool,
}

impl Program {
    pub(super) fn new(parsed: &Parsed) -> Result<Program, PatternError> {
        let mut writer = Writer {
            parsed,
            ops: vec![],
            groups: vec![],
            slots: 2 * parsed.captures,
        };
        writer.node(&parsed.root, false)?;
        writer.push(Op::Done)?;
        Ok(Program {
            anchored: is_anchored(&parsed.root),
            ops: writer.ops,
            sets: parsed.sets.clone(),
            groups: writer.groups,
            slots: if parsed.has_back_references {
                writer.slots
            } else {
                0
            },
        })
    }
}

fn is_anchored(node: &Node) -> bool {
    match node {
        Node::Start { of_line } => !of_line,
        Node::Sequence(parts) => parts.first().is_some_and(is_anchored),
        Node::Choice(branches) => branches.iter().all(is_anchored),
        Node::Capture { body, .. } => is_anchored(body),
        Node::One(_)
        | Node::End { .. }
        | Node::Boundary { .. }
        | Node::BackReference(_)
        | Node::NamedReference(_)
        | Node::Look { .. }
        | Node::Repeat(_) => false,
    }
}

struct Writer<'p> {
    parsed: &'p Parsed,
    ops: Vec<Op>,
    groups: Vec<Vec<usize>>,
    slots: usize,
}

impl Writer<'_> {
    fn push(&mut self, op: Op) -> Result<u32, PatternError> {
        if self.ops.len() >= PATTERN_OPS_MAX {
            return Err(PatternError::TooLarge);
        }
        self.ops.push(op);
        Ok(self.here() - 1)
    }

    fn here(&self) -> u32 {
        index(self.ops.len())
    }

    fn set(&mut self, at: u32, op: Op) {
        if let Some(slot) = self.ops.get_mut(at as usize) {
            *slot = op;
        }
    }

    fn node(&mut self, node: &Node, backward: bool) -> Result<(), PatternError> {
        match node {
            Node::One(set) => self.push(Op::One {
                set: index(*set),
                backward,
            })?,
            Node::Start { of_line } => self.push(Op::Start { of_line: *of_line })?,
            Node::End { of_line } => self.push(Op::End { of_line: *of_line })?,
            Node::Boundary { word, negative } => self.push(Op::Boundary {
                word: index(*word),
                negative: *negative,
            })?,
            Node::BackReference(groups) => self.back_reference(groups.clone(), backward)?,
            Node::NamedReference(name) => {
                let named = self.parsed.names.iter().filter(|(known, _)| known == name);
                let groups = named.map(|(_, group)| *group).collect();
                self.back_reference(groups, backward)?
            }
            Node::Sequence(parts) => return self.sequence(parts, backward),
            Node::Choice(branches) => return self.choice(branches, backward),
            Node::Capture { index, body } => return self.capture(*index, body, backward),
            Node::Look {
                behind,
                negative,
                body,
            } => return self.look(*behind, *negative, body),
            Node::Repeat(repeat) => return self.repeat(repeat, backward),
        };
        Ok(())
    }

    fn sequence(&mut self, parts: &[Node], backward: bool) -> Result<(), PatternError> {
        if backward {
            parts
                .iter()
                .rev()
                .try_for_each(|part| self.node(part, true))
        } else {
            parts.iter().try_for_each(|part| self.node(part, false))
        }
    }

    fn choice(&mut self, branches: &[Node], backward: bool) -> Result<(), PatternError> {
        let mut ends = Vec::new();
        let mut branches = branches.iter().peekable();
        while let Some(branch) = branches.next() {
            if branches.peek().is_none() {
                self.node(branch, backward)?;
                continue;
            }
            let split = self.push(Op::Done)?;
            self.node(branch, backward)?;
            ends.push(self.push(Op::Done)?);
            let second = self.here();
            self.set(
                split,
                Op::Split {
                    first: split + 1,
                    second,
                },
            );
        }
        let end = self.here();
        for at in ends {
            self.set(at, Op::Jump(end));
        }
        Ok(())
    }

    /// Ops that only matter to back references are left out of patterns without any.
    fn remember(&mut self, op: Op) -> Result<(), PatternError> {
        if self.parsed.has_back_references {
            self.push(op)?;
        }
        Ok(())
    }

    fn capture(&mut self, group: usize, body: &Node, backward: bool) -> Result<(), PatternError> {
        let (left, right) = (index(2 * group), index(2 * group + 1));
        let (first, last) = if backward {
            (right, left)
        } else {
            (left, right)
        };
        self.remember(Op::Save(first))?;
        self.node(body, backward)?;
        self.remember(Op::Save(last))
    }

    fn back_reference(&mut self, groups: Vec<usize>, backward: bool) -> Result<u32, PatternError> {
        self.groups.push(groups);
        let groups = index(self.groups.len() - 1);
        self.push(Op::BackReference { groups, backward })
    }

    fn look(&mut self, behind: bool, negative: bool, body: &Node) -> Result<(), PatternError> {
        let look = self.push(Op::Done)?;
        self.node(body, behind)?;
        self.push(Op::Done)?;
        let next = self.here();
        self.set(look, Op::Look { negative, next });
        Ok(())
    }

    /// The rounds that must be, then those that may be.
    fn repeat(&mut self, repeat: &Repeat, backward: bool) -> Result<(), PatternError> {
        for _ in 0..repeat.min {
            let before = self.ops.len();
            self.round(repeat, backward)?;
            if self.ops.len() == before {
                // Nothing repeated is still nothing, however often.
                return Ok(());
            }
        }
        match repeat.max {
            None => self.endless(repeat, backward),
            Some(max) => self.at_most(max.saturating_sub(repeat.min), repeat, backward),
        }
    }

    fn round(&mut self, repeat: &Repeat, backward: bool) -> Result<(), PatternError> {
        if !repeat.captures.is_empty() {
            let from = index(2 * repeat.captures.start);
            let to = index(2 * repeat.captures.end);
            self.remember(Op::Forget { from, to })?;
        }
        self.node(&repeat.body, backward)
    }

    fn endless(&mut self, repeat: &Repeat, backward: bool) -> Result<(), PatternError> {
        let slot = index(self.slots);
        self.slots += 1;
        let split = self.push(Op::Done)?;
        self.remember(Op::Save(slot))?;
        self.round(repeat, backward)?;
        self.remember(Op::Moved(slot))?;
        self.push(Op::Jump(split))?;
        let end = self.here();
        self.set(split, either(split + 1, end, repeat.greedy));
        Ok(())
    }

    fn at_most(
        &mut self,
        rounds: u32,
        repeat: &Repeat,
        backward: bool,
    ) -> Result<(), PatternError> {
        let slot = index(self.slots);
        self.slots += 1;
        let mut splits = Vec::new();
        for _ in 0..rounds {
            splits.push(self.push(Op::Done)?);
            self.remember(Op::Save(slot))?;
            self.round(repeat, backward)?;
            self.remember(Op::Moved(slot))?;
        }
        let end = self.here();
        for split in splits {
            self.set(split, either(split + 1, end, repeat.greedy));
        }
        Ok(())
    }
}

fn either(round: u32, end: u32, greedy: bool) -> Op {
    if greedy {
        Op::Split {
            first: round,
            second: end,
        }
    } else {
        Op::Split {
            first: end,
            second: round,
        }
    }
}

fn index(at: usize) -> u32 {
    u32::try_from(at).expect("a pattern is short and its program has a limit")
}
