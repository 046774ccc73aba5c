//! Ring 3: the real command on the real store, killed with `kill -9` at random moments and resumed.
//!
//! `SCRIPTUM_KILLS=200` kills more often than the usual run does; `SCRIPTUM_SEED` sets the moments.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod counter;
mod killed;
mod store;

use std::{collections::BTreeSet, path::Path};

use killed::{Dice, Script, run_to_the_end, run_until_killed};

/// Kills in a usual run, shared by all scripts of a test.
const KILLS: u64 = 24;
const ITEMS: usize = 40;

fn kills() -> u64 {
    number_from("SCRIPTUM_KILLS").unwrap_or(KILLS)
}

/// A decimal number, or a hexadecimal one behind `0x`.
fn number_from(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

fn dice() -> Dice {
    Dice::new(number_from("SCRIPTUM_SEED").unwrap_or(0x5eed))
}

/// The tool is an HTTP server that counts. What the store holds as completed is never asked for again.
#[test]
fn a_completed_step_is_never_called_again() {
    let server = counter::start();
    let folder = tempfile::tempdir().unwrap();
    let script = Script::write(folder.path(), "fetch.scriptum", &fetching(server.port));
    let expected = run_to_the_end(&script, None);
    let mut dice = dice();
    let mut left = kills();
    while left > 0 {
        let mut thread = None;
        loop {
            let lines = dice.below(2 * ITEMS as u64);
            let killed = run_until_killed(&script, thread.as_deref(), lines);
            let Some(id) = killed.thread else { break };
            let done = store::completed_items(&script.data_dir, &id);
            let calls = server.calls();
            thread = Some(id);
            if killed.ended {
                break;
            }
            left = left.saturating_sub(1);
            // One more life, killed or not: no completed item is fetched again.
            let again = run_until_killed(&script, thread.as_deref(), dice.below(ITEMS as u64));
            check_not_called_again(&done, &calls, &server.calls());
            if again.ended {
                break;
            }
            left = left.saturating_sub(1);
        }
        if let Some(id) = thread {
            assert_eq!(run_to_the_end(&script, Some(&id)), expected, "thread {id}");
            store::check_whole(&script.data_dir, &id);
        }
    }
}

fn check_not_called_again(done: &BTreeSet<usize>, before: &[u64], after: &[u64]) {
    for item in done {
        assert_eq!(
            before[*item], after[*item],
            "item {item} was completed and called again"
        );
    }
}

fn fetching(port: u16) -> String {
    format!(
        "script \"fetch\"\noutput\n  bodies : list<any>\nimport tools\n  http_request from native\n\
         each i in range(0, {ITEMS}) parallel 4\n  do \"Fetch\" with http_request\n    \
         url = \"http://127.0.0.1:{port}/{{i}}\"\n    -> response\n  -> responses\n\
         emit \"Done\"\n  bodies = map(responses, r => r.body)\n"
    )
}

#[test]
fn the_examples_survive_kills() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let folder = tempfile::tempdir().unwrap();
    killed::copy_folder(&examples, folder.path());
    let stores = tempfile::tempdir().unwrap();
    let scripts = Script::all_in(folder.path(), stores.path());
    assert!(scripts.len() >= 4, "there are at least four examples");
    let expected: Vec<_> = scripts
        .iter()
        .map(|script| run_to_the_end(script, None))
        .collect();
    let mut dice = dice();
    for round in 0..kills() {
        let at = usize::try_from(round).unwrap() % scripts.len();
        let (script, expected) = (&scripts[at], &expected[at]);
        // Most of them say little, some say much.
        let wide = dice.below(5);
        let lines = dice.below(24 << wide);
        let killed = run_until_killed(script, None, lines);
        let Some(id) = killed.thread else { continue };
        assert_eq!(
            &run_to_the_end(script, Some(&id)),
            expected,
            "{} {id}",
            script.file.display()
        );
        store::check_whole(&script.data_dir, &id);
    }
}
