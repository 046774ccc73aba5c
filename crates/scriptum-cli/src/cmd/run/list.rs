//! `scriptum run --list`: the threads of the embedded store.

use std::path::Path;

use scriptum_engine::{Page, Store as _, ThreadFilter, ThreadRow};
use scriptum_store::SqliteStore;
use scriptum_vm::{PauseReason, Status};

use crate::{
    exit::{Code, Failure},
    out,
    ui::style,
};

/// Rows read at once.
const PAGE: u32 = 500;

pub(super) async fn main(data_dir: &Path) -> Result<Code, Failure> {
    if !SqliteStore::is_in(data_dir) {
        note!("no threads: there is no store in {}", data_dir.display());
        return Ok(Code::Success);
    }
    let store = SqliteStore::open(data_dir)?;
    let mut after = None;
    let mut shown = 0;
    loop {
        let page = Page { after, max: PAGE };
        let rows = store.threads(ThreadFilter::default(), page).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.id);
        if shown == 0 {
            out::line(&format!(
                "{:<30}  {:<18}  {:<32}  AGE",
                "ID", "STATUS", "SCRIPT"
            ))?;
        }
        shown += rows.len();
        for row in &rows {
            out::line(&line(row))?;
        }
    }
    if shown == 0 {
        note!("no threads");
    }
    Ok(Code::Success)
}

fn line(row: &ThreadRow) -> String {
    let now = scriptum_engine::Clock::now(&scriptum_engine::SystemClock);
    let age = style::duration(now.0 - row.created_at.0);
    format!(
        "{:<30}  {:<18}  {:<32}  {age}",
        row.id.to_string(),
        status(row),
        row.script
    )
}

fn status(row: &ThreadRow) -> &'static str {
    match (row.status, row.pause) {
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
