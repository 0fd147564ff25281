use std::fs;

use super::*;

/// A crate of these files.
fn krate(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    folder
}

/// The circles of a crate, by their files' names.
fn found(files: &[(&str, &str)]) -> Vec<Vec<String>> {
    let folder = krate(files);
    let arrows = Tree::read(&folder.path().join("lib.rs")).unwrap().arrows();
    let name = |file: &PathBuf| file.strip_prefix(folder.path()).unwrap().display().to_string();
    let circles = circles(&arrows);
    circles.iter().map(|circle| circle.iter().map(name).collect()).collect()
}

#[test]
fn two_files_that_use_each_other_are_a_circle_however_they_name_each_other() {
    let lib = ("lib.rs", "mod a;\nmod b;\n");
    let a = ("a.rs", "use crate::b::Thing;\npub struct Other;\n");
    for b in [
        "use super::a;\npub struct Thing(a::Other);\n",
        "use super::{a::{self as x, Other}};\n",
        "pub fn thing() { let _ = crate::a::Other; }\n",
        "pub(crate) use crate::a::Other;\n",
    ] {
        assert_eq!(found(&[lib, a, ("b.rs", b)]), [["a.rs", "b.rs"]], "{b}");
    }
}

#[test]
fn a_child_that_uses_its_parent_is_a_circle_only_if_the_parent_uses_it() {
    let child = ("a/child.rs", "use super::Word;\npub struct Child;\n");
    let lib = ("lib.rs", "mod a;\n");
    let using = "mod child;\npub struct Word;\nfn f() { child::Child; }\n";
    assert_eq!(found(&[lib, ("a.rs", using), child]), [["a/child.rs", "a.rs"]]);
    let handing_on = "mod child;\npub use child::Child;\npub struct Word;\n";
    assert!(found(&[lib, ("a.rs", handing_on), child]).is_empty());
}

#[test]
fn a_name_that_is_handed_on_leads_to_the_file_that_defines_it() {
    let lib = ("lib.rs", "mod a;\nmod b;\n");
    let a = ("a.rs", "mod inner;\npub use inner::Inner;\nuse crate::b::B;\n");
    let inner = ("a/inner.rs", "pub struct Inner;\n");
    let b = ("b.rs", "use crate::a::Inner;\npub struct B;\n");
    assert!(found(&[lib, a, inner, b]).is_empty());
}

#[test]
fn comments_texts_and_tests_import_nothing() {
    let lib = ("lib.rs", "mod a;\nmod b;\n");
    let a = ("a.rs", "use crate::b::Thing;\n");
    let b = "// crate::a::X\n/* use crate::a; */\nconst C: &str = \"crate::a::X\"; const D: char = '\"';\n#[cfg(test)]\nmod tests {\n    use crate::a;\n    fn f() { {} }\n}\n#[cfg(test)]\nuse crate::a::X;\npub struct Thing<'a>(&'a str);\n";
    assert!(found(&[lib, a, ("b.rs", b)]).is_empty());
}
