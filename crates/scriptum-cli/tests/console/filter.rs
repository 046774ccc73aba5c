//! The command between two pipes: a script comes on stdin, the result goes to stdout.

use std::{
    io::Write as _,
    path::Path,
    process::{Output, Stdio},
};

use crate::command::scriptum;

fn filtered(folder: &Path, args: &[&str], text: &str) -> Output {
    let mut child = scriptum(folder, args)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn fmt_is_a_filter() {
    let folder = tempfile::tempdir().unwrap();
    let loose = "script  \"S\"\nemit\n    a=1\n";
    let tidy = "script \"S\"\n\nemit\n  a = 1\n";
    let broken = "script \"S\"\nemit\n  a = (1\n";
    let cases: [(&[&str], &str, &str, i32); 5] = [
        (&["fmt", "-"], loose, tidy, 0),
        (&["fmt", "-"], tidy, tidy, 0),
        (&["fmt", "-"], broken, "", 1),
        (&["fmt", "-", "--stdout"], loose, tidy, 0),
        (&["fmt", "-", "--check"], loose, "<stdin>\n", 1),
    ];
    for (args, text, stdout, code) in cases {
        let output = filtered(folder.path(), args, text);
        let got = String::from_utf8(output.stdout).unwrap();
        assert_eq!((got.as_str(), output.status.code()), (stdout, Some(code)));
    }
}

#[test]
fn check_reads_stdin_and_fixes_on_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let broken = "script \"S\"\ninput\n  a = text\n";
    let fixed = "script \"S\"\ninput\n  a : text\n";
    let program = "ir: 1\ntitle: S\ncontract: {}\nsteps: []\n";
    let cases: [(&[&str], &str, &str, i32); 5] = [
        (&["check", "-", "--fix"], broken, fixed, 0),
        (&["check", "-", "--fix", "-o", "json"], fixed, fixed, 0),
        (&["check", "-"], program, "", 0),
        (&["ir", "-"], program, program, 0),
        (
            &["check", "-", "-o", "github"],
            "script \"S\"\nlet a = b\n",
            "::error file=<stdin>,line=2,endLine=2,col=9,endColumn=10,title=unknown-name::nothing \
             here has the name `b`%0Ahelp: bind it before with `let`, with the `->` of a step, or as \
             an input; a text stands in quotes\n",
            1,
        ),
    ];
    for (args, text, stdout, code) in cases {
        let output = filtered(folder.path(), args, text);
        let got = String::from_utf8(output.stdout).unwrap();
        assert_eq!((got.as_str(), output.status.code()), (stdout, Some(code)));
    }
}

#[cfg(unix)]
#[test]
fn fmt_keeps_permissions_and_links_and_leaves_nothing_behind() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("real.scriptum");
    std::fs::write(&file, "script  \"S\"\nemit\n    a=1\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real.scriptum", folder.path().join("link.scriptum")).unwrap();

    let output = scriptum(folder.path(), &["fmt", "link.scriptum"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text, "script \"S\"\n\nemit\n  a = 1\n");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    let link = folder.path().join("link.scriptum");
    assert!(std::fs::symlink_metadata(link).unwrap().is_symlink());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[cfg(unix)]
#[test]
fn a_read_only_script_stays_as_it_is() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kept.scriptum");
    let loose = "script  \"S\"\nemit\n    a=1\n";
    std::fs::write(&file, loose).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o444)).unwrap();
    let output = scriptum(folder.path(), &["fmt", "kept.scriptum"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(9));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), loose);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
