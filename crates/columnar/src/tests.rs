//! What the writer writes, the reader reads, for any values; and other programs read it as well.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use proptest::prelude::*;

use crate::{Cells, Footer, Group, Kind, NewColumn, Shared, Writer, columns};

const COLUMNS: [NewColumn; 6] = [
    NewColumn { name: "person", kind: Kind::Int, nullable: true },
    NewColumn { name: "time", kind: Kind::Instant, nullable: false },
    NewColumn { name: "event", kind: Kind::Word, nullable: false },
    NewColumn { name: "text", kind: Kind::Text, nullable: true },
    NewColumn { name: "flag", kind: Kind::Bool, nullable: false },
    NewColumn { name: "word", kind: Kind::Word, nullable: true },
];

type Row = (Option<i64>, i64, String, Option<String>, bool, Option<String>);

fn written(rows: &[Row], group_rows: u64) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), &COLUMNS, &[0, 1]).expect("memory");
    for (person, time, event, text, flag, word) in rows {
        writer.int(0, *person);
        writer.int(1, Some(*time));
        writer.text(2, Some(event));
        writer.text(3, text.as_deref());
        writer.bool(4, *flag);
        writer.text(5, word.as_deref());
        writer.end_row().expect("memory");
        if writer.group_rows() == group_rows {
            writer.end_group().expect("memory");
        }
    }
    writer.finish(&[("format", "1".to_owned())]).expect("memory")
}

fn opened(bytes: &[u8]) -> (Arc<Shared>, Footer) {
    let mut file: File = tempfile::tempfile().expect("a file");
    file.write_all(bytes).expect("room");
    let shared = Arc::new(Shared::checked(file).expect("a file"));
    let footer = Footer::of(&shared).expect("a file").expect("a table of contents");
    (shared, footer)
}

fn text(cells: &Cells, row: usize) -> Option<String> {
    cells.bytes(row).map(|it| String::from_utf8(it.to_vec()).expect("text"))
}

/// All rows, with parts of `step` rows read, and every second one of them passed over if asked.
fn read(bytes: &[u8], step: usize, passes: bool) -> Vec<(usize, Row)> {
    let (shared, footer) = opened(bytes);
    let about: Vec<_> = columns(&footer).expect("columns").into_iter().map(|it| it.1).collect();
    let (mut rows, mut before) = (Vec::new(), 0);
    for group in &footer.groups {
        let mut open = Group::open(&shared, group, &about, &[true; 6])
            .unwrap_or_else(|it| panic!("{}", it.message));
        let mut at = 0;
        let mut is_passed = false;
        while at < group.rows as usize {
            let some = step.min(group.rows as usize - at);
            if is_passed {
                (0..6).for_each(|column| open.pass(column, some as u64));
            } else {
                let cells: Vec<Cells> = (0..6)
                    .map(|it| open.read(it, some).unwrap_or_else(|it| panic!("{}", it.message)))
                    .collect();
                for row in 0..some {
                    let time = cells[1].int(row).expect("a time");
                    let event = text(&cells[2], row).expect("an event");
                    let flag = cells[4].bool(row).expect("a flag");
                    let (other, word) = (text(&cells[3], row), text(&cells[5], row));
                    rows.push((
                        before + at + row,
                        (cells[0].int(row), time, event, other, flag, word),
                    ));
                }
            }
            at += some;
            is_passed = passes && !is_passed;
        }
        before += group.rows as usize;
    }
    rows
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let int = prop_oneof![any::<i64>(), 0..40_i64, Just(7)];
    let word = prop_oneof!["[ab]", "[a-z]{0,9}", Just("long".repeat(90))];
    let row = (
        proptest::option::of(int.clone()),
        int,
        word.clone(),
        proptest::option::of(word.clone()),
        any::<bool>(),
        proptest::option::of(word),
    );
    let one = proptest::collection::vec(row, 1..40);
    // Long runs and many pages come by repetition.
    (one, 1..400_usize).prop_map(|(rows, times)| {
        let count = rows.len() * times;
        rows.into_iter().cycle().take(count).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_was_written_is_read(rows in rows(), group in 1_000..9_000_u64, step in 1..5_000_usize) {
        let bytes = written(&rows, group);
        let found: Vec<Row> = read(&bytes, step, false).into_iter().map(|it| it.1).collect();
        prop_assert_eq!(&found, &rows);
        for (at, row) in read(&bytes, step, true) {
            prop_assert_eq!(&row, &rows[at]);
        }
    }

    #[test]
    fn differences_of_any_numbers_come_back(numbers in proptest::collection::vec(any::<i64>(), 0..700)) {
        let mut packed = Vec::new();
        crate::encode::differences(&mut packed, &numbers);
        let plain = crate::delta::plain(crate::delta::PACKED, &packed, crate::Stored::Int64, numbers.len(), usize::MAX);
        let expected: Vec<u8> = numbers.iter().flat_map(|it| it.to_le_bytes()).collect();
        prop_assert_eq!(plain, Some(expected));
    }
}

#[test]
fn a_column_with_too_many_words_goes_on_without_a_dictionary() {
    let word = |n: usize| format!("word {n:06} {}", "x".repeat(90));
    let rows: Vec<Row> =
        (0..9_000).map(|n| (None, n as i64, word(n), None, false, Some(word(n % 7)))).collect();
    let found: Vec<Row> =
        read(&written(&rows, 6_000), 1_000, false).into_iter().map(|it| it.1).collect();
    assert!(found == rows);
}

#[test]
fn a_row_group_tells_its_smallest_and_largest_values() {
    let row = |person: Option<i64>, time: i64| (person, time, "e".to_owned(), None, true, None);
    let bytes = written(&[row(Some(3), 9), row(Some(8), -4), row(None, 5), row(None, 6)], 3);
    let (_, footer) = opened(&bytes);
    let of = |group: usize, column: usize| footer.groups[group].chunks[column].clone();
    assert_eq!((of(0, 0).range(), of(0, 0).nulls), (Some((3, 8)), Some(1)));
    assert_eq!((of(0, 1).range(), of(0, 1).nulls), (Some((-4, 9)), Some(0)));
    assert_eq!((of(1, 0).range(), of(1, 0).nulls), (None, Some(1)));
    assert_eq!(footer.said("format"), Some("1"));
}

/// Every byte of a page is under its checksum; what is not is the table of contents and headers.
#[test]
fn a_changed_byte_of_a_page_is_noticed() {
    let rows: Vec<Row> = (0..50).map(|n| (Some(n), n, format!("e{n}"), None, true, None)).collect();
    let bytes = written(&rows, 100);
    let contents = bytes.len()
        - 8
        - u32::from_le_bytes(bytes[bytes.len() - 8..][..4].try_into().expect("four")) as usize;
    let mut silent = 0;
    for at in 4..contents {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        let (shared, footer) = opened(&changed);
        let about: Vec<_> = columns(&footer).expect("columns").into_iter().map(|it| it.1).collect();
        let mut group = match Group::open(&shared, &footer.groups[0], &about, &[true; 6]) {
            Ok(group) => group,
            Err(_) => continue,
        };
        silent += usize::from((0..6).all(|it| group.read(it, 50).is_ok()));
    }
    // Some bits of a header say nothing that matters, such as an encoding of levels that there are none of.
    assert!(silent < 20, "{silent}");
}
