//! Ratings as England's regulator publishes them.

use serde::Serialize;

/// An overall or key-question rating of the Care Quality Commission, best first.
///
/// Only the four published ratings are values: "Inspected but not rated", "Not Rated", a blank and
/// the other sentinels are the absence of a rating and never become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Rating {
    /// The service is performing exceptionally well.
    Outstanding,
    /// The service is performing well and meets expectations.
    Good,
    /// The service is not performing as well as it should.
    #[serde(rename = "Requires improvement")]
    RequiresImprovement,
    /// The service is performing badly.
    Inadequate,
}

impl Rating {
    /// The four, best first.
    pub const ALL: [Self; 4] = [Self::Outstanding, Self::Good, Self::RequiresImprovement, Self::Inadequate];

    /// Reads a published rating without regard to case or surrounding and doubled blanks
    /// (`Requires improvement` and `Requires Improvement` are both in use); a sentinel is `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        let spelled = words.join(" ");
        Self::ALL.into_iter().find(|rating| rating.as_str().to_lowercase() == spelled)
    }

    /// The rating as the regulator writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Outstanding => "Outstanding",
            Self::Good => "Good",
            Self::RequiresImprovement => "Requires improvement",
            Self::Inadequate => "Inadequate",
        }
    }

    /// Below Good: a council that contracts with "good or better" has to decide something.
    #[must_use]
    pub const fn is_poor(self) -> bool {
        matches!(self, Self::RequiresImprovement | Self::Inadequate)
    }

    /// 0 for Outstanding up to 3 for Inadequate: how bad, for comparing two findings.
    #[must_use]
    pub const fn badness(self) -> u32 {
        self as u32
    }
}

/// The five questions that every inspection answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum KeyQuestion {
    /// Are people protected from abuse and avoidable harm?
    Safe,
    /// Does care achieve good outcomes?
    Effective,
    /// Do staff treat people with compassion and dignity?
    Caring,
    /// Is the service organised to meet people's needs?
    Responsive,
    /// Do leadership and governance assure good care?
    #[serde(rename = "Well-led")]
    WellLed,
}

impl KeyQuestion {
    /// The five, in the regulator's own order.
    pub const ALL: [Self; 5] = [Self::Safe, Self::Effective, Self::Caring, Self::Responsive, Self::WellLed];

    /// Reads a key question's name; punctuation, blanks and case do not matter
    /// (`Well-led`, `Well led`, `wellled`).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let letters = |s: &str| -> String {
            s.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect()
        };
        let spelled = letters(text);
        Self::ALL.into_iter().find(|question| letters(question.as_str()) == spelled)
    }

    /// The name as the regulator writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "Safe",
            Self::Effective => "Effective",
            Self::Caring => "Caring",
            Self::Responsive => "Responsive",
            Self::WellLed => "Well-led",
        }
    }
}

/// Whether a location or provider is on the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Registration {
    /// May lawfully provide care.
    Registered,
    /// Has left the register; its ratings stay published.
    Deregistered,
}

impl Registration {
    /// Reads the register's word; anything else is `None` and never a change of state.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_lowercase().as_str() {
            "registered" => Some(Self::Registered),
            "deregistered" => Some(Self::Deregistered),
            _ => None,
        }
    }

    /// The register's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "Registered",
            Self::Deregistered => "Deregistered",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_one_rating_and_sentinels_are_none() {
        for text in ["Requires improvement", "Requires Improvement", " requires  improvement "] {
            assert_eq!(Rating::parse(text), Some(Rating::RequiresImprovement), "{text:?}");
        }
        for text in ["", "Inspected but not rated", "No published rating", "Not Rated", "Goodish"] {
            assert_eq!(Rating::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn key_questions_are_found_whatever_the_punctuation() {
        for text in ["Well-led", "well led", "WELL–LED"] {
            assert_eq!(KeyQuestion::parse(text), Some(KeyQuestion::WellLed), "{text:?}");
        }
        assert_eq!(KeyQuestion::parse("Overall"), None);
    }
}
