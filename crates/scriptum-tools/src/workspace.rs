//! The one folder that file tools see. Every path is resolved by the kernel beneath the folder that
//! was opened at the start (`cap-std`), so `..`, absolute paths and symbolic links cannot lead out of
//! it, and neither can a link that is put in place while a path is being resolved.

use std::{
    ffi::OsStr,
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, Read, Write},
    path::{Component, Path},
};

use cap_std::{
    ambient_authority,
    fs::{Dir, File, FileType, OpenOptions, OpenOptionsExt},
};
use rustix::{fs::OFlags, io::Errno};
use scriptum_contract::nearest;
use scriptum_engine::{ToolError, ToolErrorKind};

use crate::{
    limits::{FILE_BYTES_MAX, LIST_ENTRIES_MAX},
    stop::{Stop, StoppableReader},
};

/// Names of a folder that are compared with a name that is not there.
const NEAREST_NAMES_MAX: usize = 1_000;

/// Names that a temporary file may try. More than one is taken only when an earlier try of the same
/// call was cut off or is still being abandoned.
const TEMPORARY_NAMES_MAX: u32 = 16;

/// The folder that file tools see.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: Result<Dir, String>,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WriteMode {
    /// The file has this content and no other, or is as it was.
    Replace,
    /// The content goes behind what is there.
    Append,
}

/// A file to be written.
#[derive(Debug)]
pub(crate) struct Writing<'a> {
    pub(crate) path: &'a WorkspacePath<'a>,
    pub(crate) content: &'a [u8],
    pub(crate) mode: WriteMode,
    /// True: folders on the way are made.
    pub(crate) create_folders: bool,
    /// Names the call; the same for every try of it.
    pub(crate) key: &'a str,
}

impl Workspace {
    pub(crate) fn open(path: &Path) -> Workspace {
        let root = Dir::open_ambient_dir(path, ambient_authority())
            .map_err(|error| format!("cannot open the workspace {}: {error}", path.display()));
        Workspace { root }
    }

    /// The folder itself.
    pub(crate) fn root(&self) -> Result<&Dir, ToolError> {
        self.root
            .as_ref()
            .map_err(|message| ToolError::permanent("WORKSPACE_UNAVAILABLE", message.as_str()))
    }

    /// Reads a regular file of at most `size_bytes_max`.
    pub(crate) fn read(
        &self,
        path: &WorkspacePath<'_>,
        size_bytes_max: u64,
        stop: &Stop,
    ) -> Result<Vec<u8>, ToolError> {
        let file = self.open_file(path)?;
        let size = file
            .metadata()
            .map_err(|error| path.failed("read", &error))?
            .len();
        if size > size_bytes_max {
            return Err(too_large(path, size, size_bytes_max));
        }
        let mut content = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        // One byte more than allowed tells a file that grew meanwhile from one that fits.
        let read = StoppableReader { inner: file, stop }
            .take(size_bytes_max + 1)
            .read_to_end(&mut content);
        stop.check()?;
        read.map_err(|error| path.failed("read", &error))?;
        let read = u64::try_from(content.len()).unwrap_or(u64::MAX);
        if read > size_bytes_max {
            return Err(too_large(path, read, size_bytes_max));
        }
        Ok(content)
    }

    /// Opens a regular file for reading, and nothing else.
    pub(crate) fn open_file(&self, path: &WorkspacePath<'_>) -> Result<File, ToolError> {
        let root = self.root()?;
        let file = root
            .open_with(path.as_path(), &reading())
            .map_err(|error| {
                let error = path.failed("read", &error);
                if &*error.code == "NOT_FOUND" {
                    with_nearest(error, root, path)
                } else {
                    error
                }
            })?;
        refuse_unless_file(path, "read", file_type(&file, path)?)?;
        Ok(file)
    }

