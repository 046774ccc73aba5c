//! `scriptum test`: runs the tests beside scripts, in virtual time, without tools and without network.
//!
//! Each file is read with its places (`yaml`, `read`), each test is played by the machine alone
//! (`world`), and what came of it is compared with what is expected (`ended`, `judge`). Scripts are
//! compiled once, tests run on all cores, and reports come in the order of the files.

mod coverage;
mod ended;
mod faults;
mod files;
mod judge;
mod junit;
mod model;
mod pattern;
mod read;
mod report;
mod script;
mod update;
mod world;
mod write;
mod yaml;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicUsize, Ordering},
    time::Instant,
};

use crate::{
    args::{Output, Test},
    exit::{Code, Failure},
    out,
    rewrite::rewrite,
    tools,
    ui::style,
};
use coverage::{Map, Way};
use files::Suite;
use model::Case;
use report::{Report, Verdict};
use update::Edit;

/// Ways through a script that no test takes and that the summary names; the others are counted.
const MISSED_SHOWN_MAX: usize = 5;

/// What a test left behind.
struct Finished {
    report: Report,
    taken: BTreeSet<Way>,
    edits: Vec<Edit>,
}

pub(crate) fn main(args: &Test, output: Output, quiet: bool) -> Result<Code, Failure> {
    let catalog = tools::catalog(&args.tools)?;
    let loaded = files::load(&args.paths, &catalog)?;
    let (suites, is_sound) = files::suites(&loaded);
    let maps: BTreeMap<&str, Map> = suites
        .iter()
        .map(|suite| (suite.script.name.as_str(), Map::of(suite.script)))
        .collect();
    let chosen: Vec<(&Suite<'_>, &Case<'_>)> = suites
        .iter()
        .flat_map(|suite| suite.cases.iter().map(move |case| (suite, case)))
        .filter(|(_, case)| is_chosen(case, args.filter.as_deref()))
        .collect();
    if let Some(filter) = args
        .filter
        .as_deref()
        .filter(|_| chosen.is_empty() && is_sound)
    {
        let message = format!("no test has '{filter}' in its name");
        return Err(Failure::new(Code::NotFound, message));
    }
    let began = Instant::now();
    let finished = run_all(&chosen, &maps, args.update);
    let took = began.elapsed();
    for it in &finished {
        print(&it.report, output, quiet)?;
    }
    save_updates(&chosen, &finished)?;
    if let Some(path) = &args.junit {
        let xml = junit::document(finished.iter().map(|it| &it.report));
        std::fs::write(path, xml).map_err(|error| {
            let tried = format!("cannot write '{}'", path.display());
            Failure::io(&tried, &error)
        })?;
    }
    if args.filter.is_none() && !quiet {
        print_coverage(&chosen, &finished, &maps);
    }
    let failed = finished.iter().filter(|it| it.report.is_failed()).count();
    let is_green = failed == 0 && is_sound;
    if !quiet || !is_green {
        note!("{}", summary(&finished, failed, took));
    }
    Ok(if is_green { Code::Success } else { Code::No })
}

fn is_chosen(case: &Case<'_>, filter: Option<&str>) -> bool {
    filter.is_none_or(|filter| case.name.contains(filter))
}

/// Runs the tests on all cores; the results are in the order of the tests.
fn run_all(
    chosen: &[(&Suite<'_>, &Case<'_>)],
    maps: &BTreeMap<&str, Map>,
    may_update: bool,
) -> Vec<Finished> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut finished = Vec::new();
        while let Some((at, (suite, case))) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            chosen.get(at).map(|chosen| (at, chosen))
        } {
            finished.push((at, run(suite, case, maps, may_update)));
        }
        finished
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut finished = std::thread::scope(|scope| {
        let others: Vec<_> = (1..cores.min(chosen.len()))
            .map(|_| scope.spawn(work))
            .collect();
        let mut finished = work();
        for other in others {
            finished.extend(other.join().expect("a test does not panic"));
        }
        finished
    });
    finished.sort_by_key(|(at, _)| *at);
    finished.into_iter().map(|(_, it)| it).collect()
}

