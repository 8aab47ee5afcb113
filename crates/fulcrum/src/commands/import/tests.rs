//! Rows in, events and complaints out.

use super::*;
use clap::Parser;
use model::{EventKind, Timestamp, Value};

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

/// A row's number, and what became of it.
type Row = (u64, Result<Event, Refusal>);

/// Reads `content` as the file `orders.csv`; each row as `row: event` or `row: reason`.
fn ask(options: &[&str], content: &str) -> Result<Vec<Row>, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("orders.csv");
    std::fs::write(&file, content).expect("a file");
    let file = file.display().to_string();
    let words = ["import", &file, "--source", "shop"].into_iter().chain(options.iter().copied());
    let line = Line::try_parse_from(words).map_err(|error| error.to_string())?;
    let told = |error: anyhow::Error| error.to_string();
    let mapping = Mapping::read(&line.arguments).map_err(told)?;
    let mut rows = Rows::open(&line.arguments, &mapping, None).map_err(told)?;
    let source = SourceId::from("shop");
    let arrival = Arrival {
        source: &source,
        received: Timestamp::parse("2026-11-22T09:00:00Z").expect("a time"),
        sent_at: None,
        historical: true,
        event_type: None,
        anonymous_id: None,
    };
    let mut found = Vec::new();
    while let Some(next) = rows.next(&arrival, &Limits::default()).map_err(told)? {
        found.push(next);
    }
    Ok(found)
}

const ORDERS: &str = "Customer,When,Price,Quantity,Country\n\
                      17850.0,2010-12-01 08:26:00,2.50,6.0,NL\n\
                      ,2010-12-01 08:28:00,1.10,3.0,NL\n\
                      12583.0,yesterday,1.10,3.0,NL\n\
                      12583.0,2010-12-02 08:28:00,1.10,3.0,NL\n";
const MAPPED: [&str; 6] =
    ["--event", "Order Completed", "--map", "userId=Customer", "--map", "timestamp=When"];

#[test]
fn columns_become_fields_and_products_become_properties() {
    let options: Vec<&str> = MAPPED
        .into_iter()
        .chain(["--property", "revenue=Price*Quantity", "--property", "q=Quantity"])
        .collect();
    let rows = ask(&options, ORDERS).expect("rows");
    let (number, event) = &rows[0];
    let event = event.as_ref().expect("an event");
    assert_eq!(*number, 2);
    assert_eq!(event.kind, EventKind::Track { name: "Order Completed".to_owned() });
    assert_eq!(event.user_id.as_deref(), Some("17850.0"));
    assert_eq!(event.time.to_string(), "2010-12-01T08:26:00Z");
    assert!(event.flags.historical && !event.flags.clock);
    let properties: Vec<_> = event.properties.iter().collect();
    let (q, revenue) = ("q".to_owned(), "revenue".to_owned());
    assert_eq!(properties, [(&q, &Value::Number(6.0)), (&revenue, &Value::Number(15.0))]);
    let last = rows[3].1.as_ref().expect("an event");
    assert_eq!(last.properties["revenue"], Value::Number(3.3));
}

#[test]
fn rows_that_cannot_be_taken_have_their_reason_and_stop_nobody() {
    let rows = ask(&MAPPED, ORDERS).expect("rows");
    let reasons: Vec<Option<Rejection>> =
        rows.iter().map(|it| it.1.as_ref().err().map(|it| it.rejection)).collect();
    let expected = [None, Some(Rejection::NoIdentity), Some(Rejection::BadTime), None];
    assert_eq!(reasons, expected);
    let short = ask(&MAPPED, "Customer,When\n1,2020-01-01\n2\n3,2020-01-03\n").expect("rows");
    assert_eq!(short.len(), 3);
    assert_eq!(short[1].1.as_ref().err().map(|it| it.rejection), Some(Rejection::NoConversion));
}

#[test]
fn an_id_is_the_file_the_row_and_what_it_says() {
    let ids = |content: &str| -> Vec<String> {
        let rows = ask(&MAPPED, content).expect("rows");
        rows.into_iter().filter_map(|it| it.1.ok()?.message_id).collect()
    };
    let (one, same) = (ids(ORDERS), ids(ORDERS));
    assert_eq!(one, same);
    assert!(one[0].starts_with("orders.csv:2:"), "{}", one[0]);
    let other = ids(&ORDERS.replace("6.0,NL", "7.0,NL"));
    assert_ne!(one[0], other[0]);
    assert_eq!(one[1], other[1]);
}

#[test]
fn a_time_may_be_written_in_its_own_way() {
    let content = "id,date,spent\n4,19970101,29.33\n5,1997-01-01,3\n";
    let options = [
        "--event",
        "Order Completed",
        "--map",
        "userId=id",
        "--map",
        "timestamp=date",
        "--time-format",
        "%Y%m%d",
    ];
    let rows = ask(&options, content).expect("rows");
    let event = rows[0].1.as_ref().expect("an event");
    assert_eq!(event.time.to_string(), "1997-01-01T00:00:00Z");
    assert_eq!(rows[1].1.as_ref().err().map(|it| it.rejection), Some(Rejection::BadTime));
}

#[test]
fn wrong_names_are_met_with_the_right_ones() {
    let complaint = |options: &[&str]| ask(options, ORDERS).expect_err("refused");
    assert!(complaint(&["--map", "userid=Customer"]).contains("did you mean `userId`?"));
    assert!(complaint(&["--map", "userId=Custmer"]).contains("did you mean `Customer`?"));
    assert!(complaint(&["--map", "userId"]).contains("write it like"));
    assert!(complaint(&["--format", "jsonl", "--event", "x"]).contains("are for CSV"));
}

#[test]
fn json_lines_are_events_already() {
    let line =
        r#"{"type":"track","event":"Signed Up","userId":"7","timestamp":"2020-01-01T00:00:00Z"}"#;
    let rows = ask(&["--format", "jsonl"], &format!("{line}\nnonsense\n")).expect("rows");
    let event = rows[0].1.as_ref().expect("an event");
    assert_eq!(event.name(), "Signed Up");
    assert_eq!(rows[1].1.as_ref().err().map(|it| it.rejection), Some(Rejection::NotAnObject));
}
