//! What a flush costs on the disk of the store.

use std::{fs::File, io::Write as _, path::Path, time::Instant};

use serde::{Deserialize, Serialize};

use crate::exit::{Code, Failure};

/// Files that are written one after the other, for some tenths of a second: the speed of a disk that others
/// use changes from one moment to the next.
const FILES: usize = 4;
/// Flushes of each file. As it grows, a flush gets slower by a fifth, which is no measure for a store.
const FLUSHES: usize = 500;
/// About what a commit of one turn appends to the write-ahead log.
const BYTES_PER_FLUSH: usize = 4096;

/// Microseconds of one append and fdatasync.
#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Flush {
    pub(super) p50_us: u64,
    pub(super) p99_us: u64,
}

pub(super) fn measure(folder: &Path) -> Result<Flush, Failure> {
    let path = folder.join("fdatasync");
    let broken = |error: std::io::Error| {
        Failure::new(
            Code::Unavailable,
            format!("cannot write '{}': {error}", path.display()),
        )
    };
    let mut times = Vec::with_capacity(FILES * FLUSHES);
    for _ in 0..FILES {
        let mut file = File::create(&path).map_err(broken)?;
        for _ in 0..FLUSHES {
            let start = Instant::now();
            file.write_all(&[b'x'; BYTES_PER_FLUSH]).map_err(broken)?;
            file.sync_data().map_err(broken)?;
            times.push(micros(start));
        }
        std::fs::remove_file(&path).map_err(broken)?;
    }
    Ok(Flush {
        p50_us: percentile(&mut times, 50),
        p99_us: percentile(&mut times, 99),
    })
}

pub(super) fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// The value that so many percent of all do not exceed; 0 of nothing.
pub(super) fn percentile(values: &mut [u64], percent: usize) -> u64 {
    values.sort_unstable();
    let last = values.len().saturating_sub(1);
    values
        .get(last * percent / 100)
        .copied()
        .unwrap_or_default()
}
