//! Text in, values or messages out; whatever the compression; resumed anywhere.

use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;

mod fuzz;

/// A file with this content, and the folder that keeps it alive.
fn file(name: &str, content: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("a file");
    (folder, path)
}

/// Reads the file as `name:text, email:binary, spend:number, n:count` and prints rows or the error,
/// without the folder.
fn read(name: &str, content: &[u8]) -> String {
    let (folder, path) = file(name, content);
    let shown = match rows(&path) {
        Ok(rows) => rows.join("; "),
        Err(error) => error.to_string(),
    };
    shown.replace(&format!("{}/", folder.path().display()), "")
}

fn rows(path: &Path) -> Result<Vec<String>, TableError> {
    let mut table = Table::open(path)?;
    let (name, email) = (table.column("name")?, table.column("email")?);
    let (spend, n) = (table.column("spend")?, table.column("n")?);
    let mut rows = Vec::new();
    while let Some(row) = table.next_row()? {
        let (name, email) = (row.text(name)?, row.binary(email)?);
        rows.push(format!("{name} {email} {} {}", row.number(spend)?, row.count(n)?));
    }
    Ok(rows)
}

#[track_caller]
fn check(content: &str, expected: &str) {
    assert_eq!(read("units.csv", content.as_bytes()), expected);
}

#[test]
fn values_are_read_by_name_and_kind() {
    check(
        "name,email,spend,n\nAda,1,2.5,3\nBo, TRUE ,-1e3,4.0\n",
        "Ada true 2.5 3; Bo true -1000 4",
    );
    check("n,x,spend,email,name\r\n7,,0,0,\"a,\"\"b\"\r\n", "a,\"b false 0 7");
    check("\u{feff}name,email,spend,n\nAda,false,0,0", "Ada false 0 0");
    check("name,email,spend,n\n", "");
}

#[test]
fn an_error_says_file_row_column_and_remedy() {
    check(
        "name,email,spend,n\nAda,1,2,3\nBo,yes,2,3\n",
        "units.csv row 3 column email: `yes` is not 0/1\n  hint: write 1 (or true) where the channel was allowed and 0 (or false) where not",
    );
    check(
        "name,email,spend,n\nAda,1,\"2,5\",3\n",
        "units.csv row 2 column spend: `2,5` is not a number\n  hint: write numbers with a point and without separators",
    );
    check(
        "name,email,spend,n\nAda,1,NaN,3\n",
        "units.csv row 2 column spend: `NaN` is not a number\n  hint: write numbers like 12.5",
    );
    check(
        "name,email,spend,n\nAda,1,2,-3\n",
        "units.csv row 2 column n: `-3` is not a whole number from 0 on",
    );
    check(
        "name,email,spend,n\nAda,1,2\n",
        "units.csv row 2: has 3 values where the header names 4 columns\n  hint: a value that holds the separator must stand in double quotes",
    );
}

#[test]
fn an_unknown_column_is_answered_with_what_may_be_meant() {
    check(
        "name,e-mail,spend,n\n",
        "units.csv: has no column `email`\n  hint: did you mean `e-mail`?",
    );
    check(
        "name,b,spend,n\n",
        "units.csv: has no column `email`\n  hint: the columns are `name`, `b`, `spend`, `n`",
    );
    check("n,n\n", "units.csv row 1: two columns are named `n`");
    check("", "units.csv: is empty\n  hint: the first row must name the columns");
}

#[test]
fn other_files_are_refused_by_name() {
    assert!(read("x.parquet", b"PAR1....").contains("no Parquet file"));
    let (folder, _) = file("a.csv", b"");
    let missing = Table::open(&folder.path().join("none.csv")).err().expect("not there");
    assert!(missing.hint.contains("check the path"), "{missing}");
    let directory = Table::open(folder.path()).err().expect("no file");
    assert_eq!(directory.message, "is a directory");
    let bytes = read("a.csv", b"name,email,spend,n\n\xff\xfe,1,1,1\n");
    assert_eq!(
        bytes,
        "a.csv row 2 column name: is not UTF-8 text\n  hint: save the file with the encoding UTF-8"
    );
}

