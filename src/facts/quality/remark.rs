//! A remark and its words.

use jiff::Span;
use jiff::civil::Date;

use super::{Scope, Series};
use crate::domain::indicator::{Indicator, Unit, Value};
use crate::domain::period::Period;
use crate::domain::return_::ReturnValue;

/// Something odd about a version of a return.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    /// What.
    pub finding: Finding,
    /// The indicator it is about, where it is about one.
    pub indicator: Option<Indicator>,
    /// The location, where it is about one.
    pub location_id: Option<String>,
    /// The zone, where it is about one.
    pub zone: Option<String>,
    /// Where in the file, where it stands in it.
    pub place: Option<String>,
}

/// What is odd.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// Every number is that of the period before: an old form may have been sent again.
    SameAgain {
        /// So many numbers that could differ.
        values: usize,
        /// The period before.
        before: Period,
    },
    /// A newer version of the same period says something else.
    Restated {
        /// What was held.
        old: Figure,
        /// What it says now.
        new: Figure,
    },
    /// What the two returns before had is not there. It is a gap, never a zero.
    LeftOut,
    /// What shares are counted over has fallen or risen so much that they cannot be compared.
    BaseMoved {
        /// What it is a number of.
        base: &'static str,
        /// In the period before.
        old: f64,
        /// Now.
        new: f64,
        /// The period before.
        before: Period,
    },
    /// A share without the two numbers that earlier returns gave with it.
    PartsGone {
        /// The return that had them.
        before: Period,
    },
    /// The zones do not add up to the whole.
    ZonesOff {
        /// What is added up.
        what: &'static str,
        /// How many zones.
        zones: usize,
        /// What they add up to.
        sum: f64,
        /// What the return gives for all of them.
        whole: f64,
    },
    /// Two numbers of one return that cannot both be right.
    Contradiction {
        /// Which two.
        clash: Clash,
        /// The one that should not be larger.
        part: f64,
        /// The one that it should not be larger than.
        of: f64,
    },
    /// Some of its days are in another return too.
    Overlap {
        /// The period of the other.
        other: Period,
        /// How many days.
        days: i32,
    },
    /// Days between two returns that are in neither.
    Hole {
        /// The first and last of them.
        days: Period,
    },
    /// More was found than is listed.
    More {
        /// How many more.
        count: usize,
    },
}

/// A value as a return gives it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// The value.
    pub value: Value,
    /// What was counted.
    pub numerator: Option<f64>,
    /// What it was counted over.
    pub denominator: Option<f64>,
}

/// Two numbers of which the first cannot be larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clash {
    /// Complaints upheld, and all complaints.
    UpheldOverComplaints,
    /// Delivered visits under the late ones, and planned visits under the missed ones.
    DeliveredOverPlanned,
    /// Staff who left, and staff.
    LeaversOverStaff,
}

impl Remark {
    /// Every kind's word, in the order in which remarks are told.
    pub const KINDS: [&'static str; 10] = [
        "same_again",
        "restated",
        "left_out",
        "base_moved",
        "parts_gone",
        "zones_off",
        "contradiction",
        "overlap",
        "hole",
        "more",
    ];

    /// A remark on a version as a whole.
    pub(super) const fn of_whole(finding: Finding) -> Self {
        Self { finding, indicator: None, location_id: None, zone: None, place: None }
    }

    /// A remark on a series that has no value here.
    pub(super) fn of_series(finding: Finding, series: Series<'_>) -> Self {
        Self { indicator: Some(series.indicator), ..Self::of_scope(finding, series.scope) }
    }

    /// A remark on all of a location or zone.
    pub(super) fn of_scope(finding: Finding, scope: Scope<'_>) -> Self {
        Self {
            location_id: scope.location_id.map(str::to_owned),
            zone: scope.zone.map(str::to_owned),
            ..Self::of_whole(finding)
        }
    }

    /// A remark on a value.
    pub(super) fn of_value(finding: Finding, value: &ReturnValue) -> Self {
        Self { place: Some(value.place.clone()), ..Self::of_series(finding, super::series(value)) }
    }

    /// Whether it finds the same for the same location and zone as another.
    pub(super) fn says(&self, other: &Self) -> bool {
        (&self.finding, &self.location_id, &self.zone) == (&other.finding, &other.location_id, &other.zone)
    }

