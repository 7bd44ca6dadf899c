//! Dates that come near: the end of an insurance, the age of a continuity plan.

use jiff::civil::Date;

use super::super::{Asked, Held, Verdict};
use super::shown::{evidence, name_words};
use crate::domain::Severity;
use crate::domain::indicator::{EXPIRY_WARN_DAYS, Indicator, Judgement, PLAN_AGE_DAYS_MAX, Value};
use crate::facts::returns::{Reporter, Series};
use crate::rules::date_words;

/// The newest date of an indicator is amber or red today; where there are zones, the nearest.
pub(super) fn near(
    asked: Asked<'_>,
    reporter: &Reporter,
    indicator: Indicator,
    amber: Severity,
    red: Severity,
) -> Verdict {
    let Some((series, date)) = nearest(reporter, indicator) else { return Verdict::Unknown };
    let judgement = indicator.judge(Value::Date(date), None, None, asked.today);
    let place = series.points().len() - 1;
    let severity = match judgement {
        Judgement::Red => red,
        Judgement::Amber => amber,
        Judgement::Green => {
            if !asked.wants_absence(Some(indicator)) {
                return Verdict::Unknown;
            }
            let reason = format!("{} {}.", subject_words(indicator), date_words(date));
            return Verdict::absent(reason, evidence(asked, indicator, series, place, None));
        }
        Judgement::TooFew | Judgement::NotJudged => return Verdict::Unknown,
    };
    let evidence = evidence(asked, indicator, series, place, None);
    let weight = u32::from(judgement == Judgement::Red);
    Verdict::Holds(Held {
        severity: Some(severity),
        weight,
        reason: reason(indicator, date, judgement),
        evidence,
    })
}

fn nearest(reporter: &Reporter, indicator: Indicator) -> Option<(&Series, Date)> {
    let dates = reporter.series_of(indicator).filter_map(|(_, series)| match series.newest()?.value {
        Value::Date(date) => Some((series, date)),
        Value::Number(_) | Value::YesNo(_) => None,
    });
    dates.min_by_key(|(_, date)| *date)
}

fn subject_words(indicator: Indicator) -> String {
    match indicator {
        Indicator::InsuranceExpiry => "The insurance ends on".to_owned(),
        Indicator::BcpReviewedOn => "The continuity plan was last reviewed on".to_owned(),
        Indicator::BcpTestedOn => "The continuity plan was last tested on".to_owned(),
        other => format!("{}:", name_words(other, None)),
    }
}

/// The days would change daily; what they passed does not.
fn reason(indicator: Indicator, date: Date, judgement: Judgement) -> String {
    let words = format!("{} {}", subject_words(indicator), date_words(date));
    match (indicator, judgement) {
        (Indicator::InsuranceExpiry, Judgement::Red) => {
            format!("{words}: it is not in force, or ends today, as far as was reported.")
        }
        (Indicator::InsuranceExpiry, _) => format!("{words}, in {EXPIRY_WARN_DAYS} days or less."),
        _ => format!("{words}, more than {PLAN_AGE_DAYS_MAX} days ago."),
    }
}
