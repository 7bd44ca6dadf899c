//! Conditions made of several: what is not known of a part is not known of all, unless the other parts
//! already decide (Kleene's logic).

use std::collections::BTreeSet;

use carewarden::domain::indicator::Value;
use carewarden::domain::{Indicator, Period, Severity, Subject};
use carewarden::facts::returns::{Reported, Reporter, Series, SeriesKey};
use carewarden::facts::{History, Returns};
use carewarden::rules::{Band, Condition, Known, Policy, Quorum, Rule, Standing, Tell, Verdicts, evaluate};
use jiff::civil::Date;
use proptest::prelude::*;

use super::world::{at, london};

/// Indicators that are green at 0 and red at 100, one for each part.
const INDICATORS: [Indicator; 4] =
    [Indicator::MissedVisits, Indicator::LateVisits, Indicator::ShortVisits, Indicator::LateTimeCritical];

/// What a part says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Holds,
    Not,
    Unknown,
}

fn verdicts(quorum: Quorum, parts: &[Says], standing: Standing<'_>) -> Verdicts {
    let mut reporter = Reporter::default();
    for (indicator, says) in INDICATORS.into_iter().zip(parts) {
        let value = match says {
            Says::Holds => 100.0,
            Says::Not => 0.0,
            Says::Unknown => continue,
        };
        reporter.add(SeriesKey { indicator, zone: None }, Series::new(None, [reported(value)]));
    }
    let mut returns = Returns::default();
    returns.insert(Subject::provider("1-101"), reporter);
    let red =
        |indicator| Condition::IndicatorBand { band: Band::Red, in_a_row: 1, indicators: vec![indicator] };
    let of = INDICATORS[..parts.len()].iter().copied().map(red).collect();
    let policy = Policy { rules: vec![rule(Condition::Several { quorum, of })] };
    let (history, zone) = (History::default(), london());
    let known = Known {
        history: &history,
        returns: &returns,
        standing,
        sources: &[],
        decisions: &[],
        now: at("06-08"),
        zone: &zone,
    };
    evaluate(&policy, known)
}

fn reported(value: f64) -> Reported {
    let period = Period::month_of(Date::constant(2025, 5, 1));
    Reported {
        period,
        value: Value::Number(value),
        numerator: None,
        denominator: None,
        submission: 1,
        document: 1,
        place: "row 2".into(),
        came_on: period.end(),
        read_at: at("06-01"),
    }
}

fn rule(when: Condition) -> Rule {
    Rule {
        id: "several".into(),
        version: "1".into(),
        family: "several".into(),
        name: "Several".into(),
        text: "Several.".into(),
        audience: "contract officer".into(),
        severity: Severity::Watch,
        when,
        for_days: 0,
        keep_days: 0,
        reopen_days: 0,
        tell: Tell::AtOnce,
    }
}

fn said(verdicts: &Verdicts) -> Says {
    match (verdicts.holding.as_slice(), verdicts.absent.len()) {
        ([one], 0) => {
            assert!(!one.evidence.is_empty(), "no judgement without evidence");
            Says::Holds
        }
        ([], 1) => Says::Not,
        ([], 0) => Says::Unknown,
        _ => panic!("two verdicts of one rule: {verdicts:?}"),
    }
}

/// What must come of it, by counting.
fn wanted(quorum: Quorum, parts: &[Says]) -> Says {
    let count = |of: Says| parts.iter().filter(|says| **says == of).count();
    let needed = match quorum {
        Quorum::All => parts.len(),
        Quorum::Any => 1,
        Quorum::AtLeast(number) => usize::from(number),
    };
    if count(Says::Holds) >= needed {
        Says::Holds
    } else if count(Says::Holds) + count(Says::Unknown) < needed {
        Says::Not
    } else {
        Says::Unknown
    }
}

#[test]
fn one_part_that_is_not_known_leaves_open_what_it_could_decide() {
    use Says::{Holds, Not, Unknown};
    for (quorum, parts, expected) in [
        (Quorum::All, [Holds, Holds], Holds),
        (Quorum::All, [Holds, Unknown], Unknown),
        (Quorum::All, [Not, Unknown], Not),
        (Quorum::Any, [Holds, Unknown], Holds),
        (Quorum::Any, [Not, Unknown], Unknown),
        (Quorum::Any, [Not, Not], Not),
        (Quorum::AtLeast(2), [Holds, Unknown], Unknown),
        (Quorum::AtLeast(2), [Not, Holds], Not),
    ] {
        assert_eq!(said(&verdicts(quorum, &parts, Standing::All)), expected, "{quorum:?} {parts:?}");
    }
}

proptest! {
    #[test]
    fn parts_are_counted_and_what_is_unknown_decides_nothing(
        parts in prop::collection::vec(prop::sample::select(vec![Says::Holds, Says::Not, Says::Unknown]), 2..=4),
        needed in 1_u16..=4,
        which in 0..3,
    ) {
        // Something is reported, or there would be no reporter to ask.
        prop_assume!(parts.iter().any(|says| *says != Says::Unknown));
        let number = needed.min(u16::try_from(parts.len()).expect("few parts"));
        let quorum = [Quorum::All, Quorum::Any, Quorum::AtLeast(number)][usize::try_from(which).expect("a place")];
        prop_assert_eq!(said(&verdicts(quorum, &parts, Standing::All)), wanted(quorum, &parts));
        // Whether flags stand changes what is stated, never what holds.
        let none = BTreeSet::new();
        let holds = said(&verdicts(quorum, &parts, Standing::Only(&none))) == Says::Holds;
        prop_assert_eq!(holds, wanted(quorum, &parts) == Says::Holds);
    }
}