    /// Writes a file and returns its size in bytes. The content is on the disk when this returns.
    pub(crate) fn write(&self, writing: &Writing<'_>, stop: &Stop) -> Result<u64, ToolError> {
        let path = writing.path;
        let root = self.root()?;
        let (folder, name) = path.folder_and_name()?;
        let folder = match open_folder(root, folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && writing.create_folders => {
                create_folders(root, folder).and_then(|()| open_folder(root, folder))
            }
            opened => opened,
        };
        let folder = folder.map_err(|error| path.failed("write", &error))?;
        let target = Target { folder, name, path };
        match writing.mode {
            WriteMode::Replace => target.replace(writing, stop),
            WriteMode::Append => target.append(writing.content),
        }
    }

    /// The entries of a folder with their names, unsorted, at most [`LIST_ENTRIES_MAX`].
    pub(crate) fn list(
        &self,
        path: &WorkspacePath<'_>,
        stop: &Stop,
    ) -> Result<Vec<cap_std::fs::DirEntry>, ToolError> {
        let failed = |error: io::Error| path.failed("list", &error);
        let folder = open_folder(self.root()?, path.as_path()).map_err(failed)?;
        let mut entries = Vec::new();
        for entry in folder.entries().map_err(failed)? {
            stop.check()?;
            if entries.len() == LIST_ENTRIES_MAX {
                return Err(ToolError::permanent(
                    "TOO_MANY_ENTRIES",
                    format!(
                        "cannot list '{path}': it has more than {LIST_ENTRIES_MAX} entries; \
                         file_glob finds the ones that are wanted"
                    ),
                ));
            }
            entries.push(entry.map_err(failed)?);
        }
        Ok(entries)
    }
}

/// A file that is to be written, its folder being open.
#[derive(Debug)]
struct Target<'a> {
    folder: Dir,
    name: &'a OsStr,
    path: &'a WorkspacePath<'a>,
}

