//! `file_list`: what lies in one folder.

use std::io::{self, ErrorKind};

use cap_std::fs::{DirEntry, FileType};
use scriptum_contract::{Field, Type, Value};
use scriptum_engine::ToolError;

use super::{
    fields::{choice, count, defaulted, path},
    tool::{Definition, Idempotence, Run, Work},
};
use crate::workspace::WorkspacePath;

pub(super) const TOOL: Definition = Definition {
    name: "file_list",
    doc: "Lists one folder of the workspace.",
    input,
    output,
    idempotence: Idempotence::Always,
    example: r#"do "Look around" with file_list
  path = "."
  -> folder"#,
    notes: "\
Entries are sorted by name, byte by byte. Hidden names are listed too. A symbolic link is listed as
itself, whatever it leads to.

A name that is not UTF-8 cannot be written in a script; such entries are left out and counted in
`skipped`.",
    errors: &[
        ("NOT_FOUND", "there is no such folder"),
        ("NOT_A_FOLDER", "the path names a file"),
        (
            "TOO_MANY_ENTRIES",
            "the folder has more than 50,000 entries",
        ),
        ("REFUSED", "the path leads outside the workspace"),
    ],
    run: Run::Blocking(run),
};

fn input() -> Vec<Field> {
    vec![defaulted("path", path(), ".").doc("Path of the folder, relative to the workspace.")]
}

fn output() -> Vec<Field> {
    let entry = Type::shape(vec![
        Field::required("name", Type::text()).doc("Name in the folder."),
        Field::required("path", Type::text()).doc("Path relative to the workspace."),
        Field::required("kind", choice("Kind", &["file", "folder", "link", "other"]))
            .doc("What it is; `other` is a pipe, socket or device."),
        Field::required("size_bytes", Type::integer()).doc("Size of a file, 0 for anything else."),
    ]);
    vec![
        Field::required("entries", Type::list(entry)).doc("What lies in the folder, by name."),
        Field::required("skipped", Type::integer())
            .doc("How many entries have names that are not UTF-8."),
    ]
}

fn run(work: &Work<'_>) -> Result<Value, ToolError> {
    let path = WorkspacePath::new(work.args.text("path")?)?;
    let listed = work.workspace.list(&path, work.stop)?;
    let total = listed.len();
    let mut named: Vec<(String, DirEntry)> = listed
        .into_iter()
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry)))
        .collect();
    named.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    let skipped = total - named.len();
    let mut entries = Vec::with_capacity(named.len());
    for (name, entry) in named {
        work.stop.check()?;
        match describe(&path, &name, &entry) {
            Ok(described) => entries.push(described),
            // It went away since the folder was read.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(path.failed("list", &error)),
        }
    }
    Ok(Value::object([
        ("entries", Value::list(entries)),
        ("skipped", count(skipped)),
    ]))
}

fn describe(folder: &WorkspacePath<'_>, name: &str, entry: &DirEntry) -> io::Result<Value> {
    let metadata = entry.metadata()?;
    let size_bytes = if metadata.is_file() {
        metadata.len()
    } else {
        0
    };
    Ok(Value::object([
        ("name", Value::text(name)),
        ("path", Value::from(folder.child(name))),
        ("kind", Value::text(kind(metadata.file_type()))),
        (
            "size_bytes",
            Value::Int(i64::try_from(size_bytes).unwrap_or(i64::MAX)),
        ),
    ]))
}

fn kind(file_type: FileType) -> &'static str {
    if file_type.is_file() {
        "file"
    } else if file_type.is_dir() {
        "folder"
    } else if file_type.is_symlink() {
        "link"
    } else {
        "other"
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, code};

    #[cfg(unix)]
    #[tokio::test]
    async fn lists_by_name_with_kinds_and_sizes() {
        let bench = Bench::new();
        bench.write("b/x.txt", "12345");
        bench.write("b/A/y", "");
        bench.write("b/.hidden", "1");
        bench.link("/etc/passwd", "b/link");
        bench.fifo("b/pipe");
        let output = bench.call("file_list", r#"{"path":"./b/"}"#).await.unwrap();
        assert_eq!(
            output,
            concat!(
                r#"{"entries":["#,
                r#"{"name":".hidden","path":"b/.hidden","kind":"file","size_bytes":1},"#,
                r#"{"name":"A","path":"b/A","kind":"folder","size_bytes":0},"#,
                r#"{"name":"link","path":"b/link","kind":"link","size_bytes":0},"#,
                r#"{"name":"pipe","path":"b/pipe","kind":"other","size_bytes":0},"#,
                r#"{"name":"x.txt","path":"b/x.txt","kind":"file","size_bytes":5}"#,
                r#"],"skipped":0}"#
            )
        );
        let root = bench.call("file_list", "{}").await.unwrap();
        assert_eq!(
            root,
            r#"{"entries":[{"name":"b","path":"b","kind":"folder","size_bytes":0}],"skipped":0}"#
        );
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn names_that_are_not_utf8_are_counted() {
        use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt};
        let bench = Bench::new();
        fs::write(bench.root().join(OsStr::from_bytes(b"a\xff")), "").unwrap();
        let output = bench.call("file_list", "{}").await;
        assert_eq!(output, Ok(r#"{"entries":[],"skipped":1}"#.to_owned()));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn other_things_than_folders_of_the_workspace_are_errors() {
        let bench = Bench::new();
        bench.write("file", "");
        bench.link("/", "link");
        for (path, expected) in [
            ("..", "REFUSED"),
            ("/", "REFUSED"),
            ("link", "REFUSED"),
            ("link/etc", "REFUSED"),
            ("file", "NOT_A_FOLDER"),
            ("none", "NOT_FOUND"),
        ] {
            let error = bench
                .error("file_list", &format!(r#"{{"path":"{path}"}}"#))
                .await;
            assert_eq!(code(&error), expected, "{path}: {error}");
        }
    }
}
