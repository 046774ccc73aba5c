//! Plays a fixture's program in virtual time with mocked tools.
//!
//! On the way each turn is checked as in the simulation's first ring: the frames restore to the same
//! machine, and the journal replays to it.

use std::{collections::BTreeMap, sync::Arc};

use scriptum_contract::{
    SecretsByKey, ToolCatalog, ToolOrigin, ToolSignature, Value, open_secrets,
};
use scriptum_engine::{checked_args, checked_output};
use scriptum_vm::{
    Call, Entry, Ignored, Notification, Options, Resume, Status, StepError, Timestamp, Vm,
    play::{Answer, Happening, Play, World},
    program::Program,
    replay,
};

use crate::{mock::Mocks, outside::Outside, text};

/// 2026-01-01T00:00:00Z.
const START: Timestamp = Timestamp(1_767_225_600_000);
const SEED: u64 = 7;

/// What a fixture says about all that is outside of the thread.
struct Stage<R> {
    /// Signatures of the tools that the program calls.
    pins: ToolCatalog,
    mocks: Mocks,
    outside: Outside,
    /// What mocks see and the script does not.
    secrets: SecretsByKey,
    /// Lines that say what is done at a pause.
    resumes: R,
}

pub(crate) fn play<'a>(
    program: Program,
    pins: ToolCatalog,
    input: Value,
    env: BTreeMap<Arc<str>, Value>,
    mocks: Mocks,
    outside: Outside,
    resumes: impl Iterator<Item = &'a str>,
) -> Result<Play, String> {
    let thread = Value::object([
        ("id", Value::text("thr_test")),
        ("script", Value::text("test")),
    ]);
    let secrets = program.contract.secrets(&env);
    let start = Notification::Started {
        input,
        env,
        seed: SEED,
        thread,
        timeout_ms: None,
    };
    let mut stage = Stage {
        pins,
        mocks,
        outside,
        secrets,
        resumes,
    };
    let mut play = Play::new(Arc::new(program), Options::default(), START);
    play.run(&start, &mut stage)?;
    check_replay(&play)?;
    stage.outside.check_spent()?;
    Ok(play)
}

impl<R> Stage<R> {
    /// The answer to a call whose arguments and result are held to a signature, as the engine does it.
    fn checked_answer(&mut self, call: &Call, signature: &ToolSignature) -> Answer {
        let callee = &call.callee;
        if let Err(error) = checked_args(callee, signature, call.args.clone()) {
            return Answer::Now(Err(error));
        }
        let held = |result: Result<Value, StepError>| {
            result.and_then(|output| checked_output(callee, signature, output))
        };
        match self.mocks.answer(call) {
            Answer::Now(result) => Answer::Now(held(result)),
            Answer::After { ms, result } => Answer::After {
                ms,
                result: held(result),
            },
            items @ Answer::Items { .. } => items,
            Answer::Never => Answer::Never,
        }
    }
}

impl<'a, R: Iterator<Item = &'a str>> World for Stage<R> {
    type Error = String;

    fn asked(&mut self, _call: &Call) {}

    fn answer(&mut self, call: &Call) -> Result<Answer, String> {
        let (args, mask) = open_secrets(&call.args, &self.secrets)
            .map_err(|key| format!("secret '{key}' is not in the env block"))?;
        let call = &Call {
            args,
            ..call.clone()
        };
        let origin = &call.callee.origin;
        let signature = self.pins.find(origin, &call.callee.name).map(Arc::clone);
        // A fixture gives of a model's answer what the script reads, not all that comes with it.
        let signature = signature.filter(|_| *origin != ToolOrigin::Model);
        let answer = match signature {
            Some(signature) => self.checked_answer(call, &signature),
            None => self.mocks.answer(call),
        };
        Ok(answer.masked(&mask))
    }

    fn follow(&mut self, play: &Play, turn: &[Entry]) -> Result<Vec<Happening>, String> {
        check_restore(play)?;
        Ok(self.outside.fired(&text::events(turn, "")))
    }

    fn act(&mut self, play: &Play) -> Result<Option<Notification>, String> {
        if play.vm().status() == Status::Paused {
            self.resumes.next().map(resume).transpose()
        } else {
            Ok(None)
        }
    }

    /// A fixture says nothing that does not apply.
    fn ignored(&mut self, why: Ignored) -> Result<(), String> {
        Err(format!("a notification was ignored: {why}"))
    }

    fn is_last_first(&self) -> bool {
        self.mocks.last_first
    }
}

fn check_restore(play: &Play) -> Result<(), String> {
    let (vm, frames) = (play.vm(), play.frames());
    if *frames != vm.frames() {
        return Err("the sum of the turns' frames is not the machine's state".to_owned());
    }
    let restored = Vm::restore(Arc::clone(play.program()), frames.clone())
        .map_err(|error| format!("the frames do not restore: {error}"))?;
    let differs = restored.status() != vm.status()
        || !restored.pending().eq(vm.pending())
        || restored.frames() != *frames;
    if differs {
        Err("the restored machine is another one".to_owned())
    } else {
        Ok(())
    }
}

fn check_replay(play: &Play) -> Result<(), String> {
    let replayed = replay(Arc::clone(play.program()), play.entries())
        .map_err(|error| format!("the journal does not replay: {error}"))?;
    if replayed.frames() == play.vm().frames() {
        Ok(())
    } else {
        Err("the replayed machine is another one".to_owned())
    }
}

/// `0.1 again`, `0 replace {…}`, `0 merge {…}`, `0 output {…}`, `0 answer …`, `all again`, `cancel`.
fn resume(line: &str) -> Result<Notification, String> {
    let wrong =
        || format!("resume line '{line}': expected 'PATH again|replace|merge|output|answer JSON'");
    if line.trim() == "cancel" {
        return Ok(Notification::CancelAsked {
            reason: "by the fixture".into(),
        });
    }
    if let Some(answer) = answer(line) {
        return Ok(answer);
    }
    let (path, action) = line.trim().split_once(' ').ok_or_else(wrong)?;
    let path = if path == "all" {
        None
    } else {
        Some(path.parse().map_err(|_| wrong())?)
    };
    let (verb, json) = action.split_once(' ').unwrap_or((action, "null"));
    let value = Value::from_json(json).map_err(|error| format!("{}: {error}", wrong()))?;
    let change = match verb {
        "again" => Resume::Again,
        "replace" => Resume::Replace(value),
        "merge" => Resume::Merge(value),
        "output" => Resume::Output(value),
        _ => return Err(wrong()),
    };
    Ok(Notification::Resumed {
        path,
        change,
        seen: None,
    })
}

/// `0 answer "yes"`: what somebody answers to an ask.
pub(crate) fn answer(line: &str) -> Option<Notification> {
    let (path, json) = line.trim().split_once(" answer ")?;
    Some(Notification::Answered {
        path: path.parse().ok()?,
        value: Value::from_json(json).ok()?,
        by: "somebody".into(),
        attempt: None,
        wrong: None,
    })
}
