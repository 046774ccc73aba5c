//! The command as its user sees it: the sessions of `tests/cmd`, run and compared word by word.
//!
//! `TRYCMD=overwrite` writes what the command says now; what differs from run to run is `[..]` there.

#[test]
fn sessions() {
    trycmd::TestCases::new().case("tests/cmd/*.md");
}
