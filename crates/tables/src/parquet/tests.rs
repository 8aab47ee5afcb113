//! Files of other programs give the values that plain Python wrote beside them; damaged ones give
//! an error.

use std::path::{Path, PathBuf};

use crate::{Blocks, Column, Options, Table, TableError};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/parquet").join(name)
}

/// The header and all rows, each as text.
fn plain(path: &Path) -> Result<Vec<Vec<String>>, TableError> {
    let mut table = Table::open(path)?;
    let columns = asked(table.columns().to_vec(), |name| table.column(name))?;
    let mut rows = vec![table.columns().to_vec()];
    while let Some(row) = table.next_row()? {
        let values = columns.iter().map(|column| Ok(row.text(*column)?.to_owned()));
        rows.push(values.collect::<Result<Vec<String>, TableError>>()?);
    }
    Ok(rows)
}

fn fast(path: &Path, threads: usize) -> Result<Vec<Vec<String>>, TableError> {
    let blocks = Blocks::open(path, Some(Options::default()))?;
    let columns = asked(blocks.columns().to_vec(), |name| blocks.column(name))?;
    let mut rows = vec![blocks.columns().to_vec()];
    blocks.fold(
        threads,
        Vec::new,
        |rows: &mut Vec<Vec<String>>, row| {
            let values = columns.iter().map(|column| Ok(row.text(*column)?.to_owned()));
            rows.push(values.collect::<Result<Vec<String>, TableError>>()?);
            Ok(())
        },
        |mut some, _| {
            rows.append(&mut some);
            Ok(())
        },
    )?;
    Ok(rows)
}

fn asked(
    names: Vec<String>,
    find: impl Fn(&str) -> Result<Column, TableError>,
) -> Result<Vec<Column>, TableError> {
    names.iter().map(|name| find(name)).collect()
}

#[track_caller]
fn same(file: &str, found: &[Vec<String>], expected: &[Vec<String>]) {
    assert_eq!(found.len(), expected.len(), "{file}");
    for (number, (found, expected)) in found.iter().zip(expected).enumerate() {
        for (column, (found, expected)) in found.iter().zip(expected).enumerate() {
            assert_eq!(found, expected, "{file} row {number} column {}", column + 1);
        }
        assert_eq!(found.len(), expected.len());
    }
}

#[test]
fn files_of_other_programs_hold_what_python_says() {
    let expected = plain(&fixture("expected.csv")).expect("text");
    for name in [
        "pyarrow_snappy",
        "pyarrow_v2_zstd",
        "pyarrow_gzip",
        "pyarrow_v2_lz4",
        "pyarrow_delta",
        "polars",
        "duckdb",
    ] {
        let path = fixture(&format!("{name}.parquet"));
        same(name, &plain(&path).expect(name), &expected);
        for threads in [1, 3] {
            same(name, &fast(&path, threads).expect(name), &expected);
        }
    }
}

#[test]
fn old_instants_are_utc() {
    let mut expected = plain(&fixture("expected.csv")).expect("text");
    for row in expected.iter_mut().skip(1) {
        for value in &mut row[16..19] {
            let zone = if value.is_empty() { "" } else { "Z" };
            value.push_str(zone);
        }
    }
    let found = plain(&fixture("pyarrow_int96.parquet")).expect("rows");
    same("pyarrow_int96", &found, &expected);
}

#[test]
fn numbers_and_yes_or_no_need_no_text() {
    let text = plain(&fixture("expected.csv")).expect("text");
    let mut table = Table::open(&fixture("polars.parquet")).expect("a file");
    let columns =
        ["flag", "whole", "large", "single", "number", "money", "id"].map(|it| table.column(it));
    let places = [4, 6, 7, 10, 11, 12, 0];
    let mut rows = text[1..].iter();
    while let Some(row) = table.next_row().expect("a row") {
        let expected = rows.next().expect("as many");
        for (column, place) in columns.iter().zip(places) {
            let column = *column.as_ref().expect("there");
            let (text, found) = (&expected[place], row.number(column));
            match text.parse::<f64>() {
                Ok(number) => assert_eq!(found, Ok(number), "{text}"),
                Err(_) => assert!(found.is_err(), "{text}"),
            }
        }
        let flag = *columns[0].as_ref().expect("there");
        assert_eq!(row.binary(flag).ok(), expected[4].parse::<bool>().ok());
    }
    assert_eq!(rows.next(), None);
}

#[test]
fn other_kinds_are_read_or_refused_by_name() {
    let path = fixture("pyarrow_kinds.parquet");
    let read = |name: &str| -> Result<Vec<String>, String> {
        let mut table = Table::open(&path).map_err(|error| error.to_string())?;
        let column = table.column(name).map_err(|error| error.to_string())?;
        let mut values = Vec::new();
        while let Some(row) = table.next_row().map_err(|error| error.to_string())? {
            values.push(row.text(column).map_err(|error| error.to_string())?.to_owned());
        }
        Ok(values)
    };
    let is = |name: &str, values: [&str; 2]| {
        assert_eq!(read(name), Ok(values.map(str::to_owned).to_vec()))
    };
    is("id", ["1", "2"]);
    is("uuid", ["00000000-0000-0000-0000-000000000001", "80000000-0000-0000-0000-000000000005"]);
    is("half", ["1.5", "-2"]);
    is("nano", ["1970-01-01T00:00:00.000000001Z", "1969-12-31T23:59:59.999999999Z"]);
    is("nothing", ["", ""]);
    is("not finite", ["NaN", "-inf"]);
    let fails = |name: &str, part: &str| {
        let error = read(name).expect_err("an error").replace(&path.display().to_string(), "FILE");
        assert!(error.starts_with(part), "{error}");
    };
    fails(
        "tags",
        "FILE column tags: holds lists, not one value a row\n  hint: write it as one number",
    );
    fails("place", "FILE column place: holds nested values, not one value a row");
    fails("pairs", "FILE column pairs: holds maps, not one value a row");
    fails("bytes", "FILE row 2 column bytes: is not UTF-8 text");
    let mut table = Table::open(&path).expect("a file");
    let column = table.column("not finite").expect("there");
    let row = table.next_row().expect("a row").expect("a row");
    let error = row.number(column).expect_err("no number").to_string();
    assert!(error.contains(" row 1 column not finite: `NaN` is not a number"), "{error}");
    let brotli = plain(&fixture("pyarrow_brotli.parquet")).expect_err("no brotli").to_string();
    assert!(
        brotli.contains("row 1 column id: cannot be read: it is compressed with brotli"),
        "{brotli}"
    );
}

