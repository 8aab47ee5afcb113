//! Fields as a form of a page sends them: `application/x-www-form-urlencoded`, and queries. Pure.

/// The most fields that are read; providers send some thirty.
const FIELDS_MAX: usize = 200;

/// As a form of a page sends its fields.
pub fn form<N: AsRef<str>, V: AsRef<str>>(fields: &[(N, V)]) -> String {
    let pair =
        |(name, value): &(N, V)| format!("{}={}", escaped(name.as_ref()), escaped(value.as_ref()));
    fields.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// All but what RFC 3986 calls unreserved as `%XX`; OAuth 1.0a signs exactly this form.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => {
                escaped.push(char::from(byte));
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

/// Names and values in their order; none if they are not of this form, or too many.
pub fn fields(body: &[u8]) -> Option<Vec<(String, String)>> {
    let text = std::str::from_utf8(body).ok()?;
    let pairs: Vec<&str> = text.split('&').filter(|it| !it.is_empty()).collect();
    let field = |pair: &&str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((plain(name)?, plain(value)?))
    };
    if pairs.len() <= FIELDS_MAX { pairs.iter().map(field).collect() } else { None }
}

/// `+` is a blank and `%XX` a byte.
pub fn plain(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        bytes.push(match first {
            b'+' => b' ',
            b'%' => {
                let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
                rest = &rest[2..];
                digits.bytes().all(|it| it.is_ascii_hexdigit()).then_some(())?;
                u8::from_str_radix(digits, 16).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}
