//! `scriptum run --list`: the threads of the embedded store, newest first.

use std::path::Path;

use scriptum_contract::Value;
use scriptum_engine::{Clock as _, Engine, Page, SystemClock, ThreadFilter};
use scriptum_store::SqliteStore;
use scriptum_vm::{PauseReason, Status, Timestamp};

use crate::{
    args::Output,
    exit::{Code, Failure},
    local::{self, Setup},
    out,
    ui::style,
    wire::{self, Listed},
};

/// Rows read at once.
const PAGE: u32 = 500;

/// Longest title in a table of lines that a terminal holds; `-o wide` shows all of it.
const TITLE_CHARS_MAX: usize = 18;

pub(super) async fn main(data_dir: &Path, output: Output, quiet: bool) -> Result<Code, Failure> {
    let threads = if SqliteStore::is_in(data_dir) {
        threads(data_dir).await?
    } else {
        Vec::new()
    };
    match output {
        _ if quiet => {
            let ids = threads.iter().map(|thread| format!("{}\n", thread.row.id));
            out::text(&ids.collect::<String>())?;
        }
        Output::Json | Output::Yaml => {
            let response = Value::object([
                ("threads", Value::list(threads.iter().map(wire::thread))),
                ("nextPageToken", "".into()),
            ]);
            out::value(&response, output)?;
        }
        Output::Table | Output::Wide if threads.is_empty() => {
            note!("no threads in {}", data_dir.display());
        }
        Output::Table => out::text(&table(&threads, false))?,
        Output::Wide => out::text(&table(&threads, true))?,
    }
    Ok(Code::Success)
}

async fn threads(data_dir: &Path) -> Result<Vec<Listed>, Failure> {
    let engine = engine(data_dir)?;
    let mut threads = Vec::new();
    let mut after = None;
    loop {
        let page = Page { after, max: PAGE };
        let rows = engine.threads(ThreadFilter::default(), page).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.id);
        for row in rows {
            threads.push(wire::listed(&engine, row).await?);
        }
    }
    threads.sort_by_key(|thread| std::cmp::Reverse((thread.row.created_at, thread.row.id)));
    Ok(threads)
}

/// A node that runs nothing.
fn engine(data_dir: &Path) -> Result<Engine, Failure> {
    let setup = Setup {
        data_dir,
        workspace: Path::new("."),
        allow_net: &[],
        slack_token: None,
    };
    local::open(setup, None, None)
}

fn table(threads: &[Listed], is_wide: bool) -> String {
    let now = SystemClock.now();
    let mut rows = vec![["ID", "STATUS", "SCRIPT", "STEP", "AGE", "DURATION"].map(str::to_owned)];
    rows.extend(threads.iter().map(|thread| cells(thread, now, is_wide)));
    let mut lines = out::columns(&rows);
    if is_wide {
        let errors = threads.iter().map(|thread| {
            let error = thread.error.as_ref();
            let error = error.map(|error| format!("{}: {}", error.code, error.message));
            let blocked = thread.blocked_by.map(|child| format!("blocked by {child}"));
            error.or(blocked).unwrap_or_default()
        });
        let errors = std::iter::once("ERROR".to_owned()).chain(errors);
        for (line, error) in lines.iter_mut().zip(errors) {
            line.push_str("  ");
            line.push_str(&error);
        }
    }
    let lines = lines.iter().map(|line| format!("{}\n", line.trim_end()));
    lines.collect()
}

fn cells(thread: &Listed, now: Timestamp, is_wide: bool) -> [String; 6] {
    let row = &thread.row;
    let end = if row.status.is_ended() {
        row.updated_at
    } else {
        now
    };
    let since_created = |until: Timestamp| style::duration(until.0 - row.created_at.0);
    let title = if is_wide {
        row.script.to_string()
    } else {
        style::cut(&row.script, TITLE_CHARS_MAX)
    };
    let step = thread.step.as_ref().map(ToString::to_string);
    [
        row.id.to_string(),
        match thread.blocked_by {
            Some(_) => "blocked".to_owned(),
            None => status(row.status, row.pause).to_owned(),
        },
        title,
        step.unwrap_or_default(),
        since_created(now),
        since_created(end),
    ]
}

fn status(status: Status, pause: Option<PauseReason>) -> &'static str {
    match (status, pause) {
        (Status::Pending, _) => "pending",
        (Status::Running, _) => "running",
        (Status::Paused, Some(PauseReason::Wait)) => "paused (event)",
        (Status::Paused, Some(PauseReason::StepError)) => "paused (error)",
        (Status::Paused, Some(PauseReason::Ask)) => "paused (ask)",
        (Status::Paused, Some(PauseReason::Operator) | None) => "paused",
        (Status::Completed, _) => "completed",
        (Status::Failed, _) => "failed",
        (Status::Cancelled, _) => "cancelled",
    }
}
