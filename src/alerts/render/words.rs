//! Words made safe and short, shared by the subject line and both parts.

use crate::domain::{Severity, clean_text};

use super::super::{Alert, Item, Kind, Why};

/// Longest phrase after the severity in a subject line.
const PHRASE_CHARS_MAX: usize = 70;

/// Longest short name of a council in a subject line.
const COUNCIL_CHARS_MAX: usize = 40;

/// Text from outside as it may stand in a mail: no character that steers, trimmed, cut to a length.
///
/// Names are cleaned where they are read; this is the second lock.
pub(super) fn clean(text: &str, chars_max: usize) -> String {
    clean_line(text.trim(), chars_max)
}

/// The same with the blanks at its start, for lines that show a place with carets.
pub(super) fn clean_line(text: &str, chars_max: usize) -> String {
    let mut chars = text.trim_end().chars();
    let mut kept: String = chars.by_ref().take(chars_max).collect();
    if chars.next().is_some() {
        kept.pop();
        kept.push('…');
    }
    clean_text(&kept)
}

/// "Oldham" of "Oldham Council": the subject line is short.
pub(super) fn council_short(council: &str) -> String {
    let name = clean(council, COUNCIL_CHARS_MAX);
    match name.strip_suffix(" Council") {
        Some(short) if !short.is_empty() => short.to_owned(),
        _ => name,
    }
}

/// A severity as a word that starts a line.
pub(super) const fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Operator => "Operator",
        Severity::Watch => "Watch",
        Severity::Concern => "Concern",
        Severity::Contingency => "Contingency",
    }
}

/// The severity that an alert speaks of: its first item's. What has cleared stands last, however
/// grave it was, so that it does not lend its colour to what stands.
pub(super) fn gravest(alert: &Alert) -> Severity {
    match (alert.kind, alert.items.first()) {
        (Kind::Alert, Some(item)) => item.severity,
        _ => alert.severity,
    }
}

/// What stands before the phrase: the severity and, where it is not the first telling, why again.
pub(super) fn lead(alert: &Alert) -> String {
    let severity = severity_word(gravest(alert));
    let lower = gravest(alert).as_str();
    match alert.why {
        Why::First | Why::NewInGroup => severity.to_owned(),
        Why::Worse => format!("{severity}, worse"),
        Why::Escalated => format!("{severity}, unanswered"),
        Why::Reminder => format!("Reminder, {lower}"),
        Why::Cleared => "Cleared".to_owned(),
        Why::Correction => format!("Correction, {lower}"),
    }
}

/// What happened, in a few words: the first sentence of the item's reason without its dates in
/// brackets, and of a change only where it ended; for lack of a reason, the rule's name.
pub(super) fn phrase(item: &Item) -> String {
    let sentence = first_sentence(&clean(&item.reason, usize::MAX));
    let sentence = without_brackets(without_signal(&sentence));
    let said = if sentence.is_empty() { clean(&item.rule_name, PHRASE_CHARS_MAX) } else { sentence };
    cut_at_word(&shorten_fall(&lower_first(&said)), PHRASE_CHARS_MAX)
}

fn first_sentence(reason: &str) -> String {
    let end = reason.find(". ").unwrap_or(reason.len());
    reason[..end].trim_end_matches('.').to_owned()
}

/// How a sentence goes on that says by which rule a value is more than chance: that is for the mail,
/// the subject has room for the value alone.
const SIGNALS: [&str; 4] = [" lies above the ", " lies below the ", " lies beyond the ", " adds up with "];

fn without_signal(sentence: &str) -> &str {
    let end = SIGNALS.iter().filter_map(|words| sentence.find(words)).min();
    &sentence[..end.unwrap_or(sentence.len())]
}

