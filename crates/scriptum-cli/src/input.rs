//! JSON that a user gives: inline, from a file, from standard input, and single values by `--set`.

use std::{io::Read as _, path::Path};

use scriptum_contract::Value;

use crate::exit::{Code, Failure};

/// Longest JSON document that is read: 256 MiB. Larger data belongs into files that tools read.
const JSON_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Longest text without quotes that help repeats: one line of a terminal.
const BARE_TEXT_BYTES_MAX: usize = 60;

/// Reads JSON from an argument: inline, `@FILE` (YAML for `.yaml` and `.yml`), `-` or `@-` for standard input.
pub(crate) fn json(argument: &str, flag: &str) -> Result<Value, Failure> {
    match argument.strip_prefix('@') {
        _ if argument == "-" || argument == "@-" => {
            let text = read(std::io::stdin().lock(), "standard input")?;
            parse(&text, "standard input")
        }
        Some(file) => from_file(Path::new(file)),
        None => parse(argument, flag),
    }
}

/// `key=text`, `a.b=text`, `key:=json`, merged over `base`; an absent `base` is an empty object.
pub(crate) fn merged(base: Option<Value>, settings: &[String]) -> Result<Value, Failure> {
    let mut value = base.unwrap_or_else(empty_object);
    for setting in settings {
        let (keys, new) = setting_of(setting)?;
        let keys: Vec<&str> = keys.split('.').collect();
        value = with(&value, &keys, new).ok_or_else(|| {
            let message = format!("cannot set '{setting}': a key on the way holds no object");
            Failure::new(Code::InvalidArgument, message)
        })?;
    }
    Ok(value)
}

fn empty_object() -> Value {
    Value::object::<std::sync::Arc<str>>([])
}

fn setting_of(setting: &str) -> Result<(&str, Value), Failure> {
    let (key, text) = setting
        .split_once('=')
        .filter(|(key, _)| !key.is_empty())
        .ok_or_else(|| {
            let message = format!("'{setting}' is no setting");
            Failure::new(Code::InvalidArgument, message)
                .help("write --set key=text, or --set key:=json for a typed value")
        })?;
    match key.strip_suffix(':') {
        Some(key) => Ok((key, parse(text, &format!("--set {key}"))?)),
        None => Ok((key, Value::text(text))),
    }
}

/// `value` with `new` under the keys; `None` when something on the way is no object.
fn with(value: &Value, keys: &[&str], new: Value) -> Option<Value> {
    let Some((key, rest)) = keys.split_first() else {
        return Some(new);
    };
    let object = value.as_object()?;
    let empty = empty_object();
    let inner = with(object.get(key).unwrap_or(&empty), rest, new)?;
    let known = object.iter().cloned();
    Some(Value::Object(
        known.chain([((*key).into(), inner)]).collect(),
    ))
}

fn from_file(path: &Path) -> Result<Value, Failure> {
    let name = path.display().to_string();
    let file = std::fs::File::open(path)
        .map_err(|error| Failure::io(&format!("cannot open '{name}'"), &error))?;
    let text = read(file, &format!("'{name}'"))?;
    match path.extension().and_then(std::ffi::OsStr::to_str) {
        Some("yaml" | "yml") => from_yaml(&text, &name),
        Some(_) | None => parse(&text, &format!("'{name}'")),
    }
}

fn from_yaml(text: &str, name: &str) -> Result<Value, Failure> {
    let value: serde_json::Value = serde_saphyr::from_str(text).map_err(|error| {
        Failure::new(
            Code::InvalidArgument,
            format!("'{name}' is no YAML: {error}"),
        )
    })?;
    parse(&value.to_string(), name)
}

fn read(source: impl std::io::Read, name: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    source
        .take(JSON_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::io(&format!("cannot read {name}"), &error))?;
    if bytes.len() as u64 > JSON_BYTES_MAX {
        let message = format!("{name} is larger than {} MiB", JSON_BYTES_MAX >> 20);
        return Err(Failure::new(Code::InvalidArgument, message)
            .help("put large data into a file of the workspace and read it with file_read"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let message = format!("{name} is not UTF-8: the byte at offset {at} fits nowhere");
        Failure::new(Code::InvalidArgument, message).help("save it as UTF-8")
    })
}

fn parse(text: &str, name: &str) -> Result<Value, Failure> {
    Value::from_json(text).map_err(|error| {
        let message = format!("{name} is no JSON: {error}");
        let failure = Failure::new(Code::InvalidArgument, message);
        if is_setting(text) {
            failure.help(format!("a single input is given by --set '{text}'"))
        } else if is_bare_text(text) {
            failure.help(format!("a text stands in double quotes: '\"{text}\"'"))
        } else {
            failure
        }
    })
}

/// True for `key=text`, which another flag takes.
fn is_setting(text: &str) -> bool {
    let is_key = |key: &str| {
        key.chars()
            .all(|it| it.is_alphanumeric() || "_.".contains(it))
    };
    let key = text.split_once('=').map(|(key, _)| key);
    text.len() <= BARE_TEXT_BYTES_MAX && key.is_some_and(|key| !key.is_empty() && is_key(key))
}

/// True for words that somebody wrote without the quotes that JSON asks for.
fn is_bare_text(text: &str) -> bool {
    text.len() <= BARE_TEXT_BYTES_MAX
        && text.starts_with(char::is_alphabetic)
        && text
            .chars()
            .all(|it| it.is_alphanumeric() || " _-.,".contains(it))
}
