//! Checks that the layers are what ARCHITECTURE.md says: dependencies from the manifests, bans from
//! the source files. The rules are tables, so a new rule is a new row.

mod arrows;
mod bans;

use std::{fmt, path::Path};

use anyhow::Context as _;
use cargo_metadata::MetadataCommand;

/// A broken rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file, relative to the root, and the line where there is one.
    pub place: String,
    /// Id of the invariant in ARCHITECTURE.md.
    pub rule: &'static str,
    /// What is wrong, and what to do.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: [{}] {}", self.place, self.rule, self.message)
    }
}

/// All faults of the repository at `root`, by place.
pub fn check(root: &Path) -> anyhow::Result<Vec<Fault>> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .other_options(vec!["--offline".to_owned()])
        .exec()
        .context("cannot read the workspace manifests")?;
    let mut faults = arrows::check(&metadata.packages);
    for package in &metadata.packages {
        let folder = package
            .manifest_path
            .parent()
            .context("a manifest lies in a folder")?;
        bans::check_crate(root, &package.name, folder.as_std_path(), &mut faults)?;
    }
    faults.sort();
    Ok(faults)
}

/// The faults of one source text, as if it were that file of that crate.
pub fn check_text(crate_name: &str, file: &str, text: &str) -> Vec<Fault> {
    bans::check_text(crate_name, file, text)
}

/// The fault of a dependency between two crates, if it is one.
pub fn check_arrow(from: &str, to: &str) -> Option<Fault> {
    arrows::check_arrow(from, to)
}
