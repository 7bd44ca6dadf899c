//! Plain-English sentences for conditions.

use super::{Condition, Step};

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
    }
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
