//! Round numbers along an axis.

/// About how many lines an axis has.
const TICKS_WANTED: f64 = 5.0;

/// The most lines, whatever the numbers.
const TICKS_MAX: usize = 12;

/// The ends of an axis and its round numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) ticks: Vec<f64>,
    digits: usize,
}

impl Axis {
    /// An axis that holds all `values`, with round ends; from nought up where none is below.
    pub(super) fn over(values: impl IntoIterator<Item = f64>) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            (low, high) = (low.min(value), high.max(value));
        }
        if !low.is_finite() || !high.is_finite() {
            (low, high) = (0.0, 1.0);
        }
        if low >= high {
            let around = 0.5 * low.abs().max(1.0);
            (low, high) = if low >= 0.0 {
                ((low - around).max(0.0), high + around)
            } else {
                (low - around, high + around)
            };
        }
        if low >= 0.0 && low < 0.6 * high {
            low = 0.0;
        }
        Self::between(low, high)
    }

    fn between(low: f64, high: f64) -> Self {
        let step = round_step((high - low) / TICKS_WANTED);
        let low = (low / step).floor() * step;
        let ticks: Vec<f64> = (0_u8..)
            .map(|place| low + f64::from(place) * step)
            .take(TICKS_MAX)
            .take_while(|tick| *tick < high + step * 0.999)
            .collect();
        let high = ticks.last().copied().unwrap_or(high).max(high);
        Self { low, high, ticks, digits: digits(step) }
    }

    /// A round number as it stands on the axis.
    pub(super) fn label(&self, tick: f64) -> String {
        let text = format!("{tick:.*}", self.digits);
        if text.trim_matches(['-', '0', '.']).is_empty() { "0".to_owned() } else { text }
    }
}

/// 1, 2 or 5 times a power of ten, at least `least`.
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    let first = [1.0, 2.0, 5.0, 10.0].into_iter().find(|first| first * power >= least * 0.999_999);
    first.unwrap_or(10.0) * power
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a few digits")]
fn digits(step: f64) -> usize {
    (-step.log10().floor()).clamp(0.0, 6.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(values: &[f64]) -> Vec<String> {
        let axis = Axis::over(values.iter().copied());
        axis.ticks.iter().map(|tick| axis.label(*tick)).collect()
    }

    #[test]
    fn numbers_are_round_and_hold_the_values() {
        assert_eq!(labels(&[1.0, 9.3]), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(labels(&[0.0, 0.07]), ["0.00", "0.02", "0.04", "0.06", "0.08"].map(zero));
        assert_eq!(labels(&[91.0, 99.0]), ["90", "92", "94", "96", "98", "100"]);
        assert_eq!(labels(&[-3.0, 3.0]), ["-4", "-2", "0", "2", "4"]);
    }

    fn zero(text: &str) -> String {
        if text == "0.00" { "0".to_owned() } else { text.to_owned() }
    }

    #[test]
    fn one_value_and_none_have_an_axis_too() {
        for values in [&[][..], &[0.0], &[7.0], &[-1e15], &[1e-9, 2e-9]] {
            let axis = Axis::over(values.iter().copied());
            assert!(axis.low < axis.high && axis.ticks.len() >= 2, "{values:?}: {axis:?}");
            assert!(
                values.iter().all(|value| (axis.low..=axis.high).contains(value)),
                "{values:?}: {axis:?}"
            );
        }
    }
}
