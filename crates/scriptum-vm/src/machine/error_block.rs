//! `on thread error`: what runs when nothing else of the thread can.

use std::sync::Arc;

use scriptum_contract::Value;

use super::{
    cells::{Failing, Progress},
    place::{self, Place, Rerun},
    run::{Need, Run},
    state::{Scope, ScopeKind},
};
use crate::{StepError, StepPath, program::Body};

impl Run<'_> {
    /// Enters the block because of a step that failed.
    pub(super) fn fail_for_step(&mut self, path: &StepPath) -> Result<(), Need> {
        let place = self.step_at(path);
        let Some(Progress::Failed(failed)) = self.state.progress(path) else {
            unreachable!("the index of failed steps names failed steps");
        };
        let (error, attempt) = (failed.error.clone(), failed.count.attempt);
        self.fail_thread(error, Some((&place, attempt)))
    }

    /// Takes everything down but the names bound in the body, and lets the block begin.
    pub(super) fn enter_error_block(
        &mut self,
        block: &Body,
        error: StepError,
        step: Option<(&Place<'_>, u32)>,
    ) -> Result<(), Need> {
        let shown = self.error_value(&error, step)?;
        let thread = self.thread_value();
        self.cancel_steps();
        self.take_down();
        let path = step.map(|(place, _)| place.path.clone());
        self.state
            .change_thread(|thread| thread.failing = Some(Arc::new(Failing { error, path })));
        let scope = place::error_block(self.program);
        self.state.open_scope(
            scope.clone(),
            Scope::new(ScopeKind::OnThreadError, block, Rerun::of(block)),
        );
        self.state.bind(&scope, &"error".into(), shown);
        self.state.bind(&scope, &"thread".into(), thread);
        Ok(())
    }

    fn take_down(&mut self) {
        let root = StepPath::root();
        let scopes: Vec<_> = self.state.scopes.keys().cloned().collect();
        for scope in scopes.iter().rev().filter(|scope| **scope != root) {
            self.state.close_scope(scope);
        }
        let loops: Vec<_> = self.state.loops.keys().cloned().collect();
        for path in &loops {
            self.state.close_loop(path);
        }
        let repeats: Vec<_> = self.state.repeats.keys().cloned().collect();
        for path in &repeats {
            self.state.set_repeat(path, None);
        }
        let streams: Vec<_> = self.state.streams.keys().cloned().collect();
        for path in &streams {
            self.state.close_stream(path);
        }
        self.state.set_step(&root, Progress::Over);
        self.effects.clear();
    }

    /// What the block reads as `error`.
    fn error_value(
        &mut self,
        error: &StepError,
        step: Option<(&Place<'_>, u32)>,
    ) -> Result<Value, Need> {
        let text = |text: Option<Arc<str>>| text.map_or(Value::Null, Value::Text);
        let mut fields = vec![
            ("message", Value::Text(Arc::clone(&error.message))),
            ("code", Value::Text(Arc::clone(&error.code))),
            ("details", error.details.clone()),
        ];
        if let Some((place, attempt)) = step {
            fields.push(("step", text(self.label(place, attempt)?)));
            fields.push(("step_path", Value::from(place.path.to_string())));
            fields.push(("tool", text(place::tool(place.step))));
            fields.push(("attempt", Value::Int(i64::from(attempt))));
        } else {
            let absent = ["step", "step_path", "tool", "attempt"];
            fields.extend(absent.map(|name| (name, Value::Null)));
        }
        Ok(self.values.keep(Value::object(fields)))
    }

    /// What the block reads as `thread`.
    fn thread_value(&mut self) -> Value {
        let started = self.state.started.as_deref();
        let known = started.and_then(|started| started.thread.as_object());
        let known = known.into_iter().flatten().cloned();
        let status = (Arc::from("status"), Value::text("FAILED"));
        Value::Object(known.chain([status]).collect())
    }
}
