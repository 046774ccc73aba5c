//! What a step says about itself, in a few words.

use scriptum_contract::{Contract, Value};
use scriptum_vm::program::{
    Action, Agent, Ask, Callee, Check, Decide, Expr, Goal, Input, OnError, Op, Pipe, Plan, Repeat,
    RunTarget, Step, StepKind, Test, Tools,
};

use super::Family;

/// Names that are listed one by one.
const NAMES_LISTED_MAX: usize = 4;

/// A step in words.
pub(super) struct Words {
    pub(super) verb: &'static str,
    pub(super) family: Family,
    pub(super) title: String,
    pub(super) detail: Option<String>,
    pub(super) notes: Vec<String>,
    pub(super) bind: Option<String>,
}

/// What a script takes and gives.
pub(super) fn summary(contract: &Contract) -> String {
    let parts = [("takes", &contract.inputs), ("gives", &contract.outputs)];
    let parts = parts.iter().filter(|(_, fields)| !fields.is_empty());
    let parts = parts.map(|(word, fields)| {
        let names = fields.iter().map(|field| field.name.to_string());
        format!("{word} {}", listed(names))
    });
    parts.collect::<Vec<_>>().join(" · ")
}

/// Puts a step into words.
pub(super) fn words(step: &Step) -> Words {
    let (verb, family) = verb(&step.kind);
    let label = step.label.as_ref().map(text_of);
    let (own, detail) = about(&step.kind);
    let (title, detail) = match (label.filter(|label| !label.is_empty()), own) {
        (Some(label), own) => (label, detail.or(own)),
        (None, Some(own)) => (own, detail),
        (None, None) => (detail.clone().unwrap_or_else(|| verb.to_owned()), None),
    };
    let mut notes = notes(&step.kind);
    notes.extend(step.kind.on_error().map(on_error));
    // A `let` says the name in its title.
    let is_let = matches!(step.kind, StepKind::Let(_));
    let bind = step.kind.bound_name().filter(|_| !is_let);
    Words {
        verb,
        family,
        title,
        detail,
        notes,
        bind: bind.map(ToString::to_string),
    }
}

fn verb(kind: &StepKind) -> (&'static str, Family) {
    match kind {
        StepKind::Do(_) => ("do", Family::Call),
        StepKind::Let(_) => ("let", Family::Value),
        StepKind::Each(_) => ("each", Family::Loop),
        StepKind::Decide(_) => ("decide", Family::Choice),
        StepKind::Check(_) => ("check", Family::Choice),
        StepKind::Together(_) => ("together", Family::Loop),
        StepKind::Pipe(_) => ("pipe", Family::Loop),
        StepKind::Repeat(_) => ("repeat", Family::Loop),
        StepKind::Wait(_) => ("wait", Family::Pause),
        StepKind::Agent(_) => ("agent", Family::Model),
        StepKind::Ask(_) => ("ask", Family::Pause),
        StepKind::Plan(_) => ("plan", Family::Model),
        StepKind::Run(_) => ("run", Family::Call),
        StepKind::Emit(_) => ("emit", Family::Result),
        StepKind::Yield(_) => ("yield", Family::Result),
        StepKind::Send(_) => ("send", Family::Call),
    }
}

/// What stands for a label where there is none, and what stands below it.
fn about(kind: &StepKind) -> (Option<String>, Option<String>) {
    match kind {
        StepKind::Do(step) => (None, Some(name(&step.callee))),
        StepKind::Let(step) => (Some(step.name.to_string()), Some(source(&step.value))),
        StepKind::Each(step) => {
            let index = step.index.as_ref();
            let index = index.map_or(String::new(), |index| format!(", {index}"));
            let text = format!("each {}{index} in {}", step.item, source(&step.source));
            (Some(text), None)
        }
        StepKind::Decide(Decide { model, .. }) => {
            (None, model.as_ref().map(|model| name(&model.callee)))
        }
        StepKind::Check(Check { test, .. }) => match test {
            Test::Condition(condition) => (Some(source(condition)), None),
            Test::Question { model, prompt } => (Some(text_of(prompt)), Some(name(&model.callee))),
        },
        StepKind::Together(step) => (None, Some(format!("{} lanes at once", step.lanes.len()))),
        StepKind::Pipe(Pipe {
            item, source: from, ..
        }) => (Some(format!("pipe {item} from {}", source(from))), None),
        StepKind::Repeat(step) => (Some(repeat(step)), None),
        StepKind::Wait(step) => (Some(goal(&step.goal)), None),
        StepKind::Agent(Agent { model, .. }) | StepKind::Plan(Plan { model, .. }) => {
            (None, Some(name(&model.callee)))
        }
        StepKind::Ask(Ask { inputs, .. }) => (input(inputs, "prompt"), None),
        StepKind::Run(step) => match &step.target {
            RunTarget::Planned(plan) => (None, Some(source(plan))),
            RunTarget::Stored(script) => (None, Some(script.to_string())),
        },
        StepKind::Emit(step) => (Some("emit".to_owned()), names(&step.fields)),
        StepKind::Yield(step) => (Some("yield".to_owned()), names(&step.fields)),
        StepKind::Send(step) => (None, Some(format!("via {}", step.callee.local))),
    }
}

fn repeat(step: &Repeat) -> String {
    let until = step.until.as_ref();
    match (until, &step.max) {
        (Some(until), _) => format!("repeat until {}", source(until)),
        (None, Some(max)) => format!("repeat {} times", source(max)),
        (None, None) => "repeat".to_owned(),
    }
}

