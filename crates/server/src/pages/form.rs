//! The fields of a posted form, in either of the forms in which mail providers send them.

use axum::body::Body;

/// Our largest form has some twenty short fields.
const BYTES_MAX: usize = 16 * 1024;

/// The fields; none that can be read is an empty list.
pub(super) async fn read(body: Body) -> Vec<(String, String)> {
    read_within(body, BYTES_MAX).await.unwrap_or_default()
}

/// The fields of a form that may have so many bytes; none where it has more.
pub(crate) async fn read_within(body: Body, bytes_max: usize) -> Option<Vec<(String, String)>> {
    let bytes = axum::body::to_bytes(body, bytes_max).await.ok()?;
    let text = String::from_utf8_lossy(&bytes);
    // Parts begin with their boundary; a name in the other form begins with no hyphen.
    Some(if text.trim_start().starts_with("--") { multipart(&text) } else { urlencoded(&text) })
}

pub(crate) fn value<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
}

pub(crate) fn urlencoded(text: &str) -> Vec<(String, String)> {
    text.trim()
        .split('&')
        .filter(|it| !it.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// Parts are `…name="X"…`, an empty line, the value, and a line that begins with `--`.
fn multipart(text: &str) -> Vec<(String, String)> {
    let part = |it: &str| {
        let name = it.split_once("name=\"")?.1.split('"').next()?;
        let value = it.split_once("\r\n\r\n").or_else(|| it.split_once("\n\n"))?.1;
        let value = value.split("\n--").next().unwrap_or_default();
        Some((name.to_owned(), value.trim_end_matches(['\r', '\n']).to_owned()))
    };
    text.split("Content-Disposition").skip(1).filter_map(part).collect()
}

pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut n = 0;
    while n < bytes.len() {
        let hex = |it: u8| char::from(it).to_digit(16);
        let escaped = match (bytes[n], bytes.get(n + 1), bytes.get(n + 2)) {
            (b'%', Some(&high), Some(&low)) => hex(high).zip(hex(low)),
            _ => None,
        };
        match (escaped, bytes[n]) {
            (Some((high, low)), _) => {
                decoded.push((high * 16 + low) as u8);
                n += 2;
            }
            (None, b'+') => decoded.push(b' '),
            (None, byte) => decoded.push(byte),
        }
        n += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests;
