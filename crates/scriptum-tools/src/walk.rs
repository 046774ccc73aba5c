//! Walks the files below a folder of the workspace, in the order of their paths, so that a walk that
//! stops early has seen the first ones. It follows no symbolic links, and by default leaves out what
//! `.gitignore` and `.ignore` files leave out, and hidden names.

use std::{
    io::{self, Read},
    ops::ControlFlow,
    path::Component,
    vec,
};

use cap_std::fs::{Dir, DirEntry, File};
use ignore::{
    Match,
    gitignore::{Gitignore, GitignoreBuilder},
};
use scriptum_engine::ToolError;

use crate::{
    limits::{IGNORE_FILE_BYTES_MAX, WALK_DEPTH_MAX, WALK_ENTRIES_MAX},
    stop::Stop,
    workspace::{Workspace, WorkspacePath, reading},
};

/// Read in every folder; of contradicting rules of one folder the later ones win.
const IGNORE_FILES: [&str; 2] = [".gitignore", ".ignore"];

/// What a walk sees.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WalkOptions {
    /// True: ignored and hidden files too.
    pub(crate) everything: bool,
    /// True: hidden files too.
    pub(crate) hidden: bool,
    /// How many names a path may have below the start.
    pub(crate) depth_max: usize,
}

/// A regular file that a walk met.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    /// Its path below the workspace.
    pub(crate) path: &'a str,
    entry: &'a Entry,
}

impl Found<'_> {
    /// Opens it for reading.
    pub(crate) fn open(&self) -> io::Result<File> {
        self.entry.listed.open_with(&reading())
    }
}

/// Visits the files below the folder `start` until a visit breaks off. Returns how many places it had
/// to leave out: names that are not UTF-8, which no script can write, and folders that it may not read
/// or that lie too deep.
pub(crate) fn walk(
    workspace: &Workspace,
    start: &WorkspacePath<'_>,
    options: WalkOptions,
    stop: &Stop,
    visit: &mut dyn FnMut(&Found<'_>) -> Result<ControlFlow<()>, ToolError>,
) -> Result<u64, ToolError> {
    let failed = |error: io::Error| start.failed("search", &error);
    let root = workspace.root()?;
    let real = root.canonicalize(start.as_path()).map_err(failed)?;
    let mut walker = Walker {
        options,
        stop,
        rules: Vec::new(),
        levels: Vec::new(),
        skipped: 0,
        seen: 0,
    };
    let mut folder = root.open_dir(".").map_err(failed)?;
    let mut path = String::new();
    for component in real.components() {
        if let Component::Normal(name) = component {
            // The folders on the way to the start have rules too.
            walker.read_rules(&folder, &path);
            let name_text = name.to_str().ok_or_else(|| unnamable(start))?;
            path = joined(&path, name_text);
            folder = folder.open_dir(name).map_err(failed)?;
        }
    }
    walker.enter(&folder, path).map_err(failed)?;
    walker.run(visit)?;
    Ok(walker.skipped)
}

#[derive(Debug)]
struct Walker<'a> {
    options: WalkOptions,
    stop: &'a Stop,
    /// Rules of the folders above and of each level, innermost last.
    rules: Vec<Rules>,
    levels: Vec<Level>,
    skipped: u64,
    seen: u64,
}

/// A folder under way.
#[derive(Debug)]
struct Level {
    path: String,
    entries: vec::IntoIter<Entry>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    is_folder: bool,
    listed: DirEntry,
}

/// Rules of one folder, for paths below it.
#[derive(Debug)]
struct Rules {
    /// Length of the folder's path with the `/` behind it.
    prefix_length: usize,
    matcher: Gitignore,
}

