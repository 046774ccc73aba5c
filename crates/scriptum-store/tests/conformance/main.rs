//! What every store has to do, rule by rule, run for each of them; then what SQLite adds.
//!
//! A rule is an async function over `Arc<dyn Store>`, so a further store needs one line in
//! [`backend`]. The differential test holds the stores to each other where no rule was thought of.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that is wrong about its own data should stop"
)]

mod backend;
mod child;
mod claim;
mod commit;
mod create;
mod differential;
mod dump;
mod given;
mod inbox;
mod reads;
mod sqlite;

use std::sync::Arc;

use futures::future::BoxFuture;
use libtest_mimic::{Arguments, Trial};
use scriptum_engine::Store;

use backend::Backend;

/// A rule: its name and what checks it.
type Rule = (&'static str, fn(Arc<dyn Store>) -> BoxFuture<'static, ()>);

/// Lists the rules of a module.
macro_rules! rules {
    ($($rule:ident),* $(,)?) => {
        pub(crate) const RULES: &[crate::Rule] =
            &[$((stringify!($rule), |store| Box::pin($rule(store)))),*];
    };
}
pub(crate) use rules;

const MODULES: &[(&str, &[Rule])] = &[
    ("create", create::RULES),
    ("inbox", inbox::RULES),
    ("claim", claim::RULES),
    ("commit", commit::RULES),
    ("reads", reads::RULES),
];

fn main() {
    if child::run_if_asked() {
        return;
    }
    let mut trials: Vec<Trial> = Vec::new();
    for backend in Backend::ALL {
        for (module, rules) in MODULES {
            trials.extend(rules.iter().map(|rule| trial(*backend, module, *rule)));
        }
    }
    trials.extend(sqlite::TESTS.iter().map(|(name, test)| {
        Trial::test(format!("sqlite::{name}"), || {
            backend::block_on(test());
            Ok(())
        })
    }));
    trials.extend(differential::SEEDS.map(|seeds| {
        Trial::test(
            format!("differential::seeds_{}_to_{}", seeds.start, seeds.end),
            || {
                backend::block_on(differential::stores_answer_alike(seeds));
                Ok(())
            },
        )
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn trial(backend: Backend, module: &str, (name, rule): Rule) -> Trial {
    Trial::test(format!("{}::{module}::{name}", backend.name()), move || {
        let opened = backend.open();
        backend::block_on(rule(Arc::clone(&opened.store)));
        Ok(())
    })
}
