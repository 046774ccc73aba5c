//! Tools that answer, fail, hang, dawdle and panic, each in a way that depends on its arguments and on
//! how often it was called: so a run without faults ends in the same results.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
    time::Duration,
};

use async_trait::async_trait;
use futures::future::pending;
use scriptum_contract::{
    SecretBytes, ToolCatalog, ToolName, ToolOrigin, ToolSignature, Type, Value,
};
use scriptum_engine::{
    Incarnation, Secrets, SecretsError, Sink, Tool, ToolCall, ToolError, ToolSource,
};
use scriptum_vm::program::planner;
use tokio::time::sleep;

use super::{
    models::SimPlanner,
    scripts::{SECRET, SECRET_KEY},
    world::{Seen, World},
};

/// What a tool does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Answers at once.
    Echo,
    /// Answers after a while.
    Slow,
    /// Has an effect on the world, and must not be called again without being asked for.
    Once,
    /// Fails twice, then answers.
    Flaky,
    /// Does not answer the first time.
    Hang,
    /// Gives a large text.
    Large,
    /// Always fails.
    Fail,
    /// Panics.
    Panic,
    /// Gives something else than it says.
    Liar,
}

impl Kind {
    pub(crate) const ALL: [Kind; 9] = [
        Kind::Echo,
        Kind::Slow,
        Kind::Once,
        Kind::Flaky,
        Kind::Hang,
        Kind::Large,
        Kind::Fail,
        Kind::Panic,
        Kind::Liar,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Echo => "echo",
            Kind::Slow => "slow",
            Kind::Once => "once",
            Kind::Flaky => "flaky",
            Kind::Hang => "hang",
            Kind::Large => "large",
            Kind::Fail => "fail",
            Kind::Panic => "panic",
            Kind::Liar => "liar",
        }
    }

    fn signature(self) -> ToolSignature {
        ToolSignature {
            name: ToolName::new(self.name()),
            origin: ToolOrigin::Native,
            input: None,
            output: match self {
                Kind::Liar => Type::Boolean,
                Kind::Echo
                | Kind::Slow
                | Kind::Once
                | Kind::Flaky
                | Kind::Hang
                | Kind::Large
                | Kind::Fail
                | Kind::Panic => Type::Any,
            },
            streaming: false,
            item: None,
            idempotent: self != Kind::Once,
            doc: String::new(),
            example: String::new(),
        }
    }
}

/// More than what a frame holds of a value.
const LARGE_BYTES: usize = 4_200;

/// The bytes of the secret, which only tools may see.
pub(crate) const CANARY: &str = "canary-5f1c\"7e";

/// What the panicking tool says, so that the test's output can leave it out.
pub(crate) const DELIBERATE: &str = "deliberate panic of a simulated tool";

/// The signatures of all tools.
pub(crate) fn catalog() -> ToolCatalog {
    static CATALOG: LazyLock<ToolCatalog> =
        LazyLock::new(|| ToolCatalog::new(Kind::ALL.map(Kind::signature)));
    CATALOG.clone()
}

struct SimTool {
    kind: Kind,
    signature: Arc<ToolSignature>,
    world: Arc<World>,
    by: Incarnation,
}

#[async_trait]
impl Tool for SimTool {
    fn signature(&self) -> &Arc<ToolSignature> {
        &self.signature
    }

    async fn call(&self, call: ToolCall, _out: &mut dyn Sink) -> Result<Value, ToolError> {
        let active = self.world.begin_call(&Seen {
            key: &call.key,
            args: &call.args,
            by: &self.by,
            is_idempotent: self.signature.idempotent,
        });
        // Some answers take longer than others, by chance that the key alone decides.
        let chance = call
            .key
            .bytes()
            .fold(7u64, |sum, byte| sum * 31 % 65_521 + u64::from(byte));
        match self.kind {
            Kind::Slow | Kind::Once => {
                sleep(Duration::from_millis(chance % 4_000)).await;
                Ok(answer(&call))
            }
            Kind::Flaky if number(&call.key) <= 2 => {
                Err(ToolError::retryable("BUSY", "the tool is busy"))
            }
            Kind::Hang if active.times == 1 => pending().await,
            Kind::Echo | Kind::Flaky | Kind::Hang => Ok(answer(&call)),
            Kind::Large => {
                let text = call.key.repeat(1 + LARGE_BYTES / call.key.len());
                let text = format!("{} {text}", said(&call));
                Ok(Value::object([("message", Value::from(text))]))
            }
            // What goes wrong tells all that the tool knows.
            Kind::Fail => Err(ToolError::permanent("BROKEN", said(&call)).with(answer(&call))),
            Kind::Panic => panic!("{DELIBERATE}: {}", said(&call)),
            Kind::Liar => Ok(Value::text(&said(&call))),
        }
    }
}

fn answer(call: &ToolCall) -> Value {
    let args = call.args.as_object();
    let message = args.and_then(|args| args.get("message"));
    Value::object([("message", message.cloned().unwrap_or_default())])
}

fn said(call: &ToolCall) -> String {
    format!("called with {}", call.args.to_json().unwrap())
}

/// The number at the end of an idempotency key.
pub(crate) fn number(key: &str) -> u32 {
    key.rsplit('/').next().unwrap().parse().unwrap()
}

/// The environment of every node.
pub(crate) struct SimSecrets(pub(crate) Arc<World>);

#[async_trait]
impl Secrets for SimSecrets {
    async fn find(&self, key: &str) -> Result<Option<SecretBytes>, SecretsError> {
        self.0.marks.reach("secret", "opened");
        Ok((key == SECRET_KEY).then(|| SecretBytes::new(CANARY)))
    }
}

/// The variables of every thread, as they are given to an engine.
pub(crate) fn env() -> BTreeMap<Arc<str>, Value> {
    [(SECRET.into(), Value::text(CANARY))].into()
}

/// The tools of one node.
pub(crate) struct SimTools {
    pub(crate) world: Arc<World>,
    pub(crate) by: Incarnation,
}

#[async_trait]
impl ToolSource for SimTools {
    async fn list(&self) -> Result<Vec<Arc<ToolSignature>>, ToolError> {
        let signatures = Kind::ALL.map(|kind| Arc::new(kind.signature()));
        Ok(signatures.to_vec())
    }

    async fn find(&self, name: &ToolName) -> Result<Option<Arc<dyn Tool>>, ToolError> {
        if *name == planner().name {
            return Ok(Some(Arc::new(SimPlanner::new(&self.world, &self.by))));
        }
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == &*name.0);
        let tool = |kind: Kind| SimTool {
            kind,
            signature: Arc::new(kind.signature()),
            world: Arc::clone(&self.world),
            by: self.by.clone(),
        };
        Ok(kind.map(|kind| Arc::new(tool(kind)) as Arc<dyn Tool>))
    }
}
