//! The figures for people.

use std::fmt::Write as _;

use super::Report;

pub(super) fn table(report: &Report) -> String {
    let mut text = format!("durability  {}\n", report.durability);
    let flush = report.fdatasync;
    line(
        &mut text,
        "fdatasync",
        &format!("p50 {} µs, p99 {} µs", flush.p50_us, flush.p99_us),
    );
    if let Some(it) = report.seq10 {
        let flushes = ratio(it.p50_us, flush.p50_us);
        let what = format!(
            "10 steps in sequence: p50 {} µs ({flushes} flushes), p99 {} µs",
            it.p50_us, it.p99_us
        );
        line(&mut text, "seq10", &what);
    }
    if let Some(it) = report.load {
        let what = format!(
            "{} threads, 64 at once: {} durable steps/s",
            it.threads, it.steps_per_s
        );
        line(&mut text, "load", &what);
    }
    if let Some(it) = report.long {
        let what = format!(
            "{} steps: the first 1,000 took {} ms, the last 1,000 {} ms",
            it.steps, it.first_1000_ms, it.last_1000_ms
        );
        line(&mut text, "long", &what);
    }
    if let Some(it) = report.wide {
        let what = format!(
            "{} items, 64 at once: {} items/s, peak memory {} MiB",
            it.items, it.items_per_s, it.peak_rss_mib
        );
        line(&mut text, "wide", &what);
    }
    text
}

fn line(text: &mut String, name: &str, what: &str) {
    let _ = writeln!(text, "{name:<10}  {what}");
}

fn ratio(value: u64, unit: u64) -> String {
    let tenths = value * 10 / unit.max(1);
    format!("{}.{}", tenths / 10, tenths % 10)
}
