//! Every verb meets every situation in some fixture: it succeeds, fails, is interrupted by a crash, by a
//! pause, by a cancel. A step is interrupted when that happens behind an event of it or of a step inside it.

use std::collections::{BTreeMap, BTreeSet};

use scriptum_compiler::compile;
use scriptum_vm::program::{Program, RunTarget, StepKind, Test};

use crate::{
    check::{catalog, with_header},
    markdown::Section,
};

/// What can happen to a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Situation {
    Ok,
    Error,
    Crash,
    Pause,
    Cancel,
}

const SITUATIONS: [Situation; 5] = [
    Situation::Ok,
    Situation::Error,
    Situation::Crash,
    Situation::Pause,
    Situation::Cancel,
];

/// Verbs, those that can be decided in two ways under two names.
const VERBS: [&str; 19] = [
    "agent",
    "ask",
    "check",
    "check by a model",
    "decide",
    "decide by a model",
    "do",
    "each",
    "emit",
    "let",
    "pipe",
    "plan",
    "repeat",
    "run a plan",
    "run a script",
    "send",
    "together",
    "wait",
    "yield",
];

/// An error that names what no fixture shows.
pub(crate) fn check<'s>(sections: impl Iterator<Item = &'s Section>) -> Result<(), String> {
    let mut seen: BTreeMap<&str, BTreeSet<Situation>> = BTreeMap::new();
    for section in sections {
        for (verb, situation) in shown(section) {
            seen.entry(verb).or_default().insert(situation);
        }
    }
    let mut missing = Vec::new();
    for verb in VERBS {
        let known = seen.get(verb);
        for situation in SITUATIONS {
            let is_shown = known.is_some_and(|known| known.contains(&situation));
            if !is_shown {
                missing.push(format!("{verb}: {situation:?}"));
            }
        }
    }
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("no fixture shows\n{}", missing.join("\n")))
    }
}

/// Verbs of a fixture with what happens to them.
fn shown(section: &Section) -> Vec<(&'static str, Situation)> {
    let Some(program) = program(section) else {
        return Vec::new();
    };
    let events = section
        .all("events")
        .flat_map(|block| block.content.lines());
    let mut shown = Vec::new();
    let mut add = |path: &str, situation| {
        shown.extend(
            verbs_at(&program, path)
                .into_iter()
                .map(|verb| (verb, situation)),
        );
    };
    let resumes: Vec<&str> = lines(section, "resume");
    for event in events {
        let (path, what) = event.split_once(' ').unwrap_or((event, ""));
        if what.starts_with("done") {
            add(path, Situation::Ok);
        }
        if what.starts_with("fail") {
            add(path, Situation::Error);
        }
        if let Some((_, path)) = event
            .strip_prefix("thread paused")
            .and_then(|at| at.rsplit_once(' '))
        {
            let cancels = resumes.iter().any(|line| line.trim() == "cancel");
            if cancels {
                add(path, Situation::Cancel);
            }
            if !cancels && !resumes.is_empty() {
                add(path, Situation::Pause);
            }
        }
    }
    for line in lines(section, "outside") {
        let Some((event, happening)) = line
            .trim()
            .strip_prefix("after ")
            .and_then(|line| line.rsplit_once(": "))
        else {
            continue;
        };
        let path = event.split(' ').next().unwrap_or_default();
        match happening.trim() {
            "crash" => add(path, Situation::Crash),
            "pause" if !resumes.is_empty() => add(path, Situation::Pause),
            "cancel" => add(path, Situation::Cancel),
            _ => {}
        }
    }
    shown
}

fn lines<'s>(section: &'s Section, kind: &'s str) -> Vec<&'s str> {
    section
        .all(kind)
        .flat_map(|block| block.content.lines())
        .collect()
}

fn program(section: &Section) -> Option<Program> {
    let script = section.block("scriptum")?;
    let compiled = compile(&with_header(&script.content), &catalog(section).ok()?);
    compiled.program
}

/// The verb of the step at a path, and of the steps around it.
fn verbs_at(program: &Program, path: &str) -> Vec<&'static str> {
    let mut components = path
        .split('.')
        .map_while(|part| part.parse::<usize>().ok())
        .peekable();
    let mut verbs = Vec::new();
    let mut body = &program.body;
    if components.peek() == Some(&body.steps.len())
        && let Some(block) = &program.on_thread_error
    {
        components.next();
        body = block;
    }
    while let Some(step) = components.next().and_then(|index| body.steps.get(index)) {
        verbs.push(verb(&step.kind));
        let Some(inner) = components.next() else {
            break;
        };
        let has_several = matches!(step.kind, StepKind::Decide(_) | StepKind::Together(_));
        let Some(next) = step.kind.bodies().nth(if has_several { inner } else { 0 }) else {
            break;
        };
        body = next;
    }
    verbs
}

fn verb(kind: &StepKind) -> &'static str {
    match kind {
        StepKind::Do(_) => "do",
        StepKind::Let(_) => "let",
        StepKind::Each(_) => "each",
        StepKind::Decide(decide) if decide.model.is_some() => "decide by a model",
        StepKind::Decide(_) => "decide",
        StepKind::Check(check) => match check.test {
            Test::Condition(_) => "check",
            Test::Question { .. } => "check by a model",
        },
        StepKind::Together(_) => "together",
        StepKind::Pipe(_) => "pipe",
        StepKind::Repeat(_) => "repeat",
        StepKind::Wait(_) => "wait",
        StepKind::Agent(_) => "agent",
        StepKind::Ask(_) => "ask",
        StepKind::Plan(_) => "plan",
        StepKind::Run(run) => match run.target {
            RunTarget::Planned(_) => "run a plan",
            RunTarget::Stored(_) => "run a script",
        },
        StepKind::Emit(_) => "emit",
        StepKind::Yield(_) => "yield",
        StepKind::Send(_) => "send",
    }
}
