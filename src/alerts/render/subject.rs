//! The subject line: council, flag, severity, what happened; a provider's name only by setting.
//!
//! It is not a template: mail rules and people's eyes rely on its shape.

use crate::domain::Severity;
use crate::rules::OWN_CHECK;

use super::super::{Alert, Extent, Kind, Refusal, Why};
use super::words::{clean, council_short, cut_at_word, lead, phrase};

/// Longest subject line; longer ones are cut by the lists of most mail programs anyway.
pub(super) const SUBJECT_CHARS_MAX: usize = 120;

/// Longest name of a provider in a subject line: half of it.
const NAME_CHARS_MAX: usize = 57;

/// The subject line of an alert.
pub(super) fn subject(alert: &Alert) -> String {
    let line = format!("[{}] {}", tag(alert), title(alert));
    let Some(name) = alert.provider_name.as_deref().filter(|_| alert.name_in_subject) else {
        return cut_at_word(&line, SUBJECT_CHARS_MAX);
    };
    let name = format!(" - {}", clean(name, NAME_CHARS_MAX));
    format!("{}{name}", cut_at_word(&line, SUBJECT_CHARS_MAX - name.chars().count()))
}

/// `Oldham`, `Oldham CW-0142`, `Oldham CW-0142 +2`.
fn tag(alert: &Alert) -> String {
    let council = council_short(&alert.council);
    match mail_id(alert) {
        Some(id) => format!("{council} {id}"),
        None => council,
    }
}

/// The flag that a reader answers to, and how many stand beside it.
pub(super) fn mail_id(alert: &Alert) -> Option<String> {
    if !matches!(alert.kind, Kind::Alert | Kind::Source) {
        return None;
    }
    let first = clean(&alert.items.first()?.flag, 20);
    Some(match alert.items.len() - 1 {
        0 => first,
        more => format!("{first} +{more}"),
    })
}

/// What the mail says, in one line without the tag: also the title of the HTML part.
pub(super) fn title(alert: &Alert) -> String {
    if let Some(refusal) = &alert.refusal {
        return refusal_title(refusal);
    }
    match alert.kind {
        Kind::Alert => flag_title(alert),
        Kind::Source => source_title(alert),
        Kind::Summary => summary_title(alert),
        Kind::Digest => digest_title(alert),
        Kind::Delivery => "A mail could not be delivered".to_owned(),
        Kind::Config => "The new configuration has a fault; the old one stays in force".to_owned(),
    }
}

fn flag_title(alert: &Alert) -> String {
    match alert.items.first() {
        Some(item) => format!("{}: {}", lead(alert), phrase(item)),
        None => lead(alert),
    }
}

fn source_title(alert: &Alert) -> String {
    let Some(item) = alert.items.first() else { return "A job of Carewarden failed".to_owned() };
    let id = clean(&item.subject.id, 40);
    let (kind, id) = match id.strip_prefix(OWN_CHECK) {
        Some(own) => ("Own check", own.to_owned()),
        None => ("Source", id),
    };
    if item.why == Why::Cleared {
        return format!("{kind} {id}: recovered");
    }
    let said = phrase(item);
    // The tag before the colon names the source; the phrase need not do so again.
    let said = said.replacen(&format!("{} {id} ", kind.to_lowercase()), "", 1);
    // An address says little in a subject line and pushes out what matters; the mail has it.
    let said = said.split(": http").next().unwrap_or_default();
    format!("{kind} {id}: {said}")
}

/// Whose return, by id: a file's name can hold the provider's, which is told only by setting.
fn refusal_title(refusal: &Refusal) -> String {
    let file = match refusal {
        Refusal::More { files, .. } => return format!("{} more returns refused", files.len()),
        Refusal::File(file) => file,
    };
    let first = file.senders.first().map(|sender| clean(&sender.id, 40)).unwrap_or_default();
    let more = match file.senders.len() {
        0 | 1 => String::new(),
        several => format!(" and {} more", several - 1),
    };
    let what = match file.extent {
        Extent::Whole => "refused",
        Extent::Part => "taken in part",
    };
    format!("Return of {first}{more} {what}")
}

fn summary_title(alert: &Alert) -> String {
    let count = |severity| alert.items.iter().filter(|item| item.severity == severity).count();
    let grave: Vec<String> = [Severity::Contingency, Severity::Concern]
        .into_iter()
        .filter(|severity| count(*severity) > 0)
        .map(|severity| format!("{} {severity}", count(severity)))
        .collect();
    let found = format!("{} on the register as found", flags(alert.items.len()));
    if grave.is_empty() { found } else { format!("{found}: {}", grave.join(", ")) }
}

fn digest_title(alert: &Alert) -> String {
    format!(
        "Digest: {}",
        if alert.items.is_empty() { "nothing new".into() } else { flags(alert.items.len()) }
    )
}

/// "no flags", "1 flag", "14 flags".
pub(super) fn flags(count: usize) -> String {
    match count {
        0 => "No flags".to_owned(),
        1 => "1 flag".to_owned(),
        more => format!("{more} flags"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Sample;
    use super::*;

    #[test]
    fn the_line_says_council_flag_severity_and_what() {
        let mut alert = Sample::Contingency.alert();
        assert_eq!(subject(&alert), "[Oldham CW-0142] Contingency: rating fell to Inadequate");
        alert.name_in_subject = true;
        assert_eq!(
            subject(&alert),
            "[Oldham CW-0142] Contingency: rating fell to Inadequate - Brightside Home Care"
        );
    }

    #[test]
    fn a_source_is_named_once() {
        let mut alert = Sample::SourceFailed.alert();
        for (reason, wanted) in [
            (
                "Reading source cqc failed 3 times in a row: timeout.",
                "reading failed 3 times in a row: timeout",
            ),
            ("Source cqc was last read well on 3 Mar 2025.", "was last read well on 3 Mar 2025"),
            ("Reading source cqc failed: https://api.example/x: status 403, a web page.", "reading failed"),
        ] {
            alert.items[0].reason = reason.into();
            assert_eq!(subject(&alert), format!("[Oldham CW-0150] Source cqc: {wanted}"));
        }
    }

    #[test]
    fn what_has_cleared_lends_no_severity_to_what_stands() {
        let mut alert = Sample::Concern.alert();
        alert.items.extend(Sample::Cleared.alert().items);
        alert.severity = Severity::Contingency;
        assert_eq!(subject(&alert), "[Oldham CW-0137 +1] Concern: rating fell to Requires improvement");
    }

    #[test]
    fn a_name_is_cut_and_cannot_add_a_header() {
        let mut alert = Sample::Contingency.alert();
        alert.name_in_subject = true;
        alert.provider_name = Some(format!("A\r\nBcc: all@example.com{}", "x".repeat(10_000)));
        let line = subject(&alert);
        assert!(!line.contains(['\r', '\n']) && line.chars().count() <= SUBJECT_CHARS_MAX, "{line}");
        assert!(line.starts_with("[Oldham CW-0142] Contingency: rating fell to Inadequate - A"), "{line}");
    }
}
