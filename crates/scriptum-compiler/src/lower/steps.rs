//! Steps: one method a verb.

use std::sync::Arc;

use scriptum_contract::ToolOrigin;
use scriptum_syntax::{
    Verb,
    ast::{self, AstNode, CheckAction, ErrorAction, StepNode},
};
use scriptum_vm::program::{
    Action, Body, Branch, Case, Check, Decide, Do, Each, Emit, Expr, Input, Let, NodeId, OnError,
    Section, Step, StepKind, duration_ms,
};

use super::{Lower, returns};
use crate::{codes, source_map::Part};

/// Tries after the first one, when `retry` names no number.
const RETRIES_DEFAULT: u32 = 3;

impl Lower<'_> {
    pub(super) fn body(&mut self, block: &ast::Block) -> Body {
        let mut body = Body::default();
        for item in block.items() {
            match item {
                ast::Item::Section(section) => {
                    let before = u32::try_from(body.steps.len());
                    body.sections.push(Section {
                        title: section.title().into(),
                        before: before.expect("a body has fewer than 2^32 steps"),
                    });
                }
                ast::Item::Step(step) => self.step(&step, &mut body.steps),
            }
        }
        body
    }

    /// Lowers one statement.
    pub(super) fn step(&mut self, step: &ast::Step, steps: &mut Vec<Step>) {
        let lowered = match step {
            ast::Step::Do(step) => self.do_step(step),
            ast::Step::Let(step) => self.let_step(step),
            ast::Step::Each(step) => self.each_step(step),
            ast::Step::Pipe(step) => self.pipe_step(step),
            ast::Step::Decide(step) => self.decide_step(step),
            ast::Step::Check(step) => self.check_step(step),
            ast::Step::Ask(step) => self.ask_step(step),
            ast::Step::Send(step) => self.send_step(step),
            ast::Step::Emit(step) => self.emit_step(step),
            ast::Step::Agent(step) => self.agent_step(step),
            ast::Step::Together(step) => self.together_step(step),
            ast::Step::Repeat(step) => self.repeat_step(step),
            ast::Step::Wait(step) => self.wait_step(step),
            ast::Step::Yield(step) => self.yield_step(step),
            ast::Step::Plan(step) => self.plan_step(step),
            ast::Step::Run(step) => self.run_step(step),
        };
        steps.push(lowered);
    }

    /// The number of a step, with those of its parts.
    pub(super) fn step_id(&mut self, step: &impl StepNode, further_parts: u32) -> NodeId {
        let at = self.map.add(step.span(), Part::COUNT + further_parts);
        self.map.place(Part::Verb.of(at), step.verb_span());
        at
    }

    pub(super) fn finish(&mut self, step: &impl StepNode, at: NodeId, kind: StepKind) -> Step {
        Step {
            at,
            line: self.lines.line(step.verb_span().start),
            label: self.label(step),
            kind,
        }
    }

    /// The name that the arrow of a step binds.
    pub(super) fn bind(&mut self, step: &impl StepNode, at: NodeId) -> Option<Arc<str>> {
        let arrow = step.arrow()?;
        let verb = ast::Step::cast(step.syntax().clone()).map(|step| step.verb());
        if let Some(verb) = verb.filter(|verb| arrow.is_stream() && !can_stream(*verb)) {
            self.report(codes::no_stream::of_verb(verb, arrow.span()));
        }
        Some(self.bind_name(&arrow.name()?, at))
    }

    fn bind_name(&mut self, name: &ast::Name, at: NodeId) -> Arc<str> {
        self.map.place(Part::Bind.of(at), name.span());
        let shared = self.names.share(name.text());
        self.names.see(&shared);
        shared
    }

    fn do_step(&mut self, step: &ast::DoStep) -> Step {
        let at = self.step_id(step, 0);
        let callee = self.callee(step.tool().as_ref(), Part::First.of(at));
        let declared = self.returns(step);
        let is_value = |input: &ast::Input| !returns::is_type_schema(input);
        let inputs = self.inputs(step.inputs().filter(is_value));
        let is_model = callee.origin == ToolOrigin::Model;
        let of_schema = || returns::of_constant_schema(&inputs).filter(|_| is_model);
        let returns = declared.or_else(of_schema);
        let on_error = self.on_error_of(step, at);
        let kind = StepKind::Do(Do {
            callee,
            inputs,
            returns,
            on_error,
            bind: self.bind(step, at),
            stream: is_stream(step),
        });
        self.finish(step, at, kind)
    }

    /// Named inputs; of two with one name the checker reports the second.
    pub(super) fn inputs(&mut self, inputs: impl Iterator<Item = ast::Input>) -> Vec<Input> {
        let mut lowered = Vec::new();
        for input in inputs {
            let Some(name) = input.name() else {
                continue;
            };
            lowered.push(Input {
                at: self.map.add(name.span(), 0),
                name: self.names.share(name.text()),
                value: self.expr(input.value().as_ref(), name.span()),
            });
        }
        lowered
    }

    /// The clause `on error:` of a step.
    pub(super) fn on_error_of(&mut self, step: &impl StepNode, at: NodeId) -> Option<OnError> {
        let clause = step.on_error()?;
        self.on_error(&clause, at)
    }

    pub(super) fn on_error(&mut self, clause: &ast::OnError, at: NodeId) -> Option<OnError> {
        match clause.action()? {
            ErrorAction::Ignore(_) => Some(OnError::Ignore),
            ErrorAction::Retry(retry) => {
                let every = retry.every();
                Some(OnError::Retry {
                    max: self.retries(&retry),
                    every_ms: every.and_then(|every| self.pause_ms(&every)),
                })
            }
            ErrorAction::Fallback(fallback) => Some(OnError::Fallback {
                callee: self.callee(fallback.tool().as_ref(), Part::Second.of(at)),
                inputs: self.inputs(fallback.inputs()),
            }),
        }
    }

    /// How often `retry` tries again: a number in the text.
    fn retries(&mut self, retry: &ast::RetryAction) -> u32 {
        let Some(count) = retry.count() else {
            return RETRIES_DEFAULT;
        };
        let times = constant_int(&count).and_then(|times| u32::try_from(times).ok());
        if times.is_none() {
            self.report(codes::invalid_count::retries(count.span()));
        }
        times.unwrap_or(RETRIES_DEFAULT)
    }

    /// A fixed pause: milliseconds, or a duration in quotes.
    fn pause_ms(&mut self, pause: &ast::Expr) -> Option<u64> {
        let text = match pause {
            ast::Expr::String(text) => text.plain(),
            ast::Expr::Literal(_)
            | ast::Expr::Name(_)
            | ast::Expr::Field(_)
            | ast::Expr::Index(_)
            | ast::Expr::Optional(_)
            | ast::Expr::Call(_)
            | ast::Expr::Lambda(_)
            | ast::Expr::List(_)
            | ast::Expr::Object(_)
            | ast::Expr::Paren(_)
            | ast::Expr::Unary(_)
            | ast::Expr::Binary(_)
            | ast::Expr::If(_)
            | ast::Expr::Type(_) => None,
        };
        let ms = match (text, constant_int(pause)) {
            (Some(text), _) => duration_ms(&text),
            (None, ms) => ms.and_then(|ms| u64::try_from(ms).ok()),
        };
        // The parser has reported `5s` without quotes.
        if ms.is_none() && !is_malformed(pause) {
            self.report(codes::invalid_duration(pause.span()));
        }
        ms
    }

    fn let_step(&mut self, step: &ast::LetStep) -> Step {
        let at = self.step_id(step, 0);
        // The value is read before the name is bound: `let n = n + 1`.
        let value = self.expr(step.value().as_ref(), step.span());
        let name = step.name().map(|name| self.bind_name(&name, at));
        let name = name.unwrap_or_else(|| self.names.share(""));
        self.finish(step, at, StepKind::Let(Let { name, value }))
    }

    fn each_step(&mut self, step: &ast::EachStep) -> Step {
        let at = self.step_id(step, 0);
        let source = self.expr(step.source().as_ref(), step.verb_span());
        let parallel = self.clause(step.parallel());
        let sleep = self.clause(step.sleep());
        let mark = self.names.mark();
        let item = self.loop_variable(step.item(), Part::First.of(at));
        let index = step
            .index()
            .map(|name| self.loop_variable(Some(name), Part::Second.of(at)));
        let body = step.body().map(|body| self.body(&body)).unwrap_or_default();
        self.names.forget(mark);
        let bind = match step.arrow() {
            Some(_) => self.bind(step, at),
            None => self.exported(&body, at),
        };
        let kind = StepKind::Each(Each {
            item,
            index,
            source,
            parallel,
            sleep,
            body,
            bind,
            stream: is_stream(step),
        });
        self.finish(step, at, kind)
    }

    /// The value of a clause in the head of a loop.
    pub(super) fn clause(&mut self, clause: Option<ast::LoopClause>) -> Option<Expr> {
        clause.map(|clause| self.expr(clause.value().as_ref(), clause.span()))
    }

    pub(super) fn loop_variable(&mut self, name: Option<ast::Name>, at: NodeId) -> Arc<str> {
        let Some(name) = name else {
            return self.names.share("");
        };
        self.map.place(at, name.span());
        let shared = self.names.share(name.text());
        self.names.see(&shared);
        shared
    }

    /// A loop without an arrow exports the name that its last child binds, unless that is a stream, which
    /// ends with its iteration.
    pub(super) fn exported(&mut self, body: &Body, at: NodeId) -> Option<Arc<str>> {
        let last = body.steps.last().filter(|last| !last.kind.is_stream())?;
        let name = last
            .kind
            .bound_name()
            .filter(|name| !name.is_empty())?
            .clone();
        let place = self.map.span(Part::Bind.of(last.at));
        self.map.place(Part::Bind.of(at), place);
        self.names.see(&name);
        Some(name)
    }

    fn decide_step(&mut self, step: &ast::DecideStep) -> Step {
        let rules: Vec<_> = step.rules().collect();
        let written: Vec<_> = step.branches().collect();
        let parts = u32::try_from(rules.len() + written.len());
        let at = self.step_id(step, parts.expect("a step has fewer than 2^32 parts"));
        let model = self.deciding_model(step, at);
        let mut cases = Vec::with_capacity(rules.len());
        for (index, rule) in (0..).zip(&rules) {
            let target = rule.target();
            let when = self.expr(rule.condition().as_ref(), rule.span());
            cases.push(Case {
                when,
                target: self.title_of(target.as_ref(), Part::Further(index).of(at)),
            });
        }
        let otherwise = step.otherwise().map(|rule| {
            let target = rule.target();
            self.title_of(target.as_ref(), Part::First.of(at))
        });
        let first_branch = u32::try_from(rules.len()).expect("counted just before");
        let mut branches = Vec::with_capacity(written.len());
        for (index, branch) in (first_branch..).zip(&written) {
            let name = self.title_of(branch.label().as_ref(), Part::Further(index).of(at));
            let body = branch
                .body()
                .map(|body| self.body(&body))
                .unwrap_or_default();
            branches.push(Branch { name, body });
        }
        let kind = StepKind::Decide(Decide {
            model,
            cases,
            otherwise,
            branches,
            bind: self.bind(step, at),
        });
        self.finish(step, at, kind)
    }

    /// The text of a title: the name of a branch or section, which holds no interpolation.
    pub(super) fn title_of(&mut self, title: Option<&ast::StringLiteral>, at: NodeId) -> Arc<str> {
        let Some(title) = title else {
            self.map.mark_hole(at);
            return self.names.share("");
        };
        self.map.place(at, title.span());
        let plain = title.plain();
        if plain.is_none() {
            self.report(codes::interpolated_title(title.span()));
            self.map.mark_hole(at);
        }
        self.names.share(&plain.unwrap_or_default())
    }

    fn check_step(&mut self, step: &ast::CheckStep) -> Step {
        let at = self.step_id(step, 0);
        let kind = StepKind::Check(Check {
            test: self.test(step),
            on_pass: self
                .action(step.on_pass(), Part::First.of(at))
                .unwrap_or(Action::Continue),
            on_fail: self
                .action(step.on_fail(), Part::Second.of(at))
                .unwrap_or(Action::Fail(None)),
        });
        self.finish(step, at, kind)
    }

    fn action(&mut self, clause: Option<ast::CheckClause>, at: NodeId) -> Option<Action> {
        let clause = clause?;
        self.map.place(at, clause.span());
        match clause.action()? {
            CheckAction::Continue(_) => Some(Action::Continue),
            CheckAction::Goto(goto) => {
                Some(Action::Goto(self.title_of(goto.target().as_ref(), at)))
            }
            CheckAction::Retry(retry) => Some(Action::Retry(self.retries(&retry))),
            CheckAction::Fail { span, message } => {
                let message = message.map(|message| self.expr(Some(&message), span));
                Some(Action::Fail(message))
            }
        }
    }

    fn emit_step(&mut self, step: &ast::EmitStep) -> Step {
        let at = self.step_id(step, 0);
        let fields = self.inputs(step.inputs());
        self.finish(step, at, StepKind::Emit(Emit { fields }))
    }
}

/// True for a step with `->>`.
pub(super) fn is_stream(step: &impl StepNode) -> bool {
    step.arrow().is_some_and(|arrow| arrow.is_stream())
}

/// The verbs whose results can be handed on as they come.
fn can_stream(verb: Verb) -> bool {
    matches!(verb, Verb::Do | Verb::Each | Verb::Pipe)
}

/// True for digits that run into letters.
fn is_malformed(expr: &ast::Expr) -> bool {
    let ast::Expr::Literal(literal) = expr else {
        return false;
    };
    matches!(
        literal.value(),
        None | Some(ast::Literal::Number(ast::Number::OutOfRange))
    )
}

fn constant_int(expr: &ast::Expr) -> Option<i64> {
    let ast::Expr::Literal(literal) = expr else {
        return None;
    };
    match literal.value()? {
        ast::Literal::Number(ast::Number::Integer(int)) => i64::try_from(int).ok(),
        ast::Literal::Number(ast::Number::Decimal(_) | ast::Number::OutOfRange)
        | ast::Literal::Boolean(_)
        | ast::Literal::Null => None,
    }
}
