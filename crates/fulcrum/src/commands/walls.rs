//! Times as the clock on the wall shows them: what calendars of blocks are written in.

use super::times::instant_ms;

/// Milliseconds since 1970 of what the clock on the wall shows, as if it hung in Greenwich. A time
/// that is given for all the world is read off a clock in `zone`.
pub fn wall_ms(text: &str, zone: &jiff::tz::TimeZone) -> Option<i64> {
    let for_all = text.parse::<f64>().is_ok() || text.parse::<jiff::Timestamp>().is_ok();
    let at_ms = instant_ms(text)?;
    if !for_all {
        return Some(at_ms);
    }
    let there = jiff::Timestamp::from_millisecond(at_ms).ok()?.to_zoned(zone.clone()).datetime();
    Some(there.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

/// What a clock on the wall shows at this time.
pub fn wall(at_ms: i64) -> jiff::civil::DateTime {
    let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or(jiff::Timestamp::MAX);
    at.to_zoned(jiff::tz::TimeZone::UTC).datetime()
}

/// `2027-01-04`, or `2027-01-04T06:00` where it is not midnight.
pub fn wall_text(at_ms: i64) -> String {
    let at = wall(at_ms);
    match at.time() == jiff::civil::Time::midnight() {
        true => at.date().to_string(),
        false => at.strftime("%Y-%m-%dT%H:%M").to_string(),
    }
}

pub fn zone(name: &str) -> anyhow::Result<jiff::tz::TimeZone> {
    jiff::tz::TimeZone::get(name).map_err(|_| {
        anyhow::anyhow!("--zone: `{name}` is no time zone; write one like Europe/Amsterdam")
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn walls_show_local_time() {
        let amsterdam = super::zone("Europe/Amsterdam").expect("a zone");
        for (text, expected) in [
            ("2027-01-04", "2027-01-04"),
            ("2027-01-04 06:05", "2027-01-04T06:05"),
            ("2027-01-04T23:30:00Z", "2027-01-05T00:30"),
            ("2027-07-04T23:30:00-02:00", "2027-07-05T03:30"),
            ("1799103600", "2027-01-05"),
        ] {
            let found = super::wall_ms(text, &amsterdam).expect("a time");
            assert_eq!(super::wall_text(found), expected, "{text}");
        }
        assert!(super::zone("Amsterdam").is_err());
    }
}
