//! Ids of the register, before they go into an address.

/// The longest id that is asked for; the register's own have 13 characters at most.
const ID_CHARS_MAX: usize = 20;

/// Whether an id may go into an address: capitals, digits and hyphens, as in `1-6321709131` and
/// `RM317`. Anything else is never asked for: a lower-case id answers 400, and a stray "/" would
/// ask for something else. How many digits an id has is the register's affair: it may grow.
#[must_use]
pub fn is_usable_id(id: &str) -> bool {
    let usable = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=ID_CHARS_MAX).contains(&id.len()) && id.bytes().all(usable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_numbers_of_the_register_or_short_codes() {
        for id in ["1-113868677", "1-6321709131", "1-10001702698", "RM317", "RT2"] {
            assert!(is_usable_id(id), "{id}");
        }
        for id in
            ["", "rm317", "1-12345678x", "../x", "RM 317", "RM317/", "1-1?page=2", "1-12345678901234567890"]
        {
            assert!(!is_usable_id(id), "{id}");
        }
    }
}
