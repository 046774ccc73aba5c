//! `file_read`: the content of one file, as text or as base64.

use std::io::{BufRead, BufReader, Read};

use base64::{Engine, prelude::BASE64_STANDARD};
use scriptum_contract::{Field, Type, Value};
use scriptum_engine::ToolError;

use super::{
    fields::{count, defaulted, encoding, integer_between, path},
    tool::{Definition, Idempotence, ItemTaker, Run, Work},
};
use crate::{limits::FILE_BYTES_MAX, workspace::WorkspacePath};

pub(super) const TOOL: Definition = Definition {
    name: "file_read",
    doc: "Reads a file of the workspace.",
    input,
    output,
    idempotence: Idempotence::Always,
    example: r#"do "Read the notes" with file_read
  path = "notes.txt"
  -> notes"#,
    notes: "\
Text must be UTF-8; anything else is an error that names the first wrong byte, and
`encoding = \"base64\"` reads the file as it is. A byte order mark stays in the content.

Folders, pipes, sockets and devices are no files and are refused without waiting for them. Symbolic
links are followed as long as they stay inside the workspace.

Under `->>` it hands on the lines of the file one by one, without their line ends, however large the
file is; `max_bytes` then bounds a line.",
    errors: &[
        ("NOT_FOUND", "there is no such file"),
        ("NOT_A_FILE", "the path names a folder"),
        ("NOT_UTF8", "the file is no UTF-8 text"),
        ("FILE_TOO_LARGE", "the file is larger than `max_bytes`"),
        (
            "REFUSED",
            "the path leads outside the workspace, or to a pipe, socket or device",
        ),
    ],
    run: Run::BlockingItems {
        whole: run,
        items: lines,
        item: Type::text,
    },
};

fn input() -> Vec<Field> {
    let size_max = i64::try_from(FILE_BYTES_MAX).expect("the limit is far below 2^63");
    vec![
        Field::required("path", path()).doc("Path of the file, relative to the workspace."),
        defaulted("encoding", encoding(), "text")
            .doc("How the content is returned: as `text`, or any bytes as `base64`."),
        defaulted("max_bytes", integer_between(1, size_max), size_max)
            .doc("Largest file that is read; a larger one is an error."),
    ]
}

fn output() -> Vec<Field> {
    vec![
        Field::required("path", Type::text()).doc("The path as given."),
        Field::required("content", Type::text()).doc("The content of the file."),
        Field::required("encoding", encoding()).doc("How `content` is written."),
        Field::required("size_bytes", Type::integer()).doc("Size of the file."),
    ]
}

fn run(work: &Work<'_>) -> Result<Value, ToolError> {
    let args = &work.args;
    let path = WorkspacePath::new(args.text("path")?)?;
    let content = work
        .workspace
        .read(&path, args.count("max_bytes")?, work.stop)?;
    let size_bytes = count(content.len());
    let encoding = args.text("encoding")?;
    let content = match encoding {
        "base64" => BASE64_STANDARD.encode(&content),
        _ => String::from_utf8(content)
            .map_err(|error| not_utf8(&path, error.utf8_error().valid_up_to()))?,
    };
    Ok(Value::object([
        ("path", Value::text(args.text("path")?)),
        ("content", Value::from(content)),
        ("encoding", Value::text(encoding)),
        ("size_bytes", size_bytes),
    ]))
}

/// Hands on the lines of a file.
fn lines(work: &Work<'_>, take: &mut ItemTaker<'_>) -> Result<(), ToolError> {
    let args = &work.args;
    let path = WorkspacePath::new(args.text("path")?)?;
    if args.text("encoding")? != "text" {
        let message = format!("cannot read lines of '{path}': only text has lines");
        return Err(ToolError::permanent("NOT_UTF8", message));
    }
    let bytes_max = args.count("max_bytes")?;
    let mut file = BufReader::new(work.workspace.open_file(&path)?);
    let (mut line, mut offset) = (Vec::new(), 0);
    loop {
        work.stop.check()?;
        line.clear();
        let read = (&mut file)
            .take(bytes_max.saturating_add(1))
            .read_until(b'\n', &mut line)
            .map_err(|error| path.failed("read", &error))?;
        if read == 0 {
            return Ok(());
        }
        if line.pop_if(|byte| *byte == b'\n').is_some() {
            line.pop_if(|byte| *byte == b'\r');
        } else if bytes_max < line.len() as u64 {
            let message = format!("cannot read '{path}': a line has more than {bytes_max} bytes");
            return Err(ToolError::permanent("FILE_TOO_LARGE", message));
        }
        let text = std::str::from_utf8(&line)
            .map_err(|error| not_utf8(&path, offset + error.valid_up_to()))?;
        take(Value::text(text))?;
        offset += read;
    }
}

