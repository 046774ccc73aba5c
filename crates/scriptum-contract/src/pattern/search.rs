//! Runs a program on a text.
//!
//! Without back references, whether the rest of a program matches from some place depends on those
//! two places alone. So each pair is tried once: a pair that comes up again has failed before, as
//! the first success ends the search. With back references pairs are not remembered, and the limit
//! of steps ends what takes too long.

use super::{
    TooHard,
    program::{Op, Program},
};
use crate::limits::{PATTERN_PAIRS_MAX, PATTERN_STEPS_MAX};

pub(super) fn search(program: &Program, text: &str) -> Result<bool, TooHard> {
    let mut search = Search::new(program, text)?;
    let starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    for start in starts {
        if search.run(0, start)? {
            return Ok(true);
        }
        if program.anchored {
            break;
        }
    }
    Ok(false)
}

/// What is left to try or to undo when the current way fails.
#[derive(Debug, Clone, Copy)]
enum Pending {
    Try { op: u32, at: u32 },
    Restore { slot: u32, was: Option<u32> },
}

struct Search<'p> {
    program: &'p Program,
    text: &'p str,
    /// One bit for each pair of an op and a place in the text; empty with back references.
    tried: Vec<u64>,
    /// Pairs marked inside lookarounds, to be unmarked when the lookaround succeeds.
    marked: Vec<usize>,
    looks_open: usize,
    slots: Vec<Option<u32>>,
    pending: Vec<Pending>,
    steps_left: usize,
}

