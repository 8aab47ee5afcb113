//! Damaged and strange files given to the commands that read tables: an exit code that scripts can
//! rely on, a message with file, row and column, and never a panic.

use std::path::Path;

use crate::process::{Ran, fulcrum};

/// Runs the line, in which `FILE` stands for a file of this name and content.
fn ask(name: &str, content: &[u8], line: &str) -> Ran {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("a file");
    let file = path.display().to_string();
    let words: Vec<&str> =
        line.split(' ').map(|word| if word == "FILE" { file.as_str() } else { word }).collect();
    let ran = fulcrum(&words);
    let err = ran.err.replace(&format!("{}/", folder.path().display()), "");
    assert!(!err.contains("panicked"), "fulcrum {line}: {err}");
    Ran { err, ..ran }
}

/// The file's content, the exit code, and a part of the message, or of the result where it is 0 or 3.
type Case<'a> = (&'a str, i32, &'a str);

#[track_caller]
fn check(line: &str, cases: &[Case]) {
    for (content, code, part) in cases {
        check_bytes("x.csv", content.as_bytes(), line, *code, part);
    }
}

#[track_caller]
fn check_bytes(name: &str, content: &[u8], line: &str, code: i32, part: &str) {
    let ran = ask(name, content, line);
    let said = if code == 2 { &ran.err } else { &ran.out };
    let shown = String::from_utf8_lossy(&content[..content.len().min(200)]);
    assert!(
        ran.code == code && said.contains(part),
        "{shown}\n{} {} {}",
        ran.code,
        ran.err,
        ran.out
    );
}

const UNITS: &str = "leverage --units FILE --outcome y --channels a,b --format json";

/// Some people in each cell, with this row among them.
fn units(row: &str) -> String {
    let mut text = "a,b,y,x\n".to_owned();
    for i in 0..40 {
        text += &format!("{},{},{},{}\n", i % 2, i / 2 % 2, i % 7, i % 5);
    }
    text + row
}

#[test]
fn people_with_strange_values_are_named() {
    let with = |row: &str| units(row);
    check(
        UNITS,
        &[
            (&with(""), 0, "\"leverage\""),
            (&with("1,1,3,2"), 0, "\"n\": 41"),
            (&with("\n\n\r\n"), 0, "\"n\": 40"),
            (&with("true,FALSE,3,2\r\n"), 0, "\"n\": 41"),
            (&with("1,,3,2\n"), 2, "x.csv row 42 column b: `` is not 0/1"),
            (&with("1,2,3,2\n"), 2, "x.csv row 42 column b: `2` is not 0/1"),
            (&with("1,1,,2\n"), 2, "x.csv row 42 column y: `` is not a number"),
            (&with("1,1,NaN,2\n"), 2, "x.csv row 42 column y: `NaN` is not a number"),
            (&with("1,1,-inf,2\n"), 2, "x.csv row 42 column y: `-inf` is not a number"),
            (&with("1,1,1e999,2\n"), 2, "x.csv row 42 column y: `1e999` is not a number"),
            (&with("1,1,\"1,5\",2\n"), 2, "write numbers with a point"),
            (&with("1,1,3\n"), 2, "x.csv row 42: has 3 values where the header names 4 columns"),
            (&with("1,1,3,2,1\n"), 2, "x.csv row 42: has 5 values"),
            (&with("1,1,\"3,2\n1,1,3,2\n"), 2, "x.csv row 42: has 3 values"),
            (&with("1,1,3\0,2\n"), 2, "x.csv row 42 column y: `3\0` is not a number"),
            ("a,b,y,x\n", 3, "insufficient"),
            ("a,b,y,x", 3, "insufficient"),
            ("", 2, "x.csv: is empty\n  hint: the first row must name the columns"),
            ("\n\n", 2, "x.csv: is empty"),
            ("a,b,y,y\n1,1,1,1\n", 2, "x.csv row 1: two columns are named `y`"),
            ("a,c,y\n1,1,1\n", 2, "x.csv: has no column `b`"),
            ("a;b;y\n1;1;1\n", 2, "x.csv: has no column `a`"),
        ],
    );
    let bytes = [units("").as_bytes(), b"1,1,\xff,2\n"].concat();
    check_bytes("x.csv", &bytes, UNITS, 2, "x.csv row 42 column y: is not UTF-8 text");
    let marked = [b"\xef\xbb\xbf", units("").as_bytes()].concat();
    check_bytes("x.csv", &marked, UNITS, 0, "\"n\": 40");
    let covariate = format!("{UNITS} --covariate x");
    check(&covariate, &[(&with("1,1,3,\n"), 2, "x.csv row 42 column x: `` is not a number")]);
    let huge = with("1,1,1e308,2\n1,1,-1e308,2\n1,1,1e308,1\n");
    let ran = ask("x.csv", huge.as_bytes(), UNITS);
    assert!([0, 3].contains(&ran.code) && !ran.out.contains("NaN"), "{} {}", ran.out, ran.err);
}

