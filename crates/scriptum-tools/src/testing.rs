//! A workspace in a temporary folder and calls in it, for the tests of tools. Every call goes the way
//! that the engine takes: arguments are checked and completed before, the output is checked after.

use std::{fs, path::Path, sync::Arc};

use async_trait::async_trait;
use scriptum_contract::{ToolName, Value, check, check_fields};
use scriptum_engine::{Sink, Tool, ToolCall, ToolError, ToolSource};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::{NativeOptions, NativeTools, NetPolicy};

/// A workspace and its tools.
pub(crate) struct Bench {
    folder: TempDir,
    tools: NativeTools,
}

impl Bench {
    pub(crate) fn new() -> Bench {
        Bench::with_net(NetPolicy::default())
    }

    pub(crate) fn with_net(net: NetPolicy) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let tools = NativeTools::new(NativeOptions {
            workspace: folder.path().to_owned(),
            net,
        });
        Bench { folder, tools }
    }

    /// With other tools than those of its own folder.
    pub(crate) fn of(tools: NativeTools) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        Bench { folder, tools }
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap()
    }

    #[cfg(unix)]
    pub(crate) fn link(&self, target: impl AsRef<Path>, path: &str) {
        std::os::unix::fs::symlink(target, self.root().join(path)).unwrap();
    }

    #[cfg(unix)]
    pub(crate) fn fifo(&self, path: &str) {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let path = self.root().join(path);
        mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    }

    /// Calls a tool with arguments in JSON; the output as JSON.
    pub(crate) async fn call(&self, tool: &str, args: &str) -> Result<String, ToolError> {
        let call = ToolCall {
            key: "thr_0/0/1".into(),
            args: Value::from_json(args).unwrap(),
            deadline: None,
            cancelled: CancellationToken::new(),
        };
        let output = self.make(tool, call).await?;
        Ok(output.to_json().unwrap())
    }

    /// The error of a call that must fail.
    pub(crate) async fn error(&self, tool: &str, args: &str) -> ToolError {
        match self.call(tool, args).await {
            Ok(output) => panic!("{tool} {args} gave {output}"),
            Err(error) => error,
        }
    }

    pub(crate) async fn make(&self, tool: &str, call: ToolCall) -> Result<Value, ToolError> {
        let tool = self.find(tool).await;
        let shape = tool.signature().input.clone().unwrap();
        let args = check_fields(&call.args, &shape.fields, shape.open)
            .unwrap_or_else(|violations| panic!("{:?}: {violations:?}", call.args));
        let output = tool.call(ToolCall { args, ..call }, &mut NoSink).await?;
        let violations = check(&output, &tool.signature().output);
        assert!(violations.is_empty(), "{output:?}: {violations:?}");
        Ok(output)
    }

    pub(crate) async fn find(&self, tool: &str) -> Arc<dyn Tool> {
        let found = self.tools.find(&ToolName::new(tool)).await.unwrap();
        found.unwrap_or_else(|| panic!("there is no tool {tool}"))
    }
}

/// The code of an error.
pub(crate) fn code(error: &ToolError) -> &str {
    &error.code
}

/// For tools that hand out nothing while they work.
struct NoSink;

#[async_trait]
impl Sink for NoSink {
    async fn item(&mut self, item: Value) {
        panic!("unexpected item {item:?}");
    }

    fn progress(&mut self, _done: u64, _total: Option<u64>) {}

    fn log(&mut self, _line: &str) {}
}
