//! Which crate may depend on which (A2), and on which outside crates the pure ones may (A1).

use cargo_metadata::{DependencyKind, Package};

use super::Fault;

/// One row a crate: what it may depend on. `tests` and `scriptum-cli` may use everything but what
/// their row forbids by leaving it out.
struct Row {
    name: &'static str,
    /// Crates of the project.
    ours: &'static [&'static str],
    /// Crates from outside; `None` where the rule is kept by `FENCED` alone.
    others: Option<&'static [&'static str]>,
}

const ROWS: &[Row] = &[
    Row {
        name: "scriptum-contract",
        ours: &[],
        others: Some(&["serde", "serde_json", "regress", "base64", "jiff", "strsim"]),
    },
    Row {
        name: "scriptum-syntax",
        ours: &[],
        others: Some(&["strsim"]),
    },
    Row {
        name: "scriptum-vm",
        ours: &["scriptum-contract"],
        others: Some(&[
            "serde",
            "serde_json",
            "serde-saphyr",
            "sha2",
            "base64",
            "jiff",
            "regress",
            "smallvec",
            "strsim",
        ]),
    },
    Row {
        name: "scriptum-compiler",
        ours: &["scriptum-syntax", "scriptum-contract", "scriptum-vm"],
        others: Some(&["annotate-snippets", "strsim", "serde", "serde_json"]),
    },
    Row {
        name: "scriptum-ide",
        ours: &["scriptum-syntax", "scriptum-compiler", "scriptum-contract"],
        others: Some(&[]),
    },
    Row {
        name: "scriptum-engine",
        ours: &["scriptum-contract", "scriptum-vm"],
        others: None,
    },
    Row {
        name: "scriptum-store",
        ours: &["scriptum-engine", "scriptum-vm", "scriptum-contract"],
        others: None,
    },
    Row {
        name: "scriptum-tools",
        ours: &["scriptum-engine", "scriptum-contract"],
        others: None,
    },
    Row {
        name: "scriptum-server",
        ours: &[
            "scriptum-engine",
            "scriptum-compiler",
            "scriptum-ide",
            "scriptum-contract",
        ],
        others: None,
    },
    Row {
        name: "scriptum-cli",
        ours: &[
            "scriptum-contract",
            "scriptum-syntax",
            "scriptum-vm",
            "scriptum-compiler",
            "scriptum-ide",
            "scriptum-engine",
            "scriptum-store",
            "scriptum-tools",
            "scriptum-server",
        ],
        others: None,
    },
    Row {
        name: "xtask",
        ours: &[],
        others: None,
    },
    Row {
        name: "tests",
        ours: &[
            "scriptum-contract",
            "scriptum-syntax",
            "scriptum-vm",
            "scriptum-compiler",
            "scriptum-ide",
            "scriptum-engine",
            "scriptum-store",
            "scriptum-tools",
        ],
        others: None,
    },
];

/// Outside crates that only some of our crates may use (A14).
const FENCED: &[(&str, &[&str])] = &[
    ("rusqlite", &["scriptum-store"]),
    ("tokio-postgres", &["scriptum-store"]),
    ("deadpool-postgres", &["scriptum-store"]),
    ("reqwest", &["scriptum-tools", "scriptum-server"]),
    ("rmcp", &["scriptum-tools", "scriptum-server"]),
    ("prost", &["scriptum-server"]),
    ("tonic", &["scriptum-server"]),
    ("axum", &["scriptum-server"]),
    ("lsp-server", &["scriptum-cli"]),
    ("lsp-types", &["scriptum-cli"]),
    ("clap", &["scriptum-cli"]),
    ("indicatif", &["scriptum-cli"]),
];

pub(super) fn check(packages: &[Package]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for package in packages {
        if row(&package.name).is_none() {
            faults.push(fault(
                &package.name,
                "has no row in xtask/src/tidy/arrows.rs".to_owned(),
            ));
        }
        // What only tests and benches use draws no arrow.
        let built = package
            .dependencies
            .iter()
            .filter(|it| it.kind != DependencyKind::Development);
        faults.extend(built.filter_map(|it| check_arrow(&package.name, &it.name)));
    }
    faults
}

pub(super) fn check_arrow(from: &str, to: &str) -> Option<Fault> {
    let row = row(from)?;
    if to.starts_with("scriptum-") {
        let allowed = row.ours.contains(&to);
        return (!allowed).then(|| fault(from, format!("must not depend on {to}")));
    }
    let fence = FENCED.iter().find(|(name, _)| *name == to);
    if let Some((_, homes)) = fence.filter(|(_, homes)| !homes.contains(&from)) {
        return Some(fault(
            from,
            format!("must not depend on {to}; it belongs to {homes:?}"),
        ));
    }
    let listed = row.others.is_none_or(|others| others.contains(&to));
    let message = || format!("is pure and must not depend on {to} (not in its list of arrows.rs)");
    (!listed).then(|| Fault {
        rule: "A1",
        ..fault(from, message())
    })
}

fn row(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.name == name)
}

fn fault(crate_name: &str, message: String) -> Fault {
    Fault {
        place: format!("{crate_name}/Cargo.toml"),
        rule: "A2",
        message,
    }
}
