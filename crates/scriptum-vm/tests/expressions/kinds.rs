//! Generated steps of every kind.

use std::sync::Arc;

use proptest::{collection::vec, option, prelude::*};
use scriptum_contract::{Text, Type};
use scriptum_vm::program::{
    Action, Agent, Ask, Body, Branch, Case, Check, Decide, Do, Each, Emit, Goal, Lane, Let, Model,
    Pipe, Plan, Repeat, Run, RunTarget, Send, StepKind, Test, Together, Tools, Wait, Yield,
};

use crate::generated::{callee, expr, inputs, on_error, shared};

type Bind = Option<Arc<str>>;

fn bind() -> BoxedStrategy<Bind> {
    option::of(shared()).boxed()
}

fn action() -> BoxedStrategy<Action> {
    prop_oneof![
        Just(Action::Continue),
        shared().prop_map(Action::Goto),
        any::<u32>().prop_map(Action::Retry),
        option::of(expr()).prop_map(Action::Fail),
    ]
    .boxed()
}

fn ty() -> BoxedStrategy<Type> {
    prop_oneof![
        Just(Type::Text(Text::default())),
        Just(Type::number()),
        Just(Type::Boolean),
        Just(Type::list(Type::integer())),
    ]
    .boxed()
}

fn model() -> BoxedStrategy<Model> {
    (callee(), inputs())
        .prop_map(|(callee, inputs)| Model { callee, inputs })
        .boxed()
}

fn tools() -> BoxedStrategy<Option<Tools>> {
    option::of(prop_oneof![
        vec(callee(), 0..3).prop_map(Tools::Listed),
        expr().prop_map(Tools::Computed),
    ])
    .boxed()
}

/// A step without a body.
pub(crate) fn simple_kind() -> BoxedStrategy<StepKind> {
    prop_oneof![
        calls(),
        conversations(),
        (shared(), expr()).prop_map(|(name, value)| StepKind::Let(Let { name, value })),
        (test(), action(), action()).prop_map(|(test, on_pass, on_fail)| {
            StepKind::Check(Check {
                test,
                on_pass,
                on_fail,
            })
        }),
        (goal(), bind()).prop_map(|(goal, bind)| StepKind::Wait(Wait { goal, bind })),
        inputs().prop_map(|fields| StepKind::Emit(Emit { fields })),
        inputs().prop_map(|fields| StepKind::Yield(Yield { fields })),
        (callee(), inputs()).prop_map(|(callee, fields)| StepKind::Send(Send { callee, fields })),
    ]
    .boxed()
}

fn calls() -> BoxedStrategy<StepKind> {
    let returns = option::of(ty());
    (
        (callee(), inputs(), returns),
        (option::of(on_error()), bind(), any::<bool>()),
    )
        .prop_map(|((callee, inputs, returns), (on_error, bind, stream))| {
            StepKind::Do(Do {
                callee,
                inputs,
                returns,
                on_error,
                bind,
                stream,
            })
        })
        .boxed()
}

fn conversations() -> BoxedStrategy<StepKind> {
    let end = || (option::of(on_error()), bind());
    let target = prop_oneof![
        expr().prop_map(RunTarget::Planned),
        shared().prop_map(RunTarget::Stored),
    ];
    prop_oneof![
        (model(), tools(), end()).prop_map(|(model, tools, (on_error, bind))| {
            StepKind::Agent(Agent {
                model,
                tools,
                on_error,
                bind,
            })
        }),
        (model(), tools(), end()).prop_map(|(model, tools, (on_error, bind))| {
            StepKind::Plan(Plan {
                model,
                tools,
                on_error,
                bind,
            })
        }),
        (inputs(), ty(), end()).prop_map(|(inputs, answer, (on_error, bind))| {
            StepKind::Ask(Ask {
                inputs,
                answer,
                on_error,
                bind,
            })
        }),
        (target, inputs(), end()).prop_map(|(target, inputs, (on_error, bind))| {
            StepKind::Run(Run {
                target,
                inputs,
                on_error,
                bind,
            })
        }),
    ]
    .boxed()
}

fn test() -> BoxedStrategy<Test> {
    prop_oneof![
        expr().prop_map(Test::Condition),
        (model(), expr()).prop_map(|(model, prompt)| Test::Question { model, prompt }),
    ]
    .boxed()
}

fn goal() -> BoxedStrategy<Goal> {
    prop_oneof![
        expr().prop_map(Goal::Duration),
        expr().prop_map(Goal::Time),
        (expr(), option::of(expr())).prop_map(|(name, timeout)| Goal::Event { name, timeout }),
    ]
    .boxed()
}

/// A step with bodies inside.
pub(crate) fn outer_kind(body: &BoxedStrategy<Body>) -> BoxedStrategy<StepKind> {
    let branches = vec((shared(), body.clone()), 0..3);
    let cases = vec((expr(), shared()), 0..3);
    let lanes = vec((option::of(shared()), body.clone()), 0..3);
    let decide = (
        option::of(model()),
        cases,
        option::of(shared()),
        branches,
        bind(),
    );
    prop_oneof![
        each(body),
        pipe(body),
        repeat(body),
        decide.prop_map(|(model, cases, otherwise, branches, bind)| {
            let case = |(when, target)| Case { when, target };
            let branch = |(name, body)| Branch { name, body };
            StepKind::Decide(Decide {
                model,
                cases: cases.into_iter().map(case).collect(),
                otherwise,
                branches: branches.into_iter().map(branch).collect(),
                bind,
            })
        }),
        (lanes, bind()).prop_map(|(lanes, bind)| {
            let lane = |(name, body)| Lane { name, body };
            let lanes = lanes.into_iter().map(lane).collect();
            StepKind::Together(Together { lanes, bind })
        }),
    ]
    .boxed()
}

fn each(body: &BoxedStrategy<Body>) -> BoxedStrategy<StepKind> {
    let head = (shared(), option::of(shared()), expr());
    let clauses = (option::of(expr()), option::of(expr()));
    (head, clauses, body.clone(), (bind(), any::<bool>()))
        .prop_map(
            |((item, index, source), (parallel, sleep), body, (bind, stream))| {
                StepKind::Each(Each {
                    item,
                    index,
                    source,
                    parallel,
                    sleep,
                    body,
                    bind,
                    stream,
                })
            },
        )
        .boxed()
}

fn pipe(body: &BoxedStrategy<Body>) -> BoxedStrategy<StepKind> {
    let clauses = (option::of(expr()), option::of(expr()));
    (
        (shared(), expr()),
        clauses,
        body.clone(),
        (bind(), any::<bool>()),
    )
        .prop_map(
            |((item, source), (batch, parallel), body, (bind, stream))| {
                StepKind::Pipe(Pipe {
                    item,
                    source,
                    batch,
                    parallel,
                    body,
                    bind,
                    stream,
                })
            },
        )
        .boxed()
}

fn repeat(body: &BoxedStrategy<Body>) -> BoxedStrategy<StepKind> {
    let clauses = (option::of(expr()), option::of(expr()), option::of(expr()));
    (clauses, body.clone(), bind())
        .prop_map(|((max, until, sleep), body, bind)| {
            StepKind::Repeat(Repeat {
                max,
                until,
                sleep,
                body,
                bind,
            })
        })
        .boxed()
}
