//! Draws what was laid out, in three sheets: frames at the back, arrows over them, steps in front, so
//! that an arrow passes behind a step and never through its words. The arrows themselves are apart.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::{
    arrows::CORNER,
    icon::icon,
    layout::{
        Box, Column, DETAIL_SIZE, FORK, Item, NOTE_SIZE, PILL_HEIGHT, SECTION_SIZE, Stack,
        TEXT_LEFT, note_width,
    },
    text::{Face, escaped, width},
};
use crate::graph::{Edge, EdgeKind, Id};

/// A place in the picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// The outermost places that were drawn on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

/// The sides of a drawn step; of a frame those of its upper part.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    pub(super) is_frame: bool,
}

impl Sides {
    pub(super) fn middle(self) -> f64 {
        f64::midpoint(self.top, self.bottom)
    }

    pub(super) fn center(self) -> f64 {
        f64::midpoint(self.left, self.right)
    }
}

/// How much wider the spaced letters of a section's title are.
const LETTER_SPACING: f64 = 1.1;
/// Radius of the corners of frames.
const FRAME_RADIUS: f64 = 14.0;
pub(super) struct Drawing<'e> {
    pub(super) edges: &'e [Edge],
    /// Jumps that are drawn, by their place among the edges.
    pub(super) drawn: BTreeSet<usize>,
    /// What stands on the arrow that leaves a check.
    answers: BTreeMap<&'e Id, &'e str>,
    back: String,
    pub(super) lines: String,
    pub(super) front: String,
    pub(super) placed: BTreeMap<Id, Sides>,
    pub(super) reach: Reach,
}

