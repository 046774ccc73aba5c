//! Which kinds of trouble a run has, and how much. Half of the kinds are off in any run, so that one
//! does not always hide behind another.

use super::rng::Rng;

/// Chances in a thousand; 0 where the kind is off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Weights {
    /// A store request takes time.
    pub(crate) slow: u64,
    /// A store request fails and nothing has happened.
    pub(crate) fails_before: u64,
    /// A store request fails although it has happened.
    pub(crate) fails_after: u64,
    /// A store request fails and happens later all the same.
    pub(crate) lands_late: u64,
    /// What a node reads of a thread is damaged on the way.
    pub(crate) damaged: u64,
    /// A hint is lost.
    pub(crate) hint_lost: u64,
    /// A hint comes twice.
    pub(crate) hint_doubled: u64,
    /// A node dies.
    pub(crate) kill: u64,
    /// A node is told to stop.
    pub(crate) stop: u64,
    /// A node cannot reach the store for a while.
    pub(crate) cut: u64,
    /// The clock of everybody jumps.
    pub(crate) clock_jumps: u64,
    /// Somebody pauses a thread.
    pub(crate) pause: u64,
    /// Somebody cancels a thread.
    pub(crate) cancel: u64,
    /// A store request is never answered, whether it has happened or not.
    pub(crate) silent: u64,
    /// The store refuses everybody for long.
    pub(crate) outage: u64,
    /// A node runs one thread, and those that it starts.
    pub(crate) narrow: u64,
}

impl Weights {
    /// A swarm of troubles.
    pub(crate) fn draw(rng: &mut Rng) -> Weights {
        let mut some = |high: u64| {
            let chance = rng.between(1, high);
            if rng.permille(500) { chance } else { 0 }
        };
        Weights {
            slow: some(300),
            fails_before: some(150),
            fails_after: some(150),
            lands_late: some(100),
            hint_lost: some(1_000),
            hint_doubled: some(500),
            kill: some(500),
            stop: some(300),
            cut: some(300),
            clock_jumps: some(300),
            pause: some(300),
            cancel: some(100),
            damaged: some(500),
            ..Weights::default()
        }
    }

    /// The same troubles, and rarer ones.
    pub(crate) fn and_rarer(self, rng: &mut Rng) -> Weights {
        let mut some = |high: u64| {
            let chance = rng.between(1, high);
            if rng.permille(300) { chance } else { 0 }
        };
        Weights {
            silent: some(20),
            outage: some(200),
            narrow: some(800),
            ..self
        }
    }
}
