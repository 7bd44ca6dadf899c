//! What providers reported, as a case states it.

use std::collections::BTreeMap;

use jiff::{Span, Timestamp, civil::Date};
use serde::Deserialize;

use super::entries::subject;
use crate::domain::indicator::{Indicator, Unit, Value};
use crate::domain::return_::{DUE_DAYS, Entry, MissLimits, Misses, ReturnState};
use crate::domain::{Period, Subject};
use crate::facts::Returns;
use crate::facts::returns::{Calendar, Reported, Reporter, Series, SeriesKey};

/// One entry of `series`: the months of one indicator, one after the other.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseSeries {
    #[serde(deserialize_with = "subject")]
    subject: Subject,
    #[serde(deserialize_with = "indicator")]
    indicator: Indicator,
    zone: Option<String>,
    /// The first month: "2026-01".
    #[serde(deserialize_with = "month")]
    first: Period,
    /// Numbers, or a date, or "yes" or "no"; `""` is a month without one.
    #[serde(default)]
    values: Vec<CaseValue>,
    /// Numerators, where it is a share; the values then follow from `of`.
    #[serde(default)]
    counts: Vec<f64>,
    /// What they are counted over.
    of: Option<f64>,
}

/// One value as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum CaseValue {
    Number(f64),
    Words(String),
}

/// One entry of `due`: what came of the returns of months one after the other.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseDue {
    #[serde(deserialize_with = "subject")]
    subject: Subject,
    #[serde(deserialize_with = "month")]
    first: Period,
    #[serde(deserialize_with = "states")]
    states: Vec<ReturnState>,
    /// The last day of its last contract, where that is past.
    ended: Option<Date>,
}

/// What all of them come to.
pub(super) fn returns(series: &[CaseSeries], due: &[CaseDue], as_of: Timestamp) -> Returns {
    let mut reporters: BTreeMap<Subject, Reporter> = BTreeMap::new();
    for one in series {
        let key = SeriesKey { indicator: one.indicator, zone: one.zone.clone() };
        let reporter = reporters.entry(one.subject.clone()).or_default();
        reporter.add(key, Series::new(None, one.points(as_of)));
    }
    for one in due {
        let reporter = reporters.entry(one.subject.clone()).or_default();
        reporter.ended_on = one.ended;
        reporter.calendar = Some(one.calendar());
    }
    let mut returns = Returns::default();
    for (subject, reporter) in reporters {
        returns.insert(subject, reporter);
    }
    returns
}

impl CaseSeries {
    fn points(&self, as_of: Timestamp) -> Vec<Reported> {
        let values = self.values.iter().map(|value| self.value(value)).zip(std::iter::repeat(None));
        let counted = self.counts.iter().map(|count| {
            let of = self.of.filter(|of| *of > 0.0);
            (of.map(|of| Value::Number(100.0 * count / of)), Some(*count))
        });
        let said = values.chain(counted).zip(months(self.first));
        let point = |((value, numerator), period): ((Option<Value>, Option<f64>), Period)| {
            Some(Reported {
                period,
                value: value?,
                numerator,
                denominator: self.of,
                submission: 1,
                document: 1,
                place: format!("case series, {}", period.start().strftime("%Y-%m")),
                came_on: period.end(),
                read_at: as_of,
            })
        };
        said.filter_map(point).collect()
    }

    fn value(&self, value: &CaseValue) -> Option<Value> {
        match (value, self.indicator.meaning().unit) {
            (CaseValue::Number(number), _) => Some(Value::Number(*number)),
            (CaseValue::Words(words), Unit::YesNo) if words == "yes" => Some(Value::YesNo(true)),
            (CaseValue::Words(words), Unit::YesNo) if words == "no" => Some(Value::YesNo(false)),
            (CaseValue::Words(words), _) => words.parse().ok().map(Value::Date),
        }
    }
}

impl CaseDue {
    fn calendar(&self) -> Calendar {
        let entry = |(state, period): (&ReturnState, Period)| {
            let due_on = period.end().checked_add(Span::new().days(DUE_DAYS)).unwrap_or(period.end());
            Entry { period, due_on, state: *state, versions: 1 }
        };
        let entries: Vec<Entry> = self.states.iter().zip(months(self.first)).map(entry).collect();
        let limits = MissLimits::default();
        Calendar { misses: Misses::count(&entries, limits), entries, limits }
    }
}

fn months(first: Period) -> impl Iterator<Item = Period> {
    std::iter::successors(Some(first), |month| month.end().tomorrow().ok().map(Period::month_of))
}

fn month<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Period, D::Error> {
    let text = String::deserialize(from)?;
    Period::parse(&text)
        .ok_or_else(|| serde::de::Error::custom(format!("\"{text}\" is no month; write \"2026-01\"")))
}

fn indicator<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Indicator, D::Error> {
    let text = String::deserialize(from)?;
    Indicator::parse(&text).ok_or_else(|| {
        let known: Vec<&str> = Indicator::ALL.iter().map(|indicator| indicator.key()).collect();
        serde::de::Error::custom(format!("no indicator \"{text}\"; there are {}", known.join(", ")))
    })
}

fn states<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<ReturnState>, D::Error> {
    let words = Vec::<String>::deserialize(from)?;
    let state = |word: &String| {
        ReturnState::parse(word).ok_or_else(|| {
            let known = ReturnState::ALL.map(ReturnState::as_str).join(", ");
            serde::de::Error::custom(format!("no state \"{word}\"; there are {known}"))
        })
    };
    words.iter().map(state).collect()
}