fn not_utf8(path: &WorkspacePath<'_>, offset: usize) -> ToolError {
    ToolError::permanent(
        "NOT_UTF8",
        format!(
            "cannot read '{path}' as text: byte {offset} is not UTF-8; \
             encoding = \"base64\" reads any file"
        ),
    )
    .with(Value::object([("byte_offset", count(offset))]))
}

#[cfg(test)]
mod tests {
    use scriptum_contract::{Value, check_fields};
    use scriptum_engine::{Sink, ToolCall, ToolError};
    use tokio_util::sync::CancellationToken;

    use crate::testing::{Bench, code};

    #[tokio::test]
    async fn reads_text_and_bytes() {
        let bench = Bench::new();
        bench.write("a/notes.txt", "one\ntwo ✓\n");
        bench.write("a/empty", "");
        bench.write("a/bytes", b"ab\xff\x00");
        for (args, expected) in [
            (
                r#"{"path":"a/notes.txt"}"#,
                r#"{"path":"a/notes.txt","content":"one\ntwo ✓\n","encoding":"text","size_bytes":12}"#,
            ),
            (
                r#"{"path":"./a/../a/empty"}"#,
                r#"{"path":"./a/../a/empty","content":"","encoding":"text","size_bytes":0}"#,
            ),
            (
                r#"{"path":"a/bytes","encoding":"base64","max_bytes":4}"#,
                r#"{"path":"a/bytes","content":"YWL/AA==","encoding":"base64","size_bytes":4}"#,
            ),
        ] {
            assert_eq!(bench.call("file_read", args).await, Ok(expected.to_owned()));
        }
    }

    /// Wants items, and keeps them.
    struct Lines(Vec<String>);

    #[async_trait::async_trait]
    impl Sink for Lines {
        fn wants_items(&self) -> bool {
            true
        }

        async fn item(&mut self, item: Value) {
            self.0.push(item.as_text().unwrap().to_owned());
        }

        fn progress(&mut self, _done: u64, _total: Option<u64>) {}

        fn log(&mut self, _line: &str) {}
    }

    async fn lines(bench: &Bench, args: &str) -> (Vec<String>, Result<Value, ToolError>) {
        let tool = bench.find("file_read").await;
        let shape = tool.signature().input.clone().unwrap();
        let args = Value::from_json(args).unwrap();
        let call = ToolCall {
            key: "thr_0/0/1".into(),
            args: check_fields(&args, &shape.fields, shape.open).unwrap(),
            deadline: None,
            cancelled: CancellationToken::new(),
        };
        let mut sink = Lines(Vec::new());
        let end = tool.call(call, &mut sink).await;
        (sink.0, end)
    }

