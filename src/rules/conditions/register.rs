//! Conditions on the state of the register.

use jiff::{ToSpan, civil::Date};

use super::{Asked, Verdict, evidence};
use crate::domain::{KeyQuestion, Registration, SUCCESSOR_STEPS_MAX, Subject};
use crate::facts::{Attribute, Fact, Framework, History};
use crate::rules::{date_words, days_between};

/// It was registered, is not any more, and nobody took over.
pub(super) fn deregistered(asked: Asked<'_>) -> Verdict {
    let (history, subject) = (asked.known.history, asked.subject);
    let Some(now) = history.latest(subject, Attribute::Registration) else { return Verdict::Unknown };
    let Some(state) = Registration::parse(&now.value) else { return Verdict::Unknown };
    if state == Registration::Registered {
        return on_the_register(history, subject, now);
    }
    let left = left_words(now, asked);
    let before = last_stated(history, subject, Registration::Registered);
    if before.is_none() {
        return Verdict::absent(format!("{left}, before it was first read."), vec![evidence(now, None)]);
    }
    if let Some(successor) = carried_on_by(history, subject, now) {
        let reason = format!("{left}; {} carries it on.", successor.id);
        return Verdict::absent(reason, vec![evidence(now, before)]);
    }
    let named: Vec<String> = history.successors(subject).into_iter().map(|named| named.id).collect();
    let reason = if named.is_empty() {
        format!("{left}; no successor is named.")
    } else {
        format!("{left}; named as successor, but not known to be registered: {}.", named.join(", "))
    };
    Verdict::holds(0, reason, vec![evidence(now, before)])
}

fn on_the_register(history: &History, subject: &Subject, now: &Fact) -> Verdict {
    let before = last_stated(history, subject, Registration::Deregistered);
    let again = if before.is_some() { " again" } else { "" };
    Verdict::absent(format!("It is on the register{again}."), vec![evidence(now, before)])
}

fn left_words(now: &Fact, asked: Asked<'_>) -> String {
    let day = now.effective.unwrap_or_else(|| asked.known.day_of(now.observed_at));
    format!("Left the register on {}", date_words(day))
}

fn last_stated<'a>(history: &'a History, subject: &Subject, state: Registration) -> Option<&'a Fact> {
    let versions = history.versions(subject, Attribute::Registration);
    versions.iter().rfind(|fact| Registration::parse(&fact.value) == Some(state))
}

/// A successor that is registered, or that was when this one had left: if that one leaves in its
/// turn it is its own news, and does not make this one leave again.
fn carried_on_by(history: &History, subject: &Subject, left: &Fact) -> Option<Subject> {
    history.registered_successor(subject).or_else(|| {
        let mut seen = vec![subject.clone()];
        let mut frontier = history.successors(subject);
        for _ in 0..SUCCESSOR_STEPS_MAX {
            frontier.retain(|next| !seen.contains(next));
            let outlived = |next: &&Subject| {
                last_stated(history, next, Registration::Registered).is_some()
                    && history
                        .latest(next, Attribute::Registration)
                        .is_some_and(|fact| fact.observed_at > left.observed_at)
            };
            if let Some(found) = frontier.iter().find(outlived) {
                return Some(found.clone());
            }
            seen.extend(frontier.iter().cloned());
            frontier = frontier.iter().flat_map(|next| history.successors(next)).collect();
        }
        None
    })
}

/// Ids that this one took the place of and that are themselves still on the register: what came over
/// from them is told of them, and their flags move here when they leave.
fn registered_predecessors(asked: Asked<'_>) -> impl Iterator<Item = Subject> + '_ {
    let history = asked.known.history;
    let earlier = history.predecessors(asked.subject).into_iter();
    earlier.filter(move |earlier| history.registration(earlier) == Some(Registration::Registered))
}

/// Whether one of those says the same in the same words.
fn carried_over(asked: Asked<'_>, attribute: Attribute) -> bool {
    let own = asked.known.history.value(asked.subject, attribute);
    registered_predecessors(asked).any(|earlier| asked.known.history.value(&earlier, attribute) == own)
}

/// The register calls it dormant.
pub(super) fn dormant(asked: Asked<'_>) -> Verdict {
    let versions = asked.known.history.versions(asked.subject, Attribute::Dormancy);
    let Some(now) = versions.last() else { return Verdict::Unknown };
    let before = versions.iter().rev().find(|fact| fact.value != now.value);
    let shown = vec![evidence(now, before)];
    match now.value.as_str() {
        "Y" if carried_over(asked, Attribute::Dormancy) => Verdict::Unknown,
        "Y" => {
            let since = now.effective.map_or_else(String::new, |day| format!(" since {}", date_words(day)));
            Verdict::holds(0, format!("The register calls it dormant{since}."), shown)
        }
        "N" => Verdict::absent("The register does not call it dormant.".to_owned(), shown),
        _ => Verdict::Unknown,
    }
}

/// Its registered manager is absent for more than so many days.
///
/// A record that leaves the date out says nothing: only a newer date starts the days again.
pub(super) fn manager_absent(asked: Asked<'_>, over_days: u16) -> Verdict {
    let Some(now) = asked.known.history.latest(asked.subject, Attribute::ManagerAbsentSince) else {
        return Verdict::Unknown;
    };
    let Ok(since) = now.value.parse::<Date>() else { return Verdict::Unknown };
    let shown = vec![evidence(now, None)];
    let since_words = date_words(since);
    if days_between(since, asked.known.today()) > i64::from(over_days) {
        if carried_over(asked, Attribute::ManagerAbsentSince) {
            return Verdict::Unknown;
        }
        let reason = format!(
            "The registered manager has been absent since {since_words}, for more than {over_days} days."
        );
        Verdict::holds(0, reason, shown)
    } else {
        let reason =
            format!("The registered manager has been absent since {since_words}, not over {over_days} days.");
        Verdict::absent(reason, shown)
    }
}

/// Its newest inspection is older than so many years.
pub(super) fn inspection_older_than(asked: Asked<'_>, years: u16) -> Verdict {
    let Some((newest, fact)) = newest_inspection(asked.known.history, asked.subject) else {
        return Verdict::Unknown;
    };
    let shown = vec![evidence(fact, None)];
    let words = date_words(newest);
    // A date too far in the future for the calendar is not yet old.
    let old = newest.checked_add(i64::from(years).years()).is_ok_and(|due| due < asked.known.today());
    if old {
        if registered_predecessors(asked).any(|earlier| {
            newest_inspection(asked.known.history, &earlier).is_some_and(|(theirs, _)| theirs >= newest)
        }) {
            return Verdict::Unknown;
        }
        let reason = format!("The newest inspection known is of {words}, more than {years} years ago.");
        Verdict::holds(0, reason, shown)
    } else {
        Verdict::absent(format!("The newest inspection is of {words}."), shown)
    }
}

fn newest_inspection<'a>(history: &'a History, subject: &Subject) -> Option<(Date, &'a Fact)> {
    let visits = history
        .versions(subject, Attribute::LastInspection)
        .iter()
        .filter_map(|fact| Some((fact.value.parse().ok()?, fact)));
    let published = Framework::ALL
        .into_iter()
        .flat_map(|framework| {
            let questions = KeyQuestion::ALL.map(|question| Attribute::Question(framework, question));
            questions.into_iter().chain([Attribute::Overall(framework)])
        })
        .flat_map(|attribute| history.versions(subject, attribute))
        .filter_map(|fact| Some((fact.effective?, fact)));
    visits.chain(published).max_by_key(|(day, fact): &(Date, &Fact)| (*day, fact.attribute, fact.seq))
}
