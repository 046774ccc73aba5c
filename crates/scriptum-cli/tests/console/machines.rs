//! What programs read of a run: lists, events and faults as JSON.

use std::path::Path;

use crate::command::{ended, scriptum, thread_of, whole};

const PAUSES: &str = "script \"Report\"
input
  path : text = \"missing.txt\"
output
  text : any
import tools
  file_read from native
do \"Read\" with file_read
  path = path
  on error: retry 1 every \"1ms\"
  -> note
yield \"Read\" { length = 1 }
emit
  text = note
";
const ASKS: &str = "script \"Question\"
ask \"Sure?\"
  prompt = \"go on?\"
  options = [\"yes\", \"no\"]
";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("pauses", PAUSES), ("asks", ASKS)] {
        let file = folder.path().join(format!("{name}.scriptum"));
        std::fs::write(file, text).unwrap();
    }
    std::fs::write(folder.path().join("there.txt"), "here").unwrap();
    folder
}

fn printed(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = scriptum(folder, args).output().unwrap();
    let (code, stderr) = whole(args, &output);
    (code, String::from_utf8(output.stdout).unwrap(), stderr)
}

/// Members of each line of NDJSON: strings by JSON pointer, of those that are there.
fn lines(ndjson: &str) -> Vec<serde_json::Value> {
    let parse = |line: &str| {
        let parsed = serde_json::from_str(line);
        parsed.unwrap_or_else(|error| panic!("{error}: {line}"))
    };
    ndjson.lines().map(parse).collect()
}

