//! The state of a thread as cells, so that a turn names and stores only what it changed.
//!
//! The whole state is a map from [`FrameKey`] to [`FrameCell`]. A live scope (the thread's body, an
//! iteration, a branch) owns the cells under its path: its head (position and what the current step is
//! doing) and one cell a binding. A loop owns its own head, its list and one cell a finished iteration.
//! A 100,000-wide loop so commits one small cell an item, and a body of 10,000 steps its head and one
//! binding a step. What ends in one piece is dropped in one piece, by path.

use std::{collections::BTreeMap, fmt, ops::Range, str::FromStr, sync::Arc};

use crate::{StepPath, path::write_number};

/// The complete state of a thread: what [`FrameDelta`]s add up to. Empty before the first turn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Frames {
    /// All cells.
    pub cells: BTreeMap<FrameKey, FrameCell>,
}

/// Names a cell: a path and a slot under it.
///
/// Keys are opaque to stores. They print as `path/slot`, such as `1.0/head`, and are read back from
/// that; [`FrameKey::texts_under`] is where the texts of a dropped path lie.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameKey {
    /// The path of the scope or of the loop; the root path for the thread.
    pub path: StepPath,
    /// Which of its cells.
    pub slot: Slot,
}

/// Which cell of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// The thread: status, pause, jumps.
    Thread,
    /// What the thread was started with.
    Started,
    /// How often a step ran, kept where it can run again. Lies under the root, so that it outlives
    /// the scope of the step.
    Count(StepPath),
    /// A scope: position, and what the current step is doing.
    Head,
    /// A loop: its size, width and pauses.
    Loop,
    /// A repeat: its round, its limit and its pauses.
    Repeat,
    /// An event that arrived before anything waited for it, by its number. Lies under the root.
    Event(u32),
    /// The list that a loop walks.
    Source,
    /// The value of the last child of a scope that has one.
    Last,
    /// A binding, by name.
    Binding(Arc<str>),
    /// The value of a finished iteration, by index.
    Result(u32),
    /// A step in the background: how far its stream is, and what it is doing.
    Stream,
    /// An item of a stream that waits to be taken, by index.
    Item(u32),
}

/// The content of a cell: JSON in storage form, made and read by the machine alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameCell(pub Arc<str>);

/// The cells that a turn changed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FrameDelta {
    /// Paths whose cells are gone, at the path and below it. Happens before `cells`.
    pub dropped: Vec<StepPath>,
    /// `Some`: the new content; `None`: the cell is gone.
    pub cells: BTreeMap<FrameKey, Option<FrameCell>>,
}

impl FrameDelta {
    /// Folds a later delta into this one.
    pub fn merge(&mut self, later: FrameDelta) {
        if self.is_empty() {
            *self = later;
            return;
        }
        for path in &later.dropped {
            remove_under(&mut self.cells, path);
        }
        self.dropped.extend(later.dropped);
        self.cells.extend(later.cells);
    }

    /// True when nothing changed.
    pub fn is_empty(&self) -> bool {
        self.dropped.is_empty() && self.cells.is_empty()
    }
}

impl Frames {
    /// Applies a delta.
    pub fn apply(&mut self, delta: FrameDelta) {
        for path in &delta.dropped {
            remove_under(&mut self.cells, path);
        }
        for (key, cell) in delta.cells {
            match cell {
                Some(cell) => self.cells.insert(key, cell),
                None => self.cells.remove(&key),
            };
        }
    }
}

/// Removes the cells at a path and below it: a contiguous range, as paths are ordered parents first.
fn remove_under<V>(cells: &mut BTreeMap<FrameKey, V>, path: &StepPath) {
    if path.components().is_empty() {
        cells.clear();
        return;
    }
    let first = FrameKey {
        path: path.clone(),
        slot: Slot::Thread,
    };
    let keys: Vec<_> = cells
        .range(first..)
        .map(|(key, _)| key)
        .take_while(|key| key.path.is_under(path))
        .cloned()
        .collect();
    for key in keys {
        cells.remove(&key);
    }
}

impl FrameKey {
    /// A cell of the thread itself.
    pub fn root(slot: Slot) -> FrameKey {
        FrameKey {
            path: StepPath::root(),
            slot,
        }
    }

    /// Writes the key as it prints.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_to(&self, out: &mut impl fmt::Write) -> fmt::Result {
        self.path.write_to(out)?;
        out.write_char('/')?;
        self.slot.write_to(out)
    }

    /// The range in which exactly the texts of all keys at and below a path lie, compared bytewise.
    ///
    /// Behind a path stands `/` or `.`, and `0` is the byte after `/`: so `1/head` and `1.0/head` lie
    /// in `"1."..."10"`, while `10/head` does not.
    pub fn texts_under(path: &StepPath) -> Range<String> {
        if path.components().is_empty() {
            return "/".to_owned()..":".to_owned();
        }
        format!("{path}.")..format!("{path}0")
    }
}

impl fmt::Display for FrameKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_to(f)
    }
}