fn goal(goal: &Goal) -> String {
    match goal {
        Goal::Duration(duration) => format!("wait {}", text_of(duration)),
        Goal::Time(time) => format!("wait until {}", text_of(time)),
        Goal::Event { name, .. } => format!("wait for {}", text_of(name)),
    }
}

/// What else is worth knowing.
fn notes(kind: &StepKind) -> Vec<String> {
    let clause = |word: &str, clause: &Option<Expr>| {
        let value = clause.as_ref().map(text_of);
        value.map(|value| format!("{word} {value}"))
    };
    let notes = match kind {
        StepKind::Each(step) => vec![
            clause("parallel", &step.parallel),
            clause("sleep", &step.sleep),
        ],
        StepKind::Pipe(step) => vec![
            clause("batch", &step.batch),
            clause("parallel", &step.parallel),
        ],
        StepKind::Repeat(step) => {
            let max = step.until.as_ref().and(step.max.as_ref());
            vec![
                max.map(|max| format!("max {}", source(max))),
                clause("sleep", &step.sleep),
            ]
        }
        StepKind::Agent(step) => vec![tools(step.tools.as_ref())],
        StepKind::Plan(step) => vec![tools(step.tools.as_ref())],
        StepKind::Check(step) => vec![fails(step)],
        StepKind::Wait(step) => match &step.goal {
            Goal::Event { timeout, .. } => vec![clause("timeout", timeout)],
            Goal::Duration(_) | Goal::Time(_) => Vec::new(),
        },
        StepKind::Do(_)
        | StepKind::Let(_)
        | StepKind::Decide(_)
        | StepKind::Together(_)
        | StepKind::Ask(_)
        | StepKind::Run(_)
        | StepKind::Emit(_)
        | StepKind::Yield(_)
        | StepKind::Send(_) => Vec::new(),
    };
    notes.into_iter().flatten().collect()
}

/// Which answer of a check ends the thread.
fn fails(check: &Check) -> Option<String> {
    let ends = |action: &Action| match action {
        Action::Fail(_) | Action::Retry(_) => true,
        Action::Continue | Action::Goto(_) => false,
    };
    match (ends(&check.on_pass), ends(&check.on_fail)) {
        (false, true) => Some("else fail".to_owned()),
        (true, false) => Some("fail if so".to_owned()),
        (true, true) => Some("fail".to_owned()),
        (false, false) => None,
    }
}

fn tools(tools: Option<&Tools>) -> Option<String> {
    match tools? {
        Tools::Listed(callees) => {
            let names = callees.iter().map(|callee| callee.local.to_string());
            Some(format!("may call {}", listed(names)))
        }
        Tools::Computed(names) => Some(format!("may call {}", source(names))),
    }
}

fn on_error(on_error: &OnError) -> String {
    match on_error {
        OnError::Retry { max, .. } => format!("on error: retry {max}"),
        OnError::Fallback { callee, .. } => format!("on error: {}", callee.local),
        OnError::Ignore => "on error: ignore".to_owned(),
    }
}

fn name(callee: &Callee) -> String {
    callee.local.to_string()
}

fn names(inputs: &[Input]) -> Option<String> {
    let names = inputs.iter().map(|input| input.name.to_string());
    (!inputs.is_empty()).then(|| listed(names))
}

fn listed(names: impl ExactSizeIterator<Item = String>) -> String {
    let more = names.len().saturating_sub(NAMES_LISTED_MAX);
    let mut list: Vec<String> = names.take(NAMES_LISTED_MAX).collect();
    if more > 0 {
        list.push(format!("{more} more"));
    }
    list.join(", ")
}

fn input(inputs: &[Input], name: &str) -> Option<String> {
    let input = inputs.iter().find(|input| &*input.name == name)?;
    Some(text_of(&input.value))
}

/// A constant text as it is, interpolated text without its quotes, anything else as written.
pub(super) fn text_of(expr: &Expr) -> String {
    if let Op::Literal(Value::Text(text)) = &expr.root.op {
        return flat(text);
    }
    let source = source(expr);
    let inner = source.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    match (&expr.root.op, inner) {
        (Op::Template(_), Some(inner)) => inner.to_owned(),
        (_, _) => source,
    }
}

/// An expression as written, on one line.
pub(super) fn source(expr: &Expr) -> String {
    flat(&expr.source)
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text of at most so many characters.
pub(super) fn short(text: &str, chars_max: usize) -> String {
    if text.chars().nth(chars_max).is_none() {
        return text.to_owned();
    }
    let kept: String = text.chars().take(chars_max.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// The lines of a node where there is no layout: verb and title, what it works on, what it binds.
pub(super) fn lines(node: &super::Node) -> Vec<String> {
    let says_verb = |text: &String| text.starts_with(node.verb);
    let mut lines = match &node.detail {
        // The title of a group stands on the group.
        Some(detail) if !node.lanes.is_empty() && says_verb(detail) => vec![detail.clone()],
        detail => {
            let first = match (node.lanes.is_empty(), says_verb(&node.title)) {
                (false, _) => node.verb.to_owned(),
                (true, true) => node.title.clone(),
                (true, false) => format!("{}: {}", node.verb, node.title),
            };
            std::iter::once(first).chain(detail.clone()).collect()
        }
    };
    if !node.notes.is_empty() {
        lines.push(node.notes.join(" · "));
    }
    lines.extend(node.bind.as_ref().map(|bind| format!("→ {bind}")));
    lines
}
