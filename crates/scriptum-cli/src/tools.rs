//! The tools that a local command knows: the built-in ones, and those of the documents in a folder.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use scriptum_contract::{ToolCatalog, ToolSignature};
use scriptum_tools::{document::DocumentFault, limits::DOCUMENT_BYTES_MAX, read_tool_document};

use crate::exit::{Code, Failure};

/// Where documents are looked for when no folder is named.
const DEFAULT_FOLDER: &str = "./tools";

/// What every fresh installation can call.
pub(crate) fn built_in() -> ToolCatalog {
    ToolCatalog::new(scriptum_tools::signatures())
}

/// The built-in tools and the documents of the folders; without any, those of `./tools` if it exists.
pub(crate) fn catalog(folders: &[PathBuf]) -> Result<ToolCatalog, Failure> {
    let default = Path::new(DEFAULT_FOLDER);
    let mut signatures = scriptum_tools::signatures();
    if folders.is_empty() && default.is_dir() {
        signatures.extend(documents(default)?);
    }
    for folder in folders {
        signatures.extend(documents(folder)?);
    }
    Ok(ToolCatalog::new(signatures))
}

/// The tools of every `*.yaml` of a folder, by file name.
fn documents(folder: &Path) -> Result<Vec<ToolSignature>, Failure> {
    let tried = format!("cannot list '{}'", folder.display());
    let unreadable = |error: std::io::Error| Failure::io(&tried, &error);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension() == Some(OsStr::new("yaml")) && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    let mut signatures = Vec::new();
    for file in files {
        signatures.extend(signature(&file)?);
    }
    Ok(signatures)
}

/// The tool of a document. A server of tools has none that is known without asking it.
fn signature(file: &Path) -> Result<Option<ToolSignature>, Failure> {
    let name = file.display().to_string();
    let document = read_tool_document(&text(file, &name)?).map_err(|faults| {
        let message = format!("'{name}' is no tool document");
        Failure::new(Code::InvalidArgument, message).details(faults.iter().map(line))
    })?;
    for warning in &document.warnings {
        note!("warning: '{name}': {warning}");
    }
    if document.signature().is_none() {
        note!("warning: '{name}': the tools of a server are not known to local commands");
    }
    Ok(document.signature().cloned())
}

fn line(fault: &DocumentFault) -> String {
    fault.to_string()
}

fn text(file: &Path, name: &str) -> Result<String, Failure> {
    let size_bytes = std::fs::metadata(file).map_or(0, |file| file.len());
    if size_bytes > DOCUMENT_BYTES_MAX as u64 {
        let message = format!("'{name}' is too large for a tool document");
        return Err(Failure::new(Code::InvalidArgument, message));
    }
    std::fs::read_to_string(file)
        .map_err(|error| Failure::io(&format!("cannot read '{name}'"), &error))
}
