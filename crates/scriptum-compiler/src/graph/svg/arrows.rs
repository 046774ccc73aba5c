//! Arrows and lines from a step to the next one.

use std::fmt::Write as _;

use super::draw::{Drawing, Point};

/// Radius of the corners of lines.
pub(super) const CORNER: f64 = 8.0;

impl Drawing<'_> {
    /// A straight arrow down.
    pub(super) fn arrow(&mut self, from: Point, to: Point) {
        let _ = writeln!(
            self.lines,
            "<path class=\"edge\" d=\"M{:.1} {:.1}V{:.1}\"/>",
            from.x,
            from.y,
            to.y - 5.0
        );
        self.tip(to, (0.0, 1.0), "tip");
    }

    /// An arrow that goes down, aside at `bar`, and down.
    pub(super) fn bent(&mut self, from: Point, to: Point, bar: f64) {
        if (from.x - to.x).abs() < 1.0 {
            return self.arrow(from, to);
        }
        let path = bend(from, to, bar, 5.0);
        let _ = writeln!(self.lines, "<path class=\"edge\" d=\"{path}\"/>");
        self.tip(to, (0.0, 1.0), "tip");
    }

    /// A line from the end of a lane to the lower side of its frame.
    pub(super) fn joined(&mut self, from: Point, to: Point) {
        let path = if (from.x - to.x).abs() < 1.0 {
            format!("M{:.1} {:.1}V{:.1}", from.x, from.y, to.y)
        } else {
            bend(from, to, to.y - 12.0, 0.0)
        };
        let _ = writeln!(self.lines, "<path class=\"edge\" d=\"{path}\"/>");
    }

    pub(super) fn tip(&mut self, at: Point, (dx, dy): (f64, f64), class: &str) {
        let Point { x, y } = at;
        let (back_x, back_y) = (x - 7.0 * dx, y - 7.0 * dy);
        let (side_x, side_y) = (4.0 * dy, 4.0 * dx);
        let _ = writeln!(
            self.lines,
            "<path class=\"{class}\" d=\"M{x:.1} {y:.1}L{:.1} {:.1}L{:.1} {:.1}Z\"/>",
            back_x + side_x,
            back_y + side_y,
            back_x - side_x,
            back_y - side_y
        );
    }
}

/// Down to `bar`, aside, and down to `shy` before the target, with round corners.
fn bend(from: Point, to: Point, bar: f64, shy: f64) -> String {
    let side = if to.x > from.x { 1.0 } else { -1.0 };
    let corner = CORNER.min((to.x - from.x).abs() / 2.0);
    format!(
        "M{:.1} {:.1}V{:.1}Q{:.1} {bar:.1} {:.1} {bar:.1}H{:.1}Q{:.1} {bar:.1} {:.1} {:.1}V{:.1}",
        from.x,
        from.y,
        bar - corner,
        from.x,
        from.x + side * corner,
        to.x - side * corner,
        to.x,
        to.x,
        bar + corner,
        to.y - shy
    )
}
