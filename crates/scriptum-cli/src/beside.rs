//! The scripts beside a script: which there are, where they lie, and what those take and give that it runs.
//!
//! A name is the name of a file without its ending, in the folder of the script and in no other. The
//! compiler opens no files: it is told here what it needs to know of them.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    ffi::OsStr,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use scriptum_compiler::{compile_yaml, limits::SCRIPT_BYTES_MAX, outline, runs};
use scriptum_contract::{Contract, ToolCatalog};

use crate::source::{self, Source};

const ENDING: &str = "scriptum";

/// The catalogue with the scripts beside a source, if it runs any.
pub(crate) fn known<'c>(source: &Source, catalog: &'c ToolCatalog) -> Cow<'c, ToolCatalog> {
    let Some(folder) = &source.folder else {
        return Cow::Borrowed(catalog);
    };
    let run = scripts_run(source, catalog);
    if run.is_empty() {
        return Cow::Borrowed(catalog);
    }
    let there = names_in(folder).into_iter().map(Arc::from);
    let there = there.filter(|name| !run.contains(name));
    let there = there.map(|name| (name, None)).collect::<Vec<_>>();
    let run = run.into_iter().filter_map(|name| {
        let file = file_of(folder, &name)?;
        let contract = contract(&file, catalog);
        Some((name, contract))
    });
    Cow::Owned(catalog.clone().with_scripts(run.chain(there)))
}

/// The names of the scripts that a source runs.
fn scripts_run(source: &Source, catalog: &ToolCatalog) -> BTreeSet<Arc<str>> {
    // Most scripts run none, and need not be read twice.
    if !source.text.contains("run") {
        return BTreeSet::new();
    }
    if source.is_program() {
        let compiled = compile_yaml(&source.text, catalog);
        return compiled.program.as_ref().map(runs).unwrap_or_default();
    }
    outline(&source.text, catalog).runs
}

/// What a script takes and gives, as far as its text can be read.
fn contract(file: &Path, catalog: &ToolCatalog) -> Option<Contract> {
    let text = source::text_below(file, SCRIPT_BYTES_MAX as u64).ok()?;
    outline(&text, catalog).contract
}

/// The file of a script, which lies in the folder itself and not behind a link that leads out of it.
pub(crate) fn file_of(folder: &Path, name: &str) -> Option<PathBuf> {
    if !is_plain(name) {
        return None;
    }
    let file = folder.join(format!("{name}.{ENDING}"));
    let is_inside = match (folder.canonicalize(), file.canonicalize()) {
        (Ok(folder), Ok(file)) => file.parent() == Some(&*folder),
        (Err(_), _) | (_, Err(_)) => false,
    };
    (is_inside && file.is_file()).then_some(file)
}

/// True for a name that stays in its folder.
pub(crate) fn is_plain(name: &str) -> bool {
    let mut components = Path::new(name).components();
    let is_single = matches!(components.next(), Some(Component::Normal(part)) if part == name)
        && components.next().is_none();
    is_single && !name.contains(['/', '\\', ':', '\0'])
}

/// Names of the scripts of a folder, in order. A folder that cannot be read has none to offer.
pub(crate) fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.map(|entry| entry.path());
    let scripts = files.filter(|file| file.extension() == Some(OsStr::new(ENDING)));
    let mut names: Vec<String> = scripts
        .filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn names_stay_in_their_folder() {
        let table = [
            ("sum", true),
            ("daily report", true),
            ("v1.2", true),
            ("", false),
            (".", false),
            ("..", false),
            ("../sum", false),
            ("a/b", false),
            ("a/", false),
            ("/etc/x", false),
            ("a\\b", false),
            ("C:x", false),
            ("a\0", false),
        ];
        for (name, expected) in table {
            assert_eq!(is_plain(name), expected, "{name:?}");
        }
    }
}
