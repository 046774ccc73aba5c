//! The only caller of tools. It finds the tool, loads the arguments, opens the secrets in them, checks
//! them, keeps the limits of time and number, checks the result, and turns whatever goes wrong into a step error. Whether to try
//! again is decided by the machine, never here.

mod failure;
mod items;
mod live;
mod offered;
mod secrets;

use std::{
    any::Any,
    collections::BTreeMap,
    fmt::{self, Write as _},
    future::poll_fn,
    panic::AssertUnwindSafe,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
};

use futures::{FutureExt, future::BoxFuture};
use scriptum_contract::{
    Mask, ToolCatalog, ToolName, ToolOrigin, ToolSignature, Value, check, check_fields,
};
use scriptum_vm::{StepError, Timestamp, program::Callee};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;

use crate::{
    Clock, Secrets, ThreadId, Tool, ToolCall, ToolError, ToolSource,
    limits::Limits,
    ports::secrets::NoSecrets,
    retry::until_available,
    values::{Values, has_references},
};

pub use failure::{outcome_unknown, secret_missing, timed_out};
use items::Handing;
pub(crate) use items::{Item, Items, items};
pub use live::{Live, LiveKind};
use live::{LiveSender, LiveSink};

/// All tools of a node, by where they come from.
pub struct ToolBox {
    sources: BTreeMap<ToolOrigin, Arc<dyn ToolSource>>,
    secrets: Arc<dyn Secrets>,
}

impl ToolBox {
    /// Tools of these sources; of two for the same origin the later one counts.
    pub fn new(sources: impl IntoIterator<Item = (ToolOrigin, Arc<dyn ToolSource>)>) -> ToolBox {
        ToolBox {
            sources: sources.into_iter().collect(),
            secrets: Arc::new(NoSecrets),
        }
    }

    /// The same tools, with the secrets that they may be given.
    #[must_use]
    pub fn with_secrets(self, secrets: Arc<dyn Secrets>) -> ToolBox {
        ToolBox { secrets, ..self }
    }

    /// What can be called at the moment.
    ///
    /// # Errors
    /// When a source cannot be reached.
    pub async fn catalog(&self) -> Result<ToolCatalog, ToolError> {
        let mut all = Vec::new();
        for source in self.sources.values() {
            let signatures = source.list().await?;
            all.extend(signatures.iter().map(|signature| (**signature).clone()));
        }
        Ok(ToolCatalog::new(all))
    }

    async fn find(&self, callee: &Callee) -> Result<Arc<dyn Tool>, StepError> {
        let found = match self.sources.get(&callee.origin) {
            Some(source) => source.find(&callee.name).await,
            None => Ok(None),
        };
        match found {
            Ok(Some(tool)) => Ok(tool),
            Ok(None) => Err(failure::missing(callee)),
            Err(error) => Err(failure::unreachable(callee, &error)),
        }
    }
}

/// Room for the key of a usual call: 30 bytes of the thread, a path, a number.
const KEY_ROOM_BYTES: usize = 64;

/// Calls tools under the limits of this node.
pub(crate) struct Caller {
    toolbox: ToolBox,
    values: Arc<Values>,
    clock: Arc<dyn Clock>,
    limits: Limits,
    gates: Mutex<BTreeMap<ToolName, Arc<Semaphore>>>,
    live: LiveSender,
}

/// A call that a thread asks for.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) thread: ThreadId,
    pub(crate) call: scriptum_vm::Call,
    /// Fires when the thread does not want the answer any more. Of this call alone.
    pub(crate) cancelled: CancellationToken,
    /// Where the items go, when the thread wants them one by one.
    pub(crate) items: Option<Items>,
}

impl Caller {
    pub(crate) fn new(
        toolbox: ToolBox,
        values: Arc<Values>,
        clock: Arc<dyn Clock>,
        limits: Limits,
    ) -> Caller {
        Caller {
            toolbox,
            values,
            clock,
            limits,
            gates: Mutex::default(),
            live: LiveSender::new(),
        }
    }

    pub(crate) fn toolbox(&self) -> &ToolBox {
        &self.toolbox
    }

