//! Comments behind words: those that the author wrote below each other stay below each other.
//!
//! What stands below each other is seen in the source, what follows each other in the printed text: a
//! line that the printer makes or takes away counts, so that printing again finds the same columns.

/// A comment behind the words of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trailing {
    /// Where it stands on its line in the source, in characters.
    pub(super) column: u32,
    /// Where it begins in the printed text, one space behind the words.
    pub(super) start: usize,
}

/// The printed text with its columns of comments. `comments` stand in the order of the text.
pub(super) fn aligned(text: String, comments: &[Trailing]) -> String {
    let below = |one: &Trailing, next: &Trailing| {
        let between = text.get(one.start..next.start).unwrap_or("");
        one.column == next.column && between.bytes().filter(|byte| *byte == b'\n').count() == 1
    };
    let mut gaps: Vec<(usize, usize)> = Vec::new();
    for group in comments.chunk_by(below).filter(|group| group.len() > 1) {
        let widths = group.iter().map(|comment| width(&text, comment.start));
        let widths: Vec<usize> = widths.collect();
        let widest = widths.iter().copied().max().unwrap_or(0);
        let short = group
            .iter()
            .zip(widths)
            .filter(|(_, width)| *width < widest);
        gaps.extend(short.map(|(comment, width)| (comment.start, widest - width)));
    }
    if gaps.is_empty() {
        return text;
    }
    widened(&text, &gaps)
}

/// Characters of the line before a place.
fn width(text: &str, place: usize) -> usize {
    let before = text.get(..place).unwrap_or("");
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    before.get(line..).unwrap_or("").chars().count()
}

/// The text with that many more spaces at each of the places.
fn widened(text: &str, gaps: &[(usize, usize)]) -> String {
    let spaces: usize = gaps.iter().map(|(_, spaces)| spaces).sum();
    let mut wide = String::with_capacity(text.len() + spaces);
    let mut done = 0;
    for (place, spaces) in gaps {
        wide.push_str(text.get(done..*place).unwrap_or(""));
        wide.extend(std::iter::repeat_n(' ', *spaces));
        done = *place;
    }
    wide.push_str(text.get(done..).unwrap_or(""));
    wide
}
