//! The indicators of a return: a closed table of what is measured, how, and what is good.

use jiff::civil::Date;
use serde::Serialize;

use super::period::days_between;
use Bound::{AtLeast, AtMost, Over, Under};

/// Below this denominator a percentage says too little to be judged, unless a template says else.
pub const DENOMINATOR_MIN: f64 = 20.0;

/// Days before an insurance ends from which it is amber.
pub const EXPIRY_WARN_DAYS: i32 = 30;

/// Days after which the review or test of a continuity plan is amber.
pub const PLAN_AGE_DAYS_MAX: i32 = 365;

/// Days that a service may be without a registered manager.
pub const MANAGER_ABSENT_DAYS_MAX: i32 = 28;

/// What a value is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 0 to 100, and a little more where more than planned can be done.
    Percent,
    /// A whole number of things.
    Count,
    /// Hours.
    Hours,
    /// People, or full-time equivalents.
    People,
    /// A civil date.
    Date,
    /// Yes or no; a date means "no, since".
    YesNo,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// It is context, neither is better.
    Neither,
}

/// One end of a band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// `>= 95`
    AtLeast(f64),
    /// `> 2`
    Over(f64),
    /// `<= 0.5`
    AtMost(f64),
    /// `< 90`
    Under(f64),
}

/// The bands of an indicator: what is neither green nor red is amber, unless there is no amber.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bands {
    /// Green from here.
    pub green: Option<Bound>,
    /// Red from here.
    pub red: Option<Bound>,
    /// Whether what lies between them is amber; without, it is not judged.
    pub amber: Between,
    /// The smallest denominator that is judged.
    pub denominator_min: f64,
}

/// What lies between green and red.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// Amber.
    Amber,
    /// Not judged: no council has said.
    Open,
}

/// What a value amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// As it should be.
    Green,
    /// Worth a look.
    Amber,
    /// Not as it should be.
    Red,
    /// Counted over too few to say.
    TooFew,
    /// There is no band for it.
    NotJudged,
}

/// A reported value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A number in the indicator's unit.
    Number(f64),
    /// A date.
    Date(Date),
    /// Yes or no.
    YesNo(bool),
}

/// What an indicator is, in one row of the table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Meaning {
    /// The stored name.
    pub key: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// What it is counted in.
    pub unit: Unit,
    /// What is counted over what, where it is a share.
    pub share: Option<(&'static str, &'static str)>,
    /// The smallest and the largest value that can be true.
    pub range: (f64, f64),
    /// Which way is better.
    pub better: Better,
    /// The default bands.
    pub bands: Option<Bands>,
}

const fn bands(green: Bound, red: Bound) -> Option<Bands> {
    Some(Bands {
        green: Some(green),
        red: Some(red),
        amber: Between::Amber,
        denominator_min: DENOMINATOR_MIN,
    })
}

/// Green at none; what one or more means is left to the reader.
const NONE_IS_GREEN: Option<Bands> =
    Some(Bands { green: Some(AtMost(0.0)), red: None, amber: Between::Open, denominator_min: 0.0 });

/// Green at none, red from the first.
const NONE_OR_RED: Option<Bands> = Some(Bands {
    green: Some(AtMost(0.0)),
    red: Some(AtLeast(1.0)),
    amber: Between::Amber,
    denominator_min: 0.0,
});

const PERCENT: (f64, f64) = (0.0, 100.0);
/// More hours than were commissioned can be delivered.
const PERCENT_OVER: (f64, f64) = (0.0, 200.0);
const STAFF: (f64, f64) = (0.0, 3_000.0);
const COUNT: (f64, f64) = (0.0, 100_000.0);
const HOURS: (f64, f64) = (0.0, 1_000_000.0);
const NO_RANGE: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

/// Writes the enum and its table from one list, so that an indicator without a meaning cannot exist.
macro_rules! indicators {
    ($($name:ident $key:literal $words:literal $unit:ident $share:expr, $range:expr, $better:ident, $bands:expr;)*) => {
        /// What a return can measure.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Indicator {
            $(#[doc = $words] $name,)*
        }

        impl Indicator {
            /// Every indicator.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its row of the table.
            #[must_use]
            pub const fn meaning(self) -> Meaning {
                match self {
                    $(Self::$name => Meaning {
                        key: $key,
                        name: $words,
                        unit: Unit::$unit,
                        share: $share,
                        range: $range,
                        better: Better::$better,
                        bands: $bands,
                    },)*
                }
            }
        }
    };
}