    /// The word stored and shown.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.finding {
            Finding::SameAgain { .. } => Self::KINDS[0],
            Finding::Restated { .. } => Self::KINDS[1],
            Finding::LeftOut => Self::KINDS[2],
            Finding::BaseMoved { .. } => Self::KINDS[3],
            Finding::PartsGone { .. } => Self::KINDS[4],
            Finding::ZonesOff { .. } => Self::KINDS[5],
            Finding::Contradiction { .. } => Self::KINDS[6],
            Finding::Overlap { .. } => Self::KINDS[7],
            Finding::Hole { .. } => Self::KINDS[8],
            Finding::More { .. } => Self::KINDS[9],
        }
    }

    /// The remark in one sentence.
    #[must_use]
    pub fn in_words(&self) -> String {
        let about = || self.about();
        match &self.finding {
            Finding::SameAgain { values, before } => {
                format!(
                    "All {values} numbers are those of {}: was the old form sent again?",
                    days_words(*before)
                )
            }
            Finding::Restated { old, new } => {
                format!("{}: {} before, now {}.", about(), self.figure(old), self.figure(new))
            }
            Finding::LeftOut => format!("{}: left out, though the two returns before had it.", about()),
            Finding::BaseMoved { base, old, new, before } => format!(
                "{}: {} in {}, now {}; shares of the two cannot be compared.",
                self.scoped(base),
                number_words(*old),
                days_words(*before),
                number_words(*new)
            ),
            Finding::PartsGone { before } => {
                let (counted, over) = self.share();
                format!(
                    "{}: a share alone; the return for {} gave {counted} and {over}.",
                    about(),
                    days_words(*before)
                )
            }
            Finding::ZonesOff { what, zones, sum, whole } => format!(
                "{}: the {zones} zones add up to {}, the whole is given as {}.",
                self.scoped(what),
                number_words(*sum),
                number_words(*whole)
            ),
            Finding::Contradiction { clash, part, of } => {
                let said = clash.in_words(&number_words(*part), &number_words(*of));
                format!("{}.", self.scoped(&said))
            }
            Finding::Overlap { other, days } => {
                format!("{} also in the return for {}.", days_are(*days), days_words(*other))
            }
            Finding::Hole { days } => {
                format!("{} in no return: {}.", days_are(days.days()), days_words(*days))
            }
            Finding::More { count } => format!("{count} more remarks on this return are not listed."),
        }
    }

    /// "Visits missed by the provider in North"; a zone or location alone where no indicator is named.
    fn about(&self) -> String {
        match (self.indicator, &self.zone, &self.location_id) {
            (Some(indicator), ..) => self.scoped(indicator.meaning().name),
            (None, Some(zone), Some(location)) => format!("Zone {zone} of location {location}"),
            (None, Some(zone), None) => format!("Zone {zone}"),
            (None, None, Some(location)) => format!("Location {location}"),
            (None, None, None) => "The return".to_owned(),
        }
    }

    fn scoped(&self, words: &str) -> String {
        let mut said = capital(words);
        if let Some(zone) = &self.zone {
            said = format!("{said} in {zone}");
        }
        if let Some(location) = &self.location_id {
            said = format!("{said} at {location}");
        }
        said
    }

    fn share(&self) -> (&'static str, &'static str) {
        self.indicator.and_then(|indicator| indicator.meaning().share).unwrap_or(("a part", "a whole"))
    }

    fn figure(&self, figure: &Figure) -> String {
        let unit = self.indicator.map(|indicator| indicator.meaning().unit);
        let parts = figure.numerator.zip(figure.denominator);
        match (figure.value, parts) {
            (Value::Number(number), Some((counted, over))) => {
                format!("{}% ({} of {})", number_words(number), number_words(counted), number_words(over))
            }
            (Value::Number(number), None) if unit == Some(Unit::Percent) => {
                format!("{}%", number_words(number))
            }
            (Value::Number(number), None) => number_words(number),
            (Value::Date(date), _) => date_words(date),
            (value @ Value::YesNo(_), _) => value.to_string(),
        }
    }
}

impl Clash {
    /// A sentence but for its scope and full stop.
    fn in_words(self, part: &str, of: &str) -> String {
        match self {
            Self::UpheldOverComplaints => {
                format!("complaints upheld ({part}) are more than complaints ({of})")
            }
            Self::DeliveredOverPlanned => {
                format!("visits delivered ({part}) are more than visits planned ({of})")
            }
            Self::LeaversOverStaff => format!("staff who left ({part}) are more than staff ({of})"),
        }
    }
}

impl Figure {
    /// What a value says.
    pub(super) const fn of(value: &ReturnValue) -> Self {
        Self { value: value.value, numerator: value.numerator, denominator: value.denominator }
    }
}

/// The days between two days, without both; none where they follow each other.
pub(super) fn days_within(last: Date, first: Date) -> Option<Period> {
    let day = Span::new().days(1);
    Period::new(last.checked_add(day).ok()?, first.checked_sub(day).ok()?)
}

fn days_are(days: i32) -> String {
    if days == 1 { "1 day is".to_owned() } else { format!("{days} days are") }
}

fn days_words(period: Period) -> String {
    if period.days() == 1 {
        return date_words(period.start());
    }
    format!("{} to {}", date_words(period.start()), date_words(period.end()))
}

fn date_words(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

/// A number as people write it: 1,560, 0.51, 12.5.
fn number_words(number: f64) -> String {
    let text = format!("{:.2}", number.abs());
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let rest = rest.trim_end_matches('0');
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if number < 0.0 { "-" } else { "" };
    format!("{sign}{grouped}{point}{rest}")
}

fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