impl Target<'_> {
    /// Writes beside the target and renames, so that a reader sees the old content or the new one.
    fn replace(&self, writing: &Writing<'_>, stop: &Stop) -> Result<u64, ToolError> {
        let failed = |error: io::Error| self.path.failed("write", &error);
        let permissions = match self.folder.symlink_metadata(self.name) {
            Ok(old) => {
                refuse_unless_file(self.path, "write", old.file_type())?;
                Some(old.permissions())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
        };
        let (mut file, temporary) = self.create_temporary(writing.key).map_err(failed)?;
        let written = || -> io::Result<()> {
            file.write_all(writing.content)?;
            if let Some(permissions) = permissions {
                file.set_permissions(permissions)?;
            }
            file.sync_all()
        };
        let renamed = written().map_err(failed).and_then(|()| {
            stop.check()?;
            self.folder
                .rename(&temporary.name, &self.folder, self.name)
                .map_err(failed)
        });
        if let Err(error) = renamed {
            // The error that matters is the first one; a leftover is taken away by the next try.
            let _: io::Result<()> = self.folder.remove_file(&temporary.name);
            return Err(error);
        }
        for number in 0..temporary.number {
            // Leftovers of tries that were cut off; they may be gone already.
            let _: io::Result<()> = self.folder.remove_file(temporary_name(writing.key, number));
        }
        sync(&self.folder).map_err(failed)?;
        Ok(u64::try_from(writing.content.len()).unwrap_or(u64::MAX))
    }

    fn append(&self, content: &[u8]) -> Result<u64, ToolError> {
        let failed = |error: io::Error| self.path.failed("write", &error);
        let options = without_waiting(OpenOptions::new().append(true).create(true)).clone();
        let mut file = self.folder.open_with(self.name, &options).map_err(failed)?;
        refuse_unless_file(self.path, "write", file_type(&file, self.path)?)?;
        file.write_all(content).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        sync(&self.folder).map_err(failed)?;
        Ok(file.metadata().map_err(failed)?.len())
    }

    fn create_temporary(&self, key: &str) -> io::Result<(File, Temporary)> {
        let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
        for number in 0..TEMPORARY_NAMES_MAX {
            let name = temporary_name(key, number);
            match self
                .folder
                .open_with(&name, OpenOptions::new().write(true).create_new(true))
            {
                Ok(file) => return Ok((file, Temporary { name, number })),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }
}

#[derive(Debug)]
struct Temporary {
    name: String,
    number: u32,
}

/// Hidden, and derived from the call, so that a try of the same call finds what another left behind.
pub(crate) fn temporary_name(key: &str, number: u32) -> String {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    format!(".scriptum-{:016x}-{number}.tmp", hasher.finish())
}

/// Opens for reading without waiting for anybody: a FIFO without a writer would otherwise block.
pub(crate) fn reading() -> OpenOptions {
    without_waiting(OpenOptions::new().read(true)).clone()
}

fn without_waiting(options: &mut OpenOptions) -> &mut OpenOptions {
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    options.custom_flags(i32::try_from(flags.bits()).expect("open flags are small numbers"))
}

fn open_folder(root: &Dir, path: &Path) -> io::Result<Dir> {
    if path.as_os_str().is_empty() {
        root.open_dir(".")
    } else {
        root.open_dir(path)
    }
}

/// Makes the folders of a path. They are durable when this returns.
fn create_folders(root: &Dir, path: &Path) -> io::Result<()> {
    root.create_dir_all(path)?;
    path.ancestors()
        .skip(1)
        .try_for_each(|parent| sync(&open_folder(root, parent)?))
}

/// Makes the names in a folder durable, where the system can do that.
fn sync(folder: &Dir) -> io::Result<()> {
    if cfg!(unix) {
        folder.open(".")?.sync_all()
    } else {
        Ok(())
    }
}

fn file_type(file: &File, path: &WorkspacePath<'_>) -> Result<FileType, ToolError> {
    let metadata = file
        .metadata()
        .map_err(|error| path.failed("read", &error))?;
    Ok(metadata.file_type())
}

fn refuse_unless_file(
    path: &WorkspacePath<'_>,
    verb: &str,
    file_type: FileType,
) -> Result<(), ToolError> {
    if file_type.is_file() {
        Ok(())
    } else if file_type.is_dir() {
        Err(ToolError::permanent(
            "NOT_A_FILE",
            format!("cannot {verb} '{path}': it is a folder"),
        ))
    } else if file_type.is_symlink() {
        Err(refused(format!(
            "cannot {verb} '{path}': it is a symbolic link; name the file that it leads to"
        )))
    } else {
        Err(refused(format!(
            "cannot {verb} '{path}': it is a pipe, socket or device, not a file"
        )))
    }
}

/// The operator did not give the right to do this.
pub(crate) fn refused(message: String) -> ToolError {
    ToolError::new(ToolErrorKind::Refused, "REFUSED", message)
}

fn too_large(path: &WorkspacePath<'_>, size: u64, size_max: u64) -> ToolError {
    let most = if size_max < FILE_BYTES_MAX {
        "max_bytes allows"
    } else {
        "a step can take"
    };
    ToolError::permanent(
        "FILE_TOO_LARGE",
        format!("cannot read '{path}': it has {size} bytes, {most} {size_max}"),
    )
}

/// A path as a script gives it: relative to the workspace, `/` between names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WorkspacePath<'a>(&'a str);

impl<'a> WorkspacePath<'a> {
    pub(crate) fn new(path: &'a str) -> Result<WorkspacePath<'a>, ToolError> {
        if path.is_empty() {
            return Err(invalid_path("the path is empty"));
        }
        if path.contains('\0') {
            return Err(invalid_path("the path has a NUL character"));
        }
        let leaves = Path::new(path)
            .components()
            .any(|component| matches!(component, Component::RootDir | Component::Prefix(_)));
        if leaves {
            return Err(refused(format!(
                "cannot use '{path}': it is absolute; paths are relative to the workspace, \
                 which the operator chooses with --workspace"
            )));
        }
        Ok(WorkspacePath(path))
    }

    pub(crate) fn as_path(&self) -> &'a Path {
        Path::new(self.0)
    }

    /// The path without empty and `.` parts.
    pub(crate) fn clean(&self) -> String {
        self.parts().collect::<Vec<_>>().join("/")
    }

    /// The path of an entry of this folder, without empty and `.` parts.
    pub(crate) fn child(&self, name: &str) -> String {
        self.parts().chain([name]).collect::<Vec<_>>().join("/")
    }

    fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|part| !matches!(*part, "" | "."))
    }

    /// The folder that holds the file, and the file's own name.
    fn folder_and_name(&self) -> Result<(&'a Path, &'a OsStr), ToolError> {
        let path = self.as_path();
        match path.file_name() {
            Some(name) if !self.0.ends_with('/') && !self.0.ends_with("/.") => {
                Ok((path.parent().unwrap_or(Path::new("")), name))
            }
            Some(_) | None => Err(ToolError::permanent(
                "NOT_A_FILE",
                format!("cannot write '{self}': it names a folder"),
            )),
        }
    }

    /// The error of the operating system in words that say what to do.
    pub(crate) fn failed(&self, verb: &str, error: &io::Error) -> ToolError {
        let tried = format!("cannot {verb} '{self}'");
        // cap-std reports an attempt to leave as a denial that no system call gave.
        if error.kind() == io::ErrorKind::PermissionDenied && error.raw_os_error().is_none() {
            return refused(format!(
                "{tried}: it leads outside the workspace; the operator can choose a larger one \
                 with --workspace"
            ));
        }
        if is(error, Errno::NXIO) {
            return refused(format!(
                "{tried}: it is a pipe, socket or device, not a file"
            ));
        }
        if is(error, Errno::LOOP) {
            let why = "its symbolic links lead in a circle";
            return ToolError::permanent("INVALID_PATH", format!("{tried}: {why}"));
        }
        let known = CAUSES.iter().find(|(kind, ..)| *kind == error.kind());
        match known {
            Some((_, code, why)) => ToolError::permanent(code, format!("{tried}: {why}")),
            // Whatever else a file system reports may pass: no space, too many open files.
            None => ToolError::retryable("IO_ERROR", format!("{tried}: {error}")),
        }
    }
}

