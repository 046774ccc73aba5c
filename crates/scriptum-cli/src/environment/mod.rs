//! The environment of a run: what `--env-file` and `--env-var` give to the script, to the scripts that it
//! runs, and to the channels that it sends over. Nothing else of the process is taken.
//!
//! A secret is looked up here when a tool is called with it, and stands nowhere else: whoever goes on with
//! a thread gives its secrets again.

mod dotenv;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

use async_trait::async_trait;
use scriptum_contract::{
    Contract, EnvField, Reason, SecretBytes, SecretsByKey, Value, Violation, nearest,
};
use scriptum_engine::{Secrets, SecretsError};

use crate::{
    args::Run,
    exit::{Code, Failure},
    out, source,
};

/// The key with the token of a Slack app.
const SLACK_TOKEN: &str = "SLACK_TOKEN";

/// Longest file of variables that is read: 1 MiB, some ten thousand variables.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Values by key, and where they came from. As any of them may be a secret, none is shown.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    values: SecretsByKey,
    /// Keys that the command line names one by one.
    named: BTreeSet<String>,
    /// The file that was read.
    file: Option<PathBuf>,
}

impl Environment {
    /// Reads what the command line gives; a variable of its own wins over that of the file.
    pub(crate) fn read(args: &Run) -> Result<Environment, Failure> {
        let mut environment = Environment::default();
        if let Some(file) = &args.env_file {
            let text = source::text_below(file, FILE_BYTES_MAX)?;
            let values = dotenv::read(&text).map_err(|faults| {
                let message = format!("'{}' is no file of variables", file.display());
                Failure::new(Code::InvalidArgument, message)
                    .details(faults)
                    .help("write KEY=VALUE, a line each")
            })?;
            let values = values.into_iter();
            let values = values.map(|(key, value)| (key.into(), SecretBytes::new(value)));
            environment.values = values.collect();
            environment.file = Some(file.clone());
        }
        for given in &args.env_var {
            let (key, value) = variable(given)?;
            environment.named.insert(key.to_owned());
            environment
                .values
                .insert(key.into(), SecretBytes::new(value));
        }
        // Tokens of channels are secrets, whatever the script declares.
        out::hide(environment.slack_token());
        Ok(environment)
    }

    /// The token for messages over Slack.
    pub(crate) fn slack_token(&self) -> Option<String> {
        self.value(SLACK_TOKEN).map(str::to_owned)
    }

    fn value(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(SecretBytes::reveal)
    }

    /// The file that was read.
    pub(crate) fn file(&self) -> Option<&PathBuf> {
        self.file.as_ref()
    }

    /// The keys that have to be given on the command line when the thread goes on: it keeps its plain
    /// variables, but neither secrets nor what is for others. With `for_others`, all that were named.
    pub(crate) fn keys_to_repeat(&self, contract: &Contract, for_others: bool) -> Vec<String> {
        let kept = self.kept(contract);
        let named = self.named.iter().map(String::as_str);
        let repeated = named.filter(|key| for_others || !kept.contains(key));
        let is_lacking = |field: &&EnvField| {
            field.secret && field.field.default.is_none() && self.value(&field.key).is_none()
        };
        let lacking = contract.env.iter().filter(is_lacking);
        let keys: BTreeSet<&str> = repeated.chain(lacking.map(|field| &*field.key)).collect();
        keys.into_iter().map(str::to_owned).collect()
    }

    /// Keys of the command line that are plain variables of the script, which a thread keeps.
    pub(crate) fn kept<'c>(&self, contract: &'c Contract) -> Vec<&'c str> {
        let plain = contract.env.iter().filter(|field| !field.secret);
        let keys = plain.map(|field| &*field.key);
        keys.filter(|key| self.named.contains(*key)).collect()
    }

    /// Values for the declared variables, converted to their types. Secrets are hidden from here on.
    pub(crate) fn resolved(
        &self,
        contract: &Contract,
    ) -> Result<BTreeMap<Arc<str>, Value>, Failure> {
        let (mut values, mut secrets) = (BTreeMap::new(), Vec::new());
        let mut faults = Vec::new();
        for declared in &contract.env {
            match declared.read(self.value(&declared.key)) {
                Ok(value) => {
                    if declared.secret {
                        secrets.extend(value.as_text().map(str::to_owned));
                    }
                    values.insert(Arc::clone(&declared.field.name), value);
                }
                Err(violations) => {
                    faults.extend(violations.iter().map(|it| fault(declared, it)));
                }
            }
        }
        out::hide(secrets);
        if faults.is_empty() {
            return Ok(values);
        }
        let message = "the environment does not satisfy the contract of the script";
        Err(Failure::new(Code::FailedPrecondition, message)
            .details(faults)
            .help("give values with --env-var KEY=VALUE or --env-file FILE"))
    }

    /// Refuses what was named on the command line and what nobody reads: a misspelt key would leave the
    /// default in place. A file may hold variables for others, too.
    pub(crate) fn check_named(&self, contract: &Contract) -> Result<(), Failure> {
        let declared = |key: &str| contract.env.iter().any(|field| *field.key == *key);
        let unknown = self
            .named
            .iter()
            .filter(|key| *key != SLACK_TOKEN && !declared(key));
        let lines: Vec<String> = unknown
            .map(|key| unknown_line(key, &contract.env))
            .collect();
        if lines.is_empty() {
            return Ok(());
        }
        let message = "the script does not declare this variable of the environment";
        Err(Failure::new(Code::InvalidArgument, message)
            .details(lines)
            .help("`scriptum contract FILE -o table` shows what the script reads"))
    }
}

#[async_trait]
impl Secrets for Environment {
    async fn find(&self, key: &str) -> Result<Option<SecretBytes>, SecretsError> {
        Ok(self.values.get(key).cloned())
    }
}

fn fault(declared: &EnvField, violation: &Violation) -> String {
    if violation.reason == Reason::Missing {
        return format!("{}: has no value and no default", declared.key);
    }
    format!("{}: {}", declared.key, violation.message)
}

fn unknown_line(key: &str, declared: &[EnvField]) -> String {
    if let Some(field) = declared.iter().find(|it| *it.field.name == *key) {
        return format!("{key}: it is read from the key '{}'", field.key);
    }
    match nearest(key, declared.iter().map(|it| &*it.key)) {
        Some(meant) => format!("{key}: did you mean '{meant}'?"),
        None => format!("{key}: is not declared"),
    }
}

/// `KEY=VALUE`, or `KEY` for a variable of this process: so a secret need not stand on a command line.
fn variable(given: &str) -> Result<(&str, String), Failure> {
    let (key, value) = match given.split_once('=') {
        Some((key, value)) => (key, Some(value.to_owned())),
        None => (given, std::env::var(given).ok()),
    };
    if !dotenv::is_key(key) {
        let message = format!("'{key}' is no name of a variable");
        return Err(Failure::new(Code::InvalidArgument, message)
            .help("write --env-var KEY=VALUE, or --env-var KEY for a variable of this shell"));
    }
    let value = value.ok_or_else(|| {
        let message = format!("this process has no variable '{key}' to take over");
        Failure::new(Code::InvalidArgument, message)
            .help(format!("export it, or write --env-var {key}=VALUE"))
    })?;
    Ok((key, value))
}
