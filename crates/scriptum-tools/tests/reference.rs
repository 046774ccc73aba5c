//! The reference pages of native tools are what their definitions say.
//! `UPDATE_EXPECT=1 cargo test -p scriptum-tools` writes them anew.

use std::{collections::BTreeSet, fs, path::PathBuf};

use scriptum_tools::reference_pages;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/tools")
}

#[test]
fn the_pages_in_docs_are_those_of_the_definitions() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    for page in reference_pages() {
        let path = folder().join(&page.file_name);
        if update {
            fs::write(&path, &page.text).unwrap();
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == page.text,
            "docs/tools/{} is stale; UPDATE_EXPECT=1 cargo test -p scriptum-tools writes it anew",
            page.file_name
        );
    }
}

#[test]
fn no_page_is_left_without_its_tool() {
    let expected: BTreeSet<String> = reference_pages()
        .into_iter()
        .map(|page| page.file_name)
        .collect();
    let found: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(found, expected);
}
