//! The made-up returns of the demonstration: what five services that do not exist report of
//! themselves, month by month, and how one of them gets worse while its rating stays Good.

use std::fmt::Write as _;

use jiff::Span;
use jiff::civil::Date;

use super::story::{HARBOUR, REPORTING};

/// The first month that is reported.
const FIRST_MONTH: Date = Date::constant(2023, 4, 1);

/// Months that are there on day one: up to February 2025.
const MONTHS: u32 = 23;

/// The headings of the long form.
const HEAD: &str = "provider_id,period_start,period_end,metric,numerator,denominator,value\n";

/// What is counted, over planned or delivered visits: the metric, and in how many of 10,000 visits
/// it usually happens.
const METRICS: [(&str, u32); 4] = [
    ("missed_visit_pct", 35),
    ("late_visit_pct", 820),
    ("short_visit_pct", 390),
    ("ecm_compliance_pct", 9_640),
];

/// The returns that are in the folder on day one.
#[must_use]
pub fn day_one() -> String {
    (0..MONTHS).fold(HEAD.to_owned(), |text, month| text + &rows(month, false))
}

/// The returns for March, which come overnight.
#[must_use]
pub fn day_two() -> String {
    HEAD.to_owned() + &rows(MONTHS, true)
}

fn rows(month: u32, worse: bool) -> String {
    let mut text = String::new();
    let start = FIRST_MONTH.checked_add(Span::new().months(i64::from(month))).unwrap_or(FIRST_MONTH);
    for (number, provider) in (1_u32..).zip(REPORTING) {
        let visits = 2_400 + 700 * number + 40 * (month % 5);
        for (place, (metric, usual)) in (1_u32..).zip(METRICS) {
            let worse = worse && provider == HARBOUR;
            let count = count(visits, usual, 1_000 * month + 10 * number + place, worse.then_some(metric));
            let end = start.last_of_month();
            // A text always takes what is written to it.
            let _ = writeln!(text, "{provider},{start},{end},{metric},{count},{visits},");
        }
    }
    text
}

/// A count about its usual share, within about one and a half times what chance makes of it.
fn count(visits: u32, usual: u32, seed: u32, worse: Option<&str>) -> u32 {
    let expected = f64::from(visits) * f64::from(usual) / 10_000.0;
    let spread = (expected * (1.0 - f64::from(usual) / 10_000.0)).sqrt();
    let factor = match worse {
        Some("missed_visit_pct") => 2.6,
        Some("short_visit_pct") => 2.0,
        _ => 1.0,
    };
    let noise = f64::from(mixed(seed) >> 16) / 65_536.0 * 3.0 - 1.5;
    whole(expected * factor + noise * spread)
}

/// Bits without a pattern that a chart would find, the same each time: the finish of MurmurHash3.
const fn mixed(seed: u32) -> u32 {
    let mut bits = seed;
    bits = (bits ^ (bits >> 16)).wrapping_mul(0x85eb_ca6b);
    bits = (bits ^ (bits >> 13)).wrapping_mul(0xc2b2_ae35);
    bits ^ (bits >> 16)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some thousand visits")]
fn whole(number: f64) -> u32 {
    number.round().max(0.0) as u32
}