/// Takes out "(…)" and the blank before it.
fn without_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::new();
    for c in text.chars() {
        match c {
            '(' => {
                depth += 1;
                kept.truncate(kept.trim_end().len());
            }
            ')' if depth > 0 => depth -= 1,
            _ if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Lower case, but for key questions (the regulator's own names) and abbreviations.
fn lower_first(text: &str) -> String {
    let first = text.split(' ').next().unwrap_or_default();
    let is_name = crate::domain::KeyQuestion::parse(first).is_some();
    let is_abbreviation = first.chars().nth(1).is_some_and(char::is_uppercase);
    let mut chars = text.chars();
    match chars.next() {
        Some(c) if !is_name && !is_abbreviation => c.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

/// "overall rating fell from Good to Inadequate, with Safe Inadequate" → "rating fell to Inadequate".
fn shorten_fall(text: &str) -> String {
    let text = text.split(", with ").next().unwrap_or(text);
    let text = text.strip_prefix("overall ").filter(|rest| rest.starts_with("rating")).unwrap_or(text);
    for verb in [" fell from ", " rose from "] {
        let Some((what, rest)) = text.split_once(verb) else { continue };
        if let Some((_, to)) = rest.split_once(" to ") {
            return format!("{what}{}to {to}", verb.trim_end_matches("from "));
        }
    }
    text.to_owned()
}

/// Cut at the last blank that fits, with "…".
pub(super) fn cut_at_word(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    let kept: String = text.chars().take(chars_max.saturating_sub(1)).collect();
    let end = kept.rfind(' ').filter(|end| *end > kept.len() / 2).unwrap_or(kept.len());
    format!("{}…", kept[..end].trim_end_matches([',', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrase_of(reason: &str) -> String {
        let mut item = super::super::super::Sample::Contingency.alert().items.remove(0);
        item.reason = reason.into();
        phrase(&item)
    }

    #[test]
    fn a_reason_becomes_a_few_words() {
        for (reason, wanted) in [
            (
                "Overall rating fell from Good (12 Jun 2021) to Inadequate (3 Mar 2025).",
                "rating fell to Inadequate",
            ),
            (
                "Safe is rated Inadequate while overall is Requires improvement (3 Mar 2025).",
                "Safe is rated Inadequate while overall is Requires improvement",
            ),
            (
                "Left the register on 3 Mar 2025. CW-0003 is closed with it.",
                "left the register on 3 Mar 2025",
            ),
            (
                "Overall rating fell from Good (12 Jun 2021) to Inadequate (3 Mar 2025), with Safe Inadequate.",
                "rating fell to Inadequate",
            ),
            (
                "Rated Inadequate (3 Mar 2025); no decision has been recorded for 90 days.",
                "rated Inadequate; no decision has been recorded for 90 days",
            ),
            ("Rated Good (3 Mar 2025), not Inadequate.", "rated Good, not Inadequate"),
            ("CQC has suspended it.", "CQC has suspended it"),
            (
                "Visits missed: 0.83 % (50 of 6,020 planned visits) for March 2025 adds up with the periods before it.",
                "visits missed: 0.83 % for March 2025",
            ),
            (
                "Late visits: 12 % for March 2025, red (green is 10 or less).",
                "late visits: 12 % for March 2025, red",
            ),
            ("", "rated Inadequate"),
            ("(", "rated Inadequate"),
        ] {
            assert_eq!(phrase_of(reason), wanted, "{reason:?}");
        }
    }

    #[test]
    fn a_long_phrase_ends_at_a_word() {
        let phrase = phrase_of(&"word ".repeat(40));
        assert!(phrase.chars().count() <= PHRASE_CHARS_MAX && phrase.ends_with("word…"), "{phrase}");
    }

    #[test]
    fn a_council_is_called_by_its_place() {
        assert_eq!(council_short("Oldham Council"), "Oldham");
        assert_eq!(council_short("City of York Council"), "City of York");
        assert_eq!(council_short("Cyngor Gwynedd"), "Cyngor Gwynedd");
    }
}