impl<'e> Drawing<'e> {
    pub(super) fn new(edges: &'e [Edge]) -> Drawing<'e> {
        let next = edges.iter().filter(|edge| edge.kind == EdgeKind::Next);
        let labeled = next.filter_map(|edge| Some((&edge.from, edge.label.as_deref()?)));
        Drawing {
            edges,
            drawn: BTreeSet::new(),
            answers: labeled.collect(),
            back: String::new(),
            lines: String::new(),
            front: String::new(),
            placed: BTreeMap::new(),
            reach: Reach {
                left: f64::MAX,
                right: 0.0,
                bottom: 0.0,
            },
        }
    }

    pub(super) fn reach(&self) -> Reach {
        self.reach
    }

    pub(super) fn reaches(&mut self, left: f64, right: f64, bottom: f64) {
        let reach = &mut self.reach;
        reach.left = reach.left.min(left);
        reach.right = reach.right.max(right);
        reach.bottom = reach.bottom.max(bottom);
    }

    pub(super) fn finish(&self) -> String {
        [&*self.back, &*self.lines, &*self.front].concat()
    }

    pub(super) fn start(&mut self, at: Point) {
        let Point { x, y } = at;
        let _ = writeln!(
            self.lines,
            "<circle class=\"tip\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\"/>"
        );
    }

    pub(super) fn end(&mut self, at: Point) {
        let Point { x, y } = at;
        self.reaches(x - 7.0, x + 7.0, y + 7.0);
        let _ = writeln!(
            self.lines,
            "<circle class=\"edge\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"6\"/><circle class=\"tip\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>"
        );
    }

    pub(super) fn error_frame(&mut self, at: Point, width: f64, height: f64) {
        let Point { x, y } = at;
        self.reaches(x, x + width, y + height);
        let _ = writeln!(
            self.back,
            "<rect class=\"frame error\" stroke-dasharray=\"6 4\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"14\"/>"
        );
        let (x, y) = (x + 18.0, y + 27.0);
        let _ = writeln!(
            self.front,
            "<text class=\"title errortitle\" x=\"{x:.1}\" y=\"{y:.1}\">on thread error</text>"
        );
    }

    /// Draws steps from top to bottom with the arrows between them; `entry` is where the arrow to the first
    /// one begins.
    pub(super) fn stack(&mut self, stack: &Stack<'_>, at: Point, entry: Option<f64>) {
        let x = at.x + stack.width / 2.0;
        let mut from = entry;
        for item in &stack.items {
            match item {
                Item::Section { title, y } => self.section(title, at, *y, stack.width),
                Item::Step(step) => {
                    let place = Point {
                        x: at.x + step.x,
                        y: at.y + step.y,
                    };
                    if let Some(y) = from {
                        self.arrow(Point { x, y }, Point { x, y: place.y });
                    }
                    self.step(step, place);
                    let y = place.y + step.height;
                    self.answer(step, Point { x, y });
                    from = (!step.node.ends).then_some(y);
                }
            }
        }
    }

    /// What stands on the arrow behind a check.
    fn answer(&mut self, above: &Box<'_>, from: Point) {
        if !above.lanes.is_empty() {
            return;
        }
        if let Some(label) = self.answers.get(&above.node.id) {
            let (x, y) = (from.x + 8.0, from.y + 17.0);
            let label = escaped(label);
            let _ = writeln!(
                self.front,
                "<text class=\"note\" x=\"{x:.1}\" y=\"{y:.1}\">{label}</text>"
            );
        }
    }

    /// A title at the left, with a line to the right of it that arrows cross.
    fn section(&mut self, title: &str, at: Point, y: f64, room: f64) {
        let (x, y) = (at.x, at.y + y + 9.0);
        let from = x + width(title, SECTION_SIZE, Face::Bold) * LETTER_SPACING + 10.0;
        let _ = writeln!(
            self.back,
            "<path class=\"rule\" d=\"M{from:.1} {:.1}H{:.1}\"/>",
            y - 4.0,
            x + room
        );
        let _ = writeln!(
            self.front,
            "<text class=\"section\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>",
            escaped(title)
        );
    }

    fn step(&mut self, step: &Box<'_>, at: Point) {
        let Point { x, y } = at;
        let (w, h) = (step.width, step.height);
        let family = step.node.family.name();
        let is_frame = !step.lanes.is_empty();
        let sides = Sides {
            left: x,
            right: x + w,
            top: y,
            bottom: y + step.header,
            is_frame,
        };
        self.placed.insert(step.node.id.clone(), sides);
        self.reaches(x, x + w, y + h);
        let (sheet, class, radius) = if is_frame {
            (&mut self.back, "frame", FRAME_RADIUS)
        } else {
            (&mut self.front, "card", 10.0)
        };
        let _ = writeln!(
            sheet,
            "<g class=\"{family}\"><rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" rx=\"{radius}\"/></g>"
        );
        if is_frame {
            self.strip(step, at);
        }
        self.words(step, at);
        self.lanes(step, at);
    }

    /// The upper part of a frame, on which its words stand.
    fn strip(&mut self, step: &Box<'_>, at: Point) {
        let (left, right) = (at.x, at.x + step.width);
        let (top, bottom) = (at.y, at.y + step.header);
        let _ = writeln!(
            self.back,
            "<g class=\"{}\"><path class=\"strip\" d=\"M{left:.1} {bottom:.1}V{:.1}Q{left:.1} {top:.1} {:.1} {top:.1}H{:.1}Q{right:.1} {top:.1} {right:.1} {:.1}V{bottom:.1}Z\"/></g>",
            step.node.family.name(),
            top + FRAME_RADIUS,
            left + FRAME_RADIUS,
            right - FRAME_RADIUS,
            top + FRAME_RADIUS
        );
    }

    /// The sign and the words of a step.
    fn words(&mut self, step: &Box<'_>, at: Point) {
        let node = step.node;
        let (x, y) = (at.x + 12.0, at.y + step.header / 2.0 - 14.0);
        let full: Vec<&str> = [Some(&node.title), node.detail.as_ref()]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        let _ = writeln!(
            self.front,
            "<g class=\"{}\"><title>{}</title><rect class=\"badge\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"28\" height=\"28\" rx=\"8\"/>\
             <path class=\"sign\" transform=\"translate({:.1} {:.1})\" d=\"{}\"/>",
            node.family.name(),
            escaped(&format!(
                "{} {} · {}",
                node.id.0,
                node.verb,
                full.join(" · ")
            )),
            x + 6.0,
            y + 6.0,
            icon(node.verb)
        );
        let rows = 1 + usize::from(step.detail.is_some()) + usize::from(!step.notes.is_empty());
        let mut line = at.y
            + match rows {
                1 => step.header / 2.0 + 4.5,
                _ => 23.5,
            };
        let left = at.x + TEXT_LEFT;
        let _ = writeln!(
            self.front,
            "<text class=\"title\" x=\"{left:.1}\" y=\"{line:.1}\">{}</text>",
            escaped(&step.title)
        );
        if let Some(detail) = &step.detail {
            line += 17.0;
            let _ = writeln!(
                self.front,
                "<text class=\"detail mono\" x=\"{left:.1}\" y=\"{line:.1}\">{}</text>",
                escaped(detail)
            );
        }
        line += 18.0;
        let mut note_x = left;
        for note in &step.notes {
            let text = escaped(&note.text);
            if note.is_bind {
                let room = width(&note.text, NOTE_SIZE, Face::Mono) + 12.0;
                let _ = writeln!(
                    self.front,
                    "<rect class=\"bind\" x=\"{note_x:.1}\" y=\"{:.1}\" width=\"{room:.1}\" height=\"16\" rx=\"5\"/>\
                     <text class=\"note mono\" x=\"{:.1}\" y=\"{line:.1}\">{text}</text>",
                    line - 12.0,
                    note_x + 6.0
                );
            } else {
                let _ = writeln!(
                    self.front,
                    "<text class=\"note\" x=\"{note_x:.1}\" y=\"{line:.1}\">{text}</text>"
                );
            }
            note_x += note_width(note);
        }
        self.front.push_str("</g>\n");
    }

    fn lanes(&mut self, step: &Box<'_>, at: Point) {
        let center = at.x + step.width / 2.0;
        let fork = at.y + step.header;
        let bottom = at.y + step.height;
        let is_loop = matches!(step.node.verb, "each" | "pipe" | "repeat");
        let family = step.node.family.name();
        for lane in &step.lanes {
            let place = Point {
                x: at.x + lane.x,
                y: at.y + lane.y,
            };
            let x = place.x + lane.width / 2.0;
            let inner = Point {
                x: place.x + (lane.width - lane.stack.width) / 2.0,
                y: place.y + lane.caption,
            };
            let is_reached = lane.condition.is_some() || step.node.verb != "decide";
            let has_caption = lane.caption > 0.0;
            if is_reached {
                let to = if has_caption {
                    place.y
                } else {
                    inner.y + lane.stack.first_step()
                };
                self.bent(
                    Point { x: center, y: fork },
                    Point { x, y: to },
                    fork + FORK / 2.0,
                );
            }
            self.caption(lane, place, family);
            let entry = has_caption.then(|| place.y + caption_height(lane));
            self.stack(&lane.stack, inner, entry);
            let lowest = Point {
                x,
                y: place.y + lane.height,
            };
            if is_loop {
                self.round(lane, place, lowest, fork);
            } else if lane.falls_through {
                self.joined(
                    lowest,
                    Point {
                        x: center,
                        y: bottom,
                    },
                );
            }
        }
    }

    fn caption(&mut self, lane: &Column<'_>, at: Point, family: &str) {
        let center = at.x + lane.width / 2.0;
        let mut y = at.y;
        if let Some(condition) = &lane.condition {
            let room = width(condition, DETAIL_SIZE, Face::Mono) + 22.0;
            let _ = writeln!(
                self.front,
                "<g class=\"{family}\"><rect class=\"pill\" x=\"{:.1}\" y=\"{y:.1}\" width=\"{room:.1}\" height=\"{PILL_HEIGHT}\" rx=\"11\"/>\
                 <text class=\"detail mono middle\" x=\"{center:.1}\" y=\"{:.1}\">{}</text></g>",
                center - room / 2.0,
                y + 15.0,
                escaped(condition)
            );
            y += PILL_HEIGHT;
        }
        if let Some(name) = &lane.name {
            let _ = writeln!(
                self.front,
                "<text class=\"lane middle\" x=\"{center:.1}\" y=\"{:.1}\">{}</text>",
                y + 15.0,
                escaped(name)
            );
        }
    }

    /// The way back from the end of a round to the beginning of the next.
    fn round(&mut self, lane: &Column<'_>, at: Point, lowest: Point, top: f64) {
        let left = at.x - 11.0;
        let (y, up) = (lowest.y + 12.0, top + 9.0);
        let to = lowest.x - 4.0;
        if !lane.falls_through && lane.stack.items.is_empty() {
            return;
        }
        let _ = writeln!(
            self.lines,
            "<path class=\"edge\" d=\"M{:.1} {:.1}V{:.1}Q{:.1} {y:.1} {:.1} {y:.1}H{:.1}Q{left:.1} {y:.1} {left:.1} {:.1}V{:.1}Q{left:.1} {up:.1} {:.1} {up:.1}H{to:.1}\"/>",
            lowest.x,
            lowest.y,
            y - CORNER,
            lowest.x,
            lowest.x - CORNER,
            left + CORNER,
            y - CORNER,
            up + CORNER,
            left + CORNER
        );
        self.tip(Point { x: to + 3.0, y: up }, (1.0, 0.0), "tip");
    }
}

/// Where the words above a lane end.
fn caption_height(lane: &Column<'_>) -> f64 {
    let condition = if lane.condition.is_some() {
        PILL_HEIGHT
    } else {
        0.0
    };
    let name = if lane.name.is_some() { 20.0 } else { 0.0 };
    condition + name
}
