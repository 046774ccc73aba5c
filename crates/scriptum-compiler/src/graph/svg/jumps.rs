//! The arrows of jumps, which run beside the steps: each on a line of its own, on the side that is free.

use std::fmt::Write as _;

use super::{
    arrows::CORNER,
    draw::{Drawing, Point, Sides},
    layout::NOTE_SIZE,
    text::{Face, escaped, width},
};
use crate::graph::{Edge, EdgeKind};

/// The way of a jump: out of a step, along a line beside the others, and into its target.
struct Way {
    /// -1 along the left, 1 along the right.
    side: f64,
    /// How far below the step it runs; `None` when it leaves at the side.
    below: Option<f64>,
}

/// Between two jumps beside each other.
const JUMP_STEP: f64 = 18.0;
/// From a step to the line of a jump that leaves it below, where another step is beside it.
const BELOW: [f64; 2] = [12.0, 22.0];
/// From two steps to the line between them that goes back.
const RETRY_ASIDE: f64 = 20.0;
impl Drawing<'_> {
    /// Draws the jumps between steps that are placed, beside everything between `left` and `right`.
    pub(super) fn jumps(&mut self, left: f64, right: f64) {
        let center = f64::midpoint(left, right);
        let (mut left, mut right) = (left.min(self.reach.left), right);
        for (index, edge) in self.edges.iter().enumerate() {
            let places = (self.placed.get(&edge.from), self.placed.get(&edge.to));
            let (Some(from), Some(to)) = (places.0.copied(), places.1.copied()) else {
                continue;
            };
            if edge.kind == EdgeKind::Next || !self.drawn.insert(index) {
                continue;
            }
            if edge.kind == EdgeKind::Retry {
                let way = Way {
                    side: 1.0,
                    below: None,
                };
                let lane = from.right.max(to.right) + RETRY_ASIDE;
                self.jump(edge, (from, to), &way, lane);
                continue;
            }
            let way = self.way(from, center, (left, right));
            let lane = if way.side < 0.0 {
                left -= JUMP_STEP;
                left
            } else {
                right += JUMP_STEP;
                right
            };
            self.jump(edge, (from, to), &way, lane);
        }
    }

    /// Chooses the side that is nearer and free of other steps, at the height of the step or just below.
    fn way(&self, from: Sides, center: f64, (left, right): (f64, f64)) -> Way {
        let near = if from.center() < center - 1.0 {
            -1.0
        } else {
            1.0
        };
        let sides = [near, -near];
        let beside = sides.map(|side| Way { side, below: None });
        let below = BELOW.into_iter().flat_map(|below| {
            sides.map(|side| Way {
                side,
                below: Some(below),
            })
        });
        let is_free = |way: &Way| {
            let y = way.below.map_or(from.middle(), |below| from.bottom + below);
            let (start, end) = if way.side < 0.0 {
                (left, from.left)
            } else {
                (from.right, right)
            };
            let in_the_way = |other: &Sides| {
                let is_between = start < other.right && other.left < end;
                !other.is_frame && is_between && other.top - 4.0 < y && y < other.bottom + 4.0
            };
            !self.placed.values().any(in_the_way)
        };
        let free = beside.into_iter().chain(below).find(is_free);
        free.unwrap_or(Way {
            side: near,
            below: None,
        })
    }

    fn jump(&mut self, edge: &Edge, (from, to): (Sides, Sides), way: &Way, lane: f64) {
        let side = way.side;
        let (start, end) = if side < 0.0 {
            (from.left, to.left)
        } else {
            (from.right, to.right)
        };
        let (y, out) = if let Some(below) = way.below {
            let y = from.bottom + below;
            let x = start - side * 24.0;
            let turn = x + side * CORNER;
            let up = y - CORNER;
            (
                y,
                format!(
                    "M{x:.1} {:.1}V{up:.1}Q{x:.1} {y:.1} {turn:.1} {y:.1}",
                    from.bottom
                ),
            )
        } else {
            let y = from.middle() + 6.0;
            (y, format!("M{start:.1} {y:.1}"))
        };
        let target = to.middle() - 6.0;
        let turn = if target > y { CORNER } else { -CORNER };
        let inner = lane - side * CORNER;
        let stop = end + side * 5.0;
        let _ = writeln!(
            self.lines,
            "<path class=\"jump\" d=\"{out}H{inner:.1}Q{lane:.1} {y:.1} {lane:.1} {:.1}V{:.1}Q{lane:.1} {target:.1} {inner:.1} {target:.1}H{stop:.1}\"/>",
            y + turn,
            target - turn
        );
        self.tip(Point { x: end, y: target }, (-side, 0.0), "jumptip");
        self.reaches(lane, lane, 0.0);
        if let Some(label) = &edge.label {
            let anchor = if side < 0.0 { "end" } else { "start" };
            let (x, y) = (start + side * 7.0, y + 13.0);
            let _ = writeln!(
                self.front,
                "<text class=\"note jumpnote\" text-anchor=\"{anchor}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>",
                escaped(label)
            );
            let reach = x + side * width(label, NOTE_SIZE, Face::Plain);
            self.reaches(reach, reach, 0.0);
        }
    }
}
