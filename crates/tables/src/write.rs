//! What is written as CSV, which is little: rows of results.

/// One row of a CSV file, with quotes where they are needed.
pub fn csv_row(values: &[String]) -> String {
    let quoted = |value: &String| match value.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", value.replace('"', "\"\"")),
        false => value.clone(),
    };
    let mut row = values.iter().map(quoted).collect::<Vec<String>>().join(",");
    row.push('\n');
    row
}
