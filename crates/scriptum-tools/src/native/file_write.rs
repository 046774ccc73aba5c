//! `file_write`: a file with a given content, whole or not at all.

use base64::{Engine, prelude::BASE64_STANDARD};
use scriptum_contract::{Field, Type, Value};
use scriptum_engine::ToolError;

use super::{
    fields::{defaulted, encoding, path},
    tool::{Definition, Idempotence, Run, Work},
};
use crate::{
    args::{Args, invalid},
    limits::FILE_BYTES_MAX,
    workspace::{WorkspacePath, WriteMode, Writing},
};

pub(super) const TOOL: Definition = Definition {
    name: "file_write",
    doc: "Writes a file of the workspace, replacing or extending what is there.",
    input,
    output,
    idempotence: Idempotence::ByArguments(
        "unless `append` is true: the same content is written again",
        |args| args.flag("append").is_ok_and(|append| !append),
    ),
    example: r#"do "Save the report" with file_write
  path = "out/report.md"
  content = "All is well."
  -> saved"#,
    notes: "\
A file is replaced as a whole: whoever reads it meanwhile sees the old content or the new one, never
a part. When the step is done, the content is on the disk. Permissions of a replaced file stay.

`append = true` adds to the end of the file instead, or makes it. After a crash that hid the outcome
such a call is not made again by itself, as it could add the content twice.

A symbolic link is not written through: name the file that it leads to.",
    errors: &[
        (
            "NOT_FOUND",
            "a folder on the way is missing and `create_folders` is false",
        ),
        ("NOT_A_FILE", "the path names a folder"),
        ("NOT_A_FOLDER", "a part of the path is a file"),
        (
            "INVALID_ARGUMENT",
            "`content` is no base64, or larger than 32 MiB",
        ),
        (
            "PERMISSION_DENIED",
            "the file or its folder may not be written",
        ),
        (
            "REFUSED",
            "the path leads outside the workspace, or to a link, pipe, socket or device",
        ),
    ],
    run: Run::Blocking(run),
};

fn input() -> Vec<Field> {
    vec![
        Field::required("path", path()).doc("Path of the file, relative to the workspace."),
        Field::required("content", Type::text()).doc("What is written."),
        defaulted("encoding", encoding(), "text")
            .doc("How `content` is to be read: as `text`, or as bytes in `base64`."),
        defaulted("append", Type::Boolean, false)
            .doc("True: the content is added to what is there."),
        defaulted("create_folders", Type::Boolean, true)
            .doc("True: missing folders on the way are made."),
    ]
}

fn output() -> Vec<Field> {
    vec![
        Field::required("path", Type::text()).doc("The path as given."),
        Field::required("size_bytes", Type::integer()).doc("Size of the file afterwards."),
    ]
}

fn run(work: &Work<'_>) -> Result<Value, ToolError> {
    let args = &work.args;
    let path = WorkspacePath::new(args.text("path")?)?;
    let content = content(args)?;
    if u64::try_from(content.len()).unwrap_or(u64::MAX) > FILE_BYTES_MAX {
        return Err(invalid(format!(
            "cannot write '{path}': the content has {} bytes, at most {FILE_BYTES_MAX} are written \
             at once",
            content.len()
        )));
    }
    let writing = Writing {
        path: &path,
        content: &content,
        mode: if args.flag("append")? {
            WriteMode::Append
        } else {
            WriteMode::Replace
        },
        create_folders: args.flag("create_folders")?,
        key: work.key,
    };
    let size_bytes = work.workspace.write(&writing, work.stop)?;
    Ok(Value::object([
        ("path", Value::text(args.text("path")?)),
        (
            "size_bytes",
            Value::Int(i64::try_from(size_bytes).unwrap_or(i64::MAX)),
        ),
    ]))
}