impl Slot {
    fn write_to(&self, out: &mut impl fmt::Write) -> fmt::Result {
        out.write_str(match self {
            Slot::Thread => "thread",
            Slot::Started => "started",
            Slot::Count(_) => "count:",
            Slot::Head => "head",
            Slot::Loop => "loop",
            Slot::Repeat => "repeat",
            Slot::Event(_) => "event:",
            Slot::Source => "source",
            Slot::Last => "last",
            Slot::Binding(_) => "name:",
            Slot::Result(_) => "result:",
            Slot::Stream => "stream",
            Slot::Item(_) => "item:",
        })?;
        match self {
            Slot::Count(path) => path.write_to(out),
            Slot::Binding(name) => out.write_str(name),
            Slot::Event(number) | Slot::Result(number) | Slot::Item(number) => {
                write_number(out, *number)
            }
            Slot::Thread
            | Slot::Started
            | Slot::Head
            | Slot::Loop
            | Slot::Repeat
            | Slot::Source
            | Slot::Last
            | Slot::Stream => Ok(()),
        }
    }
}

/// The text is no frame key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidFrameKey(pub String);

impl fmt::Display for InvalidFrameKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "'{}' is no frame key; expected a path and a slot, such as 1.0/head",
            self.0
        )
    }
}

impl std::error::Error for InvalidFrameKey {}

impl FromStr for FrameKey {
    type Err = InvalidFrameKey;

    fn from_str(text: &str) -> Result<FrameKey, InvalidFrameKey> {
        let key = text.split_once('/').and_then(|(path, slot)| {
            Some(FrameKey {
                path: path.parse().ok()?,
                slot: parse_slot(slot)?,
            })
        });
        key.ok_or_else(|| InvalidFrameKey(text.to_owned()))
    }
}

fn parse_slot(text: &str) -> Option<Slot> {
    let slot = match text.split_once(':') {
        None => match text {
            "thread" => Slot::Thread,
            "started" => Slot::Started,
            "head" => Slot::Head,
            "loop" => Slot::Loop,
            "repeat" => Slot::Repeat,
            "source" => Slot::Source,
            "last" => Slot::Last,
            "stream" => Slot::Stream,
            _ => return None,
        },
        Some(("count", path)) => Slot::Count(path.parse().ok()?),
        Some(("event", number)) => Slot::Event(number.parse().ok()?),
        Some(("name", name)) => Slot::Binding(name.into()),
        Some(("result", index)) => Slot::Result(index.parse().ok()?),
        Some(("item", index)) => Slot::Item(index.parse().ok()?),
        Some(_) => return None,
    };
    Some(slot)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> FrameKey {
        text.parse().unwrap()
    }

    #[test]
    fn keys_print_and_read_back() {
        for text in [
            "/thread",
            "/started",
            "/count:1.0.2",
            "/event:3",
            "/head",
            "/name:a/b:c",
            "1/repeat",
            "1/loop",
            "1/source",
            "1/result:17",
            "1/stream",
            "1/item:3",
            "1.0/head",
            "1.0/last",
        ] {
            assert_eq!(key(text).to_string(), text);
        }
        for text in ["", "head", "1/", "1/x", "x/head", "1/result:x", "01/head"] {
            assert!(text.parse::<FrameKey>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_path_drops_its_own_keys_and_those_below_and_no_others() {
        let all = [
            "/head",
            "0/loop",
            "1/loop",
            "1/result:0",
            "1.0/head",
            "1.0.2/loop",
            "10/loop",
            "2/loop",
        ];
        let cell = FrameCell("1".into());
        for (path, left) in [
            ("1", vec!["/head", "0/loop", "2/loop", "10/loop"]),
            (
                "1.0",
                vec![
                    "/head",
                    "0/loop",
                    "1/loop",
                    "1/result:0",
                    "2/loop",
                    "10/loop",
                ],
            ),
            ("", vec![]),
        ] {
            let path: StepPath = path.parse().unwrap();
            let mut frames = Frames {
                cells: all.iter().map(|text| (key(text), cell.clone())).collect(),
            };
            frames.apply(FrameDelta {
                dropped: vec![path.clone()],
                cells: BTreeMap::new(),
            });
            let by_text: Vec<_> = frames.cells.keys().map(ToString::to_string).collect();
            assert_eq!(by_text, left);
            let range = FrameKey::texts_under(&path);
            let mut outside: Vec<_> = all
                .iter()
                .filter(|text| !range.contains(&(**text).to_owned()))
                .copied()
                .collect();
            outside.sort_by_key(|text| key(text));
            assert_eq!(outside, left);
        }
    }

    #[test]
    fn merged_deltas_are_the_deltas_one_after_the_other() {
        let cell = |text: &str| Some(FrameCell(text.into()));
        let delta = |dropped: &[&str], cells: &[(&str, Option<FrameCell>)]| FrameDelta {
            dropped: dropped.iter().map(|path| path.parse().unwrap()).collect(),
            cells: cells
                .iter()
                .map(|(text, cell)| (key(text), cell.clone()))
                .collect(),
        };
        let first = delta(
            &[],
            &[
                ("1/loop", cell("a")),
                ("1.0/head", cell("b")),
                ("/head", cell("c")),
            ],
        );
        let second = delta(&["1"], &[("1/loop", cell("d")), ("/head", None)]);
        let mut one_by_one = Frames::default();
        one_by_one.apply(first.clone());
        one_by_one.apply(second.clone());
        let mut merged = first;
        merged.merge(second);
        let mut at_once = Frames::default();
        at_once.apply(merged);
        assert_eq!(at_once, one_by_one);
        assert_eq!(at_once.cells.len(), 1);
    }
}
