//! Text from outside, made harmless before it is stored.

/// A name longer than this is cut, with "…" in its last place.
pub const NAME_CHARS_MAX: usize = 200;

/// Characters that steer a terminal, a mail header or the direction of text.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// Replaces control and bidirectional characters by U+FFFD; tabs and line ends count as control.
#[must_use]
pub fn clean_text(text: &str) -> String {
    text.chars().map(|c| if steers(c) { '\u{FFFD}' } else { c }).collect()
}

/// A name from outside as it may be stored and shown: trimmed, harmless, at most
/// [`NAME_CHARS_MAX`] characters; `None` when nothing is left, so that the caller shows the id.
#[must_use]
pub fn clean_name(name: &str) -> Option<String> {
    let name = name.trim();
    if name.is_empty() {
        return None;
    }
    let mut chars = name.chars();
    let mut kept: String = chars.by_ref().take(NAME_CHARS_MAX).collect();
    if chars.next().is_some() {
        kept.pop();
        kept.push('…');
    }
    Some(clean_text(&kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_lose_their_teeth() {
        assert_eq!(clean_name("A\r\nBcc: x"), Some("A\u{FFFD}\u{FFFD}Bcc: x".into()));
        assert_eq!(clean_name("a\u{202E}b\0"), Some("a\u{FFFD}b\u{FFFD}".into()));
        assert_eq!(clean_name("  \t "), None);
        let long = clean_name(&"x".repeat(10_000)).expect("a name is left");
        assert_eq!(long.chars().count(), NAME_CHARS_MAX);
        assert!(long.ends_with('…'));
    }
}
