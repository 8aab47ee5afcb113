//! Forms in, fields out.

use super::*;

#[test]
fn forms_are_read_as_browsers_and_mail_providers_send_them() {
    let check = |text: &str, expected: &str| {
        let fields = if text.contains("form-data") { multipart(text) } else { urlencoded(text) };
        let shown: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(shown.join(" | "), expected, "for `{text}`");
    };
    check("List-Unsubscribe=One-Click", "List-Unsubscribe=One-Click");
    check("scope=topic&a=b+c%20d%C3%A9", "scope=topic | a=b c dé");
    check("a=100%&b", "a=100% | b=");
    check("", "");
    check(
        "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n",
        "List-Unsubscribe=One-Click",
    );
}
