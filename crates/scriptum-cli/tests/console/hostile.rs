//! Files that are huge, deep or broken end in a result or in an error.
//!
//! The usual run takes sizes that a build without optimization handles on a busy machine.
//! `SCRIPTUM_LARGE=100000000` takes texts of a hundred megabytes and scripts of a million lines, for a
//! release build.

use std::{
    io::{BufWriter, Write as _},
    path::Path,
    sync::mpsc,
    time::Duration,
};

use crate::command::{scriptum, whole};

/// Whoever takes longer hangs, however busy the machine is.
const HANGS: Duration = Duration::from_mins(10);
const DEEP: usize = 10_000;
/// Bytes of a large text in a usual run.
const LARGE: usize = 2_000_000;
/// A large script has this many times fewer lines than a large text has bytes, a list as many items.
const BYTES_PER_LINE: usize = 100;

const HEAD: &str = "script \"S\"\noutput\n  x : any\n";

fn large() -> usize {
    let given = std::env::var("SCRIPTUM_LARGE").ok();
    given.map_or(LARGE, |given| {
        given.parse().expect("SCRIPTUM_LARGE is a number of bytes")
    })
}

/// The exit code and stderr of a command that ends.
fn ended(folder: &Path, args: &[&str]) -> (i32, String) {
    let child = scriptum(folder, args).spawn().unwrap();
    let (write, read) = mpsc::channel();
    std::thread::spawn(move || write.send(child.wait_with_output()));
    let output = read.recv_timeout(HANGS);
    let output = output.unwrap_or_else(|_| panic!("{args:?} hangs"));
    whole(args, &output.unwrap())
}

#[test]
fn deep_scripts_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let nested = |open: &str, close: &str| {
        format!(
            "{HEAD}emit\n  x = {}1{}\n",
            open.repeat(DEEP),
            close.repeat(DEEP)
        )
    };
    let loop_at = |depth| format!("{}each i{depth} in [1]\n", "  ".repeat(depth));
    let loops = (0..1_000).map(loop_at).collect::<Vec<_>>().concat();
    let types = "list<".repeat(DEEP);
    let cases = [
        ("parentheses", nested("(", ")")),
        ("lists", nested("[", "]")),
        ("objects", nested("{a: ", "}")),
        ("negations", nested("not ", "")),
        ("sums", nested("1 + ", "")),
        ("texts", nested("\"{", "}\"")),
        ("unclosed", nested("(", "")),
        (
            "loops",
            format!(
                "{HEAD}{loops}{}let y = 1\nemit\n  x = 1\n",
                "  ".repeat(1_000)
            ),
        ),
        (
            "types",
            format!(
                "script \"S\"\ninput\n  x : {types}text{}\nemit\n",
                ">".repeat(DEEP)
            ),
        ),
    ];
    for (name, text) in cases {
        let file = format!("{name}.scriptum");
        std::fs::write(folder.path().join(&file), text).unwrap();
        let (code, stderr) = ended(folder.path(), &["check", &file]);
        assert_eq!(code, 1, "{name}: {stderr}");
    }
}

#[test]
fn a_long_script_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let line = |i| format!("let v{i} = {i} + 1\n");
    let lines = (0..large() / BYTES_PER_LINE)
        .map(line)
        .collect::<Vec<_>>()
        .concat();
    let text = format!("{HEAD}{lines}emit\n  x = 1\n");
    std::fs::write(folder.path().join("long.scriptum"), text).unwrap();
    let (code, stderr) = ended(folder.path(), &["check", "long.scriptum"]);
    assert_eq!(code, 0, "{stderr}");
}

#[test]
fn what_is_not_utf8_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("bad.scriptum"),
        b"script \"x\"\n-- \xff\n",
    )
    .unwrap();
    std::fs::write(folder.path().join("bad.json"), b"{\"text\": \"\xff\"}").unwrap();
    let good = "script \"S\"\ninput\n  text : text\nemit\n";
    std::fs::write(folder.path().join("good.scriptum"), good).unwrap();
    let cases: [&[&str]; 3] = [
        &["check", "bad.scriptum"],
        &["run", "bad.scriptum"],
        &["run", "good.scriptum", "--input", "@bad.json"],
    ];
    for args in cases {
        let (code, stderr) = ended(folder.path(), args);
        assert_eq!(code, 2, "{stderr}");
        assert!(stderr.contains("not UTF-8"), "{stderr}");
    }
}

