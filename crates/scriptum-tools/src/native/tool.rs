//! What a native tool consists of, and the one place that calls it: off the async runtime where it
//! blocks, and no longer than its answer is wanted.

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use futures::future::BoxFuture;
use scriptum_contract::{Field, Shape, ToolName, ToolOrigin, ToolSignature, Type, Value};
use scriptum_engine::{Sink, Tool, ToolCall, ToolError, ToolErrorKind};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use super::NativeOptions;
use crate::{
    args::Args,
    limits::{BLOCKING_CALLS_MAX, ITEMS_AT_ONCE_BYTES_MAX, ITEMS_AT_ONCE_MAX},
    net::NetPolicy,
    stop::{Stop, cancelled},
    workspace::Workspace,
};

/// All there is to know about one tool.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) name: &'static str,
    /// One line for people.
    pub(crate) doc: &'static str,
    pub(crate) input: fn() -> Vec<Field>,
    pub(crate) output: fn() -> Vec<Field>,
    pub(crate) idempotence: Idempotence,
    /// A step that shows its use.
    pub(crate) example: &'static str,
    /// What else a user wants to know, for the reference page; Markdown.
    pub(crate) notes: &'static str,
    /// Codes of its errors and when they occur.
    pub(crate) errors: &'static [(&'static str, &'static str)],
    pub(crate) run: Run,
}

/// Whether a call may be made again when a crash hid its outcome.
#[derive(Clone, Copy)]
pub(crate) enum Idempotence {
    /// Every call.
    Always,
    /// It depends on the arguments; the first text says how, for people.
    ByArguments(&'static str, fn(&Args<'_>) -> bool),
}

impl fmt::Debug for Idempotence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Idempotence::Always => f.write_str("Always"),
            Idempotence::ByArguments(rule, _) => write!(f, "ByArguments({rule:?})"),
        }
    }
}

