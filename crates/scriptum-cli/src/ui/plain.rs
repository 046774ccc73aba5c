//! One line for each change that matters: for logs, pipes and terminals without a cursor.

use std::collections::BTreeMap;

use scriptum_vm::{Entry, PauseReason, Recovery, StepPath};

use super::{
    name::Names,
    style,
    tree::{Change, Ending, Node, Tree},
};

/// A loop that reports as a whole does so this often: at each tenth of its items.
const REPORTS_PER_LOOP: u64 = 10;

/// Prints lines to stderr.
#[derive(Debug)]
pub(crate) struct Plain {
    tree: Tree,
    /// Loops that report as a whole, with the tenths that were reported.
    reported: BTreeMap<StepPath, u64>,
}

impl Plain {
    pub(crate) fn new(names: Names) -> Plain {
        Plain {
            tree: Tree::new(names),
            reported: BTreeMap::new(),
        }
    }

    pub(crate) fn show(&mut self, entry: &Entry) {
        let Some(change) = self.tree.apply(entry) else {
            return;
        };
        if let Some(line) = line(&change) {
            note!("{line}");
        }
        if let Change::Ended { path, .. } = &change {
            self.reported.remove(path);
            self.report_loop(path);
        } else if let Change::Started(path, _) = &change {
            let _: Option<Change> = self.tree.recounted_loop(path);
        }
    }

    fn report_loop(&mut self, child: &StepPath) {
        let Some(Change::Progress(path, node)) = self.tree.recounted_loop(child) else {
            return;
        };
        let Some(items) = node
            .items
            .filter(|it| it.total > super::tree::CHILDREN_SHOWN_MAX)
        else {
            return;
        };
        let tenths = items.done * REPORTS_PER_LOOP / items.total;
        let reported = self.reported.entry(path.clone()).or_default();
        if tenths > *reported && !node.folded {
            *reported = tenths;
            let count = format!("{}/{}", items.done, items.total);
            note!(
                "{}",
                with_place("items", &path, &format!("{} {count}", node.name))
            );
        }
    }
}

/// The line of a change; `None` for what a folded loop sums up.
pub(super) fn line(change: &Change) -> Option<String> {
    match change {
        Change::Started(_, node) | Change::Progress(_, node) if node.folded => None,
        Change::Started(path, node) => {
            let what = match node.items {
                Some(items) if items.total == 1 => format!("{} [1 item]", node.name),
                Some(items) => format!("{} [{} items]", node.name, items.total),
                None => node.name.clone(),
            };
            Some(style::dim(&with_place(
                "start",
                path,
                &format!("{what}{}", attempt_of(node)),
            )))
        }
        Change::Progress(..) => None,
        Change::Retrying(path, node, at) => {
            let retry = node.retry.as_ref()?;
            let pause = style::duration(retry.due.0 - at.0);
            let text = format!("{}: {}; next attempt in {pause}", node.name, retry.why);
            Some(style::wait(&with_place("retry", path, &text)))
        }
        Change::Ended {
            path,
            node,
            at,
            how,
        } => {
            let took = style::duration(at.0 - node.started_at.0);
            ended(path, node, &took, how)
        }
        Change::Skipped { path, name } => Some(style::dim(&with_place("skip", path, name))),
        Change::Yielded { path, label, value } => {
            let json = value.to_json().unwrap_or_default();
            let label = label.as_ref().map_or("", |label| label);
            Some(with_place("yield", path, format!("{label} {json}").trim()))
        }
        Change::Paused(PauseReason::Wait) => Some(style::wait("paused until an event arrives")),
        Change::Paused(PauseReason::Operator) => Some(style::wait("paused")),
        Change::Asked(path, question) => Some(style::wait(&with_place("ask", path, question))),
        Change::Refused(path, why) => Some(style::wait(&with_place("wrong", path, why))),
        Change::Paused(PauseReason::Ask) => Some(style::wait("paused until somebody answers")),
        Change::Paused(PauseReason::StepError) => Some(style::wait("paused by a failed step")),
        Change::Resumed => Some("resumed".to_owned()),
    }
}

fn ended(path: &StepPath, node: &Node, took: &str, how: &Ending) -> Option<String> {
    let name = &node.name;
    match how {
        Ending::Completed(None) if node.folded => None,
        Ending::Completed(recovery) => {
            let after = match recovery {
                None => "",
                Some(Recovery::Fallback) => ", by its fallback",
                Some(Recovery::Ignore) => ", its error ignored",
                Some(Recovery::Operator) => ", output given",
            };
            Some(style::good(&with_place(
                "done",
                path,
                &format!("{name} {took}{after}"),
            )))
        }
        Ending::Failed(error, Some(_)) => Some(style::wait(&with_place(
            "ignore",
            path,
            &format!("{name}: {error}"),
        ))),
        Ending::Failed(error, None) => Some(style::bad(&with_place(
            "fail",
            path,
            &format!("{name}: {error}"),
        ))),
    }
}

fn attempt_of(node: &Node) -> String {
    if node.attempt > 1 {
        format!(" (attempt {})", node.attempt)
    } else {
        String::new()
    }
}

fn with_place(word: &str, path: &StepPath, text: &str) -> String {
    let path = path.to_string();
    format!("{word:<6} {path:<6} {text}")
}