    pub(crate) fn live(&self) -> &LiveSender {
        &self.live
    }

    /// True when a call whose outcome is unknown may be made again.
    pub(crate) async fn may_repeat(&self, call: &scriptum_vm::Call) -> bool {
        let Ok(tool) = self.toolbox.find(&call.callee).await else {
            return false;
        };
        let loading = until_available(|| self.values.load(&call.args)).await;
        loading.is_ok_and(|args| tool.is_idempotent(&args))
    }

    /// Makes a call and checks what it takes and gives, within the time limit. The clock is asked for
    /// nothing as long as the call is not waiting, so that a call that answers at once costs no timer.
    pub(crate) async fn call(
        &self,
        request: Request,
        pins: &ToolCatalog,
    ) -> Result<Value, StepError> {
        let deadline = self.deadline();
        let mut work = pin!(self.checked_call(&request, pins, deadline));
        let mut end: Option<BoxFuture<'_, StepError>> = None;
        poll_fn(|task| {
            if request.cancelled.is_cancelled() {
                return Poll::Ready(Err(failure::cancelled(&request.call.callee)));
            }
            if let Poll::Ready(outcome) = work.as_mut().poll(task) {
                return Poll::Ready(outcome);
            }
            end.get_or_insert_with(|| self.end(&request, deadline).boxed())
                .as_mut()
                .poll(task)
                .map(Err)
        })
        .await
    }

    /// Returns when nobody waits for the call any more, and says why.
    async fn end(&self, request: &Request, mut deadline: Timestamp) -> StepError {
        let callee = &request.call.callee;
        loop {
            tokio::select! {
                biased;
                () = request.cancelled.cancelled() => return failure::cancelled(callee),
                () = self.clock.sleep_until(deadline) => {}
            }
            // A stream may take as long as it likes, as long as it goes on.
            if !request.items.as_ref().is_some_and(Items::has_moved) {
                return timed_out(callee, self.limits.call_ms_max);
            }
            deadline = self.deadline();
        }
    }

    fn deadline(&self) -> Timestamp {
        let wait_ms = i64::try_from(self.limits.call_ms_max).unwrap_or(i64::MAX);
        Timestamp(self.clock.now().0.saturating_add(wait_ms))
    }

    /// Opens the secrets in the arguments, and hides them again in whatever comes of the call.
    async fn checked_call(
        &self,
        request: &Request,
        pins: &ToolCatalog,
        deadline: Timestamp,
    ) -> Result<Value, StepError> {
        let callee = &request.call.callee;
        let tool = self.toolbox.find(callee).await?;
        let args = self.arguments(request).await?;
        let pinned = pins.find(&callee.origin, &callee.name);
        let signature = pinned.unwrap_or(tool.signature());
        let (opened, mask) = self.toolbox.opened(callee, &args).await?;
        let opened = secrets::checked_args(callee, signature, (opened, &args), &mask)?;
        let call = OpenCall {
            tool: &*tool,
            signature,
            args: opened,
            mask: &mask,
        };
        let outcome = self.open_call(request, pins, deadline, call).await;
        outcome.map_err(|error| secrets::masked(error, &mask))
    }

    async fn open_call(
        &self,
        request: &Request,
        pins: &ToolCatalog,
        deadline: Timestamp,
        call: OpenCall<'_>,
    ) -> Result<Value, StepError> {
        let OpenCall {
            tool,
            signature,
            args,
            mask,
        } = call;
        let callee = &request.call.callee;
        let args = match callee.origin {
            ToolOrigin::Model => offered::with_schemas(args, pins),
            ToolOrigin::Native | ToolOrigin::Cloud | ToolOrigin::Mcp(_) | ToolOrigin::Channel => {
                args
            }
        };
        // What the tool began elsewhere ends with the call, in whatever way it ends.
        let cancelled = request.cancelled.clone();
        let _cancel_when_dropped = cancelled.clone().drop_guard();
        let call = ToolCall {
            key: key(request),
            args,
            deadline: request.items.is_none().then_some(deadline),
            cancelled,
        };
        let items = request.items.clone();
        let handing = items.map(|items| Handing::new(items, signature.item.clone()));
        let place = (request.thread, &request.call.path);
        let mut sink = LiveSink::new(&self.live, place, mask);
        sink.handing = handing;
        let output = self.gated_call(tool, request, call, &mut sink).await?;
        if request.items.is_some() && signature.streaming {
            return Ok(Value::Null);
        }
        secrets::checked_output(callee, signature, output, mask)
    }

