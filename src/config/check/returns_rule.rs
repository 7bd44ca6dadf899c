//! Conditions about returns, and conditions made of several.

use super::super::Code;
use super::super::nearest::{quoted, suggest};
use super::super::reader::Table;
use super::rule::read;
use crate::domain::indicator::{Better, Unit};
use crate::domain::return_::ReturnState;
use crate::domain::{Indicator, Severity, SubjectKind};
use crate::rules::{Band, Condition, Quorum};

/// Conditions of one condition at most.
const PARTS_MAX: usize = 20;

/// Signals that agree, unless a rule says else.
const AGREE_DEFAULT: u16 = 2;

/// Words of `band`.
const BANDS: [(&str, Band); 2] = [("amber", Band::Amber), ("red", Band::Red)];

/// What statistics suit: what happens anew each period. What stands for long, such as training in
/// date or a turnover over twelve months, moves too slowly for limits made from its steps.
fn is_flow(indicator: Indicator) -> bool {
    indicator.meaning().better != Better::Neither && !is_date(indicator) && !indicator.is_of_what_stands()
}

fn is_date(indicator: Indicator) -> bool {
    indicator.meaning().unit == Unit::Date
}

/// What has bands: numbers with bands by default or of a template's own, and the manager in post.
fn has_bands(indicator: Indicator) -> bool {
    indicator.meaning().unit == Unit::YesNo
        || (!is_date(indicator) && indicator.meaning().better != Better::Neither)
}

/// `None` for a kind that is not known; `Some(None)` for one whose settings have a fault.
pub(super) fn condition(when: &Table<'_>, kind: &str) -> Option<Option<Condition>> {
    Some(match kind {
        "indicator-band" => banded(when),
        "expiry" => expiry(when),
        "indicator-trend" => {
            indicators(when, is_flow).map(|indicators| Condition::IndicatorTrend { indicators })
        }
        "indicator-outlier" => {
            indicators(when, is_flow).map(|indicators| Condition::IndicatorOutlier { indicators })
        }
        "indicator-signal" => signal(when),
        "return-is" => states(when).map(|states| Condition::ReturnIs { states }),
        "returns-missed" => Some(Condition::ReturnsMissed),
        "all" => parts(when).map(|of| Condition::Several { quorum: Quorum::All, of }),
        "any" => parts(when).map(|of| Condition::Several { quorum: Quorum::Any, of }),
        "at-least" => at_least(when),
        _ => return None,
    })
}

fn banded(when: &Table<'_>) -> Option<Condition> {
    if !when.has("band") {
        when.missing("band", "write band = \"red\" or \"amber\"");
    }
    let indicators = indicators(when, has_bands);
    let in_a_row = when.whole("in_a_row", 1..=24).unwrap_or(1);
    Some(Condition::IndicatorBand { band: when.word("band", &BANDS)?, in_a_row, indicators: indicators? })
}

fn expiry(when: &Table<'_>) -> Option<Condition> {
    let severity = |key, default| severity(when, key).unwrap_or(default);
    let (amber, red) = (severity("amber", Severity::Watch), severity("red", Severity::Concern));
    indicators(when, is_date).map(|indicators| Condition::Expiry { amber, red, indicators })
}

fn signal(when: &Table<'_>) -> Option<Condition> {
    let agree = when.whole("agree", 2..=100).unwrap_or(AGREE_DEFAULT);
    let agreed = severity(when, "agreed").unwrap_or(Severity::Concern);
    indicators(when, is_flow).map(|indicators| Condition::IndicatorSignal { indicators, agree, agreed })
}

fn severity(when: &Table<'_>, key: &'static str) -> Option<Severity> {
    let words = [Severity::Watch, Severity::Concern, Severity::Contingency];
    when.word(key, &words.map(|severity| (severity.as_str(), severity)))
}

/// The indicators named, or all that suit the condition.
fn indicators(when: &Table<'_>, suits: fn(Indicator) -> bool) -> Option<Vec<Indicator>> {
    let suitable = || Indicator::ALL.iter().copied().filter(|indicator| suits(*indicator));
    if !when.has("indicators") {
        return Some(suitable().collect());
    }
    let named = when.texts("indicators", Indicator::ALL.len())?;
    let mut found = Vec::new();
    for text in &named {
        match suitable().find(|indicator| indicator.key() == text.get_ref()) {
            Some(indicator) if found.contains(&indicator) => {}
            Some(indicator) => found.push(indicator),
            None => {
                let keys: Vec<&str> = suitable().map(Indicator::key).collect();
                let what = if Indicator::parse(text.get_ref()).is_some() {
                    "an indicator of which this can be asked"
                } else {
                    "an indicator"
                };
                let message = format!("{} is not {what}", quoted(text.get_ref()));
                let help = suggest(text.get_ref(), &keys, "they are:");
                when.notes.fault(Code::ReturnsIndicator, text.span(), message, help);
            }
        }
    }
    (found.len() == named.len() && !found.is_empty()).then_some(found)
}

fn states(when: &Table<'_>) -> Option<Vec<ReturnState>> {
    let words = ReturnState::ALL.map(ReturnState::as_str);
    if !when.has("states") {
        when.missing("states", "write states = [\"late\", \"missing\"]");
    }
    let named = when.texts("states", ReturnState::ALL.len())?;
    let mut states = Vec::new();
    for text in &named {
        match ReturnState::parse(text.get_ref()) {
            Some(state) => states.push(state),
            None => {
                let help = suggest(text.get_ref(), &words, "it is one of:");
                when.bad(text.span(), format!("{} is no state of a return", quoted(text.get_ref())), help);
            }
        }
    }
    (!states.is_empty()).then_some(states)
}

fn at_least(when: &Table<'_>) -> Option<Condition> {
    if !when.has("number") {
        when.missing("number", "write number = 2");
    }
    let of = parts(when);
    let number: u16 = when.whole("number", 1..=PARTS_MAX as i64)?;
    let of = of?;
    if usize::from(number) > of.len() {
        let message = format!("{number} of {} conditions can never hold", of.len());
        when.bad(when.span_of("number"), message, "write a smaller number, or add a condition");
        return None;
    }
    Some(Condition::Several { quorum: Quorum::AtLeast(number), of })
}

fn parts(when: &Table<'_>) -> Option<Vec<Condition>> {
    let tables = when.tables("of", PARTS_MAX);
    if !when.has("of") {
        when.missing("of", "write of = [{ kind = \"…\" }, { kind = \"…\" }]");
        return None;
    }
    let (wanted, span) = (tables.len(), when.span_of("of"));
    let of: Vec<Condition> = tables.into_iter().filter_map(read).collect();
    if wanted < 2 {
        when.bad(span, "a condition of several needs two or more", "add a condition, or ask the one alone");
        return None;
    }
    let about_source = |condition: &Condition| condition.subject_kind() == SubjectKind::Source;
    if of.iter().any(|one| about_source(one) || matches!(one, Condition::Several { .. })) {
        let message = "a condition on a source, or one of several, cannot stand within another";
        when.bad(span, message, "give it a rule of its own");
        return None;
    }
    (of.len() == wanted).then_some(of)
}
