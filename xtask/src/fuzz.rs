//! Builds and runs a target of `fuzz/`.
//!
//! The fuzzer needs code that reports which branches it takes. The installed stable compiler can make it,
//! so no other toolchain and no further command are needed, only a C++ compiler for the fuzzer's runtime.

use std::{
    fs,
    path::Path,
    process::{Command, ExitStatus},
};

use anyhow::{Context, bail};

/// What makes code report its branches.
const RUSTFLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Cllvm-args=-simplifycfg-branch-fold-threshold=0";

/// Longest input; what finds something in longer ones finds it in shorter ones.
const INPUT_BYTES_MAX: u32 = 6_000;
/// A single input that takes longer is a finding.
const INPUT_SECONDS_MAX: u32 = 20;

/// Fuzzes a target for some seconds. Findings are left in `fuzz/artifacts/<target>`.
///
/// # Errors
/// When the target does not exist, cannot be built, or finds something.
pub fn run(root: &Path, target: &str, seconds: u32) -> anyhow::Result<()> {
    let fuzz = root.join("fuzz");
    let source = fuzz.join("fuzz_targets").join(target).with_extension("rs");
    if !source.is_file() {
        bail!("there is no fuzz target '{target}': see fuzz/fuzz_targets");
    }
    let host = host()?;
    let build = Command::new(env!("CARGO"))
        .args(["build", "--release", "--bin", target, "--target", &host])
        .current_dir(&fuzz)
        .env("RUSTFLAGS", RUSTFLAGS)
        .status();
    succeeded(build.context("cannot build the target")?, "the build")?;
    let binary = fuzz.join("target").join(host).join("release").join(target);
    // What is found new goes to a folder of its own, the kept corpus is only read.
    let found = fuzz.join("target/found").join(target);
    let artifacts = fuzz.join("artifacts").join(target);
    fs::create_dir_all(&found)?;
    fs::create_dir_all(&artifacts)?;
    let run = Command::new(binary)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={INPUT_SECONDS_MAX}"))
        .arg(format!("-max_len={INPUT_BYTES_MAX}"))
        .arg(format!("-dict={}", fuzz.join("scriptum.dict").display()))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .arg("-print_final_stats=1")
        .args([found, fuzz.join("corpus").join(target)])
        .status();
    succeeded(run.context("cannot run the target")?, "the fuzzer")
}

fn succeeded(status: ExitStatus, what: &str) -> anyhow::Result<()> {
    if status.success() {
        Ok(())
    } else {
        bail!("{what} ended with {status}")
    }
}

/// The platform that this compiler builds for.
fn host() -> anyhow::Result<String> {
    let output = Command::new("rustc").arg("-vV").output()?;
    let text = String::from_utf8(output.stdout)?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not name its host")?.to_owned())
}