impl<'p> Search<'p> {
    fn new(program: &'p Program, text: &'p str) -> Result<Search<'p>, TooHard> {
        let pairs = program.ops.len().saturating_mul(text.len() + 1);
        if pairs > PATTERN_PAIRS_MAX {
            return Err(TooHard);
        }
        let remembers = program.slots == 0;
        Ok(Search {
            program,
            text,
            tried: if remembers {
                vec![0; pairs.div_ceil(64)]
            } else {
                vec![]
            },
            marked: vec![],
            looks_open: 0,
            slots: vec![None; program.slots],
            pending: vec![],
            steps_left: PATTERN_STEPS_MAX,
        })
    }

    /// Whether the program matches from this op and this place on. What it remembers stays if so.
    fn run(&mut self, op: usize, at: usize) -> Result<bool, TooHard> {
        let base = self.pending.len();
        let (mut op, mut at) = (op, at);
        loop {
            self.spend(1)?;
            let next = if self.first_time(op, at) {
                self.step(op, at)?
            } else {
                Step::Fail
            };
            match next {
                Step::Go(next_op, next_at) => (op, at) = (next_op, next_at),
                Step::Done => {
                    self.keep_restores(base);
                    return Ok(true);
                }
                Step::Fail => match self.back_to(base) {
                    Some(other) => (op, at) = other,
                    None => return Ok(false),
                },
            }
        }
    }

    fn spend(&mut self, steps: usize) -> Result<(), TooHard> {
        self.steps_left = self.steps_left.checked_sub(steps).ok_or(TooHard)?;
        Ok(())
    }

    /// Marks the pair; false if it was tried before.
    fn first_time(&mut self, op: usize, at: usize) -> bool {
        let pair = op * (self.text.len() + 1) + at;
        let Some(word) = self.tried.get_mut(pair / 64) else {
            return true;
        };
        let bit = 1 << (pair % 64);
        let first = *word & bit == 0;
        *word |= bit;
        if first && self.looks_open > 0 {
            self.marked.push(pair);
        }
        first
    }

    /// Takes up the last thing that was left to try, undoing what was remembered since.
    fn back_to(&mut self, base: usize) -> Option<(usize, usize)> {
        while self.pending.len() > base {
            match self.pending.pop()? {
                Pending::Try { op, at } => return Some((op as usize, at as usize)),
                Pending::Restore { slot, was } => {
                    if let Some(value) = self.slots.get_mut(slot as usize) {
                        *value = was;
                    }
                }
            }
        }
        None
    }

    /// A success leaves nothing to try, but what it remembered may have to be undone later.
    fn keep_restores(&mut self, base: usize) {
        let mut at = 0;
        self.pending.retain(|pending| {
            at += 1;
            at <= base || matches!(pending, Pending::Restore { .. })
        });
    }

    fn step(&mut self, op: usize, at: usize) -> Result<Step, TooHard> {
        let Some(current) = self.program.ops.get(op) else {
            return Ok(Step::Fail);
        };
        let go_if = |holds: bool| {
            if holds {
                Step::Go(op + 1, at)
            } else {
                Step::Fail
            }
        };
        Ok(match *current {
            Op::One { set, backward } => self.one(op, at, set, backward),
            Op::Split { first, second } => {
                let at_later = index(at);
                self.pending.push(Pending::Try {
                    op: second,
                    at: at_later,
                });
                Step::Go(first as usize, at)
            }
            Op::Jump(to) => Step::Go(to as usize, at),
            Op::Start { of_line } => {
                go_if(at == 0 || (of_line && self.left(at).is_some_and(ends_line)))
            }
            Op::End { of_line } => {
                go_if(at == self.text.len() || (of_line && self.right(at).is_some_and(ends_line)))
            }
            Op::Boundary { word, negative } => {
                let is_word =
                    |letter: Option<char>| letter.is_some_and(|letter| self.set_has(word, letter));
                go_if((is_word(self.left(at)) != is_word(self.right(at))) != negative)
            }
            Op::Look { negative, next } => self.look(op, at, negative, next)?,
            Op::Done => Step::Done,
            Op::Save(slot) => {
                self.remember(slot, Some(index(at)));
                Step::Go(op + 1, at)
            }
            Op::Forget { from, to } => {
                (from..to).for_each(|slot| self.remember(slot, None));
                Step::Go(op + 1, at)
            }
            Op::Moved(slot) => {
                let since = self.slots.get(slot as usize).copied().flatten();
                go_if(since != Some(index(at)))
            }
            Op::BackReference { groups, backward } => {
                self.back_reference(op, at, groups as usize, backward)?
            }
        })
    }

    fn left(&self, at: usize) -> Option<char> {
        self.text.get(..at)?.chars().next_back()
    }

    fn right(&self, at: usize) -> Option<char> {
        self.text.get(at..)?.chars().next()
    }

    fn set_has(&self, set: u32, letter: char) -> bool {
        self.program
            .sets
            .get(set as usize)
            .is_some_and(|set| set.has(letter))
    }

    fn one(&self, op: usize, at: usize, set: u32, backward: bool) -> Step {
        let letter = if backward {
            self.left(at)
        } else {
            self.right(at)
        };
        match letter {
            Some(letter) if self.set_has(set, letter) => {
                let length = letter.len_utf8();
                Step::Go(op + 1, if backward { at - length } else { at + length })
            }
            Some(_) | None => Step::Fail,
        }
    }

    /// A lookaround is a search of its own, which is not taken up again once it succeeded.
    fn look(&mut self, op: usize, at: usize, negative: bool, next: u32) -> Result<Step, TooHard> {
        let (base, marked) = (self.pending.len(), self.marked.len());
        self.looks_open += 1;
        let matches = self.run(op + 1, at)?;
        self.looks_open -= 1;
        if matches {
            // Pairs on the way to a success have not failed.
            for pair in self.marked.split_off(marked) {
                if let Some(word) = self.tried.get_mut(pair / 64) {
                    *word &= !(1 << (pair % 64));
                }
            }
            if negative {
                self.back_to(base);
            }
        }
        Ok(if matches == negative {
            Step::Fail
        } else {
            Step::Go(next as usize, at)
        })
    }

    fn remember(&mut self, slot: u32, value: Option<u32>) {
        if let Some(known) = self.slots.get_mut(slot as usize) {
            let was = std::mem::replace(known, value);
            self.pending.push(Pending::Restore { slot, was });
        }
    }

    /// A group that has not matched is empty.
    fn back_reference(
        &mut self,
        op: usize,
        at: usize,
        groups: usize,
        backward: bool,
    ) -> Result<Step, TooHard> {
        let slot = |slot: usize| self.slots.get(slot).copied().flatten();
        let groups = self.program.groups.get(groups).into_iter().flatten();
        let matched = groups.filter_map(|group| slot(2 * group).zip(slot(2 * group + 1)));
        let range = matched.map(|(from, to)| from as usize..to as usize).next();
        let expected = range
            .and_then(|range| self.text.get(range))
            .unwrap_or_default();
        self.spend(expected.len())?;
        let (before, after) = self.text.split_at_checked(at).unwrap_or((self.text, ""));
        let length = expected.len();
        Ok(if backward && before.ends_with(expected) {
            Step::Go(op + 1, at - length)
        } else if !backward && after.starts_with(expected) {
            Step::Go(op + 1, at + length)
        } else {
            Step::Fail
        })
    }
}

enum Step {
    Go(usize, usize),
    Fail,
    Done,
}

fn ends_line(letter: char) -> bool {
    matches!(letter, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

fn index(at: usize) -> u32 {
    u32::try_from(at).expect("the number of pairs, and so the length of the text, has a limit")
}
