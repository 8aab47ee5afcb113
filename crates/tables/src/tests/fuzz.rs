//! Bytes of files changed at random: always rows or an error that says where, never a panic, and
//! the fast reader says what the plain one says.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};

use super::gzip;
use crate::{Blocks, Column, JsonLines, Options, Table, TableError};

/// A change of some bytes at a place, both in parts of the file's length.
#[derive(Clone, Debug)]
enum Change {
    Put(f64, u8),
    Flip(f64, u8),
    Insert(f64, Vec<u8>),
    Delete(f64, f64),
    Repeat(f64, f64),
    Cut(f64),
    /// Numbers of four bytes, as lengths are written.
    Length(f64, u32),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let at = || 0.0..1.0_f64;
    // Most damage is found near the end of a Parquet file, and at small distances.
    let place = || prop_oneof![at(), at().prop_map(|it| 1.0 - it * it * it)];
    let token = prop_oneof![
        Just(b"\"".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b",".to_vec()),
        Just(b"\0".to_vec()),
        Just(b"\xef\xbb\xbf".to_vec()),
        Just(b"NaN".to_vec()),
        Just(b"-inf".to_vec()),
        Just(b"1e999".to_vec()),
        Just(b"\xff\xff\xff\xff\x0f".to_vec()),
        proptest::collection::vec(any::<u8>(), 1..12),
    ];
    let length = prop_oneof![Just(u32::MAX), Just(i32::MAX as u32), Just(1 << 24), any::<u32>()];
    let change = prop_oneof![
        (place(), any::<u8>()).prop_map(|(at, byte)| Change::Put(at, byte)),
        (place(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, 1 << bit)),
        (place(), token).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (place(), 0.0..0.1_f64).prop_map(|(at, length)| Change::Delete(at, length)),
        (place(), 0.0..0.1_f64).prop_map(|(at, length)| Change::Repeat(at, length)),
        at().prop_map(Change::Cut),
        (place(), length).prop_map(|(at, length)| Change::Length(at, length)),
    ];
    proptest::collection::vec(change, 1..6)
}

fn changed(seed: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for change in changes {
        let place = |at: f64| ((at * bytes.len() as f64) as usize).min(bytes.len());
        match change {
            Change::Put(at, byte) => {
                let at = place(*at);
                bytes.get_mut(at).into_iter().for_each(|it| *it = *byte);
            }
            Change::Flip(at, bits) => {
                let at = place(*at);
                bytes.get_mut(at).into_iter().for_each(|it| *it ^= bits);
            }
            Change::Insert(at, token) => {
                let at = place(*at);
                bytes.splice(at..at, token.iter().copied());
            }
            Change::Delete(at, length) => {
                let (at, end) = (place(*at), place(at + length));
                bytes.drain(at..end);
            }
            Change::Repeat(at, length) => {
                let (at, end) = (place(*at), place(at + length));
                let again = bytes[at..end].to_vec();
                bytes.splice(end..end, again);
            }
            Change::Cut(at) => bytes.truncate(place(*at)),
            Change::Length(at, length) => {
                let at = place(*at);
                let room = bytes.iter_mut().skip(at);
                room.zip(length.to_le_bytes()).for_each(|(byte, new)| *byte = new);
            }
        }
    }
    bytes
}

/// All cells as text and number, or the error.
type Found = Result<Vec<String>, TableError>;

fn shown(text: Result<&str, TableError>, number: Result<f64, TableError>) -> String {
    format!("{text:?} {:?}", number.ok())
}

fn plain(path: &Path) -> Found {
    let mut table = Table::open(path)?;
    let names: Vec<String> = table.columns().to_vec();
    let columns: Vec<Column> = names.iter().filter_map(|name| table.column(name).ok()).collect();
    let mut rows = Vec::new();
    while let Some(row) = table.next_row()? {
        let cell = |column: &Column| shown(row.text(*column), row.number(*column));
        rows.push(columns.iter().map(cell).collect::<Vec<String>>().join("|"));
    }
    Ok(rows)
}

fn fast(path: &Path, threads: usize) -> Found {
    let blocks = Blocks::open(path, Some(Options::default()))?;
    let names: Vec<String> = blocks.columns().to_vec();
    let columns: Vec<Column> = names.iter().filter_map(|name| blocks.column(name).ok()).collect();
    let mut all = Vec::new();
    // Errors of single cells carry the row in the block here; what they say is compared.
    let cell =
        |row: &crate::FastRow, column: &Column| shown(row.text(*column), row.number(*column));
    blocks.fold(
        threads,
        Vec::new,
        |rows: &mut Vec<String>, row| {
            let cells: Vec<String> = columns.iter().map(|column| cell(row, column)).collect();
            rows.push(cells.join("|"));
            Ok(())
        },
        |mut rows, _| {
            all.append(&mut rows);
            Ok(())
        },
    )?;
    Ok(all)
}

