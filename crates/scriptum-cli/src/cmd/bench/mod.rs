//! `scriptum bench`: what the engine does on this machine's disk.
//!
//! Each measurement runs in a process and a store of its own, so that none warms or fattens another. The
//! disk is measured first, because a durable step cannot be faster than its flush.

mod disk;
mod report;
mod workload;

use std::{path::Path, process::Command};

use clap::ValueEnum as _;
use serde::{Deserialize, Serialize};

use crate::{
    args::{Bench, Measurement, Output},
    exit::{Code, Failure},
    local, out,
};

/// How every figure was made durable.
const DURABILITY: &str = "SQLite, WAL, synchronous=FULL";
/// Set for the processes that measure one thing.
const CHILD: &str = "SCRIPTUM_BENCH_CHILD";

/// All figures of a run.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Report {
    durability: String,
    fdatasync: disk::Flush,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq10: Option<workload::Latency>,
    #[serde(skip_serializing_if = "Option::is_none")]
    load: Option<workload::Throughput>,
    #[serde(skip_serializing_if = "Option::is_none")]
    long: Option<workload::Flatness>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wide: Option<workload::Width>,
}

pub(crate) fn main(args: &Bench, output: Output) -> Result<Code, Failure> {
    let all = Measurement::value_variants();
    let chosen = if args.only.is_empty() {
        all
    } else {
        args.only.as_slice()
    };
    let folder = Folder::new(args.data_dir.as_deref())?;
    let report = match (chosen, std::env::var_os(CHILD)) {
        ([one], Some(_)) => measured_here(*one, folder.path())?,
        (_, _) => measured_apart(chosen, folder.path())?,
    };
    let text = match output {
        Output::Json => serde_json::to_string_pretty(&report).map_err(|error| error.to_string()),
        Output::Yaml => serde_saphyr::to_string(&report).map_err(|error| error.to_string()),
        Output::Table | Output::Wide => Ok(report::table(&report)),
    };
    let text = text.map_err(|error| {
        Failure::new(Code::Internal, format!("cannot write the report: {error}"))
    })?;
    out::line(text.trim_end())?;
    Ok(Code::Success)
}

fn measured_apart(chosen: &[Measurement], folder: &Path) -> Result<Report, Failure> {
    let fdatasync = disk::measure(folder)?;
    let mut report = Report {
        durability: DURABILITY.to_owned(),
        fdatasync,
        ..Report::default()
    };
    for measurement in chosen {
        let one = measured_by_child(*measurement, folder)?;
        report.seq10 = report.seq10.or(one.seq10);
        report.load = report.load.or(one.load);
        report.long = report.long.or(one.long);
        report.wide = report.wide.or(one.wide);
    }
    Ok(report)
}

fn measured_by_child(measurement: Measurement, folder: &Path) -> Result<Report, Failure> {
    let name = measurement
        .to_possible_value()
        .map(|it| it.get_name().to_owned());
    let name = name.unwrap_or_default();
    note!("measuring {name} …");
    let broken = |why: String| Failure::new(Code::Internal, format!("measuring {name}: {why}"));
    let program = std::env::current_exe().map_err(|error| broken(error.to_string()))?;
    let child = Command::new(program)
        .args(["bench", &name, "-o", "json", "--data-dir"])
        .arg(folder.join(&name))
        .env(CHILD, "1")
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| broken(error.to_string()))?;
    if !child.status.success() {
        return Err(broken(format!("the process ended with {}", child.status)));
    }
    serde_json::from_slice(&child.stdout).map_err(|error| broken(error.to_string()))
}

fn measured_here(measurement: Measurement, folder: &Path) -> Result<Report, Failure> {
    let runtime = local::lone_runtime()?;
    let mut report = Report::default();
    runtime.block_on(async {
        match measurement {
            Measurement::Seq10 => report.seq10 = Some(workload::seq10(folder).await?),
            Measurement::Load => report.load = Some(workload::load(folder).await?),
            Measurement::Long => report.long = Some(workload::long(folder).await?),
            Measurement::Wide => report.wide = Some(workload::wide(folder).await?),
        }
        Ok::<(), Failure>(())
    })?;
    Ok(report)
}

/// The folder of the stores: as given, or a temporary one in the current folder, because the disk of
/// the system's temporary folder may be memory.
struct Folder {
    path: std::path::PathBuf,
    temporary: bool,
}

impl Folder {
    fn new(given: Option<&Path>) -> Result<Folder, Failure> {
        let name = || format!(".scriptum-bench-{}", std::process::id()).into();
        let folder = Folder {
            path: given.map_or_else(name, Path::to_owned),
            temporary: given.is_none(),
        };
        std::fs::create_dir_all(&folder.path).map_err(|error| {
            let message = format!("cannot make '{}': {error}", folder.path.display());
            Failure::new(Code::Unavailable, message)
        })?;
        Ok(folder)
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.temporary
            && let Err(error) = std::fs::remove_dir_all(&self.path)
        {
            note!("warning: cannot remove '{}': {error}", self.path.display());
        }
    }
}
