//! Where everything goes: bodies from top to bottom, lanes side by side, everything centered on what it
//! belongs to. Sizes are in pixels; places are relative to what is around.

use super::text::{Face, fitted, width};
use crate::graph::{Flow, Id, Lane, Node, Part};

pub(super) const TITLE_SIZE: f64 = 13.5;
pub(super) const DETAIL_SIZE: f64 = 11.5;
pub(super) const NOTE_SIZE: f64 = 11.0;
pub(super) const SECTION_SIZE: f64 = 11.0;

/// Widths of a step.
const CARD_WIDTH_MIN: f64 = 176.0;
const CARD_WIDTH_MAX: f64 = 330.0;
/// From the left side of a step to its texts.
pub(super) const TEXT_LEFT: f64 = 50.0;
/// From its texts to its right side.
const TEXT_RIGHT: f64 = 18.0;

/// Room for an arrow between two steps.
pub(super) const GAP: f64 = 30.0;
/// Room between lanes.
const LANE_GAP: f64 = 22.0;
/// Room inside a frame.
const FRAME_PAD: f64 = 22.0;
/// Room for a jump beside the steps that it is between.
pub(super) const JUMP_ROOM: f64 = 96.0;
const SECTION_HEIGHT: f64 = 34.0;
/// The condition and the name of a lane.
pub(super) const PILL_HEIGHT: f64 = 22.0;
const LANE_NAME_HEIGHT: f64 = 20.0;
const PILL_WIDTH_MAX: f64 = 300.0;
/// From the header of a frame to its lanes, with room for arrows that fork.
pub(super) const FORK: f64 = 30.0;
/// From the lanes to the lower side of a frame, with room for lines that meet.
pub(super) const JOIN: f64 = 26.0;

/// A step with its texts, cut to size, and what it holds.
pub(super) struct Box<'g> {
    pub(super) node: &'g Node,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    /// Height of the texts; the whole height for a step that holds nothing.
    pub(super) header: f64,
    pub(super) title: String,
    pub(super) detail: Option<String>,
    pub(super) notes: Vec<Note>,
    pub(super) lanes: Vec<Column<'g>>,
}

/// A few words in the last line of a step.
pub(super) struct Note {
    pub(super) text: String,
    pub(super) is_bind: bool,
}

/// A body inside a step.
pub(super) struct Column<'g> {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) condition: Option<String>,
    pub(super) name: Option<String>,
    /// Height of condition and name.
    pub(super) caption: f64,
    pub(super) stack: Stack<'g>,
    /// True when the step behind the frame follows it.
    pub(super) falls_through: bool,
}

/// Steps below each other.
pub(super) struct Stack<'g> {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) items: Vec<Item<'g>>,
}

impl Stack<'_> {
    /// From the top to the first step, past the titles above it.
    pub(super) fn first_step(&self) -> f64 {
        let steps = self.items.iter().filter_map(|item| match item {
            Item::Step(step) => Some(step.y),
            Item::Section { .. } => None,
        });
        steps.into_iter().next().unwrap_or(0.0)
    }
}

pub(super) enum Item<'g> {
    Section { title: String, y: f64 },
    Step(Box<'g>),
}

/// The steps of a flow that jump to the one before, which needs room beside them.
pub(super) type Backward<'b> = &'b dyn Fn(&Id) -> bool;

pub(super) fn stack<'g>(flow: &'g Flow, jumps_back: Backward<'_>) -> Stack<'g> {
    let boxes: Vec<_> = flow
        .parts
        .iter()
        .map(|part| measured(part, jumps_back))
        .collect();
    let widths = boxes.iter().map(|item| match item {
        Item::Section { title, .. } => 2.0 * (width(title, SECTION_SIZE, Face::Bold) + 30.0),
        Item::Step(step) => {
            let room = if jumps_back(&step.node.id) {
                2.0 * JUMP_ROOM
            } else {
                0.0
            };
            step.width + room
        }
    });
    let width = widths.fold(0.0, f64::max);
    let mut y = 0.0;
    let mut items = Vec::with_capacity(boxes.len());
    for (index, mut item) in boxes.into_iter().enumerate() {
        if index > 0 {
            y += GAP;
        }
        match &mut item {
            Item::Section { y: at, .. } => {
                *at = y;
                // The next arrow begins above the title, and goes on below it.
                y += SECTION_HEIGHT - GAP;
            }
            Item::Step(step) => {
                step.x = (width - step.width) / 2.0;
                step.y = y;
                y += step.height;
            }
        }
        items.push(item);
    }
    Stack {
        width,
        height: y,
        items,
    }
}

fn measured<'g>(part: &'g Part, jumps_back: Backward<'_>) -> Item<'g> {
    match part {
        Part::Section(section) => Item::Section {
            title: fitted(&section.title, SECTION_SIZE, Face::Bold, CARD_WIDTH_MAX),
            y: 0.0,
        },
        Part::Step(node) => Item::Step(step(node, jumps_back)),
    }
}

