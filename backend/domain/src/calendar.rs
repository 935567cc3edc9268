//! Days as a calendar file (iCalendar, RFC 5545) that phones and desktops take in: all-day events only.
//!
//! An event keeps its name from one file to the next, so that a calendar replaces what it has. Deliberately absent: hours,
//! time zones, repetition, alarms and people.

use chrono::{DateTime, Days, NaiveDate, Utc};
use std::fmt::Write;

/// Octets of one line without its end (RFC 5545, 3.1).
const LINE: usize = 75;

/// One day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The same in every file, and no other event's.
    pub uid: String,
    pub day: NaiveDate,
    pub summary: String,
    /// Lines of text; may be empty.
    pub description: String,
    /// May be empty.
    pub location: String,
    /// May be empty.
    pub url: String,
    /// What it was about is over without having been done.
    pub cancelled: bool,
}

/// The file. `now`: when it was made.
#[must_use]
pub fn calendar(name: &str, events: &[Event], now: DateTime<Utc>) -> String {
    let mut file = String::new();
    let mut line = |property: &str, value: &str| fold(&mut file, &format!("{property}:{value}"));
    line("BEGIN", "VCALENDAR");
    line("VERSION", "2.0");
    line("PRODID", "-//Qiancun//Qiancun//ZH");
    line("CALSCALE", "GREGORIAN");
    line("METHOD", "PUBLISH");
    line("X-WR-CALNAME", &escaped(name));
    let stamp = now.format("%Y%m%dT%H%M%SZ").to_string();
    for event in events {
        let next = event.day.checked_add_days(Days::new(1)).unwrap_or(event.day);
        line("BEGIN", "VEVENT");
        line("UID", &escaped(&event.uid));
        line("DTSTAMP", &stamp);
        line("DTSTART;VALUE=DATE", &event.day.format("%Y%m%d").to_string());
        line("DTEND;VALUE=DATE", &next.format("%Y%m%d").to_string());
        line("SUMMARY", &escaped(&event.summary));
        for (property, text) in [("DESCRIPTION", &event.description), ("LOCATION", &event.location)] {
            if !text.is_empty() {
                line(property, &escaped(text));
            }
        }
        // An address is no text: nothing in it is escaped.
        if !event.url.is_empty() {
            line("URL", &event.url.replace(['\r', '\n'], ""));
        }
        line("STATUS", if event.cancelled { "CANCELLED" } else { "CONFIRMED" });
        line("TRANSP", "TRANSPARENT");
        line("END", "VEVENT");
    }
    line("END", "VCALENDAR");
    file
}

/// A text as a value (RFC 5545, 3.3.11); what no line may hold is left out.
fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for char in text.replace("\r\n", "\n").chars() {
        match char {
            '\\' | ';' | ',' => value.extend(['\\', char]),
            '\n' => value.push_str("\\n"),
            control if control.is_control() && control != '\t' => {}
            other => value.push(other),
        }
    }
    value
}

/// Adds a line, folded between characters: what goes on begins with a blank, which counts.
fn fold(file: &mut String, line: &str) {
    let mut octets = 0;
    for char in line.chars() {
        if octets + char.len_utf8() > LINE {
            file.push_str("\r\n ");
            octets = 1;
        }
        // Writing into a string does not fail.
        let _infallible = write!(file, "{char}");
        octets += char.len_utf8();
    }
    file.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event(summary: &str) -> Event {
        Event {
            uid: "milestone-1@qiancun".into(),
            day: "2026-12-31".parse().unwrap(),
            summary: summary.into(),
            description: "五华县, 梅林镇; 黄沙村\n第二行\\".into(),
            location: String::new(),
            url: "https://example.org/a,b;c".into(),
            cancelled: false,
        }
    }

    fn file(events: &[Event]) -> String {
        calendar("我们的承诺", events, "2026-06-30T02:03:04Z".parse().unwrap())
    }

    /// The lines as a reader puts them together again.
    fn unfolded(file: &str) -> Vec<String> {
        file.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn an_event_is_an_all_day_one_with_its_own_name() {
        let lines = unfolded(&file(&[event("建冷库"), Event { cancelled: true, ..event("乙") }]));
        for said in [
            "METHOD:PUBLISH",
            "UID:milestone-1@qiancun",
            "DTSTAMP:20260630T020304Z",
            "DTSTART;VALUE=DATE:20261231",
            "DTEND;VALUE=DATE:20270101",
            "SUMMARY:建冷库",
            "DESCRIPTION:五华县\\, 梅林镇\\; 黄沙村\\n第二行\\\\",
            "URL:https://example.org/a,b;c",
            "STATUS:CONFIRMED",
            "STATUS:CANCELLED",
        ] {
            assert!(lines.iter().any(|line| line == said), "{said}: {lines:#?}");
        }
        assert!(lines.iter().all(|line| !line.starts_with("LOCATION")), "{lines:#?}");
        assert_eq!(
            (lines.first().unwrap().as_str(), lines.last().unwrap().as_str()),
            ("BEGIN:VCALENDAR", "END:VCALENDAR")
        );
        assert_eq!(unfolded(&file(&[])).len(), 7, "without events it is a calendar all the same");
    }

    #[test]
    fn a_long_line_is_folded_between_characters() {
        let long = "柚".repeat(100);
        let text = file(&[event(&long)]);
        assert!(text.split("\r\n").all(|line| line.len() <= LINE), "{text}");
        assert!(text.split("\r\n").any(|line| line.len() > LINE - 3), "lines are filled: {text}");
        assert!(unfolded(&text).contains(&format!("SUMMARY:{long}")));
        // Exactly as long as a line may be.
        let whole = "a".repeat(LINE - "SUMMARY:".len());
        assert!(file(&[event(&whole)]).contains(&format!("\r\nSUMMARY:{whole}\r\n")));
    }

    proptest! {
        #[test]
        fn whatever_is_said_stays_in_its_line_and_is_read_back(said in "(\\PC|[\r\n\t,;\\\\]){0,200}") {
            let text = file(&[event(&said)]);
            prop_assert!(text.split("\r\n").all(|line| line.len() <= LINE && !line.contains(['\r', '\n'])));
            let lines = unfolded(&text);
            let value = lines.iter().find_map(|line| line.strip_prefix("SUMMARY:")).unwrap();
            let mut read = String::new();
            let mut chars = value.chars();
            while let Some(char) = chars.next() {
                match char {
                    '\\' => read.push(match chars.next().unwrap() { 'n' => '\n', other => other }),
                    plain => read.push(plain),
                }
            }
            let kept: String = said.replace("\r\n", "\n").replace('\r', "").chars()
                .filter(|char| !char.is_control() || matches!(char, '\n' | '\t')).collect();
            prop_assert_eq!(read, kept);
        }
    }
}