indicators! {
    HoursDelivered "hours_delivered_pct" "hours delivered" Percent Some(("delivered hours", "commissioned hours")), PERCENT_OVER, Higher, bands(AtLeast(95.0), Under(90.0));
    MissedVisits "missed_visit_pct" "visits missed by the provider" Percent Some(("missed visits", "planned visits")), PERCENT, Lower, bands(AtMost(0.5), Over(2.0));
    LateVisits "late_visit_pct" "visits over 30 minutes late" Percent Some(("late visits", "delivered visits")), PERCENT, Lower, bands(AtMost(10.0), Over(15.0));
    LateTimeCritical "late_time_critical" "time-critical visits outside 30 minutes" Count None, COUNT, Lower, NONE_OR_RED;
    ShortVisits "short_visit_pct" "visits under two thirds of the planned time" Percent Some(("short visits", "delivered visits")), PERCENT, Lower, bands(AtMost(5.0), Over(10.0));
    EcmCompliance "ecm_compliance_pct" "visits logged in and out" Percent Some(("logged visits", "visits")), PERCENT, Higher, bands(AtLeast(95.0), Under(85.0));
    Refused "refused_pct" "packages refused" Percent Some(("refused packages", "offered packages")), PERCENT, Lower, NONE_IS_GREEN;
    HandedBack "handed_back" "packages handed back" Count None, COUNT, Lower, NONE_IS_GREEN;
    HandedBackHours "handed_back_hours" "hours a week handed back" Hours None, HOURS, Lower, NONE_IS_GREEN;
    AcceptedIn4Hours "accept_4h_pct" "offers accepted within 4 hours" Percent Some(("accepted in time", "offers")), PERCENT, Higher, bands(AtLeast(90.0), Under(80.0));
    StartedOnDate "start_on_date_pct" "packages started on the agreed date" Percent Some(("started in time", "started")), PERCENT, Higher, bands(AtLeast(90.0), Under(80.0));
    SpareHours "spare_hours" "spare hours a week" Hours None, HOURS, Neither, None;
    StaffHeadcount "staff_headcount" "staff" People None, (1.0, 3_000.0), Neither, None;
    CareWorkerFte "care_worker_fte" "care workers, full-time equivalents" People None, STAFF, Neither, None;
    Starters "starters" "staff who started" People None, STAFF, Neither, None;
    Leavers "leavers" "staff who left" People None, STAFF, Neither, None;
    Turnover "turnover_pct" "staff turnover in 12 months" Percent Some(("leavers in 12 months", "mean headcount")), (0.0, 500.0), Lower, None;
    Vacancy "vacancy_pct" "posts vacant" Percent Some(("vacant posts", "all posts")), PERCENT, Lower, None;
    CareCertificate "care_certificate_pct" "care workers with the Care Certificate" Percent Some(("holders", "care workers")), PERCENT, Higher, None;
    Nvq2 "nvq2_pct" "care workers with NVQ level 2" Percent Some(("holders", "care workers")), PERCENT, Higher, Some(Bands { green: Some(AtLeast(50.0)), red: None, amber: Between::Amber, denominator_min: DENOMINATOR_MIN });
    Supervision "supervision_pct" "staff with supervision in date" Percent Some(("in date", "staff")), PERCENT, Higher, bands(AtLeast(95.0), Under(85.0));
    MandatoryTraining "mandatory_training_pct" "staff with mandatory training in date" Percent Some(("in date", "staff")), PERCENT, Higher, bands(AtLeast(95.0), Under(85.0));
    SafeguardingRaised "safeguarding_raised" "safeguarding concerns raised" Count None, COUNT, Neither, None;
    MedicationErrors "medication_errors" "medication errors" Count None, COUNT, Lower, None;
    Complaints "complaints" "complaints" Count None, COUNT, Lower, None;
    ComplaintsUpheld "complaints_upheld" "complaints upheld" Count None, COUNT, Lower, None;
    Satisfaction "satisfaction_pct" "people satisfied" Percent Some(("positive answers", "answers")), PERCENT, Higher, bands(AtLeast(90.0), Under(75.0));
    TreatedDifferently "treated_differently_pct" "people who felt treated differently" Percent Some(("said so", "answers")), PERCENT, Lower, None;
    Dignity "dignity_pct" "people treated with dignity" Percent Some(("agreed", "answers")), PERCENT, Higher, bands(AtLeast(90.0), Under(75.0));
    Reviews "reviews_pct" "people reviewed in 12 months" Percent Some(("reviewed", "people")), PERCENT, Higher, bands(AtLeast(90.0), Under(75.0));
    RegisteredManager "registered_manager" "registered manager in post" YesNo None, NO_RANGE, Neither, None;
    InsuranceExpiry "insurance_expiry" "insurance ends" Date None, NO_RANGE, Neither, None;
    BcpReviewedOn "bcp_reviewed_on" "continuity plan reviewed" Date None, NO_RANGE, Neither, None;
    BcpTestedOn "bcp_tested_on" "continuity plan tested" Date None, NO_RANGE, Neither, None;
}