#[test]
fn reading_goes_on_after_any_row() {
    let expected = plain(&fixture("expected.csv")).expect("text");
    for name in ["pyarrow_snappy.parquet", "duckdb.parquet"] {
        let mut table = Table::open(&fixture(name)).expect("a file");
        let mut positions = vec![table.position()];
        table.column("id").expect("there");
        while table.next_row().expect("a row").is_some() {
            positions.push(table.position());
        }
        for (read, position) in positions.iter().enumerate().step_by(7) {
            let mut table =
                Table::resume(&fixture(name), Options::default(), *position).expect("a file");
            let text = table.column("text").expect("there");
            let mut rest = expected[1 + read..].iter();
            while let Some(row) = table.next_row().expect("a row") {
                assert_eq!(row.text(text).expect("text"), rest.next().expect("as many")[2]);
                assert_eq!(row.number as usize, expected.len() - 1 - rest.len());
            }
            assert_eq!(rest.next(), None);
        }
    }
}

/// Only what was asked for is read, and it may be asked for late.
#[test]
fn a_column_can_be_asked_for_between_rows() {
    let expected = plain(&fixture("expected.csv")).expect("text");
    let mut table = Table::open(&fixture("pyarrow_snappy.parquet")).expect("a file");
    let id = table.column("id").expect("there");
    for _ in 0..75 {
        table.next_row().expect("a row");
    }
    let text = table.column("text").expect("there");
    let row = table.next_row().expect("a row").expect("a row");
    assert_eq!((row.text(id), row.number), (Ok("75"), 76));
    assert_eq!(row.text(text).expect("text"), expected[76][2]);
}

/// Puts the bytes in a file of this name, and reads it in both ways.
fn read(name: &str, bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a file");
    let (plain, fast) = (plain(&path), fast(&path, 2));
    assert_eq!(plain.is_err(), fast.is_err());
    match plain {
        Ok(rows) => format!("{} rows", rows.len() - 1),
        Err(error) => error.to_string().replace(&format!("{}/", folder.path().display()), ""),
    }
}

#[test]
fn parquet_is_told_from_the_content() {
    let bytes = std::fs::read(fixture("duckdb.parquet")).expect("a file");
    assert_eq!(read("named.csv", &bytes), "180 rows");
    let zstd = zstd::encode_all(&bytes[..], 1).expect("memory");
    assert_eq!(read("units.parquet.zst", &zstd), "180 rows");
    assert_eq!(read("units.csv", b"PAR1,x\n1,2\n"), "1 rows");
    let text = read("units.parquet", b"a,b\n1,2\n");
    assert!(text.starts_with("units.parquet: is no Parquet file, though"), "{text}");
    let text = read("units.parquet", b"");
    assert!(text.starts_with("units.parquet: is no Parquet file, though"), "{text}");
}

#[test]
fn a_cut_file_says_so() {
    let bytes = std::fs::read(fixture("pyarrow_snappy.parquet")).expect("a file");
    for kept in [5, 12, 100, 1_000, bytes.len() / 2, bytes.len() - 9, bytes.len() - 1] {
        let text = read("units.parquet", &bytes[..kept]);
        assert!(text.starts_with("units.parquet: cannot be read: "), "{text}");
        assert!(text.contains("is the file whole?"), "{text}");
    }
}

#[test]
fn a_footer_that_promises_too_much_is_refused() {
    use columnar::{Footer, columns};
    let readable = |elements: &[u8], count: u8| {
        let mut bytes = vec![0x15, 2, 0x19, 0xf0 | 0x0c, count];
        bytes.extend_from_slice(elements);
        bytes.push(0);
        Footer::read(&bytes).and_then(|footer| columns(&footer)).is_some()
    };
    // An element with a name and children, then one without.
    let parent = |children: u8| [0x48, 1, b'a', 0x15, children << 1, 0];
    let leaf = [0x48, 1, b'b', 0];
    let tree = |children: u8| [&parent(children)[..], &leaf].concat();
    assert!(readable(&tree(1), 2));
    assert!(!readable(&tree(2), 2), "more children than elements");
    assert!(!readable(&tree(1), 3), "more elements than there are");
    assert!(!readable(&[tree(1), leaf.to_vec()].concat(), 3), "an element that nobody owns");
    let deep: Vec<u8> = (0..120).flat_map(|_| parent(1)).chain(leaf).collect();
    assert!(readable(&deep, 121), "deep is nested, and no harm");
}
