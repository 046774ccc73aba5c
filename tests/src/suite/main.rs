//! The fixture suite: every heading with blocks in `tests/suite/**.md` is a test.
//!
//! `UPDATE_EXPECT=1` rewrites the expected blocks in place instead of comparing; the diff is the review.

#![expect(clippy::print_stdout, reason = "a test runner reports")]

mod both_ways;
mod check;
mod coverage;
mod markdown;
mod matrix;
mod mock;
mod outside;
mod play;
mod schema;
mod text;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use libtest_mimic::{Arguments, Failed, Trial};

use crate::markdown::{Document, Section};

/// Blocks that only people read.
const PROSE: [&str; 7] = ["", "text", "sh", "console", "json", "yaml", "sql"];
/// Pages whose scripts are compiled by the tests of the crates that they describe.
const TESTED_ELSEWHERE: [&str; 2] = ["diagnostics", "tools"];

fn main() -> ExitCode {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (suite, docs) = (here.join("suite"), here.join("../docs"));
    let mut files = files_below(&suite);
    assert!(!files.is_empty(), "the suite has fixture files");
    files.extend(pages(&docs));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return update(&files);
    }
    let fixtures = files.iter().flat_map(|file| trials_of(&suite, file));
    let others = trials_of_schemas()
        .into_iter()
        .chain([coverage::trial(&files), trial_of_verbs(files.clone())]);
    let trials = fixtures.chain(others).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trials_of(root: &Path, file: &Path) -> Vec<Trial> {
    let name = match file.strip_prefix(root) {
        Ok(name) => name,
        Err(_) => Path::new(file.file_name().unwrap_or_default()),
    };
    let name = name.with_extension("").display().to_string();
    let sections = read(file).sections.into_iter();
    sections
        .map(|section| trial(&format!("{name}/{}", section.title), section))
        .collect()
}

fn trial(name: &str, section: Section) -> Trial {
    let section = Arc::new(section);
    Trial::test(name.to_owned(), move || {
        let differences = check::differences(&section).map_err(Failed::from)?;
        match differences.as_slice() {
            [] => Ok(()),
            some => Err(some.join("\n").into()),
        }
    })
}

fn trial_of_verbs(files: Vec<PathBuf>) -> Trial {
    Trial::test("verbs/meet every situation", move || {
        let documents: Vec<Document> = files.iter().map(|file| read(file)).collect();
        let sections = documents.iter().flat_map(|document| &document.sections);
        matrix::check(sections).map_err(Failed::from)
    })
}

fn trials_of_schemas() -> [Trial; 2] {
    let scripts = || schema::check_scripts().map_err(Failed::from);
    let validator = || schema::check_validator().map_err(Failed::from);
    [
        Trial::test("schemas/hold for examples and seeds", scripts),
        Trial::test("schemas/refuse what is wrong", validator),
    ]
}

/// Rewrites the expected blocks of all files.
fn update(files: &[PathBuf]) -> ExitCode {
    let mut failed = false;
    for file in files {
        let document = read(file);
        let mut changes = Vec::new();
        for section in &document.sections {
            match check::actual(section) {
                Ok(actual) => changes.extend(actual),
                Err(error) => {
                    failed = true;
                    println!("{}: {}: {error}", file.display(), section.title);
                }
            }
        }
        let text = document.with(changes);
        if text != document.text {
            std::fs::write(file, text).expect("a fixture file can be written");
            println!("rewrote {}", file.display());
        }
    }
    if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// Every page is checked like a fixture file, but for those whose scripts are tested where they are made.
fn pages(docs: &Path) -> Vec<PathBuf> {
    let mut pages = files_below(docs);
    pages.retain(|page| {
        !TESTED_ELSEWHERE
            .iter()
            .any(|folder| page.starts_with(docs.join(folder)))
    });
    pages
}

/// Reads a file. A page for people has blocks that no stage of the compiler gives; they stay as they are.
fn read(file: &Path) -> Document {
    let text = std::fs::read_to_string(file).expect("a fixture file is readable UTF-8");
    let mut document = Document::parse(text);
    for section in &mut document.sections {
        section
            .blocks
            .retain(|block| !PROSE.contains(&block.kind.as_str()));
    }
    document
        .sections
        .retain(|section| !section.blocks.is_empty());
    document
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the suite's folder can be listed");
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.expect("the suite's folder can be listed").path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            files.push(path);
        }
    }
    files.sort();
    files
}
