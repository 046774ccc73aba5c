//! A live tree on a terminal: what has ended scrolls up, what is under way is drawn below, a bar for
//! each loop.

use std::{collections::BTreeMap, fmt, time::Duration};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use scriptum_vm::{Entry, StepPath};

use super::{
    name::Names,
    plain,
    tree::{Change, Node, Tree},
};

/// Live lines beyond this are not drawn; the loop around them shows how far it is.
const LINES_MAX: usize = 16;
const TICK: Duration = Duration::from_millis(120);
const FRAMES_PER_SECOND: u8 = 12;

/// Draws to stderr.
pub(crate) struct Live {
    tree: Tree,
    screen: MultiProgress,
    bars: BTreeMap<StepPath, ProgressBar>,
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live")
            .field("tree", &self.tree)
            .finish_non_exhaustive()
    }
}

impl Live {
    pub(crate) fn new(names: Names) -> Live {
        let target = ProgressDrawTarget::stderr_with_hz(FRAMES_PER_SECOND);
        Live {
            tree: Tree::new(names),
            screen: MultiProgress::with_draw_target(target),
            bars: BTreeMap::new(),
        }
    }

    pub(crate) fn show(&mut self, entry: &Entry) {
        let Some(change) = self.tree.apply(entry) else {
            return;
        };
        match &change {
            Change::Started(path, node) => {
                self.recount(path);
                self.add(path, node);
            }
            Change::Retrying(path, node, _) => self.update(path, node),
            Change::Ended { path, .. } => {
                self.remove(path);
                self.print(&change);
                self.recount(path);
            }
            Change::Skipped { .. }
            | Change::Asked(..)
            | Change::Refused(..)
            | Change::Yielded { .. }
            | Change::Paused(_)
            | Change::Resumed => self.print(&change),
            Change::Progress(..) => (),
        }
    }

    /// A line above the live part.
    pub(crate) fn note(&self, line: &str) {
        self.screen.suspend(|| note!("{line}"));
    }

    pub(crate) fn finish(&mut self) {
        self.bars.clear();
        // A terminal that is gone has nothing to clear.
        let _: Result<(), _> = self.screen.clear();
    }

    fn add(&mut self, path: &StepPath, node: &Node) {
        self.remove(path);
        if node.folded || self.bars.len() >= LINES_MAX {
            return;
        }
        let next = self
            .bars
            .range(path.clone()..)
            .next()
            .map(|(_, bar)| bar.clone());
        let bar = ProgressBar::new(node.items.map_or(0, |items| items.total));
        let bar = match next {
            Some(next) => self.screen.insert_before(&next, bar),
            None => self.screen.add(bar),
        };
        bar.set_style(style_of(path, node));
        bar.set_message(crate::out::redacted(&text_of(node)).into_owned());
        bar.enable_steady_tick(TICK);
        self.bars.insert(path.clone(), bar);
    }

    fn update(&self, path: &StepPath, node: &Node) {
        if let Some(bar) = self.bars.get(path) {
            bar.set_message(crate::out::redacted(&text_of(node)).into_owned());
        }
    }

    fn remove(&mut self, path: &StepPath) {
        if let Some(bar) = self.bars.remove(path) {
            bar.finish_and_clear();
            self.screen.remove(&bar);
        }
    }

    fn print(&self, change: &Change) {
        if let Some(line) = plain::line(change) {
            self.note(&line);
        }
    }

    fn recount(&mut self, child: &StepPath) {
        let Some(Change::Progress(path, node)) = self.tree.recounted_loop(child) else {
            return;
        };
        if let (Some(bar), Some(items)) = (self.bars.get(&path), node.items) {
            bar.set_position(items.done);
        }
    }
}

fn style_of(path: &StepPath, node: &Node) -> ProgressStyle {
    let indent = "  ".repeat(path.components().len() / 2);
    let template = match node.items {
        Some(_) => {
            format!("{indent}{{spinner}} {path} {{msg}} {{bar:24}} {{pos}}/{{len}} {{elapsed}}")
        }
        None => format!("{indent}{{spinner}} {path} {{msg}} {{elapsed}}"),
    };
    ProgressStyle::with_template(&template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}

/// The name, with what it waits for. Braces would be read as a template nowhere: this is a message.
fn text_of(node: &Node) -> String {
    match &node.retry {
        Some(retry) => format!(
            "{}: {}; waits for attempt {}",
            node.name,
            retry.why,
            node.attempt + 1
        ),
        None if node.attempt > 1 => format!("{} (attempt {})", node.name, node.attempt),
        None => node.name.clone(),
    }
}