fn step<'g>(node: &'g Node, jumps_back: Backward<'_>) -> Box<'g> {
    let room = CARD_WIDTH_MAX - TEXT_LEFT - TEXT_RIGHT;
    let title = fitted(&node.title, TITLE_SIZE, Face::Bold, room);
    let detail = node.detail.as_ref();
    let detail = detail.map(|detail| fitted(detail, DETAIL_SIZE, Face::Mono, room));
    let notes = notes(node, room);
    let wanted = [
        width(&title, TITLE_SIZE, Face::Bold),
        detail
            .as_ref()
            .map_or(0.0, |it| width(it, DETAIL_SIZE, Face::Mono)),
        notes.iter().map(note_width).sum(),
    ];
    let wanted = wanted.into_iter().fold(0.0, f64::max) + TEXT_LEFT + TEXT_RIGHT;
    let card = wanted.clamp(CARD_WIDTH_MIN, CARD_WIDTH_MAX);
    let rows = usize::from(detail.is_some()) + usize::from(!notes.is_empty());
    let header = match rows {
        0 => 44.0,
        1 => 56.0,
        _ => 74.0,
    };
    let mut this = Box {
        node,
        x: 0.0,
        y: 0.0,
        width: card,
        height: header,
        header,
        title,
        detail,
        notes,
        lanes: Vec::new(),
    };
    if !node.lanes.is_empty() {
        frame(&mut this, jumps_back);
    }
    this
}

fn notes(node: &Node, room: f64) -> Vec<Note> {
    let bind = node.bind.iter().map(|name| Note {
        text: format!("→ {name}"),
        is_bind: true,
    });
    let others = node.notes.iter().map(|text| Note {
        text: text.clone(),
        is_bind: false,
    });
    let mut left = room;
    let mut notes = Vec::new();
    for mut note in bind.chain(others) {
        note.text = fitted(
            &note.text,
            NOTE_SIZE,
            face_of(note.is_bind),
            (left - 20.0).max(24.0),
        );
        left -= note_width(&note);
        notes.push(note);
        if left < 60.0 {
            break;
        }
    }
    notes
}

fn face_of(is_bind: bool) -> Face {
    if is_bind { Face::Mono } else { Face::Plain }
}

/// A note with the room around it.
pub(super) fn note_width(note: &Note) -> f64 {
    let padding = if note.is_bind { 22.0 } else { 12.0 };
    width(&note.text, NOTE_SIZE, face_of(note.is_bind)) + padding
}

/// Puts the lanes of a step side by side below its texts.
fn frame<'g>(step: &mut Box<'g>, jumps_back: Backward<'_>) {
    let mut lanes: Vec<Column<'g>> = step
        .node
        .lanes
        .iter()
        .map(|it| column(it, jumps_back))
        .collect();
    if let Some(bypass) = bypass(step.node) {
        lanes.push(bypass);
    }
    let across: f64 = lanes.iter().map(|lane| lane.width).sum();
    let gaps = LANE_GAP * f64::from(u32::try_from(lanes.len().saturating_sub(1)).unwrap_or(0));
    let inner = across + gaps;
    step.width = step.width.max(inner + 2.0 * FRAME_PAD);
    let top = step.header + FORK;
    let tallest = lanes.iter().map(|lane| lane.height).fold(0.0, f64::max);
    let mut x = (step.width - inner) / 2.0;
    for lane in &mut lanes {
        lane.x = x;
        lane.y = top;
        x += lane.width + LANE_GAP;
    }
    step.height = top + tallest + JOIN;
    step.lanes = lanes;
}

fn column<'g>(lane: &'g Lane, jumps_back: Backward<'_>) -> Column<'g> {
    let stack = stack(&lane.flow, jumps_back);
    let condition = lane.condition.as_ref();
    let condition = condition.map(|it| fitted(it, DETAIL_SIZE, Face::Mono, PILL_WIDTH_MAX));
    let name = lane.name.as_ref();
    let name = name.map(|name| fitted(name, NOTE_SIZE, Face::Bold, PILL_WIDTH_MAX));
    let pill = condition
        .as_ref()
        .map_or(0.0, |it| width(it, DETAIL_SIZE, Face::Mono) + 24.0);
    let named = name
        .as_ref()
        .map_or(0.0, |it| width(it, NOTE_SIZE, Face::Bold) + 24.0);
    let mut caption = 0.0;
    if condition.is_some() {
        caption += PILL_HEIGHT;
    }
    if name.is_some() {
        caption += LANE_NAME_HEIGHT;
    }
    let is_empty = stack.items.is_empty();
    if caption > 0.0 && !is_empty {
        caption += GAP - 8.0;
    }
    let steps = lane.flow.steps().last();
    let falls_through = steps.is_none_or(|last| !last.ends);
    Column {
        x: 0.0,
        y: 0.0,
        width: stack.width.max(pill).max(named).max(60.0),
        height: caption + stack.height,
        condition,
        name,
        caption,
        stack,
        falls_through,
    }
}

/// The way past all branches, where a decide has no `otherwise`.
fn bypass(node: &Node) -> Option<Column<'static>> {
    let has_otherwise = |lane: &Lane| {
        let condition = lane.condition.as_deref();
        condition.is_some_and(|it| it == "otherwise" || it.ends_with(" or otherwise"))
    };
    if node.verb != "decide" || node.lanes.iter().any(has_otherwise) {
        return None;
    }
    let text = "none of them".to_owned();
    Some(Column {
        x: 0.0,
        y: 0.0,
        width: width(&text, DETAIL_SIZE, Face::Mono) + 24.0,
        height: PILL_HEIGHT,
        condition: Some(text),
        name: None,
        caption: PILL_HEIGHT,
        stack: Stack {
            width: 0.0,
            height: 0.0,
            items: Vec::new(),
        },
        falls_through: true,
    })
}
