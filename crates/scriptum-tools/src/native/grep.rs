//! `grep`: the lines of files that match a regular expression.

use std::{io, ops::ControlFlow};

use cap_std::fs::File;
use globset::GlobMatcher;
use grep_matcher::LineTerminator;
use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use grep_searcher::{BinaryDetection, Searcher, SearcherBuilder, Sink, SinkFinish, SinkMatch};
use scriptum_contract::{Field, Type, Value};
use scriptum_engine::ToolError;

use super::{
    fields::{count, defaulted, max_matches, path, pattern},
    file_glob::Glob,
    tool::{Definition, Idempotence, Run, Work},
};
use crate::{
    limits::{GREP_LINE_BYTES_MAX, GREP_TEXT_CHARS_MAX, PATTERN_MEMORY_BYTES_MAX, WALK_DEPTH_MAX},
    stop::StoppableReader,
    walk::{WalkOptions, walk},
    workspace::WorkspacePath,
};

pub(super) const TOOL: Definition = Definition {
    name: "grep",
    doc: "Finds lines that match a regular expression in files of the workspace.",
    input,
    output,
    idempotence: Idempotence::Always,
    example: r#"do "Find open ends" with grep
  pattern = "TODO|FIXME"
  path = "src"
  -> open_ends"#,
    notes: "\
The pattern is a regular expression in the syntax of Rust's `regex`: no look-around and no back
references, and therefore time in proportion to the size of the files, whatever the pattern. `(?i)`
at its beginning is the same as `ignore_case`.

`path` is a file or a folder. In a folder the files are searched in the order of their paths; hidden
files, and those that a `.gitignore` or `.ignore` file leaves out, only with `all`. Symbolic links are
not followed. `glob` takes the patterns of [`file_glob`](file_glob.md), matched against the path or, if
it has no `/`, against the name alone.

A file with a NUL byte is taken for binary and skipped, so is one that cannot be read or has a line of
more than 4 MiB. Bytes that are not UTF-8 come back as `\u{fffd}`; a matching line is cut after 1,000
characters.",
    errors: &[
        ("INVALID_PATTERN", "the pattern is no regular expression, or too large"),
        ("NOT_FOUND", "there is no such file or folder"),
        ("TOO_MANY_FILES", "more than 2,000,000 files would have to be looked at"),
        ("REFUSED", "the path leads outside the workspace"),
    ],
    run: Run::Blocking(run),
};

fn input() -> Vec<Field> {
    vec![
        Field::required("pattern", pattern()).doc("A regular expression."),
        defaulted("path", path(), ".").doc("A file or folder, relative to the workspace."),
        Field::optional("glob", pattern()).doc("Only files whose path or name matches this."),
        defaulted("ignore_case", Type::Boolean, false).doc("True: `a` matches `A`."),
        defaulted("all", Type::Boolean, false).doc("True: ignored and hidden files too."),
        max_matches(),
    ]
}

fn output() -> Vec<Field> {
    let line = Type::shape(vec![
        Field::required("path", Type::text()).doc("The file."),
        Field::required("line", Type::integer()).doc("Number of the line, from 1."),
        Field::required("text", Type::text()).doc("The line without its end."),
    ]);
    vec![
        Field::required("matches", Type::list(line)).doc("Matching lines, by path and line."),
        Field::required("files_searched", Type::integer()).doc("How many files were searched."),
        Field::required("files_skipped", Type::integer())
            .doc("How many files were binary, unreadable, or have names that are not UTF-8."),
        Field::required("truncated", Type::Boolean)
            .doc("True: there are more matches than `max_matches`."),
    ]
}

fn run(work: &Work<'_>) -> Result<Value, ToolError> {
    let args = &work.args;
    let filter = args.optional_text("glob")?.map(Filter::parse).transpose()?;
    let mut search = Search {
        work,
        matcher: matcher(args.text("pattern")?, args.flag("ignore_case")?)?,
        searcher: searcher(),
        found: Vec::new(),
        matches_max: usize::try_from(args.count("max_matches")?).unwrap_or(usize::MAX),
        truncated: false,
        files_searched: 0,
        files_skipped: 0,
    };
    let start = WorkspacePath::new(args.text("path")?)?;
    match work.workspace.open_file(&start) {
        Ok(file) => search.file(&start.clean(), Ok(file))?,
        Err(error) if &*error.code == "NOT_A_FILE" => search.folder(&start, filter.as_ref())?,
        Err(error) => return Err(error),
    }
    Ok(Value::object([
        ("matches", Value::list(search.found)),
        ("files_searched", count(search.files_searched)),
        ("files_skipped", count(search.files_skipped)),
        ("truncated", Value::Bool(search.truncated)),
    ]))
}