#[test]
fn sums_and_shares_with_strange_values_are_named() {
    let sums = "leverage --sums FILE --format json";
    let head = "a,b,n,sum_y,sum_y2\n";
    let rows = "0,0,9,9,20\n1,0,9,9,20\n0,1,9,9,20\n1,1,9,9,20\n";
    let with = |row: &str| format!("{head}{rows}{row}");
    check(
        sums,
        &[
            (&with(""), 0, "\"n\": 36"),
            (&with("1,1,9,9,20\n"), 2, "x.csv row 6 column n: is a second row for cell"),
            (&with("1,1,-9,9,20\n"), 2, "row 6 column n: `-9` is not a whole number"),
            (&with("1,1,1.5,9,20\n"), 2, "row 6 column n: `1.5` is not a whole number"),
            (&with("1,1,1e30,9,20\n"), 2, "row 6 column n: `1e30` is not a whole number"),
            (&format!("{head}0,0,9,9,inf\n"), 2, "row 2 column sum_y2: `inf` is not a number"),
            (&format!("{head}0,0,9,9,1\n"), 2, "row 2 column n: sum_y2 is smaller"),
            (head, 3, "insufficient"),
            ("n,sum_y,sum_y2\n1,1,1\n", 2, "0 columns that can be channels"),
        ],
    );
}

#[test]
fn paths_with_strange_values_are_named() {
    let paths = "attribution --paths FILE --format json";
    let head = "path,total_conversions\n";
    let with = |row: &str| format!("{head}a > b,3\nb > c > a,2\n{row}");
    check(
        paths,
        &[
            (&with(""), 0, "\"models\""),
            (&with("a >  > b,1\n"), 0, "\"models\""),
            (&with(",1\n"), 0, "\"models\""),
            (&with(">>>,1\n"), 0, "\"models\""),
            (&with("\"a > \"\"b\"\", c\",1\n"), 0, "\\\"b\\\", c"),
            (
                &with("a > (conversion),1\n"),
                2,
                "x.csv row 4 column path: has a channel that is called",
            ),
            (&with("a > b,-1\n"), 2, "x.csv row 4 column total_conversions: `-1` is below 0"),
            (&with("a > b,\n"), 2, "x.csv row 4 column total_conversions: `` is not a number"),
            (&with("a > b,NaN\n"), 2, "`NaN` is not a number"),
            (&with("a > b\n"), 2, "x.csv row 4: has 1 values"),
            (&with("\"a > b,1\nc,2\n"), 2, "x.csv row 4: has 1 values"),
            (head, 3, "insufficient"),
            ("path\na\n", 2, "has no column `total_conversions`"),
        ],
    );
    let bytes = [with("").as_bytes(), b"a > \xff,1\n"].concat();
    check_bytes("x.csv", &bytes, paths, 2, "x.csv row 4 column path: is not UTF-8 text");
}

/// Ten million touches of one person: a line longer than a line may be is refused, and a shorter
/// one is answered.
#[test]
fn one_line_of_many_touches_takes_no_more_memory_than_it_should() {
    let paths = "attribution --paths FILE --model markov --format json";
    let long = |touches: usize| {
        format!("path,total_conversions\n{}c,1\na>b,1\n", "a>b>".repeat(touches / 2))
    };
    check(
        paths,
        &[
            (&long(2_000_000), 0, "\"channels\""),
            (&long(10_000_000), 2, "x.csv row 2: one row is longer than"),
        ],
    );
}

#[test]
fn touches_with_strange_values_are_named() {
    let touches = "attribution --touches FILE --model last --format json";
    let head = "user,time,channel,conversion\n";
    let with = |row: &str| format!("{head}1,2027-01-01,a,0\n1,2027-01-02,b,1\n{row}");
    check(
        touches,
        &[
            (&with(""), 0, "\"conversions\": 1"),
            (&with("2,2027-01-02T00:00:00Z,b,\n"), 0, "\"conversions\": 1"),
            (&with("2,yesterday,b,1\n"), 2, "x.csv row 4 column time: `yesterday` is not a time"),
            (&with("2,,b,1\n"), 2, "x.csv row 4 column time: `` is not a time"),
            (&with("2,9e99,b,1\n"), 2, "x.csv row 4 column time: `9e99` is not a time"),
            (&with(",2027-01-02,b,1\n"), 2, "x.csv row 4 column user: is empty"),
            (&with("2,2027-01-02,,0\n"), 2, "x.csv row 4 column channel: is empty"),
            (&with("2,2027-01-02,b,maybe\n"), 2, "x.csv row 4 column conversion: `maybe`"),
            (&with("2,2027-01-02,b,-1\n"), 2, "x.csv row 4 column conversion: `-1` is below 0"),
            (head, 3, "insufficient"),
        ],
    );
}

