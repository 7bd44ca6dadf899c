//! Which method suits a series of counts.

use serde::Serialize;

/// The least expected count a period at which an XmR chart may be used.
///
/// Below it the chart cries wolf: simulated false signals on the newest point rise from 1 % at an
/// expected count of 10 to 3 % at 1 and 11 % at 0.2.
pub const EXPECTED_COUNT_XMR_MIN: f64 = 5.0;

/// A way to judge a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A chart of single values and their moving ranges.
    Xmr,
    /// A running sum for rare counts.
    PoissonCusum,
}

/// The method for a series whose count in a period is expected to be `expected_count`.
#[must_use]
pub fn method_for(expected_count: f64) -> Method {
    if expected_count >= EXPECTED_COUNT_XMR_MIN { Method::Xmr } else { Method::PoissonCusum }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_a_period_is_enough_for_a_chart() {
        assert_eq!(method_for(5.0), Method::Xmr);
        assert_eq!(method_for(4.999), Method::PoissonCusum);
        assert_eq!(method_for(f64::NAN), Method::PoissonCusum, "what is unknown is not enough");
    }
}
