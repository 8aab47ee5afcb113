//! The calendar for the team's own calendars: iCalendar (RFC 5545), one event per block.

use std::fmt::Write;

use jiff::civil::DateTime;
use measurement::TimeBlock;

use crate::commands::walls::{wall, wall_text};

/// Times are those of the wall wherever the calendar is opened ("floating"). `id` tells calendars
/// apart, so that the same one imported again replaces its events; `stamp` is now.
pub fn ics(channels: &[String], blocks: &[TimeBlock], id: &str, stamp: jiff::Timestamp) -> String {
    let mut text = String::new();
    let mut line = |content: &str| fold(&mut text, content);
    line("BEGIN:VCALENDAR");
    line("VERSION:2.0");
    line("PRODID:-//Fulcrum//switchback//EN");
    for block in blocks {
        let says = |(bit, name): (usize, &String)| {
            format!("{name} {}", if block.on >> bit & 1 == 1 { "ON" } else { "off" })
        };
        let summary = channels.iter().enumerate().map(says).collect::<Vec<_>>().join(", ");
        let description = format!(
            "Block {} of {}, stratum {}. Outcomes count from {}.",
            block.number,
            blocks.len(),
            block.stratum,
            wall_text(block.counted_from_ms)
        );
        line("BEGIN:VEVENT");
        line(&format!("UID:{id}-{}@switchback", block.number));
        line(&format!("DTSTAMP:{}", stamp.strftime("%Y%m%dT%H%M%SZ")));
        let (from, to) = (wall(block.from_ms), wall(block.to_ms));
        let midnight = |it: DateTime| it.time() == jiff::civil::Time::midnight();
        let days = midnight(from) && midnight(to);
        for (name, at) in [("DTSTART", from), ("DTEND", to)] {
            line(&match days {
                true => format!("{name};VALUE=DATE:{}", at.strftime("%Y%m%d")),
                false => format!("{name}:{}", at.strftime("%Y%m%dT%H%M%S")),
            });
        }
        line(&format!("SUMMARY:{}", escaped(&summary)));
        line(&format!("DESCRIPTION:{}", escaped(&description)));
        line("TRANSP:TRANSPARENT");
        line("END:VEVENT");
    }
    line("END:VCALENDAR");
    text
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// Lines end with CR LF and hold at most 75 octets; what follows begins with a space. No character
/// is cut in two.
fn fold(text: &mut String, content: &str) {
    const OCTETS_MAX: usize = 75;
    let mut octets = 0;
    for character in content.chars() {
        if OCTETS_MAX < octets + character.len_utf8() {
            text.push_str("\r\n ");
            octets = 1;
        }
        octets += character.len_utf8();
        text.push(character);
    }
    // Writing to a string cannot fail.
    let _ = write!(text, "\r\n");
}
