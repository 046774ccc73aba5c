//! Questions of a thread, answered by other commands than the one that began it.

use std::path::Path;

use crate::command::{ended, scriptum, thread_of};

const SCRIPT: &str = "script \"ask\"\noutput\n  age : integer\n  tries : integer\n\
                      ask \"Age\"\n  prompt = \"How old are you?\"\n  type = \"integer\"\n  -> answer\n\
                      emit\n  age = answer.value\n  tries = answer.attempt\n";

fn begun(folder: &Path, script: &str) -> String {
    std::fs::write(folder.join("f.scriptum"), script).unwrap();
    let (code, stderr) = ended(folder, &["run", "f.scriptum"]);
    assert_eq!(code, 22, "{stderr}");
    assert!(stderr.contains("--value "), "{stderr}");
    thread_of(&stderr)
}

#[test]
fn a_wrong_answer_is_refused_and_a_right_one_ends_the_thread() {
    let folder = tempfile::tempdir().unwrap();
    let thread = begun(folder.path(), SCRIPT);
    let resume = |value| ["run", "--resume", &thread, "--value", value].map(str::to_owned);
    let run = |args: [String; 5]| {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        scriptum(folder.path(), &args).output().unwrap()
    };
    // An override is for failed steps, and text without quotes is no JSON: neither counts as an answer.
    let change = ["run", "--resume", &thread, "--override", "{\"age\": 7}"];
    let (code, said) = ended(folder.path(), &change);
    assert_eq!(code, 11, "{said}");
    assert!(said.contains("answer with --value JSON"), "{said}");
    let bare = String::from_utf8(run(resume("seven")).stderr).unwrap();
    assert!(
        bare.contains("a text stands in double quotes: '\"seven\"'"),
        "{bare}"
    );
    let wrong = run(resume("\"old\""));
    let said = String::from_utf8(wrong.stderr).unwrap();
    assert_eq!(wrong.status.code(), Some(2), "{said}");
    assert!(said.contains("must be integer"), "{said}");
    // Without an answer the question is shown again, with what was wrong.
    let (code, said) = ended(folder.path(), &["run", "--resume", &thread]);
    assert_eq!(code, 22, "{said}");
    assert!(said.contains("How old are you?"), "{said}");
    let right = run(resume("{\"value\": 7, \"comment\": \"almost eight\"}"));
    assert_eq!(right.status.code(), Some(0), "{right:?}");
    let output = String::from_utf8(right.stdout).unwrap();
    assert!(output.contains("\"age\": 7"), "{output}");
    assert!(output.contains("\"tries\": 2"), "{output}");
    // A thread that has ended says who it is once, and shows its output again.
    let (code, said) = ended(folder.path(), &["run", "--resume", &thread]);
    assert_eq!((code, said.matches(&thread).count()), (0, 1), "{said}");
}

#[test]
fn an_answer_to_nothing_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let thread = begun(folder.path(), SCRIPT);
    let args = ["run", "--resume", &thread, "--step", "7", "--value", "1"];
    let (code, said) = ended(folder.path(), &args);
    assert_eq!(code, 11, "{said}");
    assert!(said.contains("asks for nothing"), "{said}");
}

#[test]
fn a_time_that_passed_between_two_commands_is_up() {
    let folder = tempfile::tempdir().unwrap();
    let script = SCRIPT.replace(
        "  type = \"integer\"\n",
        "  type = \"integer\"\n  default = 1\n  timeout = 1\n",
    );
    std::fs::write(folder.path().join("f.scriptum"), script).unwrap();
    let (code, stderr) = ended(folder.path(), &["run", "f.scriptum"]);
    // The command leaves when it has nothing to do; whoever comes next finds the time up.
    let code = match code {
        22 => {
            let thread = thread_of(&stderr);
            ended(folder.path(), &["run", "--resume", &thread]).0
        }
        other => other,
    };
    assert_eq!(code, 0, "{stderr}");
}