#[test]
fn purchases_with_strange_values_are_named() {
    let purchases =
        "lifetime --transactions FILE --person-column who --time-column day --value-column paid";
    let head = "who,day,paid\n";
    let with = |row: &str| format!("{head}1,2026-01-01,5\n{row}");
    check(
        purchases,
        &[
            (&with("1,soon,5\n"), 2, "x.csv row 3 column day: `soon` is not a date"),
            (&with("1,2026-02-30,5\n"), 2, "x.csv row 3 column day: `2026-02-30` is not a date"),
            (&with("1,,5\n"), 2, "x.csv row 3 column day: `` is not a date"),
            (&with("1,2026-01-03,NaN\n"), 2, "x.csv row 3 column paid: `NaN` is not a number"),
            (&with("1,2026-01-03\n"), 2, "x.csv row 3: has 2 values"),
            (&with(""), 3, ""),
            (head, 3, ""),
        ],
    );
    let summary = "lifetime --summary FILE";
    check(
        summary,
        &[
            ("frequency,recency,T\n-1,2,3\n", 2, "x.csv row 2 column frequency: `-1`"),
            ("frequency,recency,T\n1,5,3\n", 2, "x.csv row 2 column recency"),
            ("frequency,recency\n1,5\n", 2, "has no column `T`"),
        ],
    );
}

#[test]
fn series_with_strange_values_are_named() {
    let series = "mix --series FILE --outcome y --media a,b --model kalman";
    let rows = |last: &str| {
        let row = |i: i32| format!("{},{},{}\n", 10 + i % 7, i % 3, i * i % 5);
        format!("y,a,b\n{}{last}", (0..30).map(row).collect::<String>())
    };
    check(
        series,
        &[
            (&rows("1,-2,3\n"), 2, "x.csv row 32 column a: -2 is below 0"),
            (&rows("1,,3\n"), 2, "x.csv row 32 column a: `` is not a number"),
            (&rows("inf,1,3\n"), 2, "x.csv row 32 column y: `inf` is not a number"),
            (&rows("1,2\n"), 2, "x.csv row 32: has 2 values"),
            ("y,a,b\n", 3, ""),
            ("y,a\n1,2\n", 2, "has no column `b`"),
        ],
    );
}

#[test]
fn damaged_files_say_that_they_are() {
    let text = units("");
    let zipped = zipped(text.as_bytes());
    check_bytes("x.csv.gz", &zipped, UNITS, 0, "\"n\": 40");
    for kept in [1, 5, 12, zipped.len() / 2, zipped.len() - 1] {
        check_bytes("x.csv.gz", &zipped[..kept], UNITS, 2, "x.csv.gz");
    }
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/parquet");
    let parquet = std::fs::read(fixtures.join("small_snappy.parquet")).expect("a fixture");
    let line = "leverage --units FILE --outcome number --channels flag,id --format json";
    check_bytes("x.parquet", &parquet, line, 2, "x.parquet row ");
    for kept in [4, 30, parquet.len() / 2, parquet.len() - 1] {
        check_bytes("x.parquet", &parquet[..kept], line, 2, "x.parquet: ");
    }
    let kinds = std::fs::read(fixtures.join("pyarrow_kinds.parquet")).expect("a fixture");
    let nested = "leverage --units FILE --outcome id --channels tags,place";
    check_bytes(
        "x.parquet",
        &kinds,
        nested,
        2,
        "x.parquet column tags: holds lists, not one value a row",
    );
    check_bytes("x.parquet", text.as_bytes(), UNITS, 2, "x.parquet: is no Parquet file");
    check_bytes("x.csv", &parquet, line, 2, "x.csv row ");
}

/// As `gzip` writes it, without any compression: a stored block and the check sum.
fn zipped(text: &[u8]) -> Vec<u8> {
    let length = u16::try_from(text.len()).expect("a short text");
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&(!length).to_le_bytes());
    bytes.extend_from_slice(text);
    let sum = text.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
        })
    });
    bytes.extend_from_slice(&(!sum).to_le_bytes());
    bytes.extend_from_slice(&u32::from(length).to_le_bytes());
    bytes
}

#[test]
fn an_import_counts_what_it_cannot_take() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data").display().to_string();
    let line = format!("--data {data} import FILE --source shop --event Bought --map userId=who");
    let text = "who,n\nada,1\nbo\n\"cy,1\n";
    check_bytes("x.csv", text.as_bytes(), &line, 0, "1 rows taken, 2 rejected");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/parquet");
    let parquet = std::fs::read(fixtures.join("small_duckdb.parquet")).expect("a fixture");
    let line = format!("--data {data} import FILE --source shop --event Bought --map userId=id");
    check_bytes("x.parquet", &parquet, &line, 0, "12 rows taken, 0 rejected");
    check_bytes("x.parquet", &parquet[..500], &line, 2, "x.parquet: cannot be read");
    let ran = ask("x.csv", b"id\n1\n", &format!("{line} --format parquet"));
    assert!(ran.code == 2 && ran.err.contains("x.csv is no Parquet file"), "{}", ran.err);
}