fn matcher(pattern: &str, ignore_case: bool) -> Result<RegexMatcher, ToolError> {
    RegexMatcherBuilder::new()
        .case_insensitive(ignore_case)
        .size_limit(PATTERN_MEMORY_BYTES_MAX)
        .dfa_size_limit(PATTERN_MEMORY_BYTES_MAX)
        .crlf(true)
        .build(pattern)
        .map_err(|error| {
            ToolError::permanent(
                "INVALID_PATTERN",
                format!("'{pattern}' is no regular expression: {error}"),
            )
        })
}

fn searcher() -> Searcher {
    SearcherBuilder::new()
        .line_number(true)
        .line_terminator(LineTerminator::crlf())
        .binary_detection(BinaryDetection::quit(0))
        .heap_limit(Some(GREP_LINE_BYTES_MAX))
        .build()
}

/// Which files of a folder are searched.
#[derive(Debug)]
struct Filter {
    matcher: GlobMatcher,
    by_name: bool,
}

impl Filter {
    fn parse(glob: &str) -> Result<Filter, ToolError> {
        Ok(Filter {
            matcher: Glob::parse(glob)?.matcher,
            by_name: !glob.contains('/'),
        })
    }

    fn takes(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.matcher
            .is_match(if self.by_name { name } else { path })
    }
}

/// A search under way.
struct Search<'a> {
    work: &'a Work<'a>,
    matcher: RegexMatcher,
    searcher: Searcher,
    found: Vec<Value>,
    matches_max: usize,
    truncated: bool,
    files_searched: usize,
    files_skipped: usize,
}

impl Search<'_> {
    fn folder(
        &mut self,
        start: &WorkspacePath<'_>,
        filter: Option<&Filter>,
    ) -> Result<(), ToolError> {
        let everything = self.work.args.flag("all")?;
        let options = WalkOptions {
            everything,
            hidden: everything,
            depth_max: WALK_DEPTH_MAX + 1,
        };
        let (workspace, stop) = (self.work.workspace, self.work.stop);
        let skipped = walk(workspace, start, options, stop, &mut |found| {
            if filter.is_none_or(|filter| filter.takes(found.path)) {
                self.file(found.path, found.open())?;
            }
            Ok(if self.truncated {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        })?;
        self.files_skipped += usize::try_from(skipped).unwrap_or(usize::MAX);
        Ok(())
    }

    fn file(&mut self, path: &str, file: io::Result<File>) -> Result<(), ToolError> {
        let mut lines = Lines {
            path,
            found: Vec::new(),
            matches_max: self.matches_max - self.found.len(),
            truncated: false,
            binary: false,
        };
        let searched = file.and_then(|file| {
            let reader = StoppableReader {
                inner: file,
                stop: self.work.stop,
            };
            self.searcher
                .search_reader(&self.matcher, reader, &mut lines)
        });
        self.work.stop.check()?;
        if searched.is_err() || lines.binary {
            self.files_skipped += 1;
            return Ok(());
        }
        self.files_searched += 1;
        self.truncated |= lines.truncated;
        self.found.append(&mut lines.found);
        Ok(())
    }
}

/// The matching lines of one file.
struct Lines<'a> {
    path: &'a str,
    found: Vec<Value>,
    matches_max: usize,
    truncated: bool,
    binary: bool,
}

impl Sink for Lines<'_> {
    type Error = io::Error;

    fn matched(&mut self, _: &Searcher, found: &SinkMatch<'_>) -> io::Result<bool> {
        if self.found.len() == self.matches_max {
            self.truncated = true;
            return Ok(false);
        }
        let line = found.line_number().unwrap_or(0);
        self.found.push(Value::object([
            ("path", Value::text(self.path)),
            ("line", Value::Int(i64::try_from(line).unwrap_or(i64::MAX))),
            ("text", Value::from(shown(found.bytes()))),
        ]));
        Ok(true)
    }

    fn binary_data(&mut self, _: &Searcher, _: u64) -> io::Result<bool> {
        self.binary = true;
        Ok(false)
    }

    fn finish(&mut self, _: &Searcher, finish: &SinkFinish) -> io::Result<()> {
        self.binary |= finish.binary_byte_offset().is_some();
        Ok(())
    }
}

