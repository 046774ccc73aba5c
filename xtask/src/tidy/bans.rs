//! Words that must not stand in the files of a crate, with the reason (A1, A13, A14, A15, A19).

use std::path::Path;

use anyhow::Context as _;

use super::Fault;

/// One row a ban.
struct Ban {
    rule: &'static str,
    /// In which crates.
    crates: &'static [&'static str],
    /// Any of these words, outside comments.
    words: &'static [&'static str],
    reason: &'static str,
}

/// The files that are what a ban leads to.
const HOMES: &[(&str, &str)] = &[("A13", "crates/scriptum-engine/src/clock.rs")];

const PURE: &[&str] = &[
    "scriptum-contract",
    "scriptum-syntax",
    "scriptum-vm",
    "scriptum-compiler",
    "scriptum-ide",
];
const NOT_STORE: &[&str] = &[
    "scriptum-contract",
    "scriptum-syntax",
    "scriptum-vm",
    "scriptum-compiler",
    "scriptum-ide",
    "scriptum-engine",
    "scriptum-tools",
    "scriptum-server",
    "scriptum-cli",
];
const NOT_CLI: &[&str] = &[
    "scriptum-contract",
    "scriptum-syntax",
    "scriptum-vm",
    "scriptum-compiler",
    "scriptum-ide",
    "scriptum-engine",
    "scriptum-store",
    "scriptum-tools",
    "scriptum-server",
];

const BANS: &[Ban] = &[
    Ban {
        rule: "A1",
        crates: PURE,
        words: &[
            "SystemTime",
            "Instant::now(",
            "time::Instant",
            "Timestamp::now(",
            "Zoned::now(",
        ],
        reason: "no clock in pure code; time arrives as an argument",
    },
    Ban {
        rule: "A1",
        crates: PURE,
        words: &[
            "std::fs",
            "std::net",
            "std::process",
            "std::env",
            "std::io::stdin",
            "File::open",
        ],
        reason: "no IO in pure code; the edge reads and writes",
    },
    Ban {
        rule: "A1",
        crates: PURE,
        words: &[
            "std::thread",
            "thread::spawn",
            "async fn",
            "async move",
            ".await",
            "tokio::",
        ],
        reason: "no threads and no async in pure code",
    },
    Ban {
        rule: "A1",
        crates: PURE,
        words: &["RandomState", "rand::", "getrandom"],
        reason: "no randomness in pure code; a seed arrives as an argument",
    },
    Ban {
        rule: "A7",
        crates: &["scriptum-vm"],
        words: &["HashMap", "HashSet"],
        reason: "their order differs from run to run; use BTreeMap or BTreeSet",
    },
    Ban {
        rule: "A13",
        crates: &["scriptum-store"],
        words: &[
            "SystemTime",
            "Timestamp::now(",
            "Uuid::",
            "Ulid::",
            "rand::",
        ],
        reason: "a store reads no clock and makes no id; both are arguments",
    },
    Ban {
        rule: "A13",
        crates: &["scriptum-engine"],
        words: &["SystemTime", "std::time::Instant"],
        reason: "the time of day comes through the `Clock` port, waits through the runtime's timer",
    },
    Ban {
        rule: "A14",
        crates: NOT_STORE,
        words: &[
            "SELECT ",
            "INSERT INTO",
            "DELETE FROM",
            "PRAGMA ",
            "rusqlite::",
        ],
        reason: "SQL lives in scriptum-store",
    },
    Ban {
        rule: "A14",
        crates: NOT_CLI,
        words: &[
            "println!",
            "eprintln!",
            "print!(",
            "eprint!(",
            "process::exit",
        ],
        reason: "only the command line prints and exits",
    },
    Ban {
        rule: "A2",
        crates: &["scriptum-compiler"],
        words: &[
            "scriptum_vm::Vm",
            "scriptum_vm::replay",
            "scriptum_vm::record",
            "scriptum_vm::frames",
        ],
        reason: "the compiler sees the program and the signatures of built-ins, not the machine",
    },
    Ban {
        rule: "A15",
        crates: &[
            "scriptum-engine",
            "scriptum-tools",
            "scriptum-cli",
            "scriptum-compiler",
        ],
        words: &["regress::"],
        reason: "one validator: patterns are checked in scriptum-contract",
    },
];

pub(super) fn check_crate(
    root: &Path,
    name: &str,
    folder: &Path,
    faults: &mut Vec<Fault>,
) -> anyhow::Result<()> {
    let mut folders = vec![folder.join("src")];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder)
            .with_context(|| format!("cannot list {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path)
                    .with_context(|| format!("cannot read {}", path.display()))?;
                let file = path
                    .strip_prefix(root)
                    .unwrap_or(&path)
                    .display()
                    .to_string();
                faults.extend(check_text(name, &file, &text));
            }
        }
    }
    Ok(())
}

pub(super) fn check_text(crate_name: &str, file: &str, text: &str) -> Vec<Fault> {
    let at_home = |ban: &&Ban| HOMES.contains(&(ban.rule, file));
    let bans = BANS
        .iter()
        .filter(|ban| ban.crates.contains(&crate_name) && !at_home(ban));
    let bans: Vec<_> = bans.collect();
    let mut faults = Vec::new();
    // Tests at the end of a file may do what the code may not.
    let code = text.split("#[cfg(test)]").next().unwrap_or(text);
    for (line, number) in code.lines().zip(1..) {
        let line = line.split("//").next().unwrap_or(line);
        for ban in &bans {
            if let Some(word) = ban.words.iter().find(|word| stands_in(line, word)) {
                let message = format!("'{}' is banned here: {}", word.trim(), ban.reason);
                faults.push(Fault {
                    place: format!("{file}:{number}"),
                    rule: ban.rule,
                    message,
                });
            }
        }
    }
    faults
}

/// True when `word` stands in `line`, not as the tail of a longer name.
fn stands_in(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|head| head.chars().next_back());
        !before.is_some_and(|it| it.is_alphanumeric() || it == '_')
    })
}