    #[tokio::test]
    async fn a_stream_is_the_lines_of_the_file() {
        let bench = Bench::new();
        bench.write("some", "one\r\n\ntwo ✓\nthree");
        bench.write("many", "x\n".repeat(10_000));
        bench.write("wrong", b"good\nb\xff\n");
        let (some, end) = lines(&bench, r#"{"path":"some"}"#).await;
        assert_eq!(some, ["one", "", "two ✓", "three"]);
        assert_eq!(end, Ok(Value::Null));
        let (many, _) = lines(&bench, r#"{"path":"many"}"#).await;
        assert_eq!(many.len(), 10_000);
        let (good, end) = lines(&bench, r#"{"path":"wrong"}"#).await;
        assert_eq!(good, ["good"]);
        assert_eq!(code(&end.unwrap_err()), "NOT_UTF8");
        let (_, end) = lines(&bench, r#"{"path":"many","max_bytes":1}"#).await;
        assert_eq!(end, Ok(Value::Null));
        let (_, end) = lines(&bench, r#"{"path":"some","max_bytes":2}"#).await;
        assert_eq!(code(&end.unwrap_err()), "FILE_TOO_LARGE");
    }

    #[tokio::test]
    async fn errors_say_what_is_in_the_way() {
        let bench = Bench::new();
        bench.write("notes.txt", "hello");
        bench.write("bytes", b"ab\xff");
        for (args, expected) in [
            (
                r#"{"path":"nots.txt"}"#,
                "NOT_FOUND: cannot read 'nots.txt': there is no such file or folder; did you mean 'notes.txt'?",
            ),
            (
                r#"{"path":"."}"#,
                "NOT_A_FILE: cannot read '.': it is a folder",
            ),
            (
                r#"{"path":"notes.txt/deeper"}"#,
                "NOT_A_FOLDER: cannot read 'notes.txt/deeper': a part of the path is not a folder",
            ),
            (
                r#"{"path":"bytes"}"#,
                "NOT_UTF8: cannot read 'bytes' as text: byte 2 is not UTF-8; encoding = \"base64\" reads any file",
            ),
            (
                r#"{"path":"notes.txt","max_bytes":4}"#,
                "FILE_TOO_LARGE: cannot read 'notes.txt': it has 5 bytes, max_bytes allows 4",
            ),
            (
                r#"{"path":"a\u0000b"}"#,
                "INVALID_PATH: the path has a NUL character",
            ),
        ] {
            assert_eq!(bench.error("file_read", args).await.to_string(), expected);
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn nothing_outside_the_workspace_is_read() {
        let bench = Bench::new();
        let outside = Bench::new();
        outside.write("secret", "s");
        bench.write("inside", "i");
        bench.write("deep/er/x", "x");
        let target = outside.root().join("secret");
        bench.link(&target, "absolute_link");
        bench.link("../../../../../../../../etc/passwd", "relative_link");
        bench.link(outside.root(), "folder_link");
        bench.link("absolute_link", "link_to_link");
        bench.link("../../inside", "deep/er/inner_link");
        for path in [
            "../secret",
            "deep/../../x",
            "/etc/passwd",
            "absolute_link",
            "relative_link",
            "folder_link/secret",
            "link_to_link",
        ] {
            let error = bench
                .error("file_read", &format!(r#"{{"path":"{path}"}}"#))
                .await;
            assert_eq!(code(&error), "REFUSED", "{path}: {error}");
            assert!(error.message.contains("--workspace"), "{path}: {error}");
        }
        let inner = bench
            .call("file_read", r#"{"path":"deep/er/inner_link"}"#)
            .await;
        assert!(inner.unwrap().contains(r#""content":"i""#));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_put_in_place_meanwhile_leads_nowhere() {
        use std::{
            fs,
            sync::atomic::{AtomicBool, Ordering},
        };
        let bench = Bench::new();
        let outside = Bench::new();
        outside.write("x", "secret");
        bench.write("folder/x", "harmless");
        bench.link(outside.root(), "link");
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let [folder, link, spare] =
                    ["folder", "link", "spare"].map(|n| bench.root().join(n));
                while !done.load(Ordering::Relaxed) {
                    fs::rename(&folder, &spare).unwrap();
                    fs::rename(&link, &folder).unwrap();
                    fs::rename(&folder, &link).unwrap();
                    fs::rename(&spare, &folder).unwrap();
                }
            });
            let runtime = tokio::runtime::Runtime::new().unwrap();
            for _ in 0..2_000 {
                let read = runtime.block_on(bench.call("file_read", r#"{"path":"folder/x"}"#));
                let leaked = read.is_ok_and(|output| output.contains("secret"));
                if leaked {
                    done.store(true, Ordering::Relaxed);
                    panic!("a file outside the workspace was read");
                }
            }
            done.store(true, Ordering::Relaxed);
        });
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn pipes_sockets_and_devices_are_refused_at_once() {
        let bench = Bench::new();
        bench.fifo("pipe");
        let _socket = std::os::unix::net::UnixListener::bind(bench.root().join("socket")).unwrap();
        for path in ["pipe", "socket"] {
            let error = bench
                .error("file_read", &format!(r#"{{"path":"{path}"}}"#))
                .await;
            assert_eq!(code(&error), "REFUSED", "{error}");
        }
    }

    #[tokio::test]
    async fn ten_thousand_reads_at_once_all_answer() {
        let bench = Bench::new();
        for name in 0..100 {
            bench.write(&format!("{name}"), name.to_string());
        }
        let reads = (0..10_000).map(|number| {
            let name = number % 100;
            let args = format!(r#"{{"path":"{name}"}}"#);
            let bench = &bench;
            async move {
                let answer = bench.call("file_read", &args).await.unwrap();
                assert!(answer.contains(&format!(r#""content":"{name}""#)));
            }
        });
        futures::future::join_all(reads).await;
    }
}