fn shown(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    // A character has at most four bytes; more need not be decoded.
    let line = line.get(..4 * GREP_TEXT_CHARS_MAX).unwrap_or(line);
    String::from_utf8_lossy(line)
        .chars()
        .take(GREP_TEXT_CHARS_MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, code};

    /// `path:line:text` of each match, then the rest of the output.
    async fn found(bench: &Bench, args: &str) -> String {
        let output = bench.call("grep", args).await.unwrap();
        output
            .replace(r#"{"path":""#, "")
            .replace(r#"","line":"#, ":")
            .replace(r#","text":""#, ":")
            .replace(r#""}"#, "")
            .replace(r#""matches":"#, "")
    }

    fn tree() -> Bench {
        let bench = Bench::new();
        bench.write("a.rs", "one\nTODO: two\nthree\nTODO: four");
        bench.write("b/c.md", "todo\r\n  TODO\r\n");
        bench.write("b/latin", b"TODO \xe4\n");
        bench.write("b/binary", b"TODO\n\0\n");
        bench.write("b/.hidden", "TODO\n");
        bench.write("b/skip.log", "TODO\n");
        bench.write(".gitignore", "*.log\n");
        bench
    }

    #[tokio::test]
    async fn matching_lines_come_back_by_path_and_line() {
        let bench = tree();
        for (args, expected) in [
            (
                r#"{"pattern":"TODO"}"#,
                r#"{[a.rs:2:TODO: two,a.rs:4:TODO: four,b/c.md:2:  TODO,b/latin:1:TODO �],"files_searched":3,"files_skipped":1,"truncated":false}"#,
            ),
            (
                r#"{"pattern":"^todo$","ignore_case":true,"path":"b/c.md"}"#,
                r#"{[b/c.md:1:todo],"files_searched":1,"files_skipped":0,"truncated":false}"#,
            ),
            (
                r#"{"pattern":"^\\s*TODO","path":"./b/","glob":"*.md"}"#,
                r#"{[b/c.md:2:  TODO],"files_searched":1,"files_skipped":0,"truncated":false}"#,
            ),
            (
                r#"{"pattern":"TODO","glob":"b/*.log","all":true}"#,
                r#"{[b/skip.log:1:TODO],"files_searched":1,"files_skipped":0,"truncated":false}"#,
            ),
            (
                r#"{"pattern":"TODO","path":"b/.hidden"}"#,
                r#"{[b/.hidden:1:TODO],"files_searched":1,"files_skipped":0,"truncated":false}"#,
            ),
            (
                r#"{"pattern":"TODO","max_matches":1}"#,
                r#"{[a.rs:2:TODO: two],"files_searched":1,"files_skipped":0,"truncated":true}"#,
            ),
            (
                r#"{"pattern":"nowhere"}"#,
                r#"{[],"files_searched":3,"files_skipped":1,"truncated":false}"#,
            ),
        ] {
            assert_eq!(found(&bench, args).await, expected, "{args}");
        }
    }

    #[tokio::test]
    async fn long_lines_are_cut_and_longer_ones_skipped() {
        let bench = Bench::new();
        bench.write("long", "✓".repeat(2_000));
        bench.write("longer", "x".repeat(5 * 1024 * 1024));
        let output = bench.call("grep", r#"{"pattern":"✓|x"}"#).await.unwrap();
        assert_eq!(output.matches('✓').count(), 1_000);
        assert!(output.contains(r#""files_searched":1,"files_skipped":1"#));
    }

    #[tokio::test]
    async fn no_pattern_takes_more_than_linear_time() {
        let bench = Bench::new();
        bench.write("a", "a".repeat(100_000));
        let output = bench.call("grep", r#"{"pattern":"(a*)*(a*)*b"}"#).await;
        assert!(output.is_ok());
    }

    #[tokio::test]
    async fn errors_say_what_is_in_the_way() {
        let bench = tree();
        for (args, expected) in [
            (r#"{"pattern":"(a"}"#, "INVALID_PATTERN"),
            (r#"{"pattern":"(a{1000}){1000}"}"#, "INVALID_PATTERN"),
            (r#"{"pattern":"a","path":"none"}"#, "NOT_FOUND"),
            (r#"{"pattern":"a","path":"../x"}"#, "REFUSED"),
            (r#"{"pattern":"a","path":"/etc"}"#, "REFUSED"),
            (r#"{"pattern":"a","glob":"[x"}"#, "INVALID_PATTERN"),
        ] {
            let error = bench.error("grep", args).await;
            assert_eq!(code(&error), expected, "{args}: {error}");
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn links_are_not_followed() {
        let bench = tree();
        bench.link("/etc", "outside");
        bench.link("a.rs", "inner");
        let output = found(&bench, r#"{"pattern":"TODO: two|root"}"#).await;
        assert!(output.starts_with("{[a.rs:2:TODO: two],"), "{output}");
        let error = bench
            .error("grep", r#"{"pattern":"root","path":"outside"}"#)
            .await;
        assert_eq!(code(&error), "REFUSED");
    }
}
