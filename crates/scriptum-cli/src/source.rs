//! Script files, and programs that are written as YAML or JSON: reading them, and finding them in folders.

use std::{
    ffi::OsStr,
    io::Read as _,
    path::{Path, PathBuf},
};

use scriptum_compiler::{Compiled, compile, compile_yaml};
use scriptum_contract::{ToolCatalog, nearest};

use crate::{
    beside,
    exit::{Code, Failure},
};

/// Longest source that is read: 256 MiB. The compiler has a smaller limit of its own with a diagnostic.
const SOURCE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// A source text and the name that diagnostics give it.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) name: String,
    /// Where it lies, beside the scripts that it may run; `None` for what is no file.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) text: String,
}

impl Source {
    /// Compiles it: a script, or a program as `scriptum ir` writes it. What it runs is looked up beside it.
    pub(crate) fn compile(&self, catalog: &ToolCatalog) -> Compiled {
        let catalog = &*beside::known(self, catalog);
        if self.is_program() {
            compile_yaml(&self.text, catalog)
        } else {
            compile(&self.text, catalog)
        }
    }

    /// True for a program as YAML or JSON: by the name of the file, or by how the text begins.
    pub(crate) fn is_program(&self) -> bool {
        match Path::new(&self.name).extension().and_then(OsStr::to_str) {
            Some("yaml" | "yml" | "json") => true,
            Some("scriptum") => false,
            Some(_) | None => begins_like_program(&self.text),
        }
    }
}

/// No script begins with `ir:` or with a brace.
fn begins_like_program(text: &str) -> bool {
    let is_content = |line: &&str| !line.is_empty() && !line.starts_with('#') && *line != "---";
    let first = text.lines().map(str::trim_end).find(is_content);
    first.is_some_and(|line| line.starts_with("ir:") || line.starts_with('{'))
}

/// Reads a script; `-` is standard input.
pub(crate) fn read(path: &Path) -> Result<Source, Failure> {
    if path == Path::new("-") {
        let name = "<stdin>".to_owned();
        return text_of(std::io::stdin().lock(), name, SOURCE_BYTES_MAX);
    }
    read_file(path, SOURCE_BYTES_MAX)
}

/// The text of another file, which is not to be larger than that.
pub(crate) fn text_below(path: &Path, bytes_max: u64) -> Result<String, Failure> {
    read_file(path, bytes_max).map(|source| source.text)
}

fn read_file(path: &Path, bytes_max: u64) -> Result<Source, Failure> {
    let name = path.display().to_string();
    let file = std::fs::File::open(path).map_err(|error| {
        let failure = Failure::io(&format!("cannot open '{name}'"), &error);
        match meant(path).filter(|_| failure.code == Code::NotFound) {
            Some(meant) => failure.help(format!("did you mean '{}'?", meant.display())),
            None => failure,
        }
    })?;
    if file.metadata().is_ok_and(|it| it.is_dir()) {
        let message = format!("'{name}' is a folder, not a file");
        return Err(Failure::new(Code::InvalidArgument, message));
    }
    let source = text_of(file, name, bytes_max)?;
    let folder = path.parent().map(|folder| match folder.as_os_str() {
        here if here.is_empty() => PathBuf::from("."),
        _ => folder.to_owned(),
    });
    Ok(Source { folder, ..source })
}

/// Hands on every script that the paths mean. One that cannot be had is reported and keeps no other one
/// back; the exit code of the first of these comes back.
pub(crate) fn each_script(
    paths: &[PathBuf],
    mut take: impl FnMut(&Path, Source) -> Result<(), Failure>,
) -> Result<Option<Code>, Failure> {
    let mut missing = None;
    let mut count = 0;
    for path in paths {
        let scripts = scripts_at(path).unwrap_or_else(|failure| {
            failure.print();
            missing.get_or_insert(failure.code);
            Vec::new()
        });
        for script in scripts {
            count += 1;
            match read(&script) {
                Ok(source) => take(&script, source)?,
                Err(failure) => {
                    failure.print();
                    missing.get_or_insert(failure.code);
                }
            }
        }
    }
    if count == 0 && missing.is_none() {
        return Err(none_found());
    }
    Ok(missing)
}

