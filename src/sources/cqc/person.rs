//! Whose name is it: an organisation's, which is kept, or a person's, which is not.

use serde_json::Value;

const TITLES: &[&str] =
    &["mr", "mrs", "ms", "miss", "mx", "dr", "doctor", "prof", "professor", "sir", "dame", "rev"];

/// Words that make a name with a title a trade name: "Miss Daisy Home Care".
const TRADE: &[&str] = &[
    "agency",
    "and",
    "care",
    "centre",
    "cic",
    "clinic",
    "company",
    "group",
    "health",
    "healthcare",
    "home",
    "homecare",
    "homes",
    "house",
    "limited",
    "living",
    "llp",
    "ltd",
    "nursing",
    "plc",
    "practice",
    "service",
    "services",
    "support",
    "surgery",
    "uk",
];

/// The longest name that a title makes a person's.
const NAME_WORDS_MAX: usize = 6;

/// A number with fewer digits is not one to call from outside.
const TELEPHONE_DIGITS_MIN: usize = 10;

/// Whether a provider with this `ownershipType` goes by people's names.
pub(super) fn goes_by_people(ownership: Option<&str>) -> bool {
    ownership.is_some_and(|word| matches!(word.trim().to_lowercase().as_str(), "individual" | "partnership"))
}

/// Whether a name reads as a person's by itself: a title and a few words, none of them of trade.
pub(super) fn reads_as_person(name: &str) -> bool {
    let words = words(name);
    let rest = words.get(1..).unwrap_or_default();
    let titled = words.first().is_some_and(|word| TITLES.contains(&word.as_str()));
    titled
        && (1..NAME_WORDS_MAX).contains(&rest.len())
        && !rest.iter().any(|word| TRADE.contains(&word.as_str()))
}

/// Whether a name is the same person as one of `people`, titles aside.
pub(super) fn is_one_of(name: &str, people: &[String]) -> bool {
    let bare = |text: &str| -> Vec<String> {
        words(text).into_iter().filter(|word| !TITLES.contains(&word.as_str())).collect()
    };
    let wanted = bare(name);
    !wanted.is_empty() && people.iter().any(|person| bare(person) == wanted)
}

/// The name that must not be kept, if a provider's record as received carries one.
pub(super) fn of_provider(raw: &Value) -> Option<String> {
    let text = |field| raw.get(field).and_then(Value::as_str);
    text("name")
        .filter(|name| goes_by_people(text("ownershipType")) || reads_as_person(name))
        .map(str::to_owned)
}

/// Whether a word of a text is shaped like an e-mail address ("Care@Home" is a name and is not).
pub(super) fn carries_email(text: &str) -> bool {
    text.split(|c: char| c.is_whitespace() || "<>(),;".contains(c)).any(|word| {
        word.split_once('@')
            .is_some_and(|(user, host)| !user.is_empty() && host.trim_matches('.').contains('.'))
    })
}

/// Whether a text carries a telephone number: 0 or + at the beginning of a word, ten digits or more
/// with nothing but blanks, brackets and hyphens between them.
pub(super) fn carries_telephone(text: &str) -> bool {
    let between = |c: char| c.is_ascii_digit() || " ()-".contains(c);
    let begins = text.char_indices().filter(|(at, c)| {
        "0+".contains(*c) && !text[..*at].ends_with(|before: char| before.is_alphanumeric() || before == '-')
    });
    begins.map(|(at, _)| &text[at + 1..]).any(|rest| {
        let digits = rest.chars().take_while(|c| between(*c)).filter(char::is_ascii_digit).count();
        digits + 1 >= TELEPHONE_DIGITS_MIN
    })
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '-')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_makes_a_person_unless_the_name_is_a_trade_name() {
        for name in ["Mr. Given Family", "Mrs A B Family", "Dr Family", "MISS FAMILY"] {
            assert!(reads_as_person(name), "{name}");
        }
        for name in ["Miss Daisy Home Care", "Dr Family Limited", "Drive Ltd", "Mr", "Given Family"] {
            assert!(!reads_as_person(name), "{name}");
        }
    }

    #[test]
    fn the_owner_s_name_is_known_again_without_title_or_stops() {
        let people = ["Mrs. Given Q Family".to_owned()];
        assert!(is_one_of("given q family", &people));
        assert!(!is_one_of("Given Family Care", &people));
        assert!(!is_one_of("", &people));
    }

    #[test]
    fn an_address_is_an_email_and_care_at_home_is_not() {
        assert!(carries_email("write to <a.b@example.org>"));
        assert!(!carries_email("Care@Home Ltd."));
        assert!(!carries_email("@home.example"));
    }

    #[test]
    fn a_telephone_is_told_from_an_id_a_date_and_a_company_number() {
        for text in ["0161 496 0000", "ask 07700900123", "+44 (0)161 496-0000", "(0161) 496 0000"] {
            assert!(carries_telephone(text), "{text}");
        }
        for text in ["1-10001702698", "2024-09-17 15:19:48", "01234567", "OL1 1AA", "RA1", "0-18"] {
            assert!(!carries_telephone(text), "{text}");
        }
    }
}
