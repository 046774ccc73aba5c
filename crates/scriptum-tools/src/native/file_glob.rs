//! `file_glob`: the files whose paths match a pattern.

use std::ops::ControlFlow;

use globset::{GlobBuilder, GlobMatcher};
use scriptum_contract::{Field, Type, Value};
use scriptum_engine::ToolError;

use super::{
    fields::{count, defaulted, max_matches, pattern},
    tool::{Definition, Idempotence, Run, Work},
};
use crate::{
    limits::WALK_DEPTH_MAX,
    walk::{WalkOptions, walk},
    workspace::{WorkspacePath, refused},
};

pub(super) const TOOL: Definition = Definition {
    name: "file_glob",
    doc: "Finds files of the workspace by a pattern for their paths.",
    input,
    output,
    idempotence: Idempotence::Always,
    example: r#"do "Find the sources" with file_glob
  pattern = "src/**/*.rs"
  -> sources"#,
    notes: "\
| pattern | matches |
|---|---|
| `*` | any characters but `/` |
| `?` | one character but `/` |
| `**` | any folders, also none: `**/*.md`, `docs/**` |
| `[a-z]`, `[!a-z]` | one character of a set, or not of it |
| `{md,txt}` | either of these |
| `\\*` | the character itself |

The pattern is matched against whole paths below the workspace, with regard to case. Only files are
found, no folders. Symbolic links are neither found nor followed.

Left out are, unless `all` is true:

- what a `.gitignore` or `.ignore` file of the workspace leaves out, whether or not there is a git
  repository; the folder that the pattern begins with is always searched;
- the folder `.git`;
- names that begin with a dot, unless the pattern has a part that begins with one (`.github/*.yml`,
  `**/.env`).

Matches are sorted byte by byte. When there are more than `max_matches`, the first ones are returned
and `truncated` is true.",
    errors: &[
        ("INVALID_PATTERN", "the pattern is no glob"),
        (
            "TOO_MANY_FILES",
            "more than 2,000,000 files would have to be looked at",
        ),
        ("REFUSED", "the pattern leads outside the workspace"),
    ],
    run: Run::Blocking(run),
};

fn input() -> Vec<Field> {
    vec![
        Field::required("pattern", pattern()).doc("A glob, as in the table below."),
        defaulted("all", Type::Boolean, false).doc("True: ignored and hidden files too."),
        max_matches(),
    ]
}

fn output() -> Vec<Field> {
    vec![
        Field::required("matches", Type::list(Type::text()))
            .doc("Paths relative to the workspace, sorted."),
        Field::required("truncated", Type::Boolean)
            .doc("True: there are more matches than `max_matches`."),
        Field::required("skipped", Type::integer())
            .doc("How many names are not UTF-8 and how many folders could not be read."),
    ]
}

fn run(work: &Work<'_>) -> Result<Value, ToolError> {
    let glob = Glob::parse(work.args.text("pattern")?)?;
    let everything = work.args.flag("all")?;
    let matches_max = usize::try_from(work.args.count("max_matches")?).unwrap_or(usize::MAX);
    let mut matches = Vec::new();
    let mut truncated = false;
    let start = WorkspacePath::new(if glob.base.is_empty() { "." } else { glob.base })?;
    let options = WalkOptions {
        everything,
        hidden: glob.names_hidden,
        depth_max: glob.depth_max,
    };
    let walked = walk(work.workspace, &start, options, work.stop, &mut |found| {
        if !glob.matcher.is_match(found.path) {
            return Ok(ControlFlow::Continue(()));
        }
        if matches.len() == matches_max {
            truncated = true;
            return Ok(ControlFlow::Break(()));
        }
        matches.push(Value::text(found.path));
        Ok(ControlFlow::Continue(()))
    });
    let skipped = match walked {
        // Nothing is there to match; that is an answer, not a mistake.
        Err(error) if matches!(&*error.code, "NOT_FOUND" | "NOT_A_FOLDER") => 0,
        walked => walked?,
    };
    Ok(Value::object([
        ("matches", Value::list(matches)),
        ("truncated", Value::Bool(truncated)),
        (
            "skipped",
            count(usize::try_from(skipped).unwrap_or(usize::MAX)),
        ),
    ]))
}

/// A pattern, and what it says about where to search.
#[derive(Debug)]
pub(super) struct Glob<'a> {
    pub(super) matcher: GlobMatcher,
    /// The folder that the pattern begins with, as far as it is plain text.
    base: &'a str,
    /// How many names a matching path can have below the base.
    depth_max: usize,
    /// True when a part begins with a dot.
    names_hidden: bool,
}

