//! The fast reader says what the plain one says, on any number of threads.

use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::row::decimal;
use super::text::BLOCK_BYTES;
use super::*;
use crate::Table;
use crate::source::ROW_BYTES_MAX;

fn file(name: &str, content: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("a file");
    (folder, path)
}

const COMMA: Option<Options> = Some(Options { delimiter: b',' });

/// All values as text, by row, or the error.
fn fast(path: &Path, options: Option<Options>, threads: usize) -> Result<Vec<String>, TableError> {
    let blocks = Blocks::open(path, options)?;
    let columns: Vec<Column> = (0..blocks.columns().len()).map(Column::at).collect();
    let mut all = Vec::new();
    let rows = blocks.fold(
        threads,
        Vec::new,
        |rows: &mut Vec<String>, row| {
            let values: Result<Vec<&str>, TableError> =
                columns.iter().map(|column| row.text(*column)).collect();
            rows.push(values?.join("|"));
            Ok(())
        },
        |mut rows, _| {
            all.append(&mut rows);
            Ok(())
        },
    )?;
    assert_eq!(rows, all.len() as u64);
    Ok(all)
}

fn plain(path: &Path) -> Result<Vec<String>, TableError> {
    let mut table = Table::open(path)?;
    let columns: Vec<Column> = (0..table.columns().len()).map(Column::at).collect();
    let mut all = Vec::new();
    while let Some(row) = table.next_row()? {
        let values: Result<Vec<&str>, TableError> =
            columns.iter().map(|column| row.text(*column)).collect();
        all.push(values?.join("|"));
    }
    Ok(all)
}

#[track_caller]
fn check(content: &[u8]) {
    let (_folder, path) = file("a.csv", content);
    let expected = plain(&path);
    for threads in [1, 3] {
        assert_eq!(fast(&path, COMMA, threads), expected, "{}", String::from_utf8_lossy(content));
    }
}

#[test]
fn rows_are_those_of_the_plain_reader() {
    check(b"a,b\n1,2\n3,4\n");
    check(b"a,b\r\n1,2\r\n3,4");
    check(b"\xef\xbb\xbfa,b\n1,2\n");
    check(b"\xef\xbb\xbf\"a\",b\n1,2\n");
    check(b"\n\na,b\n\n1,2\n\r\n\n3,4\n\n");
    check(b"a,b\n\"1,\n\"\"x\"\"\",2\n3,\"4\"\r\n\"5\"6,7\"8\"\n\"\",\"\"\n");
    check(b"a,b\nlong values with more than eight bytes each,and one more of them\n");
    check(b"a\n1\n\n2\n");
    check(b"a,b\n");
    check(b"a,b");
    check(b"a,b\n\"never closed,2\n3,4\n");
}

#[test]
fn errors_are_those_of_the_plain_reader() {
    check(b"");
    check(b"\n\n");
    check(b"a,a\n1,2\n");
    check(b"a,b\n1,2\n3\n4,5\n");
    check(b"a,b\n1,2\n3,4,5\n");
    check(b"a,b\n1,2\n\xff,2\n");
    let (_folder, path) = file("a.csv", b"name,n\n");
    let hint = |column: &str| {
        let blocks = Blocks::open(&path, COMMA).expect("a file");
        blocks.column(column).expect_err("no such column").hint
    };
    assert_eq!(hint("nam"), "did you mean `name`?");
    assert_eq!(hint("value"), "the columns are `name`, `n`");
    let missing = Blocks::open(Path::new("none.csv"), COMMA).err().expect("not there");
    assert!(missing.hint.contains("check the path"), "{missing}");
}

/// Any text over letters that mean something to a reader.
#[test]
fn any_text_is_read_as_the_plain_reader_does() {
    let mut state = 1_u64;
    for _ in 0..2_000 {
        let mut content = b"a,b\n".to_vec();
        let mut draw = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for _ in 0..draw(30) {
            // A carriage return stands before a line's end here, or not at all.
            let token: &[u8] =
                [&b"x"[..], b"1", b",", b",", b"\"", b"\n", b"\r\n", b" "][draw(8) as usize];
            content.extend_from_slice(token);
        }
        check(&content);
    }
}