#[test]
fn threads_are_listed_in_every_form_newest_first() {
    let folder = folder();
    let (_, stdout, stderr) = printed(folder.path(), &["run", "--list", "-o", "json"]);
    let none: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(none["threads"], serde_json::json!([]), "{stderr}");

    let paused = thread_of(&ended(folder.path(), &["run", "pauses.scriptum"]).1);
    let asking = thread_of(&ended(folder.path(), &["run", "asks.scriptum"]).1);
    let (code, stdout, stderr) = printed(folder.path(), &["run", "--list", "-o", "json"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let list: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let [first, second] = list["threads"].as_array().unwrap().as_slice() else {
        panic!("{list}");
    };
    assert_eq!(first["threadId"], *asking);
    assert_eq!(first["pendingInputs"][0]["options"][1], "no");
    assert_eq!(second["threadId"], *paused);
    assert_eq!(second["status"], "THREAD_STATUS_PAUSED");
    assert_eq!(second["pauseReason"], "PAUSE_REASON_STEP_ERROR");
    assert_eq!(second["errorDetail"]["code"], "TOOL_FAILED");

    let forms: [(&[&str], &str); 4] = [
        (&["-o", "yaml"], "pauseReason: PAUSE_REASON_ASK"),
        (&["-o", "wide"], "TOOL_FAILED: cannot read"),
        (&[], "paused (error)"),
        (&["-q"], &format!("{asking}\n{paused}\n")),
    ];
    for (flags, expected) in forms {
        let (code, stdout, _) = printed(folder.path(), &[&["run", "--list"], flags].concat());
        assert_eq!(code, 0, "{flags:?}");
        assert!(stdout.contains(expected), "{flags:?}: {stdout}");
        let width = stdout.lines().map(str::len).max().unwrap_or(0);
        assert!(
            flags.contains(&"wide") || width <= 80,
            "{flags:?}: {stdout}"
        );
    }
}

#[test]
fn every_line_of_a_watched_run_is_an_event() {
    let folder = folder();
    let args = ["run", "--watch-json", "pauses.scriptum"];
    let (code, stdout, stderr) = printed(folder.path(), &args);
    assert_eq!((code, stdout.as_str()), (22, ""));
    let events = lines(&stderr);
    let thread = events[0]["snapshot"]["threadId"].as_str().unwrap();
    let last = events.last().unwrap();
    assert_eq!(
        last["statusChange"]["pauseReason"],
        "PAUSE_REASON_STEP_ERROR"
    );
    let failed = |event: &&serde_json::Value| event["step"]["status"] == "STEP_STATUS_FAILED";
    let errors: Vec<_> = events.iter().filter(failed).collect();
    assert_eq!(errors.len(), 2, "one an attempt: {stderr}");
    for (error, attempt) in errors.iter().zip(1..) {
        assert_eq!(error["step"]["attempt"], attempt);
        assert_eq!(error["step"]["name"], "Read");
        assert!(error["step"]["error"].as_str().unwrap().contains("missing"));
    }

    // What went before is in the snapshot, and numbers go on behind it.
    let input = r#"{"path": "there.txt"}"#;
    let args = [
        "run",
        "--watch-json",
        "--resume",
        thread,
        "--override",
        input,
    ];
    let (code, stdout, stderr) = printed(folder.path(), &args);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("here"), "{stdout}");
    let again = lines(&stderr);
    let number =
        |event: &serde_json::Value| -> u64 { event["sequence"].as_str().unwrap().parse().unwrap() };
    assert!(number(&again[0]) >= number(last), "{stderr}");
    assert!(again.is_sorted_by(|one, next| number(one) < number(next)));
    assert_eq!(again[0]["snapshot"]["status"], "THREAD_STATUS_PAUSED");
    let yielded = again.iter().find(|event| event["yielded"].is_object());
    assert_eq!(yielded.unwrap()["yielded"]["valueJson"], "{\"length\":1}");
    let change = &again.last().unwrap()["statusChange"];
    assert_eq!(change["to"], "THREAD_STATUS_COMPLETED");
}

#[test]
fn an_open_question_is_an_event() {
    let folder = folder();
    let args = ["run", "--watch-json", "asks.scriptum"];
    let (code, _, stderr) = printed(folder.path(), &args);
    assert_eq!(code, 22, "{stderr}");
    let events = lines(&stderr);
    let question = events.iter().find(|it| it["inputRequired"].is_object());
    let question = &question.unwrap()["inputRequired"];
    assert_eq!(question["prompt"], "go on?");
    assert_eq!(question["options"], serde_json::json!(["yes", "no"]));

    let thread = events[0]["snapshot"]["threadId"].as_str().unwrap();
    let args = ["run", "--watch-json", "--resume", thread, "--value", "3"];
    let (code, _, stderr) = printed(folder.path(), &args);
    assert_eq!(code, 2, "{stderr}");
    assert_eq!(lines(&stderr).last().unwrap()["code"], 3);
}

#[test]
fn faults_are_a_status_for_programs() {
    let folder = folder();
    std::fs::write(
        folder.path().join("broken.scriptum"),
        "script \"x\"\nlet a = b\n",
    )
    .unwrap();
    let fails = "script \"x\"\ncheck \"Never\" false\n  on fail: fail \"no\"\n";
    std::fs::write(folder.path().join("fails.scriptum"), fails).unwrap();
    let cases: [(&[&str], i32, i32, &str); 5] = [
        (&["run", "none.scriptum"], 5, 5, "NOT_FOUND"),
        (&["contract", "none.scriptum"], 5, 5, "NOT_FOUND"),
        (
            &["run", "pauses.scriptum", "--set", "path:=3", "--set", "n=1"],
            2,
            3,
            "INVALID_INPUT",
        ),
        (&["run", "broken.scriptum"], 1, 9, "FAILED_PRECONDITION"),
        (
            &["run", "--watch-json", "fails.scriptum"],
            20,
            2,
            "CHECK_FAILED",
        ),
    ];
    for (args, expected, number, reason) in cases {
        let (code, _, stderr) = printed(folder.path(), &[args, &["-o", "json"]].concat());
        assert_eq!(code, expected, "{args:?}: {stderr}");
        let last = lines(stderr.lines().last().unwrap()).remove(0);
        assert_eq!(last["code"], number, "{args:?}: {stderr}");
        assert_eq!(last["details"][0]["reason"], reason, "{args:?}: {stderr}");
    }
    let args = ["run", "pauses.scriptum", "--set", "path:=3", "-o", "json"];
    let (_, _, stderr) = printed(folder.path(), &args);
    let status = lines(&stderr).remove(0);
    let violation = &status["details"][1]["fieldViolations"][0];
    assert_eq!(violation["field"], "input_json#/path");
    assert_eq!(violation["reason"], "TYPE");
}

#[test]
fn results_are_json_or_yaml() {
    let folder = folder();
    let args = ["run", "-q", "pauses.scriptum", "--set", "path=there.txt"];
    let (_, json, _) = printed(folder.path(), &args);
    let (_, yaml, _) = printed(folder.path(), &[&args[..], &["-o", "yaml"]].concat());
    assert!(json.contains("\"content\": \"here\""), "{json}");
    assert!(yaml.contains("content: here"), "{yaml}");
}

/// Warnings of the compiler come behind what programs look for first.
#[test]
fn the_thread_is_named_before_anything_else() {
    let folder = tempfile::tempdir().unwrap();
    let script = "script \"S\"\noutput\n  n : integer\nemit\n  n = 1\nlet x = 1\n";
    std::fs::write(folder.path().join("s.scriptum"), script).unwrap();
    let (code, stderr) = ended(folder.path(), &["run", "s.scriptum"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.starts_with("thr_"), "{stderr}");
    assert!(stderr.contains("warning["), "{stderr}");
    let (_, stderr) = ended(folder.path(), &["run", "--watch-json", "s.scriptum"]);
    let events = lines(&stderr);
    assert!(events[0]["snapshot"].is_object(), "{stderr}");
    assert_eq!(events[1]["severity"], "warning", "{stderr}");
}