impl Indicator {
    /// The stored name.
    #[must_use]
    pub const fn key(self) -> &'static str {
        self.meaning().key
    }

    /// Reads the stored name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|indicator| indicator.key() == text)
    }

    /// Whether what is counted is people, or something that few people can be behind: small numbers of
    /// it do not leave the machine.
    #[must_use]
    pub const fn counts_people(self) -> bool {
        matches!(
            self,
            Self::Refused
                | Self::HandedBack
                | Self::Starters
                | Self::Leavers
                | Self::SafeguardingRaised
                | Self::MedicationErrors
                | Self::Complaints
                | Self::ComplaintsUpheld
                | Self::Satisfaction
                | Self::TreatedDifferently
                | Self::Dignity
                | Self::Reviews
        )
    }

    /// Whether it is a share of what stands for long, such as training in date: counted over people or
    /// posts, not over what happened in the period.
    #[must_use]
    pub const fn is_of_what_stands(self) -> bool {
        matches!(
            self,
            Self::Turnover
                | Self::Vacancy
                | Self::CareCertificate
                | Self::Nvq2
                | Self::Supervision
                | Self::MandatoryTraining
                | Self::Reviews
        )
    }

    /// Judges a value as of a day, by the default bands or a template's own.
    #[must_use]
    pub fn judge(self, value: Value, denominator: Option<f64>, own: Option<Bands>, today: Date) -> Judgement {
        match value {
            Value::Number(number) => match own.or(self.meaning().bands) {
                Some(bands) => bands.judge(number, denominator),
                None => Judgement::NotJudged,
            },
            Value::Date(date) => self.judge_date(date, today),
            Value::YesNo(true) => Judgement::Green,
            // Since when is not said: the clock of 28 days starts with the return.
            Value::YesNo(false) => Judgement::Amber,
        }
    }

    fn judge_date(self, date: Date, today: Date) -> Judgement {
        match self {
            Self::InsuranceExpiry => match days_between(today, date) {
                ..=0 => Judgement::Red,
                1..=EXPIRY_WARN_DAYS => Judgement::Amber,
                _ => Judgement::Green,
            },
            Self::BcpReviewedOn | Self::BcpTestedOn => {
                if days_between(date, today) > PLAN_AGE_DAYS_MAX {
                    Judgement::Amber
                } else {
                    Judgement::Green
                }
            }
            Self::RegisteredManager => {
                if days_between(date, today) > MANAGER_ABSENT_DAYS_MAX {
                    Judgement::Red
                } else {
                    Judgement::Amber
                }
            }
            _ => Judgement::NotJudged,
        }
    }
}

impl Bands {
    /// Judges a number; `denominator` is what it was counted over, where it is a share.
    #[must_use]
    pub fn judge(&self, number: f64, denominator: Option<f64>) -> Judgement {
        let meets = |bound: Option<Bound>| bound.is_some_and(|bound| bound.holds(number));
        if denominator.is_some_and(|denominator| denominator < self.denominator_min) {
            Judgement::TooFew
        } else if meets(self.red) {
            Judgement::Red
        } else if meets(self.green) {
            Judgement::Green
        } else {
            match self.amber {
                Between::Amber => Judgement::Amber,
                Between::Open => Judgement::NotJudged,
            }
        }
    }

    /// Whether some number would be both green and red.
    #[must_use]
    pub fn overlap(&self) -> bool {
        let (Some(green), Some(red)) = (self.green, self.red) else { return false };
        match (green, red) {
            (AtLeast(g), Under(r)) | (Over(g), Under(r) | AtMost(r)) => r > g,
            (AtLeast(g), AtMost(r)) | (AtMost(g), AtLeast(r)) if g == r => true,
            (AtLeast(g), AtMost(r)) => r > g,
            (AtMost(g), Over(r)) | (Under(g), Over(r) | AtLeast(r)) => r < g,
            (AtMost(g), AtLeast(r)) => r < g,
            // Both ends open to the same side.
            _ => true,
        }
    }
}

impl Bound {
    /// Whether a number lies on the bound's side.
    #[must_use]
    pub fn holds(self, number: f64) -> bool {
        match self {
            Self::AtLeast(at) => number >= at,
            Self::Over(at) => number > at,
            Self::AtMost(at) => number <= at,
            Self::Under(at) => number < at,
        }
    }

    /// The number at the end of the band.
    #[must_use]
    pub const fn at(self) -> f64 {
        match self {
            Self::AtLeast(at) | Self::Over(at) | Self::AtMost(at) | Self::Under(at) => at,
        }
    }

