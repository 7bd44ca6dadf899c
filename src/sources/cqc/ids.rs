//! Ids of the register, before they go into an address.

/// Whether an id has a form that the register issues: `1-` and 9 to 11 digits, or a short code of
/// capitals and digits (`RM317`). Anything else is never put into a URL: a lower-case id answers
/// 400, and a stray "/" would ask for something else.
#[must_use]
pub fn is_usable_id(id: &str) -> bool {
    match id.strip_prefix("1-") {
        Some(digits) => (9..=11).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()),
        None => {
            (3..=12).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_numbers_of_the_register_or_short_codes() {
        for id in ["1-113868677", "1-6321709131", "1-10001702698", "RM317", "RT2"] {
            assert!(is_usable_id(id), "{id}");
        }
        for id in ["", "rm317", "1-12345678", "1-123456789012", "1-12345678x", "../x", "RM 317", "RM317/"] {
            assert!(!is_usable_id(id), "{id}");
        }
    }
}
