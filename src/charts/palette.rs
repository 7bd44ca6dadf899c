//! The colours, chosen so that people who see few colours can tell them apart (after Okabe and
//! Ito), each dark enough on white: WCAG 2.2, 1.4.11, asks for 3 to 1 where a colour carries sense.

/// What a colour is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// The ground under everything, so that a dark page does not swallow the lines.
    Ground,
    /// Words.
    Words,
    /// Lines that only guide the eye.
    Grid,
    /// Ordinary points and the line through them.
    Ordinary,
    /// Mean and limits.
    Limits,
    /// Limits that allow for the spread of the units.
    Widened,
    /// The target.
    Target,
    /// A change for the worse.
    Worse,
    /// A change for the better.
    Better,
    /// A change where neither way is better.
    Neutral,
}

impl Ink {
    /// Every colour.
    pub const ALL: [Self; 10] = [
        Self::Ground,
        Self::Words,
        Self::Grid,
        Self::Ordinary,
        Self::Limits,
        Self::Widened,
        Self::Target,
        Self::Worse,
        Self::Better,
        Self::Neutral,
    ];

    /// Red, green and blue.
    #[must_use]
    pub const fn rgb(self) -> [u8; 3] {
        match self {
            Self::Ground => [0xff, 0xff, 0xff],
            Self::Words | Self::Neutral => [0x0b, 0x0c, 0x0c],
            Self::Grid => [0xdd, 0xdf, 0xe1],
            Self::Ordinary => [0x5a, 0x63, 0x68],
            Self::Limits => [0x48, 0x4f, 0x52],
            Self::Widened => [0x8a, 0x6d, 0x00],
            Self::Target => [0x7a, 0x3e, 0x9d],
            Self::Worse => [0xc8, 0x4e, 0x00],
            Self::Better => [0x00, 0x66, 0xa6],
        }
    }

    pub(super) fn hex(self) -> String {
        let [red, green, blue] = self.rgb();
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(ink: Ink) -> f64 {
        let [red, green, blue] = ink.rgb().map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    #[test]
    fn what_carries_sense_stands_out_from_the_ground() {
        for ink in Ink::ALL.into_iter().filter(|ink| !matches!(ink, Ink::Ground | Ink::Grid)) {
            let contrast = (luminance(Ink::Ground) + 0.05) / (luminance(ink) + 0.05);
            assert!(contrast >= 4.5, "{ink:?} has a contrast of {contrast:.2}");
        }
    }
}