fn json(path: &Path) -> Result<usize, TableError> {
    let mut lines = JsonLines::open(path)?;
    let mut objects = 0;
    while let Some(row) = lines.next_row()? {
        match row.object() {
            Ok(_) => objects += 1,
            Err(error) => assert!(0 < error.row && !error.message.is_empty()),
        }
    }
    Ok(objects)
}

/// What every error has.
fn sound(error: &TableError, path: &Path) -> Result<(), TestCaseError> {
    prop_assert_eq!(&error.file, &path.display().to_string());
    prop_assert!(!error.message.is_empty());
    prop_assert!(error.to_string().len() < 2_000, "{}", error);
    Ok(())
}

/// Reads the bytes in every way.
fn check(path: &Path, bytes: &[u8]) -> Result<(), TestCaseError> {
    std::fs::write(path, bytes).expect("a file");
    let began = Instant::now();
    let plain = plain(path);
    for threads in [1, 2] {
        let fast = fast(path, threads);
        match (&plain, &fast) {
            // A lone carriage return ends a row of the plain reader only.
            _ if lone_return(bytes) => {}
            (Ok(plain), Ok(fast)) => {
                prop_assert_eq!(plain.len(), fast.len());
                let row = |text: &str| text.replace(|it: char| it.is_ascii_digit(), "");
                for (plain, fast) in plain.iter().zip(fast) {
                    prop_assert!(plain == fast || row(plain) == row(fast), "{} {}", plain, fast);
                }
            }
            (Err(_), Err(_)) => {}
            _ => prop_assert!(false, "{:?} {:?}", plain, fast),
        }
        if let Err(error) = &fast {
            sound(error, path)?;
        }
    }
    if let Err(error) = &plain {
        sound(error, path)?;
    }
    if let Err(error) = json(path) {
        sound(&error, path)?;
    }
    prop_assert!(began.elapsed() < Duration::from_secs(20), "this took too long");
    Ok(())
}

fn lone_return(bytes: &[u8]) -> bool {
    let text = match bytes {
        [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..] => return true,
        text => text,
    };
    text.iter().enumerate().any(|(at, byte)| *byte == b'\r' && text.get(at + 1) != Some(&b'\n'))
}

fn run<S: Strategy>(
    cases: u32,
    slow_cases: u32,
    strategy: &S,
    test: impl Fn(S::Value) -> Result<(), TestCaseError>,
) where
    S::Value: std::fmt::Debug,
{
    let slow = std::env::var_os("FULCRUM_SLOW").is_some();
    let config = Config {
        cases: if slow { slow_cases } else { cases },
        rng_seed: RngSeed::Fixed(7),
        failure_persistence: None,
        ..Config::default()
    };
    if let Err(error) = TestRunner::new(config).run(strategy, test) {
        panic!("{error}");
    }
}

const TEXT: &[u8] =
    b"name,n,spend\nAda,1,2.5\n\"B, \"\"o\"\"\nx\",0,-1e3\r\n Cy ,true,\n\xc3\xa9,12.0,NaN\n";
const LINES: &[u8] = b"{\"a\":1}\n\n{\"b\":[1,{\"c\":null}],\"d\":\"\\u00e9\"}\n";

fn seeds() -> Vec<Vec<u8>> {
    let fixture = |name: &str| {
        let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/parquet");
        std::fs::read(folder.join(name)).expect("a fixture")
    };
    vec![
        TEXT.to_vec(),
        LINES.to_vec(),
        gzip(TEXT),
        zstd::encode_all(TEXT, 1).expect("memory"),
        fixture("pyarrow_kinds.parquet"),
        fixture("small_snappy.parquet"),
        fixture("small_zstd_v2.parquet"),
        fixture("small_delta.parquet"),
        fixture("small_gzip.parquet"),
        fixture("small_lz4.parquet"),
        fixture("small_polars.parquet"),
        fixture("small_duckdb.parquet"),
    ]
}

#[test]
fn damaged_files_give_rows_or_an_error() {
    let seeds = seeds();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("units.csv");
    run(1_500, 200_000, &(0..seeds.len(), changes()), |(seed, changes)| {
        check(&path, &changed(&seeds[seed], &changes))
    });
}

#[test]
fn any_document_is_read_alike_by_both_readers() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("units.csv");
    let token = prop::sample::select(vec![
        &b"x"[..],
        b"1",
        b"1.5",
        b",",
        b",",
        b"\"",
        b"\"\"",
        b"\n",
        b"\n",
        b"\r\n",
        b" ",
        b"\0",
        b"\xff",
        b"\xc3\xa9",
        b"\xef\xbb\xbf",
        b"NaN",
        b"1e999",
        b"a value of some length",
    ]);
    let document = proptest::collection::vec(token, 0..60);
    let header = prop::sample::select(vec![&b""[..], b"a,b\n", b"\xef\xbb\xbfa,b\r\n", b"a\n"]);
    run(1_500, 200_000, &(header, document), |(header, tokens)| {
        check(&path, &[header, &tokens.concat()].concat())
    });
}
