//! Conditions on what providers report: bands, dates, statistics, and returns that did not come.

mod band;
mod due;
mod expiry;
mod peers;
mod shown;
mod voices;

pub(in crate::rules) use peers::Peers;
pub(crate) use shown::{figure, is_small, name_words, period_words};

use super::{Asked, Tell, Verdict, own};
use crate::facts::returns::Reporter;
use crate::rules::{Condition, date_words};

/// Judges a condition about returns.
pub(super) fn judge(asked: Asked<'_>, condition: &Condition, tell: Tell<'_>) {
    let Some(reporter) = asked.known.returns.of(asked.subject) else { return tell(None, Verdict::Unknown) };
    if let Some(ended) = reporter.ended_on {
        return contract_ended(asked, condition, reporter, ended, tell);
    }
    match condition {
        Condition::IndicatorBand { band, in_a_row, indicators } => {
            for indicator in indicators {
                tell(Some(*indicator), band::in_band(asked, reporter, *indicator, *band, *in_a_row));
            }
        }
        Condition::Expiry { amber, red, indicators } => {
            for indicator in indicators {
                tell(Some(*indicator), expiry::near(asked, reporter, *indicator, *amber, *red));
            }
        }
        Condition::IndicatorTrend { indicators } => {
            for indicator in indicators {
                tell(Some(*indicator), voices::trend(asked, reporter, *indicator));
            }
        }
        Condition::IndicatorOutlier { indicators } => {
            for indicator in indicators {
                tell(Some(*indicator), voices::outlier(asked, reporter, *indicator));
            }
        }
        Condition::IndicatorSignal { indicators, agree, agreed } => {
            voices::signals(
                asked,
                reporter,
                indicators,
                voices::Agreement { agree: *agree, agreed: *agreed },
                tell,
            );
        }
        Condition::ReturnIs { states } => tell(None, due::newest_is(asked, reporter, states)),
        Condition::ReturnsMissed => tell(None, due::missed(asked, reporter)),
        _ => {}
    }
}

/// Nobody asks a provider any more whose contract is over: that is stated, it is no gap.
fn contract_ended(
    asked: Asked<'_>,
    condition: &Condition,
    reporter: &Reporter,
    ended: jiff::civil::Date,
    tell: Tell<'_>,
) {
    let absent = || {
        let reason = format!("Its contract ended on {}.", date_words(ended));
        Verdict::absent(reason, vec![own("contract.end", ended.to_string(), asked.known.now)])
    };
    match condition {
        Condition::ReturnIs { .. } | Condition::ReturnsMissed => tell(None, absent()),
        _ => {
            for indicator in reporter.indicators().filter(|one| asked.wants_absence(Some(*one))) {
                tell(Some(indicator), absent());
            }
        }
    }
}
