//! Steps: what each verb demands of its parts, and what it gives.

use std::{collections::BTreeMap, sync::Arc};

use scriptum_contract::{Type, Value};
use scriptum_syntax::Span;
use scriptum_vm::{
    limits::PARALLEL_MAX,
    program::{
        Action, Body, Check, Each, Expr, Node, NodeId, Op, Step, StepKind, Test, duration_ms,
    },
};

use super::{
    Checker,
    body::StepEnd,
    scope::{Binding, Kind},
    target::Target,
};
use crate::{codes, source_map::Part};

impl<'p> Checker<'p> {
    pub(super) fn step(&mut self, step: &'p Step) -> StepEnd {
        self.steps_checked += 1;
        self.step_at = step.at;
        if let Some(label) = &step.label {
            let ty = self.infer(&label.root);
            self.refuse_secret("the title of a step", &label.root, &ty);
        }
        let end = self.kind(step);
        self.refuse_secrets_of(step);
        end
    }

    fn kind(&mut self, step: &'p Step) -> StepEnd {
        match &step.kind {
            StepKind::Do(call) => self.call_tool(step, call),
            StepKind::Let(binding) => {
                let ty = self.infer(&binding.value.root);
                let ty = if self.map.is_hole(step.at) {
                    Type::Any
                } else {
                    ty
                };
                self.bind(&binding.name, step.at, ty.clone());
                goes_on(ty)
            }
            StepKind::Each(each) => self.each(step, each),
            StepKind::Pipe(pipe) => self.pipe(step, pipe),
            StepKind::Decide(decide) => self.decide(step, decide),
            StepKind::Check(check) => self.check_step(step, check),
            StepKind::Ask(ask) => self.ask(step, ask),
            StepKind::Send(send) => self.send(step, send),
            StepKind::Emit(emit) => self.emit(step, emit),
            StepKind::Agent(agent) => self.agent(step, agent),
            StepKind::Together(together) => self.together(step, together),
            StepKind::Repeat(repeat) => self.repeat(step, repeat),
            StepKind::Wait(wait) => self.wait(step, wait),
            StepKind::Yield(shown) => self.yields(shown),
            StepKind::Plan(plan) => self.plan(step, plan),
            StepKind::Run(run) => self.run(step, run),
        }
    }

    fn each(&mut self, step: &'p Step, each: &'p Each) -> StepEnd {
        let source = &each.source.root;
        let item = if self.stream_by_each(source, step.at) {
            Type::Any
        } else {
            let ty = self.infer(source);
            self.element_of("each", source, &ty)
        };
        if let Some(parallel) = &each.parallel {
            self.width("parallel", parallel);
        }
        if let Some(sleep) = &each.sleep {
            self.length(sleep, "sleep");
        }
        let mark = self.scope.mark();
        self.variable(&each.item, Part::First.of(step.at), item);
        if let Some(index) = &each.index {
            self.variable(index, Part::Second.of(step.at), Type::integer());
            if *index == each.item {
                let places = [Part::First, Part::Second].map(|part| self.part(step.at, part));
                self.report(codes::duplicate_name(
                    "loop variable",
                    index,
                    places[1],
                    places[0],
                ));
            }
        }
        let value = self.iterations(&each.body);
        self.scope.undo(mark);
        if let Some(bind) = &each.bind {
            self.check_export(step, &each.body, bind);
            self.bind_values(bind, step.at, value.clone(), each.stream);
        }
        if each.stream {
            return without_value();
        }
        goes_on(Type::list(value))
    }

    /// The type of an iteration's value.
    pub(super) fn iterations(&mut self, body: &'p Body) -> Type {
        self.loops += 1;
        self.local_bodies += 1;
        let end = self.valued_body(body);
        self.local_bodies -= 1;
        self.loops -= 1;
        end.value
    }

    /// Reports a loop that replaces an outer value by the list that it exports without being told to:
    /// the sign of an iteration that wanted to change a value outside.
    pub(super) fn check_export(&mut self, step: &'p Step, body: &'p Body, name: &Arc<str>) {
        let place = self.part(step.at, Part::Bind);
        let last = body.steps.last();
        let is_export = last.is_some_and(|last| self.part(last.at, Part::Bind) == place);
        let Some(before) = self.scope.get(name).filter(|_| is_export) else {
            return;
        };
        if before.kind == Kind::Step && before.ty.as_list().is_none() {
            let before = self.span(before.at);
            self.report(codes::loop_replaces_name(name, place, before));
        }
    }

    /// The type of the elements that a loop goes over.
    pub(super) fn element_of(&mut self, verb: &str, node: &'p Node, source: &Type) -> Type {
        match source {
            Type::List(list) => list.item.clone(),
            Type::Any | Type::Object => Type::Any,
            Type::Optional(inner) => {
                let span = self.span(node.at);
                self.report(codes::possibly_null::list(span));
                inner.as_list().map_or(Type::Any, |list| list.item.clone())
            }
            Type::Text(_)
            | Type::Number(_)
            | Type::Integer(_)
            | Type::Boolean
            | Type::Binary
            | Type::Date
            | Type::Timestamp
            | Type::Enum(_)
            | Type::Shape(_)
            | Type::Null
            | Type::Never => {
                let span = self.span(node.at);
                self.report(match self.unstreamed(node) {
                    Some(name) => codes::not_a_list::of_stream(verb, source, span, name),
                    None => codes::not_a_list::not_a_list(verb, source, span),
                });
                Type::Any
            }
        }
    }