impl<'a> Glob<'a> {
    pub(super) fn parse(pattern: &'a str) -> Result<Glob<'a>, ToolError> {
        let pattern = pattern.trim_start_matches("./");
        if pattern.starts_with('/') || pattern.split('/').any(|part| part == "..") {
            return Err(refused(format!(
                "cannot search for '{pattern}': patterns are relative to the workspace and stay \
                 inside it; the operator can choose a larger one with --workspace"
            )));
        }
        let matcher = GlobBuilder::new(pattern)
            .literal_separator(true)
            .backslash_escape(true)
            .build()
            .map_err(|error| {
                ToolError::permanent(
                    "INVALID_PATTERN",
                    format!("'{pattern}' is no glob: {}", error.kind()),
                )
            })?
            .compile_matcher();
        let plain_length = pattern
            .find(['*', '?', '[', '{', '\\'])
            .unwrap_or(pattern.len());
        let plain = pattern.get(..plain_length).unwrap_or(pattern);
        let (base, rest) = match plain.rfind('/') {
            Some(slash) => pattern.split_at(slash + 1),
            None => ("", pattern),
        };
        // A brace may hide folders, two stars stand for any number of them.
        let depth_max = if rest.contains("**") || rest.contains('{') {
            usize::MAX
        } else {
            rest.split('/').count()
        };
        Ok(Glob {
            matcher,
            base: base.trim_end_matches('/'),
            depth_max: depth_max.min(WALK_DEPTH_MAX + 1),
            names_hidden: rest
                .split(['/', '{', ','])
                .any(|part| part.starts_with('.')),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, code};

    async fn matches(bench: &Bench, args: &str) -> String {
        let output = bench.call("file_glob", args).await.unwrap();
        let from = output.find('[').unwrap();
        output[from..=output.rfind(']').unwrap()].replace('"', "")
    }

    fn tree() -> Bench {
        let bench = Bench::new();
        for path in [
            "README.md",
            "src/lib.rs",
            "src/a.rs",
            "src/a/b.rs",
            "src/a/b/c.rs",
            "src/a-b.rs",
            "src/.hidden.rs",
            ".github/ci.yml",
            ".git/config.rs",
            "target/debug/x.rs",
            "docs/[1].md",
            "docs/build/out.md",
            "docs/build/keep.md",
        ] {
            bench.write(path, "");
        }
        bench.write(".gitignore", "/target\n*.log\n");
        bench.write("docs/.gitignore", "build/*\n!build/keep.md\n");
        bench
    }

    #[tokio::test]
    async fn patterns_find_files_in_the_order_of_their_paths() {
        let bench = tree();
        for (pattern, expected) in [
            ("*.md", "[README.md]"),
            ("./*.md", "[README.md]"),
            ("src/*.rs", "[src/a-b.rs,src/a.rs,src/lib.rs]"),
            (
                "**/*.rs",
                "[src/a-b.rs,src/a.rs,src/a/b.rs,src/a/b/c.rs,src/lib.rs]",
            ),
            ("src/a/**", "[src/a/b.rs,src/a/b/c.rs]"),
            ("src/a/b.rs", "[src/a/b.rs]"),
            ("src/{a,lib}.rs", "[src/a.rs,src/lib.rs]"),
            ("{src/a,docs}/*", "[docs/[1].md,src/a/b.rs]"),
            ("src/?.rs", "[src/a.rs]"),
            ("src/[!a]*.rs", "[src/lib.rs]"),
            ("docs/\\[1\\].md", "[docs/[1].md]"),
            ("SRC/*.rs", "[]"),
            ("none/**/*.rs", "[]"),
            ("README.md/*", "[]"),
            ("src", "[]"),
        ] {
            let args = format!(r#"{{"pattern":"{}"}}"#, pattern.replace('\\', "\\\\"));
            assert_eq!(matches(&bench, &args).await, expected, "{pattern}");
        }
    }

    #[tokio::test]
    async fn ignored_and_hidden_files_are_left_out_unless_named() {
        let bench = tree();
        for (args, expected) in [
            (r#"{"pattern":"**/*.yml"}"#, "[]"),
            (r#"{"pattern":".github/*.yml"}"#, "[.github/ci.yml]"),
            (r#"{"pattern":"src/.*.rs"}"#, "[src/.hidden.rs]"),
            (r#"{"pattern":"**/.*.rs"}"#, "[src/.hidden.rs]"),
            (r#"{"pattern":"target/**"}"#, "[target/debug/x.rs]"),
            (
                r#"{"pattern":"docs/**"}"#,
                "[docs/[1].md,docs/build/keep.md]",
            ),
            (
                r#"{"pattern":"**/*.{md,yml}","all":true}"#,
                "[.github/ci.yml,README.md,docs/[1].md,docs/build/keep.md,docs/build/out.md]",
            ),
        ] {
            assert_eq!(matches(&bench, args).await, expected, "{args}");
        }
    }

    #[tokio::test]
    async fn the_first_matches_are_returned_when_there_are_too_many() {
        let bench = tree();
        for (max, expected) in [
            (
                2,
                r#"{"matches":["src/a-b.rs","src/a.rs"],"truncated":true,"skipped":0}"#,
            ),
            (
                3,
                r#"{"matches":["src/a-b.rs","src/a.rs","src/lib.rs"],"truncated":false,"skipped":0}"#,
            ),
        ] {
            let args = format!(r#"{{"pattern":"src/*.rs","max_matches":{max}}}"#);
            assert_eq!(
                bench.call("file_glob", &args).await,
                Ok(expected.to_owned())
            );
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn links_are_not_followed_and_names_that_are_not_utf8_counted() {
        use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt};
        let bench = tree();
        bench.link("/etc", "outside");
        bench.link(".", "round");
        bench.fifo("pipe.rs");
        fs::write(bench.root().join(OsStr::from_bytes(b"\xff.rs")), "").unwrap();
        let output = bench.call("file_glob", r#"{"pattern":"**/lib.rs"}"#).await;
        let expected = r#"{"matches":["src/lib.rs"],"truncated":false,"skipped":1}"#;
        assert_eq!(output, Ok(expected.to_owned()));
        assert_eq!(matches(&bench, r#"{"pattern":"*.rs"}"#).await, "[]");
        assert_eq!(matches(&bench, r#"{"pattern":"round/*.md"}"#).await, "[]");
    }

    #[tokio::test]
    async fn bad_patterns_are_errors() {
        let bench = tree();
        for (pattern, expected) in [
            ("../*", "REFUSED"),
            ("a/../../*", "REFUSED"),
            ("/etc/*", "REFUSED"),
            ("[a", "INVALID_PATTERN"),
            ("{a", "INVALID_PATTERN"),
        ] {
            let error = bench
                .error("file_glob", &format!(r#"{{"pattern":"{pattern}"}}"#))
                .await;
            assert_eq!(code(&error), expected, "{pattern}: {error}");
        }
    }
}
