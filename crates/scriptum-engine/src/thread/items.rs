//! Items that calls hand on while they go on: none is taken before the machine has room for it.

use std::{collections::BTreeMap, future::poll_fn, task::Poll};

use super::{
    calls::{Answer, CallId, Port},
    state::{Machine, Resident},
};

impl Resident {
    /// True when the machine has room for an item of that call.
    pub(super) fn wants(&self, id: &CallId) -> bool {
        wants(self.machine.as_ref(), id)
    }

    /// False for an answer that has to wait: an item for which there is no room, or the end of a call
    /// some of whose items were not applied.
    pub(super) fn fits(&self, answer: &Answer) -> bool {
        if self.ports.is_empty() {
            return true;
        }
        let id = &answer.id;
        let machine = self.machine.as_ref();
        let room = machine.and_then(|machine| machine.vm.items_wanted(&id.path, id.attempt));
        if answer.is_item() || room.is_none() {
            return room != Some(0);
        }
        let left = self
            .ports
            .get(id)
            .is_some_and(|port| !port.items.is_empty());
        let is_left = |other: &Answer| other.is_item() && other.id == *id;
        !left && !self.answers.iter().any(is_left)
    }

    /// An item that arrived and for which there is room.
    pub(super) fn arrived(&mut self) -> Option<Answer> {
        let machine = self.machine.as_ref();
        self.ports.iter_mut().find_map(|(id, port)| {
            if !wants(machine, id) {
                return None;
            }
            let item = port.items.try_recv().ok()?;
            Some(Answer::item(id, port, item))
        })
    }
}

fn wants(machine: Option<&Machine>, id: &CallId) -> bool {
    let room = machine.and_then(|machine| machine.vm.items_wanted(&id.path, id.attempt));
    room.is_some_and(|room| room > 0)
}

/// The next item that arrives and for which there is room.
pub(super) async fn next_item(
    machine: Option<&Machine>,
    ports: &mut BTreeMap<CallId, Port>,
) -> Answer {
    poll_fn(|task| {
        for (id, port) in ports.iter_mut().filter(|(id, _)| wants(machine, id)) {
            if let Poll::Ready(Some(item)) = port.items.poll_recv(task) {
                return Poll::Ready(Answer::item(id, port, item));
            }
        }
        Poll::Pending
    })
    .await
}
