//! Tells the command which commit it is built from.
//!
//! Only release builds ask for it: a development build would be made again after every commit.

use std::process::Command;

fn main() {
    let is_release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let commit = if is_release { commit() } else { None };
    let commit = commit.as_deref().unwrap_or("unknown");
    println!("cargo::rustc-env=SCRIPTUM_COMMIT={commit}");
    println!("cargo::rerun-if-changed=build.rs");
}

/// The short hash of the present commit; `None` outside of a repository.
fn commit() -> Option<String> {
    let git = |args: &[&str]| {
        let output = Command::new("git").args(args).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    // The log of the head grows with every commit and every change of branch.
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"])?;
    println!("cargo::rerun-if-changed={log}");
    git(&["rev-parse", "--short", "HEAD"])
}