impl Walker<'_> {
    fn run(
        &mut self,
        visit: &mut dyn FnMut(&Found<'_>) -> Result<ControlFlow<()>, ToolError>,
    ) -> Result<(), ToolError> {
        while let Some(level) = self.levels.last_mut() {
            let Some(entry) = level.entries.next() else {
                self.levels.pop();
                self.rules.pop();
                continue;
            };
            let path = joined(&level.path, &entry.name);
            self.stop.check()?;
            self.count()?;
            if self.leaves_out(&path, &entry) {
                continue;
            }
            if entry.is_folder {
                self.descend(&entry, path);
            } else {
                let found = Found {
                    path: &path,
                    entry: &entry,
                };
                if visit(&found)?.is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn count(&mut self) -> Result<(), ToolError> {
        self.seen += 1;
        if self.seen <= WALK_ENTRIES_MAX {
            return Ok(());
        }
        Err(ToolError::permanent(
            "TOO_MANY_FILES",
            format!("cannot search: more than {WALK_ENTRIES_MAX} files; name a smaller folder"),
        ))
    }

    fn descend(&mut self, entry: &Entry, path: String) {
        if self.levels.len() >= self.options.depth_max {
            return;
        }
        if self.levels.len() >= WALK_DEPTH_MAX {
            self.skipped += 1;
            return;
        }
        let entered = entry
            .listed
            .open_dir()
            .and_then(|folder| self.enter(&folder, path));
        if entered.is_err() {
            self.skipped += 1;
        }
    }

    fn enter(&mut self, folder: &Dir, path: String) -> io::Result<()> {
        let mut entries = Vec::new();
        for entry in folder.entries()? {
            let entry = entry?;
            let file_type = entry.file_type()?;
            let Ok(name) = entry.file_name().into_string() else {
                self.skipped += 1;
                continue;
            };
            let is_folder = file_type.is_dir();
            if is_folder || file_type.is_file() || is_file_after_all(&entry, file_type)? {
                entries.push(Entry {
                    name,
                    is_folder,
                    listed: entry,
                });
            }
        }
        entries.sort_unstable_by(|a, b| a.sort_key().cmp(b.sort_key()));
        self.read_rules(folder, &path);
        self.levels.push(Level {
            path,
            entries: entries.into_iter(),
        });
        Ok(())
    }

    fn read_rules(&mut self, folder: &Dir, path: &str) {
        let matcher = if self.options.everything {
            Gitignore::empty()
        } else {
            rules_of(folder)
        };
        let prefix_length = if path.is_empty() { 0 } else { path.len() + 1 };
        self.rules.push(Rules {
            prefix_length,
            matcher,
        });
    }

    fn leaves_out(&self, path: &str, entry: &Entry) -> bool {
        if self.options.everything {
            return false;
        }
        let hidden = entry.name.starts_with('.') && !self.options.hidden;
        hidden || entry.name == ".git" || self.is_ignored(path, entry)
    }

    /// The innermost rule that says anything decides.
    fn is_ignored(&self, path: &str, entry: &Entry) -> bool {
        self.rules
            .iter()
            .rev()
            .filter(|rules| !rules.matcher.is_empty())
            .find_map(|rules| {
                let below = path.get(rules.prefix_length..)?;
                match rules.matcher.matched(below, entry.is_folder) {
                    Match::None => None,
                    Match::Ignore(_) => Some(true),
                    Match::Whitelist(_) => Some(false),
                }
            })
            .unwrap_or(false)
    }
}

impl Entry {
    /// A folder is sorted as its name with a `/`, which gives the order of whole paths.
    fn sort_key(&self) -> impl Iterator<Item = u8> {
        self.name.bytes().chain(self.is_folder.then_some(b'/'))
    }
}

/// Some file systems do not tell in a listing what an entry is.
fn is_file_after_all(entry: &DirEntry, listed: cap_std::fs::FileType) -> io::Result<bool> {
    if listed.is_symlink() {
        return Ok(false);
    }
    Ok(entry.metadata()?.is_file())
}

/// The rules of a folder. What cannot be read or understood there rules nothing, as in git.
fn rules_of(folder: &Dir) -> Gitignore {
    let mut builder = GitignoreBuilder::new("");
    for name in IGNORE_FILES {
        for line in read_ignore_file(folder, name).unwrap_or_default().lines() {
            // A rule that is no glob is skipped, the others hold.
            let _: Result<_, ignore::Error> = builder.add_line(None, line).map(|_| ());
        }
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

fn read_ignore_file(folder: &Dir, name: &str) -> io::Result<String> {
    let file = folder.open_with(name, &reading())?;
    let mut content = Vec::new();
    if file.metadata()?.is_file() {
        file.take(IGNORE_FILE_BYTES_MAX).read_to_end(&mut content)?;
    }
    Ok(String::from_utf8_lossy(&content).into_owned())
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

fn unnamable(start: &WorkspacePath<'_>) -> ToolError {
    ToolError::permanent(
        "INVALID_PATH",
        format!("cannot search '{start}': a folder on its way has a name that is not UTF-8"),
    )
}
