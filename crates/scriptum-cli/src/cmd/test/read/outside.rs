//! What happens to a thread besides the answers of tools: faults at a step, and what people do.

use scriptum_contract::Value;
use scriptum_vm::Resume;

use super::{Reader, only, text};
use crate::cmd::test::{
    faults::unknown,
    model::{Blow, Fault, Moment, Reply, Resumed, Sent, StepRef},
    yaml::Node,
};

const FAULT_KEYS: [&str; 6] = ["step", "after", "crash", "fails", "pause", "cancel"];
const ANSWER_KEYS: [&str; 4] = ["step", "value", "by", "after"];
const EVENT_KEYS: [&str; 3] = ["name", "data", "after"];
const RESUME_KEYS: [&str; 4] = ["step", "override", "merge", "output"];

impl Reader<'_> {
    /// `faults: [{step: "Fetch", crash: true}]`.
    pub(super) fn happenings(&mut self, case: &Node) -> Vec<Fault> {
        let node = case.get("faults");
        let items = node.and_then(|node| self.items(node, "faults"));
        let items = items.unwrap_or_default().iter();
        items.filter_map(|node| self.happening(node)).collect()
    }

    fn happening(&mut self, node: &Node) -> Option<Fault> {
        self.entries(node, "a fault")?;
        only(node, &FAULT_KEYS, "a fault", &mut self.faults);
        let step = self.step_of(node, "a fault")?;
        let moment = node.get("after");
        let moment = moment.map_or(Some(Moment::Start), |node| self.moment(node))?;
        let blow = self.blow(node)?;
        Some(Fault { step, moment, blow })
    }

    fn moment(&mut self, node: &Node) -> Option<Moment> {
        let written = text(node, "after", &mut self.faults)?;
        match &*written {
            "start" => Some(Moment::Start),
            "done" => Some(Moment::Done),
            other => {
                let message = format!("a fault comes after 'start' or 'done', not '{other}'");
                self.add(&unknown(node.at.clone(), message, other, ["start", "done"]));
                None
            }
        }
    }

    fn blow(&mut self, node: &Node) -> Option<Blow> {
        let kinds = ["crash", "fails", "pause", "cancel"];
        let given: Vec<_> = kinds
            .iter()
            .filter_map(|key| Some((*key, node.get(key)?)))
            .collect();
        let [(kind, value)] = given.as_slice() else {
            let message = "a fault is one of 'crash: true', 'fails', 'pause: true', 'cancel: true'";
            self.fault(node.at.clone(), message);
            return None;
        };
        if *kind == "fails" {
            return self.step_error(value).map(Blow::Fails);
        }
        self.truly(value, kind);
        match *kind {
            "crash" => Some(Blow::Crash),
            "pause" => Some(Blow::Pause),
            _ => Some(Blow::Cancel),
        }
    }

    /// `resume: [{step: "Fetch", output: {…}}]`, one entry a pause.
    pub(super) fn resumes(&mut self, case: &Node) -> Vec<Resumed> {
        let node = case.get("resume");
        let items = node.and_then(|node| self.items(node, "resume"));
        let items = items.unwrap_or_default().iter();
        items.filter_map(|node| self.resumed(node)).collect()
    }

    fn resumed(&mut self, node: &Node) -> Option<Resumed> {
        self.entries(node, "a resume")?;
        only(node, &RESUME_KEYS, "a resume", &mut self.faults);
        let step = match node.get("step") {
            Some(_) => Some(self.step_of(node, "a resume")?),
            None => None,
        };
        let changes = ["override", "merge", "output"];
        let changes: Vec<_> = changes
            .iter()
            .filter_map(|key| Some((*key, node.get(key)?.value())))
            .collect();
        let change = match changes.as_slice() {
            [] => Resume::Again,
            [("override", value)] => Resume::Replace(value.clone()),
            [("merge", value)] => Resume::Merge(value.clone()),
            [(_, value)] => Resume::Output(value.clone()),
            _ => {
                let message = "a resume changes one of 'override', 'merge' and 'output'";
                self.fault(node.at.clone(), message);
                return None;
            }
        };
        Some(Resumed { step, change })
    }

    /// `answers: [{step: "Approve", value: yes}]`, in the order of the questions of a step.
    pub(super) fn answers(&mut self, case: &Node) -> Vec<Reply> {
        let node = case.get("answers");
        let items = node.and_then(|node| self.items(node, "answers"));
        let items = items.unwrap_or_default().iter();
        items.filter_map(|node| self.reply(node)).collect()
    }

    fn reply(&mut self, node: &Node) -> Option<Reply> {
        self.entries(node, "an answer")?;
        only(node, &ANSWER_KEYS, "an answer", &mut self.faults);
        let step = self.step_of(node, "an answer")?;
        let Some(value) = node.get("value") else {
            self.fault(node.at.clone(), "an answer needs a 'value'");
            return None;
        };
        let by = node.get("by");
        let by = by.and_then(|node| text(node, "by", &mut self.faults));
        let after = node.get("after");
        let after_ms = after.and_then(|node| self.duration(node, "after"));
        Some(Reply {
            step,
            value: value.value(),
            by: by.unwrap_or_else(|| "somebody".into()),
            after_ms: after_ms.unwrap_or(0),
        })
    }

    /// `events: [{name: paid, data: {…}}]`, in the order in which those of a name arrive.
    pub(super) fn events(&mut self, case: &Node) -> Vec<Sent> {
        let node = case.get("events");
        let items = node.and_then(|node| self.items(node, "events"));
        let items = items.unwrap_or_default().iter();
        items.filter_map(|node| self.sent(node)).collect()
    }

    fn sent(&mut self, node: &Node) -> Option<Sent> {
        self.entries(node, "an event")?;
        only(node, &EVENT_KEYS, "an event", &mut self.faults);
        let Some(name) = node.get("name") else {
            self.fault(node.at.clone(), "an event needs a 'name'");
            return None;
        };
        let after = node.get("after");
        let after_ms = after.and_then(|node| self.duration(node, "after"));
        Some(Sent {
            name: text(name, "name", &mut self.faults)?,
            data: node.get("data").map_or(Value::Null, Node::value),
            after_ms: after_ms.unwrap_or(0),
        })
    }

    /// The step that a mapping names under `step`.
    pub(super) fn step_of(&mut self, node: &Node, what: &str) -> Option<StepRef> {
        let Some(step) = node.get("step") else {
            self.fault(node.at.clone(), format!("{what} needs a 'step'"));
            return None;
        };
        self.step_at(step)
    }

    /// A path may be written as a number: `step: 2`.
    pub(super) fn step_at(&mut self, node: &Node) -> Option<StepRef> {
        let index = || Some(node.count()?.to_string().into());
        let Some(name) = node.text().cloned().or_else(index) else {
            self.wrong(node, "step", "a label or a path");
            return None;
        };
        self.step(&name, &node.at)
    }
}
