//! Test files: finding them, reading them, and compiling each script once.

use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use scriptum_compiler::Diagnostic;
use scriptum_contract::ToolCatalog;
use scriptum_syntax::LineIndex;

use super::{
    faults::fault,
    model::Case,
    read,
    script::Script,
    yaml::{self, Node},
};
use crate::{
    cmd::check,
    exit::{Code, Failure},
    source,
};

/// How the names of test files end.
const SUFFIX: &str = ".test.yaml";

/// Findings of a file that are shown; who has more repeats one mistake.
const FAULTS_SHOWN_MAX: usize = 50;

/// A test file that was read, with its script.
#[derive(Debug)]
pub(crate) struct Loaded {
    path: PathBuf,
    name: String,
    text: String,
    lines: LineIndex,
    /// `None` when something is wrong, which was shown.
    content: Option<(Node, Arc<Script>)>,
}

/// The tests of a file.
#[derive(Debug)]
pub(crate) struct Suite<'f> {
    pub(crate) path: &'f Path,
    pub(crate) name: &'f str,
    pub(crate) text: &'f str,
    pub(crate) script: &'f Script,
    pub(crate) cases: Vec<Case<'f>>,
    lines: &'f LineIndex,
}

impl Suite<'_> {
    /// The line of a byte, from 1.
    pub(crate) fn line_of(&self, at: usize) -> usize {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        self.lines.line(at) as usize
    }
}

/// Reads all test files that the paths mean. What is wrong with a file is shown, and the others go on.
pub(crate) fn load(paths: &[PathBuf], catalog: &ToolCatalog) -> Result<Vec<Loaded>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        for file in found(path)? {
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    if files.is_empty() {
        let message = format!("no test found: no file ends in {SUFFIX}");
        return Err(Failure::new(Code::NotFound, message));
    }
    let mut scripts = Scripts {
        catalog,
        known: BTreeMap::new(),
    };
    files
        .into_iter()
        .map(|file| loaded(file, &mut scripts))
        .collect()
}

/// The tests of all files, and whether nothing is wrong with any file.
pub(crate) fn suites(loaded: &[Loaded]) -> (Vec<Suite<'_>>, bool) {
    let mut is_sound = true;
    let mut suites = Vec::new();
    for file in loaded {
        let Some((root, script)) = &file.content else {
            is_sound = false;
            continue;
        };
        match read::cases(root, script) {
            Ok(cases) => suites.push(Suite {
                path: &file.path,
                name: &file.name,
                text: &file.text,
                script,
                cases,
                lines: &file.lines,
            }),
            Err(faults) => {
                is_sound = false;
                show(&file.name, &file.text, &faults);
            }
        }
    }
    (suites, is_sound)
}

/// A test file itself, that beside a script, or all below a folder, in the order of their paths.
fn found(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if path.is_dir() {
        let files = source::files_below(path, &|name| name.ends_with(SUFFIX))?.into_iter();
        let bare = |file: PathBuf| file.strip_prefix(".").map_or(file.clone(), Path::to_owned);
        return Ok(files.map(bare).collect());
    }
    if let Err(error) = path.metadata() {
        let tried = format!("cannot open '{}'", path.display());
        return Err(Failure::io(&tried, &error));
    }
    let name = path.file_name().and_then(|name| name.to_str());
    match name {
        Some(name) if name.ends_with(SUFFIX) => Ok(vec![path.to_owned()]),
        Some(name) => match name.strip_suffix(".scriptum") {
            Some(stem) => Ok(vec![path.with_file_name(format!("{stem}{SUFFIX}"))]),
            None => Err(no_test_file(path)),
        },
        None => Err(no_test_file(path)),
    }
}

fn no_test_file(path: &Path) -> Failure {
    let message = format!("'{}' is no test file", path.display());
    Failure::new(Code::InvalidArgument, message).help(format!(
        "name a script, a folder, or a file that ends in {SUFFIX}"
    ))
}

/// Scripts that were compiled, by path; `None` for one with errors, which were shown.
struct Scripts<'c> {
    catalog: &'c ToolCatalog,
    known: BTreeMap<PathBuf, Option<Arc<Script>>>,
}

impl Scripts<'_> {
    fn get(&mut self, path: &Path) -> Result<Option<Arc<Script>>, Failure> {
        if let Some(known) = self.known.get(path) {
            return Ok(known.clone());
        }
        let source = source::read(path)?;
        let compiled = source.compile(self.catalog);
        if compiled.has_errors() {
            check::print_to_stderr(&source, &compiled.diagnostics);
        }
        let script = Script::new(path, compiled).map(Arc::new);
        self.known.insert(path.to_owned(), script.clone());
        Ok(script)
    }
}

fn loaded(path: PathBuf, scripts: &mut Scripts<'_>) -> Result<Loaded, Failure> {
    let source::Source { name, text, .. } = source::read(&path)?;
    let content = match content(&path, &text, scripts)? {
        Ok(content) => content,
        Err(faults) => {
            show(&name, &text, &faults);
            None
        }
    };
    Ok(Loaded {
        path,
        name,
        lines: LineIndex::new(&text),
        text,
        content,
    })
}

type Content = Result<Option<(Node, Arc<Script>)>, Vec<Diagnostic>>;

fn content(path: &Path, text: &str, scripts: &mut Scripts<'_>) -> Result<Content, Failure> {
    let root = match yaml::parse(text) {
        Ok(root) => root,
        Err(fault) => return Ok(Err(vec![*fault])),
    };
    let named = match read::script_of(&root) {
        Ok(named) => named,
        Err(faults) => return Ok(Err(faults)),
    };
    let script = match &named {
        Some((name, _)) => simplified(&path.with_file_name(&**name)),
        None => beside(path),
    };
    if !script.is_file() {
        let message = format!("there is no script '{}'", script.display());
        let at = named.map_or(0..0, |(_, at)| at);
        let help = "name it with 'script', from the folder of the test file";
        return Ok(Err(vec![fault(at, message).help(help)]));
    }
    let script = scripts.get(&script)?;
    Ok(Ok(script.map(|script| (root, script))))
}

/// The script that has the name of the test file.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().and_then(|name| name.to_str());
    let stem = name.and_then(|name| name.strip_suffix(SUFFIX));
    path.with_file_name(format!("{}.scriptum", stem.unwrap_or_default()))
}

/// A path without folders that it leaves again, as messages show it.
fn simplified(path: &Path) -> PathBuf {
    let mut simple = PathBuf::new();
    for component in path.components() {
        let last = simple.components().next_back();
        match (component, last) {
            // Behind a link, the folder above is another one.
            (Component::ParentDir, Some(Component::Normal(_))) if !simple.is_symlink() => {
                simple.pop();
            }
            (component, _) => simple.push(component),
        }
    }
    simple
}

fn show(name: &str, text: &str, faults: &[Diagnostic]) {
    let shown = faults.get(..FAULTS_SHOWN_MAX).unwrap_or(faults);
    check::print_of(name, text, shown);
    if shown.len() < faults.len() {
        note!("and {} more like these", faults.len() - shown.len());
    }
}
