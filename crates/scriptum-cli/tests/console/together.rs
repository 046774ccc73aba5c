//! Two processes at once on one store: a thread is run by one of them.

use std::process::Output;

use crate::{
    command::{ended, scriptum, thread_of, whole},
    counter::Counter,
};

const ITEMS: usize = 12;
const NET: [&str; 2] = ["--allow-net", "127.0.0.1/32"];

fn both(folder: &std::path::Path, args: &[&str]) -> [Output; 2] {
    let children = [(); 2].map(|()| scriptum(folder, args).spawn().unwrap());
    children.map(|child| child.wait_with_output().unwrap())
}

#[test]
fn two_runs_share_a_store() {
    let server = Counter::start(ITEMS, true);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("f.scriptum"), server.script(ITEMS)).unwrap();
    let args = ["run", "f.scriptum", NET[0], NET[1]];
    let ends = both(folder.path(), &args).map(|output| whole(&args, &output));
    for (code, stderr) in &ends {
        assert_eq!(*code, 0, "{stderr}");
    }
    assert_ne!(thread_of(&ends[0].1), thread_of(&ends[1].1));
    // Each of the two threads asked for each item once.
    assert_eq!(server.calls(), vec![2; ITEMS]);
}

#[test]
fn two_resumes_of_a_thread_call_each_item_once() {
    let server = Counter::start(ITEMS, true);
    let folder = tempfile::tempdir().unwrap();
    let first = "import tools\n  file_read from native\n  http_request from native\n\
                 do \"Read\" with file_read\n  path = \"note.txt\"\n  -> note\n";
    let script = server
        .script(ITEMS)
        .replace("import tools\n  http_request from native\n", first);
    std::fs::write(folder.path().join("f.scriptum"), script).unwrap();
    let (code, stderr) = ended(folder.path(), &["run", "f.scriptum", NET[0], NET[1]]);
    assert_eq!(code, 22, "{stderr}");
    std::fs::write(folder.path().join("note.txt"), "a note").unwrap();
    let thread = thread_of(&stderr);
    let args = ["run", "--resume", &thread, NET[0], NET[1]];
    let ends = both(folder.path(), &args).map(|output| whole(&args, &output));
    // The later one finds the thread running or ended, and follows it, or is told that it came late.
    for (code, stderr) in &ends {
        assert!([0, 11].contains(code), "{code}: {stderr}");
    }
    assert!(ends.iter().any(|(code, _)| *code == 0), "{ends:?}");
    assert_eq!(server.calls(), vec![1; ITEMS]);
}