fn content<'a>(args: &Args<'a>) -> Result<std::borrow::Cow<'a, [u8]>, ToolError> {
    let content = args.text("content")?;
    match args.text("encoding")? {
        "base64" => BASE64_STANDARD
            .decode(content)
            .map(Into::into)
            .map_err(|error| invalid(format!("'content' is no base64: {error}"))),
        _ => Ok(content.as_bytes().into()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use scriptum_contract::Value;

    use crate::testing::{Bench, code};

    #[tokio::test]
    async fn writes_replaces_and_appends() {
        let bench = Bench::new();
        for (args, size, content) in [
            (r#"{"path":"a/b/c.txt","content":"one"}"#, 3, "one"),
            (r#"{"path":"a/b/c.txt","content":"one"}"#, 3, "one"),
            (r#"{"path":"a/b/c.txt","content":"ONE ✓"}"#, 7, "ONE ✓"),
            (
                r#"{"path":"./a/b/c.txt","content":"!","append":true}"#,
                8,
                "ONE ✓!",
            ),
            (
                r#"{"path":"a/b/c.txt","content":"aGk=","encoding":"base64"}"#,
                2,
                "hi",
            ),
            (r#"{"path":"a/b/c.txt","content":""}"#, 0, ""),
        ] {
            let output = bench.call("file_write", args).await.unwrap();
            assert!(
                output.ends_with(&format!(r#""size_bytes":{size}}}"#)),
                "{output}"
            );
            assert_eq!(bench.read("a/b/c.txt"), content);
        }
        assert_eq!(
            fs::read_dir(bench.root().join("a/b")).unwrap().count(),
            1,
            "nothing is left beside the file"
        );
    }

    #[tokio::test]
    async fn leftovers_of_a_try_that_was_cut_off_go_away() {
        let bench = Bench::new();
        let left = super::super::super::workspace::temporary_name("thr_0/0/1", 0);
        bench.write(&left, "half a rec");
        let written = bench
            .call("file_write", r#"{"path":"c","content":"record"}"#)
            .await;
        assert!(written.is_ok());
        assert_eq!(bench.read("c"), "record");
        assert!(!bench.root().join(left).exists());
    }

    #[tokio::test]
    async fn errors_say_what_is_in_the_way() {
        let bench = Bench::new();
        bench.write("file", "f");
        bench.write("folder/x", "x");
        for (args, expected) in [
            (
                r#"{"path":"folder","content":""}"#,
                "NOT_A_FILE: cannot write 'folder': it is a folder",
            ),
            (
                r#"{"path":"new/","content":""}"#,
                "NOT_A_FILE: cannot write 'new/': it names a folder",
            ),
            (
                r#"{"path":"new/..","content":""}"#,
                "NOT_A_FILE: cannot write 'new/..': it names a folder",
            ),
            (
                r#"{"path":"file/x","content":""}"#,
                "NOT_A_FOLDER: cannot write 'file/x': a part of the path is not a folder",
            ),
            (
                r#"{"path":"no/x","content":"","create_folders":false}"#,
                "NOT_FOUND: cannot write 'no/x': there is no such file or folder",
            ),
            (
                r#"{"path":"x","content":"?","encoding":"base64"}"#,
                "INVALID_ARGUMENT: 'content' is no base64: Invalid symbol 63, offset 0.",
            ),
        ] {
            assert_eq!(bench.error("file_write", args).await.to_string(), expected);
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn nothing_outside_the_workspace_is_written() {
        let bench = Bench::new();
        let outside = Bench::new();
        outside.write("secret", "s");
        bench.link(outside.root(), "folder_link");
        bench.link(outside.root().join("secret"), "link");
        bench.link(outside.root().join("new"), "dangling");
        bench.fifo("pipe");
        for path in [
            "../x",
            "a/../../x",
            "/tmp/scriptum-test-outside",
            "folder_link/secret",
            "folder_link/new",
            "folder_link/a/b",
            "link",
            "dangling",
            "pipe",
        ] {
            for append in [false, true] {
                let args = format!(r#"{{"path":"{path}","content":"x","append":{append}}}"#);
                let error = bench.error("file_write", &args).await;
                assert_eq!(code(&error), "REFUSED", "{path}: {error}");
            }
        }
        assert_eq!(outside.read("secret"), "s");
        assert_eq!(fs::read_dir(outside.root()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn permissions_of_a_replaced_file_stay() {
        use std::os::unix::fs::PermissionsExt;
        let bench = Bench::new();
        bench.write("run.sh", "old");
        let path = bench.root().join("run.sh");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o750)).unwrap();
        let args = r#"{"path":"run.sh","content":"new"}"#;
        bench.call("file_write", args).await.unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o750
        );
    }

    #[tokio::test]
    async fn only_replacing_is_idempotent() {
        let bench = Bench::new();
        let tool = bench.find("file_write").await;
        for (args, expected) in [
            (r#"{"path":"a","content":""}"#, true),
            (r#"{"path":"a","content":"","append":false}"#, true),
            (r#"{"path":"a","content":"","append":true}"#, false),
        ] {
            assert_eq!(
                tool.is_idempotent(&Value::from_json(args).unwrap()),
                expected
            );
        }
    }
}