/// More blocks than threads, with quoted line ends all over, and rows that cross the cuts.
fn long(quoted: bool) -> Vec<u8> {
    let mut content = b"name,number\n".to_vec();
    for number in 0..600_000 {
        match quoted && number % 7 == 0 {
            true => writeln!(content, "\"a, \"\"{number}\"\"\n\",{number}"),
            false => writeln!(content, "name {number},{number}"),
        }
        .expect("memory");
    }
    content
}

#[test]
fn a_long_file_is_read_in_its_order_on_any_number_of_threads() {
    for quoted in [false, true] {
        let content = long(quoted);
        assert!(2 * BLOCK_BYTES < content.len());
        let (_folder, path) = file("a.csv", &content);
        let expected = plain(&path).expect("rows");
        for threads in [1, 2, 5] {
            assert_eq!(fast(&path, COMMA, threads).expect("rows"), expected, "{threads} threads");
        }
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&content).expect("memory");
        let gzip = encoder.finish().expect("memory");
        let zstd = zstd::encode_all(&content[..], 1).expect("memory");
        for compressed in [&gzip, &zstd] {
            let (_folder, path) = file("a.csv.gz", compressed);
            assert_eq!(fast(&path, COMMA, 2).expect("rows"), expected);
        }
        let (_folder, path) = file("a.csv.gz", &gzip[..gzip.len() / 2]);
        let cut = fast(&path, COMMA, 2).expect_err("a cut file is no shorter file");
        assert!(cut.message.starts_with("cannot be read") && 1 < cut.row, "{cut}");
    }
}

#[test]
fn the_first_error_is_told_with_its_row_whatever_the_threads() {
    let mut content = long(true);
    let middle = content.len() / 2;
    let at = content[middle..].iter().position(|byte| *byte == b'\n').expect("a line") + middle;
    content.splice(at..at, *b",too many");
    let last = content.len() - 2;
    content[last] = 0xff;
    let (_folder, path) = file("a.csv", &content);
    let expected = plain(&path).expect_err("a long row");
    assert!(100_000 < expected.row, "{expected}");
    for threads in [1, 2, 5] {
        assert_eq!(fast(&path, COMMA, threads).expect_err("a long row"), expected);
    }
}

#[test]
fn a_row_without_end_does_not_fill_the_memory() {
    for start in ["a,b\n\"", "a,b\n1,"] {
        let mut content = start.as_bytes().to_vec();
        content.resize(ROW_BYTES_MAX as usize * 2, b'x');
        let (_folder, path) = file("a.csv", &content);
        let error = fast(&path, COMMA, 2).expect_err("too long");
        assert!(error.message.contains("longer than") && error.row == 2, "{error}");
    }
    let mut content = b"a,b\n".to_vec();
    content.resize(BLOCK_BYTES * 2, b'x');
    content.extend_from_slice(b",1\n2,3\n");
    let (_folder, path) = file("a.csv", &content);
    assert_eq!(fast(&path, COMMA, 2).expect("long and fine").len(), 2);
}

#[test]
fn the_header_tells_the_separator() {
    for (header, row) in [("a;b", "1,5;2"), ("a\tb", "1,5\t2"), ("a|b", "1,5|2"), ("a", "1")] {
        let (_folder, path) = file("a.csv", format!("{header}\n{row}\n").as_bytes());
        let values = row.split([';', '\t', '|']).collect::<Vec<_>>().join("|");
        assert_eq!(fast(&path, None, 1), Ok(vec![values]));
    }
}

#[test]
fn numbers_are_those_of_the_general_reader() {
    let same = |text: &str| {
        if let Some(number) = decimal(text.as_bytes()) {
            assert_eq!(Ok(number), text.parse::<f64>(), "{text}");
        }
    };
    for text in
        ["0", "7", "57.0", "1.", ".5", "123456789.012345", "999999999999999", "0.1", "00.10"]
    {
        assert!(decimal(text.as_bytes()).is_some(), "{text}");
        same(text);
    }
    for text in ["", ".", "1e3", "-1", " 1", "1,5", "NaN", "1.2.3", "9999999999999999"] {
        assert_eq!(decimal(text.as_bytes()), None, "{text}");
    }
    let mut state = 1_u64;
    for _ in 0..100_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let (whole, digits) = (state >> 20, state % 14);
        let text = whole.to_string();
        let (before, after) = text.split_at((digits as usize).min(text.len()));
        same(&format!("{before}.{after}"));
    }
}