const CONTENT: &[u8] = b"name,email,spend,n\nAda,1,2.5,3\n\"B\no\",0,1,4\n\nCy,1,0,5\n";

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn compression_is_told_from_the_content() {
    let expected = "Ada true 2.5 3; B\no false 1 4; Cy true 0 5";
    assert_eq!(read("a.csv", CONTENT), expected);
    assert_eq!(read("a.csv.gz", &gzip(CONTENT)), expected);
    assert_eq!(read("a.csv.zst", &zstd::encode_all(CONTENT, 1).expect("memory")), expected);
    // Two members one after the other, as log rotation makes them.
    let two = [gzip(&CONTENT[..30]), gzip(&CONTENT[30..])].concat();
    assert_eq!(read("a.csv.gz", &two), expected);
    let cut = &gzip(CONTENT)[..40];
    assert!(read("a.csv.gz", cut).contains("cannot be read"), "a cut file is no shorter file");
}

#[test]
fn reading_goes_on_where_it_was_left() {
    let stored = [CONTENT.to_vec(), gzip(CONTENT), zstd::encode_all(CONTENT, 1).expect("memory")];
    for content in stored {
        let (_folder, path) = file("a.csv", &content);
        let mut table = Table::open(&path).expect("a table");
        let mut whole = Vec::new();
        let mut positions = vec![table.position()];
        while let Some(row) = table.next_row().expect("a row") {
            whole.push((row.number, row.text(Column::at(0)).expect("text").to_owned()));
            positions.push(table.position());
        }
        assert_eq!(whole, [(2, "Ada".into()), (3, "B\no".into()), (4, "Cy".into())]);
        for (read, position) in positions.iter().enumerate() {
            let mut table = Table::resume(&path, Options::default(), *position).expect("a table");
            let name = table.column("name").expect("the header is known");
            let mut rest = Vec::new();
            while let Some(row) = table.next_row().expect("a row") {
                rest.push((row.number, row.text(name).expect("text").to_owned()));
            }
            assert_eq!(rest, whole[read..], "after {read} rows");
        }
    }
}

#[test]
fn after_a_bad_row_the_next_is_read() {
    let (_folder, path) = file("a.csv", b"a,b\n1\n2,3\n");
    let mut table = Table::open(&path).expect("a table");
    assert_eq!(table.next_row().err().expect("too short").row, 2);
    assert_eq!(table.next_row().expect("a row").expect("a row").number, 3);
}

#[test]
fn a_quote_that_is_never_closed_does_not_fill_the_memory() {
    let mut content = b"a,b\n\"".to_vec();
    content.resize(ROW_BYTES_MAX as usize * 2, b'x');
    let (_folder, path) = file("a.csv", &content);
    let error = Table::open(&path).expect("a header").next_row().err().expect("too long");
    assert!(error.message.contains("longer than") && error.row == 2, "{error}");
}

#[test]
fn another_separator_is_an_option() {
    let (_folder, path) = file("a.csv", b"a;b\n1,5;2\n");
    let mut table = Table::open_with(&path, Options { delimiter: b';' }).expect("a table");
    let b = table.column("b").expect("there");
    assert_eq!(table.next_row().expect("a row").expect("a row").number(b), Ok(2.0));
}

#[test]
fn json_lines_are_objects_with_places() {
    let content = b"{\"a\":1}\n\n [2]\n{\"a\":\n{\"b\":3}";
    let (_folder, path) = file("a.jsonl", content);
    let mut lines = JsonLines::open(&path).expect("a file");
    let first = lines.next_row().expect("a line").expect("a line");
    assert_eq!((first.number, &first.object().expect("an object")["a"]), (1, &1.into()));
    let after_first = lines.position();
    let second = lines.next_row().expect("a line").expect("a line");
    assert_eq!(second.object().expect_err("an array").message, "is not a JSON object");
    let third = lines.next_row().expect("a line").expect("a line");
    let error = third.object().expect_err("half an object");
    assert!(error.row == 4 && error.message.starts_with("is not JSON"), "{error}");
    assert_eq!(lines.next_row().expect("a line").expect("a line").number, 5);
    assert!(lines.next_row().expect("the end").is_none());
    assert_eq!(lines.position(), Position { byte: content.len() as u64, line: 6, row: 4 });
    let mut again = JsonLines::resume(&path, after_first).expect("a file");
    assert_eq!(again.next_row().expect("a line").expect("a line").bytes, b"[2]");
}