fn run(
    suite: &Suite<'_>,
    case: &Case<'_>,
    maps: &BTreeMap<&str, Map>,
    may_update: bool,
) -> Finished {
    let began = Instant::now();
    let mut taken = BTreeSet::new();
    let mut edits = Vec::new();
    let verdict = match world::play(case, suite.script) {
        Ok(played) => {
            if let Some(map) = maps.get(suite.script.name.as_str()) {
                taken = map.taken(suite.script, played.play.entries());
            }
            let ended = ended::Ended::of(&played);
            let mismatches = judge::mismatches(case, suite.script, &ended);
            if mismatches.is_empty() && case.expect.is_some() {
                Verdict::Passed
            } else if may_update {
                edits = update::edits(case, &ended, &mismatches, suite.text);
                Verdict::Updated
            } else if case.expect.is_none() {
                Verdict::Failed(report::nothing_expected())
            } else {
                let line_of = |at| suite.line_of(at);
                Verdict::Failed(report::differing(&mismatches, &ended, &line_of))
            }
        }
        Err(gave_up) => Verdict::Failed(report::given_up(&gave_up)),
    };
    let report = Report {
        file: suite.name.to_owned(),
        line: suite.line_of(case.node.at.start),
        script: suite.script.name.clone(),
        name: case.name.to_string(),
        verdict,
        took: began.elapsed(),
    };
    Finished {
        report,
        taken,
        edits,
    }
}

fn print(report: &Report, output: Output, quiet: bool) -> Result<(), Failure> {
    if quiet && !report.is_failed() {
        return Ok(());
    }
    match output {
        Output::Table | Output::Wide => out::styled_line(&report.shown()),
        Output::Json => out::line(&report.value().to_json().unwrap_or_default()),
        Output::Yaml => out::line(&format!("---\n{}", write::block(&report.value(), 0))),
    }
}

/// Writes the files of which expectations changed.
fn save_updates(chosen: &[(&Suite<'_>, &Case<'_>)], finished: &[Finished]) -> Result<(), Failure> {
    let mut changes: BTreeMap<&str, (&Suite<'_>, Vec<&Edit>)> = BTreeMap::new();
    for ((suite, _), it) in chosen.iter().zip(finished) {
        if !it.edits.is_empty() {
            let (_, edits) = changes.entry(suite.name).or_insert((suite, Vec::new()));
            edits.extend(&it.edits);
        }
    }
    for (suite, edits) in changes.into_values() {
        let Some(text) = update::rewritten(suite.text, edits) else {
            let message = format!("'{}' cannot be rewritten without breaking it", suite.name);
            return Err(Failure::new(Code::Internal, message));
        };
        rewrite(suite.path, &text)?;
    }
    Ok(())
}

fn print_coverage(
    chosen: &[(&Suite<'_>, &Case<'_>)],
    finished: &[Finished],
    maps: &BTreeMap<&str, Map>,
) {
    let mut taken: BTreeMap<&str, BTreeSet<Way>> = BTreeMap::new();
    for ((suite, _), it) in chosen.iter().zip(finished) {
        let of = taken.entry(suite.script.name.as_str()).or_default();
        of.extend(it.taken.iter().cloned());
    }
    for (script, taken) in &taken {
        let Some((map, summary)) = maps
            .get(script)
            .and_then(|it| Some((it, it.summary(taken)?)))
        else {
            continue;
        };
        note!("{script}: {summary}");
        let missed = map.missed(taken);
        for way in missed.iter().take(MISSED_SHOWN_MAX) {
            note!("  {}", style::dim(way));
        }
        if missed.len() > MISSED_SHOWN_MAX {
            let more = missed.len() - MISSED_SHOWN_MAX;
            note!("  {}", style::dim(&format!("and {more} more")));
        }
    }
}

fn summary(finished: &[Finished], failed: usize, took: std::time::Duration) -> String {
    let count = finished.len();
    let plural = if count == 1 { "" } else { "s" };
    let updated = finished
        .iter()
        .filter(|it| matches!(it.report.verdict, Verdict::Updated))
        .count();
    let mut parts = vec![format!("{} passed", count - failed - updated)];
    if updated > 0 {
        parts.push(format!("{updated} updated"));
    }
    if failed > 0 {
        parts.push(format!("{failed} failed"));
    }
    let took = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
    format!(
        "{count} test{plural}: {} in {}",
        parts.join(", "),
        style::duration(took)
    )
}
