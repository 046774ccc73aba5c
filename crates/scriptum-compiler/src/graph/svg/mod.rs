//! The picture as an SVG that stands alone: its own layout, light and dark, readable at once.

mod arrows;
mod draw;
mod icon;
mod jumps;
mod layout;
mod style;
mod text;

use std::{collections::BTreeSet, fmt::Write as _};

use self::{
    draw::{Drawing, Point, Reach},
    layout::{Stack, stack},
    text::{Face, escaped, fitted, width},
};
use super::{EdgeKind, Graph, Id};

/// Room around everything.
const MARGIN: f64 = 32.0;
/// Height of the title and the line below it.
const HEAD: f64 = 66.0;
/// Room for the sign where the script begins.
const START: f64 = 34.0;
/// Room for the sign where it ends.
const END: f64 = 36.0;
/// Between the script and what runs on an error.
const HANDLER_GAP: f64 = 56.0;
/// Space inside the frame of what runs on an error.
const HANDLER_PAD: f64 = 22.0;
const HANDLER_WIDTH_MIN: f64 = 150.0;
/// Height of the words on that frame.
const HANDLER_HEAD: f64 = 46.0;
/// Pictures wider than this have it below.
const SIDE_BY_SIDE_MAX: f64 = 1_500.0;
/// The narrowest picture.
const WIDTH_MIN: f64 = 380.0;
/// Titles and summaries longer than this are cut, unless the picture is wider anyway.
const WORDS_WIDTH_MAX: f64 = 640.0;

impl Graph {
    /// The picture as an SVG.
    pub fn to_svg(&self) -> String {
        let backward = self.backward();
        let jumps_back = |id: &Id| backward.contains(id);
        let body = stack(&self.body, &jumps_back);
        let handler = self
            .handler
            .as_ref()
            .map(|handler| stack(handler, &jumps_back));
        let mut drawing = Drawing::new(&self.edges);
        let at = Point {
            x: MARGIN + ((WIDTH_MIN - 2.0 * MARGIN - body.width) / 2.0).max(0.0),
            y: MARGIN + HEAD + START,
        };
        self.draw_body(&body, at, &mut drawing);
        drawing.jumps(at.x, at.x + body.width);
        if let Some(handler) = &handler {
            draw_handler(handler, at.y, &mut drawing);
        }
        self.document(&drawing)
    }

    /// Checks that run the step before them again.
    fn backward(&self) -> BTreeSet<Id> {
        let retries = self
            .edges
            .iter()
            .filter(|edge| edge.kind == EdgeKind::Retry);
        retries.map(|edge| edge.from.clone()).collect()
    }

    fn draw_body(&self, body: &Stack<'_>, at: Point, drawing: &mut Drawing<'_>) {
        let center = at.x + body.width / 2.0;
        let top = at.y;
        drawing.start(Point {
            x: center,
            y: top - START + 6.0,
        });
        if body.items.is_empty() {
            let from = Point {
                x: center,
                y: top - START + 12.0,
            };
            let to = Point {
                x: center,
                y: top - 7.0,
            };
            drawing.arrow(from, to);
            return drawing.end(Point { x: center, y: top });
        }
        drawing.stack(body, at, Some(top - START + 12.0));
        let last = self.body.steps().last();
        if last.is_some_and(|last| !last.ends) {
            let bottom = top + body.height;
            let end = Point {
                x: center,
                y: bottom + END - 12.0,
            };
            drawing.arrow(
                Point {
                    x: center,
                    y: bottom,
                },
                Point {
                    y: end.y - 7.0,
                    ..end
                },
            );
            drawing.end(end);
        }
    }

    fn document(&self, drawing: &Drawing<'_>) -> String {
        let Reach {
            left,
            right,
            bottom,
        } = drawing.reach();
        let shift = (MARGIN - left).max(0.0);
        let words =
            width(&self.title, 20.0, Face::Bold).max(width(&self.summary, 12.5, Face::Plain));
        let words = words.min(WORDS_WIDTH_MAX) + 2.0 * MARGIN;
        let width = (right + shift + MARGIN).max(WIDTH_MIN).max(words);
        let height = bottom + MARGIN;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"scriptum-graph\" role=\"img\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\">\n"
        );
        let _ = writeln!(svg, "<title>{}</title>", escaped(&self.title));
        let _ = writeln!(svg, "<style>\n{}</style>", style::style());
        let _ = writeln!(
            svg,
            "<rect class=\"ground\" width=\"{width:.0}\" height=\"{height:.0}\"/>"
        );
        let room = width - 2.0 * MARGIN;
        for (class, y, size, face, text) in [
            ("script", 46.0, 20.0, Face::Bold, &self.title),
            ("summary", 68.0, 12.5, Face::Plain, &self.summary),
        ] {
            let text = escaped(&fitted(text, size, face, room));
            let _ = writeln!(
                svg,
                "<text class=\"{class}\" x=\"{MARGIN}\" y=\"{y}\">{text}</text>"
            );
        }
        let _ = writeln!(svg, "<g transform=\"translate({shift:.1} 0)\">");
        svg.push_str(&drawing.finish());
        svg.push_str("</g>\n</svg>\n");
        svg
    }
}

/// Draws what runs on an error: beside the script, or below it where that would be too wide.
fn draw_handler(handler: &Stack<'_>, top: f64, drawing: &mut Drawing<'_>) {
    let Reach { right, bottom, .. } = drawing.reach();
    let width = handler.width.max(HANDLER_WIDTH_MIN) + 2.0 * HANDLER_PAD;
    let height = HANDLER_HEAD + handler.height + HANDLER_PAD;
    let is_beside = right + HANDLER_GAP + width <= SIDE_BY_SIDE_MAX;
    let at = if is_beside {
        Point {
            x: right + HANDLER_GAP,
            y: top,
        }
    } else {
        Point {
            x: MARGIN,
            y: bottom + HANDLER_GAP / 2.0,
        }
    };
    drawing.error_frame(at, width, height);
    let inner = Point {
        x: at.x + (width - handler.width) / 2.0,
        y: at.y + HANDLER_HEAD,
    };
    drawing.stack(handler, inner, None);
    drawing.jumps(at.x, at.x + width);
}
