//! Numbers as people write them.

/// The most digits after the point.
const DIGITS_MAX: usize = 9;

/// A number as people write it: four significant digits, without trailing noughts; whole numbers
/// as they are.
#[must_use]
pub fn number(value: f64) -> String {
    if value == value.round() && value.abs() < 1e15 {
        return format!("{}", value + 0.0);
    }
    let mut digits = 3;
    while digits < DIGITS_MAX && value.abs() * 10_f64.powi(exponent(digits)) < 1_000.0 {
        digits += 1;
    }
    if value.abs() >= 10.0 {
        digits = 2;
    }
    let text = format!("{value:.digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn exponent(digits: usize) -> i32 {
    i32::try_from(digits).unwrap_or(i32::MAX)
}

/// Numbers in a row, the newest last; of very many only the last ones.
pub(super) fn numbers(values: &[f64]) -> String {
    const SHOWN_MAX: usize = 60;
    let hidden = values.len().saturating_sub(SHOWN_MAX);
    let shown: Vec<String> = values[hidden..].iter().map(|value| number(*value)).collect();
    if hidden == 0 { shown.join(", ") } else { format!("({hidden} earlier) {}", shown.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_four_digits() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (12.0, "12"),
            (2.5, "2.5"),
            (1.0 / 3.0, "0.3333"),
            (0.000_337_697_866, "0.0003377"),
            (123.456_7, "123.46"),
            (-7.126_07, "-7.126"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
