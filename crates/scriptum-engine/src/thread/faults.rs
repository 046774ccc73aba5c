//! What happens when the machine itself goes wrong in one thread: the node lives, the others go on.
//!
//! A panic over the answer of a call becomes a failure of that step, `INTERNAL_ERROR`, which pauses
//! the thread like any other. A fault that belongs to no step leaves the journal as it is: the row says
//! PAUSED, the thread stays with its owner, and the next post or the next owner tries again.

use scriptum_vm::{Notification, RestoreError, Status, StepError};

use super::{Exit, Known, calls::Answer, state::Resident};
use crate::{Committed, StoreError, draft::Draft};

/// Why a thread cannot go on as it is.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The machine panicked over a notification.
    #[error("the machine broke off: {said}")]
    Panicked {
        notification: Box<Notification>,
        said: String,
    },
    /// The frames make no sense to this build.
    #[error("the frames are unreadable: {0}")]
    Unreadable(RestoreError),
    /// What the store says makes no sense.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The machine neither ended nor waits for anything.
    #[error("the machine waits for nothing and has not ended")]
    WaitsForNothing,
}

impl Resident {
    /// Goes on after a fault if there is a way, and otherwise sets the thread aside.
    pub(super) async fn repair(&mut self, fault: Fault) -> Result<Option<Exit>, Fault> {
        tracing::error!(thread = %self.id, %fault, "fault in a thread");
        if self.unborn.take().is_some() {
            return Ok(Some(Exit::Unborn));
        }
        let Some(culprit) = self.take_culprit(&fault) else {
            return Ok(Some(self.set_aside().await));
        };
        match self.reload().await {
            Ok(None) => {
                self.answers.push_front(failed(culprit, &fault));
                Ok(None)
            }
            Ok(Some(exit)) => Ok(Some(exit)),
            Err(_) => Ok(Some(self.set_aside().await)),
        }
    }

    /// The answer that the machine panicked over, unless it was a substitute already.
    fn take_culprit(&mut self, fault: &Fault) -> Option<Answer> {
        let Fault::Panicked { notification, .. } = fault else {
            return None;
        };
        let culprit = self
            .in_doubt
            .pop_if(|answer| answer.notification == **notification)?;
        let is_substitute = matches!(
            &culprit.notification,
            Notification::Failed { error, .. } if &*error.code == "INTERNAL_ERROR"
        );
        (!is_substitute).then_some(culprit)
    }

    /// What the calls under way answer is posted, so that nothing learned is lost. Then the row says that
    /// the thread stands still, as soon as the store takes it: nobody would look after it otherwise.
    async fn set_aside(&mut self) -> Exit {
        self.doubt_answers();
        self.finish_calls().await;
        self.post_answers().await;
        if !self.is_known() {
            return Exit::Unread;
        }
        let mut standing = self.standing;
        standing.status = Status::Paused;
        standing.wake_at = None;
        while !self.node.stop.is_cancelled() {
            match self.commit(Draft::new(standing), false).await {
                Ok(Committed::Done) => break,
                // The fault was in what was known here. If the thread is ours, it is found as a stray.
                Ok(Committed::LostOwner | Committed::Stale) => return Exit::Lost,
                Err(StoreError::Unavailable(_)) => self.back_off().await,
                Err(error) => {
                    tracing::warn!(thread = %self.id, %error, "cannot show that a thread is set aside");
                    break;
                }
            }
        }
        Exit::Faulty(Known {
            inbox: self.inbox_known(),
            last_seq: Some(self.standing.last_seq),
        })
    }
}

fn failed(culprit: Answer, fault: &Fault) -> Answer {
    let said = match fault {
        Fault::Panicked { said, .. } => said.as_str(),
        Fault::Unreadable(_) | Fault::Store(_) | Fault::WaitsForNothing => "",
    };
    let message = format!("the engine broke off while it took the answer in: {said}");
    let error = StepError::permanent("INTERNAL_ERROR", message);
    Answer::new(culprit.id, Err(error))
}
