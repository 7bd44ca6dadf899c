//! What of a record is new: the guard between a representation and a change.
//!
//! A statement that is absent changes nothing. A statement that repeats what is held changes
//! nothing. What is left is a change that the regulator put in writing.

use super::{Attribute, Fact, Framework, History, Statement};

/// The statements of one record that change what is held of its subjects.
///
/// Never yields: a repeated value, a smaller set of relationships (an omission), or an assessment
/// that rates fewer services than the one held without a newer publication date (an omission).
#[must_use]
pub fn changes(held: &History, record: &[Statement]) -> Vec<Statement> {
    let assessment_omits = omits_services(held, record);
    record
        .iter()
        .filter(|statement| !(assessment_omits && is_saf(statement.attribute)))
        .filter_map(|statement| {
            let last = held.latest(&statement.subject, statement.attribute);
            match statement.attribute {
                Attribute::Successors | Attribute::Predecessors => grown_set(last, statement),
                _ => is_new(last, statement).then(|| statement.clone()),
            }
        })
        .collect()
}

fn is_new(last: Option<&Fact>, statement: &Statement) -> bool {
    let Some(last) = last else { return true };
    let dated_anew = statement.effective.is_some() && statement.effective != last.effective;
    last.value != statement.value || (dated_anew && keeps_dates(statement.attribute))
}

/// Attributes whose date is part of what is stated: the same rating of a later day is a new rating.
const fn keeps_dates(attribute: Attribute) -> bool {
    matches!(
        attribute,
        Attribute::Overall(_) | Attribute::Question(..) | Attribute::InheritedFrom | Attribute::Registration
    )
}

fn grown_set(last: Option<&Fact>, statement: &Statement) -> Option<Statement> {
    let held: Vec<&str> = last.map_or("", |fact| fact.value.as_str()).split_whitespace().collect();
    let mut union: Vec<&str> = statement.value.split_whitespace().chain(held.iter().copied()).collect();
    union.sort_unstable();
    union.dedup();
    (union.len() > held.len()).then(|| Statement { value: union.join(" "), ..statement.clone() })
}

const fn is_saf(attribute: Attribute) -> bool {
    matches!(
        attribute,
        Attribute::Overall(Framework::Saf)
            | Attribute::Question(Framework::Saf, _)
            | Attribute::SafServices
            | Attribute::SafNewest
            | Attribute::SafSummary
    )
}

/// An assessment with fewer services than held and no newer date left something out.
fn omits_services(held: &History, record: &[Statement]) -> bool {
    let stated = |attribute| record.iter().find(|statement| statement.attribute == attribute);
    let (Some(services), Some(newest)) = (stated(Attribute::SafServices), stated(Attribute::SafNewest))
    else {
        return false;
    };
    let count = |text: &str| text.parse::<usize>().unwrap_or(0);
    let subject = &services.subject;
    let fewer = held
        .value(subject, Attribute::SafServices)
        .is_some_and(|held_count| count(&services.value) < count(held_count));
    // ISO dates order as text.
    let newer =
        held.value(subject, Attribute::SafNewest).is_none_or(|held_date| newest.value.as_str() > held_date);
    fewer && !newer
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, civil::date};

    use super::*;
    use crate::domain::Subject;

    fn state(attribute: Attribute, value: &str, day: i8) -> Statement {
        Statement {
            subject: Subject::location("1-1"),
            attribute,
            value: value.into(),
            effective: (day > 0).then(|| date(2025, 1, day)),
            row: "/x".into(),
        }
    }

    fn held(statements: &[Statement]) -> History {
        let facts = statements.iter().enumerate().map(|(index, s)| Fact {
            seq: i64::try_from(index).expect("few facts") + 1,
            subject: s.subject.clone(),
            attribute: s.attribute,
            value: s.value.clone(),
            effective: s.effective,
            observed_at: Timestamp::UNIX_EPOCH,
            document: 1,
            row: s.row.clone(),
        });
        History::new(facts, Timestamp::MAX)
    }

    #[test]
    fn a_repeat_or_a_lost_date_is_no_change_and_a_newer_date_is_one() {
        let overall = Attribute::Overall(Framework::Old);
        let history = held(&[state(overall, "Good", 5)]);
        assert_eq!(changes(&history, &[state(overall, "Good", 5)]), []);
        assert_eq!(changes(&history, &[state(overall, "Good", 0)]), []);
        assert_eq!(changes(&history, &[state(overall, "Good", 6)]).len(), 1);
        assert_eq!(changes(&history, &[state(overall, "Inadequate", 0)]).len(), 1);
    }

    #[test]
    fn relationships_only_grow() {
        let history = held(&[state(Attribute::Successors, "1-2 1-3", 0)]);
        assert_eq!(changes(&history, &[state(Attribute::Successors, "1-3", 0)]), []);
        let grown = changes(&history, &[state(Attribute::Successors, "1-4", 0)]);
        assert_eq!(grown[0].value, "1-2 1-3 1-4");
    }

    #[test]
    fn an_assessment_that_lost_a_service_is_an_omission_until_it_is_newer() {
        let saf = |rating, services, newest, day| {
            [
                state(Attribute::Overall(Framework::Saf), rating, day),
                state(Attribute::SafServices, services, 0),
                state(Attribute::SafNewest, newest, 0),
            ]
        };
        let history = held(&saf("Inadequate", "2", "2025-01-09", 3));
        assert_eq!(changes(&history, &saf("Good", "1", "2025-01-09", 9)), []);
        assert_eq!(changes(&history, &saf("Good", "1", "2025-01-20", 20)).len(), 3);
        assert_eq!(changes(&history, &saf("Good", "2", "2025-01-09", 9)).len(), 1);
    }
}
