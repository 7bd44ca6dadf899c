//! The colours of the HTML part, in one place so that a test can hold them to their contrast.

use std::collections::BTreeMap;

use minijinja::Value;

/// A role on the page and its colour on a light and on a dark screen.
struct Colour {
    role: &'static str,
    light: &'static str,
    dark: &'static str,
}

const fn colour(role: &'static str, light: &'static str, dark: &'static str) -> Colour {
    Colour { role, light, dark }
}

/// Every colour that the templates use. The bands carry the severity, which always stands beside
/// them in words.
const PALETTE: [Colour; 13] = [
    colour("page", "#f3f2f1", "#101214"),
    colour("card", "#ffffff", "#1c1f22"),
    colour("note", "#eef1f4", "#2b3035"),
    colour("ink", "#0b0c0c", "#f1f1f0"),
    colour("quiet", "#484f52", "#bcc1c4"),
    colour("link", "#174f86", "#9ccaff"),
    colour("line", "#b1b4b6", "#4a5056"),
    colour("on_band", "#ffffff", "#ffffff"),
    colour("contingency", "#9b1c1c", "#9b1c1c"),
    colour("concern", "#854700", "#854700"),
    colour("watch", "#1f5582", "#1f5582"),
    colour("operator", "#3d4a54", "#46545f"),
    colour("cleared", "#0f6636", "#0f6636"),
];

/// The colours by role for a light screen.
pub(super) fn light() -> Value {
    map(|colour| colour.light)
}

/// The colours by role for a dark screen.
pub(super) fn dark() -> Value {
    map(|colour| colour.dark)
}

fn map(pick: impl Fn(&Colour) -> &'static str) -> Value {
    Value::from(PALETTE.iter().map(|colour| (colour.role, pick(colour))).collect::<BTreeMap<&str, &str>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG 2.2, success criterion 1.4.3: the least contrast of text on its ground.
    const CONTRAST_MIN: f64 = 4.5;

    /// Which text colour is set on which ground.
    const PAIRS: [(&str, &[&str]); 4] = [
        ("ink", &["page", "card", "note"]),
        ("quiet", &["page", "card", "note"]),
        ("link", &["page", "card", "note"]),
        ("on_band", &["contingency", "concern", "watch", "operator", "cleared"]),
    ];

    fn luminance(hex: &str) -> f64 {
        let channel = |at: usize| {
            let byte = u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
            let share = f64::from(byte) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (a, b) = (luminance(one), luminance(other));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn find(role: &str) -> &'static Colour {
        PALETTE.iter().find(|colour| colour.role == role).unwrap()
    }

    #[test]
    fn contrast_is_counted_as_the_guidelines_do() {
        assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.01);
        assert!((contrast("#777777", "#ffffff") - 4.48).abs() < 0.01);
    }

    #[test]
    fn every_text_is_readable_on_light_and_on_dark() {
        for (text, grounds) in PAIRS {
            for ground in grounds {
                let (text, ground) = (find(text), find(ground));
                for (one, other) in [(text.light, ground.light), (text.dark, ground.dark)] {
                    let ratio = contrast(one, other);
                    assert!(ratio >= CONTRAST_MIN, "{} on {}: {ratio:.2}", text.role, ground.role);
                }
            }
        }
    }
}
