//! "Did you mean …?": the nearest known word, and shown values that cannot harm a terminal.

use crate::domain::clean_text;

/// A value from the file is shown up to so many characters.
const SHOWN_CHARS_MAX: usize = 80;

/// The known word that a mistyped one was most likely meant to be.
pub(super) fn nearest<'w>(typed: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let typed = typed.to_lowercase();
    let slips_max = 1 + typed.chars().count() / 4;
    known
        .into_iter()
        .map(|word| (strsim::osa_distance(&typed, &word.to_lowercase()), word))
        .filter(|(slips, _)| *slips <= slips_max)
        .min()
        .map(|(_, word)| word)
}

/// A help line: the nearest word, or all of them.
pub(super) fn suggest(typed: &str, known: &[&str], all: &str) -> String {
    match nearest(typed, known.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None => format!("{all} {}", known.join(", ")),
    }
}

/// A text from the file as it stands in a message: in back quotes, harmless and short.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", plain(text))
}

/// A text from the file or a library as it may stand in a message.
pub(super) fn plain(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN_CHARS_MAX).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    clean_text(&shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_found_and_a_stranger_is_not() {
        assert_eq!(nearest("scheduel", ["schedule", "severity"]), Some("schedule"));
        assert_eq!(nearest("Host", ["host", "port"]), Some("host"));
        assert_eq!(nearest("colour", ["host", "port"]), None);
    }

    #[test]
    fn shown_values_are_short_and_harmless() {
        assert_eq!(quoted("a\u{1b}[31m"), "`a\u{FFFD}[31m`");
        assert_eq!(quoted(&"x".repeat(200)).chars().count(), SHOWN_CHARS_MAX + 3);
    }
}