    /// Reads `>= 95`, `> 2`, `<= 0.5` or `< 90`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let after = |sign| text.strip_prefix(sign);
        // The longer signs first: ">=" begins with ">".
        let (make, rest): (fn(f64) -> Self, &str) = if let Some(rest) = after(">=") {
            (Self::AtLeast, rest)
        } else if let Some(rest) = after(">") {
            (Self::Over, rest)
        } else if let Some(rest) = after("<=") {
            (Self::AtMost, rest)
        } else {
            (Self::Under, after("<")?)
        };
        rest.trim().parse().ok().filter(|number: &f64| number.is_finite()).map(make)
    }
}

impl std::fmt::Display for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AtLeast(at) => write!(f, "{at} or more"),
            Self::Over(at) => write!(f, "over {at}"),
            Self::AtMost(at) => write!(f, "{at} or less"),
            Self::Under(at) => write!(f, "under {at}"),
        }
    }
}

impl Judgement {
    /// The word stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
            Self::TooFew => "too few to judge",
            Self::NotJudged => "not judged",
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Date(date) => write!(f, "{date}"),
            Self::YesNo(true) => f.write_str("yes"),
            Self::YesNo(false) => f.write_str("no"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn judged(indicator: Indicator, number: f64, denominator: Option<f64>) -> &'static str {
        let today = Date::constant(2026, 11, 22);
        indicator.judge(Value::Number(number), denominator, None, today).as_str()
    }

    #[test]
    fn the_ends_of_bands_are_closed_or_open_as_the_table_says() {
        use Indicator::*;
        for (indicator, number, expected) in [
            (HoursDelivered, 95.0, "green"),
            (HoursDelivered, 94.99, "amber"),
            (HoursDelivered, 90.0, "amber"),
            (HoursDelivered, 89.99, "red"),
            (MissedVisits, 0.5, "green"),
            (MissedVisits, 0.51, "amber"),
            (MissedVisits, 2.0, "amber"),
            (MissedVisits, 2.01, "red"),
            (LateTimeCritical, 0.0, "green"),
            (LateTimeCritical, 1.0, "red"),
            (Refused, 0.0, "green"),
            (Refused, 12.0, "not judged"),
            (Nvq2, 49.0, "amber"),
            (Complaints, 4.0, "not judged"),
            (Dignity, 75.0, "amber"),
            (Dignity, 74.9, "red"),
        ] {
            assert_eq!(judged(indicator, number, None), expected, "{indicator:?} {number}");
        }
        assert_eq!(judged(MissedVisits, 50.0, Some(2.0)), "too few to judge");
        assert_eq!(judged(MissedVisits, 50.0, Some(20.0)), "red");
    }

    #[test]
    fn dates_are_judged_from_the_day_asked() {
        let today = Date::constant(2026, 11, 22);
        let at = |indicator: Indicator, text: &str| {
            indicator.judge(Value::Date(text.parse().expect("a date")), None, None, today).as_str()
        };
        assert_eq!(at(Indicator::InsuranceExpiry, "2026-11-22"), "red");
        assert_eq!(at(Indicator::InsuranceExpiry, "2026-12-22"), "amber");
        assert_eq!(at(Indicator::InsuranceExpiry, "2026-12-23"), "green");
        assert_eq!(at(Indicator::BcpTestedOn, "2025-11-22"), "green");
        assert_eq!(at(Indicator::BcpTestedOn, "2025-11-21"), "amber");
        assert_eq!(at(Indicator::RegisteredManager, "2026-10-25"), "amber");
        assert_eq!(at(Indicator::RegisteredManager, "2026-10-24"), "red");
    }

    #[test]
    fn every_indicator_has_its_own_key_and_no_overlapping_bands() {
        let keys: BTreeSet<&str> = Indicator::ALL.iter().map(|indicator| indicator.key()).collect();
        assert_eq!(keys.len(), Indicator::ALL.len());
        for indicator in Indicator::ALL {
            assert_eq!(Indicator::parse(indicator.key()), Some(*indicator));
            assert!(!indicator.meaning().bands.is_some_and(|bands| bands.overlap()), "{indicator:?}");
            assert_eq!(indicator.meaning().share.is_some(), indicator.meaning().unit == Unit::Percent);
        }
    }

    #[test]
    fn bounds_are_read_as_they_are_written() {
        assert_eq!(Bound::parse(">= 95"), Some(AtLeast(95.0)));
        assert_eq!(Bound::parse("<0.5"), Some(Under(0.5)));
        assert_eq!(Bound::parse("95"), None);
        assert_eq!(Bound::parse("> NaN"), None);
        let both = |green, red| Bands {
            green: Bound::parse(green),
            red: Bound::parse(red),
            amber: Between::Amber,
            denominator_min: 0.0,
        };
        assert!(both(">= 90", "<= 90").overlap());
        assert!(!both(">= 90", "< 90").overlap());
        assert!(both(">= 90", "> 80").overlap());
        assert!(both("<= 5", "> 4").overlap());
    }
}