    async fn arguments(&self, request: &Request) -> Result<Value, StepError> {
        let call = &request.call;
        if !has_references(&call.args) {
            return Ok(call.args.clone());
        }
        let loading = until_available(|| self.values.load(&call.args)).await;
        loading.map_err(|error| failure::unloaded(&call.callee, &error))
    }

    /// The call itself, when it is its turn; a panic of the tool ends here.
    async fn gated_call(
        &self,
        tool: &dyn Tool,
        request: &Request,
        call: ToolCall,
        sink: &mut LiveSink<'_>,
    ) -> Result<Value, StepError> {
        let callee = &request.call.callee;
        let gate = self.gate(&callee.name);
        let _permit = enter(&gate).await;
        // What a tool leaves half done behind a panic is its own; nothing of ours is in its hands.
        let work = AssertUnwindSafe(async { tool.call(call, sink).await });
        let outcome = work.catch_unwind().await;
        let handing = sink.handing.as_ref();
        if let Some(handing) = handing.filter(|handing| !handing.broken.is_empty()) {
            return Err(failure::output_invalid(callee, &handing.broken));
        }
        match outcome {
            Ok(Ok(output)) => Ok(output),
            Ok(Err(error)) => Err(failure::failed(callee, &error)),
            Err(panic) => Err(failure::panicked(callee, &said(&*panic))),
        }
    }

    fn gate(&self, name: &ToolName) -> Arc<Semaphore> {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gate) = gates.get(name) {
            return Arc::clone(gate);
        }
        let calls_max = self.limits.calls_per_tool_max.max(1);
        let gate = Arc::new(Semaphore::new(calls_max as usize));
        gates.insert(name.clone(), Arc::clone(&gate));
        gate
    }
}

/// A call whose secrets are open.
struct OpenCall<'c> {
    tool: &'c dyn Tool,
    signature: &'c ToolSignature,
    args: Value,
    /// Hides the secrets of the arguments.
    mask: &'c Mask,
}

/// What a tool is given: the arguments, with the defaults of its signature.
///
/// # Errors
/// When they break the signature.
pub fn checked_args(
    callee: &Callee,
    signature: &ToolSignature,
    args: Value,
) -> Result<Value, StepError> {
    let Some(shape) = &signature.input else {
        return Ok(args);
    };
    check_fields(&args, &shape.fields, shape.open)
        .map_err(|violations| failure::input_invalid(callee, &violations))
}

/// What a thread is given of what a tool gave.
///
/// # Errors
/// When it breaks the signature.
pub fn checked_output(
    callee: &Callee,
    signature: &ToolSignature,
    output: Value,
) -> Result<Value, StepError> {
    match check(&output, &signature.output) {
        violations if violations.is_empty() => Ok(output),
        violations => Err(failure::output_invalid(callee, &violations)),
    }
}

async fn enter(gate: &Semaphore) -> SemaphorePermit<'_> {
    let permit = match gate.try_acquire() {
        Ok(permit) => Ok(permit),
        Err(_) => gate.acquire().await,
    };
    permit.expect("gates are never closed")
}

fn key(request: &Request) -> Arc<str> {
    let call = &request.call;
    let mut key = String::with_capacity(KEY_ROOM_BYTES);
    write!(key, "{}/{}/{}", request.thread, call.path, call.number)
        .expect("a string takes every text");
    key.into()
}

/// What a panic said, if it said anything.
pub(crate) fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}

impl fmt::Debug for ToolBox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origins = self.sources.keys();
        f.debug_list().entries(origins).finish()
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("toolbox", &self.toolbox)
            .finish_non_exhaustive()
    }
}