    /// A variable of a loop or a lambda.
    pub(super) fn variable(&mut self, name: &Arc<str>, at: NodeId, ty: Type) {
        if name.is_empty() {
            // The parser has reported that the name is missing.
            return;
        }
        self.facts.set_type(at, &ty);
        if let Some(before) = self.scope.get(name)
            && before.kind == Kind::Declared
        {
            let (span, declared) = (self.span(at), self.span(before.at));
            self.report(codes::shadowed_input(name, span, declared));
        }
        let binding = Binding::new(ty, at, Kind::Variable);
        self.scope.set(Arc::clone(name), binding);
    }

    /// How many run at once, or together: the number behind `parallel` or `batch`.
    pub(super) fn width(&mut self, clause: &'static str, width: &'p Expr) {
        let node = &width.root;
        self.expect(node, &Type::integer(), Target::Count { clause });
        if let Op::Literal(Value::Int(count)) = &node.op
            && !(1..=i64::from(PARALLEL_MAX)).contains(count)
        {
            self.report(codes::invalid_count::width(clause, self.span(node.at)));
        }
    }

    /// A length of time: milliseconds, or a duration in a text.
    pub(super) fn length(&mut self, length: &'p Expr, clause: &'static str) {
        let node = &length.root;
        let is_duration = match &node.op {
            Op::Literal(Value::Text(text)) => duration_ms(text).is_some(),
            Op::Literal(Value::Int(ms)) => *ms >= 0,
            Op::Literal(_)
            | Op::Variant { .. }
            | Op::Name(_)
            | Op::Env(_)
            | Op::Template(_)
            | Op::List(_)
            | Op::Object(_)
            | Op::Field { .. }
            | Op::Index { .. }
            | Op::Unary(..)
            | Op::Binary(..)
            | Op::If { .. }
            | Op::Call { .. }
            | Op::Lambda { .. } => true,
        };
        if !is_duration {
            let span = self.span(node.at);
            let diagnostic = if let Op::Literal(Value::Text(text)) = &node.op
                && clause == "wait"
                && is_event_name(text)
            {
                codes::invalid_duration::of_event(text, span)
            } else {
                codes::invalid_duration(span)
            };
            return self.report(diagnostic);
        }
        let is_text = |ty: &Type| matches!(ty, Type::Text(_));
        let ty = self.infer(node);
        if !is_text(&ty) {
            self.assign(node, &ty, &Type::number(), Target::Count { clause });
        }
    }

    fn check_step(&mut self, step: &'p Step, check: &'p Check) -> StepEnd {
        let condition = &check.test.expr().root;
        let is_condition = match &check.test {
            Test::Condition(_) => {
                self.condition(condition);
                true
            }
            Test::Question { model, .. } => {
                self.question(condition);
                self.model(model, Part::Verb.of(step.at));
                false
            }
        };
        let known = is_condition.then_some(condition);
        let on_pass = self.action(&check.on_pass, Part::First.of(step.at), (known, true));
        let on_fail = self.action(&check.on_fail, Part::Second.of(step.at), (known, false));
        let goes_on_failed = matches!(check.on_fail, Action::Continue);
        let goes_on_passed = on_pass && !matches!(check.on_pass, Action::Goto(_) | Action::Fail(_));
        if is_condition && goes_on_passed && !goes_on_failed {
            self.narrow(condition, true);
        } else if is_condition && goes_on_failed && !goes_on_passed {
            self.narrow(condition, false);
        }
        StepEnd {
            falls_through: goes_on_passed || (on_fail && goes_on_failed),
            value: None,
        }
    }

    /// Checks an action, which is taken when the condition is true or false; true when the next step can
    /// follow it.
    fn action(&mut self, action: &'p Action, at: NodeId, known: (Option<&Node>, bool)) -> bool {
        let mark = self.scope.mark();
        if let (Some(condition), truth) = known {
            self.narrow(condition, truth);
        }
        let goes_on = self.act(action, at);
        self.scope.undo(mark);
        goes_on
    }

    fn act(&mut self, action: &'p Action, at: NodeId) -> bool {
        match action {
            Action::Continue => true,
            Action::Goto(title) => {
                self.jump(title, at);
                false
            }
            Action::Retry(_) => {
                let place = self.places.last();
                match place.and_then(|place| place.child.checked_sub(1)) {
                    Some(before) => self.retried_streams(before, at),
                    None => self.report(codes::nothing_to_retry(self.span(at))),
                }
                self.jump_to_step_before();
                true
            }
            Action::Fail(message) => {
                if let Some(message) = message {
                    self.infer(&message.root);
                }
                false
            }
        }
    }

    /// Reports names that stand twice in one list.
    pub(super) fn duplicates(&mut self, what: &str, names: Vec<(&Arc<str>, Span)>) {
        let mut first_places: BTreeMap<&str, Span> = BTreeMap::new();
        let mut found = Vec::new();
        for (name, span) in names {
            match first_places.get(&**name) {
                Some(first) => found.push(codes::duplicate_name(what, name, span, *first)),
                None => {
                    first_places.insert(name, span);
                }
            }
        }
        self.diagnostics.extend(found);
    }
}

/// The end of a step that the next one follows, and that has no value itself.
pub(super) fn without_value() -> StepEnd {
    StepEnd {
        falls_through: true,
        value: None,
    }
}

/// The end of a step that the next one follows.
pub(super) fn goes_on(value: Type) -> StepEnd {
    StepEnd {
        falls_through: true,
        value: Some(value),
    }
}

/// True for a text that reads like the name of something that happens, not like a length of time.
fn is_event_name(text: &str) -> bool {
    text.starts_with(char::is_alphabetic)
}
