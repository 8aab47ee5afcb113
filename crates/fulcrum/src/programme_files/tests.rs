//! Directories in, files or complaints out.

use super::*;

fn write(dir: &Path, name: &str, text: &[u8]) {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder");
    std::fs::write(path, text).expect("a file");
}

#[test]
fn files_are_named_from_the_programme_down() {
    let dir = tempfile::tempdir().expect("a folder");
    write(dir.path(), "program/audiences/buyers.yaml", b"audience: buyers\n");
    write(dir.path(), "program/brand.yaml", b"name: Shop\n");
    write(dir.path(), "program/.git/config", b"x");
    write(dir.path(), "program/brand.yaml~", b"x");
    write(dir.path(), "fulcrum.toml", b"x");
    let names: Vec<String> = read(dir.path()).expect("files").into_keys().collect();
    assert_eq!(names, ["audiences/buyers.yaml", "brand.yaml"]);
    let same: Vec<String> = read(&dir.path().join("program")).expect("files").into_keys().collect();
    assert_eq!(names, same);
}

#[test]
fn what_is_no_programme_is_refused_with_a_remedy() {
    let dir = tempfile::tempdir().expect("a folder");
    let complaint = |dir: &Path| read(dir).expect_err("refused").to_string();
    assert!(complaint(dir.path()).contains("hint: `fulcrum init DIR`"));
    assert!(complaint(&dir.path().join("none")).contains("is not a directory"));
    write(dir.path(), "content/logo.md", &[0xff, 0xd8, 0xff]);
    assert!(complaint(dir.path()).contains("is not UTF-8"));
}
