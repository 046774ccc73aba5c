//! A bounded run of the fuzz targets: the kept corpus, the scripts of the repository, and seeded edits of
//! both. The fuzzer itself is under `fuzz/`.

#[path = "../sim/random.rs"]
mod random;
mod targets;

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use self::random::Random;

/// Edited inputs of a target.
const EDITED: u64 = 1_500;
/// Edits of one input, at most.
const EDITS_MAX: usize = 6;
/// Longer inputs are cut before they are edited: many short ones find more than few long ones.
const EDITED_BYTES_MAX: usize = 3_000;

#[test]
fn every_input_holds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_owned);
    let root = root.expect("the tests lie in the repository");
    let scripts = [
        root.join("examples"),
        root.join("tests/seeds"),
        root.join("tests/suite"),
    ];
    let mut seeds: Vec<Vec<u8>> = scripts.iter().flat_map(|dir| contents(dir)).collect();
    assert!(seeds.len() > 10, "there are scripts to begin with");
    for (name, target) in targets::ALL {
        let kept = contents(&root.join("fuzz/corpus").join(name));
        let known = seeds.len();
        seeds.extend(kept);
        for input in &seeds {
            hold(name, target, input);
        }
        let mut random = Random::new(7);
        for _ in 0..EDITED {
            hold(name, target, &edited(&seeds, &mut random));
        }
        seeds.truncate(known);
    }
}

fn hold(name: &str, target: fn(&[u8]), input: &[u8]) {
    let held = catch_unwind(AssertUnwindSafe(|| target(input)));
    assert!(
        held.is_ok(),
        "{name} does not hold for\n{}",
        input.escape_ascii()
    );
}

/// The contents of all files below a folder, in the order of their paths; none when it is missing.
fn contents(dir: &Path) -> Vec<Vec<u8>> {
    let mut paths = Vec::new();
    collect(dir, &mut paths);
    paths.sort();
    paths
        .iter()
        .filter_map(|path| fs::read(path).ok())
        .collect()
}

fn collect(dir: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, paths);
        } else {
            paths.push(path);
        }
    }
}

/// A part of one input with bytes removed, doubled, changed, or taken from another.
fn edited(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let one = random.choose(seeds);
    let from = random.below(one.len().saturating_sub(EDITED_BYTES_MAX) + 1);
    let mut bytes: Vec<u8> = one.into_iter().skip(from).take(EDITED_BYTES_MAX).collect();
    for _ in 0..=random.below(EDITS_MAX) {
        let at = random.below(bytes.len() + 1);
        let len = 1 + random.below(12);
        let end = (at + len).min(bytes.len());
        match random.below(4) {
            0 => _ = bytes.drain(at..end),
            1 => {
                let again = bytes.get(at..end).unwrap_or_default().to_vec();
                bytes.splice(at..at, again);
            }
            2 => {
                let byte = random.choose(b"\n\t \"'{}[]()<>=-:,.?|#\\/0aZ_\0\xff");
                if let Some(place) = bytes.get_mut(at)
                    && random.percent(90)
                {
                    *place = byte;
                }
            }
            _ => {
                let other = random.choose(seeds);
                let start = random.below(other.len() + 1);
                let part = other.into_iter().skip(start).take(len * 4);
                bytes.splice(at..end, part.collect::<Vec<_>>());
            }
        }
    }
    // Bytes cut inside a character would only be refused.
    String::from_utf8_lossy(&bytes).into_owned().into_bytes()
}