/// A large text, where a text is wanted and where a number is; a list of the wrong items; a deep list.
#[test]
fn large_inputs_end_in_a_result_or_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let declared = |ty: &str| {
        format!("script \"S\"\ninput\n  text : {ty}\noutput\n  x : any\nemit\n  x = 1\n")
    };
    for (name, ty) in [
        ("text", "text"),
        ("number", "integer"),
        ("list", "list<text>"),
    ] {
        let file = folder.path().join(format!("{name}.scriptum"));
        std::fs::write(file, declared(ty)).unwrap();
    }
    write_repeated(
        &folder.path().join("large.json"),
        "{\"text\":\"",
        "a",
        large(),
        "\"}",
    );
    write_repeated(
        &folder.path().join("items.json"),
        "{\"text\":[1",
        ",1",
        large() / BYTES_PER_LINE,
        "]}",
    );
    write_repeated(
        &folder.path().join("deep.json"),
        "{\"text\":",
        "[",
        large() / BYTES_PER_LINE,
        "",
    );
    let cases = [
        ("number.scriptum", "@large.json", 2),
        ("list.scriptum", "@items.json", 2),
        ("text.scriptum", "@deep.json", 2),
    ];
    for (script, input, expected) in cases {
        let (code, stderr) = ended(folder.path(), &["run", script, "--input", input]);
        assert_eq!(code, expected, "{script} {input}: {stderr}");
        assert!(
            stderr.len() < 20_000,
            "{script} {input}: {} bytes",
            stderr.len()
        );
    }
    // Too large for a value of the store, or not: it says so or it runs.
    let args = ["run", "text.scriptum", "--input", "@large.json"];
    let (code, stderr) = ended(folder.path(), &args);
    assert!([0, 2].contains(&code), "{code}: {stderr}");
}

fn write_repeated(file: &Path, head: &str, part: &str, times: usize, tail: &str) {
    let mut out = BufWriter::new(std::fs::File::create(file).unwrap());
    let block = part.repeat(1_000);
    out.write_all(head.as_bytes()).unwrap();
    for _ in 0..times / 1_000 {
        out.write_all(block.as_bytes()).unwrap();
    }
    out.write_all(tail.as_bytes()).unwrap();
    out.flush().unwrap();
}

#[test]
fn broken_test_files_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let script = format!("{HEAD}emit \"D\"\n  x = 1\n");
    std::fs::write(folder.path().join("s.scriptum"), script).unwrap();
    let cases = [
        ("nothing", String::new()),
        ("a list", "[]".to_owned()),
        ("no tests", "tests: 3\n".to_owned()),
        ("no YAML", "tests: [\u{1}\n\t- {".to_owned()),
        ("an open quote", "tests:\n  - name: \"a\n".to_owned()),
        (
            "deep lists",
            format!("tests: {}{}\n", "[".repeat(DEEP), "]".repeat(DEEP)),
        ),
        ("deep blocks", format!("tests: {}x\n", "- ".repeat(DEEP))),
        (
            "many keys",
            (0..large() / BYTES_PER_LINE)
                .map(|it| format!("k{it}: 1\n"))
                .collect::<Vec<_>>()
                .concat(),
        ),
        ("a circle", "tests: &a [*a]\n".to_owned()),
        (
            "no script",
            "script: ../nowhere.scriptum\ntests: []\n".to_owned(),
        ),
        ("itself", "script: s.test.yaml\ntests: []\n".to_owned()),
    ];
    for (name, text) in cases {
        std::fs::write(folder.path().join("s.test.yaml"), text).unwrap();
        let (code, stderr) = ended(folder.path(), &["test", "--update"]);
        assert_eq!(code, 1, "{name}: {stderr}");
    }
}