/// What the operating system says, with the code and the words for it.
const CAUSES: &[(io::ErrorKind, &str, &str)] = &[
    (
        io::ErrorKind::NotFound,
        "NOT_FOUND",
        "there is no such file or folder",
    ),
    (
        io::ErrorKind::PermissionDenied,
        "PERMISSION_DENIED",
        "its permissions forbid it",
    ),
    (
        io::ErrorKind::ReadOnlyFilesystem,
        "PERMISSION_DENIED",
        "the file system is read-only",
    ),
    (
        io::ErrorKind::NotADirectory,
        "NOT_A_FOLDER",
        "a part of the path is not a folder",
    ),
    (
        io::ErrorKind::AlreadyExists,
        "NOT_A_FOLDER",
        "a part of the path is not a folder",
    ),
    (io::ErrorKind::IsADirectory, "NOT_A_FILE", "it is a folder"),
    (
        io::ErrorKind::InvalidFilename,
        "INVALID_PATH",
        "a name is too long",
    ),
];

impl std::fmt::Display for WorkspacePath<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

fn is(error: &io::Error, errno: Errno) -> bool {
    error.raw_os_error() == Some(errno.raw_os_error())
}

fn invalid_path(why: &str) -> ToolError {
    ToolError::permanent("INVALID_PATH", why)
}

/// The error, with the name beside it that was probably meant.
fn with_nearest(error: ToolError, root: &Dir, path: &WorkspacePath<'_>) -> ToolError {
    let suggestion = || -> Option<String> {
        let (folder, name) = path.folder_and_name().ok()?;
        let names: Vec<String> = open_folder(root, folder)
            .ok()?
            .entries()
            .ok()?
            .take(NEAREST_NAMES_MAX)
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        let found = nearest(name.to_str()?, names.iter().map(String::as_str))?;
        folder.join(found).to_str().map(str::to_owned)
    };
    match suggestion() {
        Some(meant) => ToolError {
            message: format!("{}; did you mean '{meant}'?", error.message).into(),
            ..error
        },
        None => error,
    }
}