/// The scripts that a path means: itself, or every `*.scriptum` below a folder, in path order.
fn scripts_at(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if path.is_dir() {
        files_below(path, &|name| name.ends_with(".scriptum"))
    } else {
        Ok(vec![path.to_owned()])
    }
}

/// The files below a folder whose names fit, in path order. Hidden folders are left out.
pub(crate) fn files_below(
    folder: &Path,
    fits: &dyn Fn(&str) -> bool,
) -> Result<Vec<PathBuf>, Failure> {
    let mut folders = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        let tried = format!("cannot list '{}'", folder.display());
        let unreadable = |error: std::io::Error| Failure::io(&tried, &error);
        for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            // The kind of the entry itself, so that a link to a parent folder makes no circle.
            let kind = entry.file_type().map_err(unreadable)?;
            if kind.is_dir() && !hidden {
                folders.push(entry.path());
            } else if !kind.is_dir() && entry.file_name().to_str().is_some_and(fits) {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Paths were named, and there is no script in them.
fn none_found() -> Failure {
    let message = "no script found: a folder holds none that ends in .scriptum";
    Failure::new(Code::NotFound, message)
}

/// The file that somebody may have meant: with the ending of scripts, else one with a similar name.
fn meant(path: &Path) -> Option<PathBuf> {
    let with_ending = path.with_added_extension("scriptum");
    if with_ending.is_file() {
        return Some(with_ending);
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let entries = std::fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    let names = entries.flatten().map(|entry| entry.file_name());
    let mut names: Vec<String> = names.filter_map(|name| name.into_string().ok()).collect();
    names.sort();
    let name = path.file_name()?.to_str()?;
    let nearest = nearest(name, names.iter().map(String::as_str))?;
    Some(path.with_file_name(nearest)).filter(|file| file.is_file())
}

fn text_of(source: impl std::io::Read, name: String, bytes_max: u64) -> Result<Source, Failure> {
    let mut bytes = Vec::new();
    source
        .take(bytes_max + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::io(&format!("cannot read '{name}'"), &error))?;
    if bytes.len() as u64 > bytes_max {
        let message = format!("'{name}' is larger than {} MiB", bytes_max >> 20);
        return Err(Failure::new(Code::InvalidArgument, message));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source {
            name,
            folder: None,
            text,
        }),
        Err(error) => Err(not_utf8(&name, &error)),
    }
}

fn not_utf8(name: &str, error: &std::string::FromUtf8Error) -> Failure {
    let at = error.utf8_error().valid_up_to();
    let before = error.as_bytes().get(..at).unwrap_or_default();
    let line = before.split(|byte| *byte == b'\n').count();
    let message = format!("'{name}' is not UTF-8: line {line}, byte offset {at}");
    Failure::new(Code::InvalidArgument, message).help("save the file as UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_from_scripts() {
        let table = [
            ("a.yaml", "script \"S\"", true),
            ("a.json", "", true),
            ("a.scriptum", "ir: 1", false),
            ("<stdin>", "ir: 1", true),
            ("<stdin>", "---\n# by hand\n\nir: 1", true),
            ("<stdin>", "{\"ir\":1}", true),
            ("<stdin>", "### Title ###\nscript \"S\"", false),
            ("<stdin>", "-- a comment\nscript \"S\"", false),
            ("<stdin>", "", false),
        ];
        for (name, text, expected) in table {
            let (name, text) = (name.to_owned(), text.to_owned());
            let folder = None;
            let source = Source { name, folder, text };
            assert_eq!(source.is_program(), expected, "{source:?}");
        }
    }
}
