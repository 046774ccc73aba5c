//! Generated steps that order others, wait, or show something.

use scriptum_vm::program::{Goal, Lane, Repeat, StepKind, Together, Wait, Yield};

use super::generate::{Generator, Kind, literal};

/// Events that steps wait for and that people report.
pub(crate) const EVENTS: [&str; 2] = ["paid", "sent"];

impl Generator<'_> {
    pub(super) fn together(&mut self, depth: usize) -> StepKind {
        let labels = std::mem::take(&mut self.labels);
        let outside = self.names.len();
        let mut bound = Vec::new();
        let mut lanes = Vec::new();
        for _ in 0..=self.random.below(3) {
            let name = self.random.percent(50).then(|| self.fresh("Lane"));
            let body = self.body(depth + 1);
            bound.extend(self.names.drain(outside..));
            lanes.push(Lane { name, body });
        }
        self.names.extend(bound);
        self.labels = labels;
        StepKind::Together(Together {
            lanes,
            bind: self.maybe_bind(Kind::Anything),
        })
    }

    pub(super) fn repeat(&mut self, depth: usize) -> StepKind {
        let labels = std::mem::take(&mut self.labels);
        let max = self.random.percent(90).then(|| literal(1 + self.number(4)));
        let sleep = self.random.percent(25).then(|| literal(50));
        let mut body = self.body(depth + 1);
        if self.random.percent(20) {
            let emit = self.emit();
            body.steps.push(emit);
        }
        let until = self.random.percent(70).then(|| self.expr(Kind::Truth, 0));
        self.labels = labels;
        StepKind::Repeat(Repeat {
            max,
            until,
            sleep,
            body,
            bind: self.maybe_bind(Kind::Anything),
        })
    }

    pub(super) fn wait(&mut self) -> StepKind {
        let goal = match self.random.below(4) {
            0 => Goal::Duration(literal(self.number(100))),
            1 => Goal::Time(literal("1970-01-01T00:16:41Z")),
            _ => Goal::Event {
                name: literal(self.random.choose(&EVENTS)),
                timeout: self.random.percent(40).then(|| literal("500ms")),
            },
        };
        StepKind::Wait(Wait {
            goal,
            bind: self.maybe_bind(Kind::Anything),
        })
    }

    pub(super) fn yields(&mut self) -> StepKind {
        StepKind::Yield(Yield {
            fields: self.inputs(),
        })
    }
}
