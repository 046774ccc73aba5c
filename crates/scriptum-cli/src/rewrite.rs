//! Putting a new text in place of a file, at once: whoever reads the file, or pulls the plug, meets the
//! old text or the new one, never a part.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::exit::Failure;

/// Replaces the content of a file and keeps its permissions. Behind a symbolic link, the file that it
/// leads to is replaced and the link stays.
pub(crate) fn rewrite(path: &Path, text: &str) -> Result<(), Failure> {
    replace(path, text).map_err(|error| {
        let tried = format!("cannot write '{}'", path.display());
        Failure::io(&tried, &error)
    })
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let target = path.canonicalize()?;
    let permissions = target.metadata()?.permissions();
    if permissions.readonly() {
        // A rename would not ask; the author did say no.
        return Err(io::Error::from(io::ErrorKind::PermissionDenied));
    }
    let beside = beside(&target);
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&beside)?;
    let written = fill(file, text, permissions).and_then(|()| std::fs::rename(&beside, &target));
    if written.is_err() {
        // Best effort: the error that matters is the one that is returned.
        let _: io::Result<()> = std::fs::remove_file(&beside);
    }
    written
}

fn fill(mut file: File, text: &str, permissions: std::fs::Permissions) -> io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.set_permissions(permissions)?;
    file.sync_all()
}

/// A name in the same folder, since only there a rename is one act; hidden, so that no folder of scripts
/// shows it, and of this process, so that two do not share it.
fn beside(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.{}.new", std::process::id()))
}
