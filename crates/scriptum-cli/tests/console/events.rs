//! A thread that waits for events, and those who report them.

use crate::command::{ended, scriptum, thread_of, whole};

const SCRIPT: &str = "script \"Approval\"
output
  all : list<any>
stream
  stage : text
yield \"Asked\" { stage = \"asked\" }
wait for event \"approved\" timeout \"30d\" -> approval
wait for event \"paid\" -> payment
emit \"Done\"
  all = [approval.by, payment]
";

#[test]
fn a_thread_that_waits_for_an_event_goes_on_by_the_printed_command() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("f.scriptum"), SCRIPT).unwrap();
    let (code, stderr) = ended(folder.path(), &["run", "f.scriptum"]);
    assert_eq!(code, 22, "{stderr}");
    assert!(
        stderr.contains("yield  0      Asked {\"stage\":\"asked\"}"),
        "{stderr}"
    );
    assert!(
        stderr.contains("step 1 waits for event \"approved\" until 20"),
        "{stderr}"
    );
    let thread = thread_of(&stderr);
    let deliver = format!("run --resume {thread} --event approved --data JSON");
    assert!(stderr.contains(&deliver), "{stderr}");

    // Nothing will ever wait for this one, which somebody misspelt.
    let misspelt = ["run", "--resume", &thread, "--event", "aproved"];
    let (code, stderr) = ended(folder.path(), &misspelt);
    assert_eq!(code, 22, "{stderr}");
    assert!(stderr.contains("did you mean 'approved'?"), "{stderr}");

    // Nothing waits for this one yet: it is kept, and the thread stays paused.
    let early = [
        "run", "--resume", &thread, "--event", "paid", "--data", "17",
    ];
    let (code, stderr) = ended(folder.path(), &early);
    assert_eq!(code, 22, "{stderr}");
    assert!(stderr.contains("waits for event \"approved\""), "{stderr}");

    let data = "{\"by\": \"eve\"}";
    let args = [
        "run", "--resume", &thread, "--event", "approved", "--data", data,
    ];
    let output = scriptum(folder.path(), &args).output().unwrap();
    let (code, stderr) = whole(&args, &output);
    assert_eq!(code, 0, "{stderr}");
    let result = String::from_utf8(output.stdout).unwrap();
    assert!(
        result.contains("\"eve\"") && result.contains("17"),
        "{result}"
    );

    let (code, stderr) = ended(folder.path(), &early);
    assert_eq!(code, 11, "{stderr}");
}

#[test]
fn a_resume_that_a_waiting_thread_does_not_take_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let script = "script \"x\"\ntogether\n  wait for event \"a\"\n  wait for event \"b\" -> b\n";
    std::fs::write(folder.path().join("f.scriptum"), script).unwrap();
    let (code, stderr) = ended(folder.path(), &["run", "f.scriptum"]);
    assert_eq!(code, 22, "{stderr}");
    let thread = thread_of(&stderr);
    let cases: [(&[&str], &str); 4] = [
        (&[], "name one of 0.0.0, 0.1.0"),
        (
            &["--step", "0.0.0", "--step-output", "1"],
            "takes the event's data",
        ),
        (&["--step", "0"], "neither failed nor waits"),
        (&["--step", "7"], "step 7 not found"),
    ];
    for (flags, why) in cases {
        let args = [&["run", "--resume", &thread], flags].concat();
        let (code, stderr) = ended(folder.path(), &args);
        assert!(
            code != 0 && code != 22 && stderr.contains(why),
            "{flags:?}: {code} {stderr}"
        );
    }
    let (code, stderr) = ended(
        folder.path(),
        &["run", "--resume", &thread, "--step", "0.0.0"],
    );
    assert_eq!(code, 22, "{stderr}");
    let data = ["run", "--resume", &thread, "--override", "{\"n\": 1}"];
    let (code, stderr) = ended(folder.path(), &data);
    assert_eq!(code, 0, "{stderr}");
}

#[test]
fn a_thread_that_waits_for_a_time_stays() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("f.scriptum"), "script \"x\"\nwait 20\n").unwrap();
    let (code, stderr) = ended(folder.path(), &["run", "f.scriptum"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("start  0      wait until 20"), "{stderr}");
}
