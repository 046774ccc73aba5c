//! A jump out of a loop or a lane.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!("jump-out-of-loop", Error, "a jump out of a loop or a lane");

pub(crate) fn jump_out_of_loop(title: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("`{title}` lies outside of the loop, and a jump cannot leave an iteration"),
        )
        .here("cannot go there")
        .help("let the iteration emit what was found, and check it after the loop")
}

/// A jump out of a lane of a `together`.
pub(crate) fn of_lane(title: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("`{title}` lies outside of the lane, and a jump cannot leave a lane"),
        )
        .here("cannot go there")
        .help("let the lane emit what was found, and check it after the `together`")
}
