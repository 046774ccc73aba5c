//! The command that goes on with a thread: all that this run was given and the store does not keep.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use scriptum_contract::Contract;
use scriptum_engine::ThreadId;

use crate::{args::Run, environment::Environment, local};

const COMMAND: &str = "run --resume";
const DEFAULT_DATA_DIR: &str = "./.scriptum";

/// What has to be said again. Paths are relative to the present folder, as they were given.
#[derive(Debug)]
pub(super) struct Again {
    data_dir: PathBuf,
    workspace: PathBuf,
    /// The script, where it is to be named: those that it runs lie beside it.
    file: Option<PathBuf>,
    tools: Vec<PathBuf>,
    allow_net: Vec<String>,
    env_file: Option<PathBuf>,
    /// Keys of variables; a value may be a secret, and is not repeated.
    env_keys: Vec<String>,
}

impl Again {
    pub(super) fn new(
        args: &Run,
        file: Option<&Path>,
        workspace: PathBuf,
        (environment, contract): (&Environment, &Contract),
    ) -> Again {
        let for_others = file.is_some();
        Again {
            data_dir: args.data_dir.clone(),
            workspace,
            // Standard input cannot be read again.
            file: file
                .filter(|file| *file != Path::new("-"))
                .map(Path::to_owned),
            tools: args.tools.clone(),
            allow_net: args.allow_net.clone(),
            env_file: environment.file().cloned(),
            env_keys: environment.keys_to_repeat(contract, for_others),
        }
    }

    /// The command for a thread that this run began or went on with.
    pub(super) fn command(&self, thread: ThreadId) -> String {
        self.with_file(thread, self.file.as_deref())
    }

    /// The command for a sub-thread, whose own script nobody named.
    pub(super) fn command_for_child(&self, child: ThreadId) -> String {
        self.with_file(child, None)
    }

    fn with_file(&self, thread: ThreadId, file: Option<&Path>) -> String {
        let program = local::program_name();
        let program = local::quoted(&program.to_string_lossy());
        let mut command = format!("{program} {COMMAND} {thread}");
        let mut flag = |name: &str, value: &str| {
            let _ = write!(command, " {name} {}", local::quoted(value));
        };
        if self.data_dir != Path::new(DEFAULT_DATA_DIR) {
            flag("--data-dir", &argument(&self.data_dir));
        }
        if self.workspace != local::workspace(None, file) {
            flag("--workspace", &argument(&self.workspace));
        }
        for folder in &self.tools {
            flag("--tools", &argument(folder));
        }
        for target in &self.allow_net {
            flag("--allow-net", target);
        }
        if let Some(file) = &self.env_file {
            flag("--env-file", &argument(file));
        }
        for key in &self.env_keys {
            flag("--env-var", key);
        }
        if let Some(file) = file {
            let _ = write!(command, " {}", local::quoted(&argument(file)));
        }
        command
    }
}

/// A path as an argument: one that begins with a dash would be read as a flag.
fn argument(path: &Path) -> String {
    let text = path.to_string_lossy();
    if text.starts_with('-') {
        format!("./{text}")
    } else {
        text.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_says_all_that_is_not_kept() {
        let again = Again {
            data_dir: "my store".into(),
            workspace: ".".into(),
            file: Some("flows/a.scriptum".into()),
            tools: vec!["-tools".into()],
            allow_net: vec!["10.0.0.0/8".to_owned()],
            env_file: Some("it's.env".into()),
            env_keys: vec!["API_KEY".to_owned()],
        };
        let command = again.command(ThreadId(1));
        let (_, flags) = command.split_once(&ThreadId(1).to_string()).unwrap();
        assert_eq!(
            flags,
            r" --data-dir 'my store' --workspace . --tools ./-tools --allow-net 10.0.0.0/8 --env-file 'it'\''s.env' --env-var API_KEY flows/a.scriptum"
        );
        let again = Again {
            data_dir: DEFAULT_DATA_DIR.into(),
            workspace: "flows".into(),
            tools: Vec::new(),
            allow_net: Vec::new(),
            env_file: None,
            env_keys: Vec::new(),
            ..again
        };
        assert!(again.command(ThreadId(1)).ends_with(" flows/a.scriptum"));
        assert!(!again.command(ThreadId(1)).contains("--workspace"));
        assert!(
            again
                .command_for_child(ThreadId(1))
                .ends_with(" --workspace flows")
        );
    }
}