/// How the work is done.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Run {
    /// At once, in microseconds.
    Inline(fn(&Args<'_>) -> Value),
    /// On a thread that may block.
    Blocking(fn(&Work<'_>) -> Result<Value, ToolError>),
    /// On a thread that may block; under `->>` it hands items on instead.
    BlockingItems {
        /// All at once.
        whole: fn(&Work<'_>) -> Result<Value, ToolError>,
        /// One by one, to a function that says when nobody wants more.
        items: fn(&Work<'_>, &mut ItemTaker<'_>) -> Result<(), ToolError>,
        /// What the items are.
        item: fn() -> Type,
    },
    /// On the runtime, waiting for others.
    Async(for<'a> fn(&'a Context, Args<'a>) -> BoxFuture<'a, Result<Value, ToolError>>),
}

/// Takes an item in; an error when nobody wants more.
pub(crate) type ItemTaker<'t> = dyn FnMut(Value) -> Result<(), ToolError> + 't;

/// One piece of blocking work.
#[derive(Debug)]
pub(crate) struct Work<'a> {
    pub(crate) workspace: &'a Workspace,
    pub(crate) args: Args<'a>,
    pub(crate) stop: &'a Stop,
    /// The call's key.
    pub(crate) key: &'a str,
}

impl Definition {
    pub(crate) fn signature(&self) -> ToolSignature {
        ToolSignature {
            name: ToolName::new(self.name),
            origin: ToolOrigin::Native,
            input: Some(Arc::new(self.shape())),
            output: Type::shape((self.output)()),
            streaming: self.item().is_some(),
            item: self.item(),
            idempotent: matches!(self.idempotence, Idempotence::Always),
            doc: self.doc.to_owned(),
            example: self.example.to_owned(),
        }
    }

    /// What the items are that it hands on.
    pub(crate) fn item(&self) -> Option<Type> {
        match self.run {
            Run::BlockingItems { item, .. } => Some(item()),
            Run::Inline(_) | Run::Blocking(_) | Run::Async(_) => None,
        }
    }

    fn shape(&self) -> Shape {
        Shape {
            fields: (self.input)(),
            open: false,
        }
    }
}

/// What all native tools of one source share.
#[derive(Debug)]
pub(crate) struct Context {
    workspace: Workspace,
    pub(crate) net: NetPolicy,
    /// Made at the first request: it reads the certificates of the system.
    pub(crate) http: OnceLock<reqwest::Client>,
    blocking_slots: Arc<Semaphore>,
}

impl Context {
    pub(crate) fn new(options: NativeOptions) -> Context {
        Context {
            workspace: Workspace::open(&options.workspace),
            net: options.net,
            http: OnceLock::new(),
            blocking_slots: Arc::new(Semaphore::new(BLOCKING_CALLS_MAX)),
        }
    }
}

/// A definition that can be called.
#[derive(Debug)]
pub(crate) struct NativeTool {
    definition: &'static Definition,
    signature: Arc<ToolSignature>,
    shape: Arc<Shape>,
    context: Arc<Context>,
}

impl NativeTool {
    pub(crate) fn new(definition: &'static Definition, context: Arc<Context>) -> NativeTool {
        NativeTool {
            definition,
            signature: Arc::new(definition.signature()),
            shape: Arc::new(definition.shape()),
            context,
        }
    }
}

#[async_trait]
impl Tool for NativeTool {
    fn signature(&self) -> &Arc<ToolSignature> {
        &self.signature
    }

    fn is_idempotent(&self, args: &Value) -> bool {
        match self.definition.idempotence {
            Idempotence::Always => true,
            Idempotence::ByArguments(_, decide) => decide(&Args::new(args, &self.shape)),
        }
    }

    async fn call(&self, call: ToolCall, out: &mut dyn Sink) -> Result<Value, ToolError> {
        let work: BoxFuture<'_, Result<Value, ToolError>> = match self.definition.run {
            Run::Inline(run) => return Ok(run(&Args::new(&call.args, &self.shape))),
            Run::Blocking(run) => Box::pin(self.run_blocking(run, &call)),
            Run::BlockingItems { items, .. } if out.wants_items() => {
                Box::pin(self.run_items(items, &call, out))
            }
            Run::BlockingItems { whole, .. } => Box::pin(self.run_blocking(whole, &call)),
            Run::Async(run) => run(&self.context, Args::new(&call.args, &self.shape)),
        };
        tokio::select! {
            biased;
            () = call.cancelled.cancelled() => Err(cancelled()),
            () = until(&call) => Err(timed_out(self.definition.name)),
            result = work => result,
        }
    }
}

impl NativeTool {
    async fn run_blocking(
        &self,
        run: impl FnOnce(&Work<'_>) -> Result<Value, ToolError> + Send + 'static,
        call: &ToolCall,
    ) -> Result<Value, ToolError> {
        let slot = Arc::clone(&self.context.blocking_slots)
            .acquire_owned()
            .await
            .expect("nobody closes the slots");
        // Dropping this future leaves the thread at work; the guard tells it to stop.
        let token = CancellationToken::new();
        let _stop_when_dropped = token.clone().drop_guard();
        let context = Arc::clone(&self.context);
        let shape = Arc::clone(&self.shape);
        let args = call.args.clone();
        let key = Arc::clone(&call.key);
        let thread = tokio::task::spawn_blocking(move || {
            // Held by the thread, which may outlive this future.
            let _slot = slot;
            run(&Work {
                workspace: &context.workspace,
                args: Args::new(&args, &shape),
                stop: &Stop::new(token),
                key: &key,
            })
        });
        thread.await.unwrap_or_else(|error| {
            Err(ToolError::permanent(
                "INTERNAL_ERROR",
                format!("{} broke off: {error}", self.definition.name),
            ))
        })
    }
}

impl NativeTool {
    /// The thread waits while the reader is slow: few items are under way between them.
    async fn run_items(
        &self,
        run: fn(&Work<'_>, &mut ItemTaker<'_>) -> Result<(), ToolError>,
        call: &ToolCall,
        out: &mut dyn Sink,
    ) -> Result<Value, ToolError> {
        let (sender, mut batches) = mpsc::channel(1);
        let work = self.run_blocking(
            move |work| {
                let mut batch = Batch::new(sender);
                let outcome = run(work, &mut |item| batch.take(item));
                batch.send()?;
                outcome.map(|()| Value::Null)
            },
            call,
        );
        let hand_on = async {
            while let Some(items) = batches.recv().await {
                for item in items {
                    out.item(item).await;
                }
            }
        };
        let (outcome, ()) = tokio::join!(work, hand_on);
        outcome
    }
}

/// Items that were made while the reader was at work. One who waits gets each at once.
struct Batch {
    items: Vec<Value>,
    size_bytes: usize,
    sender: mpsc::Sender<Vec<Value>>,
}

impl Batch {
    fn new(sender: mpsc::Sender<Vec<Value>>) -> Batch {
        Batch {
            items: Vec::new(),
            size_bytes: 0,
            sender,
        }
    }

    fn take(&mut self, item: Value) -> Result<(), ToolError> {
        self.size_bytes += item.size_bytes_about();
        self.items.push(item);
        let is_full =
            self.items.len() >= ITEMS_AT_ONCE_MAX || self.size_bytes >= ITEMS_AT_ONCE_BYTES_MAX;
        if is_full || self.sender.capacity() > 0 {
            return self.send();
        }
        Ok(())
    }

    /// Waits until there is room for what was made.
    fn send(&mut self) -> Result<(), ToolError> {
        if self.items.is_empty() {
            return Ok(());
        }
        self.size_bytes = 0;
        let items = std::mem::take(&mut self.items);
        self.sender.blocking_send(items).map_err(|_| cancelled())
    }
}

/// Waits for the call's deadline, for ever without one.
async fn until(call: &ToolCall) {
    let Some(deadline) = call.deadline else {
        return std::future::pending().await;
    };
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let deadline = Duration::from_millis(u64::try_from(deadline.0).unwrap_or(0));
    tokio::time::sleep(deadline.saturating_sub(now)).await;
}

fn timed_out(name: &str) -> ToolError {
    ToolError::new(
        ToolErrorKind::TimedOut,
        "DEADLINE_EXCEEDED",
        format!("{name} was not done before its deadline"),
    )
}
