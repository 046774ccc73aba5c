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
fn a_thread_that_waits_for_a_time_stays() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("f.scriptum"), "script \"x\"\nwait 20\n").unwrap();
    let (code, stderr) = ended(folder.path(), &["run", "f.scriptum"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("start  0      wait until 20"), "{stderr}");
}
