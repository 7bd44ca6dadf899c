//! Plain-English sentences for conditions.

use super::{Condition, Quorum, Step};
use crate::domain::Indicator;
use crate::domain::return_::ReturnState;

/// What a condition asks, in one sentence of plain English, for `policy` listings and documents.
#[must_use]
pub fn sentence(condition: &Condition) -> String {
    match condition {
        Condition::OverallIs { rating } => format!("The overall rating is {}.", rating.as_str()),
        Condition::OverallFellTo { rating } => {
            if rating.is_poor() {
                format!(
                    "The overall rating is {}, down from Good or better, or none that good is known before it.",
                    rating.as_str()
                )
            } else {
                format!("The overall rating is {}, down from a better one.", rating.as_str())
            }
        }
        Condition::OverallSlipped => {
            "The newest overall rating is worse than the one before, but still Good or better.".to_owned()
        }
        Condition::KeyQuestionIs { rating } => {
            format!("A key question is rated {0} while the overall rating is not {0}.", rating.as_str())
        }
        Condition::PoorUndecided { steps } => poor_undecided(steps),
        Condition::Deregistered => {
            "It was on the register, has left it, and no registered successor is known.".to_owned()
        }
        Condition::Dormant => "The register calls it dormant.".to_owned(),
        Condition::ManagerAbsent { over_days } => {
            format!("Its registered manager has been absent for more than {}.", count(*over_days, "day"))
        }
        Condition::InspectionOlderThan { years } => {
            format!("Its newest inspection or rating is more than {} old.", count(*years, "year"))
        }
        Condition::SourceFailed { after: 1 } => "The newest reading of a source failed.".to_owned(),
        Condition::SourceFailed { after } => format!("A source failed {after} times in a row."),
        Condition::SourceStale { intervals } => format!(
            "A source was last read well longer ago than {} of its schedule.",
            count(*intervals, "interval")
        ),
        Condition::SourceLostIds => {
            "A source has answered \"not found\" for a watched id in three readings in a row.".to_owned()
        }
        Condition::Several { quorum, of } => several(*quorum, of),
        of_returns => returns_sentence(of_returns),
    }
}

fn returns_sentence(condition: &Condition) -> String {
    match condition {
        Condition::IndicatorBand { band, in_a_row: 1, indicators } => {
            format!("The newest value that can be judged is {}: {}.", band.as_str(), names(indicators))
        }
        Condition::IndicatorBand { band, in_a_row, indicators } => format!(
            "The newest {in_a_row} values that can be judged are all {}: {}.",
            band.as_str(),
            names(indicators)
        ),
        Condition::Expiry { amber, red, indicators } => {
            format!("A date is near ({amber}) or past ({red}): {}.", names(indicators))
        }
        Condition::IndicatorTrend { indicators } => {
            format!("The newest value is a change for the worse against its own past: {}.", names(indicators))
        }
        Condition::IndicatorOutlier { indicators } => format!(
            "The newest value lies beyond the 99.8 % limit on the worse side among all providers: {}.",
            names(indicators)
        ),
        Condition::IndicatorSignal { indicators, agree, agreed } => format!(
            "The newest value is a change for the worse against its own past, or lies beyond the 99.8 % limit \
             among all providers ({agreed} where {agree} such signals of one provider agree): {}.",
            names(indicators)
        ),
        Condition::ReturnIs { states } => {
            let words: Vec<&str> = states.iter().map(|state| ReturnState::as_str(*state)).collect();
            format!("The newest return that is settled is {}.", words.join(" or "))
        }
        _ => "Too many returns in a row, or of the newest twelve, did not come or could not be used."
            .to_owned(),
    }
}

fn several(quorum: Quorum, of: &[Condition]) -> String {
    let parts: Vec<String> =
        of.iter().map(sentence).map(|words| words.trim_end_matches('.').to_owned()).collect();
    let how_many = match quorum {
        Quorum::All => "All of these hold".to_owned(),
        Quorum::Any => "One of these holds or more".to_owned(),
        Quorum::AtLeast(number) => format!("At least {number} of these hold"),
    };
    format!("{how_many}: {}.", parts.join("; "))
}

/// So many indicators are named in a sentence.
const NAMED_MAX: usize = 8;

fn names(indicators: &[Indicator]) -> String {
    if indicators.len() > NAMED_MAX {
        return format!("any of {} indicators", indicators.len());
    }
    let names: Vec<&str> = indicators.iter().map(|indicator| indicator.meaning().name).collect();
    names.join(", ")
}

fn poor_undecided(steps: &[Step]) -> String {
    let rungs: Vec<String> =
        steps.iter().map(|step| format!("{} from {}", step.severity, count(step.days, "day"))).collect();
    format!(
        "The overall rating has been below Good, without a decision recorded since: {}.",
        rungs.join(", ")
    )
}

fn count(number: u16, of: &str) -> String {
    if number == 1 { format!("1 {of}") } else { format!("{number} {of}s") }
}
