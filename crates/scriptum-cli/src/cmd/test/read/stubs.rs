//! The answers of tools: by the name of a tool, or by a step under `steps`.

use std::sync::Arc;

use scriptum_contract::{ToolSignature, Value, check};

use super::{Reader, fill::returned, only, said};
use crate::{
    cmd::test::{
        faults::unknown,
        model::{Does, Stub, Stubs, Then, Whose},
        pattern::Pattern,
        yaml::{Key, Node},
    },
    duration::Duration,
};

/// Keys of a stub.
const STUB_KEYS: [&str; 7] = [
    "when", "returns", "fails", "hangs", "items", "times", "takes",
];

/// The key under which stubs are named by the script that is run.
const SCRIPTS: &str = "scripts";

/// The key under which stubs are named by step.
const STEPS: &str = "steps";

impl Reader<'_> {
    /// The stubs of a test; those of steps come first, because they are closer to what is meant.
    pub(super) fn stubs(&mut self, case: &Node) -> Vec<Stubs> {
        let mut stubs = Vec::new();
        let tools = case.get("tools");
        let entries = tools.and_then(|node| self.entries(node, "tools"));
        let by_step = entries.unwrap_or_default().iter();
        let by_step = by_step.filter(|(key, _)| &*key.text == STEPS);
        let by_step = by_step.map(|(_, node)| node).chain(case.get(STEPS));
        for node in by_step {
            let steps = self.entries(node, STEPS).unwrap_or_default();
            stubs.extend(
                steps
                    .iter()
                    .filter_map(|(key, node)| self.of_step(key, node)),
            );
        }
        if let Some(node) = case.get(SCRIPTS) {
            let scripts = self.entries(node, SCRIPTS).unwrap_or_default().iter();
            stubs.extend(scripts.filter_map(|(key, node)| self.of_script(key, node)));
        }
        for (key, node) in entries.unwrap_or_default() {
            if &*key.text == STEPS {
                continue;
            }
            if let Some(name) = self.tool(key) {
                let signature = self.signature(&name);
                let list = self.list(node, signature.as_deref());
                let whose = Whose::Tool(name);
                stubs.push(Stubs { whose, list });
            }
        }
        stubs
    }

    /// Stubs of other scripts by name; what they return is the output of the thread.
    fn of_script(&mut self, key: &Key, node: &Node) -> Option<Stubs> {
        let known = &self.script.scripts;
        if !known.contains(&key.text) {
            let names = known.iter().map(|name| &**name);
            let message = format!("the script runs no script '{}'", key.text);
            self.add(&unknown(key.at.clone(), message, &key.text, names));
            return None;
        }
        let list = self.list(node, None);
        let whose = Whose::Script(Arc::clone(&key.text));
        Some(Stubs { whose, list })
    }

    fn of_step(&mut self, key: &Key, node: &Node) -> Option<Stubs> {
        let step = self.step(&key.text, &key.at)?;
        let list = self.list(node, None);
        let whose = Whose::Step(step);
        Some(Stubs { whose, list })
    }

    /// The signature of a tool, when all that have this name agree.
    fn signature(&self, name: &str) -> Option<Arc<ToolSignature>> {
        let callees = self.script.callees.iter();
        let mut callees = callees.filter(|callee| &*callee.name.0 == name);
        let callee = callees.next()?;
        self.script.signature(callee).cloned()
    }

    /// One stub, or several of which each call takes the first that fits and is not used up.
    fn list(&mut self, node: &Node, signature: Option<&ToolSignature>) -> Vec<Stub> {
        let Some(items) = node.items() else {
            return self.stub(node, true, signature).into_iter().collect();
        };
        let last = items.len().saturating_sub(1);
        let items = items.iter().enumerate();
        items
            .filter_map(|(at, node)| self.stub(node, at == last, signature))
            .collect()
    }

    /// A stub without `when` and `times` answers one call, and the last one of a list all further ones.
    fn stub(
        &mut self,
        node: &Node,
        is_last: bool,
        signature: Option<&ToolSignature>,
    ) -> Option<Stub> {
        self.entries(node, "a stub")?;
        only(node, &STUB_KEYS, "a stub", &mut self.faults);
        let when = node.get("when");
        let when = when.map(|node| Pattern::read(node, &mut self.faults));
        let times = node
            .get("times")
            .map(|node| self.count(node, "times").unwrap_or(1));
        let once = (when.is_none() && !is_last).then_some(1);
        let takes_ms = node
            .get("takes")
            .and_then(|node| self.duration(node, "takes"));
        Some(Stub {
            when,
            does: self.does(node, signature)?,
            times: times.or(once),
            takes_ms: takes_ms.unwrap_or(0),
        })
    }

    fn does(&mut self, node: &Node, signature: Option<&ToolSignature>) -> Option<Does> {
        if let Some(items) = node.get("items") {
            return self.items_of(node, items);
        }
        let given = ["returns", "fails", "hangs"];
        let given: Vec<_> = given
            .iter()
            .filter_map(|key| Some((*key, node.get(key)?)))
            .collect();
        match given.as_slice() {
            [("returns", value)] => Some(Does::Returns(self.returned(value, signature))),
            [("fails", error)] => self.step_error(error).map(Does::Fails),
            [("hangs", truth)] => {
                self.truly(truth, "hangs");
                Some(Does::Hangs)
            }
            _ => {
                let at = node.at.clone();
                let message = "a stub needs one of 'returns', 'fails', 'items' and 'hangs: true'";
                self.fault(at, message);
                None
            }
        }
    }

    /// Items that are handed on before the call ends, fails or hangs.
    fn items_of(&mut self, node: &Node, items: &Node) -> Option<Does> {
        for key in ["returns", "takes"] {
            if let Some(other) = node.get(key) {
                let message = format!("'{key}' does not go with 'items'");
                self.fault(other.at.clone(), message);
            }
        }
        let items = self.items(items, "items")?;
        let items = items.iter().map(Node::value).collect();
        let then = match (node.get("fails"), node.get("hangs")) {
            (Some(error), _) => Then::Fails(self.step_error(error)?),
            (None, Some(truth)) => {
                self.truly(truth, "hangs");
                Then::Hangs
            }
            (None, None) => Then::Ends,
        };
        Some(Does::Items { items, then })
    }

    /// What a tool returns, filled up and checked against what it says that it returns.
    fn returned(&mut self, node: &Node, signature: Option<&ToolSignature>) -> Value {
        let value = node.value();
        let Some(signature) = signature else {
            return value;
        };
        let value = returned(value, signature);
        for violation in check(&value, &signature.output) {
            let at = node.place(&violation.pointer);
            let what = said(&violation);
            let message = format!("'{}' does not return this: {what}", signature.name);
            self.fault(at, message);
        }
        value
    }

    pub(super) fn count(&mut self, node: &Node, what: &str) -> Option<u64> {
        let count = node.count().filter(|count| *count > 0);
        if count.is_none() {
            self.wrong(node, what, "a whole number from 1");
        }
        count
    }

    /// A duration in milliseconds: a number of them, or a text such as `5s`.
    pub(super) fn duration(&mut self, node: &Node, what: &str) -> Option<u64> {
        let written = || node.text()?.parse::<Duration>().ok();
        let ms = node.count().or_else(|| Some(written()?.ms));
        if ms.is_none() {
            self.wrong(node, what, "a duration such as 5s or 1h30m");
        }
        ms
    }
}
